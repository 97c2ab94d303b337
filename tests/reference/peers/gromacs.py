# SPDX-License-Identifier: MIT
"""Writes a cell for GROMACS, runs it, reads energies and forces back in double precision."""
import re
import struct
import subprocess

import numpy as np

KCAL = 4.184
BOND = 2 * KCAL * 100  # kcal/mol/A^2 without 1/2 -> kJ/mol/nm^2 with 1/2
ANGLE = 2 * KCAL

ENERGIES = {  # as `gmx energy` calls them -> ours
    "Bond": "bond", "Angle": "angle", "Ryckaert-Bell.": "dihedral", "Fourier Dih.": "dihedral", "Per. Imp. Dih.": "improper",
    "LJ-14": "lennard_jones_14", "LJ (SR)": "lennard_jones", "Coulomb-14": "coulomb_14",
    "Coulomb (SR)": "coulomb_short", "Coul. recip.": "coulomb_long",
    "Disper. corr.": "lennard_jones_tail", "Pres. DC": "pressure_tail"}
VIRIAL = ["Vir-XX", "Vir-XY", "Vir-XZ", "Vir-YX", "Vir-YY", "Vir-YZ", "Vir-ZX", "Vir-ZY", "Vir-ZZ"]

EVALUATE = """integrator = md
nsteps = 0
continuation = yes
constraints = none
comm-mode = none
nstenergy = 1
nstcalcenergy = 1
nstfout = 1
nstxout = 1
cutoff-scheme = Verlet
verlet-buffer-tolerance = -1
rlist = 1.0
rvdw = 1.0
vdwtype = Cut-off
vdw-modifier = None
rcoulomb = 1.0
coulombtype = PME
coulomb-modifier = None
ewald-rtol = 1e-9
fourierspacing = 0.04
pme-order = 12
DispCorr = {dispersion}
"""

RELAX = {
    "minimise": """integrator = steep
nsteps = 1000
emtol = 100
""",
    "anneal": """integrator = md
dt = 0.002
nsteps = 12500
constraints = h-bonds
gen-vel = yes
gen-temp = 500
gen-seed = 11
ld-seed = 12
tcoupl = v-rescale
tc-grps = System
tau-t = 0.2
ref-t = 298.15
annealing = single
annealing-npoints = 4
annealing-time = 0 6 16 25
annealing-temp = 500 500 298.15 298.15
pcoupl = C-rescale
tau-p = 0.5
ref-p = 1.0
compressibility = 6e-5
pcoupltype = isotropic
""",
    "settle": """integrator = md
dt = 0.0005
nsteps = 1000
nstxout = 1000
continuation = yes
tcoupl = v-rescale
tc-grps = System
tau-t = 0.1
ref-t = 298.15
ld-seed = 13
"""}
RELAX_COMMON = """cutoff-scheme = Verlet
rvdw = 1.0
rcoulomb = 1.0
coulombtype = PME
DispCorr = EnerPres
nstlog = 1000
nstenergy = 1000
"""


def write_topology(path, cell, with_charges=True):
    out = ["[ defaults ]", "1 3 yes 0.5 0.5", "", "[ atomtypes ]"]
    used = {t: cell.force_field.atom_types[t] for t in sorted(set(cell.types))}
    index = {t: f"T{k}" for k, t in enumerate(used)}
    for name, t in used.items():
        out.append(f"{index[name]} {t['mass']:.6f} 0.0 A {t['sigma'] * 0.1:.17g} "
                   f"{t['epsilon'] * KCAL:.17g} ; {name}")
    for number, m in enumerate(cell.kinds):
        out += ["", "[ moleculetype ]", f"M{number} 3", "", "[ atoms ]"]
        for i, (name, kind, q) in enumerate(zip(m.names, m.types, m.charges)):
            out.append(f"{i + 1} {index[kind]} 1 M{number} {name} {i + 1} "
                       f"{q if with_charges else 0.0:.17g} {used[kind]['mass']:.6f}")
        out += ["", "[ bonds ]"]
        out += [f"{i + 1} {j + 1} 1 {r0 * 0.1:.17g} {k * BOND:.17g}" for i, j, r0, k in m.bonds]
        out += ["", "[ angles ]"]
        out += [f"{i + 1} {j + 1} {k + 1} 1 {theta:.17g} {c * ANGLE:.17g}"
                for i, j, k, theta, c in m.angles]
        # function 5: the Fourier series itself, GROMACS makes Ryckaert-Bellemans of it
        out += ["", "[ dihedrals ]"]
        out += [" ".join(str(a + 1) for a in t[:4]) + " 5 " +
                " ".join(f"{v * KCAL:.17g}" for v in t[4]) for t in m.dihedrals]
        out += ["", "[ dihedrals ]"]
        for t in m.impropers:
            assert t[4][0] == t[4][2] == t[4][3] == 0.0
            out.append(" ".join(str(a + 1) for a in t[:4]) +
                       f" 4 180.0 {0.5 * t[4][1] * KCAL:.17g} 2")
        out += ["", "[ pairs ]"] + [f"{i + 1} {j + 1} 1" for i, j in m.pairs14]
    out += ["", "[ system ]", "cell", "", "[ molecules ]"]
    out += [f"M{k} {count}" for k, (_, count) in enumerate(cell.composition)]
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def write_gro(path, cell, x, box, digits=9):
    width = digits + 5
    out = ["cell", str(cell.n)]
    i = 0
    for number, (kind, _) in enumerate(cell.molecules):
        for name in kind.names:
            out.append(f"{(number + 1) % 100000:5d}{'M':<5s}{name:>5s}{(i + 1) % 100000:5d}" +
                       "".join(f"{v:{width}.{digits}f}" for v in x[i]))
            i += 1
    order = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    out.append(" ".join(f"{box[a][b]:.{digits}f}" for a, b in order))
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def read_trr(path):
    """The last frame: box, positions, forces (None where absent)."""
    data, at, frame = path.read_bytes(), 0, None
    while at < len(data):
        assert struct.unpack_from(">i", data, at)[0] == 1993
        length = struct.unpack_from(">i", data, at + 8)[0]
        at += 12 + (length + 3) // 4 * 4
        sizes = struct.unpack_from(">13i", data, at)
        real = ">f8" if sizes[2] == 72 else ">f4"
        at += 52 + 2 * int(real[2])
        blocks = []
        for size in sizes[:10]:
            blocks.append(np.frombuffer(data, real, size // int(real[2]), at) if size else None)
            at += size
        frame = [None if blocks[k] is None else blocks[k].reshape(-1, 3).astype(float)
                 for k in (2, 7, 9)]
    return frame


def command(words, folder, text=None):
    done = subprocess.run(words, cwd=folder, input=text, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(" ".join(words) + "\n" + done.stdout[-2000:] + done.stderr[-2000:])
    return done.stdout


def version(program):
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return (re.search(r"GROMACS version: *(\S+)", text).group(1),
            re.search(r"Precision: *(\S+)", text).group(1))


def relax(folder, cell, x, box):
    """Packed molecules -> a liquid at 298 K: minimised, 500 K, cooled at 1 bar, then flexible."""
    write_topology(folder / "cell.top", cell)
    write_gro(folder / "packed.gro", cell, x, box)
    start = "packed.gro"
    for stage, text in RELAX.items():
        (folder / f"{stage}.mdp").write_text(text + RELAX_COMMON, encoding="ascii")
        command(["gmx", "grompp", "-f", f"{stage}.mdp", "-c", start, "-p", "cell.top", "-o",
                 f"{stage}.tpr", "-maxwarn", "3"], folder)
        command(["gmx", "mdrun", "-deffnm", stage, "-ntmpi", "1", "-ntomp", "1"], folder)
        start = f"{stage}.gro"
    box, x, _ = read_trr(folder / "settle.trr")  # all digits, which a gro file does not have
    return x, box


def evaluate(folder, name, cell, x, box, with_charges, dispersion="no"):
    """Single point in double: energies by term, virial, forces; kJ/mol, nm."""
    write_topology(folder / f"{name}.top", cell, with_charges)
    write_gro(folder / f"{name}.gro", cell, x, box)
    (folder / f"{name}.mdp").write_text(EVALUATE.format(dispersion=dispersion), encoding="ascii")
    command(["gmx_d", "grompp", "-f", f"{name}.mdp", "-c", f"{name}.gro", "-p", f"{name}.top",
             "-o", f"{name}.tpr", "-maxwarn", "4"], folder)
    command(["gmx_d", "mdrun", "-deffnm", name, "-ntmpi", "1", "-ntomp", "1"], folder)
    box_read, _, force = read_trr(folder / f"{name}.trr")
    assert np.abs(box_read - box).max() < 1e-12
    values = energies(folder, name)
    energy = {ours: values[theirs] for theirs, ours in ENERGIES.items() if theirs in values}
    virial = np.array([values[v] for v in VIRIAL]).reshape(3, 3)
    return energy, virial, force


def energies(folder, name):
    """All energies of the first frame with full digits, by their names."""
    command(["gmx_d", "energy", "-f", f"{name}.edr", "-o", f"{name}.xvg", "-dp", "-xvg",
             "xmgrace"], folder, "\n".join(str(k) for k in range(1, 60)) + "\n0\n")
    legends, row = [], None
    for line in (folder / f"{name}.xvg").read_text(encoding="ascii").splitlines():
        found = re.match(r'@ s\d+ legend "(.*)"', line)
        if found:
            legends.append(found.group(1))
        elif line[:1] not in "#@":
            row = [float(v) for v in line.split()][1:]
    return dict(zip(legends, row))


def coulomb_constant(folder):
    """What GROMACS multiplies q q / r with: two unit charges 1 nm apart, plain cut-off."""
    (folder / "two.top").write_text(
        "[ defaults ]\n1 3 yes 0.5 0.5\n[ atomtypes ]\nA 1.0 0.0 A 0.1 0.0\n[ moleculetype ]\n"
        "P 0\n[ atoms ]\n1 A 1 P A 1 1.0 1.0\n[ moleculetype ]\nN 0\n[ atoms ]\n"
        "1 A 1 N A 1 -1.0 1.0\n[ system ]\ntwo\n[ molecules ]\nP 1\nN 1\n", encoding="ascii")
    (folder / "two.gro").write_text(
        "two\n2\n    1P        A    1  1.000000000  1.000000000  1.000000000\n"
        "    2N        A    2  2.000000000  1.000000000  1.000000000\n 8.0 8.0 8.0\n",
        encoding="ascii")
    (folder / "two.mdp").write_text(
        "integrator = md\nnsteps = 0\ncontinuation = yes\ncutoff-scheme = Verlet\n"
        "verlet-buffer-tolerance = -1\nrlist = 3.0\nrcoulomb = 3.0\nrvdw = 3.0\n"
        "coulombtype = Cut-off\ncoulomb-modifier = None\nepsilon-rf = 1\nnstenergy = 1\n",
        encoding="ascii")
    command(["gmx_d", "grompp", "-f", "two.mdp", "-c", "two.gro", "-p", "two.top", "-o",
             "two.tpr", "-maxwarn", "5"], folder)
    command(["gmx_d", "mdrun", "-deffnm", "two", "-ntmpi", "1", "-ntomp", "1"], folder)
    return -energies(folder, "two")["Coulomb (SR)"]
