#!/bin/sh
# The folder of a run becomes read-only while the run is at work: one message with the file and the
# reason, exit 74, the last checkpoint untouched; once it can be written again --continue gives the
# bytes of an undisturbed run. usage: read_only.sh KALIUM TINY_RECIPE
set -u
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1
kalium=$1
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp "$2" "$work/tiny.yaml"
cd "$work" || exit 1

# root may write everywhere; nobody may not
user=
if [ "$(id -u)" -eq 0 ]; then
    user="setpriv --reuid=65534 --regid=65534 --clear-groups"
    $user test -x "$kalium" 2>/dev/null || { echo "nobody cannot run $kalium"; exit 77; }
fi
chmod 777 "$work"
as_user() {
    $user "$kalium" run "$@" --quiet --checkpoint 0.2
}
fail() {
    echo "FAILED: $1"
    exit 1
}
as_user tiny.yaml -o whole --time 8ps >log 2>&1 || fail "undisturbed: $(cat log)"
as_user tiny.yaml -o run --time 8ps >log 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ -e run/state-previous.nc ] && break
    sleep 0.1
done
chmod 555 run
cp run/state.nc state.nc
wait $pid
code=$?
[ "$code" -eq 74 ] || fail "exit $code, said $(cat log)"
[ "$(grep -c error: log)" -eq 1 ] && grep -q "run/state[a-z.-]*: .*Permission denied" log || fail "said $(cat log)"
cmp -s state.nc run/state.nc || fail "the checkpoint has changed"
ls -A run | grep -q 'tmp\|new\|part' && fail "half-written files: $(ls -A run)"
as_user --continue -o run >log 2>&1 && fail "a read-only folder was continued"
grep -q "Permission denied" log || fail "--continue said $(cat log)"
chmod 777 run
as_user --continue -o run >log 2>&1 || fail "--continue: $(cat log)"
for file in trajectory.nc energies.csv state.nc; do
    cmp -s "whole/$file" "run/$file" || fail "$file differs"
done
echo "a read-only folder stops a run and harms nothing"
