"""`pytest --seednb` as its users run it: real notebooks, a real pytest of its own, with and without xdist."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import environment, load

DRAW = "import random\nprint(random.random())"
COUNT = "import os\nwith open(os.environ['SEEDNB_TEST_RUNS'], 'a') as file:\n    _ = file.write('x')"


@pytest.fixture
def run(tmp_path):
    """Return a function that runs pytest in the test's folder, with warnings as errors; it gives the exit code and what was printed."""

    def run_pytest(*arguments):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *arguments]
        given = environment(SEEDNB_TEST_RUNS=str(tmp_path / "runs"))
        done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr

    return run_pytest


@pytest.fixture
def recorded(seednb, make_notebook):
    """Return a function that makes a notebook and records it; the code of the cells in `changes` is changed afterwards."""

    def make(*sources, changes=None):
        path = make_notebook(*sources)
        assert seednb("run", path, SEEDNB_TEST_RUNS=str(path.parent / "recording")).returncode == 0
        content = load(path)
        for index, source in (changes or {}).items():
            content["cells"][index]["source"] = source
        path.write_text(json.dumps(content, indent=1))
        return path

    return make


def test_notebooks_are_left_alone_unless_asked_for(run, make_notebook):
    """Without the option pytest finds no test in a folder of notebooks."""
    make_notebook(DRAW)
    assert run()[0] == pytest.ExitCode.NO_TESTS_COLLECTED


def test_each_cell_is_an_item(run, recorded):
    """A notebook that reproduces has one passing item for each cell with code, named by its place."""
    recorded(DRAW, "", "x = 1")
    code, out = run("--seednb", "-v")
    assert code == 0, out
    assert ["nb.ipynb::cell 1 PASSED", "nb.ipynb::cell 3 PASSED"] == [line.split("  ")[0] for line in out.splitlines() if "PASSED" in line]


def test_the_first_divergence_comes_first_with_its_cause(run, recorded):
    """A changed cell fails with what differs, the cause and what to do, and what follows from it after that."""
    recorded("x = 1\nprint(x)", DRAW, "print(x)", changes={0: "x = 2\nprint(x)"})
    code, out = run("--seednb", "-v")
    assert code == 1
    assert ["cell 1 FAILED", "cell 2 PASSED", "cell 3 FAILED"] == [
        line.partition("::")[2][:13].strip() for line in out.splitlines() if "nb.ipynb::" in line and "%" in line
    ]
    told = out.partition("FAILURES")[2]
    assert told.index("cause: code. The code is not") < told.index("cause: upstream")
    assert "seednb verify --update" in told
    assert "Traceback" not in out


def test_notebooks_that_cannot_be_used_are_one_line(run, tmp_path, make_notebook):
    """Rubbish is an error of collection in one line; a kernel that is not there fails its cells in one line."""
    (tmp_path / "rubbish.ipynb").write_text("{")
    make_notebook(DRAW, metadata={"kernelspec": {"name": "nowhere", "language": "lisp", "display_name": "x"}})
    code, out = run("--seednb", "rubbish.ipynb")
    assert code == pytest.ExitCode.INTERRUPTED
    assert "rubbish.ipynb" in out
    code, out = run("--seednb", "nb.ipynb")
    assert code == 1
    assert "kernel 'nowhere' is not installed" in out
    assert "Traceback" not in out


def test_workers_of_xdist_replay_a_notebook_once(run, recorded, tmp_path):
    """With two workers, who share the cells among them, the notebook is replayed once, and each cell is told of."""
    pytest.importorskip("xdist")
    recorded(COUNT, *(f"{DRAW}  # {number}" for number in range(7)))
    code, out = run("--seednb", "-n", "2")
    assert code == 0, out
    assert "8 passed" in out
    assert (tmp_path / "runs").read_text() == "x"


def test_one_cell_can_be_chosen(run, recorded):
    """A cell is chosen by its name, as any test is."""
    recorded(DRAW, "x = 1")
    code, out = run("--seednb", "nb.ipynb::cell 2")
    assert code == 0
    assert "1 passed" in out
