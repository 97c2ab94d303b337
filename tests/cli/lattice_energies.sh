#!/bin/sh
# Lattice energies of KCl, KF and K2O, each in its experimental cell, of K3OCl (a = 5.4 A) and K3SbSe4
# in the cells LAMMPS was given, per formula unit.
# usage: lattice_energies.sh KALIUM
#
# LAMMPS: 29 Sep 2021 (Debian 20220106), the same parameters, cutoff 12 A without tail and shift,
# eV: to 5e-6, what its Coulomb constant and its own Ewald sum leave.
# Measured: 720 and 829 kJ/mol (the table of HScheiber/ThesisCodeBase @a591a59, from Born-Haber
# cycles); rigid ions of Fumi and Tosi without zero-point energy reach them to 2 %. For K2O the
# calculated 2238 kJ/mol of the CRC Handbook, quoted from memory; the rigid-ion set of beta-alumina
# reaches it to 3 %.
set -u
kalium=$1
failures=0

check() { # check RECIPE IONS LAMMPS-EV PUBLISHED-KJ|none TOLERANCE settings...
    recipe=$1 ions=$2 lammps=$3 published=$4 tolerance=$5
    shift 5
    "$kalium" energy "$recipe" "$@" --json --threads 1 --set nonbonded.potential_shift=false \
        --set nonbonded.tail_correction=false --set nonbonded.relative_force_error=1e-6 >"$out" 2>&1 ||
        { echo "FAILED: $recipe: $(cat "$out")" && failures=$((failures + 1)) && return; }
    awk -v name="$recipe" -v ions="$ions" -v lammps="$lammps" -v published="$published" -v tolerance="$tolerance" '
        { gsub(",", "") } $1 == "\"atoms\":" { n = $2 } $1 == "\"potential\":" { u = $2 }
        function off(a, b) { return a > b ? a / b - 1 : 1 - a / b }
        END {
            u *= ions / n
            printf "%s: %.7g kJ/mol, LAMMPS %.7g, published %s\n", name, u, lammps * 96.4853321233, published
            exit !(off(u, lammps * 96.4853321233) < 5e-6 && (published == "none" || off(-u, published) < tolerance))
        }' "$out" || { echo "FAILED: $recipe" && failures=$((failures + 1)); }
}

out=$(mktemp)
trap 'rm -f "$out"' EXIT
check kcl 2 -7.336261 720 0.02 --set nonbonded.cutoff_A=12
check kf 2 -8.433496 829 0.02 --set nonbonded.cutoff_A=12
check k2o 3 -22.695721 2238 0.03 --set nonbonded.cutoff_A=12
check k3ocl 5 -29.555758 none 0 --set nonbonded.cutoff_A=12 --set cell.compound.a_A=5.4 \
    --set cell.compound.sites.1.occupancy=1 --set cell.compound.sites.2.occupancy=1
check k3sbse4 8 -14.928231 none 0 --set nonbonded.cutoff_A=10
exit "$failures"
