"""Solvers with a seed of their own are named, by the cell that makes them; what was replaced for that is put back."""

from __future__ import annotations

import pytest

from tests.conftest import REPOSITORY
from tests.processes import fresh

EXTENSION = """
made = []
def get_solver(path):
    "Make one."
    made.append(path)
    return path
class Solver:
    pass
class SGDSolver(Solver):
    def __init__(self, path):
        made.append(path)
"""
PACKAGE = "from caffe._caffe import *\nfrom caffe import _caffe\ndef set_random_seed(seed):\n    pass\n"
HEAD = """
import json, seednb
from seednb.runtime import session
runtime = session()
seednb.seed(42)
runtime.begin_cell("a")
import caffe
"""
TAIL = """
print(json.dumps([[[note["kind"], note["where"], note["what"]] for note in runtime.end_cell().notes], caffe._caffe.made]))
"""


@pytest.fixture
def notes(tmp_path):
    """Return a function that gives the notes of a cell of a process with a package like Caffe, and the solvers made."""
    (tmp_path / "caffe").mkdir()
    (tmp_path / "caffe" / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (tmp_path / "caffe" / "_caffe.py").write_text(EXTENSION, encoding="utf-8")

    def run(code, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.prototxt").write_text(text, encoding="utf-8")
        code = code.replace("PATH", repr(str(tmp_path / "solver.prototxt")))
        found, made = fresh(f"{HEAD}{code}{TAIL}", PYTHONPATH=f"{REPOSITORY}:{tmp_path}")
        return found, len(made)

    return run


@pytest.mark.parametrize("code", ["caffe.get_solver(PATH)", "caffe._caffe.get_solver(PATH)", "caffe.SGDSolver(PATH)"])
def test_another_seed_is_noted_where_it_is_used(notes, code):
    """A solver whose definition has another seed is noted with the line that makes it, whatever makes it, and is made."""
    assert notes(f"\n{code}", solver="random_seed: 7") == ([["overridden", "line 9", "random_seed: 7 in solver.prototxt"]], 1)


@pytest.mark.parametrize("text", ["lr: 1", "random_seed: -1", "random_seed: 42", "net_param { random_seed: 7 }", "# random_seed: 7"])
def test_definitions_that_leave_the_run_its_seed_are_not_noted(notes, text):
    """No seed, a negative one, the run's own, and one that is not the solver's, are not noted."""
    assert notes("caffe.get_solver(PATH)", solver=text) == ([], 1)


@pytest.mark.parametrize(("seed", "cut"), [(2**32 + 42, 42), (2**40, 0)])
def test_seeds_that_caffe_cuts_are_noted_with_what_is_left(notes, seed, cut):
    """Of a seed past 32 bits Caffe takes the lower ones: the note says which seed that is, also where it is the run's."""
    found, _ = notes("caffe.SGDSolver(PATH)", solver=f"random_seed: {seed}")
    assert [what for _, _, what in found] == [f"random_seed: {seed} in solver.prototxt, which Caffe cuts to {cut}"]


def test_loops_are_noted_once(notes):
    """A line that makes many solvers from one file is one note."""
    found, made = notes("for _ in range(300): caffe.get_solver(PATH)", solver="random_seed: 7")
    assert (len(found), made) == (1, 300)


def test_what_cannot_be_read_is_left_to_caffe(notes):
    """A file that is not there, and arguments that are no path, are not our business."""
    assert notes("caffe.get_solver(PATH)\ncaffe.get_solver(5)\ncaffe.get_solver(chr(0))") == ([], 3)


def test_errors_of_caffe_are_the_users(notes):
    """A call that Caffe refuses raises as it does without us, and is no note."""
    code = "try:\n    caffe.get_solver()\nexcept TypeError as error:\n    caffe._caffe.made.append(error.args)"
    assert notes(code, solver="random_seed: 7") == ([], 1)


def test_everything_is_put_back(notes):
    """Off, Caffe's names are its own again, and nothing is noted; on again, it is."""
    code = """
replaced = caffe.get_solver, caffe.SGDSolver.__init__
seednb.off()
assert caffe.get_solver is caffe._caffe.get_solver
assert caffe.get_solver.__code__.co_filename.endswith("_caffe.py")
assert caffe.SGDSolver.__init__.__code__.co_filename.endswith("_caffe.py") and replaced[0].__doc__ == "Make one."
caffe.get_solver(PATH)
assert runtime.solvers.take_notes() == []
seednb.seed(1)
caffe.get_solver(PATH)
"""
    found, made = notes(code, solver="random_seed: 7")
    assert (len(found), made) == (1, 2)


def test_names_that_somebody_else_has_replaced_stay_replaced(notes):
    """Off, a replacement that came after ours stays."""
    code = "mine = caffe.get_solver = lambda path: path\nseednb.off()\nassert caffe.get_solver is mine"
    assert notes(code) == ([], 0)


def test_the_status_names_them(notes):
    """`%seed` says which seeds took the place of the run's, each once."""
    code = """
from seednb.kernel.status import status
for _ in range(2): caffe.get_solver(PATH)
assert status(runtime).endswith("\\nseednb: random_seed: 7 in solver.prototxt takes the place of the run's seed"), status(runtime)
"""
    assert notes(code, solver="random_seed: 7")[1] == 2
