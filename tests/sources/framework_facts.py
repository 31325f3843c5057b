"""Run in one fresh interpreter for all tests of PyTorch, TensorFlow and Keras: prints facts as JSON."""

from __future__ import annotations

import importlib
import json
import random
import sys
import threading
from typing import Any

import numpy as np

import seednb

facts: dict[str, Any] = {}
seednb.seed(42)
DRAWN = random.random(), np.random.rand()


def host_state() -> Any:
    """Return the states of Python's and NumPy's generators."""
    return random.getstate(), np.random.get_state()[1].tobytes(), np.random.get_state()[2:]


def moves(name: str) -> bool:
    """Tell whether importing a module moves a generator of the host."""
    before = host_state()
    importlib.import_module(name)
    return host_state() != before


facts["moved by imports"] = [name for name in ("torch", "tensorflow", "keras") if moves(name)]

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
import torch  # noqa: E402
from tensorflow.python.ops import stateful_random_ops  # noqa: E402

from seednb.runtime import session  # noqa: E402
from seednb.sources.base import unpack  # noqa: E402
from seednb.sources.keras import GENERATOR, _get  # noqa: E402
from seednb.sources.tensorflow import read_variable  # noqa: E402
from seednb.sources.torch import is_default  # noqa: E402

SOURCES = {source.name: source for source in session().sources}


def comes_back(name: str, draw: Any) -> bool:
    """Tell whether restore() repeats what `draw` gave, and state() follows."""
    source = SOURCES[name]
    state = source.state()
    first = draw()
    moved = source.state() != state
    source.restore(state)
    return moved and source.state() == state and draw() == first


def torch_facts() -> None:
    """Gather facts about PyTorch."""
    session().states()
    facts["initialised by reading"] = [
        torch.cuda.is_initialized(),
        stateful_random_ops.global_generator is not None,
        _get(GENERATOR) is not None,
    ]
    bad = []
    for seed in range(40):
        torch.manual_seed(seed)
        torch.randn(seed % 5)  # an odd number keeps a Gaussian for later
        if not comes_back("torch", lambda: [torch.randn(1).item(), torch.rand(20).tolist(), torch.randperm(9).tolist()]):
            bad.append(seed)
    facts["torch states that do not come back"] = bad
    torch.set_default_device("meta")
    facts["torch under another default device"] = comes_back("torch", lambda: torch.rand(3, device="cpu").tolist())
    torch.set_default_device(None)
    torch.manual_seed(1)
    before = SOURCES["torch"].state()
    torch.randn(1)
    one = SOURCES["torch"].state()
    torch.randn(1)
    facts["kept Gaussian of torch is seen"] = len({before, one, SOURCES["torch"].state()}) == 3
    devices = (torch.Generator(), torch.Generator())
    real = torch.cuda.default_generators, torch.cuda.is_initialized
    torch.cuda.default_generators, torch.cuda.is_initialized = devices, lambda: True
    facts["torch devices come back"] = [
        len(unpack(SOURCES["torch"].state())),
        comes_back(
            "torch",
            lambda: [torch.rand(2).tolist(), torch.rand(2, generator=devices[0]).tolist(), torch.rand(2, generator=devices[1]).tolist()],
        ),
    ]
    torch.cuda.default_generators, torch.cuda.is_initialized = real


class Philox:
    """Stands in for a device's generator, whose state is a seed and an offset in the host's memory."""

    def __init__(self) -> None:
        self.manual_seed(7)

    def manual_seed(self, seed: int) -> None:
        """Start anew."""
        self.words = [seed, 0]

    def get_state(self) -> Any:
        """Return the state's bytes."""
        return torch.from_numpy(np.array(self.words, dtype="uint64").view("uint8").copy())

    def set_state(self, state: Any) -> None:
        """Take the state's bytes."""
        self.words = [int(word) for word in state.numpy().view("uint64")]

    def draw(self) -> list[int]:
        """Return something that depends on the state, and move on."""
        self.words[1] += 4
        return list(self.words)


class Asleep:
    """Generators of devices that nobody has initialised: whoever asks for them initialises them."""

    def __iter__(self) -> Any:
        raise AssertionError("a device was initialised")


def initialise(module: Any, generators: Any, *, awake: bool) -> None:
    """Give a device module these generators."""
    module.default_generators, module.is_initialized = generators, lambda: awake


def device_facts() -> None:
    """Gather facts about accelerators, which stand-ins take the place of."""
    source = SOURCES["torch"]
    for module in (torch.cuda, torch.xpu):
        initialise(module, Asleep(), awake=False)
    torch.mps._default_mps_generator = None
    torch.manual_seed(42)
    start = source.state()
    cuda, xpu, mps = (Philox(), Philox()), (Philox(),), Philox()
    for generator in (*cuda, *xpu):
        generator.manual_seed(42)
    initialise(torch.cuda, cuda, awake=True)
    facts["an initialised device that has its seed adds nothing"] = source.state() == start
    initialise(torch.xpu, xpu, awake=True)
    torch.mps._default_mps_generator = mps
    facts["devices come back"] = [
        comes_back("torch", lambda generator=generator: [generator.draw(), torch.rand(1).item()]) for generator in (*cuda, *xpu, mps)
    ]
    facts["generators are held by nobody"] = [is_default(torch, generator) for generator in (*cuda, *xpu, mps, Philox())]
    source.restore(start)
    facts["devices go back to where they start"] = [generator.words for generator in (*cuda, *xpu, mps)]
    initialise(torch.cuda, (), awake=False)
    initialise(torch.xpu, (), awake=False)
    torch.mps._default_mps_generator = None


def tensorflow_facts() -> None:
    """Gather facts about TensorFlow and its seal."""
    seednb.seed(42)
    drawn = lambda: [tf.random.normal([2]).numpy().tolist(), tf.random.uniform([2]).numpy().tolist()]  # noqa: E731
    drawn()
    facts["tensorflow comes back"] = comes_back("tensorflow", drawn)
    glob = lambda: tf.random.get_global_generator().normal([3]).numpy().tolist()  # noqa: E731
    first = glob()
    facts["global generator comes back"] = comes_back("tensorflow", lambda: [*glob(), *drawn()])
    generator = tf.random.get_global_generator()
    facts["variable reads alike"] = read_variable(generator.state) == generator.state.numpy().tobytes()
    outside = SOURCES["tensorflow"].state()
    with tf.Graph().as_default():
        facts["variable reads alike in a graph"] = SOURCES["tensorflow"].state() == outside
    facts["variable without a handle"] = read_variable(type("Other", (), {"numpy": lambda self: np.arange(2, dtype="int64")})()).hex()
    own = lambda: [tf.random.Generator.from_non_deterministic_state().uniform([]).numpy().item() for _ in range(2)]  # noqa: E731
    mine = own()
    seednb.seed(42)
    facts["global generator restarts"] = glob() == first
    facts["own generators restart"] = own() == mine and mine[0] != mine[1]
    seednb.seed(43)
    facts["global generator follows the seed"] = glob() != first
    facts["own generators follow the seed"] = own() != mine
    seednb.off()
    original = vars(tf.random.Generator)["from_non_deterministic_state"]
    facts["unsealed generators differ"] = own() != own()
    tf.random.set_global_generator(tf.random.Generator.from_non_deterministic_state())
    seednb.seed(42)
    facts["an older global generator is restarted"] = glob() == first
    facts["the seal replaces"] = vars(tf.random.Generator)["from_non_deterministic_state"] is not original
    session().seal.take_notes()
    thread = threading.Thread(target=own)
    thread.start()
    thread.join()
    facts["notes of a thread"] = [note["kind"] for note in session().seal.take_notes()]
    seednb.off()
    facts["the original is put back"] = vars(tf.random.Generator)["from_non_deterministic_state"] is original


def keras_facts() -> None:
    """Gather facts about Keras."""
    normal = lambda: keras.ops.convert_to_numpy(keras.random.normal((2,))).tolist()  # noqa: E731
    host = lambda: {name: SOURCES[name].state() for name in ("python", "keras")}  # noqa: E731
    seednb.seed(42)
    start, first = host(), normal()
    facts["keras comes back"] = comes_back("keras", normal)
    made = SOURCES["keras"].state()
    second = normal()
    for name, state in start.items():
        SOURCES[name].restore(state)
    facts["keras without a generator comes back"] = host() == start and normal() == first
    keras.utils.clear_session()
    facts["cleared session is read"] = SOURCES["keras"].state() != made
    SOURCES["keras"].restore(made)
    facts["keras comes back into a cleared session"] = normal() == second
    variable = _get(GENERATOR).state
    state = SOURCES["keras"].state()
    facts["keras variable reads alike"] = unpack(state)[1] == keras.ops.convert_to_numpy(variable).tobytes()
    facts["keras backend"] = keras.config.backend()


torch_facts()
device_facts()
if keras.config.backend() == "tensorflow":
    tensorflow_facts()
keras_facts()
facts["failures"] = session().failures
sys.stdout.write(json.dumps(facts) + "\n")
