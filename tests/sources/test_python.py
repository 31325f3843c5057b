"""Python's `random`."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seednb.sources.python import PythonSource, read_memory, read_public, reader, write

seeds = st.integers(0, 2**32 - 1)
draws = st.lists(st.sampled_from(["random", "gauss", "getrandbits", "shuffle"]), max_size=30)


def drawn(seed: int, names: list[str]) -> random.Random:
    """Return a generator that has drawn from its methods."""
    generator = random.Random(seed)
    arguments = {"random": (), "gauss": (0.0, 1.0), "getrandbits": (19_937 * 5,), "shuffle": (list(range(50)),)}
    for name in names:
        getattr(generator, name)(*arguments[name])
    return generator


@pytest.fixture
def source():
    """Return the source, and put the global generator back afterwards."""
    state = random.getstate()
    yield PythonSource()
    random.setstate(state)


@given(seeds, draws)
def test_memory_reads_what_getstate_tells(seed, names):
    """The raw reader gives the very bytes of getstate(), with the cached Gaussian, in every state."""
    generator = drawn(seed, names)
    assert read_public(generator) == read_memory(generator)


@given(seeds, draws, draws)
def test_write_brings_back_every_later_draw(seed, before, after):
    """A generator that gets a state back draws on as it did then, cached Gaussian included."""
    generator = drawn(seed, before)
    saved, expected = read_public(generator), [generator.gauss(0, 1), generator.random()]
    for name in after:
        getattr(generator, name)(*{"gauss": (0, 1), "getrandbits": (9,), "shuffle": ([1, 2],)}.get(name, ()))
    write(generator, saved)
    assert [generator.gauss(0, 1), generator.random()] == expected


@given(seeds)
def test_states_are_equal_exactly_when_draws_are(seed):
    """Equal states have equal bytes; one draw, or a Gaussian kept for later, makes them differ."""
    assert read_public(random.Random(seed)) == read_memory(random.Random(seed))
    states = {read_memory(drawn(seed, names)) for names in ([], ["random"], ["gauss"], ["gauss", "gauss"])}
    assert len(states) == len([[], ["random"], ["gauss"], ["gauss", "gauss"]])


class Elsewhere(random.Random):
    """A generator whose memory is not what getstate() tells."""

    def getstate(self):
        """Return another generator's state."""
        return random.Random(1).getstate()


def test_memory_is_read_only_where_the_layout_is_proved():
    """Where the self-test fails the public call is read, and rightly."""
    assert reader(random.Random()) is read_memory
    assert reader(Elsewhere()) is read_public
    assert reader(Elsewhere())(Elsewhere()) == read_public(random.Random(1))


def test_seed_gives_the_stream_of_random_seed(source):
    """Seeding gives what `random.seed` gives, the first Gaussian included."""
    source.seed(42)
    ours = [random.random(), random.gauss(0, 1), random.gauss(0, 1), random.randint(0, 9)]
    random.seed(42)
    assert [random.random(), random.gauss(0, 1), random.gauss(0, 1), random.randint(0, 9)] == ours


def test_restore_continues_from_a_cached_gaussian(source):
    """restore() brings back the second Gaussian of a pair."""
    source.seed(1)
    random.gauss(0, 1)
    state, expected = source.state(), random.gauss(0, 1)
    random.seed(2)
    source.restore(state)
    assert random.gauss(0, 1) == expected
