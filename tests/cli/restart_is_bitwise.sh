#!/bin/sh
# A run that is stopped, killed, continued, extended or run on another number of threads gives the same
# bytes as one that was left alone. usage: restart_is_bitwise.sh KALIUM RECIPE [KILLS]
set -u
. "$(dirname "$0")/failures.sh"
kalium=$1
recipe=$2
kills=${3:-4} # at random moments; more of them in one go by hand
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

same() { # same WHAT FOLDER: compares with the run that was left alone
    for f in trajectory.nc energies.csv state.nc results.json; do
        cmp -s "whole/$f" "$2/$f" || fail "$1: $f differs"
    done
}
go() { # go FOLDER [options]: a new run
    folder=$1
    shift
    "$kalium" run "$recipe" -o "$folder" --quiet --time 3ps --checkpoint 0.2 "$@"
}

"$kalium" run "$recipe" -o whole --quiet --time 3ps --threads 2 || { fail "plain run"; exit 1; }

go one-thread --threads 1 >log 2>&1 || fail "one thread: $(cat log)"
same "one thread" one-thread

go extended --time 1ps >log 2>&1 || fail "short run: $(cat log)"
"$kalium" run --continue -o extended --quiet --time 3ps >log 2>&1 || fail "extension: $(cat log)"
same "extended run" extended

"$kalium" run "$recipe" -o stopped --quiet --time 3ps --checkpoint 0.2 >log 2>&1 &
pid=$!
sleep 2
kill -TERM $pid 2>/dev/null
wait $pid
code=$?
[ $code -eq 75 ] || [ $code -eq 0 ] || fail "SIGTERM: exit code $code instead of 75"
"$kalium" run --continue -o stopped --quiet >log 2>&1 || fail "after SIGTERM: $(cat log)"
same "stopped by SIGTERM" stopped

"$kalium" run "$recipe" -o killed --quiet --time 3ps --checkpoint 0.2 >log 2>&1 &
pid=$!
struck=0
for pause in $(awk -v n="$kills" 'BEGIN {srand(); for (k = 0; k < n; k++) print 0.1 + 1.4 * rand()}'); do
    sleep "$pause"
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    [ $? -eq 137 ] && struck=$((struck + 1)) # not ended before
    "$kalium" run --continue -o killed --quiet --checkpoint 0.2 >log 2>&1 &
    pid=$!
done
wait $pid || fail "after SIGKILL: $(cat log)"
same "killed $kills times" killed

# a damaged newest checkpoint: the one before is taken, and said
go damaged --time 2ps >log 2>&1 || fail "run before damage: $(cat log)"
printf 'X' | dd of=damaged/state.nc bs=1 seek=16000 conv=notrunc 2>/dev/null
"$kalium" run --continue -o damaged --time 3ps >log 2>&1 || fail "damaged checkpoint: $(cat log)"
grep -q "going on from the one before" log || fail "damaged checkpoint: the fallback is not said"
same "damaged checkpoint" damaged

[ $failures -eq 0 ] && echo "6 passed, 0 failed; $struck of $kills kills struck a run at work"
exit $failures
