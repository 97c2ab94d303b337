#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Configurations of metals, and what LAMMPS says of their energies, forces and virial.

    python3 tests/reference/metals/make_references.py [LAMMPS program]

Writes one file per system beside this script; README.md says what is in them."""
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(HERE, "..", "..", "..", "forcefields", "metals")
EV = 96.4853321233100184  # kJ/mol
NKTV2P = 1.6021765e6      # eV/A^3 -> bar, LAMMPS src/update.cpp, units metal

INPUT = """units metal
atom_style atomic
boundary p p p
box tilt large
read_data cell.data
pair_style {style}
pair_coeff * * {potential} {elements}
neighbor 1.0 bin
compute virial all pressure NULL virial
thermo_style custom step pe vol c_virial[*]
thermo_modify norm no format float %25.17g
dump forces all custom 1 cell.dump id fx fy fz
dump_modify forces sort id format float %25.17g
run 0
"""


def lattice(basis, repeats, a, displacement, rng):
    cells = np.stack(np.meshgrid(*[range(n) for n in repeats], indexing="ij"), -1).reshape(-1, 3)
    x = (cells[:, None, :] + np.array(basis)[None]).reshape(-1, 3) * a
    return x + rng.normal(0.0, displacement, x.shape), np.diag([n * a for n in repeats])


BCC = [(0, 0, 0), (.5, .5, .5)]
FCC = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]


def scattered(n, box, nearest, rng):
    """Random positions (A), none nearer than that to another."""
    s = []
    images = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3, indexing="ij"), -1).reshape(-1, 3) @ box
    tries = 0
    while len(s) < n:
        x = rng.random(3) @ box
        tries += 1
        assert tries < 10**7
        if all(np.min(np.linalg.norm(x - y + images, axis=1)) > nearest for y in s):
            s.append(x)
    return np.array(s)


def two_elements(path, finnis_sinclair):
    """Tables of no material: smooth, different for every pair, coarse."""
    n_density, n_r, cutoff = 120, 150, 5.0
    d_density, d_r = 0.2, cutoff / (n_r - 1)
    rho, r = np.arange(n_density) * d_density, np.arange(n_r) * d_r
    edge = (1 - (r / cutoff) ** 2) ** 3

    def table(values):
        lines = []
        for k in range(0, len(values), 5):
            lines.append(" ".join(f"{v:.12e}" for v in values[k:k + 5]))
        return "\n".join(lines) + "\n"
    text = "Made up for tests: two elements of no material\nnothing is fitted to anything\n\n"
    text += f"2 Cu K\n{n_density} {d_density:.12e} {n_r} {d_r:.15e} {cutoff}\n"
    for a, (z, mass) in enumerate(((29, 63.546), (19, 39.0983))):
        text += f"{z} {mass} 4.0 fcc\n"
        text += table(-(1.0 + 0.3 * a) * np.sqrt(rho + 0.05) + 0.02 * rho)
        for b in range(2 if finnis_sinclair else 1):
            text += table((1.5 + 0.8 * a - 0.4 * b) * np.exp(-0.6 * r) * edge)
    for a in range(2):
        for b in range(a + 1):
            text += table(r * (300.0 * (1 + 0.5 * a + 0.3 * b)) * np.exp(-2.2 * r) * edge)
    with open(path, "w") as f:
        f.write(text)


def run(program, potential, names, types, x, box):
    """x in angstrom, box lower triangular; energy (eV), virial of our sign (eV), forces (eV/A)."""
    n = len(x)
    with tempfile.TemporaryDirectory() as work:
        rows = ["cell", "", f"{n} atoms", f"{len(names)} atom types", ""]
        rows += [f"0.0 {box[a][a]:.17g} {c}lo {c}hi" for a, c in enumerate("xyz")]
        rows.append(f"{box[1][0]:.17g} {box[2][0]:.17g} {box[2][1]:.17g} xy xz yz")
        rows += ["", "Masses", ""] + [f"{k + 1} 1.0" for k in range(len(names))]
        rows += ["", "Atoms", ""]
        rows += [f"{k + 1} {types[k] + 1} " + " ".join(f"{v:.17g}" for v in x[k]) for k in range(n)]
        with open(os.path.join(work, "cell.data"), "w") as f:
            f.write("\n".join(rows) + "\n")
        style = {".fs": "eam/fs", ".eim": "eim"}.get(os.path.splitext(potential)[1], "eam/alloy")
        asked = " ".join(names) + " " if style == "eim" else ""
        with open(os.path.join(work, "in"), "w") as f:
            f.write(INPUT.format(style=style, potential=asked + os.path.abspath(potential),
                                 elements=" ".join(names)))
        done = subprocess.run([program, "-in", "in"], cwd=work, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-2000:])
        with open(os.path.join(work, "log.lammps")) as f:
            log = f.read()
        version = re.search(r"LAMMPS \((.*?)\)", log).group(1)
        after = log[log.index("Step PotEng"):].splitlines()[1].split()
        force = np.loadtxt(os.path.join(work, "cell.dump"), skiprows=9)[:, 1:]
    numbers = [float(v) for v in after]
    volume = numbers[2]
    # pressure = (2/3V)(K - W): W = -3/2 p V per component summed, so -1/2 p_ab V each
    virial = [-0.5 * p * volume / NKTV2P for p in numbers[3:9]]
    return version, numbers[1], virial, force


def write(name, program, potential, names, types, x, box, shown):
    version, energy, virial, force = run(program, potential, names, types, x, box)
    rows = [f"# made by make_references.py; LAMMPS {version}",
            f"potential {shown}",
            "box_nm " + " ".join(f"{v / 10:.17g}" for v in (box[0][0], box[1][0], box[1][1],
                                                            box[2][0], box[2][1], box[2][2])),
            f"energy {energy * EV:.17g}",
            "virial " + " ".join(f"{v * EV:.17g}" for v in virial)]
    for k in range(len(x)):
        rows.append(f"atom {names[types[k]]} " + " ".join(f"{v / 10:.17g}" for v in x[k]) + " " +
                    " ".join(f"{v * EV * 10:.17g}" for v in force[k]))
    with open(os.path.join(HERE, name + ".txt"), "w") as f:
        f.write("\n".join(rows) + "\n")
    print(name, len(x), energy, "eV", np.sqrt(np.mean(force ** 2)), "eV/A rms")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "lmp"
    rng = np.random.default_rng(20161)
    metals = "forcefields/metals/"

    def one(name, potential, element, x, box):
        write(name, program, os.path.join(FILES, potential), [element], [0] * len(x), x,
              np.array(box), metals + potential)
    one("k-bcc", "K_refit_FS.eam.fs", "K", *lattice(BCC, (4, 4, 3), 5.30, 0.20, rng))
    one("k-bcc-published", "K_NicholAckland2016_v2.eam.fs", "K",
        *lattice(BCC, (3, 4, 4), 5.328, 0.15, rng))
    box = np.array([[17.0, 0, 0], [-3.0, 18.0, 0], [4.0, 2.5, 16.5]])
    one("k-liquid", "K_refit_FS.eam.fs", "K", scattered(66, box, 3.3, rng), box)
    one("na-bcc", "Na_Wilson2015.eam.fs", "Na", *lattice(BCC, (5, 5, 5), 4.26, 0.15, rng))
    one("cu-fcc", "Cu_Mishin2001.eam.alloy", "Cu", *lattice(FCC, (4, 4, 4), 3.63, 0.10, rng))
    for kind in ("fs", "alloy"):
        file = os.path.join(HERE, f"two-elements.eam.{kind}")
        two_elements(file, kind == "fs")
        box = np.array([[12.0, 0, 0], [2.0, 12.5, 0], [-1.5, 3.0, 13.0]])
        x = scattered(90, box, 2.0, rng)
        write(f"two-elements-{kind}", program, file, ["Cu", "K"], rng.integers(0, 2, len(x)), x,
              box, f"tests/reference/metals/two-elements.eam.{kind}")
    ions(program, rng)


def ions(program, rng):
    """Na-K alloys, KCl, and a slab of KF with a metal's atoms beside it: the embedded-ion method."""
    potential = os.path.join(FILES, "Zhou2011_LiNaKRbCs_FClBrI.eim")

    def several(name, names, types, x, box):
        write(name, program, potential, names, types, x, np.array(box),
              "forcefields/metals/Zhou2011_LiNaKRbCs_FClBrI.eim")
    x, box = lattice(BCC, (4, 4, 4), 4.9, 0.20, rng)
    several("nak-bcc", ["K", "Na"], (rng.random(len(x)) > 0.66).astype(int), x, box)
    box = np.array([[17.5, 0, 0], [-3.0, 18.0, 0], [4.0, 2.5, 17.0]])
    x = scattered(72, box, 3.5, rng)
    several("nak-liquid", ["K", "Na"], (rng.random(len(x)) > 0.66).astype(int), x, box)
    salt = [(s[0] + d, s[1], s[2]) for d in (0, .5) for s in FCC]
    lattice(salt, (3, 3, 3), 6.29, 0.15, rng)
    x, box = lattice(salt, (3, 3, 3), 5.35, 0.12, rng)
    metal, more = lattice(BCC, (3, 3, 3), 5.35, 0.12, rng)
    metal[:, 2] += box[2][2] + 1.5
    box[2][2] += more[2][2] + 1.5
    types = np.concatenate([np.arange(len(x)) % 8 // 4, np.zeros(len(metal), int)])
    several("kf", ["K", "F"], types, np.concatenate([x, metal]), box)
    # moved by little, so that no pair lies within the table's interval at a cutoff: README.md
    x, box = lattice(salt, (3, 3, 3), 6.29, 0.03, np.random.default_rng(7))
    types = np.arange(len(x)) % 8 // 4
    several("kcl", ["K", "Cl"], types, x, box)
    near_cutoffs(several, potential)


def cutoffs_of(potential, names):
    """{(a, b): the distances (A) at which a function of that pair ends}, from the file."""
    with open(potential) as f:
        lines = f.read().replace("&\n", " ").splitlines()
    found = {}
    for words in (line.split() for line in lines if line.split()[:1] == ["pair:"]):
        if words[1] in names and words[2] in names:
            v = [float(w) for w in words[3:]]
            ends = sorted({v[0], v[1], v[6], v[9]} - {0.0})
            found[words[1], words[2]] = found[words[2], words[1]] = ends
    return found


def at_cutoffs(x, box, names, types, ends):
    """Atoms with a neighbour within two intervals of the table (0.003 A) of where a function ends."""
    edge = np.diag(np.array(box))
    images = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3, indexing="ij"), -1).reshape(-1, 3) * edge
    d = x[:, None] - x[None]
    r = np.linalg.norm(d[None] - np.round(d / edge)[None] * edge + images[:, None, None], axis=-1)
    kind, found = np.array(names)[types], np.zeros(len(x), bool)
    for a, b in ends:
        for end in ends[a, b]:
            near = np.any(np.abs(r - end) < 3e-3, axis=0) & np.outer(kind == a, kind == b)
            found |= np.any(near, axis=1)
    return found


def near_cutoffs(several, potential):
    """Triples of atoms that see only each other, with one distance just inside or outside of every
    place where a function of its pair ends; and crystals a tenth too short along each edge."""
    for name, names in (("nak", ["K", "Na"]), ("kf", ["K", "F"]), ("kcl", ["K", "Cl"])):
        ends, rng = cutoffs_of(potential, names), np.random.default_rng(2011)
        triples = [(a, b, end + by) for a, b in ends if names.index(a) <= names.index(b)
                   for end in ends[a, b] for by in (-0.3, -0.03, -0.005, 0.005, 0.03)]
        side, apart = int(np.ceil(len(triples) ** (1 / 3))), 24.0
        box = np.eye(3) * side * apart
        while True:
            x, types = [], []
            for k, (a, b, r) in enumerate(triples):
                at = apart * np.array([k % side, k // side % side, k // side**2])
                axis = rng.normal(size=3)
                turn = np.cross(axis, rng.normal(size=3))
                axis, turn = axis / np.linalg.norm(axis), turn / np.linalg.norm(turn)
                x += [at, at + r * axis, at + 0.5 * r * axis + rng.uniform(3.0, 4.0) * turn]
                types += [names.index(a), names.index(b), k % 2]
            x, types = np.array(x), np.array(types)
            if not any(at_cutoffs(x, box, names, types, ends)):
                break
        several(f"{name}-cutoffs", names, types, x, box)
    salt = [(s[0] + d, s[1], s[2]) for d in (0, .5) for s in FCC]
    for name, second, basis, repeats, a, moved in (("nak", "Na", BCC, (4, 4, 4), 4.4, 0.15),
                                                   ("kf", "F", salt, (4, 4, 4), 4.7, 0.03),
                                                   ("kcl", "Cl", salt, (4, 4, 4), 5.5, 0.03)):
        names, rng = ["K", second], np.random.default_rng(2012)
        ends = cutoffs_of(potential, names)
        site, box = lattice(basis, repeats, a, 0.0, rng)
        x = site + rng.normal(0.0, moved, site.shape)
        types = np.arange(len(x)) % 3 // 2 if basis is BCC else np.arange(len(x)) % 8 // 4
        while any(again := at_cutoffs(x, box, names, types, ends)):
            again &= rng.random(len(x)) < 0.5  # of a pair it is enough that one moves
            x = np.where(again[:, None], site + rng.normal(0.0, moved, x.shape), x)
        several(f"{name}-compressed", names, types, x, box)


if __name__ == "__main__":
    main()
