#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ns/day of kalium, GROMACS, LAMMPS and OpenMM on the same boxes of liquids, in one run.

    compare.py --bench ../../build/bench/bench_step [--systems kfsi-10k spce-6k] [--threads 2]
               [--repeats 3] [--gromacs /path/to/another/gmx]

Same configuration, force field, cutoff (1.2 nm), timestep (2 fs; bonds to H constrained, water rigid),
thermostat class (stochastic velocity rescaling; Langevin in LAMMPS' and OpenMM's place where they have
no other) and Coulomb accuracy class (relative force error about 1e-4); pair lists as each program
chooses them. With one thread the processor's time is taken for every program, so that other load on
the machine does not count; with more the wall's. Programs that are not installed are left out;
--gromacs adds a second GROMACS. Writes one CSV row per program and system to standard output; the
median of the repeats counts."""
import argparse
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "reference" / "peers"))
import gromacs  # noqa: E402
import lammps  # noqa: E402
from make_references import make_whole, pack  # noqa: E402
from topology import Cell, ForceField  # noqa: E402

CUTOFF = 1.2  # nm
# molecules, their numbers, copies of the box along x, y, z, density of the packed start in g/cm^3 (the
# relaxation finds its own)
KFSI = ("K+", "FSI", "DME")
SYSTEMS = {
    "kfsi-3k": (KFSI, (20, 20, 180), (1, 1, 1), 0.75),
    "kfsi-10k": (KFSI, (65, 65, 585), (1, 1, 1), 0.75),
    "kfsi-30k": (KFSI, (24, 24, 216), (2, 2, 2), 0.75),
    "dme-8k": (("DME",), (500,), (1, 1, 1), 0.75),
    "spce-6k": (("SPCE",), (2000,), (1, 1, 1), 0.9),
    "spce-30k": (("SPCE",), (1250,), (2, 2, 2), 0.9),
}

GROMACS_RUN = f"""integrator = md
dt = 0.002
nsteps = 1000000
constraints = h-bonds
cutoff-scheme = Verlet
rvdw = {CUTOFF}
rcoulomb = {CUTOFF}
coulombtype = PME
ewald-rtol = 1e-5
fourierspacing = 0.12
pme-order = 4
DispCorr = EnerPres
tcoupl = v-rescale
tc-grps = System
tau-t = 1.0
ref-t = 298.15
nstenergy = 100
nstcalcenergy = 100
nstlog = 0
gen-vel = yes
gen-temp = 298.15
"""

LAMMPS_RUN = f"""units real
atom_style full
pair_style lj/cut/coul/long {10 * CUTOFF}
pair_modify mix geometric tail yes
bond_style harmonic
angle_style harmonic
dihedral_style opls
improper_style cvff
special_bonds lj 0.0 0.0 0.5 coul 0.0 0.0 0.5
read_data run.data
kspace_style pppm 1.0e-4
neighbor 2.0 bin
velocity all create 298.15 11
fix shake all shake 1.0e-6 20 0 m 1.008 {{rigid}}
fix nve all nve
fix heat all langevin 298.15 298.15 1000.0 7
timestep 2.0
thermo 100
run 100
"""


def replicate(cell_kinds, counts, x, box, copies):
    """Copies of the box, molecules regrouped by kind."""
    shifts = [(i, j, k) for i in range(copies[0]) for j in range(copies[1]) for k in range(copies[2])]
    out, first = [], 0
    for kind, count in zip(cell_kinds, counts):
        n = len(kind.names) * count
        for s in shifts:
            out.append(x[first:first + n] + np.array(s) @ box)
        first += n
    return np.concatenate(out), box * np.array(copies)[:, None]


def make_water_rigid(path):
    """Bonds and angle of a topology of SPC/E water become one settle."""
    text = path.read_text(encoding="ascii")
    begin, end = text.index("[ bonds ]"), text.index("[ system ]")
    path.write_text(text[:begin] + "[ settles ]\n1 1 0.1 0.163298086\n\n"
                    "[ exclusions ]\n1 2 3\n2 1 3\n3 1 2\n\n" + text[end:], encoding="ascii")


def prepare(force_field, system, folder):
    """system: molecules, their numbers, copies in space, density to begin with."""
    names, counts, copies, density = system
    small = Cell(force_field, list(zip(names, counts)), 1.0)
    x, edge = pack(folder, small, density)
    x, box = gromacs.relax(folder, small, x, np.eye(3) * edge)
    x = make_whole(small, x, box)
    x, box = replicate(small.kinds, counts, x, box, copies)
    factor = copies[0] * copies[1] * copies[2]
    cell = Cell(force_field, list(zip(names, (factor * c for c in counts))), 1.0)
    gromacs.write_topology(folder / "run.top", cell)
    if names == ("SPCE",):
        make_water_rigid(folder / "run.top")
    gromacs.write_gro(folder / "run.gro", cell, x, box, digits=6)
    lammps.write_data(folder / "run.data", cell, x, box)
    return cell


def write_recipe(folder, cell):
    counts = "".join(f"      - {{molecule: \"{k}\", count: {n}}}\n" for k, n in cell.composition)
    recipe = folder / "run.yaml"
    recipe.write_text(
        "title: benchmark\ntemperature_K: 298.15\ncell:\n  structure:\n    file: run.gro\n"
        f"    molecules:\n{counts}forcefield: {{files: [opls-electrolytes]}}\n"
        f"nonbonded: {{cutoff_A: {10 * CUTOFF}}}\nprotocol: liquid\n"
        "production: {time_ns: 1, timestep_fs: 2}\n", encoding="ascii")
    return recipe


def run_kalium(folder, cell, options):
    text = gromacs.command([str(options.bench), str(write_recipe(folder, cell)), "--threads", str(options.threads),
                            "--repeats", str(options.repeats)], folder)
    return [float(v) for v in re.findall(r"repeat \d+: ([\d.e+]+) ns/day", text)]


def ns_per_day(steps, seconds):
    return steps * 0.002e-3 * 86400 / seconds


def child_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_gromacs(folder, cell, options, program):
    (folder / "speed.mdp").write_text(GROMACS_RUN, encoding="ascii")
    gromacs.command([program, "grompp", "-f", "speed.mdp", "-c", "run.gro", "-p", "run.top", "-o",
                     "speed.tpr", "-maxwarn", "3"], folder)
    start, steps = 100, max(400, int(6e6 / cell.n) // 100 * 100)

    def mdrun(*more):
        before = child_seconds()
        gromacs.command([program, "mdrun", "-s", "speed.tpr", "-deffnm", "speed", "-ntmpi", "1", "-ntomp",
                         str(options.threads), "-noconfout", *more], folder)
        return child_seconds() - before

    speeds = []
    for _ in range(options.repeats):
        if options.threads == 1:  # what the start costs goes out of the difference
            shorter = mdrun("-nsteps", str(start))
            speeds.append(ns_per_day(steps, mdrun("-nsteps", str(start + steps)) - shorter))
        else:
            mdrun("-nsteps", str(start + steps), "-resetstep", str(start))
            log = (folder / "speed.log").read_text(encoding="utf-8", errors="replace")
            speeds.append(float(re.search(r"Performance: +([\d.]+)", log).group(1)))
    return speeds


def run_lammps(folder, cell, options):
    steps = max(100, int(2e6 / cell.n))
    rigid = "a 1" if cell.composition[0][0] == "SPCE" else ""
    text = LAMMPS_RUN.replace("{rigid}", rigid) + "".join(f"run {steps}\n" for _ in range(options.repeats))
    (folder / "speed.in").write_text(text, encoding="ascii")
    out = gromacs.command(["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", str(options.threads),
                           "lmp", "-in", "speed.in"], folder)
    speeds = [float(v) for v in re.findall(r"Performance: ([\d.]+) ns/day", out)]
    if options.threads == 1:
        use = [float(v) / 100 for v in re.findall(r"([\d.]+)% CPU use", out)]
        speeds = [speed / part for speed, part in zip(speeds, use)]
    return speeds[1:]


def run_openmm(folder, cell, options):
    import openmm_speed
    now = time.process_time if options.threads == 1 else time.perf_counter
    return openmm_speed.speeds(folder, "CPU", {"Threads": str(options.threads)}, CUTOFF,
                               max(50, int(1e6 / cell.n)), options.repeats, now)[0]


def gromacs_version(program):
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return " ".join(re.search(key + ": *(\\S+)", text).group(1)
                    for key in ("GROMACS version", "SIMD instructions"))


def programs(options):
    """Name, version and runner of each program there is."""
    found = [("kalium", "this tree", run_kalium)]
    for path in ["gmx", options.gromacs]:
        if path is not None and shutil.which(path):
            found.append(("gromacs", gromacs_version(path),
                          lambda *arguments, path=path: run_gromacs(*arguments, path)))
    if shutil.which("lmp"):
        found.append(("lammps", lammps.version(), run_lammps))
    try:
        import openmm
        found.append(("openmm", openmm.__version__, run_openmm))
    except ImportError:
        pass
    return found


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=lambda p: pathlib.Path(p).resolve(), required=True)
    parser.add_argument("--systems", nargs="*", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--gromacs")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    force_field = ForceField(ROOT / "forcefields" / "opls-electrolytes.yaml")
    found = programs(options)
    print(f"# {time.strftime('%Y-%m-%d')}, {processor()}, {options.threads} threads, cutoff {CUTOFF} nm, "
          f"2 fs; load before the start {os.getloadavg()[0]:.2f}")
    print(f"# command: {' '.join(sys.argv)}")
    print("system,atoms,program,version,ns_per_day_median,ns_per_day_min,ns_per_day_max,kalium_ratio",
          flush=True)
    for system in options.systems:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            cell = prepare(force_field, SYSTEMS[system], folder)
            ours = None
            for program, version, run in found:
                speeds = run(folder, cell, options)
                median = statistics.median(speeds)
                ours = median if program == "kalium" else ours
                print(f"{system},{cell.n},{program},{version},{median:.4g},{min(speeds):.4g},"
                      f"{max(speeds):.4g},{ours / median:.3g}", flush=True)


if __name__ == "__main__":
    main()
