from __future__ import annotations

import json
from typing import Any, NamedTuple

import nbformat
import pytest

from seednb.notebook import Notebook

RECORD = {"version": 1, "seed": 42, "origin": "magic", "cells": {"a": "b2 s=0123456789"}}
STREAM = {"output_type": "stream", "name": "stdout", "text": "naïve\nπ ≈ 3.14\n"}
RESULT = {
    "output_type": "execute_result",
    "execution_count": 7,
    "metadata": {},
    "data": {"text/plain": ["<Fi", "gure>\nb"], "image/png": "iVBO\n", "application/json": {"b": ["x\ny"], "a": 1.5}},
}
ON_DISK = [
    {"output_type": "stream", "name": "stdout", "text": ["naïve\n", "π ≈ 3.14\n"]},
    {**RESULT, "data": {**RESULT["data"], "text/plain": ["<Figure>\n", "b"]}},  # type: ignore[dict-item]  # JSON
]


class Style(NamedTuple):
    """A way in which a program lays out notebooks."""

    indent: int | str | None = 1
    separators: tuple[str, str] | None = None
    sort_keys: bool = True
    ensure_ascii: bool = False
    newline: str = "\n"
    bom: str = ""
    end: str = "\n"

    def dump(self, value: Any) -> str:
        """Return a value's text in this style."""
        text = json.dumps(value, indent=self.indent, separators=self.separators, sort_keys=self.sort_keys, ensure_ascii=self.ensure_ascii)
        return self.bom + text.replace("\n", self.newline) + self.end


STYLES = {
    "JupyterLab": Style(),
    "VS Code": Style(end=""),
    "VS Code with tabs": Style(indent="\t"),
    "Colab": Style(indent=2, sort_keys=False, end=""),
    "Colab without indentation": Style(indent=0, sort_keys=False, ensure_ascii=True),
    "one line": Style(indent=None),
    "compact": Style(indent=None, separators=(",", ":"), end=""),
    "four spaces, CRLF": Style(indent=4, newline="\r\n"),
    "old Mac": Style(indent=1, newline="\r", end=""),
    "byte order mark": Style(bom="\ufeff", newline="\r\n"),
    "escaped": Style(ensure_ascii=True),
    "spaces around colons": Style(indent=2, separators=(",", " : ")),
}


def code(number: int, *, minor: int = 5, **members: Any) -> dict[str, Any]:
    """Return a code cell that has been run."""
    identity = {"id": f"cell-{number}"} if minor == 5 else {}
    cell = {"cell_type": "code", **identity, "metadata": {}, "source": ["x = 'ä\\u00e4'\n", "x"], "execution_count": number, "outputs": []}
    return {**cell, **members}


def notebook(*cells: dict[str, Any], minor: int = 5, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a notebook in Colab's order of keys."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "title": "naïve"}
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": kernel if metadata is None else metadata, "cells": list(cells)}


@pytest.mark.parametrize("minor", range(6))
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_an_edited_file_is_as_its_program_would_have_written_it(style: Style, minor: int) -> None:
    """New values follow the file's layout: the result is what the same program writes of the edited notebook."""
    markdown = {"cell_type": "markdown", "metadata": {}, "source": ["ö"], **({"id": "text"} if minor == 5 else {})}
    old = notebook(markdown, code(1, minor=minor), code(2, minor=minor, outputs=[STREAM]), minor=minor)
    read = Notebook(style.dump(old), "x.ipynb")
    read.set_cell(1, outputs=[STREAM, RESULT], execution_count=9)
    read.set_cell(2, outputs=[], execution_count=None)
    read.set_record(RECORD)
    outputs, record = (json.loads(json.dumps(value, sort_keys=True)) for value in (ON_DISK, RECORD))
    new = notebook(
        markdown, code(1, minor=minor, execution_count=9, outputs=outputs), code(2, minor=minor, execution_count=None), minor=minor
    )
    new["metadata"] = dict(sorted({**old["metadata"], "seednb": record}.items()))
    assert read.new_text() == style.dump(new)
    nbformat.validate(nbformat.reads(read.new_text().lstrip("\ufeff"), as_version=4))


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_values_that_are_there_already_keep_their_bytes(style: Style) -> None:
    """Setting what the file says, lines joined or not, changes no byte."""
    old = style.dump(notebook(code(1, outputs=ON_DISK), metadata={"seednb": RECORD}))
    read = Notebook(old, "x.ipynb")
    read.set_cell(0, outputs=[STREAM, RESULT], execution_count=1)
    read.set_record(dict(reversed(RECORD.items())))
    assert read.new_text() == old


@pytest.mark.parametrize("metadata", [{}, {"a": 1}, {"z": 1}, {"b": 1, "a": 2}, {"a": {}, "z": []}], ids=str)
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_record_that_is_set_and_deleted_leaves_nothing(style: Style, metadata: dict[str, Any]) -> None:
    """Deleting the record gives the bytes that the file had before it was set."""
    old = style.dump(notebook(code(1), metadata=metadata))
    read = Notebook(old, "x.ipynb")
    read.set_record(RECORD)
    with_record = Notebook(read.new_text(), "x.ipynb")
    assert with_record.nb["metadata"] == {**metadata, "seednb": RECORD}
    with_record.set_record(None)
    assert with_record.new_text() == old


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a":1,"cell_type":"code","z":2}', '{"a":1,"cell_type":"code","execution_count":5,"outputs":[],"z":2}'),
        ('{"cell_type": "code", "a": 1}', '{"cell_type": "code", "a": 1, "execution_count": 5, "outputs": []}'),
        ('{\n "cell_type": "code"\n}', '{\n "cell_type": "code",\n "execution_count": 5,\n "outputs": []\n}'),
        ('{ "z" : 0, "cell_type" : "code" }', '{ "z" : 0, "cell_type" : "code", "execution_count" : 5, "outputs" : [] }'),
        (
            '{"outputs":  [ ] ,"z":"\\u00e9é\\/","cell_type":"code"}',
            '{"outputs":  [ ] ,"z":"\\u00e9é\\/","cell_type":"code","execution_count":5}',
        ),
    ],
)
def test_a_missing_member_goes_where_it_fits(before: str, after: str) -> None:
    """A new member goes to its place among sorted ones, else to the end; what stands around it stays."""
    head, tail = '{"nbformat":4,"nbformat_minor":4,"cells":[', "]}"
    read = Notebook(head + before + tail, "x.ipynb")
    read.set_cell(0, outputs=[], execution_count=5)
    assert read.new_text() == head + after + tail


def test_metadata_that_is_missing_is_made() -> None:
    """A notebook without metadata gets it, to hold the record."""
    bare = {"cells": [], "nbformat": 4, "nbformat_minor": 2}
    read = Notebook(Style(indent=2).dump(bare), "x.ipynb")
    read.set_record(RECORD)
    assert read.new_text() == Style(indent=2).dump({**bare, "metadata": {"seednb": RECORD}})


@pytest.mark.parametrize(
    ("inside", "escaped"),
    [
        ("é", False),
        ("\\u00e9", True),
        ("\\\\u00e9", False),
        ("\\\\\\u00e9", True),
        ("\\u001b[0m", False),
        ("a", False),
        ("é \\u00e9", False),
    ],
)
def test_new_texts_are_escaped_as_the_old_ones(inside: str, escaped: bool) -> None:  # noqa: FBT001  # pytest gives it
    """New values escape what is not ASCII exactly if the file does."""
    text = '{"nbformat":4,"nbformat_minor":4,"cells":[{"cell_type":"code","source":"HERE","outputs":[]}]}'
    read = Notebook(text.replace("HERE", inside), "x.ipynb")
    read.set_cell(0, outputs=[STREAM])
    assert ("\\u03c0" in read.new_text()) is escaped
    assert ("π" in read.new_text()) is not escaped


def test_what_json_cannot_hold_becomes_null() -> None:
    """NaN and infinities in a new output are written as null, as JupyterLab does; a lone surrogate is escaped."""
    read = Notebook(Style().dump(notebook(code(1))), "x.ipynb")
    data = {"application/json": [float("nan"), {"a": float("-inf")}, 0.5], "text/plain": "\ud800"}
    read.set_cell(0, outputs=[{"output_type": "display_data", "metadata": {}, "data": data}])
    again = Notebook(read.new_text().encode("utf-8").decode("utf-8"), "x.ipynb")
    assert again.nb["cells"][0]["outputs"][0]["data"] == {"application/json": [None, {"a": None}, 0.5], "text/plain": ["\ud800"]}
