#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One trajectory through `kalium analyse` and through the packages that others use for it.

    OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive python3 bench/peers/analysis.py --kalium build/kalium
        [--run DIR] [--csv bench/results/analysis-peers.csv]

Runs bench/peers/analysis.yaml into DIR where there is no run yet (a temporary folder without --run)
and reads its trajectory.nc and topology.psf. Mean square displacements: MDAnalysis (by tidynamics'
FFT) and kinisi; the charge's: tidynamics; D and conductivity: kinisi (doi:10.21105/joss.05984), D of
the cation by Green and Kubo: transport_analysis; g(r): MDAnalysis; shells and pairs:
solvation_analysis (doi:10.21105/joss.05183) with our cutoffs.

One thread for all. Seconds are those of the processor, from the files on disk to the numbers: ours
the least of three whole runs of the program, pictures included; theirs without the imports. Rows of
one analysis repeat its seconds. Exit code 77 (skipped) where a package is missing, 1 when a row
disagrees by more than its tolerance; a row without one is explained in its note."""
import argparse
import csv
import importlib.metadata
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
try:
    import MDAnalysis
    import numpy as np
    import scipp
    import tidynamics
    from MDAnalysis.analysis.msd import EinsteinMSD
    from MDAnalysis.analysis.rdf import InterRDF
    from kinisi.analyze import DiffusionAnalyzer
    from solvation_analysis.networking import Networking
    from solvation_analysis.solute import Solute
    from transport_analysis.velocityautocorr import VelocityAutocorr
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))
from sample_files import read_table  # noqa: E402

PACKAGES = ("numpy", "MDAnalysis", "tidynamics", "kinisi", "transport_analysis", "solvation_analysis")
COLUMNS = ("quantity", "peer", "kalium", "theirs", "difference", "tolerance", "agrees",
           "kalium_s", "peer_s", "ratio", "note")
ELEMENTARY_CHARGE, BOLTZMANN = 1.602176634e-19, 1.380649e-23  # C, J/K
ANALYSES = ("msd", "rdf", "solvation", "conductivity")


class Table:
    """The rows; each is printed as it comes."""

    def __init__(self, seconds):
        self.rows, self.seconds = [], seconds

    def add(self, analysis, quantity, peer, ours, theirs, difference, tolerance, their_seconds, note=""):
        """difference as the note of the quantity says; tolerance None: not to agree, see the note."""
        our_seconds = self.seconds[analysis]
        agrees = "" if tolerance is None else ("yes" if difference <= tolerance else "NO")
        row = (quantity, peer, f"{ours:.7g}", f"{theirs:.7g}", f"{difference:.2g}",
               "" if tolerance is None else f"{tolerance:.2g}", agrees, f"{our_seconds:.3g}",
               f"{their_seconds:.3g}", f"{their_seconds / our_seconds:.3g}", note)
        self.rows.append(row)
        print(*row, sep=", ", flush=True)

    def add_series(self, analysis, quantity, peer, ours, theirs, tolerance, their_seconds, scale=None,
                   note=""):
        """Two series; the row shows the place of the largest difference. scale: 1 for the absolute
        one, without it relative to the value itself."""
        if ours.shape != theirs.shape:
            sys.exit(f"{quantity}: {ours.shape} and {theirs.shape} values")
        difference = np.abs(ours - theirs) / (np.abs(theirs) if scale is None else scale)
        k = int(np.argmax(difference))
        self.add(analysis, quantity, peer, ours[k], theirs[k], difference[k], tolerance, their_seconds, note)


def timed(function, *arguments):
    """Result and seconds of the processor."""
    start = time.process_time()
    result = function(*arguments)
    return result, time.process_time() - start


def run_kalium(program, arguments):
    """Seconds of the processor that a command of the program took, its children included."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    before = used()
    subprocess.run([program, *arguments, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return used() - before


def analyse(program, run, folder):
    """Every analysis into a folder of its own name; the least seconds of three tries each."""
    return {name: min(run_kalium(program, ["analyse", str(run), "--only", name, "-o", str(folder / name)])
                      for _ in range(3)) for name in ANALYSES}


class Trajectory:
    """The files of a run, as MDAnalysis reads them."""

    def __init__(self, run):
        self.files = (str(run / "topology.psf"), str(run / "trajectory.nc"))
        text = (run / "topology.psf").read_text(encoding="utf-8")
        found = re.findall(r"REMARKS kalium kind (\S+) ([+-]\d+) (\S+)", text)
        self.segment = {name: segment for segment, _, name in found}  # K+: K
        self.charge = {name: int(charge) for _, charge, name in found}
        self.cation = next(name for name, charge in self.charge.items() if charge > 0)
        self.anion = next(name for name, charge in self.charge.items() if charge < 0)
        self.temperature = float(re.search(r"^temperature_K: (\S+)", (run / "recipe-resolved.yaml").read_text(
            encoding="utf-8"), re.M).group(1))

    def universe(self):
        return MDAnalysis.Universe(*self.files)

    def atoms(self, universe, kind, element=""):
        return universe.select_atoms(f"segid {self.segment[kind]} and name {element}*")

    def centres(self):
        """Paths of the centres of mass per kind, frames x molecules x 3, A, from 0 on and without
        the drift of the whole; the interval of the frames, ps; the cell."""
        universe = self.universe()
        groups = {kind: self.atoms(universe, kind) for kind in self.segment}
        paths, drift = {kind: [] for kind in groups}, []
        for _ in universe.trajectory:
            drift.append(universe.atoms.center_of_mass())
            for kind, group in groups.items():
                paths[kind].append(group.center_of_mass(compound="residues"))
        drift = np.array(drift)[:, None, :]
        paths = {kind: np.array(path) - drift for kind, path in paths.items()}
        return ({kind: path - path[0] for kind, path in paths.items()}, round(float(universe.trajectory.dt), 6),
                universe.dimensions)


def column(table, name):
    return np.array([float(row[name]) for row in table])


def particles(path, dimensions):
    """A universe of n particles from frames x n x 3."""
    universe = MDAnalysis.Universe.empty(path.shape[1], trajectory=True)
    universe.add_TopologyAttr("types", ["X"] * path.shape[1])
    universe.load_new(path.astype(np.float32), order="fac", dimensions=dimensions)
    return universe


def compare_msd(table, folder, trajectory):
    """Returns the paths, which others need."""
    (paths, interval, cell), reading = timed(trajectory.centres)
    names = {"total": "xyz", "x": "x", "y": "y", "z": "z"}
    theirs, seconds = timed(lambda: {
        (kind, name): EinsteinMSD(particles(path, cell), msd_type=kinds, fft=True).run().results.timeseries
        for kind, path in paths.items() for name, kinds in names.items()})
    ours = read_table(folder / "msd", "msd.csv")
    for (kind, name), values in theirs.items():
        table.add_series("msd", f"MSD of {kind} {name} (A2)", "MDAnalysis + tidynamics",
                         column(ours, f"{kind} {name}_A2")[1:], values[1:], 1e-5, reading + seconds)
    return paths, interval, cell


def kinisi_lags(n_frames, interval):
    """About a hundred lags from one frame to the whole run; a hair longer, as kinisi truncates their
    quotient by the interval."""
    steps = np.unique(np.rint(np.geomspace(1, n_frames - 1, 100)))
    return scipp.array(dims=["time interval"], values=steps * interval * (1.0 + 1e-12), unit="ps")


def kinisi(path, cell, interval, start, end):
    """Its mean squares of the particles of a path, and D from the lags of start to end (ps)."""
    found = DiffusionAnalyzer.from_universe(
        particles(path, cell), specie="X", time_step=interval * scipp.Unit("ps"),
        step_skip=scipp.scalar(1), dt=kinisi_lags(len(path), interval), progress=False)
    msd = found.msd.values
    lags = found.da.coords["time interval"].values
    found.dg["da"] = found.da["time interval", :int(np.sum(lags < end + 0.5 * interval))]
    found.diffusion(start * scipp.Unit("ps"), progress=False)
    return msd, found.trajectory.dt_index.values[:len(msd)], found.D.values


def compare_diffusion(table, folder, paths, interval, cell, reading):
    """Mean squares of kinisi, then D from its Bayesian regression."""
    msd = read_table(folder / "msd", "msd.csv")
    for row in read_table(folder / "msd", "diffusion.csv"):
        kind, path = row["species"], paths[row["species"]]
        start, end = (float(row[f"fit_{which}_ps"]) for which in ("from", "to"))
        (theirs, steps, same), seconds = timed(kinisi, path, cell, interval, start, end)
        seconds += reading
        ours = column(msd, f"{kind} total_A2")[steps]
        n_origins = len(path) - steps
        extra = np.mean(np.sum(path[steps - 1] ** 2, axis=2), axis=1)
        table.add_series("msd", f"MSD of {kind}, {len(steps)} lags (A2)", "kinisi", ours, theirs, None, seconds,
                         note="kinisi repeats the first frame and so adds one displacement of lag m - 1 to lag m")
        table.add_series("msd", f"MSD of {kind} with that displacement (A2)", "kinisi",
                         (ours * n_origins + extra) / (n_origins + 1), theirs, 1e-5, seconds)
        whole = kinisi(path, cell, interval, start, np.inf)[2]
        for name, ours, samples, tolerance, last in (("D", "D", same, 1.0, f"{end:g} ps"),
                                                     ("D by regression", "D_regression", same, 1.0, f"{end:g} ps"),
                                                     ("D", "D", whole, None, "the whole run in kinisi")):
            value, error, low, high = (float(row[f"{ours}_{c}"])
                                       for c in ("m2_s", "standard_error", "low", "high"))
            mean, spread = 1e-4 * samples.mean(), 1e-4 * samples.std()
            least, most = 1e-4 * np.percentile(samples, [2.5, 97.5])
            table.add("msd", f"{name} of {kind} (m2/s)", "kinisi", value, mean,
                      abs(value - mean) / max(error, spread), tolerance, seconds,
                      note=f"difference in standard errors; lags of {start:g} ps to {last}; 95 %: {low:.3g} to "
                           f"{high:.3g} and {least:.3g} to {most:.3g}; exponent {float(row['beta']):.2f}")


def compare_green_kubo(table, folder, trajectory, interval):
    """D of the cations from their velocities, over the lags where our line was fitted."""
    row = next(row for row in read_table(folder / "msd", "diffusion.csv") if row["species"] == trajectory.cation)

    def correlate():
        universe = trajectory.universe()
        return VelocityAutocorr(trajectory.atoms(universe, trajectory.cation), fft=True).run()
    found, seconds = timed(correlate)
    each = found.results.vacf_by_particle
    running = np.cumsum((each[1:] + each[:-1]) / 2.0, axis=0) * interval / 3.0
    first, last = (round(float(row[f"fit_{end}_ps"]) / interval) for end in ("from", "to"))
    per_ion = running[first - 1:last].mean(axis=0) * 1e-8
    value, spread = per_ion.mean(), per_ion.std(ddof=1) / np.sqrt(len(per_ion))
    ours, error = float(row["D_m2_s"]), float(row["D_standard_error"])
    table.add("msd", f"D of {trajectory.cation} by Green and Kubo (m2/s)", "transport_analysis", ours, value,
              abs(ours - value) / max(error, spread), 1.0, seconds,
              note="difference in standard errors; mean of the running integral over our fit window; one kind "
                   "here, all kinds, D and pictures in the seconds of kalium")


def compare_conductivity(table, folder, trajectory, paths, interval, cell, reading):
    def mean_square():
        charge = sum(trajectory.charge[kind] * path.sum(axis=1) for kind, path in paths.items())
        return charge, tidynamics.msd(charge)
    (charge, theirs), seconds = timed(mean_square)
    ours = column(read_table(folder / "conductivity", "collective_msd.csv"), "charge_e2_A2")
    table.add_series("conductivity", "mean square of the charge's displacement (e2 A2)", "tidynamics",
                     ours[1:], theirs[1:], 1e-5, reading + seconds)
    fits = [row for row in read_table(folder / "msd", "diffusion.csv")
            if trajectory.charge[row["species"]] != 0]
    start, end = (max(float(row[f"fit_{which}_ps"]) for row in fits) for which in ("from", "to"))
    (_, _, found), seconds = timed(kinisi, charge[:, None, :], cell, interval, start, end)
    # D of the charge, e2 cm2/s, to S/m; its ConductivityAnalyzer takes one charge for all ions
    sigma = found * 1e-4 * ELEMENTARY_CHARGE ** 2 / (
        np.prod(cell[:3], dtype=float) * 1e-30 * BOLTZMANN * trajectory.temperature)
    row = next(row for row in read_table(folder / "conductivity", "conductivity.csv")
               if row["quantity"] == "conductivity")
    value, error = float(row["value"]), float(row["standard_error"])
    table.add("conductivity", "conductivity (S/m)", "kinisi", value, sigma.mean(),
              abs(value - sigma.mean()) / max(error, sigma.std()), 1.0, reading + seconds,
              note="difference in standard errors; both from the displacement of the charge")


def compare_rdf(table, folder, trajectory):
    curves = read_table(folder / "rdf", "rdf.csv")
    width = float(curves[0]["r_outer_A"])
    for pair in read_table(folder / "rdf", "coordination.csv"):
        name = f"{pair['centre']} {pair['centre_element']}-{pair['partner']} {pair['partner_element']}"

        def distribution():
            universe = trajectory.universe()
            sides = [trajectory.atoms(universe, pair[side], pair[side + "_element"])
                     for side in ("centre", "partner")]
            found = InterRDF(*sides, nbins=len(curves), range=(0.0, width * len(curves))).run()
            return found.results.rdf, np.cumsum(found.results.count) / (found.n_frames * len(sides[0]))
        (g, n), seconds = timed(distribution)
        table.add_series("rdf", f"g of {name}", "MDAnalysis", column(curves, f"g {name}"), g, 1e-3, seconds,
                         scale=g.max(), note="difference in heights of the peak; seconds: all pairs in kalium, this one in the peer")
        table.add_series("rdf", f"neighbours of {name}", "MDAnalysis", column(curves, f"n {name}"), n, 1e-3,
                         seconds, scale=1.0)


def compare_solvation(table, folder, trajectory):
    shells = {row["partner"]: row for row in read_table(folder / "solvation", "solvation.csv")}

    def solvate():
        universe = trajectory.universe()
        solvents = {kind: trajectory.atoms(universe, kind, row["donor"]) for kind, row in shells.items()}
        solute = Solute.from_atoms(trajectory.atoms(universe, trajectory.cation), solvents, skip_rdf=True,
                                   radii={kind: float(row["cutoff_A"]) for kind, row in shells.items()})
        solute.run()
        return solute, Networking.from_solute(solute, trajectory.anion)
    (solute, network), seconds = timed(solvate)
    found = []
    for kind, row in shells.items():
        found += [(f"{kind} around one {trajectory.cation}", row["molecules"],
                   solute.coordination.coordination_numbers[kind]),
                  (f"part of {kind} at a {trajectory.cation}", row["coordinated"],
                   1.0 - solute.pairing.fraction_free_solvents[kind])]
    of_cations = {row["in"]: row["value"] for row in read_table(folder / "solvation", "speciation.csv")
                  if row["fraction_of"] == "cations"}
    found += [("cations without anion (SSIP)", of_cations["SSIP"],
               1.0 - solute.pairing.solvent_pairing[trajectory.anion]),
              ("cations in pairs (CIP)", of_cations["CIP"], network.solute_status["paired"])]
    for row in read_table(folder / "solvation", "shells.csv")[:5]:
        inside = {kind: int(n) for n, kind in re.findall(r"(\d+) (\S+)", row["shell"].split(":", 1)[1])}
        shell = {kind: inside.get(kind, 0) for kind in shells}
        found.append((f"shell {row['shell']}", row["fraction_of_cations"],
                      solute.speciation.calculate_shell_fraction(shell)))
    for name, ours, theirs in found:
        ours = float(ours)
        contacts = 1.0 / (solute.n_frames * solute.n_solutes)
        table.add("solvation", name, "solvation_analysis", ours, theirs, abs(ours - theirs), 1.01 * contacts,
                  seconds, note="equal but for one contact of all frames")


def compare(program, run, folder):
    table = Table(analyse(program, run, folder))
    trajectory = Trajectory(run)
    print(*COLUMNS, sep=", ")
    paths, interval, cell = compare_msd(table, folder, trajectory)
    reading = timed(trajectory.centres)[1]
    compare_diffusion(table, folder, paths, interval, cell, reading)
    compare_green_kubo(table, folder, trajectory, interval)
    compare_conductivity(table, folder, trajectory, paths, interval, cell, reading)
    compare_rdf(table, folder, trajectory)
    compare_solvation(table, folder, trajectory)
    n_frames, n_atoms = len(next(iter(paths.values()))), trajectory.universe().atoms.n_atoms
    return table.rows, f"{n_atoms} atoms, {n_frames} frames of {interval:g} ps"


def write(path, rows, what, command):
    processor = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="ascii")
                     if line.startswith("model name"))
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(f"# {time.strftime('%Y-%m-%d')}, {processor}, 1 thread, seconds of the processor; {what}\n"
                   f"# {versions}\n# command: {command}\n")
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        lines.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kalium", type=lambda p: str(pathlib.Path(p).resolve()), required=True)
    parser.add_argument("--run", type=pathlib.Path)
    parser.add_argument("--csv", default=ROOT / "bench" / "results" / "analysis-peers.csv")
    options = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive")
    np.random.seed(1)  # kinisi's walkers
    with tempfile.TemporaryDirectory() as name:
        run = options.run or pathlib.Path(name) / "run"
        if not (run / "trajectory.nc").exists():
            run_kalium(options.kalium, ["run", str(ROOT / "bench" / "peers" / "analysis.yaml"), "-o", str(run),
                                        "--threads", "1"])
        rows, what = compare(options.kalium, run, pathlib.Path(name))
    version = subprocess.run([options.kalium, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    write(options.csv, rows, f"{version}; {what} of bench/peers/analysis.yaml",
          "OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive python3 bench/peers/analysis.py --kalium build/kalium" +
          (f" --run {options.run.name}" if options.run else ""))
    return 1 if any(row[6] == "NO" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
