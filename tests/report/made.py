"""Comparisons made by hand: two runs of a notebook, as their files would tell of them, without a kernel."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

from seednb.compare import CANON, compare_notebooks
from seednb.digest import ALGORITHM, source_digest
from seednb.record import Record
from seednb.report import Facts, Side, gather
from tests.conftest import notebook


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    """Return a stream output."""
    return {"output_type": "stream", "name": name, "text": text}


def display(**data: Any) -> dict[str, Any]:
    """Return a display; `__` stands for `/` and `_` for `+` in the names of MIME types."""
    return {"output_type": "display_data", "metadata": {}, "data": {mime.replace("__", "/").replace("_", "+"): data[mime] for mime in data}}


def error(name: str, value: str) -> dict[str, Any]:
    """Return an error output."""
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [f"\x1b[31m{name}\x1b[0m: {value}"]}


def png(*changed: tuple[int, int], size: tuple[int, int] = (40, 30), mode: str = "RGB") -> str:
    """Return a white picture in which some pixels are black, as notebooks store it."""
    image = Image.new(mode, size, "white")
    for place in changed:
        image.putpixel(place, 0 if mode == "L" else (0, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def gif(*frames: int, size: tuple[int, int] = (4, 3)) -> str:
    """Return an animated picture, whose frames are of these shades of grey, as notebooks store it."""
    first, *others = (Image.new("L", size, shade) for shade in frames)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=100)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def side(name: str, sources: list[str], outputs: list[list[Any]], *, states: list[str] | None = None, **environment: Any) -> Side:
    """Return one run. states: for each cell the words of its line beside the digest of the source."""
    nb = notebook(*sources)
    for cell, given in zip(nb["cells"], outputs):
        cell.update(outputs=given, execution_count=1)
    if states is None:
        return Side(nb, None, name)
    lines = {
        f"cell-{k}": f"{ALGORITHM} s={source_digest(source)} {words}".strip() for k, (source, words) in enumerate(zip(sources, states))
    }
    known = {"version": 1, "canon": CANON, "seed": 42, "origin": "generated", "environment": environment, "cells": lines}
    return Side(nb, Record.from_json(known), name)


def facts(
    sources: list[str],
    recorded: list[list[Any]],
    replayed: list[list[Any]],
    *,
    states: tuple[list[str], list[str]] | None = None,
    environments: tuple[dict[str, Any], dict[str, Any]] = ({}, {}),
    **more: Any,
) -> Facts:
    """Return what reports tell of two runs."""
    lines = states or (None, None)
    a = side("recorded", sources, recorded, states=lines[0], **environments[0])
    b = side("replayed", sources, replayed, states=lines[1], **environments[1])
    comparison = compare_notebooks(a.nb, b.nb, record_a=a.record, record_b=b.record)
    return gather("verify", "nb.ipynb", comparison, a, b, **{"seed": 42, "origin": "generated", **more})


def of_all_verdicts() -> Facts:
    """Return a comparison that has most of what there is: pictures, texts, states, rules, an environment, an error."""
    sources = ["import numpy as np", "np.random.rand()", "plot()", "print(object())", "fit()", "1 / n", "shown()"]
    recorded = [
        [],
        [display(text__plain="0.3745401188473625")],
        [display(image__png=png((3, 3)), text__plain="<Figure>")],
        [stream("<object object at 0x7f0000000010>\n")],
        [stream("epoch 1\nloss 51.204998\nepoch 2\n")],
        [stream("1.0\n")],
        [],
    ]
    replayed = [
        [],
        [display(text__plain="0.3745401188473625")],
        [display(image__png=png((3, 3), (30, 20)), text__plain="<Figure>")],
        [stream("<object object at 0x7f00000000aa>\n")],
        [stream("epoch 1\nloss 51.205002\nepoch 2\n")],
        [error("ZeroDivisionError", "division by zero")],
        [],
    ]
    before = ["", "numpy=aaaaaaaaaa", "", "", "numpy=bbbbbbbbbb", "", ""]
    after = ["", "numpy=aaaaaaaaaa", "", "", "numpy=cccccccccc", "", ""]
    one, other = (
        {"cpu": "x", "packages": {"numpy": "2.1.0", "torch": "2.13"}},
        {"cpu": "x", "packages": {"numpy": "2.2.0", "torch": "2.13"}},
    )
    result = facts(
        sources,
        recorded,
        replayed,
        states=(before, after),
        environments=(one, other),
        failed=5,
        reason="ZeroDivisionError",
        other="new.ipynb",
    )
    assert {"identical", "diverged", "failed"} <= {cell.result.verdict.value for cell in result.cells}
    return result
