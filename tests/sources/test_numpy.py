"""NumPy's legacy global generator."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seednb.sources.numpy import NumpySource, find_gauss, read_public

np = pytest.importorskip("numpy")

seeds = st.integers(0, 2**32 - 1)
draws = st.lists(st.sampled_from(["rand", "randn", "standard_normal", "randint", "permutation", "uniform"]), max_size=20)
ARGUMENTS = {"rand": (7,), "randn": (3,), "randint": (100,), "permutation": (50,), "uniform": (0, 1, 400)}
SPEC_7 = "The NumPy global RNG was seeded"


@pytest.fixture(autouse=True, scope="module")
def put_back():
    """Put the global generator back after this module's tests."""
    generator, state = np.random.get_bit_generator(), np.random.get_state(legacy=False)
    yield
    np.random.set_bit_generator(generator)
    np.random.set_state(state)


@pytest.fixture
def replaced(request):
    """Put another bit generator in the place of the global one, for one test."""
    original = np.random.get_bit_generator()
    np.random.set_bit_generator(getattr(np.random, request.param)(5))
    yield request.param
    np.random.set_bit_generator(original)


def draw(names):
    """Draw from the global functions."""
    for name in names:
        getattr(np.random, name)(*ARGUMENTS.get(name, ()))


@given(seeds, draws)
def test_memory_reads_what_get_state_tells(seed, names):
    """The raw reader gives the same bytes as the public call, with the cached Gaussian, in every state."""
    np.random.seed(seed)
    draw(names)
    assert NumpySource().state() == read_public(np.random.mtrand._rand)


@given(seeds, draws, draws)
def test_restore_brings_back_every_later_draw(seed, before, after):
    """After restore() the stream goes on as it did from that state, cached Gaussian included."""
    source = NumpySource()
    source.seed(seed)
    draw(before)
    state, expected = source.state(), [*np.random.randn(3), *np.random.rand(2)]
    draw(after)
    source.restore(state)
    assert [*np.random.randn(3), *np.random.rand(2)] == expected


def test_restore_takes_states_that_look_like_text():
    """A state whose first byte is a brace is no JSON."""
    source = NumpySource()
    key = np.arange(624, dtype="uint32")
    key[0] = int.from_bytes(b"{\x80\x80\x80", "little")
    np.random.set_state(("MT19937", key, 624, 0, 0.0))
    state, expected = source.state(), np.random.rand()
    source.restore(state)
    assert np.random.rand() == expected


def test_cached_gaussian_is_seen():
    """A Gaussian kept for later is part of the state, though MT19937's own memory does not change with it."""
    source = NumpySource()
    source.seed(42)
    np.random.randn()
    kept = source.state()
    np.random.randn()
    assert source.state() != kept


@given(seeds)
def test_seed_gives_the_stream_of_numpy_seed(seed):
    """Seeding gives what `np.random.seed` gives, also where a Gaussian was kept before."""
    np.random.randn()
    NumpySource().seed(seed)
    ours = [*np.random.randn(3), *np.random.rand(2), np.random.randint(1000)]
    np.random.seed(seed)
    assert [*np.random.randn(3), *np.random.rand(2), np.random.randint(1000)] == ours


@pytest.mark.parametrize("replaced", ["MT19937"], indirect=True)
def test_seeding_is_not_by_hand_in_the_sense_of_spec_7(replaced):
    """After seeding, a function that SPEC 7 has moved to Generators warns of no seeded global state; after np.random.seed it does."""
    util = pytest.importorskip("scipy._lib._util")
    if not hasattr(util, "_transition_to_rng"):
        pytest.skip("this SciPy is older than SPEC 7")

    @util._transition_to_rng("seed", end_version="99.0")
    def moved(*, rng=None):
        return rng

    NumpySource().seed(42)
    assert np.random.mtrand._rand._bit_generator._seed_seq is not None
    moved()
    np.random.seed(42)
    with pytest.warns(FutureWarning, match=SPEC_7):
        moved()


class Liar(np.random.RandomState):
    """A RandomState whose memory is not what get_state() tells."""

    def get_state(self, *arguments, **options):
        """Return another one's state."""
        return np.random.RandomState(1).get_state(*arguments, **options)


@given(seeds, draws)
def test_public_call_is_read_where_the_layout_is_not_proved(seed, names):
    """Where the self-test fails the state comes from get_state(), in the same bytes."""
    np.random.seed(seed)
    draw(names)
    assert NumpySource(_gauss_offset=-1).state() == NumpySource().state()


def test_self_test_finds_a_lie():
    """The position of the cached Gaussian is taken only if memory and get_state() agree."""
    assert find_gauss(np.random.RandomState) >= 0
    assert find_gauss(Liar) == -1


@pytest.mark.parametrize("replaced", ["PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937"], indirect=True)
def test_other_bit_generators_are_seeded_and_restored(replaced):
    """A global generator that the user has replaced is seeded by its own constructor, read, and restored exactly."""
    source = NumpySource()
    np.random.randn()
    source.seed(42)
    first = [*np.random.randn(3), np.random.rand()]
    state, expected = source.state(), [*np.random.randn(2), *np.random.randint(0, 9, 3, dtype="int32")]
    source.restore(state)
    assert [*np.random.randn(2), *np.random.randint(0, 9, 3, dtype="int32")] == expected
    source.seed(42)
    assert [*np.random.randn(3), np.random.rand()] == first
    assert np.random.get_bit_generator() is np.random.mtrand._rand._bit_generator


@pytest.mark.parametrize("replaced", ["PCG64"], indirect=True)
def test_a_state_of_another_bit_generator_is_left_out(replaced):
    """A state of MT19937 is not forced upon PCG64."""
    source = NumpySource()
    before = source.state()
    source.restore(b"\0" * 2516)
    assert source.state() == before


def test_reading_and_seeding_warn_of_nothing():
    """Neither seeding nor reading emits a warning of NumPy's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = NumpySource()
        source.seed(42)
        source.restore(source.state())
