"""One integer gives exactly what the hand-written lines give, wherever the seed line stands."""

from __future__ import annotations

import pytest

from tests.processes import once

pytestmark = pytest.mark.frameworks

IMPORTS = {
    "python": "import random",
    "numpy": "import numpy as np",
    "torch": "import torch",
    "tensorflow": "import tensorflow as tf",
    "keras": "import keras",
}
BY_HAND = {
    "python": "random.seed({0})",
    "numpy": "np.random.seed({0})",
    "torch": "torch.manual_seed({0})",
    "tensorflow": "tf.random.set_seed({0})",
    "keras": "keras.utils.set_random_seed({0})",
}
EVERYTHING = ["python", "numpy", "torch", "tensorflow", "keras"]
ON_TORCH = ["python", "numpy", "torch", "keras"]
SEED = "import seednb; seednb.seed({0})"
AGAIN = 4294967295
END = "import json\nfrom tests.sources.draws import values\nfirst = values({0!r})\n{1}\nprint(json.dumps([first, values({0!r})]))"


def expected(names: list[str], backend: str):
    """Return what the hand-written lines give after the imports, and again with another seed."""
    lines = [BY_HAND[name] for name in names]
    script = [*(IMPORTS[name] for name in names), *(line.format(42) for line in lines)]
    again = "\n".join(line.format(AGAIN) for line in lines)
    return once("\n".join([*script, END.format(names, again)]), KERAS_BACKEND=backend)


def given(steps: list[str], names: list[str], backend: str):
    """Return what one `seednb.seed(42)` among the imports gives, and again another one at the end."""
    script = [SEED.format(42) if step == "SEED" else IMPORTS[step] for step in steps]
    return once("\n".join([*script, END.format(names, SEED.format(AGAIN))]), KERAS_BACKEND=backend)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(["SEED", "python", "numpy", "torch", "tensorflow", "keras"], id="before"),
        pytest.param(["torch", "numpy", "SEED", "keras", "tensorflow"], id="between", marks=pytest.mark.slow),
        pytest.param(["keras", "torch", "tensorflow", "numpy", "python", "SEED"], id="after"),
    ],
)
def test_seed_line_stands_anywhere(steps):
    """With TensorFlow below Keras, all draws and fits equal those of the hand-written lines, twice in one process."""
    assert expected(EVERYTHING, "tensorflow") == given(steps, EVERYTHING, "tensorflow")


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(["SEED", "keras", "torch", "numpy"], id="before"),
        pytest.param(["numpy", "keras", "torch", "SEED"], id="after", marks=pytest.mark.slow),
    ],
)
def test_seed_line_stands_anywhere_with_keras_on_torch(steps):
    """With PyTorch below Keras, all draws and fits equal those of the hand-written lines, twice in one process."""
    assert expected(ON_TORCH, "torch") == given(steps, ON_TORCH, "torch")


@pytest.mark.parametrize("steps", [["SEED", "torch", "numpy"], ["numpy", "SEED", "torch"], ["SEED", "numpy", "torch"]], ids="-".join)
def test_order_of_numpy_and_torch_does_not_matter(steps):
    """Without Keras, NumPy and PyTorch give the hand-written numbers in every order of imports."""
    names = ["python", "numpy", "torch"]
    assert expected(names, "torch") == given(steps, names, "torch")
