#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares profiles along z with those of MDAnalysis from the same positions.

    compare_profile.py FOLDER

FOLDER holds what profile_sample left. Mass, charge and number densities are those of
MDAnalysis.analysis.lineardensity.LinearDensity, the potential is numpy's sum over the charges below
each edge, dipoles are numpy's too. Exit code 77 (skipped) without MDAnalysis, 1 when a value
differs by more than 1e-5 of the largest of its column: MDAnalysis keeps positions in float."""
import csv
import os
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    import MDAnalysis
    from MDAnalysis.analysis.lineardensity import LinearDensity
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
from sample_files import read_sample, read_table

TOLERANCE = 1e-5
BOX = np.array([30.0, 30.0, 50.0])
folder = sys.argv[1]
sample = read_sample(folder)
kind, molecule, mass, charge = sample.kind, sample.molecule, sample.mass, sample.charge
positions = sample.positions
table = read_table(folder, "profile.csv")
with open(os.path.join(folder, "potential.csv"), encoding="utf-8") as file:
    condition = file.readline()
    potential = list(csv.DictReader(file))
# in a full cell without metal the window is the cell; with vacuum it begins elsewhere
z = np.array([float(row["z_A"]) for row in table])
edges = np.array([float(row["z_A"]) for row in potential])
n_bins = len(z)
differences = 0


def check(what, ours, theirs):
    """Reports one column."""
    global differences
    worst = np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs))
    agrees = len(ours) == len(theirs) and np.isfinite(worst) and worst < TOLERANCE
    print(f"{'ok  ' if agrees else 'FAIL'} {what}: {worst:.1e}")
    differences += not agrees


def column(name):
    """One column of profile.csv; NaN where it is empty."""
    return np.array([float(row[name]) if row[name] else np.nan for row in table])


universe = MDAnalysis.Universe.empty(sample.n, n_residues=molecule[-1] + 1,
                                     atom_resindex=molecule, trajectory=True)
universe.add_TopologyAttr("masses", mass)
universe.add_TopologyAttr("charges", charge)
inside = positions.copy()
inside[:, :, 2] = (positions[:, :, 2] - edges[0])  # the window begins at 0
universe.load_new(inside.astype(np.float32), order="fac",
                  dimensions=np.append(BOX, [90.0, 90.0, 90.0]))
width = BOX[2] / n_bins


def linear_density(atoms, grouping):
    """MDAnalysis along z, bins of ours. A fresh copy: it wraps what it is given."""
    fresh = universe.copy()
    return LinearDensity(fresh.atoms[atoms], grouping=grouping,
                         binsize=width * (1 - 1e-6)).run().results.z


everything = np.arange(sample.n)
theirs = linear_density(everything, "atoms")
avogadro = 6.02214076e23
check("mass density", column("mass kg/m3"), 1000.0 * theirs.mass_density)
check("charge density", column("charge e/A3"), theirs.charge_density * avogadro * 1e-24)
for name in dict.fromkeys(kind):
    atoms = np.flatnonzero(kind == name)
    weight = mass[molecule == molecule[atoms[0]]].sum()
    theirs = linear_density(atoms, "residues")
    check(f"number density of {name}", column(f"{name} 1/A3"),
          theirs.mass_density / weight * avogadro * 1e-24)

# potential and dipoles by numpy; blocks of 60 frames: 15 of 4
eps0 = 8.8541878128e-12 / 1.602176634e-19 * 1e-10  # e/(V A)
per_frame = np.array([[np.sum(charge[below] * (edge - frame[below, 2])) for edge in edges
                       for below in [frame[:, 2] < edge]] for frame in positions])
per_frame *= -1.0 / (eps0 * BOX[0] * BOX[1])
block = per_frame.reshape(15, 4, -1).mean(axis=1)
ours = np.array([[float(row[c]) for c in ("vacuum_V", "vacuum_standard_error_V", "periodic_V",
                                          "periodic_standard_error_V")] for row in potential])
for first, periodic in ((0, False), (2, True)):
    if periodic:
        line = (edges - edges[0]) / BOX[2]
        per_frame = per_frame - per_frame[:, -1:] * line
        block = block - block[:, -1:] * line
    check(f"potential, periodic={periodic}", ours[:, first], per_frame.mean(axis=0))
    check("its standard error", ours[:, first + 1], block.std(axis=0, ddof=1) / np.sqrt(15))
print(condition.strip())

atoms = np.flatnonzero(kind == "DME").reshape(-1, 3)
dipole = np.einsum("i,kmic->kmc", charge[atoms[0]], positions[:, atoms])
cosine = dipole[:, :, 2] / np.linalg.norm(dipole, axis=2)
centre = positions[:, atoms].mean(axis=2)[:, :, 2]
place = np.floor((centre - edges[0]) / width).astype(int)
count = np.bincount(place.ravel(), minlength=n_bins)
filled = count > 0
for name, value in (("cos", cosine), ("P2", 1.5 * cosine ** 2 - 0.5)):
    mean = np.bincount(place.ravel(), weights=value.ravel(), minlength=n_bins)[filled]
    check(f"dipoles, {name}", column(f"DME {name} 1")[filled], mean / count[filled])
    if not np.all(np.isnan(column(f"DME {name} 1")[~filled])):
        differences += 1
sys.exit(1 if differences else 0)
