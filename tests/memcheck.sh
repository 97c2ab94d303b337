#!/bin/sh
# The main paths of the program under valgrind's memcheck: invalid reads and writes, what was never
# set, what is lost. Takes minutes, so it is run by hand; counts: bench/results/sanitizers.csv.
# usage: memcheck.sh KALIUM (a build without sanitizers)
set -u
kalium=$(realpath "$1")
recipes=$(realpath "$(dirname "$0")/cli")
export OMP_NUM_THREADS=1
command -v valgrind >/dev/null || { echo "no valgrind here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's/max_steps: 40/max_steps: 5/; s/time_ps: 0[0-9.]*/time_ps: 0.02/
    s/time_ns: .*/time_ns: 0.0005, timestep_fs: 2, frame_ps: 0.02, energy_ps: 0.02}/' "$recipes/smallest.yaml" >"$work/small.yaml"
cd "$work" || exit 1
# the threads of OpenMP's pool are there to the end
cat >pool.supp <<'END'
{
   pool
   Memcheck:Leak
   match-leak-kinds: possible
   fun:calloc
   ...
   fun:pthread_create*
   ...
   fun:GOMP_parallel
}
END
commands=0
found=0

clean() { # clean CODE COMMAND arguments...: ends with CODE, and memcheck finds nothing
    code=$1
    shift
    valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
        --suppressions=pool.supp --log-file=findings "$kalium" "$@" >out 2>&1
    got=$?
    commands=$((commands + 1))
    [ -n "${VERBOSE:-}" ] && echo "$commands: kalium $*"
    [ "$got" -eq "$code" ] && [ ! -s findings ] && return
    echo "kalium $*: exit $got instead of $code: $(tail -n 3 out)"
    cat findings
    found=$((found + 1))
}
clean 0 list
clean 0 info
clean 0 check kfsi-dme
clean 0 check k-kpf6-ec-dec-k
clean 0 check beta-alumina
clean 65 check kfsi-dme --set nonsense=1
clean 65 check kfsi-dme --set temperature_K=-1
clean 0 build small.yaml -o box
clean 0 energy small.yaml --json --forces forces.txt
clean 0 run small.yaml -o run --quiet --checkpoint 1
clean 0 run --continue -o run --quiet --time 0.6ps
clean 0 run small.yaml -o many --quiet --replicas 2 --threads 2 --time 0.1ps
clean 75 run small.yaml -o stopped --quiet --time-limit 1s
clean 0 analyse run
clean 0 analyse run --only msd,rdf,solvation,conductivity,viscosity
clean 0 analyse run/trajectory.nc --temperature-K 298 -o elsewhere
clean 0 run k-bcc -o metal --quiet --set cell.crystal.repeats='[3, 3, 3]' --set production.frame_ps=0.05 --time 0.1ps
awk -v cells=3 -v step=0.8 -v list="CHAIN 27" -f "$recipes/import/place.awk" "$recipes/import/molecules.txt" >chains.gro
clean 0 import "$recipes/import/chain.top" --structure chains.gro -o chains
clean 65 import "$recipes/import/ec.itp" --structure chains.gro -o ec
clean 0 selftest
clean 0 match kf --longest-A 40
clean 0 theory sand --diffusion-m2-per-s 1e-9+-1e-10 --concentration-mol-per-L 1 --current-mA-per-cm2 1 \
    --anion-transference 0.5
echo "$commands commands under memcheck, $found with findings"
[ "$found" -eq 0 ]
