#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the current that a run measures, and the conductivity made of it, with numpy.

    compare_current.py KALIUM RECIPE

A short run with velocities in its trajectory: the current in energies.csv must be the sum of formal
charge times velocity of the centre of mass over the molecules of each frame (which the trajectory
holds in float). Its correlation and their integral are made anew from the same column: pairs of
values are averaged level by level and correlated with whole-array products. Differences beyond 1e-6
fail (exit code 1). Exit code 77 (skipped) without numpy or MDAnalysis."""
import csv
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import MDAnalysis
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
TOLERANCE = 1e-6
CHARGE = {"K": 1, "F": -1, "D": 0}  # first letters of the residues K, FSI, DME
kalium, recipe = (os.path.abspath(a) for a in sys.argv[1:3])
work = tempfile.TemporaryDirectory()
folder = os.path.join(work.name, "run")
production = "production={time_ns: 0.012, timestep_fs: 2, frame_ps: 0.1, energy_ps: 0.01, velocities: true}"
subprocess.run([kalium, "run", recipe, "-o", folder, "--quiet", "--threads", "1", "--set", production,
                "--set", "analyse=[conductivity, viscosity]"], check=True)


def table(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return list(csv.DictReader(file))


rows = table("energies.csv")
spacing = [float(b["time_ps"]) - float(a["time_ps"]) for a, b in zip(rows, rows[1:])]
first = len(spacing) - next(k for k, s in enumerate(reversed(spacing)) if abs(s - 0.01) > 1e-5)
volume = float(rows[-1]["volume_nm3"])
series = [r for r in rows[first:] if r["volume_nm3"] == rows[-1]["volume_nm3"]]
current = np.array([[float(r[f"current_{a}_e_nm_ps"]) for a in "xyz"] for r in series])
print(f"{len(current)} currents, volume {volume:.4f} nm3")

# ---- the current itself ----
universe = MDAnalysis.Universe(os.path.join(folder, "topology.psf"),
                               os.path.join(folder, "trajectory.nc"), format="NCDF")
atoms = universe.atoms
z = np.array([CHARGE[a.resname[0]] for a in atoms])
residue_mass = np.array([a.residue.mass for a in atoms])
weight = z * atoms.masses / residue_mass
every = round(universe.trajectory.dt / 0.01)
worst = 0.0
for k, frame in enumerate(universe.trajectory):
    theirs = weight @ (frame.velocities.astype(float) / 10.0)  # A/ps to nm/ps
    worst = max(worst, np.max(np.abs(theirs - current[k * every])))
scale = np.sqrt(np.mean(current ** 2))
print(f"{universe.trajectory.n_frames} frames: currents differ by {worst / scale:.1e} of their mean size")
good = worst < TOLERANCE * scale * 10  # velocities are stored in float, masses of a PSF have 4 digits

# ---- its correlation ----
ours = table("current.csv")
lag, mean, width = [], [], 1
level = current[1:]  # the spacing changes at the first row, which ends the stage before
while len(lag) < len(ours):
    for m in range(0 if width == 1 else 8, 16):
        if len(level) > m:
            lag.append(0.01 * m * width)
            mean.append(np.mean(level[:len(level) - m] * level[m:]))
    level = 0.5 * (level[:len(level) // 2 * 2:2] + level[1:len(level) // 2 * 2:2])
    width *= 2
lag, mean = np.array(lag[:len(ours)]), np.array(mean[:len(ours)])
integral = np.concatenate([[0.0], np.cumsum(0.5 * (mean[1:] + mean[:-1]) * np.diff(lag))])
sigma = integral * 1.602176634e-19 ** 2 * 1e-6 / (volume * 1e-27 * 1.380649e-23 * 298.15)
for column, theirs in (("correlation_e2_nm2_ps2", mean), ("integral_S_m", sigma)):
    mine = np.array([float(r[column]) for r in ours])
    difference = np.max(np.abs(mine - theirs)) / np.max(np.abs(theirs))
    print(f"{column}: {len(mine)} lags, largest difference {difference:.1e} of the largest")
    good = good and difference < TOLERANCE
value = [float(r["value"]) for r in table("conductivity.csv") if r["quantity"] == "green_kubo_conductivity"]
if value:
    nearest = np.min(np.abs(sigma / value[0] - 1.0))
    print(f"conductivity {value[0]:.6g} S/m, {nearest:.1e} from the integral at one of the lags")
    good = good and nearest < TOLERANCE
sys.exit(0 if good and len(ours) > 20 else 1)
