"""From a file to a checked notebook and its record; each fault is one line with the file's name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seednb import _files
from seednb._files import shown
from seednb._jsontext import Layout, Reader
from seednb._lean import outputs
from seednb._structure import parse_notebook
from seednb.errors import NotebookError, RecordError
from seednb.record import Record, find_record


def read_text(path: Path | str) -> str:
    """Return a file's text."""
    try:
        return _files.read(Path(path)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotebookError(f"{shown(path)} is not UTF-8 text (byte {error.start}): convert it, or save it again in Jupyter") from None


def record_of(nb: Mapping[str, Any], path: Path) -> Record | None:
    """Return the record of a notebook that was read from a file."""
    try:
        return find_record(nb)
    except RecordError as error:
        raise RecordError(f"{shown(path)}: {error} (take metadata.seednb out to run the notebook anew)") from None


def parsed(text: str, path: Path, outputs: Reader | None = None) -> tuple[dict[str, Any], Layout]:
    """Return a checked notebook and where its parts stand."""
    try:
        return parse_notebook(text, outputs)
    except ValueError as error:
        raise NotebookError(f"{shown(path)} {error}") from None


def load(path: Path) -> tuple[dict[str, Any], Record | None]:
    """Return what a notebook says, without its text, and its record: for comparing, which needs few of the outputs in full.

    Texts in outputs are strings, and JSON data is `Deferred`. Raises NotebookError or RecordError, as reading a Notebook does.
    """
    nb, _ = parsed(read_text(path), path, outputs)
    return nb, record_of(nb, path)
