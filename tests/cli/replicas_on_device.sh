#!/bin/sh
# Replicas in one process on the emulated device, each with a device of its own in a thread of its own:
# the bytes of a single run with the seed. usage: replicas_on_device.sh KALIUM_EMULATED RECIPE
set -u
kalium=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# a shorter one: two replicas and a run alone
sed 's/max_steps: 40/max_steps: 10/; s/time_ps: 0[0-9.]*/time_ps: 0.02/; s/time_ns: [0-9.]*/time_ns: 0.0005/' "$2" >"$work/short.yaml"
cd "$work" || exit 1
failures=0

fail() {
    echo "FAILED: $1: $(cat log)"
    failures=$((failures + 1))
}

"$kalium" run short.yaml -o together --replicas 2 --device cuda --threads 2 >log 2>&1 ||
    { fail "two replicas"; exit 1; }
grep -q "2 replicas, 2 at a time; the first on cuda:0, emulated" log || fail "the device is not named"
seed=$(sed -n 's/^ *"seed": \([0-9]*\).*/\1/p' together/results.json | sed -n 3p)
KM_EMULATOR_SEED=5 "$kalium" run short.yaml -o alone --seed "$seed" --device cuda --quiet >log 2>&1 ||
    fail "the run alone"
for f in trajectory.nc energies.csv state.nc results.json; do
    cmp "alone/$f" "together/replica-2/$f" >log 2>&1 || fail "replica 2 and the run with its seed $seed"
done
cmp -s together/replica-1/trajectory.nc together/replica-2/trajectory.nc && fail "both replicas are one"

[ $failures -eq 0 ] && echo "replicas on the device are whole runs"
[ $failures -eq 0 ]
