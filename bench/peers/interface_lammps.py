#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A metal with an electrolyte in kalium and in LAMMPS, in turns on the same processor.

    python3 bench/peers/interface_lammps.py --kalium build/kalium --bench build/bench/bench_step
            --run RUN [--copies 1x1x1 2x2x1] [--threads 1] [--steps 50] [--rounds 2] [--skins 1,2]
            [--csv FILE]

RUN is a run folder of k-kfsi-dme-k (any interface): both go on from its last configuration, repeated
in space by --copies, with the stage produce: LAMMPS from what `kalium export` writes, so with the
same terms, cutoff, held bonds, timestep and error of the mesh, with its opt styles and tabulated
Coulomb forces, one MPI rank per thread. One thread: seconds of the processor (LAMMPS: its loop time
times the CPU use it states), so that other load on the machine does not count; several: of the wall.
The median of the stretches of all rounds is taken, in million atom-steps per second. Mixed precision
here, double in LAMMPS."""
import argparse
import csv
import os
import re
import statistics
import subprocess
import tempfile


def kalium(a, copies):
    done = subprocess.run([a.bench, "--from", a.run, "--copies", copies, "--steps", str(a.steps),
                           "--repeats", "3", "--threads", str(a.threads)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-500:] + done.stderr[-1000:])
    atoms = int(re.search(r": (\d+) atoms", done.stdout).group(1))
    step = float(re.search(r"nm3, (\S+) fs", done.stdout).group(1))
    rates = [float(v) / 86400.0 / (step * 1e-6) * atoms * 1e-6
             for v in re.findall(r"repeat \d+: (\S+) ns/day", done.stdout)]
    return rates, atoms, re.search(r"(cpu, .*)", done.stdout).group(1)


def write_input(a, folder, copies, skin):
    """run.in of the export, repeated in space and cut to stretches of steps."""
    with open(os.path.join(folder, "system.in")) as f:
        system = f.read().replace("pair_modify table 0 ", "pair_modify ")
    with open(os.path.join(folder, "speed-system.in"), "w") as f:
        f.write(re.sub(r"(read_data .*)", r"\1\nreplicate " + copies.replace("x", " "), system))
    with open(os.path.join(folder, "run.in")) as f:
        lines = f.read().replace("system.in", "speed-system.in").splitlines()
    unwanted = ("dump", "restart", "run ", "write_data", "minimize", "neighbor", "neigh_modify")
    lines = [line for line in lines if not line.startswith(unwanted)]
    lines += [f"neighbor {skin} bin", "neigh_modify every 1 delay 0 check yes",
              f"run {a.steps // 2}"] + 3 * [f"run {a.steps}"]
    with open(os.path.join(folder, "speed.in"), "w") as f:
        f.write("\n".join(lines) + "\n")


def lammps(a, folder, copies, skin, atoms):
    write_input(a, folder, copies, skin)
    command = [a.lammps, "-sf", "opt", "-in", "speed.in"]
    if a.threads > 1:
        command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np",
                   str(a.threads)] + command
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                          env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])
    seconds = [float(t) for t in re.findall(r"Loop time of (\S+) on", done.stdout)]
    use = [0.01 * float(t) for t in re.findall(r"(\S+)% CPU use", done.stdout)]
    if a.threads == 1:
        seconds = [t * u for t, u in zip(seconds, use)]
    version = re.search(r"LAMMPS \((.*?)\)", done.stdout).group(1)
    return [1e-6 * atoms * a.steps / t for t in seconds[1:]], version


def main():
    p = argparse.ArgumentParser()
    for name in ("kalium", "bench", "run"):
        p.add_argument("--" + name, required=True)
    p.add_argument("--lammps", default="lmp")
    p.add_argument("--csv")
    p.add_argument("--copies", nargs="+", default=["1x1x1", "2x2x1"])
    p.add_argument("--skins", default="1,2")
    for name, value in (("threads", 1), ("steps", 50), ("rounds", 2)):
        p.add_argument("--" + name, type=int, default=value)
    a = p.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "lammps")
        subprocess.run([a.kalium, "export", a.run, "--to", "lammps", "-o", folder], check=True,
                       capture_output=True)
        for copies in a.copies:
            rates, version = {}, {}
            for _ in range(a.rounds):
                found, atoms, version["kalium"] = kalium(a, copies)
                rates.setdefault("kalium", []).extend(found)
                for skin in a.skins.split(","):
                    name = f"lammps lj/cut/coul/long/opt + eam/fs/opt, skin {skin} A"
                    found, version[name] = lammps(a, folder, copies, skin, atoms)
                    rates.setdefault(name, []).extend(found)
            rate = {k: statistics.median(v) for k, v in rates.items()}
            for k, v in rate.items():
                rows.append([k, version[k], atoms, a.threads, f"{v:.4f}",
                             f"{rate['kalium'] / v:.2f}"])
                print("  ".join(str(x) for x in rows[-1]), flush=True)
    if a.csv:
        new = not os.path.exists(a.csv)
        with open(a.csv, "a", newline="") as f:
            w = csv.writer(f)
            if new:
                w.writerow(["program", "version", "atoms", "threads", "million_atom_steps_per_s",
                            "kalium_ratio"])
            w.writerows(rows)


main()
