#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Single-point references from other programs. See README.md here.

    make_references.py --forcefield ../../../forcefields/opls-electrolytes.yaml [--system NAME ...]
                       [--new-configuration] [--work FOLDER]

Without --new-configuration the stored configuration is evaluated again."""
import argparse
import pathlib
import subprocess

import ewald
import gromacs
import lammps
import numpy as np
from topology import Cell, ForceField

HERE = pathlib.Path(__file__).resolve().parent
SYSTEMS = {
    "kfsi-dme": {
        "title": "1 M KFSI in DME, full charges, cubic cell",
        "composition": [("K+", 14), ("FSI", 14), ("DME", 126)],
        "charge_scale": 1.0, "tilt": (0.0, 0.0, 0.0), "density": 0.75},
    "kpf6-ec-dec": {
        "title": "0.8 M KPF6 in EC:DEC 1:1 v/v, full charges, cubic cell",
        "composition": [("K+", 12), ("PF6", 12), ("EC", 109), ("DEC", 60)],
        "charge_scale": 1.0, "tilt": (0.0, 0.0, 0.0), "density": 0.95},
    "kfsi-dme-tte": {
        "title": "KFSI:DME:TTE 1:2:1 mol, ion charges scaled by 0.8, triclinic cell",
        "composition": [("K+", 40), ("FSI", 40), ("DME", 80), ("TTE", 40)],
        "charge_scale": 0.8, "tilt": (0.25, -0.2, 0.15), "density": 1.15}}
BAR = 0.0602214076  # kJ/mol/nm^3
DIGITS = 9  # of a stored coordinate, nm


def pack(folder, cell, density):
    """Packmol: molecules at random in a cube of that density (g/cm^3), nm."""
    mass = sum(cell.force_field.atom_types[t]["mass"] for t in cell.types)
    edge = (mass * 1.66053906660e-3 / density) ** (1 / 3)
    text = ["tolerance 2.0", "filetype xyz", "output packed.xyz", "seed 101"]
    for number, (kind, (_, count)) in enumerate(zip(cell.kinds, cell.composition)):
        lines = [str(len(kind.names)), kind.key]
        lines += [f"C {p[0]} {p[1]} {p[2]}" for p in kind.positions]
        (folder / f"kind{number}.xyz").write_text("\n".join(lines) + "\n", encoding="ascii")
        text += [f"structure kind{number}.xyz", f"  number {count}",
                 f"  inside cube 1.0 1.0 1.0 {10 * edge - 2:.6f}", "end structure"]
    (folder / "packmol.inp").write_text("\n".join(text) + "\n", encoding="ascii")
    with open(folder / "packmol.inp", encoding="ascii") as stream:  # packmol rewinds its input
        subprocess.run(["packmol"], cwd=folder, stdin=stream, check=True,
                       stdout=subprocess.DEVNULL)
    rows = (folder / "packed.xyz").read_text(encoding="ascii").splitlines()[2:]
    return np.array([[float(v) for v in r.split()[1:4]] for r in rows]) * 0.1, edge


def make_whole(cell, x, box):
    """Every molecule in one piece, its first atom in the cell; rounded as it is stored."""
    x = np.array(x)
    for kind, first in cell.molecules:
        start = x[first] - np.floor(np.linalg.solve(box.T, x[first])) @ box
        shift = start - x[first]
        for a in range(len(kind.names)):
            x[first + a] += shift
        for i, j, *_ in kind.bonds:
            i, j = sorted((i, j))
            x[first + j] = x[first + i] + ewald.minimum_image(x[first + j] - x[first + i], box)
    return np.round(x, DIGITS)


def new_configuration(folder, cell, system):
    x, edge = pack(folder, cell, system["density"])
    xy, xz, yz = (round(t * edge, DIGITS) for t in system["tilt"])
    box = np.array([[edge, 0, 0], [xy, edge, 0], [xz, yz, edge]])
    x, box = gromacs.relax(folder, cell, x, box)
    box = np.round(box, DIGITS)
    return make_whole(cell, x, box), box


def read_configuration(path, n):
    """The stored box and positions, as the decimal numbers of the file."""
    box, rows = None, []
    with open(path, encoding="ascii") as stream:
        for line in stream:
            words = line.split()
            if words[:1] == ["box_nm"]:
                v = [float(w) for w in words[1:]]
                box = np.array([[v[0], 0, 0], [v[1], v[2], 0], [v[3], v[4], v[5]]])
            elif words[:1] == ["atom"]:
                rows.append([float(w) for w in words[2:5]])
    assert len(rows) == n
    return np.array(rows), box


def symmetric(w):
    w = 0.5 * (w + w.T)
    return [w[0, 0], w[1, 1], w[2, 2], w[0, 1], w[0, 2], w[1, 2]]


def relative(a, b):
    return float(np.sqrt(((a - b) ** 2).sum() / (b ** 2).sum()))


def evaluate(folder, cell, x, box):
    """The reference, and how far the programs agree on it."""
    constant = gromacs.coulomb_constant(folder)
    energy, virial, force = gromacs.evaluate(folder, "neutral", cell, x, box, False)
    tail, _, _ = gromacs.evaluate(folder, "tail", cell, x, box, False, "AllEnerPres")
    q = np.array(cell.charges)
    excluded, pairs = list(cell.terms("excluded", 2)), list(cell.terms("pairs14", 2))
    direct = ewald.coulomb(x, q, box, excluded, constant)
    near = ewald.pairs14(x, q, box, pairs, 0.5, constant)
    energy["lennard_jones_tail"] = tail["lennard_jones_tail"]
    # pressure -> virial: P = -2 W/V on each of the three diagonal elements
    energy["virial_tail"] = -0.5 * tail["pressure_tail"] * BAR * np.linalg.det(box)
    energy["coulomb_14"], energy["coulomb_other"] = near[0], direct[0]
    virial = virial + direct[2] + near[2]
    force = force + direct[1] + near[1]
    agreement = compare(folder, cell, x, box, constant, (energy, virial, force))
    return constant, energy, virial, force, agreement


def compare(folder, cell, x, box, constant, reference):
    energy, virial, force = reference
    total = energy["coulomb_14"] + energy["coulomb_other"]
    mesh, mesh_virial, mesh_force = gromacs.evaluate(folder, "charged", cell, x, box, True)
    mesh_total = mesh["coulomb_14"] + mesh["coulomb_short"] + mesh["coulomb_long"]
    theirs, their_virial, their_force = lammps.evaluate(folder, "lammps", cell, x, box, constant)
    out = [("gromacs_pme coulomb", abs(mesh_total / total - 1)),
           ("gromacs_pme forces_rms", relative(mesh_force, force)),
           ("gromacs_pme virial", relative(mesh_virial, virial)),
           ("lammps coulomb", abs(theirs["coulomb"] / total - 1)),
           ("lammps van_der_waals", abs(theirs["van_der_waals"] / (
               energy["lennard_jones"] + energy["lennard_jones_14"]) - 1)),
           ("lammps forces_rms", relative(their_force, force)),
           ("lammps virial", relative(their_virial, virial))]
    for term in ("bond", "angle", "dihedral", "improper"):
        if energy.get(term):
            out.append((f"lammps {term}", abs(theirs[term] / energy[term] - 1)))
    return out


def write_reference(path, name, system, cell, x, box, results):
    constant, energy, virial, force, agreement = results
    out = [f"# {system['title']}. Format, units and conventions: README.md",
           f"# made by make_references.py --system {name}",
           f"# gromacs {' '.join(gromacs.version('gmx_d'))}: gmx_d mdrun, all but Coulomb",
           f"# ewald.py (numpy {np.__version__}), direct sum in double: Coulomb",
           f"# second opinions: gmx_d PME order 12; lammps {lammps.version()} ewald 1e-9"]
    out += [f"# relative difference, {what}: {value:.1e}" for what, value in agreement]
    out += [f"coulomb_constant {constant:.15g}", f"charge_scale {system['charge_scale']:g}",
            "cutoff_nm 1.0"]
    out += [f"molecule {key} {count} {len(kind.names)}"
            for kind, (key, count) in zip(cell.kinds, cell.composition)]
    out.append("box_nm " + " ".join(f"{box[a][b]:.{DIGITS}f}" for a in range(3)
                                    for b in range(a + 1)))
    order = ["lennard_jones", "lennard_jones_tail", "lennard_jones_14", "coulomb_other",
             "coulomb_14", "bond", "angle", "dihedral", "improper"]
    out += [f"energy {term} {energy.get(term, 0.0):.12e}" for term in order]
    out.append(f"virial_tail {energy['virial_tail']:.12e}")
    out.append("virial " + " ".join(f"{w:.12e}" for w in symmetric(virial)))
    for i in range(cell.n):
        out.append(f"atom {cell.types[i]} " + " ".join(f"{v:.{DIGITS}f}" for v in x[i]) + " " +
                   " ".join(f"{v:.8e}" for v in force[i]))
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forcefield", required=True)
    parser.add_argument("--system", nargs="*", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--new-configuration", action="store_true")
    parser.add_argument("--work", default=str(HERE.parent / "work"))
    arguments = parser.parse_args()
    ewald.self_test()
    force_field = ForceField(arguments.forcefield)
    for name in arguments.system:
        system = SYSTEMS[name]
        cell = Cell(force_field, system["composition"], system["charge_scale"])
        folder = pathlib.Path(arguments.work) / name
        folder.mkdir(parents=True, exist_ok=True)
        path = HERE / f"{name}.txt"
        if arguments.new_configuration:
            x, box = new_configuration(folder, cell, system)
        else:
            x, box = read_configuration(path, cell.n)
        results = evaluate(folder, cell, x, box)
        write_reference(path, name, system, cell, x, box, results)
        print(name, cell.n, "atoms")
        for what, value in results[4]:
            print(f"  {what}: {value:.1e}")


if __name__ == "__main__":
    main()
