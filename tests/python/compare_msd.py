#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares mean square displacements with those of MDAnalysis from the same positions.

    compare_msd.py FOLDER

FOLDER holds what msd_sample left. Centres of mass and the drift of the whole are taken with numpy,
the mean squares by MDAnalysis.analysis.msd.EinsteinMSD (by FFT where tidynamics is installed, by
its plain loop otherwise). Exit code 77 (skipped) without MDAnalysis, 1 when a value differs by more
than 1e-5: MDAnalysis keeps positions in float."""
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    import MDAnalysis
    from MDAnalysis.analysis.msd import EinsteinMSD
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
try:
    import tidynamics  # noqa: F401  what EinsteinMSD(fft=True) needs
    fft = True
except ImportError:
    fft = False
from sample_files import read_sample, read_table, without_drift

TOLERANCE = 1e-5
folder = sys.argv[1]
sample = read_sample(folder)
kind, molecule, mass = sample.kind, sample.molecule, sample.mass
positions = without_drift(sample)
table = read_table(folder, "msd.csv")
n_frames = len(positions)
worst, compared = 0.0, 0
for name in dict.fromkeys(kind):
    members = [np.flatnonzero(molecule == m) for m in dict.fromkeys(molecule[kind == name])]
    centres = np.stack([np.average(positions[:, atoms], axis=1, weights=mass[atoms])
                        for atoms in members], axis=1)
    centres -= centres[0]
    universe = MDAnalysis.Universe.empty(len(members), trajectory=True)
    universe.load_new(centres.astype(np.float32), order="fac")
    for column, dimension in (("total", "xyz"), ("x", "x"), ("y", "y"), ("z", "z")):
        theirs = EinsteinMSD(universe, select="all", msd_type=dimension, fft=fft).run()
        theirs = theirs.results.timeseries
        ours = np.array([float(row[f"{name} {column}_A2"]) for row in table])
        if len(ours) != n_frames or len(theirs) != n_frames:
            print(f"FAIL {name}: {len(ours)} and {len(theirs)} lags of {n_frames} frames")
            sys.exit(1)
        worst = max(worst, np.max(np.abs(ours[1:] / theirs[1:] - 1.0)))
        compared += n_frames - 1
print(f"{compared} values, fft={fft}, largest relative difference {worst:.2e}")
sys.exit(0 if compared > 0 and worst < TOLERANCE else 1)
