#!/bin/sh
# Files that are cut off, foreign, damaged or cannot be written, forces that explode: one message, the
# documented exit code, and a run folder from which --continue goes on. usage: bad_files.sh KALIUM tiny.yaml
set -u
. "$(dirname "$0")/failures.sh"
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
kalium=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$2" "$work/tiny.yaml"
cd "$work" || exit 1
cases=0

# refuses CODE TEXT COMMAND arguments...
refuses() {
    code=$1 text=$2
    shift 2
    timeout 60 "$kalium" "$@" >out 2>&1 </dev/null
    got=$?
    cases=$((cases + 1))
    [ "$got" -eq "$code" ] && grep -qF -- "$text" out && [ "$(grep -c 'error:' out)" -eq 1 ] ||
        fail "kalium $*: exit $got instead of $code, wanted \"$text\", said: $(cat out)"
}
goes_on() { # goes_on FOLDER TEXT: --continue ends well and says TEXT
    timeout 60 "$kalium" run --continue -o "$1" >out 2>&1 </dev/null || fail "--continue of $1: $(cat out)"
    grep -qF -- "$2" out || fail "--continue of $1 does not say \"$2\": $(cat out)"
}
spoil() { # spoil FILE HOW [FROM]: FILE as a spoilt copy of FROM
    case $2 in
    empty) : >"$1" ;;
    cut) head -c $(($(wc -c <"$3") / 2)) "$3" >"$1" ;;
    foreign) head -c 3000 "$kalium" >"$1" ;;
    esac
}

# force fields of one's own
cat >mine.yaml <<'END'
units: {energy: kcal/mol, length: angstrom, angle: degree}
conventions: {harmonic: "k*(x-x0)^2", dihedral: opls_fourier, improper: opls_fourier_central_third,
  mixing_rule: lorentz_berthelot, scale14_lj: 0.5, scale14_coulomb: 0.5}
sources: [{key: ME, text: "for this test"}]
atom_types:
  - {name: "A1", class: "A1", element: "C", mass: 12.011, sigma: 3.5, epsilon: 0.1, source: [ME]}
  - {name: "A2", class: "A2", element: "O", mass: 15.999, sigma: 3.0, epsilon: 0.2, source: [ME]}
bond_types: [{classes: ["A1", "A2"], r0: 1.4, k: 300.0, source: [ME]}]
angle_types: [{classes: ["A1", "A2", "A1"], theta0: 110.0, k: 60.0, source: [ME]}]
dihedral_types: []
improper_types: []
molecules:
  - key: "ETH"
    residue: "ETH"
    name: "an ether"
    charge: 0
    source: [ME]
    status: analogy
    atoms: [["C1", "A1", 0.2, -1.2, 0, 0], ["O1", "A2", -0.4, 0, 0.7, 0], ["C2", "A1", 0.2, 1.2, 0, 0]]
    bonds: [[0, 1], [1, 2]]
END
mkdir elsewhere
cat >elsewhere/user.yaml <<'END'
title: "a force field beside the recipe"
temperature_K: 300
cell:
  liquid:
    solvents: [{molecule: ETH, mole_parts: 1}]
    size: {molecules: 200}
    density_kg_m3: 700
forcefield: {files: [../spoilt.yaml]}
nonbonded: {cutoff_A: 9}
analyse: [msd]
END
forcefield() { # forcefield TEXT SED-SCRIPT
    sed "$2" mine.yaml >spoilt.yaml
    refuses 65 "$1" check elsewhere/user.yaml
}
cp mine.yaml spoilt.yaml
"$kalium" check elsewhere/user.yaml >out 2>&1 || fail "a force field of one's own: $(cat out)"
grep -q "source: ME: for this test" out || fail "the source of one's own force field is not printed"
forcefield 'line 6: type A1: give sigma and epsilon' 's/sigma: 3.5, //'
forcefield 'line 6: type A1: sigma -3.5' 's/sigma: 3.5/sigma: -3.5/'
forcefield 'is not a number' 's/epsilon: 0.1/epsilon: .nan/'
forcefield 'unknown source "YOU"' '6s/ME/YOU/'
forcefield 'the key "source" is missing' '6s/, source: .ME.//'
forcefield 'no angle parameters for atoms C1-O1-C2, classes [A1, A2, A1]' 's/angle_types: .*/angle_types: []/'
forcefield 'the atomic charges sum to 0.1 e, but charge is 0' 's/0.2, -1.2/0.3, -1.2/'
forcefield 'unknown atom type "A9"' 's/"C1", "A1"/"C1", "A9"/'
forcefield 'atom 7 does not exist' 's/\[0, 1\]/[0, 7]/'
forcefield 'sigma is 3.5 nm; is it in the file' '/^units/s/angstrom/nm/'
forcefield 'r0 is 14 nm; is it in the file' 's/r0: 1.4/r0: 140/'
forcefield 'are bonded but start 12' 's/1.2, 0, 0/120, 0, 0/'
forcefield '"c" is not the symbol of an element' 's/element: "C"/element: "c"/'
forcefield '"kcal" is not one of' 's/kcal.mol/kcal/'
forcefield 'could not find expected' 's/^molecules:/molecules/'

# structures
"$kalium" build tiny.yaml -o box >/dev/null 2>&1 || fail "build"
cat >placed.yaml <<'END'
title: "from a file"
temperature_K: 300
cell:
  structure:
    file: box/start.pdb
    molecules: [{molecule: K, count: 3}, {molecule: FSI, count: 3}, {molecule: DME, count: 26}]
forcefield: {files: [opls-electrolytes], charge_scale: 0.8}
nonbonded: {cutoff_A: 7}
protocol: none
stages: [{name: hot, kind: dynamics, time_ps: 1, timestep_fs: 1, production: true, frame_ps: 0.1}]
analyse: [msd]
END
placed() { # placed TEXT SED-SCRIPT
    sed "$2" placed.yaml >wrong.yaml
    refuses 65 "$1" check wrong.yaml
}
"$kalium" check placed.yaml >out 2>&1 || fail "a structure of one's own: $(cat out)"
placed 'line 6: cell.structure.molecules: the molecules carry -1 e together' 's/K, count: 3/K, count: 2/'
placed 'the file has 446 atoms, the molecules of wrong.yaml have 462' 's/count: 26/count: 27/'
placed 'molecules must come in the order of the recipe' 's/\({molecule: K, count: 3}\), \({[^}]*}\)/\2, \1/'
placed 'the ending tells the format' 's/start.pdb/view.vmd/'
awk '/^ATOM/ {a[n++] = $0} /^CRYST1/ {box = $2} END {print "made by awk"; print n
    for (i = 0; i < n; i++) printf "%5d%-5s%5s%5d%8.3f%8.3f%8.3f\n", substr(a[i], 23, 4),
        substr(a[i], 18, 4), substr(a[i], 13, 4), (i + 1) % 100000, substr(a[i], 31, 8) / 10,
        substr(a[i], 39, 8) / 10, substr(a[i], 47, 8) / 10
    print box / 10, box / 10, box / 10}' box/start.pdb >box/start.gro
awk '/^ATOM/ {a[n++] = $0} END {print n; print "made by awk"
    for (i = 0; i < n; i++) print substr(a[i], 77, 2), substr(a[i], 31, 24)}' box/start.pdb >box/start.xyz
awk '/ H1  DME/ && !from {from = NR} / H4  DME/ && !to {to = NR} {line[NR] = $0}
    END {swap = line[from]; line[from] = line[to]; line[to] = swap; for (i = 1; i <= NR; i++) print line[i]}' \
    box/start.pdb >box/swapped.pdb
placed 'the order of atoms is not that of the force field' 's/start.pdb/swapped.pdb/'
placed 'the file tells no periodic cell; give cell.structure.box_A' 's/start.pdb/start.xyz/'
for good in start.gro 'start.xyz\n    box_A: [20, 21, 22]\n    angles_deg: [80, 95, 105]'; do
    sed "s/start.pdb/$good/" placed.yaml >good.yaml
    "$kalium" check good.yaml >out 2>&1 || fail "$good: $(cat out)"
done
for kind in pdb gro xyz; do
    for how in empty cut foreign; do
        spoil "spoilt.$kind" $how "box/start.$kind"
        placed "spoilt.$kind: " "s/box.start.pdb/spoilt.$kind/"
    done
done

# forces that explode: two ions in one place, and two that fly apart through the liquid
overlap() { # overlap FILE DISTANCE: the second ion beside the first, in angstrom
    awk -v d="$2" '/^ATOM/ && ++n == 2 {$0 = substr($0, 1, 30) place substr($0, 55)}
        /^ATOM/ {place = sprintf("%8.3f", substr($0, 31, 8) + d) substr($0, 39, 16)} {print}' \
        box/start.pdb >overlap.pdb
    sed 's/box.start.pdb/overlap.pdb/' placed.yaml >"$1"
}
overlap one-place.yaml 0
refuses 70 'pair term on atom' run one-place.yaml -o one-place --quiet
overlap near.yaml 1.2
refuses 70 'The largest force' run near.yaml -o near --quiet
refuses 64 'holds a run already' run near.yaml -o near --quiet

# run folders
"$kalium" run tiny.yaml -o run --quiet --time 1ps >out 2>&1 || fail "run: $(cat out)"
for file in topology.psf trajectory.nc; do
    for how in empty cut foreign; do
        rm -rf spoilt && cp -r run spoilt
        spoil spoilt/$file $how run/$file
        refuses 65 "spoilt/$file" analyse spoilt
    done
done
for file in trajectory.nc energies.csv; do
    rm -rf spoilt && cp -r run spoilt
    spoil spoilt/$file cut run/$file
    refuses 74 "spoilt/$file holds" run --continue -o spoilt --time 1.5ps
done
for how in empty cut foreign; do
    rm -rf spoilt && cp -r run spoilt
    spoil spoilt/state.nc $how run/state.nc
    rm spoilt/results.json # or the run counts as finished, and no checkpoint is needed
    goes_on spoilt "going on from the one before"
    cmp -s run/trajectory.nc spoilt/trajectory.nc || fail "checkpoint $how: another trajectory"
    rm -rf spoilt && cp -r run spoilt
    spoil spoilt/state.nc $how run/state.nc
    spoil spoilt/state-previous.nc $how run/state.nc
    goes_on spoilt "warning: the run cannot be extended: no usable checkpoint in spoilt"
    refuses 74 "no usable checkpoint in spoilt" run --continue -o spoilt --time 1.5ps
    cmp -s run/trajectory.nc spoilt/trajectory.nc || fail "no checkpoint: the trajectory was touched"
done

rm -rf spoilt && cp -r run spoilt
rm spoilt/state.nc spoilt/state-previous.nc
refuses 74 "spoilt holds results, but state.nc" run --continue -o spoilt --time 1.5ps
cmp -s run/trajectory.nc spoilt/trajectory.nc || fail "checkpoints gone: the trajectory was touched"
rm -rf spoilt && cp -r run spoilt
refuses 65 "What differs is the protocol: temperature" run --continue -o spoilt --set temperature_K=300
refuses 65 "What differs is cutoffs" run --continue -o spoilt --time 1.5ps --set nonbonded.cutoff_A=6.9
refuses 65 "What differs is force-field parameters" run --continue -o spoilt --time 1.5ps \
    --set forcefield.charge_scale=0.9
cmp -s run/recipe-resolved.yaml spoilt/recipe-resolved.yaml || fail "a refused change is in the recipe"

# a force-field file edited between run and --continue: a bond held rigid, a pair, a dihedral
opls=$("$kalium" info | sed -n 's/^force fields //p')/opls-electrolytes.yaml
cp "$opls" own.yaml
"$kalium" run tiny.yaml --quiet -o edited --time 0.2ps --set 'forcefield.files=[own.yaml]' >out 2>&1 ||
    fail "a force field of one's own: $(cat out)"
for edit in 's/\("CT", "HC".*r0: \)1.09/\11.10/' 's/sigma: 3.5,/sigma: 3.6,/' 's/\(V: *\[\)0.65/\10.66/'; do
    sed "$edit" "$opls" >own.yaml
    cmp -s "$opls" own.yaml && fail "$edit changes nothing"
    refuses 65 "What differs is force-field parameters" run --continue -o edited --time 0.4ps
done
cp "$opls" own.yaml
goes_on edited "finished already"

# a packed start read back, though the recipe changes a stage that a structure does not need
"$kalium" build tiny.yaml -o packed >/dev/null 2>&1 || fail "build"
"$kalium" energy tiny.yaml --structure packed/start.pdb >out 2>&1 && grep -q "^potential" out ||
    fail "energy --structure: $(cat out)"

# what cannot be written
refuses 74 "/dev/full" energy tiny.yaml --forces /dev/full
refuses 74 "/nowhere" energy tiny.yaml --forces /nowhere/forces.txt
cat >full.sh <<'END'
# full.sh KALIUM KIB: a run on a disk of that size, and again when there is more room
mount -t tmpfs -o size="$2"k none disk || exit 77
"$1" run tiny.yaml -o disk/run --quiet --time 1ps
echo "exit $?"
mount -o remount,size=20M none disk
if [ -e disk/run/recipe-resolved.yaml ]; then
    "$1" run --continue -o disk/run --quiet
else
    "$1" run tiny.yaml -o disk/run --quiet --time 1ps
fi && cmp run/trajectory.nc disk/run/trajectory.nc && cmp run/energies.csv disk/run/energies.csv
END
mkdir disk
if unshare -rm mount -t tmpfs none disk 2>/dev/null; then
    for room in 4 40 100 160 200 230; do # recipe, packing, structure, checkpoint, frames
        cases=$((cases + 1))
        unshare -rm sh full.sh "$kalium" $room >out 2>&1 || fail "disk of $room KiB, then more: $(cat out)"
        grep -q "exit 74" out && grep -q "No space left on device" out || fail "disk of $room KiB: $(cat out)"
    done
else
    echo "no user namespaces here: the full disk is not tried"
fi

echo "$cases spoilt files, $failures without the right answer"
[ "$failures" -eq 0 ]
