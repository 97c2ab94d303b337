#!/bin/sh
# Ten million steps of a small electrolyte on one thread, its memory and open files looked at every 15 s,
# then its statistics. Half an hour on one free core; results: bench/results/long-run.csv.
# usage: long_run.sh KALIUM FOLDER [options of run...]
set -u
kalium=$1 folder=$2
shift 2
here=$(dirname "$0")
mkdir -p "$folder" || exit 1
"$kalium" run "$here/long-run.yaml" -o "$folder/run" --threads 1 "$@" >"$folder/log" 2>&1 &
pid=$!
start=$(date +%s)
echo "seconds,resident_kB,open_files" >"$folder/memory.csv"
while resident=$(awk '/VmRSS/ {print $2}' /proc/$pid/status 2>/dev/null) && [ -n "$resident" ]; do
    echo "$(($(date +%s) - start)),$resident,$(ls /proc/$pid/fd | wc -l)" >>"$folder/memory.csv"
    sleep 15
done
wait $pid
code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 75 ] || { cat "$folder/log"; exit 1; }
python3 "$here/long_run.py" "$folder/run" "$folder/memory.csv" 298.15 | tee "$folder/statistics.csv"
