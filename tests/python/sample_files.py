# SPDX-License-Identifier: MIT
"""What the *_sample programs leave in a folder, as the comparisons read it."""
import csv
import os
from types import SimpleNamespace

import numpy as np


def read_table(folder, name):
    """Rows of a CSV file."""
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_sample(folder):
    """Atoms and positions: kind, molecule, mass (u), charge (e, where the file has it) of every atom,
    positions[frame, atom, axis] in angstrom."""
    with open(os.path.join(folder, "atoms.txt"), encoding="utf-8") as file:
        rows = [line.split() for line in file]
    numbers = [np.array([float(row[k]) for row in rows]) if len(rows[0]) > k else None for k in (2, 3)]
    return SimpleNamespace(
        n=len(rows), kind=np.array([row[0] for row in rows]),
        molecule=np.array([int(row[1]) for row in rows]), mass=numbers[0], charge=numbers[1],
        positions=10.0 * np.fromfile(os.path.join(folder, "positions.bin")).reshape(-1, len(rows), 3))


def without_drift(sample):
    """Positions in the frame of the first centre of mass."""
    drift = np.einsum("i,kic->kc", sample.mass, sample.positions) / sample.mass.sum()
    return sample.positions - (drift - drift[0])[:, None, :]
