#!/bin/sh
# A run that is killed again and again, at moments drawn by chance, and continued ends with the bytes of
# one that was left alone: trajectory, energies, checkpoint, results. What a killed run leaves is looked at, too:
# a state.nc that is there can be read.
# usage: killed_at_random.sh KALIUM RECIPE MOMENTS [SEED [LONGEST_PAUSE [options of run...]]]
# SIGNAL=TERM in the environment: the same with SIGTERM. A moment counts when the run was at work. By hand: 200 and more; results: bench/results/kills.csv.
set -u
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
kalium=$1 recipe=$2 moments=$3 seed=${4:-1} longest=${5:-1.0}
[ $# -ge 5 ] && shift 5 || shift $#
work=$(mktemp -d)
pid=
trap '[ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null; rm -rf "$work"' EXIT
cp "$recipe" "$work/recipe.yaml"
cd "$work" || exit 1

ended() { # ended FOLDER: exit 1 where it differs from the run that was left alone
    for f in trajectory.nc energies.csv state.nc results.json; do
        cmp -s "whole/$f" "$1/$f" || { echo "FAILED: after $killed kills $f differs"; exit 1; }
    done
    runs=$((runs + 1))
}
"$kalium" run recipe.yaml -o whole --quiet --checkpoint 0.05 "$@" >log 2>&1 || { echo "FAILED: $(cat log)"; exit 1; }
awk -v seed="$seed" -v longest="$longest" -v n=$((20 * moments)) \
    'BEGIN {srand(seed); for (k = 0; k < n; k++) printf "%.3f\n", 0.01 + longest * rand()}' >pauses
runs=0 killed=0 lost=0
while [ "$killed" -lt "$moments" ] && read -r pause; do
    if [ -e cut/recipe-resolved.yaml ]; then
        "$kalium" run --continue -o cut --quiet --checkpoint 0.05 "$@" >log 2>&1 &
    else # killed before the folder held anything
        rm -rf cut
        "$kalium" run recipe.yaml -o cut --quiet --checkpoint 0.05 "$@" >log 2>&1 &
    fi
    pid=$!
    sleep "$pause"
    kill -"${SIGNAL:-KILL}" $pid 2>/dev/null
    wait $pid 2>/dev/null
    code=$?
    pid=
    case $code in
    137 | 75 | 143) # 143: SIGTERM before the run listens to it
        killed=$((killed + 1))
        [ -e cut/state-previous.nc ] && [ ! -e cut/state.nc ] && lost=$((lost + 1))
        ;;
    0)
        ended cut
        rm -rf cut
        ;;
    *)
        echo "FAILED: after $killed kills --continue ends with $code: $(cat log)"
        exit 1
        ;;
    esac
done <pauses
if [ -e cut/recipe-resolved.yaml ]; then
    "$kalium" run --continue -o cut --quiet "$@" >log 2>&1 || { echo "FAILED: $(cat log)"; exit 1; }
    ended cut
fi
echo "$killed kills of runs at work, $runs runs ended and gave the same bytes; $lost between two renames"
[ "$killed" -ge "$moments" ]
