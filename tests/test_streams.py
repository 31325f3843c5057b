"""Rewinding, cells' own streams, and the guard: what the runtime writes, and when it says `not now`."""

from __future__ import annotations

import random
import threading

import pytest

from seednb.digest import digest
from seednb.errors import NotNowError, SeedError, SeednbError
from seednb.runtime import Runtime
from seednb.snapshots import Snapshots
from seednb.sources import READABLE, SET_ONLY
from seednb.streams import PER_CELL, STREAM, stream_key
from tests.fakes import Counter, load, start


@pytest.fixture
def seeded(runtime):
    """Return a runtime with the sources `a` and `b` loaded and seeded with 1."""
    load("a"), load("b")
    start(runtime, 1)
    return runtime


def run(runtime, key, *draws, names=()):
    """Run a cell that draws from the named modules; return what it drew."""
    runtime.begin_cell(key, names)
    drawn = [load(name).draw() for name in draws]
    runtime.facts = runtime.end_cell()
    return drawn


def elsewhere(action):
    """Do something in another thread; return what it raised."""
    raised = []

    def work():
        try:
            action()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return raised[0] if raised else None


# -- the guard -----------------------------------------------------------------------------------------


def test_draws_between_cells_are_put_back_and_noted(seeded):
    """What draws between two cells moves no stream, and the next cell has a note of it."""
    assert run(seeded, "one", "a") == [1001]
    load("a").draw(), load("b").draw()
    assert run(seeded, "two", "a", "b") == [1002, 1001]
    assert seeded.facts.notes == [{"kind": "between", "where": "before the cell", "what": "a, b: put back"}]
    assert run(seeded, "three", "a") == [1003]
    assert seeded.facts.notes == []


REASONS = {
    "a widget's callback": (lambda runtime: setattr(runtime.guard, "callback_ran", True), "a widget's callback has run"),
    "a cell in a subshell": (lambda runtime: setattr(runtime, "elsewhere", 1), "another cell is running"),
}


@pytest.mark.parametrize("reason", REASONS)
def test_draws_that_somebody_may_have_used_stay(seeded, reason):
    """Where a user's code may have drawn, nothing is put back, and the reason is told."""
    prepare, text = REASONS[reason]
    run(seeded, "one", "a")
    prepare(seeded)
    load("a").draw()
    assert run(seeded, "two", "a") == [1003]
    assert seeded.facts.notes == [{"kind": "between", "where": "before the cell", "what": f"a: not put back, {text}"}]


def test_sources_that_cannot_be_put_back_exactly_stay(fake):
    """A source with hidden counters is reported and left, and so are the others that were drawn from with it."""
    made = Runtime([Counter("a"), Counter("b", traits=frozenset({READABLE}))])
    load("a"), load("b")
    start(made, 1)
    run(made, "one")
    load("a").draw(), load("b").draw()
    assert run(made, "two", "a", "b") == [1002, 1002]
    assert made.facts.notes[0]["what"] == "a, b: not put back, b cannot be put back exactly"
    made.stop()


def test_generators_of_the_last_cell_are_guarded_too(seeded):
    """A generator that a variable holds is watched until the next cell begins."""
    seeded.rewinding.namespace = {"g": random.Random(1)}
    run(seeded, "one", names=["g"])
    expected = random.Random(1).random()
    seeded.rewinding.namespace["g"].random()
    run(seeded, "two")
    assert seeded.facts.notes[0]["what"] == "held: put back"
    assert seeded.rewinding.namespace["g"].random() == expected


def test_seeding_between_cells_is_no_draw(seeded):
    """A seed that is set between two cells is not put back."""
    run(seeded, "one", "a")
    start(seeded, 5)
    assert run(seeded, "two", "a") == [5001]
    assert seeded.facts.notes == []


def test_without_a_seed_nothing_is_guarded(seeded):
    """After stop() draws between cells are nobody's business."""
    run(seeded, "one", "a")
    seeded.stop()
    load("a").draw()
    assert run(seeded, "two", "a") == [1003]
    assert seeded.facts.notes == []


# -- rewinding -----------------------------------------------------------------------------------------


def test_rewinding_puts_sources_back_to_where_a_cell_first_found_them(seeded):
    """After a rewind the cell draws what its first run drew, also if it ran again since."""
    run(seeded, "one", "a")
    assert run(seeded, "two", "a", "b") == [1002, 1001]
    run(seeded, "two", "a", "b")
    assert seeded.rewind("two") == ("two", ["a", "b"], [])
    assert run(seeded, "two", "a", "b") == [1002, 1001]


def test_rewinding_within_a_cell_makes_it_repeat(seeded):
    """A cell that rewinds to itself first draws the same in each run, and does not count as drawing."""
    for _ in range(2):
        run(seeded, "one", "a")
        seeded.begin_cell("two")
        seeded.rewind("two")
        assert load("a").draw() == 1002
        facts = seeded.end_cell()
    assert facts.sources == {"a": digest(b"1002")}


def test_rewinding_reaches_the_generators_that_later_cells_found(seeded):
    """Rewinding to a cell puts back what variables hold as the cells from there on first found it; what is gone is named."""
    seeded.rewinding.namespace = {"g": random.Random(1), "h": random.Random(2), "i": random.Random(3)}
    for key, name in (("one", "g"), ("two", "h"), ("three", "i")):
        seeded.begin_cell(key, [name])
        seeded.rewinding.namespace[name].random()
        seeded.end_cell()
    seeded.rewinding.namespace["g"].random()
    del seeded.rewinding.namespace["i"]
    assert seeded.rewind("two") == ("two", ["a", "b", "h"], ["i"])
    assert seeded.rewinding.namespace["h"].random() == random.Random(2).random()
    assert seeded.rewinding.namespace["g"].random() not in {random.Random(1).random()}


def test_sources_imported_since_start_as_at_their_import(runtime):
    """Rewinding to a cell from before an import starts the new source's stream, as the import in a fresh runtime would."""
    load("a")
    start(runtime, 1)
    run(runtime, "one", "a")
    run(runtime, "two", "b")
    runtime.rewind("one")
    assert run(runtime, "one", "a", "b") == [1001, 1001]


def test_rewinding_is_refused_with_a_source_that_can_only_be_seeded(fake):
    """A set-only source is named, and nothing is put back."""
    made = Runtime([Counter("a"), Counter("b", traits=frozenset({SET_ONLY}))])
    load("a"), load("b")
    start(made, 1)
    run(made, "one", "a")
    with pytest.raises(SeednbError, match="cannot rewind: b can be seeded, not put back"):
        made.rewind("one")
    assert load("a").draw() == 1002
    made.stop()


def test_cells_that_cannot_be_rewound_to_are_told_why(seeded):
    """A cell that has not run, one whose states were dropped, and any cell without a seed: each has its reason."""
    with pytest.raises(SeednbError, match="to cell x: it has not run since the seed was set"):
        seeded.rewind("x")
    seeded.rewinding.snapshots = Snapshots(limit=5)
    run(seeded, "one", "a", "b"), run(seeded, "two", "a", "b"), run(seeded, "three")
    with pytest.raises(SeednbError, match="to cell one: its states were dropped"):
        seeded.rewind("one")
    seeded.stop()
    with pytest.raises(SeednbError, match="no seed is set"):
        seeded.rewind("x")


def test_is_back_tells_whether_a_cell_would_draw_the_same(seeded):
    """After its run a cell's sources are elsewhere; after a rewind, or the seed again, they are back. Others do not matter."""
    seeded.rewinding.namespace = {"g": random.Random(1)}
    seeded.begin_cell("one", ["g"])
    load("a").draw(), seeded.rewinding.namespace["g"].random()
    seeded.end_cell()
    assert not seeded.is_back("one")
    seeded.rewind("one")
    assert seeded.is_back("one")
    load("b").draw()
    assert seeded.is_back("one")
    seeded.rewinding.namespace["g"].random()
    assert not seeded.is_back("one")
    assert not seeded.is_back("never ran")


# -- one cell on its own stream --------------------------------------------------------------------------


def test_a_lent_stream_is_taken_back_when_the_cell_ends(seeded):
    """A cell with a seed of its own draws what that seed gives; afterwards all is where it was."""
    run(seeded, "one", "a")
    seeded.begin_cell("two")
    assert seeded.lend(7) == []
    assert load("a").draw() == 7001
    facts = seeded.end_cell()
    assert (facts.sources, facts.drew) == ({"a": digest(b"7001")}, frozenset())
    assert run(seeded, "three", "a", "b") == [1002, 1001]
    assert seeded.facts.notes == []


def test_lending_twice_gives_back_what_was_there_first(seeded):
    """The second seed of a cell counts until it ends; what is put back is what the cell found."""
    run(seeded, "one", "a")
    seeded.begin_cell("two")
    seeded.lend(7), seeded.lend(8)
    assert load("a").draw() == 8001
    seeded.end_cell()
    assert run(seeded, "three", "a") == [1002]


def test_a_source_that_a_lent_stream_loads_starts_anew_afterwards(runtime):
    """What is imported under a cell's own seed starts from it, and from the run's seed after the cell."""
    start(runtime, 1)
    runtime.begin_cell("one")
    runtime.lend(7)
    assert load("a").draw() == 7001
    runtime.end_cell()
    assert run(runtime, "two", "a") == [1001]


def test_a_seed_within_a_lent_stream_stays(seeded):
    """A cell that sets the run's seed after all keeps it when it ends."""
    seeded.begin_cell("one")
    seeded.lend(7)
    start(seeded, 9)
    load("a").draw()
    seeded.end_cell()
    assert run(seeded, "two", "a") == [9002]


def test_a_lent_stream_does_not_hide_that_nothing_was_drawn(seeded):
    """A cell on its own stream leaves the start seed replaceable, as long as no other cell has drawn."""
    seeded.begin_cell("one")
    seeded.lend(7)
    load("a").draw()
    seeded.end_cell()
    start(seeded, 3)
    assert (seeded.start_seed, seeded.reseeds) == (3, [])


def test_set_only_sources_go_on_with_a_new_stream_after_a_lent_one(fake):
    """What cannot be put back is named, and repeats neither the lent stream nor the run's."""
    made = Runtime([Counter("a", traits=frozenset({SET_ONLY}))])
    load("a")
    start(made, 1)
    drawn = run(made, "one", "a")
    made.begin_cell("two")
    assert made.lend(7) == ["a"]
    drawn.append(load("a").draw())
    made.end_cell()
    drawn += run(made, "three", "a")
    assert (drawn[:2], len(set(drawn))) == ([1001, 7001], 3)
    made.stop()


def test_bad_seeds_lend_nothing(seeded):
    """What is no seed raises, and the cell goes on in the run's stream."""
    seeded.begin_cell("one")
    with pytest.raises(SeedError):
        seeded.lend(-1)
    assert load("a").draw() == 1001


# -- a stream for each cell --------------------------------------------------------------------------------


def test_cells_with_streams_of_their_own_draw_the_same_in_any_order(fake):
    """In per-cell mode a cell draws the same whenever it runs, and different cells draw different numbers."""

    def drawn(order):
        made = Runtime([Counter("a"), Counter("b")])
        load("a"), load("b")
        start(made, 1)
        made.set_mode(PER_CELL)
        found = {key: run(made, key, "a", "b") for key in order}
        made.stop()
        return found

    first = drawn(["x", "y", "z"])
    assert drawn(["z", "y", "x", "x", "y"]) == first
    values = [value for pair in first.values() for value in pair]
    assert len(set(values)) == 6


def test_a_cells_facts_name_its_stream(seeded):
    """The key of the stream is told, and a run of the cell counts as repeatable."""
    seeded.set_mode(PER_CELL)
    run(seeded, "x", "a")
    assert (seeded.facts.stream, seeded.facts.drew) == ("x", frozenset())
    seeded.set_mode(STREAM)
    run(seeded, "x", "a")
    assert (seeded.facts.stream, seeded.facts.drew) == (None, {"a"})


def test_a_recorded_stream_wins_over_the_cells_key(seeded):
    """A cell whose key has changed draws what its recorded stream gives."""
    seeded.set_mode(PER_CELL)
    expected = run(seeded, "old", "a")
    seeded.streams = {"new": "old"}
    assert (run(seeded, "new", "a"), seeded.facts.stream) == (expected, "old")


def test_the_mode_counts_from_the_cell_that_sets_it(seeded):
    """The rest of the cell that asks for per-cell streams draws from its own; going back starts the one stream anew."""
    seeded.begin_cell("x")
    seeded.set_mode(PER_CELL)
    inside = load("a").draw()
    seeded.end_cell()
    assert run(seeded, "x", "a") == [inside]
    seeded.begin_cell("y")
    seeded.set_mode(STREAM)
    assert load("a").draw() == 1001
    seeded.end_cell()


def test_set_only_sources_follow_the_cells_streams(fake):
    """A source that can only be seeded is seeded once in stream mode, and from each cell's stream in per-cell mode."""
    made = Runtime([Counter("a", traits=frozenset({SET_ONLY}))])
    load("a")
    start(made, 1)
    assert [run(made, key, "a") for key in "xyx"] == [[1001], [1002], [1003]]
    made.set_mode(PER_CELL)
    x, y, again = (run(made, key, "a") for key in "xyx")
    assert x == again != y
    made.stop()


def test_held_generators_follow_the_cells_streams(seeded):
    """A generator that a cell reads starts from the cell's stream."""
    seeded.rewinding.namespace = {"g": random.Random(1)}
    seeded.set_mode(PER_CELL)

    def drawn(key):
        seeded.begin_cell(key, ["g"])
        value = seeded.rewinding.namespace["g"].random()
        seeded.end_cell()
        return value

    assert drawn("x") == drawn("x") != drawn("y")


def test_a_source_imported_by_a_cell_starts_from_its_stream(runtime):
    """What a cell imports draws the same there as when the cell runs again."""
    start(runtime, 1)
    runtime.set_mode(PER_CELL)
    assert run(runtime, "x", "a") == run(runtime, "x", "a")


def test_drawing_in_own_streams_is_drawing(seeded):
    """A seed after cells that drew from their own streams is a reseed; before any draw it replaces the start seed."""
    seeded.set_mode(PER_CELL)
    run(seeded, "x")
    start(seeded, 2)
    assert (seeded.start_seed, seeded.reseeds) == (2, [])
    run(seeded, "x", "a"), run(seeded, "y")
    start(seeded, 3)
    assert (seeded.start_seed, seeded.reseeds) == (2, [("", 3)])


@pytest.mark.parametrize("key", ["", "with blank", "é", "x" * 65])
def test_stream_keys_can_be_recorded(key):
    """A key that the record's line cannot hold is replaced by one that stands for it."""
    assert stream_key(key) == stream_key(key) != stream_key(key + "!")
    assert stream_key(key).isascii()
    assert 0 < len(stream_key(key)) <= 64
    assert stream_key("cell-1") == "cell-1"


# -- one owner -----------------------------------------------------------------------------------------

WRITES = {
    "rewind": lambda runtime: runtime.rewind("one"),
    "lend": lambda runtime: runtime.lend(3),
    "mode": lambda runtime: runtime.set_mode(PER_CELL),
}


@pytest.mark.parametrize("write", WRITES)
def test_other_threads_are_told_not_now(seeded, write):
    """Outside the main thread nothing is written."""
    run(seeded, "one", "a")
    seeded.begin_cell("two")
    assert isinstance(elsewhere(lambda: WRITES[write](seeded)), NotNowError)
    assert load("a").draw() == 1002


@pytest.mark.parametrize("write", WRITES)
def test_beside_another_cell_the_answer_is_not_now(seeded, write):
    """While a cell of a subshell runs beside this one, nothing is written."""
    run(seeded, "one", "a")
    seeded.begin_cell("two")
    seeded.elsewhere = 1
    with pytest.raises(NotNowError, match="another cell is running"):
        WRITES[write](seeded)
    assert load("a").draw() == 1002


def test_own_streams_wait_for_a_cell_elsewhere(seeded):
    """A cell beside another one draws from where the sources are, has no stream of its own, and `%seed` tells."""
    seeded.set_mode(PER_CELL)
    run(seeded, "x", "a")
    value = load("a").value
    seeded.elsewhere = 1
    seeded.guard.callback_ran = True
    assert run(seeded, "x", "a") == [value + 1]
    assert seeded.facts.stream is None
    assert "could not have its own stream" in seeded.failures[0]
