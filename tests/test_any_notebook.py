from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seednb.notebook import Notebook
from tests.test_jsonedit import Style

styles = st.builds(
    Style,
    indent=st.sampled_from([None, 0, 1, 2, 4, "\t"]),
    separators=st.sampled_from([None, (",", ":"), (", ", ": ")]),
    sort_keys=st.booleans(),
    ensure_ascii=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
    bom=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["", "\n", " \n\n"]),
)
texts = st.text(max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
outputs = st.lists(
    st.fixed_dictionaries({"output_type": st.just("stream"), "name": st.just("stdout"), "text": texts | st.lists(texts, max_size=3)})
    | st.fixed_dictionaries(
        {"output_type": st.just("display_data"), "data": st.fixed_dictionaries({"application/json": json_values, "text/plain": texts})}
    ),
    max_size=2,
)
cells = st.lists(
    st.fixed_dictionaries(
        {"cell_type": st.sampled_from(["code", "code", "markdown"]), "source": texts | st.lists(texts, max_size=2)},
        optional={"metadata": st.dictionaries(texts, json_values, max_size=2), "other": json_values},
    ),
    max_size=4,
)
spaces = st.lists(st.sampled_from(["", "", " ", "\n", "\r\n\t", "  "]), min_size=1, max_size=9)
HOLE = re.compile(r'"@(outputs|execution_count|seednb)(\d*)@"')


def noisy(text: str, blanks: list[str]) -> str:
    """Return a JSON text with white space strewn between its tokens."""
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', text)
    return "".join(token + blanks[place % len(blanks)] for place, token in enumerate(tokens))


@settings(deadline=None, max_examples=200)
@given(cells, st.data(), styles, spaces | st.none())
def test_every_byte_outside_the_edited_spans_stays(
    plain: list[dict[str, Any]], data: st.DataObject, style: Style, blanks: list[str] | None
) -> None:
    """Whatever notebook and layout, the edit changes the spans of the edited values and nothing else, and says what was asked."""
    holed = [
        {**cell, **{name: f"@{name}{at}@" for name in ("outputs", "execution_count") if cell["cell_type"] == "code"}}
        for at, cell in enumerate(plain)
    ]
    text = style.dump({"metadata": {"k": [1], "seednb": "@seednb@"}, "cells": holed, "nbformat": 4, "nbformat_minor": 4})
    text = noisy(text, blanks) if blanks is not None else text
    values = {
        "outputs": outputs,
        "execution_count": st.none() | st.integers(0, 99),
        "seednb": st.dictionaries(texts, json_values, max_size=3),
    }
    holes = list(HOLE.finditer(text))
    read = Notebook(HOLE.sub(lambda hole: json.dumps(data.draw(values[hole[1]])), text), "x.ipynb")
    wanted: list[Any] = [data.draw(values[hole[1]]) for hole in holes]
    for hole, value in zip(holes, wanted, strict=True):
        if hole[1] == "seednb":
            read.set_record(value)
        else:
            read.set_cell(int(hole[2]), **{hole[1]: value})
    at, new = 0, read.new_text()
    *pieces, end = HOLE.split(text)[::3]
    for piece, value in zip(pieces, wanted, strict=True):
        assert new.startswith(piece, at)
        found, at = json.JSONDecoder().raw_decode(new, at + len(piece))
        assert joined(found) == joined(value)
    assert new[at:] == end


def joined(value: Any) -> Any:
    """Return outputs with each text in one string."""
    if isinstance(value, list):
        return [joined(item) for item in value]
    if not (isinstance(value, dict) and "output_type" in value):
        return value
    if "text" in value:
        return {**value, "text": "".join(value["text"])}
    return {**value, "data": {**value["data"], "text/plain": "".join(value["data"]["text/plain"])}}
