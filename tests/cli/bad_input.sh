#!/bin/sh
# What a user gets wrong, and what the program says: one message that names the file, line or key, the
# documented exit code, and no run folder left behind. usage: bad_input.sh KALIUM tiny.yaml
set -u
kalium=$1
tiny=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$tiny" "$work/tiny.yaml"
cd "$work" || exit 1
failures=0
cases=0

# refuses CODE TEXT COMMAND arguments...
refuses() {
    code=$1 text=$2
    shift 2
    timeout 60 "$kalium" "$@" >out 2>&1 </dev/null
    got=$?
    cases=$((cases + 1))
    if [ "$got" -ne "$code" ] || ! grep -qF -- "$text" out || [ "$(grep -c 'error:' out)" -ne 1 ]; then
        echo "FAILED: kalium $*: exit $got instead of $code, wanted \"$text\", said: $(cat out)"
        failures=$((failures + 1))
    fi
    if [ -e left ]; then
        echo "FAILED: kalium $*: left a run folder behind"
        failures=$((failures + 1))
        rm -rf left
    fi
}
accepts() { # accepts RECIPE: what looks odd but is right
    "$kalium" check "$1" >out 2>&1 && return
    echo "FAILED: kalium check $1: $(cat out)"
    failures=$((failures + 1))
}
run() { # run CODE TEXT RECIPE arguments...
    code=$1 text=$2
    shift 2
    refuses "$code" "$text" run "$@" --quiet -o left
}
# recipe NAME SED-SCRIPT: the tiny recipe with a mistake
recipe() {
    sed "$2" tiny.yaml >"$1"
}

# the command line
refuses 64 "there is no command 'frobnicate'" frobnicate
refuses 64 "which recipe?" run
refuses 69 "kcb11h12 (KCB11H12) cannot be run. A classical potential is published for LiCB11H12" run kcb11h12
refuses 64 "unknown option --bogus" run tiny.yaml --bogus
run 64 "--time foo: give a time with its unit" tiny.yaml --time foo
run 64 "--time -5ns" tiny.yaml --time -5ns
run 64 "--threads -1" tiny.yaml --threads -1
run 64 "--threads many" tiny.yaml --threads many
run 64 "--device gpu" tiny.yaml --device gpu
run 64 "--set foo" tiny.yaml --set foo
run 64 "--time-limit soon" tiny.yaml --time-limit soon

# names
run 65 'no system "kfsi-dm"; did you mean "kfsi-dme"?' kfsi-dm
run 65 'did you mean "kfsi-dme"?' KFSI-DME
run 74 "nowhere.yaml" nowhere.yaml
run 74 "is a folder" "$work"
recipe molecule.yaml 's/DME/XYZ/'
run 65 'molecule.yaml: line 7: cell.liquid.solvents.0.molecule: the force field has no molecule "XYZ"' molecule.yaml
recipe near.yaml 's/anion: FSI/anion: FIS/'
run 65 'no molecule "FIS"; did you mean "FSI"?' near.yaml
recipe forcefield.yaml 's/opls-electrolytes/no-such-field/'
run 65 'forcefield.yaml: line 9: forcefield.files.0: there is no force field "no-such-field"' forcefield.yaml

# keys and values, in the file and by --set
run 65 'stage equilibrate: barostat: anisotropic is for cells with right angles' k2fe4o7 \
    --set 'stages=[{name: equilibrate, barostat: anisotropic}]'
recipe unit.yaml 's/temperature_K/temperature/'
run 65 'unit.yaml: line 3, column 1: unknown key "temperature"' unit.yaml
recipe nested.yaml 's/time_ps: 0.4/time: 0.4/'
run 65 'did you mean "time_ps"' nested.yaml
run 65 'did you mean "timestep_fs"' tiny.yaml --set production.timestep=2
run 65 'unknown key "foo"' tiny.yaml --set foo=1
run 64 'must be an index from 0 to 1' tiny.yaml --set cell.liquid.salts.7.molarity_M=1
run 65 '2 sizes are given' tiny.yaml --set cell.liquid.size.ion_pairs=3
run 65 'is not one of: msd, rdf' tiny.yaml --set 'analyse=[msd, conductance]'
run 65 'atoms need about' tiny.yaml --set cell.liquid.size.atoms=100000000
run 65 'too small to hold one FSI' tiny.yaml --set cell.liquid.size.atoms=10
for wrong in temperature_K=-5 temperature_K=nan temperature_K=1e9 temperature_K=warm seed=-1 seed=1.5 \
    pressure_bar=inf nonbonded.cutoff_A=0 nonbonded.cutoff_A=400 production.timestep_fs=50 \
    production.time_ns=-1 cell.liquid.size.atoms=0 cell.liquid.size.atoms=1000000000000 \
    forcefield.charge_scale=-1 protocol=gas; do
    run 65 "${wrong%%=*}" tiny.yaml --set "$wrong"
done
recipe twice.yaml '3p'
run 65 'twice.yaml: line 4, column 1: the key "temperature_K" is given twice' twice.yaml
printf 'title: "x"\n\ttemperature_K: 3\n' >tab.yaml
run 65 "tab.yaml: line 2, column 1" tab.yaml
: >empty.yaml
run 65 "empty.yaml: the file is empty" empty.yaml
head -c 200 tiny.yaml >cut.yaml
run 65 "cut.yaml" cut.yaml

sed 's/$/\r/' tiny.yaml >windows.yaml
accepts windows.yaml
mkdir "my recipes" && cp tiny.yaml "my recipes/für K⁺.yaml"
accepts "my recipes/für K⁺.yaml"

# sense
recipe salt.yaml 's/anion: FSI/anion: DME/'
run 65 "a salt needs a positive cation and a negative anion" salt.yaml
recipe box.yaml 's/cutoff_A: 7.0/cutoff_A: 12.0/'
run 65 "cutoff" box.yaml

# metals
cat >metal.yaml <<'END'
title: "a slab of potassium against DME"
temperature_K: 298.15
cell:
  stack:
    area_A: [30, 30]
    vacuum_A: 40
    layers:
      - slab: {element: K, lattice: bcc, lattice_constant_A: 5.326, surface: "110", layers: 4, frozen_layers: 1}
      - liquid: {solvents: [{molecule: DME, volume_parts: 1}], thickness_A: 25}
      - slab: {element: K, lattice: bcc, lattice_constant_A: 5.326, surface: "110", layers: 4, frozen_layers: 1, piston: {}}
forcefield: {files: [opls-electrolytes, metals]}
END
accepts metal.yaml
layer=cell.stack.layers
run 65 'metal.yaml: line 8: cell.stack.layers.0.slab.element: the force field has no metal "Fe"' metal.yaml --set $layer.0.slab.element=Fe
run 65 'is not one of: bcc, fcc' metal.yaml --set $layer.0.slab.lattice=hcp
run 65 'is not one of: 100, 110, 111' metal.yaml --set $layer.0.slab.surface=210
run 65 'did you mean "lattice_constant_A"' metal.yaml --set $layer.0.slab.lattice_constant=5
run 65 'the highest layer of a stack can be a piston' metal.yaml --set $layer.0.slab.piston.pressure_bar=1
run 65 'made of the frozen layers of its slab' metal.yaml --set $layer.2.slab.frozen_layers=0
run 65 'a piston needs vacuum_A above it' metal.yaml --set cell.stack.vacuum_A=0
run 65 'the electrostatics of a slab need at least' metal.yaml --set cell.stack.vacuum_A=10
run 65 'is no stage of protocol interface' metal.yaml --set 'stages=[{name: compress, time_ps: 1}]'
run 65 'would move the frozen layers' metal.yaml --set production.ensemble=NPT
run 65 'is no potential of the catalogue' metal.yaml --set forcefield.metal=K_new
run 65 'the potential Na_Wilson2015 is not for K' metal.yaml --set forcefield.metal=Na_Wilson2015
run 65 'no such Lennard-Jones set of K' metal.yaml --set forcefield.metal_cross=heinz
run 65 'the cell holds no metal' tiny.yaml --set forcefield.metal_cross=uff
run 65 'has no metal "K"; add metals to forcefield.files' metal.yaml --set 'forcefield.files=[opls-electrolytes]'
for wrong in $layer.0.slab.layers=0 $layer.0.slab.lattice_constant_A=53 $layer.1.liquid.thickness_A=-1 \
    cell.stack.area_A.0=0 cell.stack.vacuum_A=-1 $layer.0.slab.frozen_layers=9 $layer.0.slab.thermostat_layers=4; do
    run 65 "${wrong%%=*}" metal.yaml --set "$wrong"
done

# crystals from CIF files
cat >crystal.yaml <<'END'
title: "K3OCl from a file"
temperature_K: 300
cell:
  compound:
    cif: k3ocl.cif
    species: [{label: K1, molecule: "K+"}, {label: O, molecule: "O2-"}, {label: Cl, molecule: "Cl-"}]
    repeats: [5, 5, 5]
forcefield: {files: [k3ocl]}
END
cat >good.cif <<'END'
data_K3OCl
_cell_length_a 5.26
_cell_length_b 5.26
_cell_length_c 5.26
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_space_group_name_H-M_alt 'P m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
O1 O 0.5 0.5 0.5
Cl1 Cl 0 0 0
K1 K 0.5 0.5 0
END
cp good.cif k3ocl.cif
accepts crystal.yaml
cif() { # cif TEXT SED-SCRIPT: the CIF file with a mistake
    sed "$2" good.cif >k3ocl.cif
    run 65 "$1" crystal.yaml
}
cif 'k3ocl.cif tells 52600 for _cell_length_a; an edge in angstrom lies between 1 and 1000' 's/length_a 5.26/length_a 52600/'
cif 'tells 20 for _cell_angle_beta' 's/beta 90/beta 20/'
cif 'is no Hermann-Mauguin symbol' "s/P m -3 m/P m ä/"
cif 'is no space group' 's/P m -3 m/P m 9 m/'
cif 'names no space group' '/space_group/d'
cif 'lack the symmetry of P m -3 m' 's/length_b 5.26/length_b 5.3/'
cif 'is nan; it is a fraction of the edge' 's/^K1 K 0.5/K1 K half/'
cif 'does not say what X1 of' 's/^K1 K/X1 Na/'
cif 'cannot be used' 's/^loop_/loop/'
: >good.cif
cif 'cannot be used' p

echo "$cases wrong inputs, $failures without the right answer"
[ "$failures" -eq 0 ]
