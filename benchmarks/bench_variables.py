"""How fast variables are digested, beside a plain pass of the same hash over the same memory; and what a cell with variables costs.

Usage: python benchmarks/bench_variables.py [--megabytes N] [--rounds N]

Give it an idle machine. Times are of this thread's processor time: the best of the rounds.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from seednb.contents import Contents
from seednb.variables import Watch


def best(action: Callable[[], Any], rounds: int) -> float:
    """Return the least processor time of some rounds, in seconds."""
    taken = []
    for _ in range(rounds):
        begun = time.thread_time()
        action()
        taken.append(time.thread_time() - begun)
    return min(taken)


def digest(value: Any) -> bytes:
    """Digest one value without a limit."""
    return Contents(lambda _size: None).digest(value)


def values(megabytes: int) -> dict[str, Any]:
    """Return large values of about this size, by kind."""
    floats = np.random.default_rng(0).random(megabytes * 125_000)
    matrix = floats.reshape(-1, 1000)
    found: dict[str, Any] = {
        "ndarray": matrix,
        "ndarray, transposed": matrix.T,
        "ndarray, every second column": np.repeat(matrix, 2, axis=1)[:, ::2],
        "bytes": floats.tobytes(),
        "list of floats": floats.tolist(),
    }
    try:
        import pandas as pd

        found["DataFrame"] = pd.DataFrame(matrix[:, :100].repeat(10, axis=0))
    except ImportError:
        print("SKIPPED: DataFrame: pandas is not installed")
    try:
        import torch

        found["tensor"] = torch.from_numpy(floats)
        found["tensor, bfloat16"] = torch.from_numpy(floats.view("int16")).view(torch.bfloat16)
    except ImportError:
        print("SKIPPED: tensor: PyTorch is not installed")
    return found


def throughput(megabytes: int, rounds: int) -> None:
    """Print the speed of each kind, and its ratio to the plain pass."""
    data = np.random.default_rng(1).bytes(megabytes * 1_000_000)
    print("hashes of the standard library, plain pass:")
    for name in ("sha256", "sha1", "blake2b", "blake2s", "sha512", "sha3_256"):
        print(f"  {name:10} {megabytes / best(lambda name=name: hashlib.new(name, data), rounds) / 1000:6.2f} GB/s")  # type: ignore[misc]
    plain = best(lambda: hashlib.sha256(data), rounds) / len(data)
    for name, value in values(megabytes).items():
        size = int(getattr(value, "nbytes", 0)) if not hasattr(value, "memory_usage") else int(value.to_numpy().nbytes)
        size = size or (len(value) if isinstance(value, bytes) else 8 * len(value))
        taken = best(lambda value=value: digest(value), rounds) / size  # type: ignore[misc]
        print(f"{name:30} {1e-9 / taken:6.2f} GB/s, {100 * plain / taken:5.0f} % of a plain pass (arrays: at least 60)")


def cells(rounds: int) -> None:
    """Print what one cell's variables cost where they are small."""
    watch = Watch(lambda source: source)
    namespace: dict[str, Any] = {f"name{number}": [number, str(number), {"a": float(number)}] for number in range(50)}
    read = sorted(namespace)
    for source, names in (("x = 1", []), ("total = sum(name1[0:1])", read[:3]), ("show()", read)):

        def cell(source: str = source, names: list[str] = names) -> None:
            watch.begin(namespace)
            watch.end(source, names, namespace)

        print(f"a cell that reads {len(names):2} small lists: {best(cell, 20 * rounds) * 1e6:7.0f} µs")
    big = {"big": np.zeros(200_000_000, dtype=np.uint8)}

    def late() -> None:
        watch.begin({})
        watch.end("big = 1", [], big)

    print(f"a cell with 200 MB and no time for it: {best(late, rounds) * 1e3:7.2f} ms (limit 20)")


def main() -> None:
    """Print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    throughput(options.megabytes, options.rounds)
    cells(options.rounds)


if __name__ == "__main__":
    main()
