#!/bin/sh
# SPDX-License-Identifier: MIT
# Profiles and layers of a stored trajectory through the program: interface.sh KALIUM SAMPLE
set -eu
kalium=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$2" "$folder/run"
fail() {
    echo "interface: $1" >&2
    exit 1
}
has() { # has FILE PATTERN
    grep -q -- "$2" "$folder/out/$1" || fail "no \"$2\" in $1: $(head -c 2000 "$folder/out/$1")"
}
"$kalium" analyse "$folder/run/trajectory.nc" --temperature-K 300 --only profile,layers \
    -o "$folder/out" >"$folder/said"
has profile.csv '"rod cos 1"'
has potential.csv '^# potential_V is that of the column vacuum_V'
has analysis.txt 'slab 1 (K0, 64 atoms)'
has analysis.txt 'D parallel(rod, within '
has analysis.txt 'residence of rod at the surface = '
has layers.csv '"K+",1'
has residence.csv '"rod","stable states"'
has surface_coordination.csv '"K+","rod",O'
grep -q 'slab 2 (K0, 64 atoms)' "$folder/said" ||
    fail "the terminal does not say the slabs"
if command -v gnuplot >/dev/null; then
    [ -s "$folder/out/profile.svg" ] && [ -s "$folder/out/profile.png" ] || fail "no pictures"
fi
# again, the same bytes
"$kalium" analyse "$folder/run/trajectory.nc" --temperature-K 300 --only layers,profile \
    -o "$folder/again" >/dev/null
for file in profile.csv potential.csv layers.csv layers-survival.csv residence.csv \
    residence-correlation.csv surface_coordination.csv; do
    cmp "$folder/out/$file" "$folder/again/$file" || fail "$file differs when repeated"
done
# a name that is none
if "$kalium" analyse "$folder/run/trajectory.nc" --temperature-K 300 --only layer 2>"$folder/error"; then
    fail "an unknown analysis was accepted"
fi
grep -q 'msd, rdf, profile, layers' "$folder/error" || fail "the message does not name the analyses"
echo "interface: profiles and layers of a trajectory"
