#!/bin/sh
# `cmake --install` into a folder that is then moved: the program finds its data beside itself, tells its
# version, passes its self-test, notices wrong numbers; man page and completion are good.
# usage: installed.sh CMAKE BUILD
set -u
. "$(dirname "$0")/failures.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/any where/ö"
mkdir -p "$work/any where"
"$1" --install "$2" --prefix "$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mv "$work/prefix" "$root"
bare() { (cd / && env -i PATH=/usr/bin:/bin LANG=C "$root/bin/kalium" "$@" 2>&1); }
bare info --device cpu | grep -qF "systems    $root/share/kalium/systems" || fail "data folder: $(bare info)"
bare list | grep -q '^kfsi-dme ' || fail "list: $(bare list)"
bare check kfsi-dme | grep -q 'source' || fail "check"
bare selftest --device cpu --threads 1 >"$work/log" || fail "selftest: $(cat "$work/log")"
[ "$(grep -c ': good$' "$work/log")" -eq 2 ] || fail "selftest: $(cat "$work/log")"
sed -i 's/^bond .*/bond 62.91/' "$root/share/kalium/systems/selftest/electrolyte.txt"
bare selftest --device cpu --threads 1 >"$work/log"
[ $? -eq 70 ] && grep -q '(bond): WRONG' "$work/log" || fail "selftest does not notice: $(cat "$work/log")"
if command -v man >/dev/null 2>&1; then
    man --warnings -l "$root/share/man/man1/kalium.1" 2>"$work/log" | grep -q 'EXIT STATUS' || fail "man page"
    [ -s "$work/log" ] && fail "man page: $(cat "$work/log")"
fi
for command in $(bare --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    grep -q "$command" "$root/share/man/man1/kalium.1" || fail "the man page does not know $command"
done
complete() { # complete WORDS: what bash offers for the last one
    PATH="$root/bin:/usr/bin:/bin" bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kalium
        printf "%s\n" "${COMPREPLY[@]}"' "$root/share/bash-completion/completions/kalium" "$@"
}
if command -v bash >/dev/null 2>&1; then
    [ "$(complete kalium sel)" = selftest ] || fail "completion of commands: $(complete kalium sel)"
    complete kalium run kfsi-dme --time- | grep -qx -- --time-limit || fail "completion of options"
    complete kalium run kfsi-d | grep -qx kfsi-dme || fail "completion of recipes"
fi
[ "$failures" -eq 0 ] && echo "installed, moved, and good"
[ "$failures" -eq 0 ]
