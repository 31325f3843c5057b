from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no annotations
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seednb.record
from seednb.digest import source_key
from seednb.errors import RecordError
from seednb.record import MODES, ORIGINS, Record, find_record
from seednb.wire import RECORD_MIME
from tests.test_cell_line import digests, lines

SCHEMA = json.loads(Path(seednb.record.__file__).with_name("record.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
LINE = "b2 s=0a1b2c3d4e o=1111111111/2222222222 numpy=3333333333 python=-"
FULL = {
    "version": 1,
    "seed": 42,
    "origin": "magic",
    "mode": "stream",
    "sealed": True,
    "hash_seed": 0,
    "canon": 1,
    "reseeds": [["load", 7]],
    "determinism": {"strict": False, "torch.deterministic_algorithms": True},
    "environment": {
        "python": "3.11.7",
        "implementation": "CPython",
        "platform": "Linux-x86_64",
        "kernel": "python3",
        "cpu": "a processor (avx2)",
        "cores": 2,
        "threads": {"torch": 2},
        "blas": ["libopenblas.so.0"],
        "flags": {"XLA_FLAGS": ""},
        "devices": [],
        "packages": {"numpy": "2.1.3"},
    },
    "inputs": {"../data/x.csv": "0a1b2c3d4e"},
    "parameters": {"alpha": 0.5, "names": ["a", None]},
    "cells": {"load": LINE, "h-0123456789-0": "b2 s=0123456789 unseeded"},
}

names = st.text(max_size=20)
seeds = st.integers(0, 2**32 - 1)
scalars = st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | names
json_values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
environments = st.fixed_dictionaries(
    {},
    optional={
        "python": names,
        "cores": st.integers(0, 2**31),
        "threads": st.dictionaries(names, st.integers(0, 512), max_size=3),
        "blas": st.lists(names, max_size=3),
        "packages": st.dictionaries(names, names, max_size=3),
        "future": json_values,
    },
)
records = st.builds(
    Record,
    seed=seeds,
    origin=st.sampled_from(ORIGINS),
    mode=st.sampled_from(MODES),
    sealed=st.booleans(),
    hash_seed=st.none() | seeds,
    canon=st.integers(1, 9),
    reseeds=st.lists(st.tuples(names, seeds), max_size=3).map(tuple),
    determinism=st.dictionaries(names, scalars, max_size=3),
    environment=environments,
    inputs=st.dictionaries(st.sampled_from(["a.csv", "../b.csv", "c/d"]), digests),
    parameters=st.dictionaries(names, json_values, max_size=3),
    cells=st.dictionaries(names, lines, max_size=4),
    extra=st.dictionaries(names.filter(lambda name: name not in SCHEMA["properties"]), json_values, max_size=2),
)


def changed(**members: Any) -> dict[str, Any]:
    """Return the full record with some members replaced."""
    return {**FULL, **members}


def test_reads_and_writes_every_member() -> None:
    """A record that is read and written says the same."""
    assert Record.from_json(FULL).to_json() == FULL


@settings(deadline=None)
@given(records)
def test_what_is_written_is_read_again(record: Record) -> None:
    """Any record that seednb can hold survives the way through JSON."""
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


@settings(deadline=None)
@given(records)
def test_the_schema_accepts_what_is_written(record: Record) -> None:
    """The published schema describes what the writer writes."""
    VALIDATOR.validate(record.to_json())


def test_the_schema_is_a_schema_and_names_every_member() -> None:
    """The published schema is a valid JSON Schema that knows the same members, origins and modes as the reader."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert sorted(FULL) == sorted(SCHEMA["properties"]) == sorted(Record.from_json(FULL).to_json())
    assert list(ORIGINS) == SCHEMA["properties"]["origin"]["enum"]
    assert list(MODES) == SCHEMA["properties"]["mode"]["enum"]


def keys_of(value: Any) -> list[list[str]]:
    """Return the keys of each object in a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [list(value)] if isinstance(value, dict) else []
    return own + [keys for item in inner for keys in keys_of(item)]


@settings(deadline=None)
@given(records)
def test_keys_are_sorted(record: Record) -> None:
    """Each object of a written record has its keys sorted, so that equal records have equal bytes."""
    assert all(keys == sorted(keys) for keys in keys_of(record.to_json()))


def test_only_version_and_seed_are_needed() -> None:
    """A record that a user has written by hand needs a version and a seed."""
    record = Record.from_json({"version": 1, "seed": 42})
    assert (record.seed, record.origin, record.sealed, record.cells) == (42, "notebook", True, {})


def test_unknown_members_survive() -> None:
    """Members that this version does not know are kept and written back."""
    record = Record.from_json(changed(colour={"b": 1, "a": [2]}))
    assert record.extra == {"colour": {"a": [2], "b": 1}}
    assert record.to_json()["colour"] == {"a": [2], "b": 1}


def test_a_newer_record_is_flagged_and_kept() -> None:
    """A record of a later version is written back as it is, with what is known of it at hand."""
    newer = changed(version=2, mode="sideways", cells={"a": "b3 s=00"}, origin="magic")
    record = Record.from_json(newer)
    assert (record.newer, record.seed, record.origin, record.mode, record.cells) == (True, 42, "magic", "stream", {})
    assert newer == record.to_json()


def test_a_newer_record_without_a_seed_is_refused() -> None:
    """Of a later version, too, a record needs a seed that can be used."""
    with pytest.raises(RecordError, match=r"metadata\.seednb\.seed"):
        Record.from_json({"version": 2, "seed": "42"})


# -- where the record stands -------------------------------------------------------------------------


def carrying(*seeds: int) -> dict[str, Any]:
    """Return a cell whose outputs carry records with these seeds."""
    return {"outputs": [{"output_type": "display_data", "data": {RECORD_MIME: {"version": 1, "seed": seed}}} for seed in seeds]}


def test_the_metadata_wins() -> None:
    """A record in the metadata counts, and one in an output does not."""
    record = find_record({"metadata": {"seednb": {"version": 1, "seed": 1}}, "cells": [carrying(2)]})
    assert record is not None
    assert record.seed == 1


def test_the_last_output_wins() -> None:
    """Of several records in outputs the last one counts."""
    record = find_record(
        {"metadata": {}, "cells": [carrying(2), carrying(3, 4), {"cell_type": "markdown"}, {"outputs": [{"output_type": "stream"}]}]}
    )
    assert record is not None
    assert record.seed == 4


@pytest.mark.parametrize(
    "nb", [{}, {"metadata": {}, "cells": []}, {"metadata": {"seednb": None}, "cells": 1}, {"metadata": [], "cells": [1, {"outputs": 2}]}]
)
def test_without_a_record_there_is_none(nb: dict[str, Any]) -> None:
    """A notebook without a record gives None, however broken it is."""
    assert find_record(nb) is None


def test_an_error_names_the_output() -> None:
    """Where the broken record stands in an output, the error says of which cell."""
    with pytest.raises(RecordError, match="an output of cell 2"):
        find_record({"metadata": {}, "cells": [{}, carrying(-1)]})


def test_keys_made_from_sources_fit() -> None:
    """The key of a cell without id is within the bounds of a record."""
    key = source_key("x = 1", 10**6)
    assert {key} == set(Record.from_json(changed(cells={key: LINE})).cells)
