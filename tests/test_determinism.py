"""The switches of determinism, with stand-ins for versions and machines that are not here."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from seednb.determinism import Switches, determinism


def fake_torch(version, *, cuda=False):
    """Return a module with PyTorch's switches, as settings that can be looked at."""
    torch, state = ModuleType("torch"), {"on": False, "warn": False}
    torch.__version__ = version
    torch.backends = SimpleNamespace(cudnn=SimpleNamespace(deterministic=False, benchmark=True))
    torch.cuda = SimpleNamespace(is_initialized=lambda: cuda)
    torch.utils = SimpleNamespace(deterministic=SimpleNamespace(fill_uninitialized_memory=True))
    torch.are_deterministic_algorithms_enabled = lambda: state["on"]
    torch.is_deterministic_algorithms_warn_only_enabled = lambda: state["warn"]
    torch.use_deterministic_algorithms = lambda mode, warn_only=False: state.update(on=mode, warn=warn_only)
    return torch


@pytest.fixture
def machine(monkeypatch):
    """Return a function that makes a module the only loaded framework; the variables that switch are unset."""
    for name in ("CUBLAS_WORKSPACE_CONFIG", "XLA_FLAGS"):
        monkeypatch.delenv(name, raising=False)

    def load(name, module):
        for other in ("torch", "tensorflow.python.framework.config", "jax"):
            monkeypatch.delitem(sys.modules, other, raising=False)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return load


def test_an_old_torch_needs_a_variable_before_cuda_starts(machine):
    """Below 2.10 cuBLAS is told in time; relaxed takes the variable away again, and newer versions do without."""
    import os

    switches = Switches()
    machine("torch", fake_torch("2.9.1+cu126"))
    report = switches.strict()
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert not any("CUBLAS" in text for text in report.too_late)
    switches.relaxed()
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
    machine("torch", fake_torch("2.10.0"))
    switches.strict()
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
    switches.stop()


def test_an_old_torch_after_cuda_started_is_too_late(machine):
    """Once CUDA is initialised the variable would do nothing: it is not set, and the report says what helps."""
    import os

    machine("torch", fake_torch("1.13.1", cuda=True))
    switches = Switches()
    report = switches.strict()
    switches.stop()
    assert "CUBLAS_WORKSPACE_CONFIG, since CUDA is initialised (%seed restart puts it into force)" in report.too_late
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ


def test_strict_twice_is_undone_once(machine):
    """Relaxed gives the user's own settings back, however often strict was asked for."""
    torch = machine("torch", fake_torch("2.13.0"))
    switches = Switches()
    switches.strict()
    switches.strict()
    switches.relaxed()
    assert (torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark) == (False, True)
    assert torch.utils.deterministic.fill_uninitialized_memory is True


def test_the_users_own_strictness_stays(machine):
    """What the user has switched on before is on after relaxed, warnings in place of errors included."""
    torch = machine("torch", fake_torch("2.13.0"))
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    switches = Switches()
    switches.strict()
    assert torch.is_deterministic_algorithms_warn_only_enabled() is False
    switches.relaxed()
    assert torch.are_deterministic_algorithms_enabled() is True
    assert torch.is_deterministic_algorithms_warn_only_enabled() is True


def test_a_version_without_the_switch_is_named_not_raised(machine):
    """A framework that lacks a switch is reported in one line, and so is its import later."""
    machine("torch", ModuleType("torch"))
    switches = Switches()
    report = switches.strict()
    assert "torch refuses: AttributeError: module 'torch' has no attribute 'backends'" in report.too_late
    switches.imported("torch")
    switches.stop()


def test_jax_that_has_started_is_too_late(machine, monkeypatch):
    """XLA's flag is added to the user's own ones; with a backend running, it is said to be late."""
    import os

    machine("jax", ModuleType("jax"))
    bridge = ModuleType("jax._src.xla_bridge")
    bridge._backends = {"cpu": object()}
    monkeypatch.setitem(sys.modules, bridge.__name__, bridge)
    monkeypatch.setenv("XLA_FLAGS", "--mine=1")
    switches = Switches()
    report = switches.strict()
    assert os.environ["XLA_FLAGS"] == "--mine=1 --xla_gpu_deterministic_ops=true"
    assert "XLA_FLAGS, since JAX's backend has started (%seed restart puts it into force)" in report.too_late
    switches.stop()
    assert os.environ["XLA_FLAGS"] == "--mine=1"


def test_only_strictness_from_the_start_is_recorded_as_strict(machine):
    """`strict` is recorded where every cell ran under it: switched on in a later cell, the switches alone are."""
    machine("torch", fake_torch("2.13.0"))
    switches = Switches()
    switches.strict()
    assert determinism(switches) == {
        "torch.deterministic_algorithms": True,
        "torch.cudnn_deterministic": True,
    }
    switches.stop()
    assert switches.apply({"strict": True}) == []
    assert determinism(switches)["strict"] is True
    switches.stop()
