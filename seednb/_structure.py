"""Is this JSON a notebook of format 4.0 to 4.5? Checked here, once, so that no other room meets a list where a dict belongs."""

from __future__ import annotations

import json
import re
from typing import Any

from seednb._jsontext import MAX_DEPTH, MAX_DIGITS, Layout, Reader, parse, too_deep

MAX_MINOR = 5
_SAVE_AGAIN = "open it in Jupyter and save it again"
_RESTORE = "restore it from a backup or from version control"


_BLANK = re.compile(r"\ufeff?[ \t\r\n\0]*")
_SPLIT_MIMES = frozenset({"application/javascript", "image/svg+xml"})


class StructureError(ValueError):
    """Says what is wrong and what to do, to stand after the file's name."""


def parse_notebook(text: str, outputs: Reader | None = None) -> tuple[dict[str, Any], Layout]:
    """Return a checked notebook and where its parts stand; what the format asks for and the text lacks is put in.

    outputs: reads the outputs of cells, if they are not wanted as they are.
    """
    if _BLANK.fullmatch(text):
        raise StructureError(f"is empty: {_RESTORE}")
    try:
        nb, layout = parse(text, outputs)
    except (RecursionError, MemoryError):
        raise StructureError("nests too deeply or is too large: clear the output that does") from None
    except json.JSONDecodeError as error:
        raise StructureError(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno}); {_hint(error)}") from None
    except ValueError as error:
        problem = f"an integer has more than {MAX_DIGITS} digits" if str(error).startswith("Exceeds") else str(error)
        raise StructureError(f"is not JSON that Jupyter reads: {problem}; clear the output that holds it, or {_SAVE_AGAIN}") from None
    if layout is None:
        raise StructureError("is JSON, but not a notebook: it holds no object")
    check(nb)
    return nb, layout


def check(nb: dict[str, Any]) -> None:
    """Raise StructureError unless `nb` is a notebook; put in what the format asks for and it lacks."""
    _check_version(nb)
    cells = nb.get("cells")
    if not isinstance(cells, list):
        raise StructureError(f"is not a notebook: its cells are {'missing' if cells is None else 'not a list'}")
    if not isinstance(nb.setdefault("metadata", {}), dict):
        raise StructureError(f"is not a notebook: its metadata is not an object; {_SAVE_AGAIN}")
    if too_deep(nb):
        raise StructureError(f"nests deeper than {MAX_DEPTH} levels: clear the output that does")
    for number, cell in enumerate(cells, 1):
        problem = _problem(cell)
        if problem:
            raise StructureError(f"is not a valid notebook: cell {number}: {problem}; {_SAVE_AGAIN}")


def is_json_mime(mime: str) -> bool:
    """Tell whether the data of a mime type is JSON, and no text in lines."""
    return mime == "application/json" or (mime.startswith("application/") and mime.endswith("+json"))


def is_lines(value: Any) -> bool:
    """Tell whether a value is a list of strings."""
    return isinstance(value, list) and {str}.issuperset(map(type, value))


def joined(value: Any) -> str:
    """Return a text that stands as a string or as a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def disk_output(output: Any) -> Any:
    """Return an output as nbformat writes it: texts as lists of lines."""
    output = dict(output)
    if output.get("output_type") == "stream" and _is_text(output.get("text")):
        output["text"] = joined(output["text"]).splitlines(keepends=True)
    if isinstance(output.get("data"), dict):
        output["data"] = {mime: _disk_value(mime, value) for mime, value in output["data"].items()}
    return output


def rejoined(value: Any) -> Any:
    """Return outputs with their texts as strings, as nbformat reads them; anything else as it is."""
    return [_rejoined(item) if isinstance(item, dict) else item for item in value] if isinstance(value, list) else value


def _rejoined(output: dict[str, Any]) -> dict[str, Any]:
    if is_lines(output.get("text")):
        output = {**output, "text": joined(output["text"])}
    data = output.get("data")
    if isinstance(data, dict):
        texts = {mime: joined(value) for mime, value in data.items() if is_lines(value) and not is_json_mime(mime)}
        output = {**output, "data": {**data, **texts}}
    return output


def _disk_value(mime: str, value: Any) -> Any:
    splits = _is_text(value) and (mime.startswith("text/") or mime in _SPLIT_MIMES)
    return joined(value).splitlines(keepends=True) if splits else value


def _hint(error: json.JSONDecodeError) -> str:
    if re.search(r"^(?:<{7}|>{7}) ", error.doc, re.MULTILINE):
        return "it has marks of a merge conflict: resolve it"
    if error.doc.startswith("version https://git-lfs"):
        return "it is a pointer of Git LFS: fetch the file with git lfs pull"
    return _SAVE_AGAIN if error.msg.startswith("Duplicate") else _RESTORE


def _check_version(nb: dict[str, Any]) -> None:
    major: Any = nb.get("nbformat")
    minor: Any = nb.get("nbformat_minor", 0)
    if not (_is_number(major) and _is_number(minor)):
        raise StructureError("is JSON, but not a notebook: it does not say which nbformat it has")
    if major < 4:
        raise StructureError(f"has notebook format {major}, and seednb reads 4: convert it with jupyter nbconvert --to notebook --inplace")
    if (major, minor) > (4, MAX_MINOR):
        raise StructureError(f"has notebook format {major}.{minor}, which is newer than 4.{MAX_MINOR}: update seednb")


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or is_lines(value)


def _problem(cell: Any) -> str:
    if not isinstance(cell, dict):
        return "it is not an object"
    if not isinstance(cell.get("cell_type"), str):
        return "it has no cell_type"
    if not _is_text(cell.setdefault("source", "")):
        return "its source is not text"
    if not isinstance(cell.setdefault("metadata", {}), dict):
        return "its metadata is not an object"
    return _code_problem(cell) if cell["cell_type"] == "code" else ""


def _code_problem(cell: dict[str, Any]) -> str:
    count = cell.setdefault("execution_count", None)
    if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
        return "its execution_count is not a number"
    outputs = cell.setdefault("outputs", [])
    if not isinstance(outputs, list):
        return "its outputs are not a list"
    for number, output in enumerate(outputs, 1):
        problem = _output_problem(output)
        if problem:
            return f"its output {number} {problem}"
    return ""


def _output_problem(output: Any) -> str:
    if not isinstance(output, dict):
        return "is not an object"
    kind = output.get("output_type")
    if not isinstance(kind, str):
        return "has no output_type"
    if not isinstance(output.get("metadata", {}), dict):
        return "has metadata that is not an object"
    if kind == "stream":
        return "" if isinstance(output.get("name"), str) and _is_text(output.get("text")) else "has no name or no text"
    if kind == "error":
        good = isinstance(output.get("ename"), str) and isinstance(output.get("evalue"), str) and is_lines(output.get("traceback"))
        return "" if good else "has no error name, value or traceback"
    return _data_problem(output.get("data")) if kind in {"display_data", "execute_result"} else ""


def _data_problem(data: Any) -> str:
    if not isinstance(data, dict):
        return "has no data"
    for mime, value in data.items():
        if mime.startswith(("text/", "image/")) and not _is_text(value):
            return f"has {mime[:40]!r} that is not text"
    return ""
