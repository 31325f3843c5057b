"""`%seed strict` and `relaxed`: what is switched, what came too late, and that nothing is switched unasked."""

from __future__ import annotations

import pytest

TORCH = "[torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic]"


def needs(kernel, package):
    """Skip the test where the kernel's environment lacks a package."""
    if not kernel.value(f"__import__('importlib.util').util.find_spec({package!r}) is not None"):
        pytest.skip(f"no {package} in the kernel's environment")


def test_without_frameworks_the_hash_seed_is_told(seeded):
    """Strict in a plain kernel says what comes too late, and what strictness costs."""
    (shown,) = seeded.run("%seed strict").shown
    assert shown == (
        "seednb: strict: nothing to switch yet; too late: the hash seed, which must be set before Python starts (%seed restart puts it "
        "into force); operations may be slower, and raise where they have no deterministic form"
    )


def test_in_a_runtime_with_the_hash_seed_nothing_is_too_late(start):
    """Where the hash seed is in force, strict says nothing of it."""
    kernel = start(PYTHONHASHSEED="0")
    kernel.run("%load_ext seednb\n%seed 42")
    assert "too late" not in kernel.run("%seed strict").shown[0]


@pytest.mark.frameworks
def test_torch_is_switched_now_or_at_its_import(start):
    """PyTorch uses deterministic algorithms, imported before or after; relaxed and unload put its settings back."""
    kernel = start()
    needs(kernel, "torch")
    kernel.run("%load_ext seednb\n%seed 42\n%seed strict")
    kernel.run("import torch")
    assert kernel.value(TORCH) == [True, False, True]
    assert kernel.value("__import__('torch').utils.deterministic.fill_uninitialized_memory") is False
    assert kernel.run("%seed relaxed").shown == ["seednb: relaxed: deterministic operations are not asked for any more"]
    assert kernel.value(TORCH) == [False, False, False]
    shown = kernel.run("%seed strict").shown[0]
    assert shown.startswith("seednb: strict: torch uses deterministic algorithms; ")
    kernel.run("%unload_ext seednb")
    assert kernel.value(TORCH) == [False, False, False]


@pytest.mark.frameworks
def test_strict_makes_torch_repeat_what_it_did_not(start):
    """An operation with several results for one input, index_put_ with accumulation from many threads, has one."""
    kernel = start(OMP_NUM_THREADS="4")
    needs(kernel, "torch")
    once = "def once():\n    return torch.zeros(50).index_put_((i,), x, accumulate=True).numpy().tobytes()"
    kernel.run("%load_ext seednb\n%seed 42\nimport torch\ntorch.set_num_threads(4)\nx = torch.randn(200_000)")
    kernel.run(f"i = torch.randint(0, 50, (200_000,))\n{once}")
    kernel.run("%seed strict")
    assert kernel.value("len({once() for _ in range(20)})") == 1


@pytest.mark.frameworks
def test_tensorflow_is_switched_and_has_no_way_back(start):
    """TensorFlow's op determinism comes on at its import; relaxed says that only a restart takes it back."""
    kernel = start(TF_CPP_MIN_LOG_LEVEL="3")
    needs(kernel, "tensorflow")
    kernel.run("%load_ext seednb\n%seed 42\n%seed strict")
    kernel.run("import tensorflow as tf")
    assert kernel.value("__import__('sys').modules['tensorflow.python.framework.config'].is_op_determinism_enabled()") is True
    assert kernel.run("%seed relaxed").shown[0].endswith("TensorFlow has no way back from op determinism: %seed restart goes back")


@pytest.mark.frameworks
def test_tensorflow_that_has_run_is_told_to_be_late(start):
    """After the first operation, strict says that it came too late for what has run."""
    kernel = start(TF_CPP_MIN_LOG_LEVEL="3")
    needs(kernel, "tensorflow")
    kernel.run("%load_ext seednb\n%seed 42\nimport tensorflow as tf\ntf.random.normal([1])")
    assert "too late: tensorflow for what has run already" in kernel.run("%seed strict").shown[0]


@pytest.mark.frameworks
def test_nothing_is_switched_unasked(start):
    """Seeding alone leaves every switch as it is."""
    kernel = start()
    needs(kernel, "torch")
    kernel.run("%load_ext seednb\n%seed 42\nimport torch")
    assert kernel.value(TORCH) == [False, False, False]
