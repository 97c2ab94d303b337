#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ns/day of kalium, GROMACS, LAMMPS and OpenMM on the same boxes of 1 M KFSI in DME, in one run.

    compare.py --bench ../../build/bench_step [--sizes 3k 10k 30k] [--threads 2] [--repeats 3]

Same configuration, force field, cutoff (1.0 nm), timestep (2 fs, bonds to H constrained), thermostat
class (stochastic velocity rescaling; Langevin in LAMMPS' and OpenMM's place where they have no other)
and Coulomb accuracy class (relative force error about 1e-4). Programs that are not installed are left
out. Writes one CSV row per program and size to standard output; the median of the repeats counts."""
import argparse
import os
import pathlib
import platform
import re
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

CUTOFF = 1.0  # nm
# ion pairs, solvent molecules, copies of the box along x, y, z
SIZES = {"3k": (20, 180, (1, 1, 1)), "10k": (65, 585, (1, 1, 1)), "30k": (24, 216, (2, 2, 2))}
DENSITY = 0.75  # g/cm^3 of the packed start; the relaxation finds its own

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

LAMMPS_RUN = """units real
atom_style full
pair_style lj/cut/coul/long 10.0
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
fix shake all shake 1.0e-6 20 0 m 1.008
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


def prepare(force_field, size, folder):
    pairs, solvent, copies = SIZES[size]
    counts = [pairs, pairs, solvent]
    small = Cell(force_field, list(zip(["K+", "FSI", "DME"], counts)), 1.0)
    x, edge = pack(folder, small, DENSITY)
    x, box = gromacs.relax(folder, small, x, np.eye(3) * edge)
    x = make_whole(small, x, box)
    x, box = replicate(small.kinds, counts, x, box, copies)
    factor = copies[0] * copies[1] * copies[2]
    cell = Cell(force_field, list(zip(["K+", "FSI", "DME"], [factor * c for c in counts])), 1.0)
    gromacs.write_topology(folder / "run.top", cell)
    gromacs.write_gro(folder / "run.gro", cell, x, box, digits=6)
    lammps.write_data(folder / "run.data", cell, x, box)
    np.savez(folder / "run.npz", x=x, box=box)
    return cell


def run_kalium(folder, cell, options):
    counts = "".join(f"      - {{molecule: \"{k}\", count: {n}}}\n" for k, n in cell.composition)
    recipe = folder / "run.yaml"
    recipe.write_text(
        "title: benchmark\ntemperature_K: 298.15\ncell:\n  structure:\n    file: run.gro\n"
        f"    molecules:\n{counts}forcefield: {{files: [opls-electrolytes]}}\n"
        f"nonbonded: {{cutoff_A: {10 * CUTOFF}}}\nprotocol: liquid\n"
        "production: {time_ns: 1, timestep_fs: 2}\n", encoding="ascii")
    text = gromacs.command([str(options.bench), str(recipe), "--threads", str(options.threads),
                            "--repeats", str(options.repeats)], folder)
    return [float(v) for v in re.findall(r"repeat \d+: ([\d.e+]+) ns/day", text)]


def run_gromacs(folder, _, options, program="gmx"):
    (folder / "speed.mdp").write_text(GROMACS_RUN, encoding="ascii")
    gromacs.command([program, "grompp", "-f", "speed.mdp", "-c", "run.gro", "-p", "run.top", "-o",
                     "speed.tpr", "-maxwarn", "3"], folder)
    speeds = []
    for _ in range(options.repeats):
        gromacs.command([program, "mdrun", "-s", "speed.tpr", "-deffnm", "speed", "-ntmpi", "1", "-ntomp",
                         str(options.threads), "-maxh", "0.008", "-resethway", "-noconfout", "-nsteps",
                         "-1"], folder)
        log = (folder / "speed.log").read_text(encoding="utf-8", errors="replace")
        speeds.append(float(re.search(r"Performance: +([\d.]+)", log).group(1)))
    return speeds


def run_lammps(folder, cell, options):
    steps = max(100, int(2e6 / cell.n))
    text = LAMMPS_RUN + "".join(f"run {steps}\n" for _ in range(options.repeats))
    (folder / "speed.in").write_text(text, encoding="ascii")
    out = gromacs.command(["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", str(options.threads),
                           "lmp", "-in", "speed.in"], folder)
    speeds = [float(v) for v in re.findall(r"Performance: ([\d.]+) ns/day", out)]
    return speeds[1:]


def run_openmm(folder, cell, options):
    import openmm
    from openmm import app, unit
    stored = np.load(folder / "run.npz")
    box = [openmm.Vec3(*row) for row in stored["box"]] * unit.nanometer
    top = app.GromacsTopFile(str(folder / "run.top"), periodicBoxVectors=box)
    system = top.createSystem(nonbondedMethod=app.PME, nonbondedCutoff=CUTOFF * unit.nanometer,
                              constraints=app.HBonds, ewaldErrorTolerance=5e-4)
    integrator = openmm.LangevinMiddleIntegrator(298.15, 1.0, 0.002)
    platform_ = openmm.Platform.getPlatformByName("CPU")
    context = openmm.Context(system, integrator, platform_, {"Threads": str(options.threads)})
    context.setPositions(stored["x"] * unit.nanometer)
    context.setVelocitiesToTemperature(298.15, 1)
    steps = max(50, int(1e6 / cell.n))
    integrator.step(50)
    speeds = []
    for _ in range(options.repeats):
        begin = time.perf_counter()
        integrator.step(steps)
        context.getState(getEnergy=True)
        speeds.append(steps * 0.002e-3 * 86400 / (time.perf_counter() - begin))
    return speeds


def versions():
    found = {"kalium": "this tree"}
    if shutil.which("gmx"):
        text = subprocess.run(["gmx", "--version"], capture_output=True, text=True, check=False).stdout
        found["gromacs"] = (re.search(r"GROMACS version: *(\S+)", text).group(1) + " " +
                            re.search(r"SIMD instructions: *(\S+)", text).group(1))
    if shutil.which("lmp"):
        found["lammps"] = lammps.version()
    try:
        import openmm
        found["openmm"] = openmm.__version__
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
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    force_field = ForceField(ROOT / "forcefields" / "opls-electrolytes.yaml")
    runners = {"kalium": run_kalium, "gromacs": run_gromacs, "lammps": run_lammps, "openmm": run_openmm}
    found = versions()
    print(f"# {time.strftime('%Y-%m-%d')}, {processor()}, {options.threads} threads, "
          f"1 M KFSI in DME, cutoff {CUTOFF} nm, 2 fs")
    print(f"# command: {' '.join(sys.argv)}")
    print("size,atoms,program,version,ns_per_day_median,ns_per_day_min,ns_per_day_max,kalium_ratio",
          flush=True)
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            cell = prepare(force_field, size, folder)
            ours = None
            for program in (p for p in runners if p in found):
                speeds = runners[program](folder, cell, options)
                median = statistics.median(speeds)
                ours = median if program == "kalium" else ours
                print(f"{size},{cell.n},{program},{found[program]},{median:.4g},{min(speeds):.4g},"
                      f"{max(speeds):.4g},{ours / median:.3g}", flush=True)


if __name__ == "__main__":
    main()
