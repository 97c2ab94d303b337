#!/bin/sh
# Writes the energies that `kalium selftest` compares with. usage: references.sh KALIUM-OF-THE-DOUBLE-BUILD
set -eu
cd "$(dirname "$0")"
for cell in electrolyte metal; do
    energies=$("$1" energy $cell.yaml --device cpu --json)
    {
        echo "# kJ/mol, of $("$1" --version), double build"
        echo "$energies" | sed -n 's/^ *"\([a-z_0-9]*\)": \(-\{0,1\}[0-9][-0-9.e+]*\),\{0,1\}$/\1 \2/p' |
            grep -v '^atoms\|^potential' | grep -v ' 0$'
    } >$cell.txt
done
