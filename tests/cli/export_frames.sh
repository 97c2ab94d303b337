#!/bin/sh
# SPDX-License-Identifier: MIT
# Exported frames: as many as the trajectory has, a crystal's sites where they belong, and, where ASE
# and MDAnalysis are, what these read from the extended XYZ and from the NetCDF file.
# usage: export_frames.sh KALIUM TESTS_CLI
set -eu
kalium=$1 cli=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "$1"
    exit 1
}

"$kalium" run "$cli/smallest.yaml" --quiet --threads 2 -o run >/dev/null
"$kalium" export run --to xyz -o plain >/dev/null
"$kalium" export run --to extxyz -o extended >/dev/null
"$kalium" export run --to vmd -o vmd >/dev/null
atoms=$(head -n 1 plain/trajectory.xyz)
[ "$(grep -c '^Lattice=' extended/trajectory.extxyz)" -gt 1 ] || fail "one frame only"
[ "$(wc -l <plain/trajectory.xyz)" -eq $((($atoms + 2) * $(grep -c 'time .* ps; angstrom' plain/trajectory.xyz))) ] ||
    fail "lines are missing in the XYZ file"
for f in topology.psf start.pdb view.vmd scene.vmd trajectory.nc; do
    [ -s "vmd/$f" ] || fail "vmd/$f is missing"
done
cmp -s run/trajectory.nc vmd/trajectory.nc || fail "the trajectory for VMD is another"
grep -q 'segname K' vmd/scene.vmd || fail "the cations are not selected in scene.vmd"
# again, in the place of what is there; never into the run itself
"$kalium" export run --to vmd -o vmd >/dev/null
cmp -s run/trajectory.nc vmd/trajectory.nc || fail "the trajectory for VMD is another, the second time"
cp run/trajectory.nc kept.nc
if "$kalium" export run --to vmd -o run >log 2>&1; then fail "export into the run is not refused"; fi
grep -q 'another folder' log || fail "export into the run: $(cat log)"
cmp -s run/trajectory.nc kept.nc || fail "export into the run has touched the trajectory"
if "$kalium" export run --to pdbx >log 2>&1; then fail "an unknown format is not refused"; fi
grep -q 'lammps' log || fail "the formats are not named: $(cat log)"

# rock salt: every potassium is at multiples of a/2 with an even sum, a = 31.4647/5
"$kalium" export kcl --to extxyz -o crystal >/dev/null
awk 'NR == 2 { split($0, part, "\""); split(part[2], edge, " "); half = edge[1] / 10 }
     NR > 2 { sum = 0
              for (c = 2; c <= 4; c++) { n = $c / half; m = int(n + 0.5); sum += m
                                         if (n - m > 1e-5 || m - n > 1e-5) bad++ }
              if (sum % 2 != ($1 == "K" ? 0 : 1)) bad++ }
     END { exit !(NR == 1002 && bad == 0) }' crystal/*.extxyz || fail "the crystal is another"

python3 - <<'P' || exit 1
import sys
try:
    import ase.io, MDAnalysis, numpy
except ImportError as error:
    print(f"not compared with ASE and MDAnalysis: {error}")
    sys.exit(0)
import warnings
warnings.simplefilter("ignore")
ours = ase.io.read("extended/trajectory.extxyz", ":")
theirs = MDAnalysis.Universe("run/topology.psf", "run/trajectory.nc")
assert len(ours) == len(theirs.trajectory), "number of frames"
for frame, step in zip(ours, theirs.trajectory):
    assert numpy.abs(frame.positions - step.positions).max() < 2e-5, "positions"
    assert numpy.abs(frame.cell.lengths() - step.dimensions[:3]).max() < 1e-4, "cell"
    assert abs(frame.info["time_ps"] - step.time) < 1e-4, "time"
    assert frame.pbc.all()
print(f"{len(ours)} frames as ASE and MDAnalysis read them")
P
echo "export_frames: all good"
