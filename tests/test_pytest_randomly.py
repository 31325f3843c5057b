"""The entry point for pytest-randomly: one seed for every system that it does not seed itself."""

from __future__ import annotations

import os
import subprocess

import pytest

from seednb.integrations.pytest_randomly import reduced
from tests.conftest import REPOSITORY, environment

PYTHON = os.environ.get("SEEDNB_TEST_SYSTEMS_PYTHON", "").partition(os.pathsep)[0]
ASK = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ('pytest_randomly', 'numba', 'polars'))))"
HAS_IT = bool(PYTHON) and subprocess.run([PYTHON, "-c", ASK], check=False).returncode == 0
TESTS = """
import random
import numba, numpy as np, polars as pl, pytest

@numba.njit
def draw():
    return np.random.random()

@pytest.mark.parametrize("turn", [1, 2])
def test_drawn(turn):
    print("DRAWN", random.random(), draw(), pl.Series(range(99)).sample(3).to_list())
"""


@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_seeds_stay_what_they_are(seed):
    """A seed that every system takes is given as it is."""
    assert seed == reduced(seed)


@pytest.mark.parametrize("seed", [-1, 2**32, 2**64 + 1])
def test_other_seeds_are_reduced(seed):
    """Negative and larger seeds become seeds, different ones different."""
    assert 0 <= reduced(seed) < 2**32
    assert reduced(seed) != reduced(seed + 1)


@pytest.mark.skipif(not HAS_IT, reason="SEEDNB_TEST_SYSTEMS_PYTHON names nothing with pytest-randomly; `make test-systems` makes it")
@pytest.mark.parametrize("seed", ["0", "42", "99999999999", "-5"])
def test_each_test_draws_what_its_seed_gives(tmp_path, seed):
    """With the real pytest-randomly a test draws the same from Numba and Polars in two processes, and something else with another seed."""
    (tmp_path / "test_it.py").write_text(TESTS)
    folder = tmp_path / "seednb-0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: seednb\nVersion: 0\n")
    lines = (REPOSITORY / "pyproject.toml").read_text().partition('"pytest_randomly.random_seeder"]\n')[2].splitlines()
    (folder / "entry_points.txt").write_text(f"[pytest_randomly.random_seeder]\n{lines[0]}\n".replace('"', ""))
    drawn = [drawn_with(tmp_path, seed), drawn_with(tmp_path, seed), drawn_with(tmp_path, "7")]
    assert 2 == len(drawn[0])
    assert drawn[0] == drawn[1] != drawn[2]


def drawn_with(folder, seed):
    """Return what the tests print."""
    command = [PYTHON, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", f"--randomly-seed={seed}", "test_it.py"]
    variables = environment(PYTHONPATH=os.pathsep.join([str(folder), str(REPOSITORY)]))
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.partition("DRAWN")[2] for line in done.stdout.splitlines() if "DRAWN" in line]
