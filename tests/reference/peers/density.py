#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Density of a neat liquid by GROMACS, from the parameters of our force field: what the model gives.

    density.py --forcefield ../../../forcefields/opls-electrolytes.yaml EC:200:313.15 [DME:125:298.15 ...]
               [--time-ps 300] [--threads 1] [--seed 21] [--work FOLDER]

MOLECULE:COUNT:KELVIN at 1 bar. Cutoff 1.2 nm with dispersion correction, PME, bonds to H held, 2 fs:
as in the recipes. Prints the mean of the second half and its 95 % interval from ten blocks."""
import argparse
import pathlib
import re
import statistics

import gromacs
import numpy as np
from make_references import pack
from topology import Cell, ForceField

RUN = """integrator = md
dt = 0.002
nsteps = {steps}
constraints = h-bonds
cutoff-scheme = Verlet
rvdw = 1.2
rcoulomb = 1.2
coulombtype = PME
ewald-rtol = 1e-5
fourierspacing = 0.12
DispCorr = EnerPres
gen-vel = yes
gen-temp = {kelvin}
gen-seed = {seed}
ld-seed = {seed}
tcoupl = v-rescale
tc-grps = System
tau-t = 1.0
ref-t = {kelvin}
pcoupl = C-rescale
pcoupltype = isotropic
tau-p = 2.0
ref-p = 1.0
compressibility = 1e-4
nstenergy = 100
nstcalcenergy = 10
nstpcouple = 10
nstlog = 0
"""


def half_mean(values):
    """Mean of the second half and 95 % interval: 2.26 standard errors of ten blocks."""
    half = values[len(values) // 2:]
    blocks = [statistics.mean(b) for b in np.array_split(half, 10)]
    return statistics.mean(half), 2.26 * statistics.stdev(blocks) / 10 ** 0.5


def density(folder, force_field, key, count, kelvin, options):
    cell = Cell(force_field, [(key, count)], 1.0)
    x, edge = pack(folder, cell, 0.7)
    gromacs.relax(folder, cell, x, np.diag([edge] * 3))
    (folder / "npt.mdp").write_text(RUN.format(kelvin=kelvin, seed=options.seed,
                                               steps=int(options.time_ps / 0.002)), encoding="ascii")
    gromacs.command(["gmx", "grompp", "-f", "npt.mdp", "-c", "settle.gro", "-p", "cell.top", "-o",
                     "npt.tpr", "-maxwarn", "3"], folder)
    gromacs.command(["gmx", "mdrun", "-deffnm", "npt", "-ntmpi", "1", "-ntomp",
                     str(options.threads)], folder)
    gromacs.command(["gmx", "energy", "-f", "npt.edr", "-o", "density.xvg"], folder, "Density\n0\n")
    rows = (folder / "density.xvg").read_text(encoding="ascii").splitlines()
    return cell.n, half_mean([float(r.split()[1]) for r in rows if r and r[0] not in "#@"])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("liquid", nargs="+")
    parser.add_argument("--forcefield", required=True)
    parser.add_argument("--time-ps", type=float, default=300.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=21, help="of velocities and thermostat")
    parser.add_argument("--work", default="work")
    arguments = parser.parse_args()
    force_field = ForceField(arguments.forcefield)
    print("molecule,atoms,T_K,program,density_kg_m3,low_95,high_95")
    for liquid in arguments.liquid:
        key, count, kelvin = re.fullmatch(r"(\w+):(\d+):([\d.]+)", liquid).groups()
        folder = pathlib.Path(arguments.work).resolve() / f"density-{key}"
        folder.mkdir(parents=True, exist_ok=True)
        n, (mean, error) = density(folder, force_field, key, int(count), float(kelvin), arguments)
        print(f"{key},{n},{kelvin},GROMACS {gromacs.version('gmx')[0]},{mean:.1f},"
              f"{mean - error:.1f},{mean + error:.1f}", flush=True)


if __name__ == "__main__":
    main()
