#!/bin/sh
# SPDX-License-Identifier: MIT
# An interface with vacuum and the slab correction, both slabs held or the upper one a piston; what is
# reported of the slabs, beside MDAnalysis: slabs.sh KALIUM INTERFACE.YAML
set -eu
kalium=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
run() { # run NAME RECIPE
    name=$1
    shift
    "$kalium" run "$1" -o "$folder/$name" --threads 1 --quiet --time 1ps --set 'analyse=[profile]' \
        >/dev/null
    grep -q 'dipole term of Yeh and Berkowitz' "$folder/$name/results.json" ||
        { echo "slabs: no slab correction in $name" >&2; exit 1; }
}
sed 's/, piston: {pressure_bar: 1}//' "$2" >"$folder/held.yaml"
run piston "$2"
run held "$folder/held.yaml"
python3 "$(dirname "$0")/../python/compare_slabs.py" "$folder/piston" "$folder/held"
