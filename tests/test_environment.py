"""The description of a process: the same for the same set-up, without private facts, and without side effects."""

from __future__ import annotations

import json
import os
import re
import sys

import pytest

from seednb import environment as described
from seednb.environment import PACKAGES, cores, environment, hash_seed, packages, threads
from tests.conftest import machine_flags
from tests.processes import fresh, once

KEYS = ["python", "implementation", "platform", "cpu", "cores", "threads", "blas", "flags", "devices", "packages"]
DESCRIBE = "import json, sys\nfrom seednb.determinism import determinism\nfrom seednb.environment import environment, hash_seed\n"


def test_environment_is_plain_json_and_repeats():
    """The description has the record's fields, and two calls give the same."""
    first = environment()
    assert list(first) == KEYS
    assert json.loads(json.dumps(first)) == first == environment()


def test_environment_tells_nothing_private():
    """No path of this machine, user name or process id stands in the description."""
    text = json.dumps(environment())
    assert os.path.expanduser("~") not in text
    assert sys.prefix not in text
    assert not re.search(rf"\b{os.getpid()}\b", text)


def test_flags_and_threads_of_the_environment_are_told():
    """Variables that change results are in the description; values that are no number are no thread counts."""
    script = DESCRIBE + "found = environment()\nprint(json.dumps([found['flags'], found['threads']]))"
    variables = {
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "XLA_FLAGS": "x" * 999,
        "OMP_NUM_THREADS": "3",
        "MKL_NUM_THREADS": "4,2",
        "OPENBLAS_NUM_THREADS": "²",
    }
    flags, counts = fresh(script, **variables)
    assert flags == {**machine_flags(), "TF_ENABLE_ONEDNN_OPTS": "0", "XLA_FLAGS": "x" * 200}
    assert counts == {"OMP_NUM_THREADS": 3}


def test_versions_of_loaded_packages_are_told():
    """A package that is loaded has its version in the description, whatever else carries its name; others have none."""
    script = (
        DESCRIBE + "import types, numpy\nclass Odd(types.ModuleType):\n    @property\n    def __version__(self): raise RuntimeError\n"
        "sys.modules['umap'] = Odd('umap'); sys.modules['polars'] = types.ModuleType('polars')\n"
        "print(json.dumps([environment()['packages'], numpy.__version__]))"
    )
    found, version = once(script)
    assert found == {"numpy": version}


def test_math_libraries_are_told_when_they_have_been_loaded():
    """NumPy's BLAS is named after NumPy's import, by the file's name alone."""
    script = DESCRIBE + "before = environment()['blas']\nimport numpy\nprint(json.dumps([before, environment()['blas']]))"
    before, after = once(script)
    assert before == []
    assert any("blas" in name or "mkl" in name for name in after)
    assert not any("/" in name for name in after)


@pytest.mark.parametrize(("value", "expected"), [("0", 0), ("1", None), ("random", None)])
def test_only_hash_seed_zero_can_be_told(value, expected):
    """PYTHONHASHSEED=0 is recognised from inside the process; another seed looks like a random one."""
    assert once(DESCRIBE + "print(json.dumps(hash_seed()))", PYTHONHASHSEED=value) == expected


def test_cores_are_those_that_the_process_may_use():
    """A process bound to one core has one."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("no processor affinity on this platform")
    assert (
        once(
            "import json, os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
            + DESCRIBE
            + "print(json.dumps(environment()['cores']))"
        )
        == 1
    )
    assert cores() == len(os.sched_getaffinity(0))


@pytest.mark.frameworks
def test_switches_of_torch_are_told():
    """Deterministic algorithms and the thread count of a loaded PyTorch are told; no CUDA device is asked for."""
    script = (
        DESCRIBE + "import torch\ntorch.set_num_threads(1)\ntorch.use_deterministic_algorithms(True)\nfound = environment()\n"
        "print(json.dumps([determinism(), found['threads'].get('torch'), found['devices'], torch.cuda.is_initialized()]))"
    )
    assert once(script) == [{"torch.deterministic_algorithms": True}, 1, [], False]


def test_describing_imports_nothing():
    """The description imports no module of anyone's, not even of the standard library's."""
    calls = "environment(); determinism(); hash_seed()\n"
    script = DESCRIBE + f"{calls}before = set(sys.modules)\n{calls}print(json.dumps(sorted(set(sys.modules) - before)))"
    assert once(script) == []


def test_lists_are_sorted_and_closed():
    """The lists of flags, packages and instruction sets are what the documentation can publish."""
    assert list(described.FLAGS) == sorted(described.FLAGS)
    assert list(described.THREADS) == sorted(described.THREADS)
    assert {"numpy", "torch", "tensorflow", "sklearn"} <= PACKAGES
    assert set(packages()) <= PACKAGES
    assert hash_seed() in {0, None}
    assert all(isinstance(count, int) for count in threads().values())
