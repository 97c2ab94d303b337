#!/bin/sh
# A series of temperatures: each the bytes of the run alone, whatever happens to the process; the
# straight line worked out again by awk; what is refused. usage: temperatures.sh KALIUM RECIPE
set -u
. "$(dirname "$0")/failures.sh"
kalium=$1
recipe=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

refuses() { # refuses CODE TEXT arguments...
    code=$1 text=$2
    shift 2
    "$kalium" "$@" >log 2>&1
    got=$?
    [ "$got" -eq "$code" ] && grep -qF -- "$text" log && [ "$(wc -l <log)" -eq 1 ] ||
        fail "kalium $*: exit $got instead of $code, said: $(cat log)"
}

"$kalium" run "$recipe" -o series --temperatures 2400,1600,2000 --threads 1 >log 2>&1 ||
    { echo "FAILED: series: $(cat log)"; exit 1; }
grep -q "^D of K+: Ea = .* kJ/mol = .* eV (95 %" log || fail "no activation energy is printed"
for f in arrhenius.csv arrhenius.gnuplot results.json; do
    [ -s "series/$f" ] || fail "series/$f is missing"
done
command -v gnuplot >/dev/null && { [ -s series/arrhenius.png ] || fail "series/arrhenius.png is missing"; }

# weighted least squares of ln D against 1/T, worked out again
energy=$(awk -F, '$1 == "D_K+" && $10 == "" { x = 1 / $2; y = log($4); w = ($4 / $5) ^ 2
        s += w; sx += w * x; sy += w * y; sxx += w * x * x; sxy += w * x * y }
    END { printf "%.9g", -8.31446261815324e-3 * (s * sxy - sx * sy) / (s * sxx - sx * sx) }' series/arrhenius.csv)
awk -v e="$energy" '/"D_K\+"/ { inside = 1 } inside && /"value"/ { gsub(",", ""); d = $2 / e - 1
        exit !(d < 1e-6 && d > -1e-6) } END { if (!inside) exit 1 }' series/results.json ||
    fail "Ea of K+ is not $energy kJ/mol: $(grep -A4 '"D_K+"' series/results.json)"

# one of them alone: the same bytes
"$kalium" run "$recipe" -o alone --set temperature_K=1600 --quiet --threads 1 >log 2>&1 || fail "alone: $(cat log)"
for f in trajectory.nc energies.csv results.json; do
    cmp -s "alone/$f" "series/T-1600/$f" || fail "the run alone: $f differs"
done

# stopped in the second one, and continued without a recipe; then one more temperature
"$kalium" run "$recipe" -o stopped --temperatures 1600,2000,2400 --quiet --threads 1 --checkpoint 0.2 >log 2>&1 &
n=0
while [ ! -s stopped/T-2000/energies.csv ] && [ "$n" -lt 600 ]; do
    sleep 0.2
    n=$((n + 1))
done
kill -TERM $!
wait $!
[ $? -eq 75 ] || fail "stopped: exit code $? instead of 75: $(cat log)"
[ -e stopped/arrhenius.csv ] && fail "a stopped series has a result"
"$kalium" run --continue -o stopped --quiet --threads 1 >log 2>&1 || fail "--continue: $(cat log)"
cmp -s series/arrhenius.csv stopped/arrhenius.csv || fail "stopped and continued: arrhenius.csv differs"

"$kalium" run "$recipe" --continue -o stopped --temperatures 2800 --quiet --threads 1 >log 2>&1 || fail "one more: $(cat log)"
[ "$(grep -c '^D_K+,' stopped/arrhenius.csv)" -eq 4 ] || fail "one more: $(cat stopped/arrhenius.csv)"
for t in 1600 2000 2400; do
    cmp -s "series/T-$t/trajectory.nc" "stopped/T-$t/trajectory.nc" || fail "one more: $t K ran again"
done

refuses 64 "two temperatures or more" run "$recipe" -o new --temperatures 400
refuses 64 "e.g. 400,500,600" run "$recipe" -o new --temperatures 400,-3
refuses 64 "needs a folder" run "$recipe" --temperatures 400,500
refuses 64 "holds a single run" run "$recipe" --continue -o alone --temperatures 400,500
refuses 64 "holds a run already" run "$recipe" -o series --temperatures 1600,2000
sed 's/production: true/production: true, temperature_K: 1000/' "$recipe" >own.yaml
refuses 65 "temperature of its own" run own.yaml -o new --temperatures 1600,2000

[ "$failures" -eq 0 ] && echo "temperatures: all good"
exit "$failures"
