#!/bin/sh
# Sourced by the tests of exported systems: what a file holds, what is refused, and what GROMACS and
# LAMMPS make of it. Wants $kalium.

has() { # has FILE LINE...: the file has these lines, blanks squeezed
    file=$1
    shift
    for line in "$@"; do
        tr -s ' ' <"$file" | grep -qF -- "$line" || { echo "$file has no line '$line'"; exit 1; }
    done
}

refuses() { # refuses WORDS ARGUMENTS...
    words=$1
    shift
    if "$kalium" export "$@" >log 2>&1; then echo "export $*: not refused"; exit 1; fi
    grep -qF -- "$words" log || { echo "export $*: $(cat log)"; exit 1; }
}

# gromacs_agrees NAME SYSTEM MDP TXT [TOLERANCE]: the terms of GROMACS ($gromacs, in double precision) for topol.top and
# conf.gro of the folder SYSTEM, by energy.mdp of the folder MDP, are those of kalium-energy.txt in the folder
# TXT, to TOLERANCE (1e-6). Coulomb counts against what its parts are, which cancel: the short range by kalium's 1-4 terms.
gromacs_agrees() {
    (
        "$gromacs" grompp -f "$3/energy.mdp" -c "$2/conf.gro" -p "$2/topol.top" -o "$1.tpr" -po "$1.mdp" \
            -maxwarn 2 >"$1.log" 2>&1 &&
            "$gromacs" mdrun -s "$1.tpr" -deffnm "$1-energy" -nt 1 >>"$1.log" 2>&1 &&
            seq 1 40 | "$gromacs" energy -f "$1-energy.edr" -dp -o "$1.xvg" >>"$1.log" 2>&1
    ) || { echo "$1: GROMACS stopped: $(tail -20 "$1.log")"; exit 1; }
    awk -v name="$1" -v most="${5:-1e-6}" -F: '
        FILENAME ~ /xvg/ && /^@ s[0-9]+ legend/ { split($0, part, "\""); label[++n] = part[2] }
        FILENAME ~ /xvg/ && !/^[@#]/ { split($0, column, " "); for (k = 1; k <= n; k++) theirs[label[k]] = column[k + 1] }
        FILENAME ~ /txt/ {
            if (!count) theirs["Ryckaert-Bell."] += theirs["Fourier Dih."] # the same series by other numbers
            if ($1 ~ /\+/) { split($1, term, " [+] "); got = theirs[term[1]] + theirs[term[2]]
                scale = $1 ~ /Coul/ ? theirs[term[1]] : $2 }
            else { got = theirs[$1]; scale = $2 }
            error = (got - $2) / scale; count++
            if (error * error > most * most) { printf "%s: %s is %.12g in GROMACS and %.12g here\n", name, $1, got, $2; bad = 1 } }
        END { if (count < 2) bad = 1; exit bad }' "$1.xvg" "$4/kalium-energy.txt"
}

# lammps_agrees FOLDER [TOLERANCE]: the terms of LAMMPS ($lammps) for an exported system are those of its
# kalium-energy.txt, to TOLERANCE (1e-6). A term counts against the largest of the Coulomb terms, which cancel.
lammps_agrees() {
    (cd "$1" && "$lammps" -in energy.in >log 2>&1) || { echo "$1: LAMMPS stopped: $(grep ERROR "$1/log")"; exit 1; }
    awk -v name="$1" -v most="${2:-1e-6}" 'NR == FNR { theirs[$1] = $2; next }
        { ours[$1] = $2; if ($1 ~ /coulomb/ && $2 * $2 > top * top) top = $2; n++ }
        END { for (t in ours) {
                 scale = t ~ /coulomb/ ? top : ours[t]
                 error = (theirs[t] - ours[t]) / scale
                 if (!(t in theirs) || error * error > most * most) {
                     printf "%s: %s is %.12g in LAMMPS and %.12g here\n", name, t, theirs[t], ours[t]
                     bad = 1 } }
              if (n < 3) bad = 1
              exit bad }' "$1/energy.txt" "$1/kalium-energy.txt"
}
