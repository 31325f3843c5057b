"""Digests of values: equal for equal values, other ones for any change, and none of the user's code is run for them."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime as dt
import enum
import io
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seednb.contents import Contents
from seednb.libraries import OpaqueError
from seednb.plain import BoundError


def digest(value: Any, **limits: float) -> bytes:
    """Return the digest of a value, with all the time that it takes."""
    return Contents(lambda _size: None, **limits).digest(value)


leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.complex_numbers(allow_nan=False)
)
hashable = st.recursive(leaves, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4), max_leaves=6)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=6) | st.tuples(inner) | st.dictionaries(leaves, inner, max_size=4) | st.sets(hashable, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None)  # how long it takes depends on who else is at work
@given(values)
def test_equal_values_have_equal_digests(value):
    """A copy of nested containers has the digest of the original."""
    assert digest(value) == digest(copy.deepcopy(value))


@settings(deadline=None)  # how long it takes depends on who else is at work
@given(st.lists(leaves, min_size=1, max_size=8), st.data())
def test_a_changed_leaf_changes_the_digest(items, data):
    """Another value, or one of another type, in one place of a container gives another digest."""
    place = data.draw(st.integers(0, len(items) - 1))
    other = data.draw(leaves.filter(lambda leaf: (type(leaf), repr(leaf)) != (type(items[place]), repr(items[place]))))
    changed = [*items[:place], other, *items[place + 1 :]]
    for wrap in (list, tuple, collections.deque, lambda found: {"a": {"b": found}}, lambda found: dict(enumerate(found))):
        assert digest(wrap(items)) != digest(wrap(changed))


@settings(deadline=None)  # how long it takes depends on who else is at work
@given(st.lists(st.integers() | st.text(), unique_by=lambda item: (type(item), item)))
def test_sets_have_no_order_and_dicts_have_one(items):
    """The digest of a set does not depend on its order; that of a dict does."""
    assert digest(set(items)) == digest({*reversed(items)})
    assert (digest(dict.fromkeys(items)) == digest(dict.fromkeys(reversed(items)))) is (len(items) < 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        ("1", b"1"),
        ([], ()),
        ([1, 2, 3, 4], [1, 2, 3, 5]),
        ([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0]),
        (["a", "bc", "d", "e"], ["ab", "c", "d", "e"]),
        ([2**70, 1, 2, 3], [2**70 + 1, 1, 2, 3]),
        (b"x" * 99, b"x" * 98 + b"y"),
        (slice(1, 2), slice(1, 3)),
        (range(3), range(4)),
        (dt.date(2020, 1, 1), dt.date(2020, 1, 2)),
        (dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc), dt.datetime(2020, 1, 1, 0, 0, 0, 1, tzinfo=dt.timezone.utc)),
        (dt.timedelta(1), dt.timedelta(2)),
        (collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)),
        (collections.Counter("aab"), collections.Counter("abb")),
    ],
)
def test_these_differ(one, other):
    """Values that look alike have digests of their own."""
    assert digest(one) != digest(other)
    assert digest(one) == digest(copy.copy(one))


def test_what_refers_to_itself_has_a_digest():
    """Cycles end, and tell where they lead."""

    def ring(inner: Any) -> Any:
        outer: list[Any] = [1]
        outer.append([outer, inner])
        return outer

    assert digest(ring(1)) == digest(ring(1)) != digest(ring(2))
    shared: list[Any] = []
    for _ in range(50):
        shared = [shared, shared]
    assert digest(shared)


class Colour(enum.Enum):
    """An enumeration of the notebook's."""

    RED = 1
    GREEN = 2


@dataclasses.dataclass
class Point:
    """A dataclass of the notebook's."""

    x: float
    tags: list[str] = dataclasses.field(default_factory=list)


class Slotted:
    """An object without a dictionary."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Hostile:
    """An object whose every method is the user's."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")

    def _refuse(self, *_arguments: Any) -> Any:
        raise AssertionError("the user's code was run")

    __eq__ = __hash__ = __repr__ = __str__ = __len__ = __iter__ = __reduce_ex__ = __reduce__ = __getstate__ = __bool__ = _refuse
    __class__ = property(_refuse)
    __dict__ = property(_refuse)


class HostileList(list):  # type: ignore[type-arg]
    """A list whose contents are asked of the list only."""

    def __iter__(self) -> Any:
        raise AssertionError("the user's code was run")

    __len__ = __getitem__ = __eq__ = __hash__ = __repr__ = __iter__  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (Colour.RED, Colour.RED, Colour.GREEN),
        (Point(1.0, ["a"]), Point(1.0, ["a"]), Point(1.0, ["b"])),
        (Slotted([1]), Slotted([1]), Slotted([2])),
        (HostileList([1, 2]), HostileList([1, 2]), HostileList([1, 3])),
        (ValueError("a", 1), ValueError("a", 1), ValueError("a", 2)),
    ],
)
def test_objects_are_what_they_hold(one, same, other):
    """Objects of equal contents have equal digests, wherever they lie."""
    assert digest(one) == digest(same) != digest(other)


def test_no_code_of_the_user_is_run():
    """An object that answers nothing is looked at past its own methods; what cannot be had so is left out."""
    contents = Contents(lambda _size: None)
    assert contents.digest([Hostile(1)])


def test_functions_are_their_code():
    """Functions of equal code and captured values have equal digests, sets in them included; of another code or value, other ones."""

    def make(value: Any, text: str = "lambda x: x + value") -> Any:
        return eval(f"lambda value: {text}", {"__name__": "__main__"})(value)

    assert digest(make(1)) == digest(make(1))
    assert len({digest(make(1)), digest(make(2)), digest(make(1, "lambda x: x - value"))}) == 3
    assert digest(make(1, "lambda x: x in {'a', 'b', 'c', value}")) == digest(make(1, "lambda x: x in {'a', 'b', 'c', value}"))


def test_addresses_do_not_enter():
    """What is only an identity is named by its type as left out, beside what is digested."""
    contents = Contents(lambda _size: None)
    first = contents.digest({"a": 1, "o": object()})
    assert contents.left_out == {"builtins.object"}
    assert first == contents.digest({"a": 1, "o": object()})
    assert first != contents.digest({"a": 2, "o": object()})


@pytest.mark.parametrize("value", [iter([]), (part for part in ()), time, object(), io.StringIO()], ids=lambda value: type(value).__name__)
def test_handles_cannot_be_digested(value):
    """Iterators, generators, modules, bare objects and files are named by their type."""
    with pytest.raises(OpaqueError, match=rf"^\w+\.{type(value).__name__}$"):
        digest(value)


@pytest.mark.parametrize("scale", [1, 10**3, 10**6, 10**9])
def test_times_of_this_run_do_not_count(scale):
    """A number that the clock gave during the run is equal to another one; an older one is data."""
    limits = {"since": 1_700_000_000.0, "until": 1_700_000_100.0}
    assert digest({"t": 1_700_000_001 * scale}, **limits) == digest({"t": 1_700_000_055 * scale}, **limits)
    assert digest([1_700_000_001.5 * scale] * 9, **limits) == digest([1_700_000_055.25 * scale] * 9, **limits)
    assert digest({"t": 1_600_000_001 * scale}, **limits) != digest({"t": 1_600_000_055 * scale}, **limits)
    assert digest({"t": 1_800_000_001 * scale}, **limits) != digest({"t": 1_800_000_055 * scale}, **limits)


@pytest.mark.parametrize("zone", [None, dt.timezone.utc, dt.timezone(dt.timedelta(hours=5))])
def test_dates_of_this_run_do_not_count(zone):
    """A date and time that the clock gave during the run is equal to another one, in whatever time zone; an older one is data."""
    now = dt.datetime.now(zone)
    limits = {"since": time.time() - 60, "until": time.time() + 60}
    step = dt.timedelta(seconds=20)
    assert digest([now], **limits) == digest([now - step], **limits)
    assert digest([now - 100 * step], **limits) != digest([now - 101 * step], **limits)


def test_what_there_is_no_time_for_is_not_digested():
    """The check is told the size before bytes are read, and its error comes through."""
    seen = []

    def check(size: int) -> None:
        seen.append(size)
        if sum(seen) > 3_000_000:
            raise BoundError

    Contents(check).digest(b"x" * 2_000_000)
    with pytest.raises(BoundError):
        Contents(check).digest([b"x" * 2_000_000, b"y" * 2_000_000])
    assert max(seen) <= 1 << 20


def test_deep_nesting_is_left_out():
    """What nests too deeply is no danger for Python's stack."""
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(OpaqueError, match="nested too deeply"):
        digest(value)
