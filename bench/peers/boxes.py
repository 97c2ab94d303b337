#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Relaxed boxes of compare.py, kept for a machine without GROMACS.

    boxes.py FOLDER [kfsi-10k:2x1x1 spce-6k:2x2x1 ...]

SYSTEM:COPIES, repeated in space. Each becomes FOLDER/SYSTEM-COPIES with run.gro and run.top (for
openmm_speed.py) and run.yaml (for bench_step)."""
import argparse
import pathlib
import shutil
import tempfile

from compare import ROOT, SYSTEMS, ForceField, prepare, write_recipe


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("box", nargs="*",
                        default=["kfsi-10k:2x1x1", "kfsi-10k:3x2x2", "spce-6k:2x2x1", "spce-6k:4x2x2"])
    options = parser.parse_args()
    force_field = ForceField(ROOT / "forcefields" / "opls-electrolytes.yaml")
    for box in options.box:
        system, copies = box.split(":")
        out = options.folder / f"{system}-{copies}"
        out.mkdir(parents=True, exist_ok=True)
        names, counts, _, density = SYSTEMS[system]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            cell = prepare(force_field, (names, counts, tuple(map(int, copies.split("x"))), density), folder)
            write_recipe(folder, cell)
            for file in ("run.gro", "run.top", "run.yaml"):
                shutil.copy(folder / file, out / file)
        print(f"{out}: {cell.n} atoms", flush=True)


if __name__ == "__main__":
    main()
