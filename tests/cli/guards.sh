#!/bin/sh
# Whole runs that go wrong, one for every guard: each is stopped with one message that names the guard,
# the term, the atom and the molecule, exit 70, and keeps its last good checkpoint.
# usage: guards.sh KALIUM TINY_RECIPE
set -u
. "$(dirname "$0")/failures.sh"
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1
kalium=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$2" "$work/tiny.yaml"
cd "$work" || exit 1
cases=0

# recipe FILE STRUCTURE STAGE: the molecules of tiny.yaml from a structure, in one stage of one's own
recipe() {
    cat >"$1" <<END
title: "to be stopped"
temperature_K: 300
cell:
  structure: {file: $2, molecules: [{molecule: K, count: 3}, {molecule: FSI, count: 3}, {molecule: DME, count: 26}]}
forcefield: {files: [opls-electrolytes], charge_scale: 0.8}
nonbonded: {cutoff_A: 7}
protocol: none
stages: [{name: stage, kind: dynamics, production: true, frame_ps: 0.1, $3}]
analyse: [msd]
END
}
# moving FILE VELOCITY SPREAD [PDB]: the packed start with velocities, nm/ps: one along x, and a random part
moving() {
    awk -v v="$2" -v spread="$3" 'BEGIN {srand(1)} /^ATOM/ {a[n++] = $0} /^CRYST1/ {box = $2 / 10}
        function random() {return spread * (rand() - 0.5)}
        END {print "made by awk"; print n
        for (i = 0; i < n; i++) printf "%5d%-5s%5s%5d%8.3f%8.3f%8.3f%8.4f%8.4f%8.4f\n", substr(a[i], 23, 4),
            substr(a[i], 18, 4), substr(a[i], 13, 4), i + 1, substr(a[i], 31, 8) / 10, substr(a[i], 39, 8) / 10,
            substr(a[i], 47, 8) / 10, v + random(), random(), random()
        print box, box, box}' "${4:-box/start.pdb}" >"$1"
}
# beside FILE DISTANCE: the second ion beside the first, angstrom
beside() {
    awk -v d="$2" '/^ATOM/ && ++n == 2 {$0 = substr($0, 1, 30) place substr($0, 55)}
        /^ATOM/ {place = sprintf("%8.3f", substr($0, 31, 8) + d) substr($0, 39, 16)} {print}' box/start.pdb >"$1"
}
# stopped WHAT TEXT: the run of WHAT.yaml is stopped with TEXT, and its checkpoint can be read
stopped() {
    cases=$((cases + 1))
    timeout 100 "$kalium" run "$1.yaml" -o "$1" --quiet --checkpoint 0.01 >log 2>&1
    code=$?
    [ -n "${VERBOSE:-}" ] && cat log
    [ "$code" -eq 70 ] && [ "$(grep -c error: log)" -eq 1 ] || { fail "$1: exit $code, $(cat log)"; return; }
    grep -q "$2" log || fail "$1: does not say \"$2\": $(cat log)"
    grep -q 'comes from the [a-z-]* term on atom [0-9]* ([A-Z0-9a-z+]*) of molecule [0-9]* ([A-Za-z0-9+]*)' log ||
        fail "$1: names no term, atom and molecule: $(cat log)"
    grep -q 'The last good checkpoint is kept' log || fail "$1: does not say what is kept: $(cat log)"
    [ -s "$1/state.nc" ] || { fail "$1: no checkpoint"; return; }
    cp "$1/state.nc" kept.nc
    "$kalium" run --continue -o "$1" --quiet >log 2>&1
    code=$?
    [ "$code" -eq 70 ] && grep -q "$2" log || fail "$1: --continue from the checkpoint: exit $code, $(cat log)"
    cmp -s kept.nc "$1/state.nc" || fail "$1: the checkpoint has changed"
}
"$kalium" build tiny.yaml -o box >log 2>&1 || fail "build: $(cat log)"
moving flowing.gro 0.5 0.001
moving hot.gro 0 12
moving wild.gro 0 30
beside one-place.pdb 0
beside near.pdb 2
moving near.gro 0 0 near.pdb
awk 'NR == 3 {$0 = substr($0, 1, 44) " 40.0000  0.0000  0.0000"} NR == 4 {$0 = substr($0, 1, 44) "-40.0000  0.0000  0.0000"}
    {print}' near.gro >colliding.gro

recipe not-a-number.yaml one-place.pdb "time_ps: 0.5, timestep_fs: 1"
stopped not-a-number "not a number"
recipe too-close.yaml colliding.gro "time_ps: 0.5, timestep_fs: 1, energy_ps: 0.001, draw_velocities: false, constraints: none"
stopped too-close "atoms are too close"
recipe hot.yaml hot.gro "time_ps: 0.5, timestep_fs: 0.1, energy_ps: 0.01, draw_velocities: false, constraints: none"
stopped hot "the temperature is [0-9.e+]* K (limit [0-9]* K, for a thermostat of 300 K)"
recipe flowing.yaml flowing.gro "time_ps: 0.5, timestep_fs: 0.5, energy_ps: 0.01, draw_velocities: false"
stopped flowing "the cell moves as a whole with [0-9]* kJ/mol"
recipe drift.yaml hot.gro "time_ps: 30, timestep_fs: 1.2, energy_ps: 0.24, draw_velocities: false, constraints: none, thermostat: none"
stopped drift "the conserved quantity has moved by"
recipe bonds.yaml wild.gro "time_ps: 3, timestep_fs: 3, energy_ps: 0.003, draw_velocities: false, thermostat: none"
stopped bonds "bond"
# after a stage that went well: its checkpoint is the one that is kept
recipe later.yaml box/start.pdb "time_ps: 0.5, timestep_fs: 1, energy_ps: 0.01, constraints: none"
sed -i 's/^stages: \[/&{name: well, kind: dynamics, time_ps: 0.5, timestep_fs: 1, constraints: none, temperature_K: 5000}, /' later.yaml
stopped later "the temperature is"
awk -F, '$1 == 500 {good = 1} END {exit !good}' later/energies.csv || fail "the good stage is lost: $(tail -n 3 later/energies.csv)"
echo "$cases runs that go wrong, $failures not stopped as they should be"
[ "$failures" -eq 0 ]
