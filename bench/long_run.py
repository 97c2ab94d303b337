#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a long run must show: nothing grows, nothing wanders, the ensemble is the one asked for.

    long_run.py FOLDER MEMORY_CSV TEMPERATURE_K

FOLDER is a run folder, its last stage NVT with a thermostat; MEMORY_CSV what long_run.sh wrote: seconds, resident kB, open files. Prints a
table of quantity, value, standard error, expected value; exit code 1 when one is off by more than
four standard errors, or when memory or open files grow. Errors are those of 50 blocks (Flyvbjerg and
Petersen, doi:10.1063/1.457480): each far longer than the memory of what is averaged."""
import csv
import os
import sys

import numpy as np

GAS_CONSTANT = 8.31446261815324e-3  # kJ/mol/K
BLOCKS = 50
folder, memory, temperature = sys.argv[1], sys.argv[2], float(sys.argv[3])
names = ["step", "time_ps", "temperature_K", "pressure_bar", "density_kg_m3", "potential_kJ_mol",
         "kinetic_kJ_mol", "conserved_kJ_mol", "constraint_residual"]
with open(os.path.join(folder, "energies.csv"), encoding="utf-8") as file:
    header = file.readline().strip().split(",")
    rows = np.loadtxt(file, delimiter=",", usecols=[header.index(name) for name in names])
column = dict(zip(names, rows.T))
# every stage has a row at its start, of the same step as the last row of the one before
start = int(np.flatnonzero(np.diff(column["step"]) == 0)[-1]) + 1
data = {name: values[start:] for name, values in column.items()}
n = len(data["step"]) // BLOCKS * BLOCKS
failures = 0


def blocks(values):
    """Mean of each block."""
    return values[:n].reshape(BLOCKS, -1).mean(axis=1)


def show(what, value, error, expected=None):
    """One line of the table; counts what is off."""
    global failures
    off = expected is not None and not abs(value - expected) <= 4.0 * error
    failures += off
    print(f"{what},{value:.8g},{error:.3g},{'' if expected is None else f'{expected:.8g}'}{',OFF' if off else ''}")


def halves(what, values):
    """The second half less the first: nothing is expected to change."""
    b = blocks(values)
    change = b[BLOCKS // 2:].mean() - b[:BLOCKS // 2].mean()
    show(f"{what} second half less first", change, 2.0 * b.std(ddof=1) / np.sqrt(BLOCKS), 0.0)


print("quantity,value,standard error,expected")
print(f"steps,{data['step'][-1] - data['step'][0]:.0f},,")
print(f"rows of energies,{len(data['step'])},,")
dof = round(2.0 * data["kinetic_kJ_mol"][-1] / (GAS_CONSTANT * data["temperature_K"][-1]))
b = blocks(data["temperature_K"])
show("temperature K", b.mean(), b.std(ddof=1) / np.sqrt(BLOCKS), temperature)
squares = (data["kinetic_kJ_mol"] - 0.5 * dof * GAS_CONSTANT * temperature) ** 2
b = blocks(squares) / (0.5 * dof * (GAS_CONSTANT * temperature) ** 2)
show("variance of the kinetic energy over dof/2 (R T)^2", b.mean(), b.std(ddof=1) / np.sqrt(BLOCKS), 1.0)
for name in ("temperature_K", "potential_kJ_mol", "pressure_bar"):
    halves(name.replace("_", " ", 1), data[name])
time = data["time_ps"] * 1e-3
slope = np.polyfit(time, data["conserved_kJ_mol"], 1)[0]
print(f"drift of the conserved quantity kT per ns and degree of freedom,"
      f"{slope / (dof * GAS_CONSTANT * temperature):.3g},,")
print(f"largest constraint residual,{data['constraint_residual'].max():.3g},,")
print(f"density kg/m3 (fixed) largest less least,{np.ptp(data['density_kg_m3']):.3g},,")
with open(memory, encoding="utf-8") as file:
    seen = list(csv.DictReader(file))
resident = np.array([int(row["resident_kB"]) for row in seen])
files = np.array([int(row["open_files"]) for row in seen])
# from the first twentieth of the time to the end of the steps, when trajectory and table are closed
begin = len(seen) // 20
end = int(np.flatnonzero(files == files[begin])[-1]) + 1
print(f"resident memory of the analyses after the steps kB,{resident[end:].max() if end < len(seen) else 0},,")
resident, files = resident[begin:end], files[begin:end]
growth = int(resident[-1] - resident[0])
print(f"samples of memory,{len(resident)},,")
print(f"resident memory kB,{resident[-1]},,")
print(f"growth of it while stepping kB,{growth},,0")
print(f"open files least and most,{files.min()} and {files.max()},,")
failures += growth > 1024 or files.min() != files.max()
sys.exit(1 if failures else 0)
