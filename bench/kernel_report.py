#!/usr/bin/env python3
"""What each kernel of the CUDA backend asks of a multiprocessor, read off the compiled library.

usage: kernel_report.py build/kernels/libkm_kernels_cuda.a [--arch sm_90] [--csv FILE]

Registers, shared and local memory per thread and block, occupancy for blocks of 128 threads (the
kernels over constraint groups are launched with 64), and instructions; of the tightest loop that
computes pairs (an approximate inverse root each) the instructions per pair slot. Needs cuobjdump and cu++filt or c++filt (CUDA toolkit, or the packages
nvidia-cuda-cuobjdump and binutils). No device is needed and none is asked: nothing here is a time.
"""
import argparse
import csv
import re
import shutil
import subprocess
import sys

# Limits per multiprocessor: CUDA C++ Programming Guide, table of compute capabilities.
LIMITS = {
    "sm_80": {"threads": 2048, "registers": 65536, "shared": 164 * 1024, "blocks": 32},
    "sm_90": {"threads": 2048, "registers": 65536, "shared": 228 * 1024, "blocks": 32},
    "sm_100": {"threads": 2048, "registers": 65536, "shared": 228 * 1024, "blocks": 32},
    "sm_120": {"threads": 1536, "registers": 65536, "shared": 100 * 1024, "blocks": 24},
}
BLOCK = 128  # threads


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def short(symbol):
    name = output("c++filt", symbol).strip()
    name = re.sub(r"\((?:\w+::)*\w+\)(?=\d)", "", name)  # the type of an enumerator
    name = re.sub(r"\(.*", "", name)
    return name.replace("void ", "").split("::")[-1] if "<" not in name else \
        re.sub(r"^void ", "", name).split("km_cuda::", 1)[-1]


def resources(library, arch):
    """{symbol: {REG, STACK, SHARED, LOCAL}} of the kernels for one architecture."""
    found, wanted, symbol = {}, False, None
    for line in output("cuobjdump", "--dump-resource-usage", library).splitlines():
        if line.startswith("arch ="):
            wanted = line.split("=")[1].strip() == arch
        match = re.match(r"\s*Function (\S+):", line)
        if match:
            symbol = match.group(1)
        elif wanted and symbol and "REG:" in line:
            found[symbol] = {k: int(v) for k, v in re.findall(r"(\w+):(\d+)", line)}
            symbol = None
    return found


def listings(library, arch):
    """{symbol: [(address, text)]} of the disassembly for one architecture."""
    found, lines, wanted = {}, None, True
    for line in output("cuobjdump", "--dump-sass", "--gpu-architecture", arch, library).splitlines():
        match = re.match(r"\s*Function : (\S+)", line)
        if match:
            lines = found.setdefault(match.group(1), [])
            continue
        match = re.match(r"\s*/\*([0-9a-f]{4,})\*/\s+(.*?);", line)
        if match and lines is not None:
            lines.append((int(match.group(1), 16), match.group(2).strip()))
    return found


def pair_loop(listing):
    """(instructions, inverse roots) of the tightest loop with the fewest roots, or None:
    outer loops hold those of the inner ones, and a root that stands on two branches counts twice."""
    address = [a for a, _ in listing]
    loops = []
    for k, (at, text) in enumerate(listing):
        match = re.search(r"\bBRA\S*(?: \S+,)* `?\(?(?:\.L_x_\d+|0x([0-9a-f]+))", text)
        if not match or not match.group(1):
            continue
        target = int(match.group(1), 16)
        if target < at and target in address:
            body = listing[address.index(target):k + 1]
            roots = sum("MUFU.RSQ" in t and "64" not in t for _, t in body)
            if roots:
                loops.append((len(body), roots))
    return min(loops, key=lambda loop: (loop[1], loop[0]), default=None)


def occupancy(use, limit):
    """Resident threads over the most a multiprocessor holds, for blocks of BLOCK threads."""
    registers = -(-use["REG"] // 8) * 8 * BLOCK
    shared = use.get("SHARED", 0) + 1024  # what the system keeps per block
    blocks = min(limit["blocks"], limit["threads"] // BLOCK, limit["registers"] // registers,
                 limit["shared"] // shared)
    return blocks * BLOCK / limit["threads"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--arch", default="sm_90", choices=LIMITS)
    parser.add_argument("--csv")
    options = parser.parse_args()
    for tool in ("cuobjdump", "c++filt"):
        if not shutil.which(tool):
            sys.exit(f"kernel_report: {tool} is not on the path")
    use, sass = resources(options.library, options.arch), listings(options.library, options.arch)
    rows = []
    for symbol in sorted(use):
        code = [t for _, t in sass.get(symbol, []) if not t.startswith("NOP")]
        loop = pair_loop(sass.get(symbol, []))
        rows.append([short(symbol), use[symbol]["REG"], use[symbol].get("SHARED", 0),
                     use[symbol].get("LOCAL", 0) + use[symbol].get("STACK", 0),
                     round(occupancy(use[symbol], LIMITS[options.arch]), 2), len(code),
                     round(loop[0] / loop[1], 1) if loop else ""])
    head = ["kernel", "registers", "shared_bytes", "local_bytes", "occupancy", "instructions",
            "instructions_per_pair_slot"]
    writer = csv.writer(open(options.csv, "w", newline="") if options.csv else sys.stdout,
                        lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)


if __name__ == "__main__":
    main()
