"""What `seednb run` costs beside a plain nbclient script and papermill: wall time of whole commands, alternated in one run.

Usage: python benchmarks/bench_run.py [--python PYTHON] [--rounds N]

PYTHON is an interpreter with seednb[cli] and papermill: once of a lean environment, once of one with JupyterLab.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = """
import sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(nb, kernel_name="python3").execute()
nbformat.write(nb, sys.argv[2])
"""
CELLS = ["import math", "x = math.pi", "print(x)", "y = [i * x for i in range(10)]", "sum(y)", "print('done')"]


def notebook(folder: Path) -> Path:
    """Write the six-cell notebook."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for number, source in enumerate(CELLS)
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "six.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}))
    return path


def main() -> None:
    """Alternate the commands and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, out = str(notebook(folder)), str(folder / "out.ipynb")
        (folder / "plain.py").write_text(SCRIPT)
        scripts = Path(options.python).parent
        commands = {
            "nbclient script": [options.python, str(folder / "plain.py"), source, out],
            "papermill": [str(scripts / "papermill"), "-k", "python3", source, out],
            "seednb run": [str(scripts / "seednb"), "run", source, "-o", out, "--seed", "42"],
        }
        times: dict[str, list[float]] = {label: [] for label in commands}
        for _ in range(options.rounds + 1):
            for label, command in commands.items():
                begun = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                times[label].append(time.perf_counter() - begun)
    medians = {label: statistics.median(values[1:]) for label, values in times.items()}
    for label, median in medians.items():
        spread = f"[{min(times[label][1:]):.2f} to {max(times[label][1:]):.2f}]"
        print(f"{label:16} {median:6.2f} s {spread}, {median / medians['nbclient script']:.2f} of the script")
    print(f"seednb run takes {medians['seednb run'] / medians['papermill']:.2f} of papermill's time")


if __name__ == "__main__":
    main()
