"""What `%seed strict` costs: a training step of PyTorch and one of TensorFlow on the CPU, strict beside relaxed, in one run.

Usage: python benchmarks/bench_strict.py [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import Any, Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def median(step: Callable[[], Any], rounds: int) -> float:
    """Return the median time of a step in milliseconds, after a few to warm up."""
    times = []
    for _ in range(rounds + 3):
        begun = time.perf_counter()
        step()
        times.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(times[3:])


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


def main() -> None:
    """Print both ratios. TensorFlow has no way back, so its relaxed steps come first."""
    import seednb
    from seednb.runtime import session

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    seednb.seed(42)
    for name, make in (("PyTorch", torch_step), ("TensorFlow", tensorflow_step)):
        try:
            relaxed = median(make(), rounds)
        except ImportError:
            print(f"{name}: not installed")
            continue
        session().switches.strict()
        strict = median(make(), rounds)
        session().switches.relaxed()
        print(f"{name}: {relaxed:.2f} ms a step, strict {strict:.2f} ms: {strict / relaxed:.2f} times")


if __name__ == "__main__":
    main()
