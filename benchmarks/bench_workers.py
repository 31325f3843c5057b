"""What a place costs: how much later a child starts, and what each task of a pool takes; with and without seednb in turn.

Usage: python benchmarks/bench_workers.py [--rounds N]

The processor's time of the children is measured, which other processes disturb less than the clock's; give it an idle machine all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what users install is compiled once, not at each start
PLACED = {"SEEDNB_PLACE": '[1, 42, "cell", "/P0", []]'}
PROGRAM = """
import json, multiprocessing, os, random, sys, time
import numpy as np
if sys.argv[1] == "seednb":
    import seednb
    seednb.seed(42)
def nothing(item=0):
    return item
def begun(method):
    context, taken = multiprocessing.get_context(method), []
    for _ in range(20):
        process = context.Process(target=nothing)
        start = time.perf_counter()
        process.start()
        process.join()
        taken.append((time.perf_counter() - start) * 1e3)
    return min(taken)
def per_task():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(nothing, range(100))
        start = time.perf_counter()
        pool.map(nothing, range(2000))
        return (time.perf_counter() - start) / 2000 * 1e6
if __name__ == "__main__":
    print(json.dumps([begun("fork"), begun("spawn"), per_task()]))
"""


def processor_time(variables: dict[str, str], code: str) -> float:
    """Return the processor's time of a fresh interpreter, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **variables}, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def program(way: str) -> list[float]:
    """Return what starting processes and running tasks takes."""
    path = os.path.join(os.path.dirname(__file__), "..", "build", "bench_workers_program.py")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(PROGRAM)
    done = subprocess.run([sys.executable, path, way], capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{time.strftime('%H:%M')} load {os.getloadavg()[0]:.1f}; best of {rounds} rounds in turn")
    for name, code in (("an empty script", "pass"), ("a script that imports random and json", "import random, json")):
        turns = [(processor_time({}, code), processor_time(PLACED, code)) for _ in range(rounds * 4)]
        plain, placed = (min(column) for column in zip(*turns))
        print(f"{name}: {plain:.1f} ms, with a place {placed:.1f} ms: {placed - plain:+.1f} ms (bound 20)")
    turns = [(program("plain"), program("seednb")) for _ in range(rounds)]
    rows = ("a forked process, ms (bound +20)", "a spawned process, ms (bound +20)", "a task of a pool, µs")
    for index, name in enumerate(rows):
        plain, ours = (min(turn[way][index] for turn in turns) for way in (0, 1))
        print(f"{name}: {plain:.2f}, with seednb {ours:.2f}: {ours - plain:+.2f}")


if __name__ == "__main__":
    main()
