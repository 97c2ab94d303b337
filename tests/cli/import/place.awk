# Molecules of molecules.txt on a cubic lattice, as GRO with nine decimals; every atom is moved a
# little, always by the same numbers, so that no term is zero. Rigid ones move as a whole.
# usage: awk -v cells=3 -v step=0.7 -v list="EC 26 SOL 1" -v rigid=SOL -f place.awk molecules.txt
function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 - 0.5 }
BEGIN { seed = 7 }
/^#/ { next }
{ k = n[$1]++; residue[$1] = $2; name[$1, k] = $3; for (c = 0; c < 3; c++) x[$1, k, c] = $(4 + c) }
END {
    parts = split(list, part, " ")
    for (p = 1; p < parts; p += 2) total += part[p + 1] * n[part[p]]
    printf "placed\n%d\n", total
    for (p = 1; p < parts; p += 2)
        for (m = 0; m < part[p + 1]; m++) {
            kind = part[p]
            at[0] = at_cell % cells; at[1] = int(at_cell / cells) % cells; at[2] = int(at_cell / cells / cells)
            at_cell++; number++
            for (k = 0; k < n[kind]; k++) {
                printf "%5d%-5s%5s%5d", number, residue[kind], name[kind, k], ++atom
                for (c = 0; c < 3; c++) {
                    if (k == 0 || kind != rigid) shift[c] = 0.008 * random()
                    printf "%14.9f", step * (at[c] + 0.5) + x[kind, k, c] + shift[c]
                }
                print ""
            }
        }
    printf "%.6f %.6f %.6f\n", cells * step, cells * step, cells * step
}
