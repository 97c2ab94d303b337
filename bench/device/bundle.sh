#!/bin/sh
# SPDX-License-Identifier: MIT
# Packs what a machine with a GPU but without network needs to build and time kalium:
#     sh bench/device/bundle.sh FOLDER [build]
# FOLDER/debs    libraries of this Debian with their headers, to be unpacked outside /
# FOLDER/wheels  OpenMM and its CUDA platform, for the comparison
# FOLDER/boxes   relaxed liquids for it, where GROMACS is installed (it relaxes them)
# Run here, with network; carry FOLDER and the source tree there; run bench/device/run.sh there.
# build: a build folder of here, whose program names the shared libraries that must come along.
set -eu
folder=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${2:-$root/build}
mkdir -p "$folder/debs" "$folder/wheels"
folder=$(cd "$folder" && pwd)

boost=$(dpkg -S '/usr/lib/*/libboost_context.so' | cut -d: -f1 | head -n 1)
wanted="libfftw3-dev libnetcdf-dev libcyaml-dev libyaml-dev libcmocka-dev $boost
    pkgconf pkgconf-bin libpkgconf3 ninja-build packmol"
# The package of every shared library that our programs and those packages load; the C and C++
# libraries are the machine's own.
libraries=$(ldd "$build/kalium" "$build/tests/test_base" "$build/tests/test_netcdf" \
    "$(command -v packmol)" "$(command -v pkg-config)" |
    sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | sort -u)
for library in $libraries; do
    package=$(dpkg -S "$(readlink -f "$library")" 2>/dev/null | cut -d: -f1 | head -n 1)
    case $package in '' | libc6 | libstdc++6 | libgcc-s1 | libgomp1) ;; *) wanted="$wanted $package" ;; esac
done
cd "$folder/debs"
# shellcheck disable=SC2086 # a list of names
apt-get download -q $(printf '%s\n' $wanted | sort -u)

# Of libraries of headers only those that are used: the packages hold all of them.
rm -f "$folder"/debs/libboost1*-dev_*.deb
cd "$root"
{
    printf '#include <boost/context/detail/fcontext.hpp>\n' | g++ -std=c++20 -M -x c++ -
    g++ -std=c++20 -I. -M -Wno-cpp host/input/space_group.cpp
    gcc -I. -M host/report/snapshot.c
} | tr ' ' '\n' | sed -n 's,^/\(usr/include/\(boost\|gemmi\|tao\|stb\)/.*\),\1,p' | sort -u |
    tar czf "$folder/headers.tar.gz" -C / -T -

if command -v pip >/dev/null 2>&1; then
    for python in 3.12 3.11; do
        pip download -q --no-deps --only-binary=:all: --python-version $python --implementation cp \
            --platform manylinux_2_34_x86_64 --platform manylinux_2_28_x86_64 -d "$folder/wheels" \
            openmm openmm-cuda-13 || echo "bundle: no OpenMM for Python $python"
    done
fi
if command -v gmx >/dev/null 2>&1 && [ ! -d "$folder/boxes" ]; then
    python3 "$root/bench/peers/boxes.py" "$folder/boxes" && gzip -r "$folder/boxes"
fi
du -sk "$folder" | awk '{printf "bundle: %.1f MiB in %s\n", $1 / 1024, $2; if ($1 > 65536) exit 1}' ||
    { echo "bundle: more than 64 MiB; take one of the wheels out" >&2; exit 1; }
