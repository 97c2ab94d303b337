#!/bin/sh
# The physics headers compile under nvcc for every architecture we ship, without spills. Exit 77 (skipped)
# where there is no nvcc.
set -eu
root=$1
command -v nvcc >/dev/null 2>&1 || { echo "no nvcc here: skipped"; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for sm in 80 90 100 120; do
    nvcc -std=c++17 -arch="sm_$sm" -Xptxas -v -I"$root" -c "$root/tests/cuda/physics_headers.cu" \
        -o "$out/headers.o" >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }
    if grep -E '[1-9][0-9]* bytes spill' "$out/log"; then
        echo "sm_$sm spills registers"
        exit 1
    fi
    echo "sm_$sm: $(grep -c 'Used' "$out/log") kernels, no spills"
done
