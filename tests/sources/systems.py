"""The systems beside the frameworks: how people seed each by hand, and what they draw. Run in fresh interpreters."""

from __future__ import annotations

from typing import NamedTuple


class System(NamedTuple):
    """Imports, the hand-written seeding, and the body of a function that draws and returns a JSON value.

    prepare: definitions that both need.
    """

    imports: str
    by_hand: str
    draw: str
    prepare: str = ""


NUMBA = """
@numba.njit
def seed_np(seed):
    np.random.seed(seed)
@numba.njit
def seed_py(seed):
    random.seed(seed)
@numba.njit
def draw_np():
    return np.random.normal(), np.random.random(), np.random.randint(99), np.random.normal(), np.random.normal()
@numba.njit
def draw_py():
    return random.gauss(0.0, 1.0), random.random(), random.gauss(0.0, 1.0)
"""

SYSTEMS = {
    "numba": System("import random, numpy as np, numba", "seed_np({0}); seed_py({0})", "return [draw_np(), draw_py()]", NUMBA),
    "dask": System(
        "import dask.array as da",
        "da.random.seed({0})",
        "return [da.random.normal(size=4, chunks=2).compute().tolist(), da.random.randint(0, 99, 3).compute().tolist()]",
    ),
    "faker": System(
        "import faker",
        "faker.Faker.seed({0})",
        "f = faker.Faker(); return [f.name(), f.random_int(), f.uuid4(), f.random.gauss(0, 1), f.random.gauss(0, 1)]",
    ),
    "polars": System(
        "import polars as pl",
        "pl.set_random_seed({0})",
        "s = pl.Series(range(30))\n"
        "    return [s.sample(5).to_list(), s.shuffle().to_list(), pl.DataFrame(s).sample(3).to_series().to_list()]",
    ),
    "opencv": System(
        "import cv2, numpy as np",
        "cv2.setRNGSeed({0} - 2**32 if {0} >= 2**31 else {0})",
        "a = np.zeros((2, 3)); b = np.arange(9, dtype='int32'); cv2.randu(a, 0, 1)\n"
        "    c = np.zeros(3); cv2.randShuffle(b); cv2.randn(c, 0, 1)\n"
        "    return [a.tolist(), b.tolist(), c.tolist()]",
    ),
    "jax": System(
        "import jax",
        "jax.config.update('jax_random_seed_offset', {0} - 2**32 if {0} >= 2**31 else {0})",
        "return [jax.random.normal(jax.random.key(seed), 3).tolist() for seed in (0, 7)]",
    ),
    "paddle": System(
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    import paddle",
        "paddle.seed({0})",
        "return [paddle.rand([3]).tolist(), paddle.randn([1]).item(), paddle.randperm(9).tolist(), "
        "paddle.nn.Linear(2, 2).weight.tolist(), paddle.nn.functional.dropout(paddle.ones([9])).tolist()]",
    ),
    "mxnet": System(
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    import mxnet as mx",
        "mx.random.seed({0})",
        "return [mx.nd.random.uniform(shape=3).asnumpy().tolist(), mx.nd.random.normal(shape=2).asnumpy().tolist()]",
    ),
    "cupy": System("import cupy", "cupy.random.seed({0})", "return [cupy.random.rand(3).tolist(), cupy.random.permutation(9).tolist()]"),
}
READABLE = ("numba", "dask", "faker", "jax", "paddle")
SET_ONLY = ("polars", "opencv", "mxnet", "cupy")


SEEDS = (0, 42, 2**31, 2**32 - 1)


def script(name: str, *lines: str) -> str:
    """Return a script of these lines: IMPORTS imports the system and defines draw(), BY_HAND(42) is the hand-written seeding."""
    system = SYSTEMS[name]
    text = "\n".join(lines).replace("IMPORTS", f"{system.imports}\n{system.prepare}\ndef draw():\n    {system.draw}")
    for seed in SEEDS:
        text = text.replace(f"BY_HAND({seed})", system.by_hand.format(seed))
    return f"import json\n{text}"
