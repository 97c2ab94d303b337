# SPDX-License-Identifier: MIT
"""Writes a cell for LAMMPS, runs it, reads energies, virial and forces back.

Units real: kcal/mol, angstrom, k without 1/2 and OPLS Fourier coefficients, as the force-field file
has them. The dielectric constant puts LAMMPS's Coulomb constant (332.06371 kcal A/mol/e^2) to ours."""
import re
import subprocess

import numpy as np

KCAL = 4.184
QQR2E = 332.06371        # src/update.cpp, units real
NKTV2P = 68568.415       # kcal/mol/A^3 -> atm, src/update.cpp

INPUT = """units real
atom_style full
boundary p p p
dielectric {dielectric:.17g}
pair_style lj/cut/coul/long 10.0
pair_modify table 0 shift no tail no mix geometric
bond_style harmonic
angle_style harmonic
dihedral_style opls
improper_style cvff
special_bonds lj 0.0 0.0 0.5 coul 0.0 0.0 0.5
read_data {name}.data
kspace_style ewald 1.0e-9
neighbor 0.3 bin
compute virial all pressure NULL virial
thermo_style custom step evdwl ecoul elong ebond eangle edihed eimp pe vol c_virial[*]
thermo_modify norm no format float %25.17g
dump forces all custom 1 {name}.dump id fx fy fz
dump_modify forces sort id format float %25.17g
run 0
"""


def write_data(path, cell, x, box):
    """box: rows a, b, c (nm), lower triangular, |tilt| at most half an edge."""
    types = {t: k + 1 for k, t in enumerate(sorted(set(cell.types)))}
    sections = {}
    kinds = {}
    for label, terms, atoms, key in (
            ("Bond", "bonds", 2, lambda t: (t[3], t[2])),
            ("Angle", "angles", 3, lambda t: (t[4], t[3])),
            ("Dihedral", "dihedrals", 4, lambda t: tuple(t[4])),
            ("Improper", "impropers", 4, lambda t: (0.5 * t[4][1], -1, 2))):
        kinds[label], rows = {}, []
        for t in cell.terms(terms, atoms):
            number = kinds[label].setdefault(key(t), len(kinds[label]) + 1)
            rows.append(f"{len(rows) + 1} {number} " + " ".join(str(a + 1) for a in t[:atoms]))
        sections[label] = rows
    out = ["cell", "", f"{cell.n} atoms"]
    out += [f"{len(rows)} {label.lower()}s" for label, rows in sections.items()]
    out += ["", f"{len(types)} atom types"]
    out += [f"{len(table)} {label.lower()} types" for label, table in kinds.items() if table]
    out += [""] + [f"0.0 {10 * box[a][a]:.12g} {c}lo {c}hi" for a, c in enumerate("xyz")]
    out.append(f"{10 * box[1][0]:.12g} {10 * box[2][0]:.12g} {10 * box[2][1]:.12g} xy xz yz")
    table = cell.force_field.atom_types
    out += ["", "Masses", ""] + [f"{k} {table[t]['mass']}" for t, k in types.items()]
    out += ["", "Pair Coeffs", ""]
    out += [f"{k} {table[t]['epsilon']} {table[t]['sigma']}" for t, k in types.items()]
    for label, coefficients in kinds.items():
        if coefficients:
            out += ["", f"{label} Coeffs", ""]
            out += [f"{number} " + " ".join(str(v) for v in values)
                    for values, number in coefficients.items()]
    out += ["", "Atoms # full", ""]
    molecule = [m + 1 for m, (kind, _) in enumerate(cell.molecules) for _ in kind.names]
    out += [f"{i + 1} {molecule[i]} {types[cell.types[i]]} {cell.charges[i]:.17g} " +
            " ".join(f"{10 * v:.12g}" for v in x[i]) for i in range(cell.n)]
    for label, rows in sections.items():
        if rows:
            out += ["", f"{label}s", ""] + rows
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def version():
    text = subprocess.run(["lmp", "-h"], capture_output=True, text=True, check=True).stdout
    return re.search(r"- (\d+ \w+ \d{4}(?: - Update \d+)?)", text).group(1)


def run(folder, name):
    """Runs NAME.in; the row of thermo output, and forces as they stand in NAME.dump."""
    done = subprocess.run(["lmp", "-in", f"{name}.in", "-log", f"{name}.log"], cwd=folder,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-1000:])
    lines = (folder / f"{name}.log").read_text(encoding="ascii").splitlines()
    head = next(k for k, line in enumerate(lines) if line.lstrip().startswith("Step "))
    row = dict(zip(lines[head].split(), (float(v) for v in lines[head + 1].split())))
    rows = (folder / f"{name}.dump").read_text(encoding="ascii").splitlines()[9:]
    force = np.array([[float(v) for v in r.split()[1:]] for r in rows])
    return row, force


def evaluate(folder, name, cell, x, box, constant):
    """Single point: energies by term (kJ/mol), virial W = -1/2 sum r (x) F, forces (kJ/mol/nm)."""
    write_data(folder / f"{name}.data", cell, x, box)
    dielectric = QQR2E * KCAL / 10 / constant
    (folder / f"{name}.in").write_text(INPUT.format(dielectric=dielectric, name=name),
                                       encoding="ascii")
    row, force = run(folder, name)
    energy = {"bond": row["E_bond"], "angle": row["E_angle"], "dihedral": row["E_dihed"],
              "improper": row["E_impro"], "van_der_waals": row["E_vdwl"],
              "coulomb": row["E_coul"] + row["E_long"], "potential": row["PotEng"]}
    p = [row[f"c_virial[{k}]"] for k in range(1, 7)]  # xx yy zz xy xz yz
    w = -0.5 * KCAL * row["Volume"] / NKTV2P * np.array(
        [[p[0], p[3], p[4]], [p[3], p[1], p[5]], [p[4], p[5], p[2]]])
    return {k: KCAL * v for k, v in energy.items()}, w, KCAL * 10 * force
