from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no annotations
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seednb.record
from seednb.errors import RecordError
from seednb.record import MAX_CELLS, Record, find_record

VALIDATOR = jsonschema.Draft202012Validator(
    json.loads(Path(seednb.record.__file__).with_name("record.schema.json").read_text(encoding="utf-8"))
)
LINE = "b2 s=0a1b2c3d4e o=1111111111/2222222222 numpy=3333333333 python=-"
MEMBERS = "version seed origin mode sealed hash_seed canon reseeds determinism environment inputs parameters cells other".split()

names = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def changed(**members: Any) -> dict[str, Any]:
    """Return a record with some members replaced."""
    return {"version": 1, "seed": 42, **members}


BROKEN = {
    "no object": [],
    "no version": {"seed": 1},
    "version 0": changed(version=0),
    "version true": changed(version=True),
    "no seed": {"version": 1},
    "negative seed": changed(seed=-1),
    "large seed": changed(seed=2**32),
    "float seed": changed(seed=1.0),
    "true seed": changed(seed=True),
    "text seed": changed(seed="42"),
    "huge integer": changed(seed=10**5000),
    "unknown origin": changed(origin="elsewhere"),
    "unknown mode": changed(mode="sideways"),
    "sealed is text": changed(sealed="yes"),
    "hash seed is random": changed(hash_seed="random"),
    "canon 0": changed(canon=0),
    "reseeds is an object": changed(reseeds={}),
    "reseed of three": changed(reseeds=[["a", 1, 2]]),
    "reseed without a seed": changed(reseeds=[["a", None]]),
    "switch is a list": changed(determinism={"a": []}),
    "environment is a list": changed(environment=[]),
    "packages is a list": changed(environment={"packages": ["numpy"]}),
    "version of a package is a number": changed(environment={"packages": {"numpy": 2}}),
    "negative cores": changed(environment={"cores": -1}),
    "long text": changed(environment={"cpu": "x" * 1001}),
    "NaN": changed(parameters={"a": float("nan")}),
    "infinity": changed(parameters={"a": [float("inf")]}),
    "integer beyond 64 bits": changed(parameters={"a": 2**63}),
    "absolute path": changed(inputs={"/etc/passwd": "0a1b2c3d4e"}),
    "path of Windows": changed(inputs={"C:\\x": "0a1b2c3d4e"}),
    "no digest": changed(inputs={"a": "zz"}),
    "cells is a list": changed(cells=[LINE]),
    "line is a number": changed(cells={"a": 1}),
    "too many cells": changed(cells={str(number): "b2 s=0123456789" for number in range(MAX_CELLS + 1)}),
    "long key": changed(cells={"k" * 201: "b2 s=0123456789"}),
    "deep": changed(parameters={"a": json.loads("[" * 30 + "]" * 30)}),
    "many values": changed(future=[0] * 300_000),
    "much text": changed(future=["x" * 19_000] * 300),
    "one long text": changed(future="x" * 30_000),
    "name is a number": changed(future={1: 2}),
    "no JSON": changed(future=object()),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_or_out_of_bounds_is_refused(broken: Any) -> None:
    """Each way in which a record can be broken gives one short line that names the place."""
    with pytest.raises(RecordError) as caught:
        Record.from_json(broken)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 300
    assert "metadata.seednb" in message


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), json_values))
def test_hostile_members_give_a_record_or_an_error(members: dict[str, Any]) -> None:
    """Whatever JSON stands in a record, reading gives a record that the schema accepts, or RecordError."""
    try:
        record = Record.from_json(changed(**members))
    except RecordError:
        return
    assert record.newer or VALIDATOR.is_valid(changed(**members))
    assert Record.from_json(record.to_json()) == record


@settings(deadline=None)
@given(json_values)
def test_hostile_values_give_a_record_or_an_error(value: Any) -> None:
    """Whatever JSON stands in the place of a record, reading gives None, a record or RecordError."""
    try:
        record = find_record({"metadata": {"seednb": value}, "cells": []})
    except RecordError:
        return
    assert record is None or isinstance(value, dict)


def test_a_full_record_is_within_the_bounds() -> None:
    """Ten thousand cells with five sources each, and a thousand files, are no more than a record may hold."""
    line = "b2 s=0000000000 o=1111111111/2222222222 " + " ".join(
        f"{name}=3333333333" for name in ("keras", "numpy", "python", "tensorflow", "torch")
    )
    cells = {f"h-0123456789-{number}": line for number in range(MAX_CELLS)}
    inputs = {f"data/{number}.csv": "0123456789" for number in range(1000)}
    assert len(Record.from_json(changed(cells=cells, inputs=inputs)).cells) == MAX_CELLS
