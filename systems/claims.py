#!/usr/bin/env python3
"""Holds what a review of potassium batteries says of electrolytes against runs of the catalogue.

usage: claims.py run   FOLDER [--kalium build/kalium] [--only id,id] [--time 2ns]    simulate what is missing
       claims.py write FOLDER                                                       the table in README.md

Boxes of about 1,200 atoms, cutoff 1.0 nm, one thread. An order is called reproduced or contradicted
where the 95 % intervals of both sides do not overlap, else undecided. `write` rewrites claims.csv
and, in README.md, what stands between the marks.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RUNS = ["kfsi-dme-hce", "lhce2", "kfsi-dme", "kfsi-ec-dec", "lhce3", "kfsi-dme-3m", "lhce1"]
ARGUMENTS = ["--set", "cell.liquid.size.atoms=1200", "--set", "nonbonded.cutoff_A=10", "--set",
             "analyse=[msd,rdf,solvation,conductivity,viscosity]", "--set",
             "production.energy_ps=0.01"]


def run(options):
    for name in options.only.split(",") if options.only else RUNS:
        folder = pathlib.Path(options.folder) / name
        if (folder / "results.json").exists():
            continue
        command = [options.kalium, "run", "-o", str(folder), "--threads", "1", "--quiet"]
        command += ["--continue"] if folder.exists() else (
            [str(HERE / f"{name}.yaml"), "--time", options.time] + ARGUMENTS)
        print(" ".join(command), flush=True)
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            print(done.stderr.strip(), file=sys.stderr)


class Run:
    """Quantities of one run, each as (value, low, high), None where the run does not give it."""

    def __init__(self, folder, name):
        self.name, self.folder = name, pathlib.Path(folder) / name
        self.results = json.loads((self.folder / "results.json").read_text())

    def diffusion(self, species="K+"):
        return bounds(self.results["diffusion"][species].get("D_m2_s"), 1e10)

    def conductivity(self):
        return bounds(self.results["conductivity"].get("conductivity_S_m"))

    def viscosity(self):
        return bounds(self.results.get("viscosity_Pa_s"), 1e3)

    def anions(self, kind):
        return bounds(self.results["solvation"]["fractions_of_anions"][kind], 100)

    def paired(self):
        """Anions with at least one K+ (%)."""
        value, low, high = self.anions("SSIP")
        return 100 - value, 100 - high, 100 - low

    def largest_cluster(self):
        return bounds(self.results["solvation"]["ions_in_the_largest_cluster"], 100)

    def molecules(self, partner, donor="O"):
        """Molecules in the shell of K+; without a shell, none."""
        for shell in self.results["solvation"]["shells"]:
            if shell["cation"] == "K+" and shell["partner"] == partner and shell["donor"] == donor:
                return bounds(shell["molecules"]) if "molecules" in shell else (0.0, 0.0, 0.0)
        return None

    def stay(self, partner, donor="O"):
        """Residence time in the shell of K+, ps."""
        for shell in self.results["solvation"]["shells"]:
            if shell["cation"] == "K+" and shell["partner"] == partner and shell["donor"] == donor:
                return shell.get("residence_integral_ps", {}).get("value", 0.0)
        return 0.0

    def time(self):
        """Length of the production, ps; frames are 1 ps apart."""
        return self.results["diffusion"]["K+"]["frames"] - 1

    def early(self):
        """D(K+) (1e-10 m2/s) by a straight line through the MSD at lags of 1 to 50 ps, and the slope of
        log MSD against log lag from 10 to 50 ps."""
        with open(self.folder / "msd.csv") as table:
            rows = [(float(row["lag_ps"]), float(row["K+ total_A2"])) for row in csv.DictReader(table)]
        msd = dict(rows)
        lags = [t for t, _ in rows if 1 <= t <= 50]
        mean_t = sum(lags) / len(lags)
        mean_m = sum(msd[t] for t in lags) / len(lags)
        slope = (sum((t - mean_t) * (msd[t] - mean_m) for t in lags)
                 / sum((t - mean_t) ** 2 for t in lags))
        return slope / 6 * 100, math.log(msd[50] / msd[10]) / math.log(5)


def bounds(estimate, scale=1.0):
    if not estimate or "low_95" not in estimate:
        return None
    return tuple(scale * estimate[k] for k in ("value", "low_95", "high_95"))


def text(x, digits=2):
    return "none" if x is None else f"{x[0]:.{digits}f} [{x[1]:.{digits}f}, {x[2]:.{digits}f}]"


def order(larger, smaller):
    """Is the first larger than the second?"""
    if larger is None or smaller is None:
        return "undecided: no value"
    if larger[1] > smaller[2]:
        return "reproduced"
    return "contradicted" if larger[2] < smaller[1] else "undecided"


def viscosity_order(larger, smaller):
    """As order(); a smaller viscosity whose integral still rises may be too small."""
    verdict = order(larger.viscosity(), smaller.viscosity())
    rises = any(w.startswith("viscosity:") and "may give more" in w
                for w in smaller.results["warnings"])
    return f"{verdict}, but the integral of {smaller.name} still rises at its end" if rises else verdict


def unchanged(one, other, partner):
    """Is the shell of K+ the same? Not to be said where its molecules stay a tenth of the run or longer:
    then the intervals hold too little of what a run may give."""
    for run in (one, other):
        if 10 * run.stay(partner) > run.time():
            return f"undecided: {partner} stays {run.stay(partner):.2g} ps, the run has {run.time():.0f}"
    a, b = one.molecules(partner), other.molecules(partner)
    return "reproduced" if a[1] <= b[2] and b[1] <= a[2] else "contradicted"


def claims(runs):
    """[(id of the claim, what it says, quantity, numbers, verdict)] of those whose runs are there."""
    rows = []

    def add(names, make):
        if all(n in runs for n in names):
            rows.append(make(*(runs[n] for n in names)))

    for name in ("kfsi-dme", "kfsi-dme-hce"):
        add([name], lambda one: (
            "C16", "D of K⁺ from 50 ps of MSD is that of diffusion",
            f"D(K⁺) / 10⁻¹⁰ m² s⁻¹ at 1 to 50 ps and at the longest lags, {one.name}",
            f"{one.early()[0]:.2f} (slope of log MSD {one.early()[1]:.2f}); {text(one.diffusion())}",
            "undecided" if one.diffusion()[1] <= one.early()[0] <= one.diffusion()[2] else
            "contradicted"))
    add(["kfsi-dme-hce", "lhce2"], lambda hce, lhce: (
        "C09", "a fluorinated ether lowers the viscosity of a concentrate", "η / mPa s, HCE and LHCE2",
        f"{text(hce.viscosity())}, {text(lhce.viscosity())}",
        viscosity_order(hce, lhce)))
    add(["kfsi-dme-hce", "lhce2"], lambda hce, lhce: (
        "C09, C24", "and raises its conductivity", "σ / S m⁻¹, HCE and LHCE2",
        f"{text(hce.conductivity())}, {text(lhce.conductivity())}",
        order(lhce.conductivity(), hce.conductivity())))
    add(["lhce1", "lhce2"], lambda a, b: (
        "C10", "LHCE2 conducts better than LHCE1", "σ / S m⁻¹, LHCE2 and LHCE1",
        f"{text(b.conductivity())}, {text(a.conductivity())}", order(b.conductivity(), a.conductivity())))
    add(["lhce3", "lhce2"], lambda a, b: (
        "C10", "LHCE2 conducts better than LHCE3", "σ / S m⁻¹, LHCE2 and LHCE3",
        f"{text(b.conductivity())}, {text(a.conductivity())}", order(b.conductivity(), a.conductivity())))
    for partner in ("DME", "FSI"):
        add(["kfsi-dme-hce", "lhce2"], lambda hce, lhce, p=partner: (
            "C11", f"TTE leaves the number of {p} around K⁺ as it was", f"{p} in the shell, HCE and LHCE2",
            f"{text(hce.molecules(p))}, {text(lhce.molecules(p))}",
            unchanged(hce, lhce, p)))
    add(["kfsi-dme", "lhce2"], lambda dilute, lhce: (
        "C23", "more aggregates in an LHCE than at 1 M", "anions with two K⁺ or more / %, LHCE2 and 1 M",
        f"{text(lhce.anions('AGG'), 1)}, {text(dilute.anions('AGG'), 1)}",
        order(lhce.anions("AGG"), dilute.anions("AGG"))))
    add(["kfsi-ec-dec"], lambda ester: (
        "C20", "KFSI in EC:DEC is mostly solvent separated",
        "anions free or solvent separated / %", text(ester.anions("SSIP"), 1),
        "reproduced" if ester.anions("SSIP")[1] > 50 else
        "contradicted" if ester.anions("SSIP")[2] < 50 else "undecided"))
    add(["kfsi-dme-hce", "lhce3"], lambda hce, lhce: (
        "C17", "diluted, the network of ions falls into clusters", "ions in the largest cluster / %, HCE and LHCE3",
        f"{text(hce.largest_cluster(), 1)}, {text(lhce.largest_cluster(), 1)}",
        order(hce.largest_cluster(), lhce.largest_cluster())))
    add(["kfsi-dme", "kfsi-dme-hce"], lambda one, hce: (
        "C25", "ether electrolytes of high concentration are viscous", "η / mPa s, 1 M and HCE",
        f"{text(one.viscosity())}, {text(hce.viscosity())}",
        viscosity_order(hce, one)))
    add(["kfsi-dme", "kfsi-dme-3m"], lambda one, three: (
        "C25", "viscosity rises with concentration", "η / mPa s, 1 M and 3 M",
        f"{text(one.viscosity())}, {text(three.viscosity())}",
        viscosity_order(three, one)))
    add(["kfsi-dme-3m", "kfsi-dme-hce"], lambda three, hce: (
        "C25", "and goes on rising", "η / mPa s, 3 M and HCE",
        f"{text(three.viscosity())}, {text(hce.viscosity())}",
        viscosity_order(hce, three)))
    return rows


def write(options):
    runs = {name: Run(options.folder, name) for name in RUNS
            if (pathlib.Path(options.folder) / name / "results.json").exists()}
    rows = claims(runs)
    lines = ["| claim | what it says | quantity | here [95 %] | verdict |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    readme = HERE / "README.md"
    begin, end = "<!-- claims -->", "<!-- end of claims -->"
    head, rest = readme.read_text().split(begin)
    readme.write_text(head + begin + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1])
    with open(HERE / "claims.csv", "w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["claim", "says", "quantity", "values", "verdict"])
        table.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["run", "write"])
    parser.add_argument("folder")
    parser.add_argument("--kalium", default=str(HERE.parent / "build" / "kalium"))
    parser.add_argument("--only", default="")
    parser.add_argument("--time", default="2ns")
    options = parser.parse_args()
    pathlib.Path(options.folder).mkdir(parents=True, exist_ok=True)
    run(options) if options.what == "run" else write(options)


if __name__ == "__main__":
    main()
