#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Peak memory and time of `kalium analyse` against the number of frames, at 100 thousand atoms.

    analysis_memory.py --kalium build/kalium --work FOLDER [--system liquid] [--frames 250,500,1000]

A small cell (liquid: KFSI in DME, 446 atoms; melt: KCl, 216 atoms, every one of them a molecule) is
run for 200 frames; the big cell is many of it side by side, its trajectory those frames to and fro,
written as 1 ps apart. Structure and motion are so those of a liquid, and nothing has to be packed. The trajectory grows from one number of frames to
the next and is deleted at the end; FOLDER needs 12 bytes per atom and frame. Memory is the largest
resident set (ru_maxrss), which counts no cached pages of files. The table goes to the standard
output; lines that begin with # say what was done."""
import argparse
import os
import platform
import struct
import subprocess
import sys
import time

import numpy as np

LIQUID = """title: "cell of analysis_memory.py"
temperature_K: 298.15
cell:
  liquid:
    salts: [{cation: K, anion: FSI, molarity_M: 1}]
    solvents: [{molecule: DME, volume_parts: 1}]
    size: {atoms: 450}
forcefield: {files: [opls-electrolytes], charge_scale: 0.8}
nonbonded: {cutoff_A: 7.0}
protocol: liquid
stages: [{name: equilibrate, time_ps: 5}, {name: settle, time_ps: 1}]
production: {time_ns: 0.02, timestep_fs: 2, frame_ps: 0.1}
analyse: [msd]
seed: 4
"""


MELT = """title: "cell of analysis_memory.py"
temperature_K: 1100
cell:
  compound:
    space_group: "Fm-3m"
    a_A: 6.9
    sites:
      - {species: "K+", position: [0, 0, 0]}
      - {species: "Cl-", position: [0.5, 0.5, 0.5]}
    repeats: [3, 3, 3]
forcefield: {files: [alkali-halides]}
nonbonded: {cutoff_A: 9.0}
protocol: none
stages:
  - {name: minimise, kind: minimise}
  - {name: melt, time_ps: 5, timestep_fs: 2, temperature_start_K: 2200, temperature_end_K: 2200, draw_velocities: true}
  - {name: cool, time_ps: 5, timestep_fs: 2, temperature_start_K: 2200}
  - {name: produce, production: true}
production: {time_ns: 0.02, timestep_fs: 2, frame_ps: 0.1}
analyse: [msd]
seed: 4
"""
SYSTEMS = {"liquid": (LIQUID, 6), "melt": (MELT, 8)}  # recipe, copies along each edge


class Trajectory:
    """The records of a netCDF file of the 64-bit-offset kind, as AMBER has them."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.at, self.data = 4, data
        self.records = self.integer()
        self.dimension = [(self.name(), self.integer()) for _ in self.items()]
        self.attributes()
        self.variable, size = {}, 0
        for _ in self.items():
            name = self.name()
            shape = [self.integer() for _ in range(self.integer())]
            self.attributes()
            kind, bytes_, begin = self.integer(), self.integer(), self.long()
            if shape and self.dimension[shape[0]][1] == 0:
                self.variable[name] = (begin, kind)
                size += bytes_
        self.size = size

    def integer(self):
        self.at += 4
        return struct.unpack(">i", self.data[self.at - 4:self.at])[0]

    def long(self):
        self.at += 8
        return struct.unpack(">q", self.data[self.at - 8:self.at])[0]

    def name(self):
        n = self.integer()
        self.at += (n + 3) // 4 * 4
        return self.data[self.at - (n + 3) // 4 * 4:][:n].decode()

    def items(self):
        self.integer()
        return range(self.integer())

    def attributes(self):
        for _ in self.items():
            self.name()
            kind, n = self.integer(), self.integer()
            self.at += ({1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8}[kind] * n + 3) // 4 * 4

    def read(self, name, frame, n):
        begin, kind = self.variable[name]
        return np.frombuffer(self.data, ">f4" if kind == 5 else ">f8", n, begin + frame * self.size)


def header(n_atoms, n_frames):
    """Frame after frame: time, cell_lengths, cell_angles, coordinates."""
    def text(s):
        return struct.pack(">i", len(s)) + s.encode() + b"\0" * (-len(s) % 4)

    def attributes(pairs):
        if not pairs:
            return struct.pack(">ii", 0, 0)
        return struct.pack(">ii", 12, len(pairs)) + b"".join(text(k) + struct.pack(">i", 2) + text(v)
                                                             for k, v in pairs)
    dimensions = [("frame", 0), ("spatial", 3), ("atom", n_atoms), ("cell_spatial", 3), ("cell_angular", 3)]
    head = b"CDF\2" + struct.pack(">i", n_frames) + struct.pack(">ii", 10, len(dimensions))
    head += b"".join(text(name) + struct.pack(">i", n) for name, n in dimensions)
    head += attributes([("Conventions", "AMBER"), ("ConventionVersion", "1.0"), ("program", "kalium")])
    variables = [("time", [0], "picosecond", 5, 4), ("cell_lengths", [0, 3], "angstrom", 6, 24),
                 ("cell_angles", [0, 4], "degree", 6, 24),
                 ("coordinates", [0, 2, 1], "angstrom", 5, 12 * n_atoms)]
    parts = [text(name) + struct.pack(f">i{len(shape)}i", len(shape), *shape) + attributes([("units", unit)]) +
             struct.pack(">ii", kind, size) for name, shape, unit, kind, size in variables]
    offset = len(head) + 8 + sum(map(len, parts)) + 8 * len(parts)
    head += struct.pack(">ii", 11, len(parts))
    for part, (_, _, _, _, size) in zip(parts, variables):
        head += part + struct.pack(">q", offset)
        offset += size
    return head


def tile_psf(source, target, copies):
    """Kind after kind would be another order; molecules of a copy stay together, numbered on."""
    with open(source, encoding="utf-8") as file:
        lines = file.read().splitlines()
    at = next(k for k, line in enumerate(lines) if "!NATOM" in line)
    n = int(lines[at].split()[0])
    atoms = [line.split() for line in lines[at + 1:at + 1 + n]]
    bonds_at = next(k for k, line in enumerate(lines) if "!NBOND" in line)
    bonds = []
    for line in lines[bonds_at + 1:]:
        if not line.strip():
            break
        bonds += [int(word) for word in line.split()]
    bonds = np.array(bonds).reshape(-1, 2)
    residues = {}
    for atom in atoms:
        residues.setdefault(atom[1], set()).add(int(atom[2]))
    with open(target, "w", encoding="utf-8") as out:
        out.write("PSF EXT\n\n")
        out.write("\n".join(lines[2:at]) + f"\n{n * copies:10d} !NATOM\n")
        for c in range(copies):
            for k, a in enumerate(atoms):
                residue = int(a[2]) + c * max(residues[a[1]])
                out.write(f"{c * n + k + 1:10d} {a[1]:<8s} {residue:<8d} {a[3]:<8s} {a[4]:<8s} {a[5]:<6s} "
                          f"{float(a[6]):12.8f}  {float(a[7]):14.6f}{0:8d}\n")
        out.write(f"\n{len(bonds) * copies:10d} !NBOND: bonds\n")
        flat = (bonds[None] + n * np.arange(copies)[:, None, None]).reshape(-1)
        for k in range(0, len(flat), 8):
            out.write("".join(f"{i:10d}" for i in flat[k:k + 8]) + "\n")
        out.write("\n")
    return n


def measure(command):
    """Seconds of the clock and of the processor, and the largest resident set in MiB."""
    start = time.time()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: {said.decode()}")
    return time.time() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024.0


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--kalium", required=True)
    words.add_argument("--work", required=True)
    words.add_argument("--system", choices=SYSTEMS, default="liquid")
    words.add_argument("--frames", default="250,500,1000")
    words.add_argument("--small", help="a run of that system that is there already")
    words.add_argument("--only", default="msd,rdf,solvation,conductivity,vanhove,dielectric")
    given = words.parse_args()
    os.makedirs(given.work)
    small = given.small or os.path.join(given.work, "small")
    big = os.path.join(given.work, "big.nc")
    recipe = os.path.join(given.work, "small.yaml")
    with open(recipe, "w", encoding="utf-8") as file:
        file.write(SYSTEMS[given.system][0])
    if not given.small:
        subprocess.run([given.kalium, "run", recipe, "-o", small, "--quiet", "--threads", "1"], check=True)
    repeats = SYSTEMS[given.system][1]
    copies = repeats ** 3
    psf = os.path.join(given.work, "topology.psf")
    n = tile_psf(os.path.join(small, "topology.psf"), psf, copies)
    frames = Trajectory(os.path.join(small, "trajectory.nc"))
    edge = frames.read("cell_lengths", 0, 3).astype(float)
    shift = np.stack(np.meshgrid(*[np.arange(repeats)] * 3, indexing="ij"), -1).reshape(-1, 1, 3) * edge
    there = [frames.read("coordinates", k, 3 * n).reshape(n, 3).astype(float) for k in range(frames.records)]
    cycle = there + there[-2:0:-1]
    print(f"# {time.strftime('%Y-%m-%d')}, {platform.machine()}, {given.system}, {copies * n} atoms, frames of 1 ps; "
          f"kalium analyse --only {given.only}; 1 thread")
    print("frames,trajectory_GiB,peak_MiB,seconds,processor_seconds,analyses", flush=True)
    written = 0
    with open(big, "w+b") as out:
        for wanted in map(int, given.frames.split(",")):
            out.seek(0)
            out.write(header(copies * n, wanted))
            out.seek(0, os.SEEK_END)
            for k in range(written, wanted):
                out.write(struct.pack(">f6d", float(k), *(repeats * edge), 90.0, 90.0, 90.0))
                out.write((cycle[k % len(cycle)][None] + shift).astype(">f4").tobytes())
            out.flush()
            written = wanted
            seconds, busy, peak = measure([given.kalium, "analyse", big, "--only", given.only, "--structure", psf,
                                           "--temperature-K", "298.15", "--quiet", "-o",
                                           os.path.join(given.work, "out")])
            print(f"{wanted},{os.path.getsize(big) / 2 ** 30:.3f},{peak:.0f},{seconds:.1f},{busy:.1f},"
                  f"\"{given.only}\"", flush=True)
    os.remove(big)


main()
