#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Crystals of KCl (Fumi and Tosi, 300 K) in kalium and in LAMMPS, in turns on the same processor.

    python3 bench/peers/ions_lammps.py --bench build/bench/bench_step [--cells 10 20] [--threads 2]
        [--steps 200] [--rounds 5] [--skins 1 2] [--prefix COMMAND] [--lammps lmp] [--csv FILE]

cells^3 cubic cells of 8 ions (10: 8,000; 20: 64,000); the same lattice, potential, cutoff (12 A),
timestep (2 fs) and error of the Coulomb forces: kalium's relative_force_error of 1e-4 is in units
of C (n/V)^(2/3), LAMMPS's accuracy of C / A^2: it is asked for 1e-4 (n/V)^(2/3) A^2 = 1.01e-5.
LAMMPS with born/coul/long and its omp variant, where the build has it, each skin, one MPI rank per
thread. One thread: seconds of the processor (LAMMPS: its loop time times the CPU use it states);
several: of the wall. A run of LAMMPS is warmed up and gives two stretches, one of kalium five:
median, least and largest of all stretches of all rounds, in million ion-steps per second.
--prefix is put before every run: a command that keeps other load away."""
import argparse
import csv
import itertools
import os
import re
import shlex
import statistics
import subprocess
import tempfile

A = 6.29294
PAIRS = ("1 1 0.26370376 0.337 2.926 15.16686705 -14.97962178",
         "1 2 0.21096301 0.337 3.048 29.95924356 -45.56301624",
         "2 2 0.15822226 0.337 3.170 77.70678798 -156.03772686")
RECIPE = """title: "KCl, {n} ions"
temperature_K: 300
cell:
  structure:
    file: kcl.xyz
    molecules: [{{molecule: "K+", count: {half}}}, {{molecule: "Cl-", count: {half}}}]
forcefield: {{files: [alkali-halides]}}
nonbonded: {{cutoff_A: 12, tail_correction: false, relative_force_error: 1e-4}}
protocol: liquid
production: {{time_ns: 0.01, timestep_fs: 2, frame_ps: 1}}
"""
INPUT = """units metal
atom_style charge
lattice custom {a} a1 1 0 0 a2 0 1 0 a3 0 0 1 &
  basis 0 0 0 basis 0 0.5 0.5 basis 0.5 0 0.5 basis 0.5 0.5 0 &
  basis 0.5 0 0 basis 0 0.5 0 basis 0 0 0.5 basis 0.5 0.5 0.5
region b block 0 {cells} 0 {cells} 0 {cells}
create_box 2 b
create_atoms 1 box basis 5 2 basis 6 2 basis 7 2 basis 8 2
mass 1 39.0983
mass 2 35.453
set type 1 charge 1
set type 2 charge -1
pair_style {style} 12.0
{pairs}
kspace_style {kspace} {accuracy:.3g}
neighbor {skin} bin
neigh_modify every 1 delay 0 check yes
velocity all create 600 11
fix 1 all nve
timestep 0.002
thermo 100000
run {warm}
run {steps}
run {steps}
"""


def write_recipe(folder, cells):
    base = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
    half = 4 * cells ** 3
    with open(os.path.join(folder, "kcl.xyz"), "w") as f:
        edge = A * cells
        f.write(f'{2 * half}\nLattice="{edge} 0 0 0 {edge} 0 0 0 {edge}" '
                "Properties=species:S:1:pos:R:3\n")
        for element, shift in (("K", 0.0), ("Cl", 0.5)):
            for b, c in itertools.product(base, itertools.product(range(cells), repeat=3)):
                f.write(f"{element} {(b[0] + shift + c[0]) * A:.6f} {(b[1] + c[1]) * A:.6f} "
                        f"{(b[2] + c[2]) * A:.6f}\n")
    path = os.path.join(folder, "kcl.yaml")
    with open(path, "w") as f:
        f.write(RECIPE.format(n=2 * half, half=half))
    return path


def kalium(a, recipe):
    done = subprocess.run(a.prefix + [a.bench, recipe, "--threads", str(a.threads),
                                      "--steps", str(a.steps)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-500:] + done.stderr[-1000:])
    n = int(re.search(r": (\d+) atoms", done.stdout).group(1))
    what = re.search(r"(mesh \S+ order \d), (.*)", done.stdout)
    return ([float(v) / 86400 / 2e-6 * n * 1e-6
             for v in re.findall(r"repeat \d+: (\S+) ns/day", done.stdout)],
            f"this tree, {what.group(2)}, {what.group(1)}")


def lammps(a, cells, style, skin):
    """Nothing where the style is not there."""
    kspace = "pppm/omp" if style.endswith("/omp") else "pppm"
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "in"), "w") as f:
            f.write(INPUT.format(a=A, cells=cells, style=style, kspace=kspace, skin=skin,
                                 accuracy=1e-4 * 4.0 / A ** 2, steps=a.steps,
                                 warm=a.steps // 2,
                                 pairs="\n".join("pair_coeff " + p for p in PAIRS)))
        command = [a.lammps, "-in", "in"]
        if a.threads > 1:
            command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np",
                       str(a.threads)] + command
        done = subprocess.run(a.prefix + command, cwd=work, capture_output=True, text=True,
                              env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode != 0:
        if "Unrecognized pair style" not in done.stdout + done.stderr:
            raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])
        return [], None
    seconds = [float(t) for t in re.findall(r"Loop time of (\S+) on", done.stdout)]
    use = [0.01 * float(t) for t in re.findall(r"(\S+)% CPU use", done.stdout)]
    if a.threads == 1:
        seconds = [t * u for t, u in zip(seconds, use)]
    version = re.search(r"LAMMPS \((.*?)\)", done.stdout).group(1)
    mesh = re.search(r"grid = (\d+) (\d+) (\d+)", done.stdout).groups()
    order = re.search(r"stencil order = (\d)", done.stdout).group(1)
    return ([8e-6 * cells ** 3 * a.steps / t for t in seconds[1:]],
            f"{version}, mesh {'x'.join(mesh)} order {order}")


def compare(a, cells):
    """Rows of the table for one size."""
    rate, version = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        recipe = write_recipe(folder, cells)
        for _ in range(a.rounds):
            found, version["kalium"] = kalium(a, recipe)
            rate.setdefault("kalium", []).extend(found)
            for style in ("born/coul/long", "born/coul/long/omp"):
                for skin in a.skins:
                    name = f"lammps {style} skin {skin:g} A"
                    found, text = lammps(a, cells, style, skin)
                    if found:
                        rate.setdefault(name, []).extend(found)
                        version[name] = text
    ours = statistics.median(rate["kalium"])
    return [[k, version[k], 8 * cells ** 3, a.threads, f"{statistics.median(v):.3f}",
             f"{min(v):.3f}", f"{max(v):.3f}", len(v), f"{ours / statistics.median(v):.2f}"]
            for k, v in rate.items()]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--bench", required=True)
    p.add_argument("--lammps", default="lmp")
    p.add_argument("--csv")
    p.add_argument("--prefix", type=shlex.split, default=[])
    p.add_argument("--cells", type=int, nargs="+", default=[10, 20])
    p.add_argument("--skins", type=float, nargs="+", default=[1.0, 2.0])
    for name, value in (("threads", 2), ("steps", 200), ("rounds", 5)):
        p.add_argument("--" + name, type=int, default=value)
    a = p.parse_args()
    rows = []
    for cells in a.cells:
        for row in compare(a, cells):
            rows.append(row)
            print("  ".join(str(x) for x in row), flush=True)
    if a.csv:
        new = not os.path.exists(a.csv)
        with open(a.csv, "a", newline="") as f:
            w = csv.writer(f)
            if new:
                w.writerow(["program", "version", "ions", "threads",
                            "million_ion_steps_per_s_median", "min", "max", "stretches",
                            "kalium_ratio"])
            w.writerows(rows)


main()
