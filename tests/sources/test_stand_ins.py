"""CuPy, Paddle and MXNet where they are not installed: small stand-ins with the signatures of the real ones."""

from __future__ import annotations

import ctypes
import sys
import types
from typing import ClassVar

import pytest

from seednb.sources import SET_ONLY
from seednb.sources.cupy import CupySource
from seednb.sources.mxnet import MxnetSource
from seednb.sources.numba import NumbaSource
from seednb.sources.paddle import PaddleSource
from seednb.sources.polars import PolarsSource


def install(monkeypatch, name, **members):
    """Put a module into sys.modules."""
    module = types.ModuleType(name)
    vars(module).update(members)
    monkeypatch.setitem(sys.modules, name, module)
    return module


class RandomState:
    """CuPy's: `seed` works on the device that it was made on, which must be the current one."""

    def __init__(self, device):
        self.device = device
        self.seeds = []

    def seed(self, seed=None):
        """Take a seed."""
        assert Device.current == self.device
        self.seeds.append(seed)


class Device:
    """CuPy's context manager."""

    current: ClassVar[int] = 0

    def __init__(self, device):
        self.device, self.before = device, Device.current

    def __enter__(self):
        Device.current = self.device

    def __exit__(self, *_):
        Device.current = self.before


def test_cupy_seeds_every_device_in_use(monkeypatch):
    """The current device and each one that has a generator get the seed; the current device stays; others are not initialised."""
    states = {0: RandomState(0), 2: RandomState(2)}
    random = types.SimpleNamespace(seed=lambda seed: states.setdefault(Device.current, RandomState(Device.current)).seed(seed))
    install(monkeypatch, "cupy", random=random, cuda=types.SimpleNamespace(Device=Device))
    install(monkeypatch, "cupy.random._generator", _random_states=states)
    assert CupySource().loaded()
    CupySource().seed(42)
    assert {0: {42}, 2: {42}} == {device: set(state.seeds) for device, state in states.items()}
    assert 0 == Device.current


def test_mxnet_takes_a_c_int(monkeypatch):
    """Every seed is in the range of the C int that MXNet makes of it, with the same bits."""
    seeds = []
    install(monkeypatch, "mxnet", random=types.SimpleNamespace(seed=lambda seed_state, ctx="all": seeds.append((seed_state, ctx))))
    for seed in (0, 42, 2**32 - 1):
        MxnetSource().seed(seed)
        assert (ctypes.c_int(seed).value, "all") == seeds[-1]
    assert -(2**31) <= seeds[-1][0] < 2**31


def test_polars_takes_the_seed_as_it_is(monkeypatch):
    """Polars takes 64 bits."""
    seeds = []
    install(monkeypatch, "polars", set_random_seed=lambda seed: seeds.append(seed))
    PolarsSource().seed(2**32 - 1)
    assert [2**32 - 1] == seeds


class State:
    """The state of a Paddle generator: device, seed, offset, and the text of the processor's engine."""

    def __getstate__(self):
        return self.fields

    def __setstate__(self, fields):
        device, seed, offset, engine = fields
        assert isinstance(engine, list)
        self.fields = (device, seed, offset, engine)


class Generator:
    """A Paddle generator."""

    def __init__(self, device):
        self.fields = (device, 7, 0, list(b"12 34") if device < 0 else [])

    def get_state(self):
        """Return a copy."""
        state = State()
        state.fields = self.fields
        return state

    def set_state(self, state):
        """Take a state."""
        self.fields = state.fields


class Hidden:
    """The state of a generator of Paddle 2."""


@pytest.mark.parametrize("devices", [0, 2])
def test_paddle_generators_come_back(monkeypatch, devices):
    """The states of the processor's generator and of all devices are read by value, and put back."""
    cpu, gpus = Generator(-1), [Generator(index) for index in range(devices)]
    core = {"is_compiled_with_cuda": lambda: devices > 0, "get_cuda_device_count": lambda: devices}
    install(monkeypatch, "paddle")
    install(monkeypatch, "paddle.base.core", default_cpu_generator=lambda: cpu, default_cuda_generator=lambda index: gpus[index], **core)
    source = PaddleSource()
    before, fields = source.state(), [generator.fields for generator in (cpu, *gpus)]
    assert before == source.state()
    for index, generator in enumerate((cpu, *gpus)):
        generator.fields = (generator.fields[0], 8, 4 + index, list(b"5") if generator is cpu else [])
        assert before != source.state()
    source.restore(before)
    assert fields == [generator.fields for generator in (cpu, *gpus)]
    assert before == source.state()


def test_paddle_that_hides_its_states_can_only_be_seeded(monkeypatch):
    """States without a content, and a Paddle that is built otherwise, give no state."""
    cpu = types.SimpleNamespace(get_state=Hidden)
    install(monkeypatch, "paddle", seed=lambda seed: None)
    source = PaddleSource()
    assert source.state() is None
    install(monkeypatch, "paddle.base.core", default_cpu_generator=lambda: cpu, is_compiled_with_cuda=lambda: False)
    source.seed(42)
    assert source.state() is None
    assert {SET_ONLY} == source.traits


class Helper:
    """Numba's helper, with states that are laid out otherwise: what is read is not what was written."""

    def __init__(self):
        self.memory = (ctypes.c_ubyte * 5000)()
        self.seeds = []

    def rnd_get_np_state_ptr(self):
        """Return an address."""
        return ctypes.addressof(self.memory)

    rnd_get_py_state_ptr = rnd_get_np_state_ptr

    def rnd_seed(self, pointer, seed):
        """Take a seed."""
        self.seeds.append(seed)

    def rnd_get_state(self, pointer):
        """Return position and key."""
        return 624, [0] * 624


def test_numba_that_is_built_otherwise_can_only_be_seeded(monkeypatch):
    """Where the layout is not proved the memory is not read."""
    helper = Helper()
    monkeypatch.setitem(sys.modules, "numba._helperlib", helper)
    source = NumbaSource()
    source.seed(42)
    assert [42, 42] == helper.seeds[:2]
    assert source.state() is None
    assert {SET_ONLY} == source.traits
