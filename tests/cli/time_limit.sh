#!/bin/sh
# A run with --time-limit ends in time, with a checkpoint and words on how to go on: alone, as
# replicas, and while the time of day jumps by hours. SIGTERM during a minimisation is heard, too.
# usage: time_limit.sh KALIUM TINY_RECIPE [STEPPING_CLOCK_LIBRARY]
set -u
. "$(dirname "$0")/failures.sh"
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1
kalium=$1 clock=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$2" "$work/tiny.yaml"
cd "$work" || exit 1

# stops WHAT FOLDER LIMIT_S TEXT options...: exit 75 before the limit is over, with a checkpoint
stops() {
    what=$1 folder=$2 limit=$3 text=$4
    shift 4
    begin=$(cut -d. -f1 /proc/uptime)
    LD_PRELOAD=$preload timeout -k 5 $((limit + 60)) "$kalium" run tiny.yaml -o "$folder" --quiet \
        --time 100ns --time-limit "${limit}s" "$@" >log 2>&1
    code=$?
    took=$(($(cut -d. -f1 /proc/uptime) - begin))
    [ "$code" -eq 75 ] || fail "$what: exit $code, said $(cat log)"
    [ "$took" -le "$limit" ] || fail "$what: $took s with a limit of $limit s"
    grep -qF "$text" log || fail "$what: does not say \"$text\" but $(cat log)"
    grep -qF "by the time limit; go on with: kalium run --continue -o $folder" log ||
        fail "$what: does not say how to go on: $(cat log)"
}
preload=
stops "a run" one 8 "with a checkpoint written"
[ -s one/state.nc ] || fail "no checkpoint"
"$kalium" run --continue -o one --quiet --time 2ps >log 2>&1
[ $? -eq 0 ] || fail "going on: $(cat log)"
if [ -n "$clock" ]; then
    preload=$clock
    stops "a run beside a jumping clock" jumping 8 "with a checkpoint written"
    stops "replicas beside a jumping clock" many 9 "stopped with checkpoints written" --replicas 2 --threads 2
fi

# SIGTERM while a minimisation is at work that would take minutes
sed 's/max_steps: 100/max_steps: 1000000, force_tolerance_kJ_mol_nm: 1e-6/' tiny.yaml >still.yaml
"$kalium" check still.yaml >log 2>&1 || fail "still.yaml: $(cat log)"
"$kalium" run still.yaml -o still --quiet >log 2>&1 &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -s still/state.nc ] && break
    sleep 0.5
done
kill -TERM $pid
wait $pid
code=$?
if [ "$code" -ne 75 ] || ! grep -q "stopped in stage minimise" log || ! grep -q "by a signal; go on" log; then
    fail "SIGTERM while minimising: exit $code, $(cat log)"
fi
[ "$failures" -eq 0 ] && echo "time limits are kept"
[ "$failures" -eq 0 ]
