"""Notebooks, cell by cell: which cell is which, outputs or digests, generator states, and what is missing."""

from __future__ import annotations

import json

import pytest

from seednb.compare import CANON, Verdict, compare_notebooks, output_digests
from seednb.digest import source_digest
from tests.compare.make import book, cell, error, markdown, plain, record, stream


def compare(a, b, record_a=None, record_b=None, **options):
    """Compare two notebooks."""
    return compare_notebooks(a, b, record_a=record_a, record_b=record_b, **options)


def verdicts(comparison):
    """Return the verdicts by cell."""
    return {result.id: result.verdict.value for result in comparison.cells}


def line(source, *outputs, sources="", digests=True):
    """Return the line of the record of a cell that ran."""
    found = f" o={'/'.join(output_digests(list(outputs)))}" if digests else ""
    return f"b2 s={source_digest(source)}{found}{' ' if sources else ''}{sources}"


def test_only_code_cells_count_and_keep_their_index():
    """Markdown is not compared; a result's index is the cell's among all cells."""
    a = book(markdown("one"), cell("a", "1", plain("1")), markdown("x"), cell("b", "2", plain("2")))
    b = book(markdown("two"), cell("a", "1", plain("1")), markdown("y"), cell("b", "2", plain("3")))
    comparison = compare(a, b)
    assert [(result.index, result.id, result.verdict.value) for result in comparison.cells] == [(1, "a", "identical"), (3, "b", "diverged")]
    assert comparison.verdict is Verdict.DIVERGED
    assert comparison.first_diverged is comparison.cells[1]
    assert not comparison.reproduced


def test_an_inserted_and_a_deleted_cell():
    """A cell that only one notebook has diverges because of the code, and the cells around it keep their partners."""
    cells = [cell(key, f"{key} = 1", plain(key)) for key in "abcd"]
    for second, only in (([*cells[:2], cell("new", "new = 1"), *cells[2:]], "new"), (cells[:1] + cells[2:], "b")):
        comparison = compare(book(*cells), book(*second))
        found = {result.id: (result.verdict.value, result.cause) for result in comparison.cells}
        assert found.pop(only) == ("diverged", "code")
        assert set(found.values()) == {("identical", None)}


def test_cells_without_common_ids_are_paired_by_source():
    """Where the ids are new, cells are paired by their sources, and an edited cell with its old version."""
    sources = ["import x", "draw()", "draw()", "plot()"]
    a = book(*(cell(f"a{number}", source, plain(str(number))) for number, source in enumerate(sources)))
    edited = ["import x", "draw()", "draw(2)", "plot()"]
    b = book(*(cell(f"b{number}", source, plain(str(number))) for number, source in enumerate(edited)))
    comparison = compare(a, b)
    assert list(verdicts(comparison).values()) == ["identical"] * 4
    assert comparison.notes == ["cell 3: the code differs"]


def test_cells_without_ids():
    """Cells of notebooks older than 4.5 have no ids, and are compared all the same."""
    a = book(*(cell(None, source, plain(source)) for source in ("1", "2", "1")))
    b = book(*(cell(None, source, plain(source)) for source in ("1", "3", "1")))
    assert [result.verdict.value for result in compare(a, b).cells] == ["identical", "diverged", "identical"]


def test_moved_cells_keep_their_partners():
    """Cells with common ids are paired wherever they stand."""
    cells = [cell(key, key, plain(key)) for key in "abc"]
    assert set(verdicts(compare(book(*cells), book(*reversed(cells)))).values()) == {"identical"}


def test_stripped_outputs_are_compared_by_digest():
    """Outputs that were stripped are compared by the digests of the record: identical, equivalent or diverged."""
    recorded = record({"a": line("1", stream("<A at 0x7f0000001000>\nWall time: 3 s\n"))})
    stripped = book(cell("a", "1", count=None))
    replays = {
        "identical": "<A at 0x7e0000001000>\nWall time: 3 s\n",
        "equivalent": "<A at 0x7e0000001000>\nWall time: 4 s\n",
        "diverged": "<A at 0x7e0000001000>\nWall time: 3 s\n1",
    }
    for expected, text in replays.items():
        assert verdicts(compare(stripped, book(cell("a", "1", stream(text))), recorded)) == {"a": expected}
        other = record({"a": line("1", stream(text))})
        assert verdicts(compare(stripped, stripped, recorded, other)) == {"a": expected}
        assert verdicts(compare(book(cell("a", "1", stream(text))), stripped, None, recorded)) == {"a": expected}


def test_a_cell_that_printed_nothing_must_print_nothing_again():
    """A cell that ran without output is compared: a replay that prints something diverges."""
    silent, loud = cell("a", "1"), cell("a", "1", stream("x"))
    assert verdicts(compare(book(silent), book(silent))) == {"a": "identical"}
    assert verdicts(compare(book(silent), book(loud))) == {"a": "diverged"}
    assert verdicts(compare(book(cell("a", "1", count=None)), book(loud), record({"a": line("1")}))) == {"a": "diverged"}


def test_missing():
    """With neither outputs nor digests there is nothing to compare with, and nothing was reproduced."""
    never, ran = cell("a", "1", count=None), cell("a", "1", plain("1"))
    for a, b in ((never, ran), (ran, never), (never, never)):
        comparison = compare(book(a), book(b))
        assert comparison.verdict is Verdict.MISSING
        assert not comparison.reproduced
        assert comparison.cells[0].detail


def test_a_new_cell_does_not_spoil_a_replay_but_a_cell_that_does_not_answer_does():
    """A cell that was never recorded is only missing; what was recorded and did not run again is not reproduced."""
    done, never, ran = cell("a", "1", plain("1")), cell("b", "2", count=None), cell("b", "2", plain("2"))
    assert compare(book(done, never), book(done, ran)).reproduced
    assert not compare(book(done, ran), book(done, never)).reproduced
    skipped = cell("b", "2", plain("2"), tags=["skip-execution"])
    assert compare(book(done, skipped), book(done, cell("b", "2", count=None, tags=["skip-execution"]))).reproduced


def test_digests_of_another_canonical_form():
    """Digests made by another version of the canonical form give `missing`, never `diverged`, and a note says so."""
    recorded = record({"a": "b2 s=0123456789 o=0123456789/0123456789"}, canon=CANON - 1)
    comparison = compare(book(cell("a", "1", count=None)), book(cell("a", "1", plain("1"))), recorded)
    assert verdicts(comparison) == {"a": "missing"}
    assert f"canonical form {CANON - 1}" in comparison.notes[0]


def test_unseeded_cells_are_not_compared():
    """A cell that ran before any seed was set is missing, in either run, but fails if it fails."""
    lines = [record({"a": line("1")}), record({"a": f"b2 s={source_digest('1')} unseeded"})]
    a, b = book(cell("a", "1", plain("1"))), book(cell("a", "1", plain("2")))
    for first, second in (lines, reversed(lines)):
        comparison = compare(a, b, first, second)
        assert verdicts(comparison) == {"a": "missing"}
        assert comparison.notes == ["ran before any seed was set, not compared: cell 1"]
    assert verdicts(compare(a, book(cell("a", "1", error())), *lines)) == {"a": "failed"}


def test_a_draw_that_nobody_shows():
    """Where outputs agree but a generator is left in another state, the cell diverges, and the detail names the source."""
    a = book(cell("a", "1", plain("1")))
    states = [record({"a": line("1", sources=sources)}) for sources in ("numpy=0123456789", "numpy=9876543210", "numpy=-", "")]
    comparison = compare(a, a, states[0], states[1])
    assert verdicts(comparison) == {"a": "diverged"}
    assert "numpy" in comparison.cells[0].detail
    assert verdicts(compare(a, a, states[0], states[3])) == {"a": "diverged"}
    assert verdicts(compare(a, a, states[0], states[2])) == {"a": "identical"}
    assert verdicts(compare(a, a, states[0], states[0])) == {"a": "identical"}
    assert verdicts(compare(a, a, states[0], None)) == {"a": "identical"}


def test_a_draw_of_a_stripped_cell():
    """Generator states are compared even where outputs are missing."""
    stripped = book(cell("a", "1", count=None))
    records = [record({"a": line("1", sources=f"numpy={state}", digests=False)}) for state in ("0123456789", "9876543210")]
    assert verdicts(compare(stripped, stripped, *records)) == {"a": "diverged"}
    assert verdicts(compare(stripped, stripped, records[0], records[0])) == {"a": "missing"}


def test_failures():
    """A cell that fails in the replay only is `failed`, also where its outputs were stripped; an error on both sides is compared."""
    good, bad = cell("a", "1", plain("1")), cell("a", "1", error())
    stripped = cell("a", "1", count=None)
    assert verdicts(compare(book(good), book(bad))) == {"a": "failed"}
    assert verdicts(compare(book(bad), book(good))) == {"a": "diverged"}
    assert verdicts(compare(book(bad), book(bad))) == {"a": "identical"}
    assert verdicts(compare(book(stripped), book(bad))) == {"a": "failed"}
    assert verdicts(compare(book(stripped), book(bad), record({"a": line("1", plain("1"))}))) == {"a": "failed"}
    assert verdicts(compare(book(stripped), book(bad), record({"a": line("1", error())}))) == {"a": "identical"}
    allowed = cell("a", "1", error(), tags=["raises-exception"])
    assert verdicts(compare(book(stripped), book(allowed))) == {"a": "missing"}


def test_blank_cells():
    """Blank cells have nothing to compare and do not spoil a result."""
    blank = cell("x", "  \n", count=None)
    done = cell("a", "1", plain("1"))
    assert compare(book(done, blank), book(done, blank)).verdict is Verdict.IDENTICAL
    assert compare(book(done, blank), book(done)).verdict is Verdict.IDENTICAL
    assert compare(book(done, cell("x", "", plain("1"))), book(done, blank)).verdict is Verdict.DIVERGED


def test_nothing_to_compare():
    """Notebooks without code cells are identical."""
    assert compare(book(), book(markdown("x"))).reproduced


def test_tolerance():
    """Tolerances apply to all cells when asked for."""
    a, b = book(cell("a", "1", plain("0.30000000000000004"))), book(cell("a", "1", plain("0.3")))
    assert compare(a, b).verdict is Verdict.DIVERGED
    comparison = compare(a, b, rtol=1e-12)
    assert comparison.verdict is Verdict.CLOSE
    assert comparison.reproduced


def test_json():
    """The JSON form holds everything a reader needs, in plain types."""
    comparison = compare(book(cell("a", "1", stream("Wall time: 3 s\n"))), book(cell("a", "1", stream("Wall time: 4 s\n"))))
    assert json.loads(json.dumps(comparison.to_json())) == {
        "version": 1,
        "verdict": "equivalent",
        "cells": [
            {
                "index": 0,
                "id": "a",
                "verdict": "equivalent",
                "cause": None,
                "rules": {"time-magic": 1},
                "outputs": [{"verdict": "equivalent", "mime": "stdout", "rules": {"time-magic": 1}, "detail": ""}],
                "detail": "",
            }
        ],
        "notes": [],
    }


def test_a_comparer_that_sees_nothing_would_fail():
    """Of three notebooks one is identical to the first, one equivalent, one diverged: no constant answer fits."""
    texts = (
        "<A at 0x7f0000001000>\nWall time: 3 s\n",
        "<A at 0x7e0000001000>\nWall time: 3 s\n",
        "<A at 0x7f0000001000>\nWall time: 4 s\n",
        "3",
    )
    books = [book(cell("a", "1", stream(text))) for text in texts]
    found = [compare(books[0], other).verdict.value for other in books]
    assert found == ["identical", "identical", "equivalent", "diverged"]


@pytest.mark.parametrize(
    "odd",
    [
        {"cells": []},
        {},
        {"cells": [None, 5, {}, {"cell_type": "code"}, {"cell_type": "code", "source": None, "metadata": 3, "outputs": 4}]},
    ],
)
def test_odd_notebooks_never_raise(odd):
    """Notebooks with wrong or missing members are compared."""
    assert not compare(odd, odd).verdict.bad
    compare(odd, book(cell("a", "1", plain("1"))))


def test_many_cells_are_compared_fast():
    """A thousand cells with the same source and 20 MB of equal outputs take no time."""
    outputs = [stream("0123456789abcdef\n" * 1250)]
    a, b = (book(*(cell(None, "draw()", *outputs) for _ in range(1000))) for _ in range(2))
    comparison = compare(a, b)
    assert comparison.verdict is Verdict.IDENTICAL
    assert len(comparison.cells) == 1000
