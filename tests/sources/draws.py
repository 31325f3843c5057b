"""What people draw, in each library; run in fresh interpreters. `values(names)` gives all of it as JSON."""

from __future__ import annotations

import hashlib
import sys
from typing import Any


def digest(arrays: list[Any]) -> str:
    """Return one digest of all bytes of some arrays."""
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def python() -> list[Any]:
    """Draw from `random`, with a Gaussian of which the second half is kept."""
    import random

    return [random.random(), random.gauss(0, 1), random.random(), random.gauss(0, 1), random.gauss(0, 1), random.sample(range(99), 5)]


def numpy() -> list[Any]:
    """Draw from NumPy's global generator, an odd number of Gaussians included."""
    import numpy as np

    return [np.random.randn(3).tolist(), np.random.rand(2).tolist(), np.random.permutation(9).tolist(), np.random.randn()]


def torch() -> list[Any]:
    """Draw tensors, and train a small network with dropout on shuffled batches."""
    import torch as t

    t.set_num_threads(1)
    x, y = t.randn(64, 8), t.randint(0, 3, (64,))
    model = t.nn.Sequential(t.nn.Linear(8, 16), t.nn.ReLU(), t.nn.Dropout(0.5), t.nn.Linear(16, 3))
    optimizer = t.optim.SGD(model.parameters(), lr=0.1)
    for features, labels in t.utils.data.DataLoader(t.utils.data.TensorDataset(x, y), batch_size=16, shuffle=True):
        optimizer.zero_grad()
        t.nn.functional.cross_entropy(model(features), labels).backward()
        optimizer.step()
    return [t.rand(3).tolist(), t.randperm(9).tolist(), digest([p.detach().numpy() for p in model.parameters()])]


def tensorflow() -> list[Any]:
    """Draw with and without a seed of the op's own, and shuffle a dataset."""
    import tensorflow as tf

    shuffled = [int(value) for value in tf.data.Dataset.range(9).shuffle(9)]
    return [
        tf.random.normal([3]).numpy().tolist(),
        tf.random.uniform([2], seed=5).numpy().tolist(),
        tf.random.uniform([2]).numpy().tolist(),
        shuffled,
    ]


def keras() -> list[Any]:
    """Draw from `keras.random`, and fit a model with dropout."""
    import keras as k
    import numpy as np

    x = np.arange(160, dtype="float32").reshape(40, 4) / 160
    model = k.Sequential([k.Input((4,)), k.layers.Dense(8, "relu"), k.layers.Dropout(0.3), k.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x[:, :1], epochs=2, batch_size=8, verbose=0)
    drawn = [k.ops.convert_to_numpy(k.random.normal((3,))).tolist(), k.ops.convert_to_numpy(k.random.uniform((2,))).tolist()]
    return [drawn, digest(model.get_weights())]


def values(names: list[str]) -> dict[str, list[Any]]:
    """Draw from each of the named libraries, in this order."""
    return {name: getattr(sys.modules[__name__], name)() for name in names}
