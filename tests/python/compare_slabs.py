#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what is reported of two slabs with the trajectory as MDAnalysis reads it.

    compare_slabs.py PISTON HELD

Two runs of tests/cli/interface.yaml: the two upper layers of the upper slab are a piston, or held;
the two lower of the lower slab are held. The way of each slab's centre must be that in
results.json; held atoms stay where they were, those of a piston move as one along z. Exit code 77
(skipped) without MDAnalysis, 1 when something differs."""
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    import MDAnalysis
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

LAYERS, HELD = 5, 2
TOLERANCE = 1e-4  # A: coordinates are stored in float
wrong = 0


def expect(what, value, expected):
    global wrong
    fine = abs(value - expected) <= TOLERANCE
    wrong += not fine
    print(f"{what}: {value:.5f} A, expected {expected:.5f}{'' if fine else '  WRONG'}")


for folder, piston in ((sys.argv[1], True), (sys.argv[2], False)):
    run = MDAnalysis.Universe(os.path.join(folder, "topology.psf"),
                              os.path.join(folder, "trajectory.nc"))
    with open(os.path.join(folder, "results.json"), encoding="utf-8") as file:
        results = json.load(file)
    pistons = results["stages"][-1].get("pistons", [])
    assert len(pistons) == piston, f"{folder}: {len(pistons)} pistons are reported"
    metal = run.select_atoms("resname K0")
    half = len(metal) // 2
    frames = np.array([metal.positions.astype(float) for _ in run.trajectory])
    way = frames - frames[0]
    for k, slab in enumerate(results["profile"]["slabs"]):
        mean = way[-1, k * half:(k + 1) * half, 2].mean()
        expect(f"{os.path.basename(folder)}, drift of slab {k + 1}", slab["drift_A"], mean)
    outer = half // LAYERS * HELD
    expect("held below, farthest way", np.abs(way[:, :outer]).max(), 0.0)
    upper = way[:, -outer:]
    if not piston:
        expect("held above, farthest way", np.abs(upper).max(), 0.0)
        continue
    assert np.abs(upper[:, :, 2]).max() > 100 * TOLERANCE, "the piston does not move"
    expect("piston, farthest way in the plane", np.abs(upper[:, :, :2]).max(), 0.0)
    expect("piston, one atom from another", np.ptp(upper[:, :, 2], axis=1).max(), 0.0)
sys.exit(wrong != 0)
