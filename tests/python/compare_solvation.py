#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts contacts, pairs and clusters again with MDAnalysis and scipy.

    compare_solvation.py FOLDER

FOLDER holds what solvation_sample left. Distances are MDAnalysis's, clusters scipy's connected
components, both conventions of speciation are written anew. Exit code 77 (skipped) without them, 1
when a number differs by more than one contact in all frames (both keep distances in float)."""
import sys

try:
    import numpy as np
    from MDAnalysis.lib.distances import capped_distance
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
from sample_files import read_sample, read_table

EDGE_A = 40.0
folder = sys.argv[1]
sample = read_sample(folder)
kind, molecule, positions = sample.kind, sample.molecule, sample.positions
box = np.array([EDGE_A] * 3 + [90.0] * 3, dtype=np.float32)
cation = np.flatnonzero(kind == "K+")
shells = {row["partner"]: row for row in read_table(folder, "solvation.csv")}
count = {name: len(np.unique(molecule[kind == name])) for name in shells}
atoms, molecules, coordinated = ({name: 0.0 for name in shells} for _ in range(3))
anion_fraction, cation_fraction = np.zeros(3), np.zeros(3)
largest, singles = 0.0, 0.0
for frame in positions:
    frame = np.mod(frame, EDGE_A)
    edges = {}
    for name, row in shells.items():
        donor = np.flatnonzero(kind == name)
        pairs = capped_distance(frame[cation], frame[donor], float(row["cutoff_A"]), box=box,
                                return_distances=False)
        atoms[name] += len(pairs) / len(cation)
        edges[name] = {(int(a), int(molecule[donor[b]])) for a, b in pairs}
        molecules[name] += len(edges[name]) / len(cation)
        coordinated[name] += len({m for _, m in edges[name]}) / count[name]
    anions = np.unique(molecule[kind == "A"])
    cations_of = {m: [a for a, n in edges["A"] if n == m] for m in anions}
    number = np.array([len(v) for v in cations_of.values()])
    anion_fraction += [np.mean(number == 0), np.mean(number == 1), np.mean(number > 1)]
    anions_of = [[n for c, n in edges["A"] if c == a] for a in range(len(cation))]
    is_pair = [len(v) == 1 and len(cations_of[v[0]]) == 1 for v in anions_of]
    alone = np.mean([len(v) == 0 for v in anions_of])
    cation_fraction += [alone, np.mean(is_pair), 1.0 - alone - np.mean(is_pair)]
    n = len(cation) + len(anions)
    link = [(a, len(cation) + int(np.searchsorted(anions, m))) for a, m in edges["A"]]
    graph = coo_matrix((np.ones(len(link)), tuple(np.array(link).T)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label)
    largest += sizes.max() / n
    singles += np.sum(sizes == 1) / n

n_frames = len(positions)
checks = []
for name, row in shells.items():
    checks += [(f"atoms of {name}", atoms[name], row["atoms"]),
               (f"molecules of {name}", molecules[name], row["molecules"]),
               (f"coordinated {name}", coordinated[name], row["coordinated"])]
species = {(row["fraction_of"], row["in"]): row["value"] for row in read_table(folder, "speciation.csv")}
for k, which in enumerate(("SSIP", "CIP", "AGG")):
    checks += [(f"anions {which}", anion_fraction[k], species["anions", which]),
               (f"cations {which}", cation_fraction[k], species["cations", which])]
checks += [("largest cluster", largest, species["ions", "largest cluster"]),
           ("single ions", singles, species["ions in clusters of so many ions", "1"])]
one_pair = 1.0 / (n_frames * len(cation))
worst = 0.0
for what, total, ours in checks:
    difference = abs(total / n_frames - float(ours))
    worst = max(worst, difference)
    if difference > 1.01 * one_pair:
        sys.exit(f"{what}: {ours} here, {total / n_frames:.9g} by MDAnalysis")
    if total == 0.0 and "cations" not in what:
        sys.exit(f"{what}: nothing was compared")
print(f"{len(checks)} numbers, largest difference {worst:.1e}")
