#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ns/day of OpenMM on boxes of boxes.py, in the way compare.py runs it, on any of its platforms.

    openmm_speed.py [--platform CUDA] [--precision mixed] [--repeats 3] [--steps 2000]
                    [--copies 2x2x1 ...] FOLDER ...

Needs OpenMM alone. Cutoff 1.2 nm unless given, PME error tolerance 5e-4 (a relative force error of about
1e-4), bonds to H held, water rigid, 2 fs, Langevin thermostat. Prints one CSV row per folder."""
import argparse
import pathlib
import statistics
import tempfile
import time

import numpy as np
import openmm
from openmm import app, unit


def ns_per_day(steps, seconds):
    return steps * 0.002e-3 * 86400 / seconds


def read_gro(path):
    """Positions and box vectors (nm) of a file with more digits than OpenMM's own reader takes."""
    lines = path.read_text(encoding="ascii").splitlines()
    atoms = int(lines[1])
    edge = [float(v) for v in lines[2 + atoms].split()] + [0.0] * 6
    box = [openmm.Vec3(edge[0], edge[3], edge[4]), openmm.Vec3(edge[5], edge[1], edge[6]),
           openmm.Vec3(edge[7], edge[8], edge[2])] * unit.nanometer
    positions = [openmm.Vec3(*map(float, line[20:].split()[:3])) for line in lines[2:2 + atoms]]
    return positions * unit.nanometer, box


def copied(positions, box, copies):
    """The box repeated along its edges: one whole copy after the other."""
    every = np.array(positions.value_in_unit(unit.nanometer))
    edges = np.array(box.value_in_unit(unit.nanometer))
    shifts = [np.array(k) @ edges for k in np.ndindex(*copies)]
    larger = [openmm.Vec3(*(edge * k)) for edge, k in zip(edges, copies)] * unit.nanometer
    return np.concatenate([every + shift for shift in shifts]) * unit.nanometer, larger


def copied_topology(path, copies, out):
    """The same file with its molecules once per copy."""
    head, molecules = path.read_text(encoding="ascii").split("[ molecules ]")
    out.write_text(head + "[ molecules ]" + molecules.rstrip() + "\n" +
                   (molecules.strip() + "\n") * (np.prod(copies) - 1), encoding="ascii")


def speeds(folder, platform, properties, cutoff, steps, repeats, copies, now=time.perf_counter):
    """ns/day of each repeat, and the number of atoms; run.top and run.gro of the folder."""
    positions, box = copied(*read_gro(folder / "run.gro"), copies)
    with tempfile.TemporaryDirectory() as name:
        copied_topology(folder / "run.top", copies, pathlib.Path(name) / "run.top")
        top = app.GromacsTopFile(f"{name}/run.top", periodicBoxVectors=box)
    system = top.createSystem(nonbondedMethod=app.PME, nonbondedCutoff=cutoff * unit.nanometer,
                              constraints=app.HBonds, ewaldErrorTolerance=5e-4)
    integrator = openmm.LangevinMiddleIntegrator(298.15, 1.0, 0.002)
    context = openmm.Context(system, integrator, openmm.Platform.getPlatformByName(platform), properties)
    context.setPositions(positions)
    context.setVelocitiesToTemperature(298.15, 1)
    integrator.step(50)
    context.getState(getEnergy=True)
    found = []
    for _ in range(repeats):
        begin = now()
        integrator.step(steps)
        context.getState(getEnergy=True)  # waits for the device
        found.append(ns_per_day(steps, now() - begin))
    return found, system.getNumParticles()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=pathlib.Path)
    parser.add_argument("--platform", default="CUDA")
    parser.add_argument("--precision", default="mixed")
    parser.add_argument("--cutoff-nm", type=float, default=1.2)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--copies", nargs="*", default=["1x1x1"])
    options = parser.parse_args()
    properties = {"Precision": options.precision} if options.platform in ("CUDA", "OpenCL", "HIP") else {}
    print("system,atoms,program,version,cutoff_nm,ns_per_day_median,ns_per_day_min,ns_per_day_max")
    for folder in options.folder:
        for copies in options.copies:
            found, atoms = speeds(folder, options.platform, properties, options.cutoff_nm, options.steps,
                                  options.repeats, tuple(map(int, copies.split("x"))))
            print(f"{folder.name},{atoms},openmm {options.platform},{openmm.__version__},"
                  f"{options.cutoff_nm:g},{statistics.median(found):.4g},{min(found):.4g},{max(found):.4g}",
                  flush=True)


if __name__ == "__main__":
    main()
