"""The JSON report is what its published schema says."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import jsonschema
import pytest

import seednb
from seednb.compare import compare_notebooks
from seednb.report import document, documents, gather
from tests.report.made import facts, of_all_verdicts, side, stream

SCHEMA = json.loads((Path(seednb.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))


def closed(schema: object) -> object:
    """Return a schema that allows no member that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    return {**result, "additionalProperties": False} if "properties" in schema and "additionalProperties" not in schema else result


def valid(document: object) -> None:
    """Check a document against the schema, closed."""
    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(document)


def test_the_schema_is_a_schema():
    """The published schema is itself valid."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_report_is_as_published():
    """A report with all kinds of cells fits the schema, which names each of its members."""
    valid(document(of_all_verdicts()))


def test_the_schema_can_refuse():
    """A report with a verdict that does not exist, without a member, or with an unknown one does not fit."""
    for change in (lambda d: d.update(verdict="good"), lambda d: d.pop("first"), lambda d: d["cells"][0].update(odd=1)):
        broken = deepcopy(document(of_all_verdicts()))
        change(broken)
        with pytest.raises(jsonschema.ValidationError):
            valid(broken)


def test_what_the_report_tells():
    """The first difference, the counts, the states and the environment that differ are told."""
    told = document(of_all_verdicts())
    assert (2, False, "diverged") == (told["first"], told["reproduced"], told["cells"][2]["verdict"])
    assert {"index": 5, "reason": "ZeroDivisionError"} == told["failed"]
    assert [{"name": "package numpy", "first": "2.1.0", "second": "2.2.0"}] == told["environment"]
    assert [{"name": "numpy", "first": "bbbbbbbbbb", "second": "cccccccccc"}] == told["cells"][4]["states"]
    assert len(told["cells"]) == sum(told["counts"].values())


def test_variables_that_were_left_out():
    """Variables without a digest, or with one of a part only, are told with the reason; those of the replay win."""
    given = side("recorded", ["x"], [[]]), side("replayed", ["x"], [[]])
    comparison = compare_notebooks(given[0].nb, given[1].nb, record_a=None, record_b=None)
    told = [
        {"cell-0": {"digest": "", "names": {}, "uncompared": uncompared}}
        for uncompared in ({"a": "bound", "b": "clock"}, {"a": "type: m.A"})
    ]
    made = document(gather("verify", "nb.ipynb", comparison, *given, variables=told))
    valid(made)
    assert [{"name": "a", "reason": "bound"}, {"name": "b", "reason": "clock"}] == made["cells"][0]["uncompared"]
    made = document(gather("verify", "nb.ipynb", comparison, *given, variables=({}, told[1])))
    assert [{"name": "a", "reason": "type: m.A"}] == made["cells"][0]["uncompared"]


def test_an_interrupted_run():
    """An interrupted run is marked, fits the schema and is not reproduced."""
    made = document(facts(["x"], [[stream("a")]], [[stream("a")]], failed=0, reason="interrupted", interrupted=True))
    valid(made)
    assert (True, False) == (made["interrupted"], made["reproduced"])


def test_several_notebooks():
    """Several reports are one document that fits the schema; one is a report by itself."""
    good = facts(["print(1)"], [[stream("1\n")]], [[stream("1\n")]])
    both = documents([good, of_all_verdicts()])
    valid(both)
    assert [True, False] == [one["reproduced"] for one in both["notebooks"]]
    assert both["reproduced"] is False
    assert documents([good]) == document(good)
    valid(document(good))
