"""What `%seed strict` costs: a training step of PyTorch and one of TensorFlow on the CPU, strict beside relaxed, in one run.

Usage: python benchmarks/bench_strict.py [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from typing import Any, Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def best(step: Callable[[], Any], rounds: int) -> float:
    """Return the best time of a step in milliseconds, after a few to warm up: what disturbs it comes from outside."""
    times = []
    for _ in range(rounds + 3):
        begun = time.perf_counter()
        step()
        times.append((time.perf_counter() - begun) * 1e3)
    return min(times[3:])


def torch_step() -> Callable[[], Any]:
    """Return a training step of a small convolutional network."""
    import torch

    model = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(16 * 30 * 30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    images, labels = torch.randn(32, 3, 32, 32), torch.randint(0, 10, (32,))

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()

    return step


def tensorflow_step() -> Callable[[], Any]:
    """Return a training step of a small convolutional network."""
    import tensorflow as tf

    model = tf.keras.Sequential(
        [
            tf.keras.Input((32, 32, 3)),
            tf.keras.layers.Conv2D(16, 3, activation="relu"),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(10),
        ]
    )
    model.compile("sgd", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    images, labels = tf.random.normal((32, 32, 32, 3)), tf.random.uniform((32,), maxval=10, dtype=tf.int32)
    return lambda: model.train_on_batch(images, labels)


STEPS = {"PyTorch": torch_step, "TensorFlow": tensorflow_step}
STRICT = {"relaxed": False, "strict": True}


def measure(name: str, mode: str) -> None:
    """Print the best time of many steps, strict or not, in a process of its own."""
    import seednb
    from seednb.runtime import session

    seednb.seed(42)
    if STRICT[mode]:
        session().switches.strict()
    print(best(STEPS[name](), 60))


def main() -> None:
    """Alternate relaxed and strict processes, since TensorFlow has no way back; print the ratio of their medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(*options.one)
        return
    for name in STEPS:
        times: dict[str, list[float]] = {mode: [] for mode in STRICT}
        for _ in range(options.rounds):
            for mode, found in times.items():
                child = [sys.executable, __file__, "--one", name, mode]
                found.append(float(subprocess.run(child, check=True, capture_output=True, text=True).stdout.split()[-1]))
        relaxed, strict = (statistics.median(times[mode]) for mode in STRICT)
        spread = ", ".join(f"{mode} {min(found):.2f} to {max(found):.2f}" for mode, found in times.items())
        print(f"{name}: {relaxed:.2f} ms a step, strict {strict:.2f} ms: {strict / relaxed:.2f} times ({spread})")


if __name__ == "__main__":
    main()
