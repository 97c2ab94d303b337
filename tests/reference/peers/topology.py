# SPDX-License-Identifier: MIT
"""Reads a force-field file and assigns it to molecules: a second opinion, independent of kalium.

Numbers stay in the units of the file (kcal/mol, angstrom, degree, k without the factor 1/2)."""
import itertools
from dataclasses import dataclass, field

import yaml


@dataclass
class Molecule:
    key: str
    charge: float
    names: list
    types: list
    charges: list
    positions: list
    bonds: list = field(default_factory=list)      # (i, j, r0, k)
    angles: list = field(default_factory=list)     # (i, j, k, theta0, k)
    dihedrals: list = field(default_factory=list)  # (i, j, k, l, [V1..V4])
    impropers: list = field(default_factory=list)  # the same
    excluded: list = field(default_factory=list)   # (i, j), one, two or three bonds apart
    pairs14: list = field(default_factory=list)    # (i, j), three bonds apart


class ForceField:
    def __init__(self, *paths):
        self.atom_types, self.molecules = {}, {}
        self.rows = {kind: {} for kind in
                     ("bond_types", "angle_types", "dihedral_types", "improper_types")}
        for path in paths:
            self.add(path)

    def add(self, path):
        with open(path, encoding="utf-8") as stream:
            self.file = yaml.safe_load(stream)
        assert self.file["units"] == {"energy": "kcal/mol", "length": "angstrom",
                                      "angle": "degree"}
        rules = self.file["conventions"]
        assert rules["harmonic"] == "k*(x-x0)^2" and rules["dihedral"] == "opls_fourier"
        assert rules["improper"] == "opls_fourier_central_third"
        assert rules["mixing_rule"] == "geometric"
        assert rules["scale14_lj"] == rules["scale14_coulomb"] == 0.5
        assert not self.file.get("pair_types")
        self.atom_types.update({t["name"]: t for t in self.file["atom_types"]})
        for kind, rows in self.rows.items():
            rows.update({tuple(r["classes"]): r for r in self.file[kind]})
        self.molecules.update({m["key"]: m for m in self.file["molecules"]})

    def row(self, kind, classes, either_way=True):
        table = self.rows[kind]
        for key in (classes, classes[::-1]) if either_way else (classes,):
            if key in table:
                return table[key]
        raise KeyError(f"{kind}: no row for {'-'.join(classes)}")

    def molecule(self, key, charge_scale):
        """All terms of one molecule; ions get their charges scaled."""
        source = self.molecules[key]
        atoms = source["atoms"]
        scale = charge_scale if source["charge"] != 0 else 1.0
        m = Molecule(key, scale * source["charge"], [a[0] for a in atoms], [a[1] for a in atoms],
                     [scale * a[2] for a in atoms], [a[3:6] for a in atoms])
        classes = [self.atom_types[t]["class"] for t in m.types]
        neighbours = [set() for _ in atoms]
        for i, j in source.get("bonds", []):
            neighbours[i].add(j)
            neighbours[j].add(i)
            row = self.row("bond_types", (classes[i], classes[j]))
            m.bonds.append((i, j, row["r0"], row["k"]))
        skipped = {frozenset((a[0], a[2])) | {(a[1],)} for a in source.get("skip_angles", [])}
        for j, partners in enumerate(neighbours):
            for i, k in itertools.combinations(sorted(partners), 2):
                if frozenset((i, k)) | {(j,)} in skipped:
                    continue
                row = self.row("angle_types", (classes[i], classes[j], classes[k]))
                m.angles.append((i, j, k, row["theta0"], row["k"]))
        for j, partners in enumerate(neighbours):
            for k in (k for k in sorted(partners) if k > j):
                for i in sorted(neighbours[j] - {k}):
                    for l in sorted(neighbours[k] - {j, i}):
                        row = self.row("dihedral_types", tuple(classes[a] for a in (i, j, k, l)))
                        m.dihedrals.append((i, j, k, l, row["V"]))
        for i, j, k, l in source.get("impropers", []):
            row = self.row("improper_types", tuple(classes[a] for a in (i, j, k, l)), False)
            m.impropers.append((i, j, k, l, row["V"]))
        for i in range(len(atoms)):
            for j, steps in walk(neighbours, i).items():
                if j > i and steps <= 3:
                    m.excluded.append((i, j))
                    if steps == 3:
                        m.pairs14.append((i, j))
        return m


def walk(neighbours, start):
    """Bonds on the shortest path from one atom to every other it is connected with."""
    steps, front = {start: 0}, [start]
    while front:
        reached = []
        for i in front:
            for j in neighbours[i]:
                if j not in steps:
                    steps[j] = steps[i] + 1
                    reached.append(j)
        front = reached
    return steps


class Cell:
    """The molecules of one cell in order: composition is [(key, count), ...]."""

    def __init__(self, force_field, composition, charge_scale):
        self.force_field = force_field
        self.composition = composition
        self.kinds = [force_field.molecule(key, charge_scale) for key, _ in composition]
        self.molecules = []  # (kind, first atom)
        first = 0
        for kind, (_, count) in zip(self.kinds, composition):
            for _ in range(count):
                self.molecules.append((kind, first))
                first += len(kind.names)
        self.n = first
        self.types = [t for kind, _ in self.molecules for t in kind.types]
        self.charges = [q for kind, _ in self.molecules for q in kind.charges]

    def terms(self, name, atoms):
        """Every term of the cell, its first `atoms` entries counted from the cell's first atom."""
        for kind, first in self.molecules:
            for term in getattr(kind, name):
                yield tuple(first + a for a in term[:atoms]) + tuple(term[atoms:])
