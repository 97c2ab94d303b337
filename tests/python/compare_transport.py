#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares collective displacements and the conductivity with those made by tidynamics.

    compare_transport.py FOLDER

FOLDER holds what msd_sample left. Sums of displacements in the barycentric frame are taken with
numpy; their mean squares and products by tidynamics (de Buyl, doi:10.21105/joss.00877). The
conductivity is that of a line through the charge's mean square with the weights of
walk_regression.h made anew here by direct summation. Exit code 77 (skipped) without tidynamics, 1 when a value differs by more than 1e-5
(the program keeps displacements in float)."""
import sys

try:
    import numpy as np
    import tidynamics
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
from sample_files import read_sample, read_table, without_drift

TOLERANCE = 1e-5
CHARGE = {"K+": 1, "I-": -1, "DME": 0}
TEMPERATURE, VOLUME_NM3 = 298.15, 125000.0
folder = sys.argv[1]
sample = read_sample(folder)
kind, positions = sample.kind, without_drift(sample)
moved = positions - positions[0]
total = {name: moved[:, kind == name].sum(axis=1) for name in ("K+", "I-")}  # monatomic
charge = sum(CHARGE[name] * path for name, path in total.items())

# products by polarisation from mean squares alone: nothing of the program's own route but the idea
theirs = {"charge_e2_A2": tidynamics.msd(charge)}
for first, second in (("K+", "K+"), ("K+", "I-"), ("I-", "I-")):
    theirs[f"{first} {second}_A2"] = (tidynamics.msd(total[first] + total[second]) -
                                      tidynamics.msd(total[first] - total[second])) / 4.0
ours = read_table(folder, "collective_msd.csv")
worst = 0.0
for name, values in theirs.items():
    mine = np.array([float(row[name]) for row in ours])
    scale = np.abs(values) if "K+ I-" not in name else theirs["charge_e2_A2"]
    worst = max(worst, np.max(np.abs(mine[1:] - values[1:]) / scale[1:]))
print(f"{sum(map(len, theirs.values()))} mean squares, largest relative difference {worst:.2e}")


def covariance(m, n, frames, jitter):
    """Direct sum over all pairs of origins."""
    k = np.arange(frames - m)[:, None]
    j = np.arange(frames - n)[None, :]
    shared = np.clip(np.minimum(k + m, j + n) - np.maximum(k, j), 0, None).astype(float)
    shared += 0.5 * jitter * ((k == j).astype(float) + (k + m == j + n) - (k + m == j) - (k == j + n))
    return 2.0 * np.mean(shared ** 2)


interval = float(ours[1]["lag_ps"])
fit = [row for row in read_table(folder, "diffusion.csv") if row["species"] in ("K+", "I-")]
start = round(max(float(row["fit_from_ps"]) for row in fit) / interval)
end = round(max(float(row["fit_to_ps"]) for row in fit) / interval)
lags = np.unique((start * (end / start) ** (np.arange(32) / 31.0) + 0.5).astype(int))
frames = len(positions)
c = np.zeros((len(lags), len(lags)))
for i, m in enumerate(lags):
    for j in range(i + 1):
        c[i, j] = c[j, i] = covariance(m, lags[j], frames, 0.25 * lags[0])
x = np.stack([np.ones(len(lags)), lags * interval], axis=1)
slope = np.linalg.solve(x.T @ np.linalg.solve(c, x),
                        x.T @ np.linalg.solve(c, theirs["charge_e2_A2"][lags]))[1]
sigma = (1.602176634e-19 ** 2 * slope * 1e-8 /
         (6.0 * VOLUME_NM3 * 1e-27 * 1.380649e-23 * TEMPERATURE))
row = next(row for row in read_table(folder, "conductivity.csv") if row["quantity"] == "conductivity")
difference = abs(float(row["value"]) / sigma - 1.0)
print(f"conductivity {float(row['value']):.6g} and {sigma:.6g} S/m, difference {difference:.2e}")
sys.exit(0 if worst < TOLERANCE and difference < 1e-4 else 1)
