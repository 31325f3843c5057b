"""What is sealed beyond NumPy's generators: Python's, np.random.seed(), PyTorch's; and who keeps the operating system's entropy."""

from __future__ import annotations

import pytest

from tests.processes import once

HEAD = """
import json, os, random, sys, tempfile
import numpy as np
import seednb
from seednb.runtime import session
before = [random.Random.seed, np.random.seed]
seednb.seed(42)
runtime = session()
runtime.begin_cell("cell")
"""
TAIL = "\nprint(json.dumps([found, [note['kind'] for note in runtime.end_cell().notes]]))"

FOLLOW = {
    "random.Random()": "random.Random().random()",
    "random.seed()": "[random.seed(), random.random()]",
    "random.seed(None)": "[random.seed(None), random.random()]",
    "a subclass": "type('Mine', (random.Random,), {})().random()",
    "np.random.seed()": "[np.random.seed(), np.random.rand(3).tolist()]",
    "np.random.seed(None)": "[np.random.seed(None), np.random.rand(3).tolist()]",
    "np.random.seed() after draws": "[np.random.rand(77).tolist(), np.random.seed(), np.random.rand(3).tolist()]",
    "RandomState().seed()": "(lambda state: [state.seed(), state.rand()])(np.random.RandomState())",
}
TORCH = {
    "torch.seed()": "[torch.seed(), torch.rand(1).item()]",
    "torch.random.seed()": "[torch.random.seed(), torch.rand(1).item()]",
    "Generator().seed()": "(lambda g: [g.seed(), torch.rand(1, generator=g).item()])(torch.Generator())",
}


@pytest.mark.parametrize("name", FOLLOW)
def test_calls_without_a_seed_follow_the_runs(name):
    """Two processes with one seed agree, one with another seed does not, and the use is noted."""
    script = HEAD + f"found = {FOLLOW[name]}" + TAIL
    first, second, other = once(script), once(script + "\n"), once(script.replace("42", "43"))
    assert first == second
    assert first[0] != other[0]
    assert set(first[1]) == {"sealed"}


@pytest.mark.frameworks
@pytest.mark.parametrize("name", TORCH)
def test_torch_calls_without_a_seed_follow_the_runs(name):
    """torch.seed() and Generator().seed() give the same in two processes with one seed, and return the seed that they set."""
    pytest.importorskip("torch")
    script = HEAD + f"import torch\nfound = {TORCH[name]}" + TAIL
    first, second, other = once(script), once(script + "\n"), once(script.replace("42", "43"))
    assert first == second
    assert first[0] != other[0]
    assert 0 <= first[0][0] < 2**63


def test_explicit_seeds_pass_through():
    """A seed that is given is used as it always was."""
    script = HEAD + (
        "found = [random.Random(7).random(), random.Random('x').random(), [random.seed(7), random.random()], "
        "[np.random.seed(7), np.random.rand()]]"
    )
    plain = script.replace("seednb.seed(42)", "").replace('runtime.begin_cell("cell")', "")
    assert once(script + TAIL) == [once(plain + "\nprint(json.dumps(found))"), []]


KEEP = {
    "tempfile": "tempfile.mkdtemp()",
    "SystemRandom": "random.SystemRandom().random()",
    "a library": "library.make()",
    "asyncio's own": "__import__('email.utils').utils.make_msgid()",
}
LIBRARY = (
    "folder = os.path.join(tempfile.mkdtemp(), 'site-packages'); os.makedirs(folder); sys.path.insert(0, folder)\n"
    "open(os.path.join(folder, 'library.py'), 'w').write('import random\\ndef make():\\n    return random.Random().random()\\n')\n"
    "import library\n"
)


@pytest.mark.parametrize("name", KEEP)
def test_what_is_not_the_notebooks_keeps_its_entropy(name):
    """Temporary names, SystemRandom, and libraries that are not on the list differ from process to process, without a note."""
    script = HEAD + LIBRARY + f"random.seed(1)\nfound = {KEEP[name]}" + TAIL
    (first, notes), (second, _) = once(script), once(script + "\n")
    assert notes == []
    if name != "asyncio's own":  # message ids draw from the global generator, which is seeded
        assert first != second


def test_libraries_on_the_list_and_project_code_follow():
    """A library on the published list, and a module of the project, make generators that follow the seed."""
    script = (
        HEAD
        + LIBRARY.replace("library", "networkx")
        + (
            "project = tempfile.mkdtemp(); sys.path.insert(0, project)\n"
            "open(os.path.join(project, 'mine.py'), 'w').write('import random\\ndef make():\\n    return random.Random().random()\\n')\n"
            "import mine\nfound = [networkx.make(), mine.make()]"
        )
    )
    assert once(script + TAIL) == once(script + TAIL + "\n")


def test_global_generators_reseeded_by_hand_are_reported_as_changed():
    """random.seed() without a seed moves the source `python`, so that a replay compares it."""
    assert once(HEAD + "random.seed()\nfound = sorted(runtime.end_cell().sources)\nruntime.begin_cell('x')" + TAIL)[0] == [
        "python",
        "sealed",
    ]


TORCH_CLASS = """
import copy, json, pickle, seednb
import torch
base, seed, method = torch.Generator, torch.seed, vars(torch.Generator)["seed"]
older = torch.Generator()
seednb.seed(42)
made = torch.Generator()
loader = torch.utils.data.DataLoader(range(4), shuffle=True, generator=torch.Generator().manual_seed(1))
def draw(x, generator: torch.Generator):
    return x + torch.rand(x.shape, generator=generator)
def fresh():
    return torch.Generator().manual_seed(5)
eager = draw(torch.ones(3), fresh())
facts = [
    torch.Generator is base, type(made) is base, isinstance(torch.default_generator, torch.Generator),
    pickle.loads(pickle.dumps(made)).initial_seed() == made.initial_seed(), copy.deepcopy(made).initial_seed() == made.initial_seed(),
    sorted(int(batch) for batch in loader) == [0, 1, 2, 3],
    torch.randperm(5, generator=made).tolist() == torch.randperm(5, generator=torch.Generator().manual_seed(67280421310721)).tolist(),
    torch.equal(torch.compile(draw, backend="eager")(torch.ones(3), fresh()), eager),
    older.seed() != made.seed(), older.initial_seed() != made.initial_seed(),
]
seednb.off()
facts += [vars(torch.Generator)["seed"] is method, torch.seed is seed, older.seed() != older.seed()]
print(json.dumps(facts))
"""


@pytest.mark.frameworks
def test_torchs_generators_stay_what_they_were():
    """Generators keep their type, are copied, pickled, handed on and compiled as before, and the methods come back."""
    pytest.importorskip("torch")
    assert once(TORCH_CLASS) == [True] * 13


def test_everything_is_put_back():
    """Without a seed the replaced functions are the very objects that they were."""
    same = "[random.Random.seed is before[0], np.random.seed is before[1], random.seed == random._inst.seed]"
    assert once(f"{HEAD}seednb.off()\nprint(json.dumps({same}))") == [True] * 3
