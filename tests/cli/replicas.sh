#!/bin/sh
# Many replicas in one process: each the bytes of the same run alone, whatever happens to the process;
# what they say together; what is refused. usage: replicas.sh KALIUM RECIPE
set -u
. "$(dirname "$0")/failures.sh"
kalium=$1
recipe=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

same() { # same WHAT FOLDER...: the replicas of FOLDER are those of the folder that was left alone
    for r in 1 2 3; do
        for f in trajectory.nc energies.csv recipe-resolved.yaml; do
            cmp -s "whole/replica-$r/$f" "$2/replica-$r/$f" || fail "$1: replica-$r/$f differs"
        done
    done
}
refuses() { # refuses WHAT CODE TEXT arguments...
    what=$1 code=$2 text=$3
    shift 3
    "$kalium" "$@" >log 2>&1
    got=$?
    [ "$got" -eq "$code" ] && grep -qF -- "$text" log && [ "$(wc -l <log)" -eq 1 ] ||
        fail "$what: exit $got instead of $code, said: $(cat log)"
}

"$kalium" run "$recipe" -o whole --replicas 3 --threads 2 --checkpoint 0.2 >log 2>&1 ||
    { echo "FAILED: plain ensemble: $(cat log)"; exit 1; }
grep -q "3 of 3 finished" log || fail "no progress line"
grep -q "scatter of 3 replicas (Student's t of 2 degrees of freedom: 4.3)" whole/diffusion.csv ||
    fail "the method of the interval is not said"
for f in results.json msd.csv rdf.csv analysis.txt progress.json recipe-resolved.yaml references.bib; do
    [ -s "whole/$f" ] || fail "whole/$f is missing"
done

# seeds by Philox4x32-10 of seed 4, worked out by hand; alone and together the same bytes
n=0
for seed in 2595072620993057 3929109499646744 5932046736725594; do
    n=$((n + 1))
    grep -q "\"seed\": $seed" whole/results.json || fail "replica $n has another seed"
done
"$kalium" run "$recipe" -o alone --seed 3929109499646744 --quiet --threads 2 >log 2>&1 ||
    fail "run with the seed of a replica: $(cat log)"
for f in trajectory.nc energies.csv results.json; do
    cmp -s "alone/$f" "whole/replica-2/$f" || fail "replica 2 and the run with its seed: $f differs"
done

# whether each of them behaved
"$kalium" report whole >log 2>&1 || fail "report: $(cat log)"
grep -q "^Did the runs behave?" whole/report.txt || fail "the report has no checks of the replicas"
for r in 1 2 3; do
    grep -Eq "^  replica-$r  +[-0-9.].* %  +.* kT per ns and degree of freedom  +" whole/report.txt ||
        fail "no checks of replica $r: $(sed -n '/Did the runs/,/stop a run/p' whole/report.txt)"
done

# analysed again: the same tables
"$kalium" analyse whole -o new/again --quiet >log 2>&1 || fail "analyse: $(cat log)"
for f in msd.csv diffusion.csv rdf.csv coordination.csv; do
    cmp -s "whole/$f" "new/again/$f" || fail "analyse: $f differs"
done

# dipoles and van Hove functions of all of them
"$kalium" analyse whole -o new/more --only msd,vanhove,dielectric --quiet >log 2>&1 || fail "analyse more: $(cat log)"
grep -q "^dielectric constant = .* 3 replicas" new/more/analysis.txt || fail "no dielectric constant of all replicas"
head -1 new/more/vanhove.csv | grep -q "error of self" || fail "no errors of van Hove functions"

# killed again and again
"$kalium" run "$recipe" -o killed --replicas 3 --quiet --threads 3 --checkpoint 0.2 >log 2>&1 &
pid=$!
for pause in 1.3 2.1 1.1 1.7; do
    sleep $pause
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    "$kalium" run --continue -o killed --quiet --threads 2 --checkpoint 0.2 >log 2>&1 &
    pid=$!
done
wait $pid || fail "after SIGKILL: $(cat log)"
same "killed four times" killed
cmp -s whole/results.json killed/results.json || fail "killed four times: results.json differs"

# stopped by SIGTERM: exit 75, then to the end
"$kalium" run "$recipe" -o stopped --replicas 3 --threads 1 --checkpoint 0.2 >log 2>&1 &
pid=$!
sleep 3
kill -TERM $pid 2>/dev/null
wait $pid
code=$?
[ $code -eq 75 ] && grep -q "go on with: kalium run --continue -o stopped" log ||
    fail "SIGTERM: exit code $code instead of 75, said: $(tail -2 log)"
"$kalium" run --continue -o stopped --quiet >log 2>&1 || fail "after SIGTERM: $(cat log)"
same "stopped by SIGTERM" stopped

# what has finished is not repeated; one more can be added
touch -d 2001-01-01 stopped/replica-*/trajectory.nc
"$kalium" run --continue -o stopped --replicas 4 --quiet >log 2>&1 || fail "a fourth: $(cat log)"
same "a fourth added" stopped
[ "$(find stopped/replica-[123]/trajectory.nc ! -newermt 2002-01-01 | wc -l)" -eq 3 ] ||
    fail "finished replicas were run again"
[ -s stopped/replica-4/results.json ] || fail "no fourth replica"

# one fails: it is named
mkdir broken && cp -r whole/. broken
rm broken/replica-2/results.json
for f in state.nc state-previous.nc; do echo damaged >"broken/replica-2/$f"; done
refuses "a damaged replica" 74 "replica 2: no usable checkpoint in broken/replica-2" \
    run --continue -o broken --quiet

for bad in 0 -1 1e9 1.5 many ""; do
    refuses "--replicas '$bad'" 64 "--replicas $bad: a whole number from 1 to 1024 is asked for" \
        run "$recipe" -o bad --replicas "$bad"
done
[ ! -e bad ] || fail "a folder was made for a wrong number of replicas"
refuses "fewer than there are" 64 "whole holds 3 replicas" run --continue -o whole --replicas 2
refuses "a single run as replicas" 64 "alone holds a single run" run --continue -o alone --replicas 2
refuses "replicas as a single run" 64 "whole holds 3 replicas" run --continue "$recipe" -o whole
refuses "another temperature" 65 "What differs is the protocol" run --continue -o whole --set temperature_K=300 --quiet
grep -q "temperature_K: 298.15" whole/recipe-resolved.yaml || fail "a refused change is in the recipe of the ensemble"
[ -s whole/results.json ] || fail "a refused change removed the results of the ensemble"
"$kalium" check "$recipe" --replicas 5 | grep -q "5 replicas: 2230 atoms" || fail "check"

[ $failures -eq 0 ] && echo "replicas are whole runs, together and alone"
[ $failures -eq 0 ]
