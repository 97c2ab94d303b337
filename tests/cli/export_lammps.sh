#!/bin/sh
# SPDX-License-Identifier: MIT
# Exported systems in LAMMPS: every term of the energy as kalium has it, and a few steps of run.in.
# Without LAMMPS only the numbers in the files are looked at, against those printed in the force
# field. usage: export_lammps.sh KALIUM TESTS_CLI
set -eu
. "$(dirname "$0")/exported.sh"
kalium=$1 cli=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$kalium" export "$cli/tiny.yaml" --to lammps -o liquid
# opls-electrolytes.yaml is in kcal/mol and angstrom, as units real
has liquid/system.in "units real" "special_bonds lj 0 0 0.5 coul 0 0 0.5" "pair_coeff 1 1 0.14 2.9" \
    "320 1.41 # CT_OCH3 OS_ether" "340 1.09 # CT_OCH3 HC_ether (held)" \
    "60 109.5 # CT_OCH3 OS_ether CT_OCH2" "0.65 -0.25 0.67 0 # CT_OCH3 OS_ether CT_OCH2 CT_OCH2"
has liquid/system.data "Atoms # full" "39.0983 # K+"
"$kalium" export "$cli/interface.yaml" --to lammps -o interface
has interface/system.in "units metal" "boundary p p f" "eam/fs K_refit_FS.eam.fs" "NULL"
cmp interface/K_refit_FS.eam.fs "$cli/../../forcefields/metals/K_refit_FS.eam.fs"
has interface/run.in "rigid single force 1 off off on" "fix frozen frozen setforce 0 0 0"

# thermal disorder: in a perfect crystal all rounding is one and the same
awk 'BEGIN { seed = 1; n = 4; print 8 * n * n * n
    printf "Lattice=\"%s 0 0 0 %s 0 0 0 %s\" Properties=species:S:1:pos:R:3\n", n * 6.29294, n * 6.29294, n * 6.29294
    for (kind = 0; kind < 2; kind++) for (m = 0; m < 4 * n * n * n; m++) {
        cell = int(m / 4); site = m % 4
        x[1] = int(cell / (n * n)) + (site == 1 || site == 2 ? 0.5 : 0) + kind / 2
        x[2] = int(cell / n) % n + (site == 1 || site == 3 ? 0.5 : 0) + kind / 2
        x[3] = cell % n + (site == 2 || site == 3 ? 0.5 : 0) + kind / 2
        printf kind ? "Cl" : "K"
        for (c = 1; c <= 3; c++) {
            seed = (seed * 16807) % 2147483647
            printf " %.6f", 6.29294 * x[c] + 0.3 * (seed / 2147483647 - 0.5)
        }
        print "" } }' >kcl.xyz
"$kalium" export kcl --set "cell.compound.repeats=[4,4,4]" --structure kcl.xyz --to lammps -o kcl
has kcl/system.in "units metal" "pair_style hybrid/overlay coul/long 12 born 12"
"$kalium" export beta-alumina --set cell.compound.orthogonal=false \
    --set "cell.compound.repeats=[5,5,1]" --set nonbonded.cutoff_A=10 --to lammps -o beta-alumina
has beta-alumina/system.data "xy xz yz"
# metal, ions of three forms, Lennard-Jones between both, Coulomb
"$kalium" export k-k3ocl --set "cell.stack.layers.1.compound.repeats=[5,7,2]" \
    --set cell.stack.layers.0.slab.layers=5 --set cell.stack.layers.1.compound.sites.1.occupancy=1 \
    --set cell.stack.layers.1.compound.sites.2.occupancy=1 --to lammps -o k-k3ocl
has k-k3ocl/system.in "pair_style hybrid/overlay coul/long 12 lj/cut 12 buck 12 born 12 eam/fs"
refuses "to which program" kcl
refuses "the programs are lammps, gromacs" kcl --to paper

lammps=$(command -v lmp || command -v lmp_serial || command -v lammps || true)
if [ -z "$lammps" ]; then
    echo "no LAMMPS here: the exported systems were written, not run"
    exit 0
fi
"$lammps" -h | grep -q 'eam/fs' || { echo "this LAMMPS has no eam/fs: not run"; exit 0; }
for system in liquid interface kcl beta-alumina k-k3ocl; do
    lammps_agrees $system
done
for system in liquid interface; do
    sed -i -e 's/^run .*/run 20/' -e 's/^minimize .*/minimize 0 1e-4 50 500/' "$system/run.in"
    (cd "$system" && "$lammps" -in run.in >log 2>&1) ||
        { echo "$system: LAMMPS stopped: $(grep ERROR "$system/log")"; exit 1; }
done
echo "LAMMPS has the same energies"
