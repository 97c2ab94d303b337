#!/bin/sh
# The same recipe gives the same bits, whatever does not belong to the physics: run after run, with other
# numbers of threads, with frames, energies and checkpoints at other times, with other analyses or none, and
# (on the emulated device) with blocks, warps and streams in another order. Restarts: restart_is_bitwise.sh.
# usage: determinism.sh KALIUM RECIPE [options of run...]
set -u
. "$(dirname "$0")/failures.sh"
export OMP_WAIT_POLICY=passive
kalium=$1 recipe=$2
shift 2
options=$*
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's/max_steps: 40/max_steps: 10/; s/time_ps: 0[0-9.]*/time_ps: 0.02/
    s/time_ns: .*/time_ns: 0.001, timestep_fs: 2, frame_ps: 0.1, energy_ps: 0.1}/' "$recipe" >"$work/short.yaml"
cd "$work" || exit 1
cases=0

go() { # go FOLDER options...
    folder=$1
    shift
    "$kalium" run short.yaml -o "$folder" --quiet $options "$@" >log 2>&1 || fail "$folder: $(cat log)"
    cases=$((cases + 1))
}
same() { # same FOLDER FILE...
    folder=$1
    shift
    for f; do
        cmp -s "plain/$f" "$folder/$f" || fail "$folder: $f differs"
    done
}
# The rows of energies.csv (17 digits) of the steps that plain has, too, and the last frame.
like() { # like FOLDER
    awk -F, 'NR == FNR {wanted[$1] = 1; next} $1 in wanted' plain/energies.csv "$1/energies.csv" >rows
    cmp -s plain/energies.csv rows || fail "$1: energies.csv differs where both have rows"
    for f in plain "$1"; do
        tail -c $((68 + 12 * $(grep -c '^ATOM' "$f/start.pdb"))) "$f/trajectory.nc" >"$f/last-frame"
    done
    same "$1" last-frame
}
go plain --threads 1
case $options in
*cuda*) export KM_EMULATOR_SEED=7 ;; # from here on another order of blocks, warps and streams
*)
    go again --threads 1
    same again trajectory.nc energies.csv state.nc results.json msd.csv rdf.csv
    for n in 2 3; do
        go "$n-threads" --threads $n
        same "$n-threads" trajectory.nc energies.csv state.nc results.json msd.csv rdf.csv
    done
    go checkpoints --checkpoint 0.01
    same checkpoints trajectory.nc energies.csv state.nc results.json
    go none --set 'analyse=[]'
    same none trajectory.nc energies.csv state.nc
    go seldom --set production.frame_ps=0.5 --set production.energy_ps=0.02
    like seldom
    go other-seed --seed 5
    cmp -s plain/energies.csv other-seed/energies.csv && fail "another seed gives the same energies"
    ;;
esac
go otherwise --set production.frame_ps=0.02 --set production.energy_ps=0.05 --set 'analyse=[solvation, conductivity]'
like otherwise
echo "$cases runs, $failures that differ"
[ "$failures" -eq 0 ]
