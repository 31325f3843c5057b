"""Libraries that reseed the global generators behind the user's back are named, with file and line; whoever asks for a seed is not."""

from __future__ import annotations

import pytest

from tests.processes import once

HEAD = """
import json, os, pickle, random, sys, tempfile
import numpy as np
import seednb
from seednb.runtime import session
before = [np.random.seed, np.random.get_state, np.random.set_state, random.Random.seed]
seednb.seed(42)
runtime = session()
runtime.begin_cell("cell")
root = tempfile.mkdtemp(); folder = os.path.join(root, "site-packages"); os.makedirs(os.path.join(folder, "library"))
sys.path[:0] = [root, folder]
def write(name, text):
    with open(os.path.join(root, name), "w") as file:
        file.write(text)
write("site-packages/library/__init__.py", '''
import random
import numpy as np
from numpy.random import seed as early
def set_seed(value):
    random.seed(value)
    np.random.seed(value)
def set_all(value):
    early(value)
class Trainer:
    def __init__(self):
        set_seed(42)
    def train(self):
        saved = np.random.get_state()
        np.random.random(); np.random.set_state(saved)
    def load(self):
        np.random.set_state(np.random.RandomState(3).get_state())
    def later(self, function):
        return function(7)
    def torch(self):
        import torch
        torch.manual_seed(9)
    def tensorflow(self):
        import tensorflow
        tensorflow.random.set_seed(9)
    def keras(self):
        import keras
        keras.utils.set_random_seed(9)
def wrong(function, *values):
    try:
        function(*values)
    except Exception as error:
        return [type(error).__name__, str(error)]
''')
import library
"""
TAIL = "\nprint(json.dumps([[note['where'], note['what']] for note in runtime.end_cell().notes if note['kind'] == 'reseeded']))"

ASKED = {
    "the notebook's own": "random.seed(1); np.random.seed(1)",
    "the notebook's function": "def prepare():\n    random.seed(1)\nprepare()",
    "a library's seeding function": "library.set_seed(1)",
    "a library that calls the notebook back": "library.Trainer.later(None, lambda value: np.random.seed(value))",
    "a state that is put back": "library.Trainer.train(None)",
    "generators that are not global": "random.Random(3).seed(4); np.random.RandomState(3).seed(4)",
    "a project's module": "write('mine.py', 'import random\\ndef prepare():\\n    random.seed(1)\\n')\nimport mine; mine.prepare()",
    "an import": "write('site-packages/late.py', 'import random, library\\nrandom.seed(1); library.Trainer()')\nimport late",
    "seednb": "seednb.seed(7)",
}
FRAMEWORKS = {"torch": "torch: seed 9", "tensorflow": "tensorflow: seed 9", "keras": "numpy, python, tensorflow: seed 9"}


def test_a_library_that_reseeds_is_named():
    """What a library's constructor seeds is named by the library's line and the cell's, once, with the seed."""
    script = HEAD + "code = 'x = 1\\nlibrary.Trainer()\\nlibrary.Trainer()'\nexec(compile(code, 'cell', 'exec'), globals())" + TAIL
    assert once(script) == [
        ["line 2, through library/__init__.py line 12", "numpy, python: seed 42"],
        ["line 3, through library/__init__.py line 12", "numpy, python: seed 42"],
    ]


def test_a_state_that_was_not_read_before_is_a_reseed():
    """np.random.set_state() of a foreign state is named; nobody can tell its seed."""
    ((where, what),) = once(HEAD + "library.Trainer.load(None)" + TAIL)
    assert (where.endswith("through library/__init__.py line 17"), what) == (True, "numpy")


@pytest.mark.parametrize("name", ASKED)
def test_who_asks_for_a_seed_is_not_named(name):
    """A seed that the notebook or project sets, also through a function called `…seed…`, is the user's own, and so is seednb's."""
    assert once(HEAD + ASKED[name] + TAIL) == []


def test_a_seed_deep_in_a_library_is_named_by_who_called_for_it():
    """Where one library calls another's seeding function, the calling one is named."""
    script = HEAD + "write('site-packages/second.py', 'import library\\ndef fit():\\n    library.set_seed(5)')\nimport second; second.fit()"
    ((where, what),) = once(script + TAIL)
    assert (where.endswith("through second.py line 3"), what) == (True, "numpy, python: seed 5")


@pytest.mark.frameworks
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_frameworks_that_are_reseeded_are_named(name):
    """torch.manual_seed, tf.random.set_seed and keras.utils.set_random_seed, called by a library, are named by its line."""
    pytest.importorskip(name)
    ((where, what),) = once(HEAD + f"import {name}\nlibrary.Trainer.{name}(None)\n{name}.__name__" + TAIL)
    assert (where.rpartition(" line ")[0].endswith("through library/__init__.py"), what) == (True, FRAMEWORKS[name])


TORCH_SEEDS = """
import torch
torch.manual_seed(3); torch.random.manual_seed(3); torch.compile(lambda x: x + 1, backend="eager")(torch.ones(1)); torch.manual_seed(4)
torch.Generator().manual_seed(5); torch.random.fork_rng().__enter__()
"""


@pytest.mark.frameworks
def test_torch_seeds_of_the_notebook_are_not_named():
    """torch.manual_seed in the notebook is its own, before and after torch.compile has wrapped it."""
    pytest.importorskip("torch")
    assert once(HEAD + TORCH_SEEDS + TAIL) == []


IDENTITY = """
import torch
names = [np.random.seed, np.random.get_state, np.random.set_state, random.seed, random.Random.seed, torch.manual_seed]
facts = [
    pickle.loads(pickle.dumps(np.random.seed)) is np.random.seed, pickle.loads(pickle.dumps(np.random.set_state)) is np.random.set_state,
    pickle.loads(pickle.dumps(random.Random.seed)) is random.Random.seed, np.random.seed is before[0],
    torch.manual_seed(5) is torch.default_generator, torch.initial_seed() == 5,
    torch.compile(lambda x: (torch.manual_seed(3), x + torch.rand(2))[1], backend="eager")(torch.zeros(2)).tolist()
    == (torch.manual_seed(3), torch.rand(2))[1].tolist(),
    library.wrong(torch.manual_seed, "x")[0], library.wrong(np.random.seed, -1), library.wrong(np.random.set_state, 3),
]
np.random.seed(5); first = np.random.rand(); np.random.seed(5); random.seed(5)
facts += [first == np.random.rand() == np.random.RandomState(5).rand(), random.random() == random.Random(5).random()]
methods = [vars(torch.Generator)["manual_seed"], vars(np.random.MT19937)["_legacy_seeding"]]
seednb.off()
after = [np.random.seed, np.random.get_state, np.random.set_state, random.Random.seed]
facts += [[a is b for a, b in zip(before, after)], random.seed.__func__ is before[3]]
after = [vars(torch.Generator)["manual_seed"], vars(np.random.MT19937)["_legacy_seeding"]]
facts += [[hasattr(method, "__code__") for method in methods], [type(method).__name__ for method in after]]
print(json.dumps(facts))
"""


@pytest.mark.frameworks
def test_seeding_functions_stay_what_they_were():
    """They keep their results, errors, identity and pickles under a seed, and the very objects come back."""
    pytest.importorskip("torch")
    facts = once(HEAD + IDENTITY)
    assert [True] * 7 == facts[:7]
    assert (facts[7], facts[8]) == ("ValueError", ["ValueError", "Seed must be between 0 and 2**32 - 1"])
    assert facts[9][0] in {"TypeError", "ValueError"}
    assert [True, True, [True] * 4, True] == facts[10:14]
    assert facts[14:] == [[True, True], ["method_descriptor", "cython_function_or_method"]]


COST = """
from tests.counting import calls
state = np.random.RandomState(1).get_state()
CALLS = [lambda: random.seed(1), lambda: np.random.seed(1), lambda: np.random.set_state(state), lambda: np.random.get_state()]
under = [calls(call) for call in CALLS]
seednb.off()
print(json.dumps([with_us - calls(call) for with_us, call in zip(under, CALLS)]))
"""


def test_a_call_costs_little():
    """Seeding by hand makes at most a dozen calls more than without seednb; their time is measured in benchmarks/bench_kernel.py."""
    assert [calls for calls in once(HEAD + COST) if not 0 < calls <= 12] == []
