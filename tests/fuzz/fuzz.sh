#!/bin/sh
# One round of fuzzing, reader after reader. Ends at the first finding of each reader, which is kept.
# usage: fuzz.sh BUILD WORK SECONDS [READER...]   (BUILD: cmake -DKM_FUZZ=ON -DCMAKE_C_COMPILER=clang)
# WORK keeps what was learnt (WORK/corpus), findings (WORK/found) and counts (WORK/counts.csv).
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1 work=$2 seconds=$3
shift 3
[ $# -gt 0 ] || set -- recipe forcefield eam eam_fs pdb gro xyz psf netcdf checkpoint gromacs cif eim pair_table results
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
found=0
for reader; do
    mkdir -p "$work/corpus/$reader" "$work/found"
    "$build/tests/fuzz/fuzz_$reader" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -malloc_limit_mb=512 \
        -max_len=4096 -print_final_stats=1 -artifact_prefix="$work/found/$reader-" \
        "$work/corpus/$reader" "$here/seeds/$reader" >"$work/$reader.log" 2>&1
    code=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$reader.log")
    coverage=$(grep -o 'cov: [0-9]*' "$work/$reader.log" | tail -1 | cut -d' ' -f2)
    echo "$(date -u +%H:%M:%S),$reader,${runs:-0},${coverage:-0},$code" | tee -a "$work/counts.csv"
    [ "$code" -eq 0 ] || found=$((found + 1))
done
[ "$found" -eq 0 ]
