#!/bin/sh
# The whole program on the emulated device: a run that is killed again and again and continued, its
# blocks, warps and streams in another order each time, gives the bytes of one that was left alone.
# usage: run_on_device.sh KALIUM_EMULATED RECIPE
set -u
kalium=$1
recipe=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    echo "FAILED: $1: $(cat log)"
    failures=$((failures + 1))
}

"$kalium" run "$recipe" -o whole --device cuda >log 2>&1 || { fail "plain run"; exit 1; }
grep -q "^cuda:0, emulated" log || fail "the device is not named"
[ -s whole/results.json ] || fail "no results"

"$kalium" run "$recipe" -o killed --quiet --checkpoint 0.01 >log 2>&1 &
pid=$!
kills=0
for seed in 2 3 4; do
    sleep 3
    kill -KILL $pid 2>/dev/null && kills=$((kills + 1))
    wait $pid 2>/dev/null
    KM_EMULATOR_SEED=$seed "$kalium" run --continue -o killed --quiet --checkpoint 0.01 >log 2>&1 &
    pid=$!
done
wait $pid || fail "after SIGKILL"
for f in trajectory.nc energies.csv; do
    cmp -s "whole/$f" "killed/$f" || fail "killed $kills times: $f differs"
done

[ $failures -eq 0 ] && echo "killed $kills times: the same bytes"
[ $failures -eq 0 ]
