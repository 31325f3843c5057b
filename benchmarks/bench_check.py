"""What the lint takes for a notebook of many cells with draws, loops and functions, beside what Python takes to parse and walk them.

Usage: python benchmarks/bench_check.py [--cells N] [--rounds N]
"""

from __future__ import annotations

import argparse
import ast
import time
import timeit
from typing import Any, Callable

from seednb.check import check_cells
from seednb.check.cells import Code

LIMIT = 15
FUNCTION = (
    "import numpy as np\ndef f{0}(x):\n    y = np.empty(3)\n    for i in range(3):\n        y[i] = np.random.rand() * x\n    return y\n"
)


def fastest(work: Callable[[], Any], rounds: int) -> float:
    """Return the processor time of the fastest call in milliseconds."""
    return min(timeit.repeat(work, number=1, repeat=rounds, timer=time.process_time)) * 1e3


def main() -> None:
    """Print both and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sources = [(FUNCTION + "print(f{0}(2))\n%time f{0}(3)").format(number) for number in range(options.cells)]
    took = fastest(lambda: check_cells([Code(number, "", source) for number, source in enumerate(sources, 1)]), options.rounds)
    parsing = fastest(lambda: [list(ast.walk(ast.parse(source.replace("%time ", "")))) for source in sources], options.rounds)
    print(f"{options.cells} cells: {took:.0f} ms; to parse and walk them: {parsing:.0f} ms; ratio {took / parsing:.1f} (limit {LIMIT})")


if __name__ == "__main__":
    main()
