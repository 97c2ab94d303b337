#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares van Hove functions with distances that MDAnalysis finds between the same positions.

    compare_van_hove.py FOLDER

FOLDER holds what msd_sample left. Self part: lengths of the displacements, through
MDAnalysis.lib.distances.calc_bonds; distinct part: distance_array between two times, periodic. A
distance beside the edge of a bin may fall to either side, for stored displacements and MDAnalysis'
positions are floats: 2 counts in 10,000 may differ. The non-Gaussian parameter from the same
lengths: to its two printed digits. Exit code 77 (skipped) without MDAnalysis, 1 when something differs."""
import re
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    from MDAnalysis.lib.distances import calc_bonds, distance_array
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
from sample_files import read_sample, read_table, without_drift

EDGE = 500.0  # A, of msd_sample's cube
folder = sys.argv[1]
sample = read_sample(folder)
kind, molecule, mass = sample.kind, sample.molecule, sample.mass
positions = without_drift(sample)
table = read_table(folder, "vanhove.csv")
text = open(f"{folder}/analysis.txt", encoding="utf-8").read()
box = np.array([EDGE, EDGE, EDGE, 90, 90, 90], dtype=np.float32)
edges = 0.1 * np.arange(len(table) + 1)
frames = {float(c.split()[-2]) for c in table[0] if c.startswith("self")}
compared = 0


def check(what, ours, theirs, samples):
    """ours: counts from the table, theirs: counts of MDAnalysis"""
    global compared
    differing = np.abs(ours - theirs).sum()
    if not differing <= 2e-4 * samples + 1e-6 * theirs.sum():
        print(f"FAIL {what}: {differing:.1f} of {samples} counts differ")
        sys.exit(1)
    compared += 1


for name in dict.fromkeys(kind):
    members = [np.flatnonzero(molecule == m) for m in dict.fromkeys(molecule[kind == name])]
    centres = np.stack([np.average(positions[:, atoms], axis=1, weights=mass[atoms])
                        for atoms in members], axis=1).astype(np.float32)
    n = len(members)
    for lag in sorted(frames):
        m = round(lag / 2.0)  # frames are 2 ps apart
        origins = len(centres) - m
        before, after = centres[:-m], centres[m:]
        length = calc_bonds(before.reshape(-1, 3), after.reshape(-1, 3))
        theirs = np.histogram(length, edges)[0]
        ours = np.array([float(row[f"self {name} {lag:g} ps"]) for row in table])
        alpha2 = 3 * np.mean(length**4) / (5 * np.mean(length**2)**2) - 1
        line = re.search(f"parameter of {re.escape(name)}:.*", text).group()
        printed = float(re.search(rf"(-?[\d.]+) ± [\d.]+ at {lag:g} ps", line).group(1))
        if not abs(printed - alpha2) < 0.0051:
            print(f"FAIL {name} {lag:g} ps: non-Gaussian parameter {printed}, not {alpha2:.4f}")
            sys.exit(1)
        check(f"self {name} {lag:g} ps", ours * 0.1 * n * origins, theirs, n * origins)
        length = np.concatenate([distance_array(b, a, box=box)[~np.eye(n, dtype=bool)]
                                 for b, a in zip(before, after)])
        theirs = np.histogram(length, edges)[0]
        shell = 4 / 3 * np.pi * (edges[1:]**3 - edges[:-1]**3)
        ours = np.array([float(row[f"distinct {name} {lag:g} ps"]) for row in table])
        ours = ours * shell * (n - 1) / EDGE**3 * n * origins
        check(f"distinct {name} {lag:g} ps", ours, theirs, n * (n - 1) * origins)
        if theirs.sum() < 1000:
            print(f"FAIL {name}: {theirs.sum()} pairs are no test")
            sys.exit(1)
print(f"{compared} functions agree")
sys.exit(0 if compared == 2 * 3 * len(frames) and len(frames) == 5 else 1)
