"""Rules for data that no seed makes: memory as it was, the operating system's entropy, the order of a folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from seednb.check.facts import Call, Facts
from seednb.check.flow import traced
from seednb.check.rule import ERROR, Hit, Rule, View
from seednb.check.seeding import ENTROPY, called
from seednb.check.sets import order_is_lost

_EMPTY = {
    *(f"{module}.{name}" for module in ("numpy", "torch") for name in ("empty", "empty_like")), "torch.empty_strided", "numpy.ndarray",
}  # fmt: skip
_TENSORS = {f"torch.{name}" for name in ("Tensor", "FloatTensor", "DoubleTensor", "IntTensor", "LongTensor")}
_LISTINGS = {"os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob", "os.fwalk"}
_PATHS = ("pathlib.Path().glob", "pathlib.Path().rglob", "pathlib.Path().iterdir")
_MOVES = {f"os.{name}" for name in ("remove", "unlink", "rename", "replace", "rmdir")}
_PLAIN = ("builtins.int", "builtins.str", "builtins.len")
_NEUTRAL = {f"builtins.{name}" for name in ("len", "any", "all", "bool")}


def _memory(view: View) -> Iterator[Hit]:
    facts = view.facts
    made = {id(call.node): call for call in facts.calls if _is_empty(facts, call)}
    if not made:
        return
    for cell, node in view.shown:
        if id(node) in made:
            yield Hit(cell, node)
        elif isinstance(node, ast.Name) and _first_use(facts, node, made):
            yield Hit(cell, node, f"{node.id} is shown before anything was written into it: it holds what was in memory")


def _is_empty(facts: Facts, call: Call) -> bool:
    if call.name in _EMPTY:
        return True
    sizes = [facts.value(argument) for argument in call.node.args]
    return call.name in _TENSORS and len(sizes) > 0 and all(isinstance(size, ast.Constant) and type(size.value) is int for size in sizes)


def _first_use(facts: Facts, node: ast.Name, made: dict[int, Call]) -> bool:
    """Tell whether a name still is the memory that it was assigned, where it is shown: nothing has used it before."""
    values = facts.assigned.get(node.id, [])
    return len(values) == 1 and id(values[0]) in made and facts.reads[node.id][:1] == [node]


UNINITIALISED = Rule(
    code="SNB043",
    name="uninitialised-memory",
    severity=ERROR,
    message="uninitialised memory is shown: it holds whatever was there before",
    instead="use zeros(), or fill it first",
    why="`np.empty`, `torch.empty`, `empty_like` and `torch.Tensor(2, 3)` reserve memory and leave it as it was.",
    sealed="No. The memory's content is not random but left over.",
    find=_memory,
    bad=(
        ("import torch\nx = torch.empty(5, 3)\nprint(x)",),
        ("import numpy as np\nnp.empty((2, 3))",),
        ("import torch\na = torch.Tensor(2, 3)", "a"),
    ),
    good=(
        ("import numpy as np\nx = np.empty(3)\nfor i in range(3):\n    x[i] = i\nprint(x)",),
        ("import torch\nx = torch.empty(3)\ntorch.nn.init.zeros_(x)", "print(x)"),
        ("import numpy as np\nprint(np.empty(3).shape)",),
        ("import torch\nprint(torch.Tensor([1, 2]))",),
        ("import numpy as np\nx = np.empty(3)\nx.fill(0)\nx",),
    ),
)


def _entropy(view: View) -> Iterator[Hit]:
    for call in view.facts.calls:
        if call.name in {"secrets.choice", "secrets.randbelow", "secrets.randbits"} or call.name.startswith(
            ("random.SystemRandom().", "secrets.SystemRandom().")
        ):
            yield Hit(call.cell, call.node, f"{call.name}() draws from the operating system, and no seed reaches it")
        elif call.name == "numpy.frombuffer" and called(view.facts, call.argument(0) or call.node) == "os.urandom":
            yield Hit(call.cell, call.node)
    names = ENTROPY - {"secrets.choice", "secrets.randbelow", "secrets.randbits"}
    for cell, node in view.shown:
        if any(called(view.facts, part) in names for part in traced(view.facts, node)):
            yield Hit(cell, node)


ENTROPY_AS_DATA = Rule(
    code="SNB045",
    name="system-entropy-as-data",
    severity=ERROR,
    message="the operating system's entropy or a uuid is used as data: no seed reaches it",
    instead="draw from random or NumPy; for a name that stays, uuid.uuid5 of a text",
    why="`secrets`, `random.SystemRandom`, `os.urandom` and `uuid.uuid4` exist to be unpredictable. As sample data, or shown in an "
    "output, they differ in each run. "
    "Identifiers that are neither shown nor drawn from are not found.",
    sealed="No. They are never sealed: passwords, tokens and identifiers must not repeat.",
    find=_entropy,
    bad=(
        ("import secrets\nx = secrets.choice(items)",),
        ("from random import SystemRandom\nr = SystemRandom()", "r.shuffle(x)"),
        ("import uuid\nprint(uuid.uuid4())",),
        ("import os\nimport numpy as np\nnp.frombuffer(os.urandom(8), dtype='u1')",),
    ),
    good=(
        ("import uuid\nrun = uuid.uuid4()",),
        ("import uuid\nprint(uuid.uuid5(uuid.NAMESPACE_URL, 'x'))",),
        ("import secrets\ntoken = secrets.token_hex()",),
    ),
)


def _listings(view: View) -> Iterator[Hit]:
    facts = view.facts
    listings = [call for call in facts.calls if call.name in _LISTINGS or call.name in _PATHS]
    if not listings:
        return
    neutral = {id(argument) for call in facts.calls if call.name in _NEUTRAL for argument in call.node.args}
    moved = {id(node.iter) for node, _ in facts.loops if isinstance(node, ast.For) and _only_moves(facts, node)}
    free = order_is_lost(facts) | neutral | moved | _in_tests(facts)
    for name, values in facts.assigned.items():
        if facts.reads.get(name) and all(id(read) in free for read in facts.reads[name]):
            free |= {id(value) for value in values if value is not None}
    for call in listings:
        if id(call.node) not in free:
            yield Hit(call.cell, call.node, f"{call.name} gives the files in the order of the file system, which differs between machines")


def _only_moves(facts: Facts, loop: ast.For) -> bool:
    """Tell whether a loop does nothing but move or remove files, in whatever order."""
    calls = [node.func for part in loop.body for node in ast.walk(part) if isinstance(node, ast.Call)]
    names = {facts.name(function) for function in calls}
    if names.isdisjoint(_MOVES) and not any(name.startswith("shutil.") for name in names):
        return False
    texts = [function for function in calls if isinstance(function, ast.Attribute) and hasattr(str, function.attr)]
    return all(facts.name(one).startswith(("os.", "shutil.", *_PLAIN)) or one in texts for one in calls)


def _in_tests(facts: Facts) -> set[int]:
    """Return the ids of the operands of `in` and of tests."""
    found: set[int] = set()
    for _, tree in facts.trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                found |= {id(one) for one in node.comparators}
            elif isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
                found.add(id(node.test))
    return found


UNSORTED_LISTING = Rule(
    code="SNB046",
    name="unsorted-listing",
    severity=ERROR,
    message="files come in the order of the file system, which differs between machines",
    instead="sort them: sorted(...)",
    why="`os.listdir`, `os.walk`, `glob` and `Path.iterdir` promise no order. Data that is read in that order, and what is split "
    "or shuffled from it, differs on another machine.",
    sealed="No. On one machine the order is mostly the same, so that replays agree; on another one it may differ whatever the seed.",
    find=_listings,
    bad=(
        ("import os\nfor name in os.listdir('data'):\n    read(name)",),
        ("from glob import glob\nfiles = glob('*.csv')",),
        ("import os\nfor name in os.listdir('data'):\n    paths.append(os.path.join('data', name))",),
        ("from pathlib import Path\nframes = [read(p) for p in Path('data').glob('*.csv')]",),
    ),
    good=(
        ("import os\nfor name in sorted(os.listdir('data')):\n    read(name)",),
        ("from glob import glob\nfiles = glob('*.csv')\nfiles.sort()",),
        ("import os\nprint(len(os.listdir('data')))",),
        ("import os\nfor name in os.listdir():\n    if name.startswith('tmp'):\n        os.remove(name)",),
        ("import os\nfor name in os.listdir('a'):\n    if int(name.split('.')[1]) > 9:\n        os.rename(name, name.replace('a', 'b'))",),
        ("import os\nnames = os.listdir('data')", "print(len(names))\n'a' in names"),
        ("import os\nif 'a' in os.listdir('.'):\n    read('a')",),
        ("from glob import glob\nfiles = glob('*.csv')", "for f in sorted(files):\n    read(f)"),
    ),
)

RULES = (UNINITIALISED, ENTROPY_AS_DATA, UNSORTED_LISTING)
