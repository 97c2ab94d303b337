#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a step should take on an H100: PREDICTION, NOT MEASURED. No device is needed.

usage: prediction.py [--kernels bench/results/kernels-sm_90.csv] [--slots bench/results/pair-slots.csv]
                     [--clock-GHz 1.755] [--issue 0.88] [--csv FILE]

From two things that were counted: instructions per pair slot (kernel_report.py, the disassembly) and
pair slots per pair within the cutoff (pair_slots, the list of the backend), and from the limits of
the card. The arithmetic of every part is printed:

  pair    pairs x slots per pair x instructions x (tiles of an entry: those a warp runs through are
          the computed ones) / (132 multiprocessors x 4 schedulers x 32 lanes x clock x issue)
  mesh    bytes that must move / bandwidth of the L2 cache, or the integer additions of the
          spreading / their rate, whichever is longer, one after the other, and five launches
  rest    bytes of integration, clearing, bonded terms, list refresh / bandwidth of the memory
  launch  kernels in a chain x the time from one to the next within a graph

Mesh and pair kernel run side by side and share the same multiprocessors: the step takes at least the
longer of the two and at most their sum; both are printed, and a goal counts as predicted to be met
only where the sum is below it.
"""
import argparse
import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent

# H100 SXM: NVIDIA H100 datasheet and whitepaper. Rates marked (*) are assumptions, not in a
# datasheet: the first thing to measure when there is a device.
MULTIPROCESSORS, SCHEDULERS, LANES = 132, 4, 32
MEMORY = 3.35e12       # byte/s
CACHE = 5.5e12         # byte/s of L2 (*)
ADDITIONS = 1.2e11     # 64-bit integer additions/s into L2: one per clock and slice, 96 slices (*)
NEXT_KERNEL = 1.3e-6   # s from the end of one kernel of a graph to the start of the next (*)
CHAIN = 10             # kernels of the longer chain of a plain step: first half, refresh and judge,
#                        clear, spread, convert, FFT (2 of it), solve, FFT (2), gather, second half
ATOM_BYTES = 128 + 80 + 24 + 52 + 96   # integration, clearing, refresh, bonded: bench_operation.c
MESH_BYTES = 3 * 8 + 10 * 4            # per point, as in bench_operation.c
MESH_ATOM_BYTES = 80

# system of the goals, liquid it is made of, atoms, cutoff in nm, goal in microseconds
GOALS = [
    ("10k rc 1.0", 10000, 1.0, 40.0),
    ("20k rc 1.2", 20000, 1.2, 58.0),
    ("100k rc 1.0", 100000, 1.0, 200.0),
    ("465k rc 1.2", 465000, 1.2, 1000.0),
]


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def instructions(path):
    """Per pair slot of the kernel a plain step of the liquids runs: force alone, geometric rule."""
    for row in read(path):
        if row["kernel"].startswith("pair_kernel<13, 0, false"):
            return float(row["instructions_per_pair_slot"])
    sys.exit(f"prediction: no pair_kernel<13, 0, false> in {path}")


def predict(slots, atoms, per_slot, options):
    """{part: (seconds, how)} of a step of `atoms` atoms of the liquid that was counted."""
    pairs, ratio = float(slots["pairs_per_atom"]), float(slots["slots_per_pair"])
    rate = MULTIPROCESSORS * SCHEDULERS * LANES * options.clock_GHz * 1e9 * options.issue
    pair = atoms * pairs * ratio * per_slot / rate
    points = atoms / float(slots["atoms_per_nm3"]) * float(slots["mesh_points_per_nm3"])
    order = int(slots["spline_order"])
    moved = (points * MESH_BYTES + atoms * MESH_ATOM_BYTES) / CACHE
    added = atoms * order ** 3 / ADDITIONS
    rest = atoms * ATOM_BYTES / MEMORY
    return {
        "pair": (pair, f"{atoms} x {pairs:.1f} pairs x {ratio:.3f} slots x {per_slot:.1f} "
                       f"instructions / {rate / 1e12:.1f} T/s"),
        "mesh": (moved + added, f"{points:.0f} points x {MESH_BYTES} B + atoms x {MESH_ATOM_BYTES} B "
                                f"over {CACHE / 1e12:.1f} TB/s, {atoms} x {order}^3 additions over "
                                f"{ADDITIONS / 1e12:.2f} T/s"),
        "rest": (rest, f"{atoms} x {ATOM_BYTES} B / {MEMORY / 1e12:.2f} TB/s"),
        "launch": (CHAIN * NEXT_KERNEL, f"{CHAIN} x {NEXT_KERNEL * 1e6:.1f} us"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kernels", default=HERE / "results" / "kernels-sm_90.csv")
    parser.add_argument("--slots", default=HERE / "results" / "pair-slots.csv")
    parser.add_argument("--clock-GHz", dest="clock_GHz", type=float, default=1.755)
    parser.add_argument("--issue", type=float, default=0.88, help="share of the issue slots used")
    parser.add_argument("--csv")
    options = parser.parse_args()
    per_slot, rows = instructions(options.kernels), []
    print("PREDICTION, NOT MEASURED")
    for slots in read(options.slots):
        for name, atoms, cutoff, goal in GOALS:
            if abs(float(slots["cutoff_nm"]) - cutoff) > 1e-3:
                continue
            parts = predict(slots, atoms, per_slot, options)
            us = {k: 1e6 * seconds for k, (seconds, _) in parts.items()}
            apart = us["rest"] + us["launch"]
            least, most = max(us["pair"], us["mesh"]) + apart, us["pair"] + us["mesh"] + apart
            verdict = "met" if most <= goal else "open" if least <= goal else "missed"
            print(f"\n{name}, {slots['system']}: {least:.0f} to {most:.0f} us "
                  f"({172800 / most:.0f} to {172800 / least:.0f} ns/day at 2 fs); "
                  f"goal {goal:.0f} us: {verdict}")
            for part, (seconds, how) in parts.items():
                print(f"  {part:7s}{1e6 * seconds:8.1f} us = {how}")
            rows.append([name, slots["system"], atoms, cutoff, *(f"{us[k]:.2f}" for k in us),
                         f"{least:.1f}", f"{most:.1f}", goal, verdict])
    if options.csv:
        with open(options.csv, "w", newline="") as file:
            file.write("# prediction, not measured; bench/prediction.py "
                       f"--clock-GHz {options.clock_GHz} --issue {options.issue}; the rates of the L2 "
                       "cache and the time between kernels are assumptions\n")
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["goal", "system", "atoms", "cutoff_nm", "pair_us", "mesh_us", "rest_us",
                             "launch_us", "least_us", "most_us", "goal_us", "predicted"])
            writer.writerows(rows)


if __name__ == "__main__":
    main()
