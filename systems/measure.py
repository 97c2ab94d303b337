#!/usr/bin/env python3
"""Runs the liquids of the catalogue and turns the run folders into the tables of README.md.

usage: measure.py run   FOLDER [--kalium build/kalium] [--only id,id]    simulate what is missing
       measure.py write FOLDER [--kalium build/kalium]                   tables from what is there

`run` takes one liquid after the other, one thread each, in any number of processes side by side: a
liquid that another process has taken, or that is finished, is passed over; one that was interrupted
goes on. About 2,000 atoms each; 0.1 ns for neat liquids (their density comes from the stage before),
1 ns for water and electrolytes. `write` rewrites measured.csv and, in README.md, what stands between
the marks.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ATOMS = ["--set", "cell.liquid.size.atoms=2000"]

# id, density (kg/m3), temperature (K), source of the density
NEAT = [
    ("dme", 867, 298, "mdgo density table (Sigma-Aldrich)"),
    ("ec", 1321, 313, "ChemSep 8.32, equation 105"),
    ("dec", 970, 298, "ChemSep 8.32, equation 105"),
    ("pc", 1197, 298, "ChemSep 8.32, equation 105"),
    ("dmc", 1063, 298, "ChemSep 8.32, equation 105"),
    ("g2", 938, 298, "mdgo density table (Sigma-Aldrich)"),
]
ELECTROLYTES = ["kfsi-dme-0.5m", "kfsi-dme", "kfsi-dme-full", "kfsi-dme-2m", "kfsi-dme-3m",
                "kfsi-dme-5m", "kpf6-dme", "ktfsi-dme", "kpf6-ec-dec", "kfsi-ec-dec", "lhce1",
                "lhce2", "lhce3"]
SHELL = 4.7  # A: a first minimum farther out is no shell around K+
WATER_VISCOSITY = 0.729  # mPa s, SPC/E at 298 K and 1 bar: doi:10.1063/1.3330544


def plan():
    """[(id, arguments)] in the order of need."""
    neat = [(n[0], ATOMS + ["--time", "0.1ns"]) for n in NEAT]
    salt = [(e, ATOMS + ["--time", "1ns"]) for e in ELECTROLYTES]
    return neat + [("spce", ["--time", "1ns"])] + salt


def run(options):
    for name, arguments in plan():
        folder = pathlib.Path(options.folder) / name
        if options.only and name not in options.only.split(","):
            continue
        if (folder / "results.json").exists():
            continue
        command = [options.kalium, "run", "-o", str(folder), "--threads", "1", "--quiet"]
        command += ["--continue"] if folder.exists() else [name] + arguments
        print(" ".join(command), flush=True)
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:  # 64: another process is at work in the folder
            print(done.stderr.strip(), file=sys.stderr)


def load(folder, name):
    path = pathlib.Path(folder) / name / "results.json"
    return json.loads(path.read_text()) if path.exists() else None


def density(folder, name, results):
    """Mean (kg/m3) over the second half of the stage at constant pressure, and its 95 % half-width
    from ten blocks (Student's t for nine degrees of freedom)."""
    first = 0
    for stage in results["stages"]:
        if stage["name"] == "equilibrate":
            break
        first += stage["steps"]
    begin, end = first + stage["steps"] // 2, first + stage["steps"]
    with open(pathlib.Path(folder) / name / "energies.csv") as table:
        values = [float(row["density_kg_m3"]) for row in csv.DictReader(table)
                  if begin < int(row["step"]) <= end]
    size = len(values) // 10
    blocks = [sum(values[b * size:(b + 1) * size]) / size for b in range(10)]
    mean = sum(blocks) / 10
    spread = math.sqrt(sum((b - mean) ** 2 for b in blocks) / 9)
    return mean, 2.262 * spread / math.sqrt(10)


def number(d, scale=1e10):
    return f"{d['value'] * scale:.2f} [{d['low_95'] * scale:.2f}, {d['high_95'] * scale:.2f}]"


def neat_rows(folder, rows):
    lines = ["| id | T / K | density / kg m⁻³ | measured | difference | source of the measured |",
             "|---|---|---|---|---|---|"]
    for name, measured, temperature, source in NEAT:
        results = load(folder, name)
        if results is None:
            lines.append(f"| {name} | {temperature} | not run yet | {measured} | | {source} |")
            continue
        mean, error = density(folder, name, results)
        change = 100 * (mean / measured - 1)
        lines.append(f"| {name} | {temperature} | {mean:.1f} ± {error:.1f} | {measured} | "
                     f"{change:+.1f} % | {source} |")
        rows.append([name, "density_kg_m3", mean, mean - error, mean + error, ""])
    return lines


def water_lines(folder, kalium, rows):
    results = load(folder, "spce")
    if results is None:
        return ["SPC/E water: not run yet."]
    d = results["diffusion"]["SPCE"]["D_m2_s"]
    out = pathlib.Path(folder) / "spce-corrected"
    out.mkdir(exist_ok=True)
    subprocess.run([kalium, "analyse", str(pathlib.Path(folder) / "spce"), "--only", "msd", "-o",
                    str(out), "--viscosity-mPas", str(WATER_VISCOSITY), "--quiet"], check=True)
    with open(out / "diffusion.csv") as table:
        row = next(csv.DictReader(table))
    c = {"value": float(row["D_infinite_m2_s"]), "low_95": float(row["D_infinite_low"]),
         "high_95": float(row["D_infinite_high"])}
    rows.append(["spce", "D_m2_s", d["value"], d["low_95"], d["high_95"], ""])
    rows.append(["spce", "D_infinite_m2_s", c["value"], c["low_95"], c["high_95"], ""])
    return [f"SPC/E water, {results['cell']['molecules']} molecules, 1 ns: "
            f"D = {number(d, 1e9)} · 10⁻⁹ m²/s in this box; with the correction for the finite box "
            f"(Yeh and Hummer, doi:10.1021/jp0477147; viscosity {WATER_VISCOSITY} mPa s of the model, "
            f"doi:10.1063/1.3330544) {number(c, 1e9)} · 10⁻⁹ m²/s."]


def ion_rows(folder, rows):
    lines = ["| id | atoms, K⁺ | t / ns | D(K⁺) / 10⁻¹⁰ m² s⁻¹ [95 %] | β | fit / ps | verdict | "
             "D(anion) | n(K⁺–O) solvent + anion |", "|---|---|---|---|---|---|---|---|---|"]
    for name in ELECTROLYTES:
        results = load(folder, name)
        if results is None:
            lines.append(f"| {name} | | | not run yet | | | | | |")
            continue
        k = results["diffusion"]["K+"]
        anion = [s for s in results["diffusion"] if s in ("FSI", "TFSI", "PF6")][0]
        verdict = "diffusive" if k["diffusive"] else "apparent: " + k["warning"].split("; ")[-1]
        shells = {}
        for c in results["coordination"]:
            if c["centre"] == "K+" and c["element"] == "O" and c["shell_A"] < SHELL:
                shells[c["partner"]] = c["coordination_number"]
        bound = shells.pop(anion, None)
        oxygen = " + ".join(f"{v:.1f} ({p})" for p, v in shells.items())
        oxygen += f" + {bound:.1f} ({anion})" if bound is not None else ""
        time = (k["frames"] - 1) * 1e-3
        lines.append(
            f"| {name} | {results['cell']['atoms']}, {k['molecules']} | {time:g} | "
            f"{number(k['D_m2_s'])} | {k['beta']:.2f} | {k['fit_from_ps']}–{k['fit_to_ps']} | "
            f"{verdict} | {number(results['diffusion'][anion]['D_m2_s'])} | {oxygen} |")
        d = k["D_m2_s"]
        rows.append([name, "D_K_m2_s", d["value"], d["low_95"], d["high_95"], f"{k['beta']:.3f}"])
    return lines


def replace(text, mark, lines):
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    head, rest = text.split(begin)
    return head + begin + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1]


def write(options):
    rows = []
    readme = HERE / "README.md"
    text = readme.read_text()
    text = replace(text, "densities", neat_rows(options.folder, rows))
    text = replace(text, "water", water_lines(options.folder, options.kalium, rows))
    text = replace(text, "diffusion", ion_rows(options.folder, rows))
    readme.write_text(text)
    with open(HERE / "measured.csv", "w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["id", "quantity", "value", "low_95", "high_95", "beta"])
        table.writerows([[r[0], r[1]] + [f"{x:.6g}" for x in r[2:5]] + [r[5]] for r in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["run", "write"])
    parser.add_argument("folder")
    parser.add_argument("--kalium", default=str(HERE.parent / "build" / "kalium"))
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    pathlib.Path(options.folder).mkdir(parents=True, exist_ok=True)
    run(options) if options.what == "run" else write(options)


if __name__ == "__main__":
    main()
