"""Snapshots: what a first run found, kept once, within a limit."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from seednb.snapshots import Snapshots


def test_the_first_run_counts():
    """What a later run of a cell finds changes nothing."""
    snapshots = Snapshots()
    snapshots.add("a", {"python": b"1"})
    snapshots.add("a", {"python": b"2"})
    assert snapshots.get("a").states == {"python": b"1"}


def test_what_a_cell_drew_from_is_remembered_with_it():
    """The names of the sources that a first run drew from stand beside its states; a cell that is not kept is left alone."""
    snapshots = Snapshots()
    snapshots.add("a", {"python": b"1"})
    snapshots.drew("a", frozenset({"python"}))
    snapshots.drew("b", frozenset({"numpy"}))
    assert (snapshots.get("a").drew, snapshots.get("b")) == ({"python"}, None)


def test_equal_states_are_one_object():
    """States that are equal are kept once, whichever cells and objects they come from."""
    snapshots = Snapshots()
    for key, text in (("a", "x"), ("b", "y"), ("c", "x")):
        snapshots.add(key, {"python": (text * 1000).encode(), "numpy": b"n" * 5000})
    assert snapshots.size == 1000 + 1000 + 5000
    assert snapshots.get("a").states["python"] is snapshots.get("c").states["python"]


def test_cells_that_draw_nothing_cost_less_than_a_kilobyte():
    """10,000 cells that find the same states share one table."""
    snapshots = Snapshots()
    state = {"python": b"p" * 2500, "numpy": b"n" * 2500}
    for number in range(10_000):
        snapshots.add(f"cell {number}", {name: bytes(bytearray(value)) for name, value in state.items()})
    tables = {id(snapshots.get(f"cell {number}").states) for number in range(10_000)}
    assert (len(tables), snapshots.size) == (1, 5000)
    assert sys.getsizeof(snapshots._kept) / 10_000 < 200


def test_the_oldest_are_dropped_and_said_to_be():
    """Beyond the limit the cells that ran first lose their states; they stay known as dropped, and do not come back."""
    snapshots = Snapshots(limit=3000)
    for number in range(5):
        snapshots.add(str(number), {"python": bytes([number]) * 1000})
    assert [number for number in range(5) if str(number) in snapshots] == [2, 3, 4]
    assert [snapshots.was_dropped(str(number)) for number in range(5)] == [True, True, False, False, False]
    snapshots.add("0", {"python": b"again"})
    assert snapshots.get("0") is None


def test_the_newest_is_kept_however_large():
    """One snapshot that is larger than the limit stays."""
    snapshots = Snapshots(limit=10)
    snapshots.add("a", {"python": b"x" * 100})
    snapshots.add("b", {"python": b"y" * 100})
    assert ("a" in snapshots, "b" in snapshots) == (False, True)


def test_unreadable_states_take_no_room():
    """A source that cannot be read is kept as such."""
    snapshots = Snapshots()
    snapshots.add("a", {"caffe": None})
    assert (snapshots.size, snapshots.get("a").states) == (0, {"caffe": None})


def test_since_gives_a_cell_and_those_that_came_after():
    """Snapshots come in the order of first runs, from the named cell on."""
    snapshots = Snapshots()
    for key in "abc":
        snapshots.add(key, {"python": key.encode()})
    assert [snapshot.states["python"] for snapshot in snapshots.since("b")] == [b"b", b"c"]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.dictionaries(st.sampled_from("xyz"), st.binary(max_size=40))), max_size=60))
def test_size_is_that_of_the_distinct_states_that_are_kept(found):
    """Whatever is added and dropped, the size is the sum over distinct states, and at most the limit if more than one is kept."""
    snapshots = Snapshots(limit=100)
    for key, states in found:
        snapshots.add(key, states)
    kept = [snapshots.get(key) for key in "abcdefgh" if key in snapshots]
    distinct = {state for snapshot in kept for state in snapshot.states.values()}
    assert snapshots.size == sum(map(len, distinct))
    assert snapshots.size <= 100 or len(kept) == 1
