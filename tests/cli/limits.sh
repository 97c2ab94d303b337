#!/bin/sh
# The ends of what can be asked for: one atom, two, a cell that just holds the cutoff, no frames,
# blanks and umlauts in paths, compositions beyond reason. usage: limits.sh KALIUM
set -u
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1
kalium=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
cases=0

ends() { # ends CODE TEXT COMMAND arguments...
    code=$1 text=$2
    shift 2
    timeout 100 "$kalium" "$@" >out 2>&1 </dev/null
    got=$?
    cases=$((cases + 1))
    [ "$got" -eq "$code" ] && { [ -z "$text" ] || grep -qF -- "$text" out; } && return
    echo "FAILED: kalium $*: exit $got instead of $code, wanted \"$text\", said: $(cat out)"
    failures=$((failures + 1))
}
few() { # few NAME EDGE COUNT FRAME: a recipe of COUNT metal atoms in a cube, angstrom
    cat >"mé tal/$1.yaml" <<END
title: "wenige Atome: Kalium, ÄÖÜ"
temperature_K: 300
cell:
  structure: {file: "$3 atoms.xyz", box_A: [$2, $2, $2], molecules: [{molecule: K0, count: $3}]}
forcefield: {files: [metals], metal: K_refit_FS}
protocol: none
stages: [{name: move, kind: dynamics, time_ps: 0.4, timestep_fs: 2, production: true, frame_ps: $4}]
analyse: [msd]
END
}
mkdir "mé tal"
printf '1\none\nK 1 2 3\n' >"mé tal/1 atoms.xyz"
printf '2\ntwo\nK 1 2 3\nK 5 2 3\n' >"mé tal/2 atoms.xyz"
few one 20 1 0.1
few two 20 2 0.1
few close 13.63 2 0.1
few small 13.62 2 0.1
few still 20 2 10
for name in one two close; do
    ends 0 "" run "mé tal/$name.yaml" -o "aus gabe ö/$name" --quiet
    ends 0 "" run --continue -o "aus gabe ö/$name" --quiet --time 0.6ps
    ends 0 "" analyse "aus gabe ö/$name"
done
ends 65 "no frame would be written" run "mé tal/still.yaml" -o still
ends 65 "above half the least height of the cell (6.81 A); make the cell larger" check "mé tal/small.yaml"
# a trajectory whose header counts no frame: a line, no crash, and nothing but the warning that it says nothing
cp -r "aus gabe ö/two" frames && head -c $(($(wc -c <frames/trajectory.nc) - 7 * (68 + 2 * 12))) frames/trajectory.nc >none.nc
printf '\0\0\0\0' | dd of=none.nc bs=1 seek=4 conv=notrunc 2>/dev/null
mv none.nc frames/trajectory.nc
ends 0 "0 frames from 0 to 0 ps" analyse frames
ends 0 "no diffusion coefficient" analyse frames --only msd,rdf,conductivity,vanhove
for atoms in 0 -1 1e3 100000001 2000000000 99999999999 99999999999999999999; do
    ends 65 "cell.liquid.size.atoms" check kfsi-dme --set cell.liquid.size.atoms=$atoms
done
ends 65 "molarity_M" check kfsi-dme --set cell.liquid.salts.0.molarity_M=1e9
# what a cell takes is said before it is built; less than that, and nothing is built
ends 0 "building takes about" build "mé tal/one.yaml" -o built
ends 0 "MiB of memory, there are " check kfsi-dme
if (ulimit -v 500000 && "$kalium" info) >/dev/null 2>&1; then # a sanitizer takes more addresses
    (ulimit -v 500000 && ends 65 "2e+06 atoms need about 2.79 GiB of memory and this machine has 0.477 to give; at most 3.41e+05 atoms fit" \
        build kfsi-dme -o big --set cell.liquid.size.atoms=2000000 && [ "$failures" -eq 0 ] && [ ! -e big ]) ||
        { echo "FAILED: a limit of memory"; failures=$((failures + 1)); }
fi
echo "$cases cases at the limits, $failures without the right answer"
[ "$failures" -eq 0 ]
