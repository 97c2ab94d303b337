#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mean edges of an ordered K-Na crystal at 100 K and 1 bar in LAMMPS, fix npt aniso, and how much
they fluctuate: edges-nak.txt, with which tests/physics/crystal_edges.c compares kalium.

    python3 tests/reference/metals/make_edges.py [--lammps lmp] [--steps 50000]

The crystal is bcc, 6 x 6 x 6 cells; Na sits on every second plane of body centres along x, and on
every second row along x and every third along y of the corners, so that no two edges are alike. It
is of no material: an orthorhombic cell for which both programs have the same potential. The first
fifth is left out; errors are from ten blocks."""
import argparse
import os
import re
import subprocess
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
POTENTIAL = os.path.join(HERE, "../../../forcefields/metals/Zhou2011_LiNaKRbCs_FClBrI.eim")
CELLS, START = 6, (30.20, 29.12, 28.74)  # A
INPUT = """units metal
read_data crystal.data
pair_style eim
pair_coeff * * Na K {potential} K Na
neigh_modify every 1 delay 0 check yes
velocity all create 200 1
timestep 0.004
fix 1 all npt temp 100 100 0.2 aniso 1 1 1.0
thermo 25
thermo_style custom step lx ly lz
run {steps}
"""


def write_crystal(path):
    atoms = []
    for x in range(CELLS):
        for y in range(CELLS):
            for z in range(CELLS):
                atoms.append((2 if x % 2 == 0 and y % 3 == 0 else 1, x, y, z))
                atoms.append((2 if x % 2 == 0 else 1, x + 0.5, y + 0.5, z + 0.5))
    with open(path, "w") as f:
        f.write(f"ordered K-Na\n\n{len(atoms)} atoms\n2 atom types\n\n")
        for edge, axis in zip(START, "xyz"):
            f.write(f"0 {edge} {axis}lo {axis}hi\n")
        f.write("\nMasses\n\n1 39.0983\n2 22.98977\n\nAtoms\n\n")
        for i, (kind, *s) in enumerate(atoms):
            at = " ".join(f"{k * edge / CELLS:.6f}" for k, edge in zip(s, START))
            f.write(f"{i + 1} {kind} {at}\n")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lammps", default="lmp")
    p.add_argument("--steps", type=int, default=50000)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as work:
        write_crystal(os.path.join(work, "crystal.data"))
        with open(os.path.join(work, "in"), "w") as f:
            f.write(INPUT.format(potential=os.path.abspath(POTENTIAL), steps=a.steps))
        out = subprocess.run([a.lammps, "-in", "in"], cwd=work, capture_output=True, text=True,
                             check=True).stdout
    version = re.search(r"LAMMPS \((.*?)\)", out).group(1)
    table = out[out.index("Step Lx"):out.index("Loop time")].splitlines()[1:]
    edge = np.array([[float(v) for v in line.split()[1:]] for line in table if line.strip()])
    edge = edge[len(edge) // 5:]
    blocks = [b.mean(axis=0) for b in np.array_split(edge, 10)]
    with open(os.path.join(HERE, "edges-nak.txt"), "w") as f:
        f.write(f"# LAMMPS {version}, {a.steps} steps of 4 fs: axis, mean edge, its standard "
                "error, deviation of the edge (nm)\n")
        for c, axis in enumerate("xyz"):
            f.write(f"{axis} {0.1 * edge[:, c].mean():.5f} "
                    f"{0.1 * np.std(blocks, axis=0, ddof=1)[c] / 10 ** 0.5:.5f} "
                    f"{0.1 * edge[:, c].std():.5f}\n")


main()
