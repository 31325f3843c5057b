"""Variables of two runs: a difference is named, and what one of them does not know is none."""

from __future__ import annotations

from typing import Any

import pytest

from seednb.compare import compare_notebooks
from seednb.digest import source_digest
from seednb.record import Record
from tests.conftest import notebook

X, Y, Z = "0000000001", "0000000002", "0000000003"


def told(names: dict[str, str], **uncompared: str) -> dict[str, Any]:
    """Return what a kernel tells of a cell's variables."""
    return {"digest": "", "names": names, "uncompared": uncompared}


def record(variables: str = "", **environment: Any) -> Record:
    """Return the record of a notebook of one cell."""
    line = f"b2 s={source_digest('x = 1')}{f' v={variables}' if variables else ''}"
    return Record.from_json({"version": 1, "seed": 1, "cells": {"cell-0": line}, "environment": environment})


def compared(first: Record, second: Record, a: Any = None, b: Any = None) -> tuple[str, str, list[str]]:
    """Return the verdict on the cell, its detail and the notes, where both runs gave no outputs."""
    nb = notebook("x = 1")
    nb["cells"][0]["execution_count"] = 1
    known = [{} if found is None else {"cell-0": found} for found in (a, b)]
    result = compare_notebooks(nb, nb, record_a=first, record_b=second, variables_a=known[0], variables_b=known[1])
    return result.cells[0].verdict.value, result.cells[0].detail, result.notes


def test_the_variable_that_differs_is_named():
    """Where both runs told of each variable, the detail names those that differ."""
    verdict, detail, _ = compared(record(), record(), told({"x": X, "y": Y}), told({"x": X, "y": Z}))
    assert (verdict, detail) == ("diverged", "outputs agree, but the variable y differs")
    _, detail, _ = compared(record(), record(), told({"x": X, "y": Y}), told({"x": Z, "y": Z}))
    assert detail == "outputs agree, but the variables x, y differ"


def test_a_variable_that_only_one_run_has_differs():
    """A variable that the other run did not assign differs; one that it did not compare does not."""
    assert compared(record(), record(), told({"x": X, "y": Y}), told({"x": X}))[0] == "diverged"
    for reason in ("bound", "clock", "type: builtins.object"):
        assert compared(record(), record(), told({"x": X, "y": Y}), told({"x": X}, y=reason))[0] == "identical"


def test_the_record_alone_tells_that_something_differs():
    """With the digest of all together, the detail says which variables took part."""
    verdict, detail, _ = compared(record("s3:0123456789"), record("s3:0123456780"), b=told({"x": X, "y": Y}))
    assert (verdict, detail) == ("diverged", "outputs agree, but its variables differ, among x, y")
    assert compared(record("s3:0123456789"), record("s3:0123456780"), b=told({"x": X}))[1] == "outputs agree, but the variable x differs"
    assert compared(record("s3:0123456789"), record("s3:0123456780"))[1] == "outputs agree, but its variables differ"


@pytest.mark.parametrize(
    ("recorded", "replayed"),
    [
        ("s3:0123456789", "s3:0123456789"),
        ("", "s3:0123456780"),
        ("s3:0123456789", ""),
        ("s4:0123456789", "s3:0123456780"),
        ("0123456789", "s3:0123456780"),
        ("s3:0123456789/00aa", "s3:0123456780"),
        ("s3:0123456789/00aa", "s3:0123456780/00ab"),
    ],
)
def test_what_cannot_be_compared_is_no_difference(recorded, replayed):
    """Old records, records of another form, and runs that had time for other variables are not said to differ."""
    assert compared(record(recorded), record(replayed), b=told({"x": X}))[:2] == ("identical", "")


def test_what_there_was_no_time_for_is_told():
    """A variable that the replay had no time for is named in the notes, also where the rest agrees."""
    verdict, _, notes = compared(record("s3:0123456789/00aa"), record("s3:0123456789/00aa"), b=told({"x": X}, big="bound"))
    assert verdict == "identical"
    assert notes == ["variables that there was no time to compare: cell 1: big"]


@pytest.mark.parametrize("change", [{"python": "3.12.1"}, {"packages": {"numpy": "2.0"}}])
def test_other_versions_make_other_objects(change):
    """Where Python or a package has another version, variables are not compared, and a note says so."""
    known = {"python": "3.11.1", "packages": {"numpy": "1.26"}}
    first, second = record("s3:0123456789", **known), record("s3:0123456780", **{**known, **change})
    verdict, _, notes = compared(first, second, b=told({"x": X}))
    assert verdict == "identical"
    assert notes == ["variables are not compared: Python or packages have other versions than in the recorded run"]
    assert compared(first, record("s3:0123456780", **known), b=told({"x": X}))[0] == "diverged"


def test_many_names_are_cut():
    """Of many variables the first are named, and the others counted."""
    first, second = ({f"v{number}": digest for number in range(9)} for digest in (X, Y))
    assert compared(record(), record(), told(first), told(second))[1].endswith("the variables v0, v1, v2, v3, v4 and 4 more differ")
