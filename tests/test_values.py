"""Values that are what they were, those that are not, and those that nobody can tell."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import gc
import logging
import pathlib
import random
import re
import sys
import types
import weakref

import pytest

from seednb.values import changed, tokens


class Plain:
    """An object with attributes, of a class that is no notebook's."""

    def __init__(self, value):
        self.value = value


class Slotted:
    """An object with slots."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


@dataclasses.dataclass
class Data:
    """A dataclass."""

    value: object


class Colour(enum.Enum):
    """An enumeration."""

    RED = 1


Point = collections.namedtuple("Point", "x y")

EQUAL = [
    5, 10**50, 1.5, True, None, ..., 1j, "text", b"bytes", "x" * 5000, range(3), (1, "a"), [1, [2]], {"a": [1]}, {1, 2}, frozenset("ab"),
    list(range(20_000)), ["a"] * 100, Point(1, 2), collections.OrderedDict(a=1), collections.defaultdict(list), collections.deque([1]),
    dt.date(2020, 1, 1), decimal.Decimal("1.5"), pathlib.Path("a"), re.compile("a+"), Colour.RED, Plain(1), Slotted(1), Data([1]),
    functools.partial(max, 1), len, max, str, Plain, random, random.Random(1), "ab".upper, float("nan"), logging.getLogger("x"),
]  # fmt: skip


@pytest.mark.parametrize("value", EQUAL, ids=lambda value: type(value).__name__)
def test_values_that_stay(value):
    """Left alone, a value is proven to be what it was."""
    namespace = {"a": value}
    before = tokens(["a"], namespace)
    assert changed(before, ["a"], namespace) == []


CHANGES = {
    "a list": ([1], lambda a: a.append(2)),
    "a long list": (list(range(5000)), lambda a: a.__setitem__(4000, 0)),
    "an equal number of another type": ([1] * 20, lambda a: a.__setitem__(0, True)),
    "a list in a list": ([[1]], lambda a: a[0].append(2)),
    "a dict": ({"a": 1}, lambda a: a.update(a=2)),
    "the order of a dict": ({"a": 1, "b": 2}, lambda a: a.update(a=a.pop("a"))),
    "a set": ({1}, lambda a: a.add(2)),
    "a deque": (collections.deque([1]), lambda a: a.append(2)),
    "an object": (Plain(1), lambda a: setattr(a, "value", 2)),
    "an object in an object": (Plain(Plain([1])), lambda a: a.value.value.append(2)),
    "an object with slots": (Slotted(1), lambda a: setattr(a, "value", 2)),
    "a dataclass": (Data([1]), lambda a: a.value.append(2)),
    "a bound method": ([1].append, lambda a: a(1)),
    "a partial": (functools.partial(max, [1]), lambda a: a.args[0].append(1)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_values_that_change(name):
    """A change in place is noticed, also inside."""
    value, change = CHANGES[name]
    namespace = {"a": value}
    before = tokens(["a"], namespace)
    change(value)
    assert changed(before, ["a"], namespace) == ["a"]


def generate():
    """Yield, so that calling it gives a generator."""
    yield 1


UNKNOWN = [iter([1]), generate(), (n for n in "a"), sys.stdout, 1 << 20_000, memoryview(b"a"), bytearray(b"a")]


@pytest.mark.parametrize("value", UNKNOWN, ids=lambda value: type(value).__name__)
def test_values_of_which_nothing_can_be_told(value):
    """Iterators, files, C objects and huge values may always have changed."""
    assert tokens(["a"], {"a": value}) == {"a": None}


def test_work_is_bounded():
    """Large, deep, wide and endless values end at the limits, and cost those after them nothing more."""
    deep = []
    for _ in range(100):
        deep = [deep]
    endless = []
    endless.append(endless)
    assert tokens(["a"], {"a": deep}) == {"a": None}
    assert tokens(["a"], {"a": [[n] for n in range(10_000)]}) == {"a": None}
    assert tokens(["a"], {"a": b"x" * 20_000_000}) == {"a": None}
    assert tokens(["a"], {"a": endless})["a"] is not None


def test_nothing_is_kept_alive():
    """A token holds no value."""
    value = Plain(1)
    reference = weakref.ref(value)
    kept = tokens(["a"], {"a": value})
    del value
    gc.collect()
    assert reference() is None
    assert kept["a"] is not None


def test_no_code_of_the_users_runs():
    """Neither equality, hashing, representation nor attribute hooks of a user's class are called."""
    namespace = {"__name__": "__main__"}
    exec(
        "calls = []\n"
        "class Odd:\n"
        "    def _call(self, *arguments):\n        calls.append(1)\n        return 1\n"
        "    __getattr__ = __getattribute__ = __repr__ = __hash__ = __eq__ = __len__ = __iter__ = _call\n"
        "class Holder:\n    odd = Odd()\n"
        "class Listed(list):\n    def __iter__(self):\n        calls.append(2)\n"
        "a = [Odd(), Holder, Holder(), Listed([1])]",
        namespace,
    )
    tokens(["a", "Odd", "Holder"], namespace)
    assert namespace["calls"] == []


def test_functions_of_the_users_modules(tmp_path):
    """A function of a project's module counts with the globals that it reads there."""
    module = types.ModuleType("mine")
    module.__file__ = str(tmp_path / "mine.py")
    exec(compile("state = [1]\ndef f():\n    return state", module.__file__, "exec"), vars(module))
    namespace = {"f": module.f, "mine": module}
    before = tokens(["f", "mine"], namespace)
    assert changed(before, ["f", "mine"], namespace) == []
    module.state.append(2)
    assert changed(before, ["f", "mine"], namespace) == ["f", "mine"]


def test_torch_tensors():
    """Small tensors are compared by their bytes, a network by those of its parameters."""
    torch = pytest.importorskip("torch")
    namespace = {"t": torch.zeros(3), "net": torch.nn.Linear(2, 2)}
    before = tokens(["t", "net"], namespace)
    assert changed(before, ["t", "net"], namespace) == []
    namespace["t"][0] = 1
    with torch.no_grad():
        namespace["net"].weight[0, 0] = 9
    assert changed(before, ["t", "net"], namespace) == ["net", "t"]


def test_tables():
    """Small tables and series are compared by content and labels."""
    pandas = pytest.importorskip("pandas")
    namespace = {"df": pandas.DataFrame({"a": [1, 2], "b": ["x", None]}), "s": pandas.Series([1.0])}
    before = tokens(["df", "s"], namespace)
    namespace["df"].head()
    assert changed(before, ["df", "s"], namespace) == []
    namespace["df"].loc[0, "a"] = 5
    namespace["s"].index = ["z"]
    assert changed(before, ["df", "s"], namespace) == ["df", "s"]
