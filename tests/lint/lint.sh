#!/bin/sh
# The rules of the source tree that a script can check. Prints every breach; exit 1 when there is one.
set -u
cd "$(dirname "$0")/../.." || exit 1
breaches=0
breach() {
    echo "lint: $1" >&2
    breaches=$((breaches + 1))
}
each() { # each MESSAGE: one breach per line of standard input
    while IFS= read -r line; do
        [ -n "$line" ] && echo "$1: $line"
    done
}

sources=$(git ls-files --cached --others --exclude-standard 'kernels/*.[ch]' 'host/*.[ch]' 'kernels/*.cu' 'kernels/*.cuh')
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# 1. The two rooms: kernels never include host; the three late rooms of host do not know one another.
grep -nE '#include "host/' $(echo "$sources" | grep '^kernels/') | each "kernels/ includes host/" >>"$out"
grep -nE '#include "host/(output|analysis)/' $(echo "$sources" | grep '^host/engine/') | each "engine includes a later room" >>"$out"
grep -nE '#include "host/analysis/' $(echo "$sources" | grep '^host/output/') | each "output includes analysis" >>"$out"
grep -nE '#include "host/output/' $(echo "$sources" | grep '^host/analysis/') | each "analysis includes output" >>"$out"
grep -nE '#include "host/(build|model|engine|output|analysis|command)/' $(echo "$sources" | grep '^host/input/') | each "input includes a later room" >>"$out"
grep -nE '#include "host/(model|engine|output|analysis|command)/' $(echo "$sources" | grep '^host/build/') | each "build includes a later room" >>"$out"
grep -nE '#include "host/(engine|output|analysis|command)/' $(echo "$sources" | grep '^host/model/') | each "model includes a later room" >>"$out"

# 2. CUDA stays behind one header.
grep -nE 'cuda_runtime|<<<' $sources | grep -v '^kernels/base/cuda.cuh' | each "CUDA runtime outside kernels/base/cuda.cuh" >>"$out"

# 3. Only main and the commands speak to the terminal or end the program.
grep -nE '(^|[^a-z_])(exit|abort|printf|puts) ?\(' $sources | grep -vE '^host/(main\.c|command/)' | each "exit or printf outside host/main.c and host/command" >>"$out"

# 4. Physical constants live in units.h.
grep -nE '8\.314|138\.93|1\.38064|6\.022|96\.48|0\.0083144' $sources | grep -v '^kernels/base/units.h' | each "a constant of units.h again" >>"$out"

# 5. Every physics header names its source.
for h in kernels/pair/vdw_*.h kernels/pair/coulomb.h kernels/bonded/bond.h kernels/bonded/angle.h kernels/bonded/dihedral.h \
    kernels/bonded/improper.h kernels/pme/influence.h kernels/pme/bspline.h kernels/integrate/langevin.h \
    kernels/integrate/thermostat.h kernels/integrate/barostat.h kernels/integrate/constraint.h \
    kernels/slab/slab_dipole.h kernels/eam/eam.h kernels/eam/eam_pair.h kernels/eam/spline.h \
    kernels/eam/fraction.h kernels/eim/eim_functions.h; do
    [ -e "$h" ] || continue
    grep -q 'doi:' "$h" || echo "no DOI in $h" >>"$out"
done

# 6. Files of at most 500 lines, no basename twice.
for f in $sources; do
    n=$(wc -l <"$f")
    [ "$n" -le 500 ] || echo "more than 500 lines: $f ($n)" >>"$out"
done
for f in $sources; do basename "$f"; done | sort | uniq -d | each "basename used twice" >>"$out"

# 7. Every force-field parameter has a source.
for f in forcefields/*.yaml; do
    [ -e "$f" ] || continue
    awk -v f="$f" '/classes:|class:/ && !/source:/ {print "no source: " f ":" FNR}' "$f" >>"$out"
done

# 8. Every key of a recipe is described.
grep -oE '"[A-Za-z0-9_]+", *(0|OPTIONAL|POINTER|ABSENT)?,? *km_raw_' host/input/recipe_schema.c | cut -d'"' -f2 | sort -u |
    while IFS= read -r key; do
        grep -q "\`$key\`" systems/recipe-keys.md || echo "the key $key is not described in systems/recipe-keys.md"
    done >>"$out"

# 9. Nothing lies at the top but what belongs there.
git ls-files --cached --others --exclude-standard | cut -d/ -f1 | sort -u |
    grep -vxE 'kernels|host|forcefields|systems|tests|bench|CMakeLists.txt|CMakePresets.json|Makefile|LICENSE|README.md|\..*' |
    each "does not belong at the top" >>"$out"

while IFS= read -r line; do breach "$line"; done <"$out"
# Other versions of clang-format see some lines differently.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    clang-format --dry-run -Werror $(git ls-files '*.c' '*.h' '*.cu' '*.cuh') || breach "clang-format"
fi
[ "$breaches" -eq 0 ] && echo "lint: no breach in $(echo "$sources" | wc -l) files"
[ "$breaches" -eq 0 ]
