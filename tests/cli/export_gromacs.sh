#!/bin/sh
# SPDX-License-Identifier: MIT
# Exported liquids in GROMACS, in double precision: every term of the energy as kalium has it. Without
# GROMACS only the numbers in the files are looked at. usage: export_gromacs.sh KALIUM TESTS_CLI
set -eu
. "$(dirname "$0")/exported.sh"
kalium=$1 cli=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$kalium" run "$cli/smallest.yaml" --quiet --threads 2 -o run >/dev/null
"$kalium" export run --to gromacs -o liquid
# 0.14 kcal/mol and 2.9 A; 320 kcal/mol/A^2 x 2 x 418.4 and 1.41 A; V = -0.55, 0, 0 kcal/mol
has liquid/topol.top "1 3 no 0.5 0.5" "OS_ether 15.999 0 A 0.29 0.58576" "[ molecules ]"
has liquid/DME.itp "2 3 1 0.141 267776" "1 109.5 502.08" "3 -1.1506 1.1506 0 0 0 0"
"$kalium" export ec --set cell.liquid.size.atoms=900 --set nonbonded.cutoff_A=9 \
    --set nonbonded.potential_shift=false --to gromacs -o ec
has ec/EC.itp "4 180 43.932 2" # 21 kcal/mol / 2
"$kalium" export spce --set cell.liquid.size.molecules=300 --set nonbonded.cutoff_A=9 --to gromacs -o water
has water/SPC.itp "[ settles ]" "1 1 0.1 0.163298" "2 1 3"
refuses "LAMMPS has them: --to lammps" "$cli/interface.yaml" --to gromacs
refuses "no Lennard-Jones pairs" kcl --to gromacs

gromacs=$(command -v gmx_d || true)
if [ -z "$gromacs" ]; then
    echo "no GROMACS in double precision here: the exported systems were written, not run"
    exit 0
fi
for system in liquid ec water; do
    gromacs_agrees "$system" "$system" "$system" "$system"
    (cd "$system" && "$gromacs" grompp -f run.mdp -c conf.gro -p topol.top -o run.tpr >log 2>&1) ||
        { echo "$system: GROMACS stopped: $(tail -20 "$system/log")"; exit 1; }
done
echo "GROMACS has the same energies"
