#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares occupancy.dx of a triclinic crystal with a histogram that numpy makes of the trajectory,
and g(r) with that of MDAnalysis.

    compare_occupancy.py KALIUM

Runs a hot fluid of K+ and Cl- in a rhombohedral cell for half a picosecond, reads the trajectory
with MDAnalysis, takes out the mean way of the Cl- and counts the K+ by fractions of the edges. Exit
code 77 (skipped) without MDAnalysis, 1 when a voxel differs by more than the six digits printed
(positions on the border of a voxel, which single precision puts on the other side, are at most one
in ten thousand), or g(r) by more than 1e-3 of its peak."""
import csv
import os
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    import MDAnalysis
    from MDAnalysis.analysis.rdf import InterRDF
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

RECIPE = """
title: "KCl fluid in a rhombohedral cell"
temperature_K: 2000
cell:
  compound:
    space_group: "P1"
    a_A: 4.88
    alpha_deg: 60
    beta_deg: 60
    gamma_deg: 60
    sites:
      - {species: "K+", position: [0.03, 0.04, 0.05]}
      - {species: "Cl-", position: [0.53, 0.54, 0.55]}
    repeats: [5, 5, 5]
forcefield: {files: [alkali-halides]}
nonbonded: {cutoff_A: 8.0}
protocol: none
stages: [{name: production, production: true}]
production: {time_ns: 0.0005, timestep_fs: 1, frame_ps: 0.02, energy_ps: 0.1}
analyse: [occupancy, rdf]
"""


def read_dx(path):
    """Steps of the grid (3 x 3, A), the counts and the values."""
    steps, counts, values, inside = [], None, [], False
    with open(path) as file:
        for line in file:
            word = line.split()
            if line.startswith("object 1"):
                counts = [int(n) for n in word[-3:]]
            elif word[0] == "delta":
                steps.append([float(x) for x in word[1:]])
            elif line.startswith("attribute"):
                inside = False
            elif inside:
                values += [float(x) for x in word]
            elif "data follows" in line:
                inside = True
    return np.array(steps), counts, np.array(values).reshape(counts)


def count(folder, counts):
    """K+ per voxel, summed over the frames, by fractions of the edges."""
    universe = MDAnalysis.Universe(f"{folder}/topology.psf", f"{folder}/trajectory.nc")
    potassium = universe.select_atoms("name K*").indices
    rest = universe.select_atoms("not name K*").indices
    found, first = np.zeros(counts), None
    for step in universe.trajectory:
        fraction = universe.atoms.positions.astype(float) @ np.linalg.inv(
            step.triclinic_dimensions.astype(float))
        way = fraction[rest].mean(axis=0)
        first = way if first is None else first
        place = fraction[potassium] - (way - first)
        place -= np.floor(place)
        voxel = np.minimum((place * counts).astype(int), np.array(counts) - 1)
        np.add.at(found, tuple(voxel.T), 1.0)
    return found, len(universe.trajectory), len(potassium), step.triclinic_dimensions


def compare_rdf(folder):
    """Largest difference of g(K-Cl), in heights of its peak; the number of bins."""
    with open(f"{folder}/rdf.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ours = np.array([float(row["g K+ K-Cl- Cl"]) for row in rows])
    universe = MDAnalysis.Universe(f"{folder}/topology.psf", f"{folder}/trajectory.nc")
    theirs = InterRDF(universe.select_atoms("name K*"), universe.select_atoms("name Cl*"),
                      nbins=len(rows), range=(0.0, float(rows[-1]["r_outer_A"]))).run().results.rdf
    return np.abs(ours - theirs).max() / theirs.max(), len(rows)


def main(kalium):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/melt.yaml", "w") as file:
            file.write(RECIPE)
        subprocess.run([kalium, "run", f"{folder}/melt.yaml", "-o", f"{folder}/run", "--threads",
                        "1", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        steps, counts, density = read_dx(f"{folder}/run/occupancy.dx")
        found, frames, ions, cell = count(f"{folder}/run", counts)
        apart, bins = compare_rdf(f"{folder}/run")
    voxel = abs(np.linalg.det(steps))
    edges = np.abs(steps * np.array(counts)[:, None] - cell).max()
    other_side = np.abs(density * voxel * frames - found).sum() / (frames * ions)
    print(f"{ions} ions, {frames} frames, {counts} voxels: edges differ by {edges:.1e} A, "
          f"{other_side:.1e} of the counts are in another voxel")
    print(f"g(r) of {bins} bins differs by {apart:.1e} of its peak")
    return 0 if apart < 1e-3 and edges < 1e-4 and other_side < 2e-4 and abs(cell[1][0]) > 1.0 else 1


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
