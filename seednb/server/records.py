"""Records of notebooks that a front end has open: completed with what a kernel cannot know, and merged over what is known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from seednb.compare import CANON, output_digests
from seednb.inputs import MAX_FILES
from seednb.notebook import cell_keys
from seednb.record import CellLine, Record
from seednb.replay.run import digest_inputs
from seednb.report.surroundings import ABSENT, Difference, differences
from seednb.server.requests import BAD_REQUEST, RefusedError
from seednb.server.told import outputs_of

_SET_BEFORE = ("flag ", "threads ")
_LATE = ("threads torch",)


def completed(body: Mapping[str, Any], folder: Path, root: Path) -> dict[str, Any]:
    """Return the record that an open notebook is to hold: the kernel's, with digests of outputs and input files.

    Lines of cells that are still there and did not run now are kept, if the seed, the mode and the sealing are the same.
    A record that a newer seednb has written is returned as it is.
    """
    known = None if body.get("known") is None else Record.from_json(body["known"])
    if known is not None and known.newer:
        return known.to_json()
    new = replace(Record.from_json(body.get("record"), where="the kernel's record"), canon=CANON)
    names = _names(body, new, known)
    new, keys = new.renamed(names), [names.get(key, key) for key in _texts(body.get("keys"), "keys")]
    cells = {names.get(key, key): cell for key, cell in _cells(body.get("cells")).items()}
    same = known is not None and (known.seed, known.mode, known.sealed, known.canon) == (new.seed, new.mode, new.sealed, CANON)
    before: Mapping[str, CellLine] = known.cells if known is not None and same else {}
    lines = {key: _line(line, cells.get(key), before.get(key)) for key, line in new.cells.items()}
    together = {**before, **lines}
    inputs = digest_inputs([name for name in _texts(body.get("inputs"), "inputs")[:MAX_FILES] if _inside(folder / name, root)], folder)
    kept: Mapping[str, str] = known.inputs if known is not None and same else {}
    return replace(
        new,
        cells={key: together[key] for key in keys if key in together},
        inputs={**kept, **inputs},
        parameters=known.parameters if known is not None else new.parameters,
        extra={**new.extra, **(known.extra if known is not None else {})},
    ).to_json()


def lines_by_id(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the lines of a record that calls cells by their sources, by the ids that the front end has for them."""
    known = Record.from_json(body.get("known"))
    return {key: str(known.cells[name]) for key, name in _keys(body, known).items() if name in known.cells}


def surroundings(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what differs between the surroundings that a record was made in and those of a runtime.

    What is not loaded yet does not differ.
    """
    current = body.get("current")
    environment = current.get("environment") if isinstance(current, dict) else None
    known = replace(Record.from_json(body.get("known")), inputs={})
    here = Record.from_json({"version": 1, "seed": known.seed, "environment": environment or {}}, where="the runtime's state")
    found = differences(known, replace(known, environment=here.environment))
    return [{"name": one.name, "first": one.first, "second": one.second} for one in found if _counts(one)]


def _counts(one: Difference) -> bool:
    if one.name == "blas":
        return not set(one.second.split(", ")) <= {*one.first.split(", "), ABSENT}
    if ABSENT not in (one.first, one.second):
        return True
    return one.name.startswith(_SET_BEFORE) and one.name not in _LATE


def _line(line: CellLine, cell: Mapping[str, Any] | None, before: CellLine | None) -> CellLine:
    """Return a cell's line with the digests of its outputs: of these, else those that were recorded of the same run."""
    if cell is not None:
        return replace(line, outputs=output_digests(outputs_of(cell.get("outputs")), cell["source"]))
    return before if before is not None and replace(before, outputs=None) == replace(line, outputs=None) else line


def _names(body: Mapping[str, Any], new: Record, known: Record | None) -> dict[str, str]:
    """Return the key in the file of each cell, by what the front end and the kernel call it. They agree where no sources are sent.

    A kernel calls a cell by its source where nobody has told it the id, and so does a record of a file that stores none.
    """
    in_file, in_kernel = _keys(body, known), _keys({**body, "stored_ids": True}, new)
    return {name: key for own, key in in_file.items() for name in (own, in_kernel[own])}


def _keys(body: Mapping[str, Any], record: Record | None) -> dict[str, str]:
    """Return what a record calls the cells of which the front end has sent the sources, by their ids there."""
    sources = body.get("sources")
    if sources is None:
        return {}
    if not isinstance(sources, dict) or not all(isinstance(source, str) for source in sources.values()):
        raise RefusedError(BAD_REQUEST, "'sources' must be an object of texts by id, or null")
    stored = body.get("stored_ids", True) is True
    cells = [{"cell_type": "code", "id": key if stored else None, "metadata": {}, "source": source} for key, source in sources.items()]
    found = cell_keys({"cells": cells}, record)
    return {key: found[index] for index, key in enumerate(sources)}


def _cells(value: Any) -> dict[str, dict[str, Any]]:
    good = isinstance(value, dict) and all(isinstance(cell, dict) and isinstance(cell.get("source"), str) for cell in value.values())
    if not good:
        raise RefusedError(BAD_REQUEST, "'cells' must be an object of cells by key, each with its source and outputs")
    return dict(value)


def _texts(value: Any, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RefusedError(BAD_REQUEST, f"{name!r} must be a list of texts")
    return value


def _inside(path: Path, root: Path) -> bool:
    """Tell whether a file lies below the server's root: others are not read for a front end."""
    try:
        return os.path.commonpath([os.path.abspath(path), os.path.abspath(root)]) == os.path.abspath(root)
    except ValueError:  # another drive, or a null character
        return False
