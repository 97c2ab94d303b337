#!/bin/sh
# The bundle on a machine where nothing is installed: a folder that holds the program with the libraries it
# brings, the C library and its loader, and nothing else, is made the root; there the program tells what it
# is, passes its self-test, runs a metal and says what a liquid lacks.
# usage: bare_machine.sh CMAKE BUILD
set -u
. "$(dirname "$0")/failures.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
there=/opt/kalium
cat >"$work/enter.sh" <<'END'
root=$1 program=$2
shift 2
mount --rbind /proc "$root/proc" || exit 126 # the program and its loader ask there where they are
exec env -i PATH=/nowhere OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1 "$(command -v chroot)" "$root" "$program" "$@"
END
bare() {
    unshare -rm sh "$work/enter.sh" "$root" $there/bin/kalium "$@" >"$work/log" 2>&1
}
unshare -rm true 2>/dev/null || { echo "no user namespaces here"; exit 77; }
mkdir -p "$root/tmp" "$root/proc"
"$1" --install "$2" --prefix "$root$there" >"$work/log" 2>&1 &&
    "$1" --install "$2" --prefix "$root$there" --component libraries >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
# what every machine has: the loader and the C library
env -i PATH=/usr/bin:/bin ldd "$root$there/bin/kalium" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\) .*/\1/p' |
    grep -E '/(ld-linux|lib(c|m|pthread|dl|rt|resolv)\.so)[^/]*$' >"$work/system"
[ -s "$work/system" ] || { echo "FAILED: no C library found"; exit 1; }
while IFS= read -r library; do
    mkdir -p "$root$(dirname "$library")" && cp -L "$library" "$root$library"
done <"$work/system"
bare info || fail "info: $(cat "$work/log")"
for line in 'kalium [0-9]' 'precision  ' 'compiler   ' 'toolkit    ' 'backend    ' 'device     ' "systems    $there/share/"; do
    grep -q "^$line" "$work/log" || fail "info does not say \"$line\": $(cat "$work/log")"
done
bare selftest && [ "$(grep -c ': good$' "$work/log")" -ge 2 ] || fail "selftest: $(cat "$work/log")"
bare run k-bcc -o /tmp/metal --quiet --set 'cell.crystal.repeats=[4, 4, 4]' --set production.frame_ps=0.02 --time 0.1ps ||
    fail "a metal: $(cat "$work/log")"
[ -s "$root/tmp/metal/results.json" ] || fail "no results"
bare run demo -o /tmp/liquid --quiet && fail "a liquid without packmol"
grep -q packmol "$work/log" && [ "$(grep -c error: "$work/log")" -eq 1 ] || fail "without packmol: $(cat "$work/log")"
libraries=$(find "$root$there/lib/kalium" -name '*.so*' | wc -l)
[ "$failures" -eq 0 ] && echo "runs on a bare machine: $libraries libraries of its own, $(wc -l <"$work/system") of the system"
[ "$failures" -eq 0 ]
