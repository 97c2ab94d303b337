#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Forces, energies and virials of ions by LAMMPS, for tests/physics/pair_forms.c.

    python3 tests/reference/ions/make_ions.py [--lammps lmp]      writes ions.txt beside this file

Three cells of 216 jittered atoms, pairs cut at 9 A without shift: KCl of Fumi and Tosi with Ewald's
sum; every form that LAMMPS has, tabulated ones included, in one cell of four types; Morse and
screened repulsion (bond valence) by a double loop over the formulas of Adams & Rao, which LAMMPS does
not have. Units eV and angstrom; virial = sum r (x) F as LAMMPS has it (xx yy zz xy xz yz)."""
import argparse
import itertools
import math
import os
import random
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CUTOFF = 9.0
KCL = {(1, 1): ("born_mayer_huggins", 0.26370376, 0.337, 2.926, 15.16686705, 14.97962178),
       (1, 2): ("born_mayer_huggins", 0.21096301, 0.337, 3.048, 29.95924356, 45.56301624),
       (2, 2): ("born_mayer_huggins", 0.15822226, 0.337, 3.170, 77.70678798, 156.03772686)}
FORMS = {(1, 1): ("lennard_jones", 0.01, 3.1), (1, 2): ("buckingham", 1460.3, 0.29912, 5.0),
         (1, 3): ("born_mayer_huggins", 0.21096301, 0.337, 3.048, 29.95924356, 45.56301624),
         (1, 4): ("morse", 0.17, 2.3, 2.65), (2, 2): ("morse_r12", 0.042395, 1.379316, 3.618701, 22.0),
         (2, 3): ("table",), (2, 4): ("lennard_jones", 0.02, 2.8), (3, 3): ("none",),
         (3, 4): ("buckingham", 958.21, 0.3603, 0.0),
         (4, 4): ("born_mayer_huggins", 0.26370376, 0.337, 2.926, 15.16686705, 14.97962178)}
BV = {(1, 1): ("screened_coulomb", 3.59991125, 3.0044), (1, 2): ("morse", 0.201068, 1.801802, 3.184081),
      (2, 2): ("screened_coulomb", 4.79988167, 1.5096)}


def cell(seed, edge, types, charges):
    """6 x 6 x 6 atoms near the points of a simple lattice, types in turn."""
    rnd = random.Random(seed)
    step, rows = edge / 6, []
    for c in itertools.product(range(6), repeat=3):
        t = types[sum(c) % len(types)]
        x = [round((k + 0.5 + 0.12 * (rnd.random() - 0.5)) * step, 7) for k in c]
        rows.append((t, charges[t], x))
    return edge, rows


def write_table(path):
    """K-O of beta-alumina with a dispersion term, every 0.05 A."""
    with open(path, "w") as f:
        f.write("# r (A), energy (eV), force (eV/A) of 958.21 exp(-r/0.3603) - 20/r^6\n\nK_O\nN 160\n\n")
        for m in range(160):
            r = 1.05 + 0.05 * m
            wall = 958.21 * math.exp(-r / 0.3603)
            f.write(f"{m + 1} {r:.2f} {wall - 20 / r ** 6:.15g} "
                    f"{wall / 0.3603 - 120 / r ** 7:.15g}\n")


def coefficients(pairs, charged):
    out = ["pair_coeff * * coul/long"] if charged else []
    for (a, b), (form, *p) in pairs.items():
        at = f"pair_coeff {a} {b}"
        if form == "lennard_jones":
            out.append(f"{at} lj/cut {p[0]} {p[1]}")
        elif form == "buckingham":
            out.append(f"{at} buck {p[0]} {p[1]} {p[2]}")
        elif form == "born_mayer_huggins":
            out.append(f"{at} born {p[0]} {p[1]} {p[2]} {p[3]} {-p[4]}")
        elif form in ("morse", "morse_r12"):
            out.append(f"{at} morse {p[0]} {p[1]} {p[2]}")
        if form == "morse_r12":
            out.append(f"{at} lj/cut {p[3] / 4e24:.17g} 100.0")
        if form == "table":
            out.append(f"{at} table {HERE}/ions.table K_O {CUTOFF - 0.001}")
    return "\n".join(out)


def lammps(program, edge, rows, pairs):
    n_types = max(b for _, b in pairs)
    used = " ".join(dict.fromkeys(c.split()[3] for c in coefficients(pairs, True).splitlines()))
    style = " ".join(f"{s} spline 400000" if s == "table" else f"{s} {CUTOFF}" for s in used.split())
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "data"), "w") as f:
            f.write(f"ions\n\n{len(rows)} atoms\n{n_types} atom types\n\n")
            f.write("".join(f"0 {edge} {c}lo {c}hi\n" for c in "xyz") + "\nMasses\n\n")
            f.write("".join(f"{t + 1} 1\n" for t in range(n_types)) + "\nAtoms # charge\n\n")
            for i, (t, q, x) in enumerate(rows):
                f.write(f"{i + 1} {t} {q} {x[0]} {x[1]} {x[2]}\n")
        with open(os.path.join(work, "in"), "w") as f:
            f.write(f"""units metal
atom_style charge
read_data data
pair_style hybrid/overlay {style}
{coefficients(pairs, True)}
kspace_style ewald 1e-9
compute w all pressure NULL virial
thermo_style custom evdwl ecoul elong pe vol c_w[1] c_w[2] c_w[3] c_w[4] c_w[5] c_w[6]
thermo_modify format float %.15g
dump d all custom 1 forces fx fy fz
dump_modify d sort id format float %.13g
run 0
""")
        done = subprocess.run([program, "-in", "in"], cwd=work, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-2000:] + done.stderr)
        forces = [[float(v) for v in line.split()]
                  for line in open(os.path.join(work, "forces")).read().splitlines()[9:]]
    values = re.search(r"E_vdwl.*\n(.*)\n", done.stdout).group(1).split()
    vdw, coul, long, _, volume, *p = [float(v) for v in values]
    return (vdw, coul + long, [x * volume / 1.6021765e6 for x in p], forces,
            "LAMMPS " + re.search(r"LAMMPS \((.*?)\)", done.stdout).group(1))


def double_loop(edge, rows, pairs):
    energy, virial = 0.0, [0.0] * 6
    forces = [[0.0] * 3 for _ in rows]
    for i, j in itertools.combinations(range(len(rows)), 2):
        d = [a - b for a, b in zip(rows[i][2], rows[j][2])]
        d = [x - edge * round(x / edge) for x in d]
        r = math.sqrt(sum(x * x for x in d))
        if r >= CUTOFF:
            continue
        form, *p = pairs[tuple(sorted((rows[i][0], rows[j][0])))]
        if form == "morse":
            e = math.exp(p[1] * (p[2] - r))
            u, f = p[0] * ((e - 1) ** 2 - 1), 2 * p[0] * p[1] * (e - 1) * e
        else:
            u = p[0] / r * math.erfc(r / p[1])
            f = u / r + 2 * p[0] / (r * math.sqrt(math.pi) * p[1]) * math.exp(-(r / p[1]) ** 2)
        energy += u
        for k, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))):
            virial[k] += f / r * d[a] * d[b]
        for c in range(3):
            forces[i][c] += f * d[c] / r
            forces[j][c] -= f * d[c] / r
    return energy, 0.0, virial, forces, "double loop in Python"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lammps", default="lmp")
    a = parser.parse_args()
    write_table(os.path.join(HERE, "ions.table"))
    cases = [("kcl", KCL, cell(1, 18.87882, [1, 2], {1: 1.0, 2: -1.0})),
             ("forms", FORMS, cell(2, 18.6, [1, 2, 4, 3, 2, 4], {1: 0.6, 2: -0.5, 3: 0.4, 4: 0.0})),
             ("bond_valence", BV, cell(3, 18.9, [1, 2], {1: 0.0, 2: 0.0}))]
    with open(os.path.join(HERE, "ions.txt"), "w") as out:
        out.write("# make_ions.py; case, cutoff (A); pairs; edge (A), vdw, coulomb (eV), virial (eV);\n"
                  "# atoms: type, charge, x y z (A), force (eV/A)\n")
        for name, pairs, (edge, rows) in cases:
            made = (double_loop if name == "bond_valence" else
                    lambda *x: lammps(a.lammps, *x))(edge, rows, pairs)
            out.write(f"# {made[4]}\ncase {name} {len(rows)} {max(b for _, b in pairs)} {CUTOFF}\n")
            for (x, y), p in pairs.items():
                out.write(f"pair {x} {y} " + " ".join(str(v) for v in p) + "\n")
            out.write(f"cell {edge} {made[0]:.12g} {made[1]:.12g} "
                      + " ".join(f"{v:.12g}" for v in made[2]) + "\n")
            for (t, q, x), f in zip(rows, made[3]):
                out.write(f"{t} {q} " + " ".join(f"{v:.7f}" for v in x) + " "
                          + " ".join(f"{v:.11g}" for v in f) + "\n")


main()
