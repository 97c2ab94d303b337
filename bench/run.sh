#!/bin/sh
# Benchmarks: operations, whole steps, and the same boxes in other programs where they are installed.
set -eu
build=$1
here=$(dirname "$0")
"$build/bench/bench_pair"
if python3 -c 'import yaml, numpy' 2>/dev/null && command -v gmx >/dev/null 2>&1; then
    python3 "$here/peers/compare.py" --bench "$build/bench/bench_step"
else
    echo "the comparison with other programs needs python3-yaml, python3-numpy and gromacs (it relaxes the boxes)"
fi
