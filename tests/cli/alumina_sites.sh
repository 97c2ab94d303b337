#!/bin/sh
# SPDX-License-Identifier: MIT
# Where Mg sits in beta''-alumina: in the sample structure of Poletayev et al. (2022),
# doi:10.1038/s41563-022-01316-z (Na_bdp_unsym_0.lmp of apoletayev/anomalous_ion_conduction @badb91e,
# the same template cell), each of the 240 Mg lies 0.571 A from the middle of its spinel block.
set -eu
kalium=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$kalium" build beta-doubleprime-alumina --set cell.compound.tries=1 -o "$work/cell" >"$work/log"
awk '$1 == "CRYST1" { block = $4 / 3 }
     $1 == "ATOM" && $3 == "Mg" {
         d = $9 / block
         d = (d - int(d + 0.5)) * block
         n++
         if (d < 0) d = -d
         if (d < 0.569 || d > 0.573) { print "Mg " d " A from the middle of its block"; bad = 1 }
     }
     END { if (n != 60) { print n + 0 " Mg, not 60"; bad = 1 }; exit bad }' "$work/cell/start.pdb"
