#!/bin/sh
# SPDX-License-Identifier: MIT
# `kalium report` of a real run and of two side by side, and what it refuses. usage: report.sh KALIUM TESTS_CLI
set -eu
kalium=$1 cli=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "$1"
    exit 1
}
refuses() { # refuses CODE TEXT arguments...
    code=$1 text=$2
    shift 2
    rc=0
    message=$("$kalium" report "$@" 2>&1) || rc=$?
    [ "$rc" -eq "$code" ] || fail "report $*: exit code $rc, not $code"
    case $message in *"$text"*) ;; *) fail "report $*: $message" ;; esac
}

"$kalium" run "$cli/smallest.yaml" --quiet --threads 2 -o run >/dev/null
cp -r run copy
before=$(cat run/trajectory.nc run/results.json run/state.nc run/energies.csv | cksum)
"$kalium" report run >out
[ "$(cat run/trajectory.nc run/results.json run/state.nc run/energies.csv | cksum)" = "$before" ] ||
    fail "the report changed the run"
for f in $(cat out); do
    [ -s "$f" ] || fail "$f is missing"
done
[ "$(od -An -tx1 -N8 run/snapshot.png | tr -d ' ')" = 89504e470d0a1a0a ] || fail "snapshot.png is no PNG file"
grep -q 'K+' run/report.txt || fail "no ion in report.txt"
grep -q 'data:image/png;base64,iVBORw0KGgo' run/report.html || fail "no picture in report.html"
grep -q 'src="http' run/report.html && fail "report.html needs the network"
# every source of a parameter, every warning
[ "$(grep -c '"source"' run/results.json)" -le "$(sed -n '/Where every parameter/,/What to cite/p' run/report.txt | wc -l)" ] ||
    fail "parameters are missing in report.txt"
if command -v python3 >/dev/null; then
    python3 - run/results.json run/report.json <<'END' || fail "report.json does not hold results.json"
import json, sys
results, report = (json.load(open(f)) for f in sys.argv[1:])
run = report["runs"][0]
run.pop("name")
sys.exit(run != results)
END
fi

"$kalium" report run copy -o both >/dev/null
[ -s both/report.html ] && [ -s both/references.bib ] || fail "nothing in both"
[ ! -e both/results.json ] || fail "results of two runs"

refuses 64 "give the folder of a run"
refuses 64 "-o DIR" run copy
refuses 64 "no option --json" run --json
refuses 74 "nothing-here: no folder of a run" nothing-here
rm copy/results.json
rm -f copy/analysis-*.json
refuses 65 "kalium analyse copy" copy
# of a run that has not ended: what is analysed so far, and whether frames came after it
"$kalium" analyse copy >/dev/null 2>&1
"$kalium" report copy >/dev/null
grep -q '^Diffusion' copy/report.txt || fail "the analysis is not in the report"
grep -q 'older than the trajectory' copy/report.txt && fail "the analysis is called old"
touch -d '1 minute' copy/trajectory.nc
"$kalium" report copy >/dev/null
grep -q 'older than the trajectory' copy/report.txt || fail "the report does not say that frames came later"
printf '{"title": "x", ' >copy/results.json
refuses 65 "copy/results.json: line" copy
