"""Generators that variables hold: found, read, put back, started anew; and what is left out."""

from __future__ import annotations

import copy
import functools
import random

import pytest

from seednb.sources.held import DEPTH, ITEMS, OBJECTS, HeldSource, join, parts, root

np = pytest.importorskip("numpy")


class Data:
    """An object of a user's with a generator."""

    def __init__(self, generator):
        self.rng = generator
        self.size = 3


def held(**namespace):
    """Return the source for all names of a namespace."""
    return HeldSource(namespace, namespace)


def chain(depth):
    """Return a generator under so many lists."""
    value = random.Random(1)
    for _ in range(depth):
        value = [value]
    return value


def closure(generator):
    """Return a function that draws from a generator of its closure."""
    return lambda: generator.random()


GENERATORS = {
    "random.Random": (lambda: random.Random(1), lambda g: [g.random(), g.gauss(0, 1), g.gauss(0, 1)]),
    "default_rng": (lambda: np.random.default_rng(1), lambda g: [g.random(), g.integers(0, 9, dtype="uint8"), g.normal()]),
    "MT19937": (lambda: np.random.Generator(np.random.MT19937(1)), lambda g: [g.random(), g.normal()]),
    "Philox": (lambda: np.random.Generator(np.random.Philox(1)), lambda g: [g.random(), g.integers(0, 9, dtype="uint8")]),
    "SFC64": (lambda: np.random.Generator(np.random.SFC64(1)), lambda g: [g.random(), g.normal()]),
    "bit generator": (lambda: np.random.PCG64DXSM(1), lambda g: [g.random_raw()]),
    "RandomState": (lambda: np.random.RandomState(1), lambda g: [g.random_sample(), g.standard_normal(), g.standard_normal()]),
    "RandomState over PCG64": (lambda: np.random.RandomState(np.random.PCG64(1)), lambda g: [g.random_sample(), g.standard_normal()]),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_a_state_that_is_put_back_brings_every_draw_back(name):
    """Reading, drawing, putting back and drawing give the same numbers, cached halves of draws included."""
    make, draw = GENERATORS[name]
    source = held(g=make())
    generator = source.found["g"][0]
    draw(generator)
    state = source.state()
    first = draw(generator)
    assert source.state() != state
    source.restore(state)
    assert (source.state(), draw(generator)) == (state, first)


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_start_anew_by_seed_and_path(name):
    """A seed starts the same stream again, another seed or path another one."""
    make, draw = GENERATORS[name]
    one, two = held(g=make()), held(h=make())

    def stream(source, seed):
        source.seed(seed)
        return draw(next(iter(source.found.values()))[0])

    assert stream(one, 5) == stream(one, 5)
    assert stream(one, 5) != stream(one, 6)
    assert stream(one, 5) != stream(two, 5)


WITHIN = {
    "g": random.Random(1),
    "draw.__self__": np.random.default_rng(1).random,
    "data.rng": Data(random.Random(1)),
    "items[1]": [None, random.Random(1)],
    "pair[0]": (random.Random(1), 2),
    "table['a']": {"a": random.Random(1)},
    "table[0].rng": {0: Data(np.random.RandomState(1))},
    "f.generator": closure(random.Random(1)),
    "p.keywords['rng']": functools.partial(print, rng=random.Random(1)),
    "deep[0][0][0][0]": chain(DEPTH),
}


@pytest.mark.parametrize("path", WITHIN)
def test_generators_are_found_within_what_names_hold(path):
    """The path leads to the generator as one would write it."""
    namespace = {root(path): WITHIN[path]}
    assert list(HeldSource(namespace, namespace).found) == [path]


def test_default_arguments_are_looked_at():
    """A function's defaults hold generators too."""

    def draw(a, rng=random.Random(1), *, other=random.Random(2)):  # noqa: B008
        return a

    assert list(held(draw=draw).found) == ["draw.__defaults__[0]", "draw.__kwdefaults__['other']"]


class Loud:
    """An object that tells when it is looked at."""

    def __init__(self):
        self.rng = random.Random(1)

    def __getattribute__(self, name):
        raise AssertionError("looked at")

    def __eq__(self, other):
        raise AssertionError("compared")

    def __bool__(self):
        raise AssertionError("asked")

    __hash__ = None


class LoudList(list):
    """A list that tells when it is iterated."""

    def __iter__(self):
        raise AssertionError("iterated")

    def __len__(self):
        raise AssertionError("counted")


def test_no_code_of_the_users_runs():
    """Looking for generators calls no method of the objects on the way."""
    source = held(loud=Loud(), items=LoudList([random.Random(1)]))
    assert list(source.found) == ["items[0]", "loud.rng"]


@pytest.mark.parametrize(
    "value", [random._inst, np.random.mtrand._rand, np.random.mtrand._rand._bit_generator, random.SystemRandom(), random, np]
)
def test_global_generators_and_the_operating_systems_are_left_out(value):
    """The libraries' global generators are sources of their own, and SystemRandom has no state."""
    assert not held(g=value).loaded()


def test_one_generator_under_two_names_is_one():
    """Aliases, and a Generator beside its bit generator, are found once, so that they are not started twice."""
    generator = np.random.default_rng(1)
    assert list(held(a=generator, b=generator, c=generator.bit_generator, d=[generator]).found) == ["a"]


def test_the_search_is_bounded():
    """What lies deeper, or behind more objects or items than the limits, is not looked at."""
    assert not held(deep=chain(DEPTH + 1)).loaded()
    assert not held(many=[0] * ITEMS + [random.Random(1)]).loaded()
    wide = held(wide=[[[object() for _ in range(9)] for _ in range(9)] for _ in range(9)], z=[[[random.Random(1)]]])
    assert 9 * 9 * 9 > OBJECTS
    assert not wide.loaded()


def test_circles_end():
    """An object that refers to itself is looked at once."""
    circle = Data(random.Random(1))
    circle.me = [circle]
    assert list(held(circle=circle).found) == ["circle.rng"]


def test_only_the_names_that_are_asked_for_are_looked_at():
    """Generators of names that a cell does not read are not its business; a name that is not there is no error."""
    namespace = {"a": random.Random(1), "b": random.Random(2)}
    assert list(HeldSource(["b", "c"], namespace).found) == ["b"]


def test_what_has_gone_or_changed_its_kind_is_left_alone():
    """Putting back finds what is still there; a name that holds another kind of generator now keeps it as it is."""
    state = held(a=random.Random(1), b=np.random.default_rng(1), c=np.random.RandomState(1)).state()
    other = np.random.Generator(np.random.MT19937(9))
    unchanged = copy.deepcopy(other.bit_generator.state)
    now = held(b=other)
    now.restore(state)
    assert np.array_equal(other.bit_generator.state["state"]["key"], unchanged["state"]["key"])


def test_a_subclass_is_read_past_its_own_methods():
    """A Random with a getstate() and seed() of its own is read and started as the Random that it is."""

    class Mine(random.Random):
        def getstate(self):
            raise AssertionError("asked")

        def seed(self, *arguments):
            super().seed(0)

    source = held(g=Mine())
    source.seed(5)
    one = source.state()
    source.seed(6)
    assert source.state() != one
    source.restore(one)
    assert source.state() == one


def test_join_and_parts_are_inverse():
    """States by path survive being joined, whatever the paths and bytes are."""
    states = {"a": b"", "b['\x00']": b"\x00\xff", "ü": b"x" * 1000}
    assert parts(join(states)) == states
    assert [root(path) for path in ("a", "b.c[0]", "d[0].e")] == ["a", "b", "d"]


@pytest.mark.frameworks
def test_torch_generators_are_held():
    """A torch.Generator, also in a data loader, is found, put back and started anew; the default one is not held."""
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader([1, 2, 3], shuffle=True, generator=torch.Generator().manual_seed(3))
    source = held(loader=loader, default=torch.default_generator)
    assert list(source.found) == ["loader.generator"]
    state = source.state()
    first = torch.rand(3, generator=loader.generator).tolist()
    source.restore(state)
    assert torch.rand(3, generator=loader.generator).tolist() == first
    source.seed(2**31)
    assert torch.rand(3, generator=loader.generator).tolist() != first


@pytest.mark.frameworks
def test_tensorflow_generators_are_held():
    """A tf.random.Generator is found, put back and started anew; the global one is not held."""
    tf = pytest.importorskip("tensorflow")
    source = held(g=tf.random.Generator.from_seed(3), default=tf.random.get_global_generator())
    assert list(source.found) == ["g"]
    generator, state = source.found["g"][0], source.state()
    first = generator.normal([3]).numpy().tolist()
    source.restore(state)
    assert generator.normal([3]).numpy().tolist() == first
    source.seed(4)
    assert generator.normal([3]).numpy().tolist() != first


@pytest.mark.frameworks
def test_seed_generators_of_keras_layers_are_held():
    """The SeedGenerators of a model's layers are within reach of the model, so that a fit can be repeated."""
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(2), keras.layers.Dropout(0.5)])
    source = held(model=model)
    assert len(source.found) >= 2
    state = source.state()
    ones = np.ones((2, 4), "float32")
    first = keras.ops.convert_to_numpy(model(ones, training=True))
    assert source.state() != state
    source.restore(state)
    assert np.array_equal(keras.ops.convert_to_numpy(model(ones, training=True)), first)
    source.seed(11)
    assert not np.array_equal(source.state(), state)
