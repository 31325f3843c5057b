"""Outputs, cells and notebooks as nbformat stores them."""

from __future__ import annotations

import base64
import io
from typing import Any

from seednb.compare import CANON, Verdict, compare_outputs, worst
from seednb.record import CellLine, Record


def stream(text: str | list[str], name: str = "stdout") -> dict[str, Any]:
    """Return a stream output."""
    return {"output_type": "stream", "name": name, "text": text}


def display(metadata: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """Return a display of MIME types, whose names are written with _ for the slash."""
    return {
        "output_type": "display_data",
        "metadata": metadata or {},
        "data": {mime.replace("_", "/", 1): value for mime, value in data.items()},
    }


def html(text: str) -> dict[str, Any]:
    """Return a display of HTML."""
    return display(text_html=text)


def plain(text: str, count: int = 1) -> dict[str, Any]:
    """Return a result as plain text."""
    return {"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": {"text/plain": text}}


def error(name: str = "ValueError", value: str = "no", traceback: list[str] | None = None) -> dict[str, Any]:
    """Return an error output."""
    lines = ["---", f"{name}: {value}"] if traceback is None else traceback
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": lines}


def image(
    pixels: list[tuple[int, ...]], size: tuple[int, int] = (2, 2), *, mode: str = "RGB", kind: str = "png", **options: Any
) -> dict[str, Any]:
    """Return a display of an image with these pixels."""
    from PIL import Image

    picture = Image.new(mode, size)
    picture.putdata(pixels)
    return encoded(picture, kind, **options)


def encoded(picture: Any, kind: str = "png", **options: Any) -> dict[str, Any]:
    """Return a display of a Pillow image."""
    data = io.BytesIO()
    picture.save(data, kind.upper(), **options)
    return {"output_type": "display_data", "metadata": {}, "data": {f"image/{kind}": base64.b64encode(data.getvalue()).decode() + "\n"}}


def verdict(recorded: Any, replayed: Any, **options: Any) -> Verdict:
    """Return the verdict on a cell's outputs."""
    return worst(result.verdict for result in compare_outputs(recorded, replayed, **options))


def rules(recorded: Any, replayed: Any, **options: Any) -> set[str]:
    """Return the names of the rules that fired."""
    return {name for result in compare_outputs(recorded, replayed, **options) for name in result.rules}


def cell(key: str | None, source: str, *outputs: dict[str, Any], count: int | None = 1, tags: list[str] | None = None) -> dict[str, Any]:
    """Return a code cell; one that has not run has no count."""
    made: dict[str, Any] = {"cell_type": "code", "execution_count": count, "metadata": {}, "outputs": list(outputs), "source": source}
    if key is not None:
        made["id"] = key
    if tags:
        made["metadata"]["tags"] = tags
    return made


def markdown(text: str) -> dict[str, Any]:
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": text, "id": "m"}


def book(*cells: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook."""
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def record(lines: dict[str, str] | None = None, **values: Any) -> Record:
    """Return a record with these cell lines."""
    cells = {key: CellLine.parse(line) for key, line in (lines or {}).items()}
    return Record(**{"seed": 1, "hash_seed": 0, "canon": CANON, "cells": cells, **values})
