#!/bin/sh
# SPDX-License-Identifier: MIT
# Topologies of GROMACS: a molecule as LigParGen writes it, systems of GROMACS's own force fields, what kalium
# exports. Where GROMACS in double precision is there, it gives the same energies by term for the topology
# that was imported; LAMMPS gives them for what is exported again. usage: import.sh KALIUM TESTS_CLI
set -eu
. "$(dirname "$0")/exported.sh"
kalium=$1 cli=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
place() { # place FOLDER LIST STEP: molecules on a lattice of 27 places
    mkdir -p "$1"
    awk -v cells=3 -v step="$3" -v list="$2" -v rigid=SOL -f "$cli/import/place.awk" "$cli/import/molecules.txt" \
        >"$1/conf.gro"
}
import() { # import FOLDER: its topol.top and conf.gro, into FOLDER-in; then exported to FOLDER-out
    "$kalium" import "$1/topol.top" --structure "$1/conf.gro" -o "$1-in" >"$1-log" &&
        "$kalium" export "$1-in/recipe.yaml" --set nonbonded.cutoff_A=9 --set nonbonded.potential_shift=false \
            --to gromacs -o "$1-out" >>"$1-log" || { echo "$1: $(cat "$1-log")"; exit 1; }
}
same_energies() { # same_energies FILE FILE: of two exports, to the rounding of positions and of floats
    awk -F: 'NR == FNR { first[$1] = $2; next } { n++; scale = $1 ~ /Coul/ && ("Coulomb-14" in first) ? first["Coulomb-14"] : first[$1]
            error = scale != 0 ? ($2 - first[$1]) / scale : $2
            if (error * error > 1e-12) { print FILENAME ": " $0 ", and before " first[$1]; bad = 1 } }
        END { exit bad || n < 2 }' "$1" "$2"
}

# a molecule by itself: the parameters as they stand in its file, and a liquid of it
awk -v cells=1 -v step=1 -v list="EC 1" -f "$cli/import/place.awk" "$cli/import/molecules.txt" >ec.gro
"$kalium" import "$cli/import/ec.itp" --structure ec.gro --name ECL --defaults "1 3 yes 0.5 0.5" -o one >log
has log "ECL: the charges sum to -0.0003 e; each atom gets +3e-05 e, so that the sum is 0 e"
has one/forcefield.yaml "mixing_rule: geometric" "scale14_lj: 0.5" 'key: "ECL"' \
    '{name: "ECL.opls_808", class: "ECL.opls_808", element: "O", mass: 15.999, sigma: 0.29, epsilon: 0.58576,' \
    '{classes: ["ECL.opls_801", "ECL.opls_803"], r0: 0.141, k: 267776,' \
    '["ECL.opls_803", "ECL.opls_805", "ECL.opls_808"], theta0: 118.18, k: 584.923,' \
    'C: [-2.197, 5.201, 0.527, -3.531, 0, 0]' 'periodic: [{n: 2, phi0: 180, k: 43.932}]' 'impropers: [[9, 5, 3, 8]]'
"$kalium" check one/recipe.yaml | grep -q "2500 atoms in 250 molecules" || { echo "the liquid is not read"; exit 1; }

# beside the force field that comes with kalium, and another import
"$kalium" import "$cli/import/ec.itp" --structure ec.gro --name ECM --defaults "1 3 yes 0.5 0.5" -o two >log
cat >mixture.yaml <<'END'
title: "EC of three kinds"
temperature_K: 300
cell: {liquid: {size: {atoms: 3000}, solvents: [{molecule: EC, mole_parts: 1}, {molecule: ECL, mole_parts: 1}, {molecule: ECM, mole_parts: 1}]}}
forcefield: {files: [opls-electrolytes, ./one/forcefield.yaml, ./two/forcefield.yaml]}
END
"$kalium" check mixture.yaml | grep -q "3000 atoms in 300 molecules" || { echo "the mixture is not read"; exit 1; }

# the same in a cell, its charges mended
place ec "EC 27" 0.7
sed 's/-0\.4365/-0.4362/' "$cli/import/ec.itp" >ec/ec.itp
cat >ec/topol.top <<'END'
[ defaults ]
1 3 yes 0.5 0.5
#include "ec.itp"
[ system ]
27 molecules of EC
[ molecules ]
UNK 27
END
import ec

# every function that is read; what LAMMPS cannot have is refused
place chain "CHAIN 27" 0.8
cp "$cli/import/chain.top" chain/topol.top
import chain
has chain-log "chain: [ pairs ] has 3 pairs, 3 are three bonds apart; the list is kept as it is"
refuses "a molecule lists its 1-4 pairs" chain-in/recipe.yaml --set nonbonded.cutoff_A=9 --to lammps

# what kalium exports comes back with the same energies: ions of 0.8 e, impropers, angles left out, rigid water
"$kalium" export kpf6-ec-dec --set cell.liquid.size.atoms=600 --set nonbonded.cutoff_A=8 --to gromacs \
    -o electrolyte >log
"$kalium" export spce --set cell.liquid.size.molecules=200 --set nonbonded.cutoff_A=8 --to gromacs -o water >log
for system in electrolyte water; do
    "$kalium" import "$system/topol.top" --structure "$system/conf.gro" -o "$system-in" >log
    "$kalium" export "$system-in/recipe.yaml" --set nonbonded.cutoff_A=8 --to gromacs -o "$system-out" >log
    same_energies "$system/kalium-energy.txt" "$system-out/kalium-energy.txt"
done
has water-in/forcefield.yaml "rigid: {bond_A: 1, angle_deg: 109.4" "charge: 0"
has electrolyte-in/forcefield.yaml "net_charge: 0.8" "skip_angles: ["

# and a run takes it
"$kalium" run water-in/recipe.yaml --set nonbonded.cutoff_A=8 --set protocol=none --set "analyse=[msd]" --set \
    "stages=[{name: minimise, kind: minimise, max_steps: 20}, {name: move, time_ps: 0.05, timestep_fs: 1, production: true, frame_ps: 0.01}]" \
    --threads 2 --quiet -o moved >log 2>&1 && [ -s moved/trajectory.nc ] || { cat log; exit 1; }

# refusals: refuses_top WORDS SED: the words are said of the topology so changed
place three "SOL 3" 1
sound=$cli/../fuzz/seeds/gromacs/water.top
"$kalium" import "$sound" --structure three/conf.gro -o three-in >log
refuses_top() {
    sed "$2" "$sound" >bad.top
    code=0
    "$kalium" import bad.top --structure three/conf.gro -o bad >log 2>&1 || code=$?
    [ "$code" -eq "${3:-65}" ] && grep -qF -- "$1" log || { echo "$2: exit $code, $(cat log)"; exit 1; }
}
refuses_top 'bad.top: line 21: kalium does not understand [ cmaptypes ]; it refuses' 's/constrainttypes/cmaptypes/'
refuses_top 'line 34: kalium does not understand [ virtual_sites3 ]' 's/\[ exclusions \]/[ virtual_sites3 ]/'
refuses_top 'line 6: [ defaults ]: combination rule 1; kalium has 2' '6s/^1 2/1 1/'
refuses_top 'line 6: [ defaults ]: non-bonded function 2' '6s/^1 2/2 2/'
refuses_top 'there is no [ defaults ]; give its line by --defaults' '5,6d'
refuses_top 'line 11: [ atomtypes ] wants name' '11s/ 0.315061//'
refuses_top 'line 13: the atom type OW stands with other numbers in line 11' '12a\
OW 8 16.0 0.0 A 0.3 0.6364'
refuses_top 'line 29: the atom type OX is not in [ atomtypes ]' '29s/HW/OX/'
refuses_top 'line 28: [ atoms ]: a second state is given' '28s/$/ OW 0 16.0/'
refuses_top 'line 28: OW is a particle of type V; kalium has atoms only' '11s/ A / V /'
refuses_top 'line 45: [ bonds ]: kalium has no function 3' '45s/1$/3/'
refuses_top 'line 45: FLEX, [ bonds ]: no numbers are given, and there is no row for the types OW HW' '18s/HW/OW/'
refuses_top 'line 46: bonds: the second state differs from the first' '47s/bond_OH$/0.1 5/'
refuses_top 'line 46: atoms 1 and 2 of FLEX are bonded twice' '46s/3/2/'
refuses_top 'line 49: [ angles ]: atom 4 is not one of the 3 atoms of FLEX' '49s/3/4/'
refuses_top 'line 49: FLEX: atom 2 is not bonded to both others' '49s/.*/1 2 3 1 104 600/'
refuses_top 'line 39: the molecule FLEX is in pieces' '45d;49d'
refuses_top 'line 50: GROMACS has no such directive: #if 1' '50s/.*/#if 1/'
refuses_top 'line 4: this condition has no #endif' '9d'
refuses_top 'line 8: the included file nothing.itp is neither beside this one' '4s/ifdef/ifndef/' 74
refuses_top 'line 18: this name is defined by itself: bond_OH' '3s/0.09572/bond_OH/'
refuses_top 'line 9: a second #else' '9s/endif/else/'
refuses_top 'line 50: there is no #ifdef in this file for: #endif' '50s/.*/#endif/'
refuses_top 'line 54: no [ moleculetype ] is named SOLV' '54s/SOL/SOLV/'
refuses_top 'three/conf.gro has 9 atoms, the molecules of bad.top have 12' '54s/2/3/'
refuses_top 'the system carries +0.6 e; a periodic cell of kalium must be neutral' '28s/-0.834/-0.534/'
refuses_top 'line 26: SOL: atoms 1 and 2 interact in full (nrexcl 0)' '26s/2/0/;34,36d'
refuses_top 'line 33: SOL: kalium holds bonds of a molecule of three atoms' '33s/0.15139/0.25/'
sed 's/"nothing.itp"/"bad.top"/;s/#ifdef _FF/#ifndef _FF/' "$sound" >bad.top
"$kalium" import bad.top --structure three/conf.gro -o bad >log 2>&1 && exit 1
has log "bad.top: line 8: the file includes itself: bad.top"

gromacs=$(command -v gmx_d || true)
if [ -z "$gromacs" ]; then
    echo "no GROMACS in double precision here: not compared with it"
    exit 0
fi
gromacs_agrees ec ec ec-out ec-out
gromacs_agrees chain chain chain-out chain-out 1e-5 # Coulomb terms that cancel, in the arithmetic of floats

# its own force fields: oplsaa, and a peptide of amber99sb (rule 2, sums of periodic terms, improper types)
GMXLIB=$(dirname "$gromacs")/../share/gromacs/top
export GMXLIB
place opls "ETH 5 SOL 16 NA 1 CL 1 ETH 4" 0.7
cat >opls/topol.top <<'END'
#include "oplsaa.ff/forcefield.itp"
#include "oplsaa.ff/ethanol.itp"
#include "oplsaa.ff/tip3p.itp"
#include "oplsaa.ff/ions.itp"
[ system ]
ethanol, water and salt
[ molecules ]
ETH 5
SOL 16
NA 1
CL 1
ETH 4
END
import opls
gromacs_agrees opls opls opls-out opls-out
mkdir -p amber
(cd amber && unset GMXLIB && "$gromacs" pdb2gmx -f "$cli/import/alanine.pdb" -ff amber99sb -water tip3p -ignh -o start.gro -p topol.top &&
    "$gromacs" editconf -f start.gro -o conf.gro -box 2.4 2.4 2.4 -c) >log 2>&1 || { tail -20 log; exit 1; }
cat >minimise.mdp <<'END'
integrator = steep
nsteps = 200
rvdw = 1
rcoulomb = 1
END
("$gromacs" grompp -f minimise.mdp -c amber/conf.gro -p amber/topol.top -o minimise.tpr &&
    "$gromacs" mdrun -s minimise.tpr -c amber/conf.gro -deffnm minimise -nt 1) >log 2>&1 || { tail -20 log; exit 1; }
import amber
# few pairs, which nearly cancel in the arithmetic of floats
gromacs_agrees amber amber amber-out amber-out 1e-5
echo "GROMACS has the same energies"

lammps=$(command -v lmp || command -v lmp_serial || command -v lammps || true)
[ -n "$lammps" ] || { echo "no LAMMPS here: not compared with it"; exit 0; }
for system in ec amber; do
    "$kalium" export $system-in/recipe.yaml --set nonbonded.cutoff_A=9 --to lammps -o $system-lammps >log
    lammps_agrees $system-lammps 1e-5
done
echo "LAMMPS has the same energies"
