"""What comparing two notebooks costs: time and memory of `seednb compare` for 1,000 cells, beside reading the two files with `json`.

Usage: python benchmarks/bench_compare.py [--megabytes N] [--rounds N]

Four pairs of notebooks: equal ones, ones in which each cell shows another address, ones in which it shows another number, and, outside
the bounds of 3 s and 4 times the size, ones in which all numbers are others. For each the time of the whole command, its ratio to
reading both files, the peak of memory over the size of one file, and the time at half the size.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CELLS = 1000
PAIRS = ("equal", "addresses", "numbers", "all numbers")
CHILD = "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], capture_output=True).returncode; "
CHILD += "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
READ = "import json, sys; [json.load(open(path, encoding='utf-8')) for path in sys.argv[1:]]"


def output(number: int, size: int, address: str, value: str, rng: random.Random) -> dict[str, Any]:
    """Return one output: text, a table in HTML, or a plot of plotly with an id in its page."""
    rows, length = [], 0
    while length < size:
        rows.append([round(rng.random(), 6) for _ in range(12)])
        length += 12 * 9
    text = "\n".join(" ".join(map(str, row)) for row in rows)
    if number % 4 < 2:
        return {"output_type": "stream", "name": "stdout", "text": f"<A object at {address}>\n{text}\n{value}\n"}
    if number % 4 == 2:
        table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows[: len(rows) // 2])
        data: dict[str, Any] = {
            "text/html": f"<table title='at {address}'>\n{table}</table>{value}",
            "text/plain": f"<A object at {address}>",
        }
    else:
        figure = {"data": [{"y": [cell for row in rows for cell in row]}], "layout": {"title": value}}
        data = {"application/vnd.plotly.v1+json": figure, "text/plain": f"<A object at {address}>"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def write(path: Path, megabytes: int, *, run: int, pair: str) -> None:
    """Write a notebook: run 0 is the recorded one, run 1 the replayed one."""
    rng, own = random.Random(run if pair == "all numbers" else 1), random.Random(run)
    cells = []
    for number in range(CELLS):
        address = hex(0x7F0000000000 + 16 * (own.getrandbits(30) if pair == "addresses" else number))
        value = str(own.random() if pair == "numbers" else number)
        made = output(number, megabytes * 1_000_000 // CELLS, address, value, rng)
        cell = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": number, "source": f"show({number})"}
        cells.append({**cell, "outputs": [made]})
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), encoding="utf-8")


def measured(command: list[str], rounds: int) -> tuple[float, int]:
    """Return the median of a command's wall times, and the peak of its memory in bytes."""
    times, peak = [], 0
    for _ in range(rounds):
        begun = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", CHILD, *command], capture_output=True, text=True, check=True)
        times.append(time.perf_counter() - begun)
        peak = max(peak, int(done.stdout.split()[1]) * (1 if sys.platform == "darwin" else 1024))
    return statistics.median(times), peak


def main() -> None:
    """Print a line for each pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'pair':11} {'MB':>6} {'compare':>9} {'json.load':>10} {'ratio':>6} {'memory':>8} {'half size':>10}")
    with tempfile.TemporaryDirectory() as name:
        for pair in PAIRS:
            found = {}
            for size in (options.megabytes // 2, options.megabytes):
                paths = [Path(name) / f"{run}.ipynb" for run in (0, 1)]
                for run, path in enumerate(paths):
                    write(path, size, run=run, pair=pair)
                files = [str(path) for path in paths]
                compared, peak = measured([sys.executable, "-m", "seednb", "compare", *files], options.rounds)
                read, _ = measured([sys.executable, "-c", READ, *files], options.rounds)
                found[size] = compared
                weight = paths[0].stat().st_size
            ratio, memory = compared / read, peak / weight
            half = f"{found[options.megabytes // 2]:.2f} s"
            print(f"{pair:11} {weight / 1e6:6.0f} {compared:7.2f} s {read:8.2f} s {ratio:6.2f} {memory:6.2f} x {half:>10}")


if __name__ == "__main__":
    main()
