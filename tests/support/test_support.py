"""The support table is what the libraries do: the page is made from results, and the results are those of real runs."""

from __future__ import annotations

import json

import pytest

from tests.support.make_table import PAGE, RESULTS, render
from tests.support.measure import CONSTANT, FOLLOWS, NOT_COVERED, NOT_TESTED, PYTHON, RESEEDS, MissingError, classify, run
from tests.support.programs import PROGRAMS

ROWS = json.loads(RESULTS.read_text(encoding="utf-8"))
RUNS = pytest.mark.skipif(not PYTHON, reason="SEEDNB_TEST_SUPPORT_PYTHON names no interpreter; `make test-support` makes one")

CASES = {
    FOLLOWS: {"42": "aa", "43": "b", "": "cd"},
    CONSTANT: {"42": "aa", "43": "a", "": "aa"},
    NOT_COVERED: {"42": "ab", "43": "c", "": "de"},
    "a seed that is always the same": {"42": "aa", "43": "a", "": "ab"},
    RESEEDS: {"42": "!"},
}


@pytest.mark.parametrize("name", CASES)
def test_classes_are_told_from_results(name):
    """A library's class follows from what its runs showed, with seed 42 twice, with 43, and with none."""
    left = {seed: list(shown) for seed, shown in CASES[name].items()}

    def one(seed):
        shown = left[seed].pop(0)
        return {"shown": [shown], "notes": ["note"] if shown == "!" else []}

    assert (name if name in {FOLLOWS, CONSTANT, RESEEDS} else NOT_COVERED) == classify(one)


def test_the_page_is_made_from_the_results():
    """docs/support.md is what `make_table` renders, with one row for each program."""
    assert list(PROGRAMS) == list(ROWS)
    assert PAGE.read_text(encoding="utf-8") == render(ROWS)


def test_the_page_names_who_reseeds():
    """Each row that is called `reseeds` names a file and a line, and no other row does."""
    assert [name for name, row in ROWS.items() if (row["class"] == RESEEDS) != any(" line " in place for place in row["by"])] == []


@RUNS
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_library_does_what_the_table_says(name):
    """Fresh processes with the installed version give the class that the page has."""
    try:
        found = classify(lambda seed: run(name, seed))
    except MissingError as error:
        pytest.skip(f"SKIPPED {name}: {error}")
    if ROWS[name]["class"] == NOT_TESTED:
        pytest.skip(f"SKIPPED {name}: the table was made without it; here it is `{found}`: python -m tests.support.make_table {name}")
    assert ROWS[name]["class"] == found, f"make the page anew: python -m tests.support.make_table {name}"


@RUNS
def test_the_trainer_of_transformers_is_named():
    """`Trainer(…)` calls set_seed(42): the note has the line of its file, and the line of the cell."""
    try:
        (note,) = run("transformers-trainer", "42")["notes"]
    except MissingError as error:
        pytest.skip(str(error))
    assert note["where"].startswith("line 3, through transformers/trainer.py line ")
    assert (note["kind"], note["what"]) == ("reseeded", "numpy, python, torch: seed 42")
