#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads topology.psf, start.pdb and trajectory.nc with MDAnalysis, and with MDTraj and ncdump where
installed, and compares all they see with expected.json, which the writer of the sample left beside
them.

    read_trajectory.py FOLDER

Exit code 77 (skipped) when MDAnalysis is missing, 1 when something differs."""
import json
import os
import re
import shutil
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    import MDAnalysis
    from MDAnalysis.lib.mdamath import triclinic_vectors
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

folder = sys.argv[1]
psf = os.path.join(folder, "topology.psf")
pdb = os.path.join(folder, "start.pdb")
trajectory = os.path.join(folder, "trajectory.nc")
with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
    expected = json.load(file)

n = len(expected["names"])
cell = 10.0 * np.array(expected["cell_nm"]).reshape(3, 3)
last = 10.0 * np.array(expected["last_position_nm"]).reshape(n, 3)
bonds = sorted(map(tuple, expected["bonds"]))
differences = 0


def check(what, agrees):
    """Reports one comparison."""
    global differences
    print(f"{'ok  ' if agrees else 'FAIL'} {what}")
    differences += not agrees


def close(a, b, tolerance):
    """All numbers within an absolute tolerance, and as many of them."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= tolerance))


# float32 keeps 6e-8 of the value; the sample lies within 300 A
rounding = 2e-5

print(f"MDAnalysis {MDAnalysis.__version__}")
u = MDAnalysis.Universe(psf, trajectory)
check("names", list(u.atoms.names) == expected["names"])
check("residue names", list(u.atoms.resnames) == expected["residues"])
check("charges", close(u.atoms.charges, expected["charges"], 1e-7))
check("masses", close(u.atoms.masses, expected["masses"], 1e-6))
check("bonds", sorted(tuple(sorted(map(int, b))) for b in u.bonds.indices) == bonds)
check("residue = molecule", list(u.atoms.resindices) == expected["molecule"])
check("fragment = molecule", len(u.atoms.fragments) == max(expected["molecule"]) + 1)
check("times", close([frame.time for frame in u.trajectory], [0.0, 2.0, 4.0], 0.0))
u.trajectory[-1]
check("coordinates", close(u.atoms.positions, last, rounding))
check("velocities", close(u.atoms.velocities, last, rounding))
# MDAnalysis stores lengths and angles as float32
check("cell", close(triclinic_vectors(u.dimensions), cell, 5e-5))

p = MDAnalysis.Universe(pdb)
check("PDB names", list(p.atoms.names) == expected["names"])
check("PDB residue names", list(p.atoms.resnames) == expected["residues"])
check("PDB elements", list(p.atoms.elements) == expected["elements"])
check("PDB segments", list(p.atoms.segids) == list(u.atoms.segids))
check("PDB cell", close(triclinic_vectors(p.dimensions), cell, 2e-2))
u.trajectory[0]
shift = np.linalg.solve(cell.T, (p.atoms.positions - u.atoms.positions).T).T
check("PDB is the first frame, wrapped", close(shift, np.round(shift), 2e-4))

try:
    import mdtraj
except ImportError:
    print("MDTraj is not installed: not compared")
else:
    print(f"MDTraj {mdtraj.__version__}")
    t = mdtraj.load_netcdf(trajectory, top=mdtraj.load_psf(psf))
    # MDTraj renames water and its atoms
    dry = [i for i in range(n) if expected["residues"][i] != "WAT"]
    atoms = list(t.topology.atoms)
    check("names", all(atoms[i].name == expected["names"][i] for i in dry))
    check("residue names", all(atoms[i].residue.name == expected["residues"][i] for i in dry))
    check("bonds", sorted(tuple(sorted((a.index, b.index))) for a, b in t.topology.bonds) == bonds)
    check("times", close(t.time, [0.0, 2.0, 4.0], 0.0))
    check("coordinates", close(10.0 * t.xyz[-1], last, rounding))
    check("cell", close(10.0 * t.unitcell_vectors[-1], cell, 5e-5))
    q = mdtraj.load_pdb(pdb)
    check("PDB elements", [a.element.symbol for a in q.topology.atoms] == expected["elements"])


def dumped(text, name):
    """The numbers of one variable in what ncdump printed."""
    block = re.search(rf"^ {name} =(.*?);", text, re.MULTILINE | re.DOTALL).group(1)
    return np.array([float(word) for word in block.replace("\n", " ").split(",")])


if shutil.which("ncdump") is None:
    print("ncdump is not installed: not compared")
else:
    kind = subprocess.run(["ncdump", "-k", trajectory], capture_output=True, text=True, check=True)
    text = subprocess.run(["ncdump", "-p", "9,17", trajectory], capture_output=True, text=True,
                          check=True).stdout
    print("ncdump")
    check("kind of file", kind.stdout.strip() == "64-bit offset")
    check("conventions", ':Conventions = "AMBER" ;' in text
          and ':ConventionVersion = "1.0" ;' in text)
    check("unlimited frames", "frame = UNLIMITED ; // (3 currently)" in text)
    check("times", close(dumped(text, "time"), [0.0, 2.0, 4.0], 0.0))
    check("coordinates", close(dumped(text, "coordinates").reshape(-1, n, 3)[-1], last, rounding))
    lengths = np.linalg.norm(cell, axis=1)
    cosines = [cell[a] @ cell[b] / lengths[a] / lengths[b] for a, b in ((1, 2), (0, 2), (0, 1))]
    check("cell lengths", close(dumped(text, "cell_lengths")[-3:], lengths, 1e-9))
    check("cell angles", close(dumped(text, "cell_angles")[-3:], np.degrees(np.arccos(cosines)),
                               1e-9))

sys.exit(1 if differences else 0)
