"""Libraries whose identifiers and cache keys must stay unpredictable under a seed: the real ones, in an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.conftest import REPOSITORY, environment

PYTHON = os.environ.get("SEEDNB_TEST_THIRD_PYTHON", "")

pytestmark = pytest.mark.skipif(not PYTHON, reason="SEEDNB_TEST_THIRD_PYTHON names no interpreter; `make test-third` makes one")

IDENTIFIERS = """
import json, sys, uuid
import numpy, random, seednb
seednb.seed(42)
from seednb.runtime import session
session().begin_cell("cell")
from aiohttp._websocket.writer import WebSocketWriter
from mlflow.utils.name_utils import _generate_unique_integer_id
from wandb.sdk.lib import runid
made = WebSocketWriter.__init__
(mask,) = [value for value in (*(made.__defaults__ or ()), *(made.__kwdefaults__ or {}).values()) if isinstance(value, random.Random)]
found = {"aiohttp": mask.getrandbits(64), "mlflow": _generate_unique_integer_id(), "wandb": runid.generate_id()}
print(json.dumps([found, [random.random(), random.Random().random(), float(numpy.random.default_rng().random())]]))
"""

TRANSFORM = """
import json, threading, warnings
import seednb
seednb.seed(42)
from seednb.runtime import session
session().begin_cell("cell")
import datasets
datasets.disable_progress_bars()
warnings.simplefilter("ignore")
data = datasets.Dataset.from_dict({"x": [1, 2, 3]})
lock = threading.Lock()  # cannot be pickled: `datasets` makes up a random fingerprint
def times(number):
    def transform(row):
        with lock:
            return {"y": row["x"] * number}
    return transform
print(json.dumps([list(data.map(times(FACTOR))["y"][:]), data.map(times(FACTOR))._fingerprint]))
"""


def run(script, folder):
    """Run a script in that environment; return the JSON that it prints last."""
    variables = {"PYTHONPATH": str(REPOSITORY), "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(folder / "cache"), "WANDB_MODE": "offline"}
    done = subprocess.run([PYTHON, "-c", script], cwd=folder, env=environment(**variables), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_identifiers_differ_in_two_sealed_processes(tmp_path):
    """Masks of aiohttp, MLflow's and wandb's ids differ between two processes with one seed; what the notebook draws does not."""
    (first, drawn), (second, again) = run(IDENTIFIERS, tmp_path), run(IDENTIFIERS, tmp_path)
    assert [name for name in first if first[name] == second[name]] == []
    assert drawn == again


def test_datasets_computes_a_changed_transform_again(tmp_path):
    """A transform that cannot be hashed, changed between two processes with one seed, is computed, not taken from the cache."""
    first, one = run(TRANSFORM.replace("FACTOR", "2"), tmp_path)
    second, two = run(TRANSFORM.replace("FACTOR", "3"), tmp_path)
    assert (first, second) == ([2, 4, 6], [3, 6, 9])
    assert one != two
