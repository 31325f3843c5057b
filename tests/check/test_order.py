"""Names are followed across cells, and what is called later counts later."""

from __future__ import annotations

import pytest

from tests.check.cells import codes, places

UNSEEDED = {"SNB010"}


@pytest.mark.parametrize(
    "sources",
    [
        ("import numpy as np", "random = np.random", "random.rand()"),
        ("from numpy import random as r", "r.rand()"),
        ("from numpy.random import rand as draw", "draw()"),
        ("from numpy.random import *", "rand()"),
        ("import numpy.random", "numpy.random.rand()"),
        ("def f():\n    return np.random.rand()", "import numpy as np\nf()"),
        ("import numpy as np", "a, r = 1, np.random\nr.rand()"),
        ("import numpy as np", "[np.random.rand() for _ in range(3)]"),
        ("import numpy as np", "f = lambda x: np.random.rand()"),
        ("import numpy as np", "with open('a') as file:\n    np.random.rand()"),
        ("import numpy as np\nclass A:\n    def __init__(self):\n        self.x = np.random.rand()", "a = A()"),
        ("import numpy as np\nclass A:\n    def go(self):\n        return np.random.rand()\nclass B(A):\n    pass", "b = B()\nb.go()"),
        ("import numpy as np\ndef f(x):\n    return np.random.rand()", "map(f, xs)"),
        ("%matplotlib inline\nimport numpy as np\n!pip install x", "%time y = np.random.rand()"),
        ("import numpy as np", "%%time\nnp.random.rand()"),
    ],
)
def test_names_are_followed(sources):
    """A draw is found under each name that leads to it."""
    assert UNSEEDED == codes(*sources)


@pytest.mark.parametrize(
    "sources",
    [
        ("import numpy as np", "def f(np):\n    return np.random.rand()\nf(mine)"),
        ("import numpy as np", "np = mine", "np.random.rand()"),
        ("import random", "from jax import random", "random.normal(key)"),
        ("import numpy as np", "for np in mine:\n    np.random.rand()"),
        ("import numpy as np", "lambda np: np.random.rand()"),
        ("random.rand()",),
        ("import numpy as np", "%%bash\nnp.random.rand()"),
        ("import numpy as np\nclass A:\n    def go(self):\n        return np.random.rand()", "import other\nother.B().go()"),
    ],
)
def test_names_that_mean_something_else(sources):
    """A name that has been given another meaning is not taken for the library."""
    assert set() == codes(*sources)


def test_a_place_is_what_the_user_sees():
    """A finding has the cell's number among all cells, the line in it with its magics, and the column in characters."""
    assert [("SNB020", 2, 3, 14)] == places("import numpy as np", "%%time\n%matplotlib inline\nπ = 'π'; r = np.random.default_rng()")


def test_one_finding_for_each_library():
    """A library's global generator is named once, at its first draw, with how many follow."""
    found = places("import random, torch\nrandom.random()\nrandom.random()", "torch.rand(1)")
    assert [("SNB010", 1, 2, 1), ("SNB010", 2, 1, 1)] == found


def test_the_seed_counts_where_it_is_called():
    """A function that seeds counts where it is first called, not where it is defined."""
    seed = "import numpy as np\ndef seed():\n    np.random.seed(1)"
    assert set() == codes(seed, "seed()", "np.random.rand()")
    assert {"SNB011"} == codes(seed, "np.random.rand()", "seed()")
    assert {"SNB010"} == codes(seed, "np.random.rand()")


def test_seednb_itself_seeds():
    """Below %seed and seednb.seed nothing is found that the seal closes, and still what it does not."""
    draws = "import numpy as np\nnp.random.default_rng()\nnp.random.rand()\nprint(id(np))"
    assert {"SNB041"} == codes("%load_ext seednb\n%seed 42", draws)
    assert {"SNB041"} == codes("import seednb\nseednb.seed(1)", draws)
    assert {"SNB010", "SNB020", "SNB041"} == codes("%load_ext other\n%seed", draws)


def test_a_cell_that_is_seeded_alone():
    """%%seed seeds its own cell only: what it draws is not found, and what the next cell draws is."""
    found = places("import random", "%%seed 42\nrandom.random()", "random.random()")
    assert [("SNB010", 3, 1, 1)] == found


def test_a_seed_without_the_seal():
    """seednb.seed(42, seal=False) seeds what is global, and leaves unseeded generators to be found."""
    assert {"SNB020"} == codes("import seednb\nseednb.seed(42, seal=False)\nimport numpy as np\nnp.random.default_rng()\nnp.random.rand()")


@pytest.mark.parametrize(
    "name", ["seed_everything", "set_seed", "fix_random_seeds", "setup_seed", "set_determinism", "same_seeds", "seed_all"]
)
def test_other_peoples_seeding_functions(name):
    """A function of another module that is named as if it seeded everything is believed."""
    assert set() == codes(f"from helpers import {name}", f"{name}(1)", "import torch, random\ntorch.rand(1)\nrandom.random()")


@pytest.mark.parametrize("line", ["import polars\npolars.set_random_seed(1)", "from helpers import get_seed\nget_seed()", "env.seed(1)"])
def test_what_does_not_seed(line):
    """What only asks for a seed, or seeds something else, seeds no global generator."""
    assert {"SNB010"} == codes(line, "import random\nrandom.random()")
