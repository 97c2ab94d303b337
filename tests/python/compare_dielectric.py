#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The dielectric constant of a short run, beside that of MDAnalysis from the same frames.

    compare_dielectric.py KALIUM RECIPE

Solvent DME; to 1e-4, as both take the constants of nature from their own tables and charges have
six digits in the PSF file. Exit code 77 (skipped) without MDAnalysis."""
import json
import os
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
try:
    import MDAnalysis
    from MDAnalysis.analysis.dielectric import DielectricConstant
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

kalium, recipe = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    run = os.path.join(folder, "run")
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([kalium, "run", recipe, "-o", run, "--quiet", "--threads", "1"], **quiet)
    subprocess.run([kalium, "analyse", run, "--only", "dielectric", "--quiet"], **quiet)
    with open(f"{run}/analysis-dielectric.json", encoding="utf-8") as file:
        ours = json.load(file)
    universe = MDAnalysis.Universe(f"{run}/topology.psf", f"{run}/trajectory.nc")
    theirs = DielectricConstant(universe.select_atoms("resname DME"),
                                temperature=ours["temperature_K"], make_whole=False).run()
    value = ours["dielectric"]["dielectric_constant"]["value"]
    other = float(theirs.results.eps_mean)
    print(f"{universe.trajectory.n_frames} frames: {value:.6f}, MDAnalysis {other:.6f}")
    good = abs((value - 1) / (other - 1) - 1) < 1e-4 and value - 1 > 1e-3
    sys.exit(0 if good else 1)
