#!/bin/sh
# SPDX-License-Identifier: MIT
# All that is done on a machine with an NVIDIA GPU, a CUDA toolkit and no network:
#     sh bench/device/run.sh [--bundle FOLDER] [--out FOLDER] [stage...]
#   build      unpacks what bench/device/bundle.sh packed beside the build folder; builds for this GPU
#   test       the whole suite, its rows `cuda` on the GPU
#   sanitize   memcheck, racecheck and initcheck of compute-sanitizer on a short run
#   identical  a hundred short runs: the bytes of trajectory and energies are the same
#   bench      the ladder of operations; ns/day of whole steps from 3 thousand to a million atoms
#   peer       ns/day of OpenMM's CUDA platform and of kalium on the boxes that were packed
# All of them without names. Each has a time limit in seconds (KM_LIMIT_build=240 and so on), one log
# and one line of verdict; a stage that fails does not stop the next. Results, as CSV files named by
# the device, go to FOLDER, else to $OUT, else to bench/results.
# KM_BUILD: build folder (build-device). KM_STAND_IN=1: the emulated device of the tests in the GPU's
# place and the smallest systems, to test this script.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
self=$root/bench/device/run.sh
build=${KM_BUILD:-$root/build-device}
out=${OUT:-$root/bench/results}
bundle=${KM_BUNDLE:-}
inside=
stages=
while [ $# -gt 0 ]; do
    case $1 in
    --bundle) bundle=$(cd "$2" && pwd) || exit 66; shift ;;
    --out) out=$2; shift ;;
    --inside) inside=yes ;;
    build | test | sanitize | identical | bench | peer) stages="$stages $1" ;;
    *) echo "run.sh: $1: build, test, sanitize, identical, bench or peer are the stages" >&2; exit 64 ;;
    esac
    shift
done
mkdir -p "$out" "$build" || exit 73
out=$(cd "$out" && pwd)
build=$(cd "$build" && pwd)
work=$build/device-work
stand_in=${KM_STAND_IN:-}

# ---- the device, and the programs on it ----

if [ -n "$stand_in" ]; then
    device=emulated
    kalium=$build/tests/kalium_emulated step=$build/tests/bench_step_emulated
    operation=$build/tests/bench_operation_emulated
else
    name=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1)
    device=$(echo "$name" | tr 'A-Z /' 'a-z--')
    kalium=$build/kalium step=$build/bench/bench_step operation=$build/bench/bench_operation
fi

# What was packed lies beside the build, not in /.
packed=$build/packed
use_packed() {
    [ -d "$packed" ] || return 0
    libraries=$(find "$packed/usr/lib" "$packed/lib" -name '*.so.*' 2>/dev/null |
        sed 's,/[^/]*$,,' | sort -u | tr '\n' ':')
    export PATH="$packed/usr/bin:$PATH"
    export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:-}" LIBRARY_PATH="$libraries"
    export CPATH="$packed/usr/include" CMAKE_PREFIX_PATH="$packed/usr"
    export PKG_CONFIG_SYSROOT_DIR="$packed"
    PKG_CONFIG_PATH=$(find "$packed/usr" -type d -name pkgconfig | tr '\n' ':')
    export PKG_CONFIG_PATH
}

unpack() {
    [ -n "$bundle" ] && [ ! -d "$packed" ] || return 0
    mkdir -p "$packed"
    for package in "$bundle"/debs/*.deb; do
        dpkg-deb -x "$package" "$packed" || return 1
    done
    tar xzf "$bundle/headers.tar.gz" -C "$packed"
}

# ---- stages ----

stage_build() {
    unpack && use_packed || return 1
    cmake -G Ninja -S "$root" -B "$build" -DCMAKE_CUDA_ARCHITECTURES=native &&
        cmake --build "$build" && "$kalium" info --device cuda
}

stage_test() {
    ctest --test-dir "$build" -j "$(nproc)" --output-on-failure --timeout 200
}

stage_sanitize() {
    command -v compute-sanitizer || { echo "compute-sanitizer is not on the path"; return 77; }
    failed=0
    for tool in memcheck racecheck initcheck; do
        rm -rf "${work:?}/$tool"
        timeout "${KM_LIMIT_tool:-60}" compute-sanitizer --tool $tool --error-exitcode 9 \
            "$kalium" run "$root/tests/cli/smallest.yaml" -o "$work/$tool" --device cuda --quiet
        code=$?
        echo "== $tool: exit $code (0 nothing found, 9 found, 124 the time was up)"
        [ $code -eq 0 ] || [ $code -eq 124 ] || failed=1
    done
    return $failed
}

stage_identical() {
    runs=${KM_RUNS:-100}
    recipe=$root/tests/cli/tiny.yaml
    [ -z "$stand_in" ] || recipe=$root/tests/cli/smallest.yaml
    rm -rf "$work/identical"
    mkdir -p "$work/identical"
    # shellcheck disable=SC2016 # the inner shell expands them
    seq "$runs" | xargs -P 8 -I N sh -c \
        'KM_EMULATOR_SEED=N "$1" run "$2" -o "$3/N" --device cuda --quiet' - \
        "$kalium" "$recipe" "$work/identical" || return 1
    for file in trajectory.nc energies.csv; do
        cat "$work/identical"/*/$file >/dev/null || return 1
        sha256sum "$work/identical"/*/$file | cut -d' ' -f1 | sort | uniq -c >"$work/sums"
        echo "$file: $(wc -l <"$work/sums") different of $runs"
        [ "$(wc -l <"$work/sums")" -eq 1 ] || return 1
        [ "$(awk '{print $1}' "$work/sums")" -eq "$runs" ] || return 1
    done
}

head_of() { # head_of FILE: what the numbers were taken on
    [ -n "$stand_in" ] && echo "# emulated device: no speed of anything, a test of the script" >"$1" && return
    echo "# $(date +%Y-%m-%d), $(nvidia-smi --query-gpu=name,driver_version,clocks.max.sm \
        --format=csv,noheader), CUDA $(nvcc --version | sed -n 's/.*release \([0-9.]*\).*/\1/p')" >"$1"
    echo "# command: sh bench/device/run.sh bench" >>"$1"
}

# A liquid with the density of its pressure: the whole protocol of the recipe, then copies of it.
box_of() {
    [ -s "$work/box-$1/results.json" ] && return 0
    rm -rf "$work/box-$1"
    if [ -n "$stand_in" ]; then
        "$kalium" run "$root/tests/cli/smallest.yaml" -o "$work/box-$1" --device cpu --quiet
    else
        "$kalium" run "$1" -o "$work/box-$1" --device cuda --time 2ps --quiet
    fi
}

steps_of() { # steps_of FILE SYSTEM CUTOFF_A COPIES: one row
    steps=1000
    [ -n "$stand_in" ] && steps=20
    "$step" --from "$work/box-$2" --copies "$4" --device cuda --steps $steps --repeats 3 \
        --set nonbonded.cutoff_A="$3" >"$work/step" 2>&1 || { cat "$work/step"; return 1; }
    awk -v liquid="$2" -v cutoff="$3" '
        / atoms, / { for (i = 2; i <= NF; i++) { if ($i == "atoms,") n = $(i - 1)
                     if ($i == "per") density = $(i - 1); if ($i == "fs,") dt = $(i - 1) } }
        /^median/ { printf "%s,%d,%s,%g,%s,%s,%.2f,%s\n", liquid, n, density, cutoff / 10, dt, $2,
                    86400 * dt / $2, $4 }' "$work/step" >>"$1"
}

stage_bench() {
    failed=0
    systems="kfsi-dme spce" copies="1 2x2x1 3x2x2 4x3x3 5x5x5 7x7x8" cutoffs="10 12"
    peaks=
    case $device in # without tensor cores, and of the memory: NVIDIA's data sheets
    *h100*) peaks="--peak-flops 66.9e12 --peak-bytes 3.35e12" ;;
    *h200*) peaks="--peak-flops 66.9e12 --peak-bytes 4.8e12" ;;
    esac
    [ -n "$stand_in" ] && systems=smallest copies=1 cutoffs=5
    head_of "$out/operations-$device.csv"
    head_of "$out/steps-$device.csv"
    echo "system,atoms,atoms_per_nm3,cutoff_nm,timestep_fs,ns_per_day,microseconds_per_step,M_atom_steps_per_s" \
        >>"$out/steps-$device.csv"
    for system in $systems; do
        box_of "$system" || failed=1
    done
    for c in $copies; do
        for system in $systems; do
            for cutoff in $cutoffs; do
                steps_of "$out/steps-$device.csv" "$system" "$cutoff" "$c" || failed=1
            done
        done
    done
    for c in $(echo "$copies" | cut -d' ' -f1,2,4); do
        # shellcheck disable=SC2086 # two options or none
        "$operation" --from "$work/box-${systems%% *}" --copies "$c" --device cuda $peaks \
            --batches "${KM_BATCHES:-11}" >>"$out/operations-$device.csv" || failed=1
    done
    return $failed
}

stage_peer() {
    [ -d "$bundle/boxes" ] || { echo "no boxes were packed"; return 77; }
    platform=CUDA rows=$out/peer-$device.csv steps=2000
    [ -n "$stand_in" ] && platform=CPU steps=10
    rm -rf "$work/boxes" && cp -r "$bundle/boxes" "$work/boxes" && gunzip -r "$work/boxes" || return 1
    python3 -c 'import numpy' || { echo "OpenMM needs NumPy, which this Python has not"; return 77; }
    python3 -m venv --system-site-packages "$work/wheels" || return 1
    "$work/wheels/bin/python" -c 'import openmm' 2>/dev/null ||
        "$work/wheels/bin/pip" install -q --no-deps --no-index --find-links "$bundle/wheels" openmm \
            openmm-cuda-13 || return 1
    head_of "$rows"
    "$work/wheels/bin/python" "$root/bench/peers/openmm_speed.py" --platform $platform --steps $steps \
        "$work/boxes"/* >>"$rows" || return 1
    for box in "$work/boxes"/*; do
        "$step" "$box/run.yaml" --device cuda --steps $steps --repeats 3 >"$work/step" 2>&1 ||
            { cat "$work/step"; return 1; }
        awk -v box="${box##*/}" '/ atoms, / { for (i = 2; i <= NF; i++) if ($i == "atoms,") n = $(i - 1) }
            /^repeat/ { if (low == "" || $3 < low) low = $3; if ($3 > high) high = $3 }
            /^median/ { printf "%s,%d,kalium,this tree,1.2,%s,%s,%s\n", box, n, $2, low, high }' \
            "$work/step" >>"$rows"
    done
}

if [ -n "$inside" ]; then
    use_packed
    mkdir -p "$work"
    "stage_${stages# }"
    exit
fi

# ---- one after another ----

if [ -z "$device" ]; then
    echo "run.sh: no NVIDIA GPU is here (nvidia-smi names none): nothing can be measured" >&2
    exit 69
fi
limit_of() {
    case $1 in # together below a quarter of an hour
    build | test) default=200 ;; sanitize | bench) default=150 ;; identical) default=60 ;; *) default=120 ;; esac
    eval "echo \${KM_LIMIT_$1:-$default}"
}
failures=0
for stage in ${stages:-build test sanitize identical bench peer}; do
    limit=$(limit_of "$stage")
    begin=$(date +%s)
    OUT=$out KM_BUILD=$build KM_BUNDLE=$bundle timeout "$limit" sh "$self" --inside "$stage" \
        >"$out/$stage-$device.log" 2>&1
    code=$?
    case $code in
    0) verdict=passed ;;
    77) verdict="skipped: $(tail -n 1 "$out/$stage-$device.log")" ;;
    124) verdict="STOPPED at its limit of $limit s: $out/$stage-$device.log" failures=$((failures + 1)) ;;
    *) verdict="FAILED with $code: $out/$stage-$device.log" failures=$((failures + 1)) ;;
    esac
    echo "$stage: $verdict ($(($(date +%s) - begin)) s)"
done
[ $failures -eq 0 ]
