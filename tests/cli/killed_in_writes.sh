#!/bin/sh
# A run is killed in the middle of writing: for act after act on its files (writes of which half is done,
# renames, cuts, fsyncs) a new run dies there, another in the same act of its continuation; what goes on
# from that ends with the bytes of a run that was left alone.
# usage: killed_in_writes.sh KALIUM KILL_IN_WRITE RECIPE STRIDE [FIRST [options of run...]]
# STRIDE 1 tries every act; results of that: bench/results/kills.csv.
set -u
. "$(dirname "$0")/failures.sh"
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" # which needs ptrace for itself
kalium=$1 killer=$2 recipe=$3 stride=$4 first=${5:-1}
[ $# -ge 5 ] && shift 5 || shift $#
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# a short one: a checkpoint in production, frames and energies before and after it
sed 's/max_steps: 40/max_steps: 10/; s/time_ps: 0[0-9.]*/time_ps: 0.02/
    s/time_ns: .*/time_ns: 0.001, timestep_fs: 2, frame_ps: 0.1, energy_ps: 0.1}/' "$recipe" >"$work/short.yaml"
cd "$work" || exit 1

again() { # again [PROGRAM before kalium...] -- options: goes on in cut, or anew where nothing is there yet
    if [ -e cut/recipe-resolved.yaml ]; then
        "$@" "$kalium" run --continue -o cut --quiet --checkpoint 0.01
    else
        rm -rf cut
        "$@" "$kalium" run short.yaml -o cut --quiet --checkpoint 0.01 $options
    fi >log 2>&1
}
options=$*
acts=$("$killer" 0 "$kalium" run short.yaml -o whole --quiet --checkpoint 0.01 $options 2>log)
code=$?
[ "$code" -eq 77 ] && { echo "processes cannot be traced here"; exit 77; }
[ "$code" -eq 0 ] && [ "${acts:-0}" -gt 50 ] || { echo "FAILED: exit $code after ${acts:-no} acts: $(cat log)"; exit 1; }
killed=0 again_killed=0
for n in $(seq "$first" "$stride" "$acts"); do
    rm -rf cut
    again "$killer" "$n"
    code=$?
    [ "$code" -eq 137 ] || { fail "act $n: exit $code instead of 137: $(cat log)"; continue; }
    killed=$((killed + 1))
    again "$killer" $((n / 3 + 1)) # a continuation has fewer acts
    code=$?
    case $code in
    137) again_killed=$((again_killed + 1)) ;;
    0) ;;
    *) fail "act $n: the continuation ends with $code: $(cat log)" ;;
    esac
    again env || fail "act $n: --continue: $(cat log)"
    for f in trajectory.nc energies.csv state.nc results.json; do
        cmp -s "whole/$f" "cut/$f" || fail "killed in act $n of $acts: $f differs"
    done
done
echo "$killed kills in acts on files, $again_killed more in continuations, $failures without the same bytes"
[ "$failures" -eq 0 ]
