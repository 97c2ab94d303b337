#!/bin/sh
# clang-tidy and cppcheck over the sources: about a minute on two cores. Their findings are breaches;
# what they cannot understand is listed in .clang-tidy and tests/lint/cppcheck.txt.
# usage: analysers.sh BUILD, a build folder with compile_commands.json
set -eu
cd "$(dirname "$0")/../.."
for program in clang-tidy cppcheck; do
    command -v $program >/dev/null || { echo "lint: install $program: apt-get install $program" >&2 && exit 69; }
done
cppcheck --quiet --std=c11 --enable=warning,performance,portability --template=gcc --error-exitcode=1 \
    -I. -D_GNU_SOURCE '-DKM_VERSION=""' --suppressions-list=tests/lint/cppcheck.txt -j2 host kernels bench
git ls-files 'host/*.c' 'kernels/*.c' 'bench/*.c' | xargs -n4 -P2 clang-tidy -p "$1" --quiet 2>/dev/null
echo "lint: clang-tidy and cppcheck find nothing"
