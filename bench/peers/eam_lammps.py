#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bulk potassium in kalium and in LAMMPS, in turns on the same processor.

    python3 bench/peers/eam_lammps.py --bench build/bench/bench_eam [--cells 20] [--threads 1]
                                      [--steps 200] [--settle 500] [--rounds 3] [--skins 0.5,0.7,1]
                                      [--styles eam/fs/opt] [--lammps lmp] [--csv FILE]

The same crystal, potential file, timestep (2 fs) and temperature; LAMMPS with pair styles eam/fs and
eam/fs/opt (and omp, intel where the build has them), its neighbour list checked every step, one MPI
rank per thread. One thread: seconds of the processor (LAMMPS: its loop time times the CPU use it
states), so that other load on the machine does not count; several: of the wall. Of each program the
median of the stretches of all rounds is taken, of LAMMPS that of its fastest style and skin counts.
Mixed precision here, double in LAMMPS (mixed in intel)."""
import argparse
import csv
import os
import re
import statistics
import subprocess
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
INPUT = """units metal
atom_style atomic
lattice bcc 5.326
region b block 0 {cells} 0 {cells} 0 {cells}
create_box 1 b
create_atoms 1 box
mass 1 39.0983
pair_style {style}
pair_coeff * * {root}/forcefields/metals/K_refit_FS.eam.fs K
neighbor {skin} bin
neigh_modify every 1 delay 0 check yes
velocity all create 600 11
fix 1 all nve
timestep 0.002
thermo 100000
run {settle}
run {steps}
run {steps}
run {steps}
"""


def lammps(a, style, skin):
    """Million atom-steps per second of three stretches; None where the style is not there."""
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "in"), "w") as f:
            f.write(INPUT.format(cells=a.cells, style=style, skin=skin, steps=a.steps,
                                 settle=a.settle, root=os.path.abspath(ROOT)))
        command = [a.lammps, "-in", "in"]
        if a.threads > 1:
            command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np",
                       str(a.threads)] + command
        done = subprocess.run(command, cwd=work, capture_output=True, text=True,
                              env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode != 0:
        if "Unrecognized pair style" not in done.stdout + done.stderr:
            raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])
        return None, None
    version = re.search(r"LAMMPS \((.*?)\)", done.stdout).group(1)
    seconds = [float(t) for t in re.findall(r"Loop time of (\S+) on", done.stdout)]
    use = [0.01 * float(t) for t in re.findall(r"(\S+)% CPU use", done.stdout)]
    if a.threads == 1:
        seconds = [t * u for t, u in zip(seconds, use)]
    return [2e-6 * a.cells ** 3 * a.steps / t for t in seconds[1:]], version


def kalium(a):
    """The median of its stretches."""
    done = subprocess.run([a.bench, str(a.cells), str(a.threads), str(a.steps), str(a.settle)],
                          capture_output=True, text=True, check=True)
    return [float(re.search(r"median (\S+)", done.stdout).group(1))], done.stdout.splitlines()[0]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--bench", required=True)
    p.add_argument("--lammps", default="lmp")
    p.add_argument("--csv")
    p.add_argument("--styles", default="eam/fs,eam/fs/opt,eam/fs/omp,eam/fs/intel")
    p.add_argument("--skins", default="0.5,0.7,1.0")
    for name, value in (("cells", 20), ("threads", 1), ("steps", 200), ("settle", 500), ("rounds", 3)):
        p.add_argument("--" + name, type=int, default=value)
    a = p.parse_args()
    styles = [(s, skin) for s in a.styles.split(",") for skin in a.skins.split(",")]
    rates, version = {}, {}
    for _ in range(a.rounds):
        found, version["kalium"] = kalium(a)
        rates.setdefault("kalium", []).extend(found)
        for style, skin in styles:
            found, text = lammps(a, style, skin)
            if found is not None:
                name = f"lammps {style} skin {skin} A"
                rates.setdefault(name, []).extend(found)
                version[name] = text
    rate = {k: statistics.median(v) for k, v in rates.items()}
    fastest = max(v for k, v in rate.items() if k != "kalium")
    rows = [[k, version[k], 2 * a.cells ** 3, a.threads, f"{v:.3f}", f"{rate['kalium'] / v:.2f}"]
            for k, v in rate.items()]
    head = ["program", "version", "atoms", "threads", "million_atom_steps_per_s", "kalium_ratio"]
    for row in rows:
        print("  ".join(str(x) for x in row))
    print(f"kalium over the fastest LAMMPS: {rate['kalium'] / fastest:.2f}")
    if a.csv:
        new = not os.path.exists(a.csv)
        with open(a.csv, "a", newline="") as f:
            w = csv.writer(f)
            if new:
                w.writerow(head)
            w.writerows(rows)


main()
