"""Notebooks read for comparing: the same content in less memory, and no fault passes that reading in full finds."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from seednb._lean import Deferred, told
from seednb._structure import rejoined
from seednb.errors import NotebookError, RecordError
from seednb.notebook import Notebook, load
from seednb.wire import RECORD_MIME

DATA = {"data": [{"y": [0.5, 1e300, -3, 1.25e-7], "name": "é\n"}], "layout": {}, "empty": []}


def written(path: Path, *outputs: Any, indent: int | None = None, **metadata: Any) -> Path:
    """Write a notebook with one code cell that has these outputs."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": ["x\n", "y"], "outputs": list(outputs)}
    nb = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [cell]}
    path.write_text(json.dumps(nb, indent=indent), encoding="utf-8")
    return path


def display(**data: Any) -> dict[str, Any]:
    """Return a display of MIME types, whose names are written with _ for the slash."""
    return {"output_type": "display_data", "metadata": {}, "data": {mime.replace("_", "/", 1): value for mime, value in data.items()}}


@pytest.mark.parametrize("indent", [None, 1])
def test_the_content_is_what_reading_in_full_gives(tmp_path: Path, indent: int | None) -> None:
    """Texts come as strings, JSON data as text that has the value, everything else as it is."""
    outputs = (
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
        display(**{"text_plain": ["a\n", "b"], "application_json": DATA, "application_vnd.plotly.v1+json": [0.1]}),
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t", "u"]},
        {"output_type": "from the future", "data": {"application/json": DATA}, "parts": [1.5]},
    )
    path = written(tmp_path / "a.ipynb", *outputs, indent=indent)
    nb, record = load(path)
    full = Notebook.read(path).nb
    assert record is None
    assert isinstance(nb["cells"][0]["outputs"][1]["data"]["application/json"], Deferred)
    assert [full["cells"][0] | {"outputs": rejoined(full["cells"][0]["outputs"])}] == json.loads(json.dumps(nb["cells"], default=told))
    assert {**full, "cells": []} == {**nb, "cells": []}


def test_numbers_cost_no_more_memory_than_their_text(tmp_path: Path) -> None:
    """A plot of many numbers takes about the size of its text, and not the several times that of its numbers."""
    path = written(tmp_path / "a.ipynb", display(application_json={"y": [number / 7 for number in range(50_000)]}))
    tracemalloc.start()
    nb, _ = load(path)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert nb["cells"]
    assert held < 1.2 * path.stat().st_size


@pytest.mark.parametrize("value", ["[1.5.5]", "[1.5", '{"a" 1.5}', "[01.5]", "[NaN]", "[1.5]]", "-", "[" * 300 + "]" * 300, "[" * 10**5])
def test_broken_json_in_an_output_is_refused_as_ever(tmp_path: Path, value: str) -> None:
    """JSON data that is none is told when the file is read, in the words that reading in full gives."""
    path = written(tmp_path / "a.ipynb", display(application_json="VALUE"))
    path.write_text(path.read_text(encoding="utf-8").replace('"VALUE"', value), encoding="utf-8")
    said = []
    for read in (Notebook.read, load):
        with pytest.raises(NotebookError) as caught:
            read(path)
        said.append(str(caught.value))
    assert said[0] == said[1] or all(" nests " in words for words in said)


def test_of_equal_keys_the_last_counts(tmp_path: Path) -> None:
    """What a library has written twice into an output is read as Jupyter reads it."""
    path = written(tmp_path / "a.ipynb", display(application_json="VALUE"))
    path.write_text(path.read_text(encoding="utf-8").replace('"VALUE"', '1, "application/json": {"a": 1, "a": 2.5}'), encoding="utf-8")
    assert {"a": 2.5} == load(path)[0]["cells"][0]["outputs"][0]["data"]["application/json"].value


def test_the_record_is_found_in_an_output_and_in_the_metadata(tmp_path: Path) -> None:
    """A record is read wherever it is; a broken one is refused with the file's name."""
    record = {"version": 1, "seed": 7}
    for name, path in (
        ("output", written(tmp_path / "a.ipynb", display(**{RECORD_MIME.replace("/", "_", 1): record, "text_plain": "seed"}))),
        ("metadata", written(tmp_path / "b.ipynb", seednb=record)),
    ):
        found = load(path)[1]
        assert found is not None, name
        assert 7 == found.seed
    with pytest.raises(RecordError, match=r"c\.ipynb: .*take metadata\.seednb out"):
        load(written(tmp_path / "c.ipynb", seednb={"version": 1, "seed": "x"}))


def test_nothing_else_passes_for_json() -> None:
    """A value that is neither JSON nor deferred is refused, not shown."""
    assert [1.5] == told(Deferred("[1.5]"))
    with pytest.raises(TypeError, match="set is no JSON"):
        told(set())
