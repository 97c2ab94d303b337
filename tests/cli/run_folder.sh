#!/bin/sh
# What `kalium run` does with folders it must not touch or share. usage: run_folder.sh KALIUM
set -u
kalium=$1
work=$(mktemp -d)
first=
trap '[ -n "$first" ] && kill "$first" 2>/dev/null; wait; rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# refuses WHAT CODE TEXT arguments...: the program ends with the code and says the text
refuses() {
    what=$1 code=$2 text=$3
    shift 3
    "$kalium" run --quiet "$@" >log 2>&1
    got=$?
    if [ "$got" -ne "$code" ] || ! grep -qF -- "$text" log; then
        echo "FAILED: $what: exit $got instead of $code, said: $(cat log)"
        failures=$((failures + 1))
    fi
}

mkdir theirs empty && echo mine >theirs/thesis.txt
refuses "a folder with other files" 64 "theirs is not empty; choose another folder" demo -o theirs
[ "$(ls -A theirs)" = thesis.txt ] || { echo "FAILED: something was left in the folder"; failures=1; }
refuses "a file as folder" 74 "theirs/thesis.txt: Not a directory" demo -o theirs/thesis.txt
refuses "a place without permission" 74 "/proc/kalium" demo -o /proc/kalium
refuses "nothing to continue" 74 "empty/recipe-resolved.yaml" --continue -o empty

"$kalium" run demo --quiet --time 1000ns --threads 1 -o shared >first.log 2>&1 &
first=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -s shared/.kalium.lock ] && break
    sleep 0.5
done
refuses "a folder in use" 64 "another run is at work in shared (process $first on " demo -o shared
kill -9 "$first"
wait "$first" 2>/dev/null
first=
# the lock of a killed run is gone with it
refuses "the folder of a killed run" 64 "shared holds a run already; go on with it by --continue" \
    demo -o shared

[ "$failures" -eq 0 ] && echo "run folders are respected"
[ "$failures" -eq 0 ]
