"""PyTorch, TensorFlow and Keras: states, the seal, and what reading them must not do."""

from __future__ import annotations

import pytest

from tests.processes import once

pytestmark = pytest.mark.frameworks


def facts(backend="tensorflow"):
    """Return the facts of one process."""
    return once("import tests.sources.framework_facts", KERAS_BACKEND=backend)


def test_importing_frameworks_draws_nothing():
    """Importing PyTorch, TensorFlow and Keras after the seed moves neither Python's nor NumPy's generator."""
    assert facts()["moved by imports"] == []


def test_reading_states_initialises_nothing():
    """Fingerprints make no CUDA context and no global generator."""
    assert facts()["initialised by reading"] == [False, False, False]


def test_torch_states_come_back():
    """Every draw after restore() is the one that followed state(), the kept Gaussian included."""
    assert facts()["torch states that do not come back"] == []


def test_torch_sees_a_kept_gaussian():
    """The Gaussian that PyTorch keeps for later is part of the state."""
    assert facts()["kept Gaussian of torch is seen"]


def test_torch_is_read_on_the_host_whatever_the_default_device():
    """`torch.set_default_device` changes neither reading nor restoring."""
    assert facts()["torch under another default device"]


def test_torch_devices_that_are_in_use_belong_to_the_state():
    """The generators of initialised CUDA devices are read and restored with the host's."""
    assert facts()["torch devices come back"] == [4, True]


def test_torch_devices_are_read_without_initialising_them():
    """A device that nobody has initialised is not asked, and one that has its seed and has drawn nothing is equal to it."""
    assert facts()["an initialised device that has its seed adds nothing"]


def test_torch_devices_of_every_kind_come_back():
    """The generators of CUDA, XPU and MPS devices are read and restored with the host's; from a state before them they start anew."""
    assert [True, True, True, True] == facts()["devices come back"]
    assert [[42, 0]] * 4 == facts()["devices go back to where they start"]
    assert [True, True, True, True, False] == facts()["generators are held by nobody"]


def test_tensorflow_states_come_back():
    """Ops without a seed of their own repeat after restore(), and so does the global generator."""
    assert facts()["tensorflow comes back"]
    assert facts()["global generator comes back"]


def test_tensorflow_variables_are_read_exactly():
    """The quick reader gives the bytes of numpy(), inside a graph too, and falls back to it."""
    assert facts()["variable reads alike"]
    assert facts()["variable reads alike in a graph"]
    assert facts()["variable without a handle"] == "0000000000000000" + "0100000000000000"


@pytest.mark.parametrize("backend", ["tensorflow", pytest.param("torch", marks=pytest.mark.slow)])
def test_keras_states_come_back(backend):
    """The global SeedGenerator comes back, where there was none as well, on each backend."""
    found = facts(backend)
    assert found["keras backend"] == backend
    assert found["keras comes back"]
    assert found["keras without a generator comes back"]
    assert found["keras variable reads alike"]


def test_keras_session_may_be_cleared():
    """`clear_session()` is seen, and a state from before it can be restored."""
    assert facts()["cleared session is read"]
    assert facts()["keras comes back into a cleared session"]


def test_tensorflow_generators_follow_the_seed():
    """The global generator and unseeded ones of the user's repeat with the seed and differ with another."""
    assert facts()["global generator restarts"]
    assert facts()["own generators restart"]
    assert facts()["global generator follows the seed"]
    assert facts()["own generators follow the seed"]


def test_tensorflow_global_generator_from_before_the_seed_is_restarted():
    """A global generator that exists when the seed is set starts the same stream as a new one."""
    assert facts()["an older global generator is restarted"]


def test_tensorflow_in_a_thread_is_sealed_too():
    """A generator that a thread makes is sealed by the thread's path, and that is noted."""
    assert facts()["notes of a thread"] == ["sealed"]


def test_tensorflow_is_put_back():
    """After off() the class has its own method back, and unseeded generators differ again."""
    assert facts()["the seal replaces"]
    assert facts()["the original is put back"]
    assert facts()["unsealed generators differ"]


def test_nothing_went_wrong_silently():
    """No hook had to hide an error."""
    assert facts()["failures"] == []
