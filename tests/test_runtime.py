"""The runtime: who is seeded when, what a cell has done, and that only it writes."""

from __future__ import annotations

import random

import pytest

from seednb.digest import digest
from seednb.errors import SeedError, SeednbError
from seednb.runtime import Runtime
from seednb.sources import READABLE, SET_ONLY
from tests.fakes import Counter, load, start


def test_loaded_sources_are_seeded_now_and_others_at_their_import(runtime):
    """start() seeds what is loaded; what is imported later starts the same stream."""
    a = load("a")
    start(runtime, 5)
    assert (a.draw(), load("b").draw()) == (5001, 5001)


def test_late_import_resets_no_generator_in_use(runtime):
    """Importing one system leaves another where it is."""
    a = load("a")
    start(runtime, 5)
    a.draw()
    load("b")
    assert a.draw() == 5002


def test_draws_of_an_import_are_put_back_for_old_and_new_systems(runtime, fake):
    """Installed code that draws while it is imported moves neither a system in use nor one that it has brought with it."""
    fake("draws", "import seednb_fake_a as a, seednb_fake_b as b\na.draw(); b.draw()")
    a = load("a")
    start(runtime, 5)
    a.draw()
    load("draws")
    assert (a.draw(), load("b").draw()) == (5002, 5001)


def test_draws_of_a_failing_import_are_put_back(runtime, fake):
    """An import that raises after drawing leaves all generators where they were."""
    fake("fails", "import seednb_fake_a as a, seednb_fake_b as b\na.draw(); b.draw()\n1 / 0")
    a = load("a")
    start(runtime, 5)
    with pytest.raises(ZeroDivisionError):
        load("fails")
    assert (a.draw(), load("b").draw()) == (5001, 5001)


def test_systems_that_cannot_be_restored_are_left_where_an_import_moved_them(fake):
    """Only `exact-restore` sources are put back after an import; others would lose hidden counters."""
    runtime = Runtime([Counter("a", traits=frozenset({READABLE}))])
    fake("draws", "import seednb_fake_a as a\na.draw()")
    a = load("a")
    start(runtime, 5)
    load("draws")
    runtime.stop()
    assert a.draw() == 5002


def test_start_seed_is_the_first_one_after_which_something_was_drawn(runtime):
    """Seeds without a draw in between replace the start seed; after a draw they are reseeds, with their cell."""
    a = load("a")
    start(runtime, 1, "environment")
    start(runtime, 2)
    assert (runtime.start_seed, runtime.origin, runtime.reseeds) == (2, "magic", [])
    a.draw()
    runtime.begin_cell("cell")
    start(runtime, 3, "generated")
    runtime.end_cell()
    assert (runtime.start_seed, runtime.origin, runtime.reseeds) == (2, "magic", [("cell", 3)])
    assert (runtime.seed, runtime.seed_origin) == (3, "generated")
    runtime.start(4, "magic")
    assert (runtime.start_seed, runtime.reseeds) == (2, [("cell", 3), ("", 4)])


def test_a_seed_in_another_cell_is_a_reseed(runtime):
    """A cell that is run again sets the start seed again; another one that sets a seed is listed, draws or not: a replay runs both."""
    start(runtime, 1, "environment")
    for cell, seed in (("first", 2), ("first", 3), ("second", 4)):
        runtime.begin_cell(cell)
        start(runtime, seed)
        runtime.end_cell()
    assert (runtime.start_seed, runtime.reseeds) == (3, [("second", 4)])


def test_seed_from_before_the_cells_holds_at_the_first_one(runtime):
    """What draws between a start-up seed and the first cell, as front ends make kernels do, moves no stream."""
    a = load("a")
    runtime.start(1, "environment", sealing=False, before_cells=True)
    a.draw()
    runtime.begin_cell("first")
    assert a.draw() == 1001
    assert (runtime.end_cell().sources, runtime.reseeds) == ({"a": digest(b"1001")}, [])


def test_bad_seed_changes_nothing(runtime):
    """What is no seed raises, and neither seed nor streams change."""
    a = load("a")
    start(runtime, 1)
    a.draw()
    with pytest.raises(SeedError, match="out of range"):
        start(runtime, 2**32)
    assert (runtime.seed, a.draw()) == (1, 1002)


def test_cell_facts_name_the_changed_sources(runtime):
    """A cell's facts have the digests of the sources that it moved, and of no others."""
    a, _ = load("a"), load("b")
    start(runtime, 1)
    runtime.begin_cell("one")
    a.draw()
    assert runtime.end_cell() == ("one", True, {"a": digest(b"1001")}, [], None, {"a"}, None)
    runtime.begin_cell("two")
    assert runtime.end_cell() == ("two", True, {}, [], None, frozenset(), None)


def test_nested_cells_are_told_each_for_itself(runtime):
    """An inner cell's facts are its own draws; the outer one's are all of them."""
    a = load("a")
    start(runtime, 1)
    runtime.begin_cell("outer")
    a.draw()
    runtime.begin_cell("inner")
    assert runtime.cell == "inner"
    a.draw()
    assert runtime.end_cell().sources == {"a": digest(b"1002")}
    assert runtime.cell == "outer"
    assert runtime.end_cell().sources == {"a": digest(b"1002")}
    assert (runtime.cell, runtime.end_cell()) == ("", None)


def test_a_source_loaded_in_a_cell_is_changed_by_it(runtime):
    """The cell that imports a system changes it."""
    start(runtime, 1)
    runtime.begin_cell("imports")
    load("a")
    assert runtime.end_cell().sources == {"a": digest(b"1000")}


def test_cells_are_seeded_if_nothing_was_drawn_before_the_seed(runtime):
    """The cell that seeds is seeded unless it drew before it did."""
    a = load("a")
    runtime.begin_cell("seeds first")
    start(runtime, 1)
    a.draw()
    assert runtime.end_cell().seeded
    runtime.stop()
    runtime.begin_cell("draws first")
    a.draw()
    start(runtime, 1)
    assert not runtime.end_cell().seeded
    runtime.begin_cell("after")
    assert runtime.end_cell().seeded


def test_unreadable_states_are_told_as_such(fake):
    """A set-only source that is loaded in a cell has a dash for a digest."""
    runtime = Runtime([Counter("a", traits=frozenset({SET_ONLY}))])
    start(runtime, 1)
    runtime.begin_cell("loads")
    load("a")
    facts = runtime.end_cell()
    runtime.stop()
    assert facts.sources == {"a": "-"}


@pytest.mark.parametrize("what", ["state", "seed", "restore"])
def test_broken_source_spoils_no_other(runtime, sources, fake, what):
    """A source that raises in an import or a cell hook is remembered, and the others are seeded, read and put back."""
    fake("draws", "import seednb_fake_a as a, seednb_fake_b as b\na.draw(); b.draw()")
    start(runtime, 1)
    load("a"), load("b")
    sources[0].broken = what
    runtime.begin_cell("cell")
    load("draws")
    assert load("b").draw() == 1001
    assert runtime.end_cell().sources.get("b") == digest(b"1001")
    start_anew = what == "seed"
    assert [f"no {what}" in failure for failure in runtime.failures] == ([] if start_anew else [True])


def test_seeding_that_fails_is_told_and_seeds_the_others(runtime, sources):
    """start() with a source that cannot be seeded raises one error that names it, with the others seeded."""
    load("a")
    b = load("b")
    sources[0].broken = "seed"
    with pytest.raises(SeednbError, match="seed 3 is set, but a could not be seeded: OSError: no seed"):
        start(runtime, 3)
    assert (b.draw(), runtime.seed) == (3001, 3)


def test_failures_are_few_and_hold_no_frames(runtime):
    """However often something fails, a few texts are kept, each once, and no traceback with the user's objects."""
    for number in range(1000):
        runtime.failed(ValueError(number % 30))
    assert len(runtime.failures) == 20
    assert all(isinstance(failure, str) for failure in runtime.failures)


def test_stop_lets_generators_go_on(runtime):
    """After stop() streams go on, nothing is seeded at import, and a new start() seeds again."""
    a = load("a")
    start(runtime, 1)
    a.draw()
    runtime.stop()
    assert (a.draw(), load("b").draw(), runtime.seed) == (1002, 1, None)
    start(runtime, 1)
    assert (a.draw(), load("b").draw()) == (1001, 1001)


def test_thread_seeds_only_what_it_has_imported(fake):
    """A source with a state for each thread waits for the main thread."""
    import threading

    runtime = Runtime([Counter("a"), Counter("b", per_thread=True)])
    start(runtime, 1)
    for name in ("a", "b"):
        thread = threading.Thread(target=load, args=(name,))
        thread.start()
        thread.join()
    assert (load("a").value, load("b").value) == (1000, 0)
    runtime.begin_cell("next")
    runtime.end_cell()
    runtime.stop()
    assert (load("a").value, load("b").value) == (1000, 1000)


def test_runtimes_have_epochs_of_their_own():
    """Two runtimes never have one epoch, whatever the seed."""
    state = random.getstate()
    random.seed(42)
    first = Runtime([]).epoch
    random.seed(42)
    second = Runtime([]).epoch
    random.setstate(state)
    assert first != second
