"""What the import hook costs: processor time of fresh interpreters that import libraries, with and without a seed, alternated in one run.

Usage: python benchmarks/bench_imports.py [--rounds N] [MODULE ...]

Prints, for each set of modules, the median times and the median of the rounds' ratios; the limit is 1.02.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

MODULES = ["numpy", "pandas", "scipy.stats", "matplotlib.pyplot", "sklearn.ensemble", "torch"]
REPOSITORY = Path(__file__).resolve().parent.parent
SCRIPT = """
import importlib, sys, time
import ctypes, json, pathlib, re, threading, typing, random
{prepare}
begun = time.process_time()
for name in {modules!r}:
    importlib.import_module(name)
print(time.process_time() - begun)
"""
SEEDED = "import seednb\nseednb.seed(42)"


def seconds(prepare: str, modules: list[str]) -> float:
    """Return the time that the imports take in a fresh interpreter."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TF_CPP_MIN_LOG_LEVEL": "3"}
    script = SCRIPT.format(prepare=prepare, modules=modules)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    """Alternate the interpreters, each round the other one first, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    for modules in ([[name] for name in options.modules] if len(options.modules) > 1 else []) + [options.modules]:
        times: dict[str, list[float]] = {"": [], SEEDED: []}
        for number in range(options.rounds + 1):
            for prepare in sorted(times, reverse=number % 2 == 0):
                taken = seconds(prepare, modules)
                if number:  # the first round warms the file system's cache
                    times[prepare].append(taken)
        plain, seeded = (statistics.median(times[prepare]) for prepare in ("", SEEDED))
        ratio = statistics.median(b / a for a, b in zip(times[""], times[SEEDED]))
        print(f"{' '.join(modules):75} plain {plain:6.3f} s, seeded {seeded:6.3f} s, ratio {ratio:.3f}", flush=True)


if __name__ == "__main__":
    main()
