"""Small changes to the outputs of real runs: each one is caught, and no honest run is."""

from __future__ import annotations

import copy

import pytest

from docs.make_comparison import PAGE, page
from seednb.compare import Verdict, compare_notebooks, compare_outputs, output_digests, worst
from seednb.digest import source_digest
from tests.compare.catching import by_digests, by_outputs, changes, false_alarms, honest, missed
from tests.compare.make import book, cell, record
from tests.compare.mutations import mutations


def always_identical(a, b, source):
    """Stand in for a comparer that sees nothing."""
    return True


def always_diverged(a, b, source):
    """Stand in for a comparer that trusts nothing."""
    return False


KINDS = {
    *("stdout", "stderr", "error", "traceback", "outputs", "aliasing", "text/plain", "text/html", "text/latex", "text/markdown"),
    *("application/javascript", "application/json", "application/vnd.plotly.v1+json", "application/vnd.vegalite.v5+json"),
    *("application/vnd.jupyter.widget-view+json", "image/png", "image/jpeg", "image/gif", "image/svg+xml", "application/pdf"),
}


def test_there_are_300_changes_of_all_kinds():
    """There are at least 300 changes, no two alike, and all kinds of outputs have some; one seed gives the same ones."""
    assert len(changes()) >= 300
    assert {change.kind for change in changes()} == KINDS
    again = mutations({key: cell["runs"][1] for key, cell in honest().items()})
    assert again == changes()


@pytest.mark.parametrize("comparer", [by_outputs, by_digests])
def test_every_change_is_caught_and_no_honest_run(comparer):
    """Each change is told from the first run, with outputs and by digests alone; the second run itself never is."""
    assert [(change.kind, change.what, change.cell) for change in missed(comparer)] == []
    assert false_alarms(comparer) == []


def test_a_comparer_that_sees_nothing_fails():
    """A comparer that always says `identical` misses all, and one that always says `diverged` cries at every honest cell."""
    assert len(missed(always_identical)) == len(changes())
    assert false_alarms(always_diverged) == list(honest())
    assert missed(always_diverged) == []
    assert false_alarms(always_identical) == []


def test_comparing_changes_nothing():
    """Outputs that were compared are as they were."""
    cells = copy.deepcopy(honest())
    false_alarms(by_outputs)
    assert cells == honest()


def test_the_published_rules_and_catches_are_these():
    """docs/comparison.md lists the rules of the registry, and what is caught of each kind, as they are."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: PYTHONPATH=. python docs/make_comparison.py"


def stripped(kind, outputs):
    """Compare a notebook without outputs, by its record's digests, with a run that gave these outputs."""
    cell_of = honest()[kind]
    o = "/".join(output_digests(cell_of["runs"][0], cell_of["source"]))
    recorded = record({kind: f"b2 s={source_digest(cell_of['source'])} o={o}"})
    first, second = (book(cell(kind, cell_of["source"], *given, count=count)) for given, count in (((), None), (outputs, 1)))
    return compare_notebooks(first, second, record_a=recorded, record_b=None).verdict


@pytest.mark.parametrize("key", honest())
def test_a_stripped_notebook_is_verified_by_its_record(key):
    """Without outputs each kind of cell gets the verdict that it gets with them, by the record's two digests: honest or changed."""
    a, b = honest()[key]["runs"]
    with_outputs = worst(result.verdict for result in compare_outputs(a, b, source=honest()[key]["source"]))
    assert with_outputs == stripped(key, b)
    assert Verdict.IDENTICAL is stripped(key, a)
    for change in changes():
        if change.cell == key:
            assert stripped(key, change.outputs).bad, change.what
