"""R inside Python, through rpy2, in the interpreter that SEEDNB_TEST_R_PYTHON names, else in the one that runs the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache

import pytest

from tests.conftest import REPOSITORY, environment, load, texts

PYTHON = os.environ.get("SEEDNB_TEST_R_PYTHON", sys.executable)
DRAW = "import rpy2.robjects as ro\nprint('%.16f' % ro.r('runif(1)')[0])"
FIRST = "0.9148060434963554"
SCRIPT = """
import json
import rpy2.robjects as ro
from seednb.sources.r import RSource

def draw(n=1, law="runif"):
    return list(ro.r(f"{law}({n})"))

def restored():
    state = source.state()
    first = draw(700)
    source.restore(state)
    return first == draw(700)

source, found = RSource(), {}
found["loaded"] = source.loaded()
found["unused"] = source.state().hex()
source.seed(42)
found["seeded"] = "%.16f" % draw()[0]
found["words"] = len(source.state()) // 4
found["reading draws"] = source.state() != source.state()
found["comes back"] = [restored() for _ in range(20)]
ro.r("RNGkind(\\"L'Ecuyer-CMRG\\")")
found["kind is seen"] = len(source.state()) // 4
found["another kind comes back"] = restored()
kept = source.state()
ro.r("RNGkind('Mersenne-Twister')")
source.restore(kept)
found["the kind is put back"] = ro.r("RNGkind()[1]")[0]
ro.r("rm(.Random.seed)")
found["removed"] = source.state().hex()
source.restore(kept)
source.restore(b"")
found["put back to unused"] = source.state().hex()
ro.r("set.seed(1, normal.kind = 'Box-Muller')")
try:
    source.restore(kept)
except ValueError as error:
    found["hidden"] = str(error)
try:
    source.seed(2**31)
except ValueError as error:
    found["refused"] = str(error)
print(json.dumps(found))
"""


@lru_cache(maxsize=1)
def missing() -> str:
    """Return why rpy2 cannot be used here, or nothing."""
    asked = subprocess.run([PYTHON, "-c", "import rpy2.robjects"], capture_output=True, text=True)
    last = (asked.stderr.strip().splitlines() or ["it ended"])[-1]
    return f"rpy2 cannot be imported by {PYTHON} ({last}): make test-r installs it where it may" if asked.returncode else ""


@pytest.fixture(autouse=True)
def _needs_rpy2():
    if missing():
        pytest.skip(missing())


@lru_cache(maxsize=1)
def facts():
    """Return the facts of one process."""
    done = subprocess.run([PYTHON, "-c", SCRIPT], cwd=REPOSITORY, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def rpy2(tmp_path, seednb):
    """Return a function that runs the command line with a kernel of that interpreter."""
    folder = tmp_path / "jupyter" / "kernels" / "rpy2"
    folder.mkdir(parents=True)
    argv = [PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "rpy2", "language": "python"}))
    return lambda verb, *arguments: seednb(verb, *arguments, "--kernel", "rpy2", JUPYTER_PATH=str(tmp_path / "jupyter"))


def test_the_seed_is_that_of_set_seed():
    """seed(42) gives what `set.seed(42)` gives, and reading the state draws nothing."""
    assert FIRST == facts()["seeded"]
    assert (True, 626, False) == (facts()["loaded"], facts()["words"], facts()["reading draws"])


def test_states_come_back():
    """Every draw after restore() is the one that followed state(), over refills and in another kind, which is put back too."""
    assert [True] * 20 == facts()["comes back"]
    assert (7, True, "L'Ecuyer-CMRG") == (facts()["kind is seen"], facts()["another kind comes back"], facts()["the kind is put back"])


def test_a_generator_that_is_not_used_yet_has_no_state():
    """Without `.Random.seed` the state has no bytes, and that can be put back."""
    assert ["", "", ""] == [facts()[name] for name in ("unused", "removed", "put back to unused")]


def test_what_cannot_be_done_is_said():
    """A kind with a hidden state is not claimed to be put back, and seeds of 32 bits are refused."""
    assert "R's generator is of a kind with a hidden state" == facts()["hidden"]
    assert "R takes seeds from 0 to 2147483647" == facts()["refused"]


def test_r_cells_of_a_python_notebook(rpy2, make_notebook):
    """`%%R` cells are seeded before the first draw, recorded, and replay identically."""
    path = make_notebook("%load_ext rpy2.ipython", "%%R\ncat(sprintf('%.16f', runif(1)))", "%R -o x x <- rnorm(2)\nprint(x)", DRAW)
    result = rpy2("run", path, "--seed", "42")
    assert 0 == result.returncode, result.stderr
    assert FIRST in texts(path)[1]
    lines = load(path)["metadata"]["seednb"]["cells"]
    assert all(" r=" in line for line in lines.values())
    result = rpy2("verify", path)
    assert 0 == result.returncode, result.stdout


def test_rewinding(rpy2, make_notebook):
    """`%seed rewind` puts R back too."""
    path = make_notebook("%load_ext seednb\nimport rpy2.robjects", DRAW, f"%seed rewind 2\n{DRAW}")
    assert 0 == rpy2("run", path, "--seed", "42").returncode
    assert all(text.rstrip().endswith(FIRST) for text in texts(path)[1:])
