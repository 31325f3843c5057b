from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seednb._files import MAX_BYTES
from seednb.errors import NotebookError
from seednb.notebook import Notebook, load

GOOD = {
    "cells": [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "text"},
        {
            "cell_type": "code",
            "id": "c",
            "metadata": {"tags": []},
            "source": ["x\n", "y"],
            "execution_count": 3,
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["a"]},
                {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "a", "application/json": {"a": [1]}}},
                {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
                {"output_type": "from the future"},
            ],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def notebook(**members: Any) -> str:
    """Return the text of a good notebook with some members replaced."""
    return json.dumps({**GOOD, **members})


def code(**members: Any) -> str:
    """Return the text of a notebook whose only cell has some members replaced."""
    return notebook(cells=[{**GOOD["cells"][1], **members}])  # type: ignore[index]  # JSON


def output(**members: Any) -> str:
    """Return the text of a notebook with one output."""
    return code(outputs=[members])


BROKEN = {
    "is empty": "",
    "is empty:": "\ufeff \n\0\0",
    "is not JSON": "hello",
    "is not JSON: Expecting ',' delimiter (line 1": notebook()[:-1],
    "is not JSON: Extra data": notebook() + "{}",
    "merge conflict": '{\n<<<<<<< HEAD\n "cells": []\n',
    "git lfs pull": "version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
    "Invalid control character": '{"a\n": 1}',
    "Expecting property name": '{"cells": [],}',
    "Expecting ':' delimiter": '{"cells" []}',
    "it holds no object": "[1, 2]",
    "it holds no object;": "null",
    "it does not say which nbformat": "{}",
    "it does not say which nbformat it": notebook(nbformat="4"),
    "it does not say which nbformat it has": notebook(nbformat_minor=None),
    "has notebook format 3": json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}),
    "has notebook format 5.0": notebook(nbformat=5, nbformat_minor=0),
    "has notebook format 4.6": notebook(nbformat_minor=6),
    "its cells are missing": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "its cells are not a list": notebook(cells={}),
    "its metadata is not an object": notebook(metadata=[]),
    "cell 1: it is not an object": notebook(cells=[None]),
    "cell 1: it has no cell_type": notebook(cells=[{}]),
    "cell 1: its source is not text": code(source=5),
    "cell 1: its source is not text;": code(source=["a", 5]),
    "cell 1: its metadata is not an object": code(metadata=None),
    "cell 1: its outputs are not a list": code(outputs={}),
    "cell 1: its execution_count is not a number": code(execution_count="*"),
    "cell 1: its execution_count is not a": code(execution_count=True),
    "cell 1: its output 1 is not an object": code(outputs=["x"]),
    "output 1 has no output_type": output(text="x"),
    "output 1 has no name or no text": output(output_type="stream", name="stdout", text=[1]),
    "output 1 has no error name": output(output_type="error", ename="E", evalue="v", traceback=None),
    "output 1 has no data": output(output_type="display_data", metadata={}),
    "output 1 has metadata that": output(output_type="display_data", data={}, metadata=[]),
    "output 1 has 'text/plain' that is not text": output(output_type="execute_result", data={"text/plain": {}}),
    "Duplicate key 'cells'": '{"nbformat": 4, "cells": [], "cells": []}',
    "Duplicate key 'source'": '{"nbformat": 4, "cells": [{"source": "", "source": "x"}]}',
    "Duplicate key 'seed'": '{"nbformat": 4, "metadata": {"seednb": {"seed": 1, "seed": 2}}}',
    "NaN is no JSON value": code(metadata={"a": float("nan")}),
    "-Infinity is no JSON value": output(output_type="display_data", data={"application/json": [float("-inf")]}),
    "an integer has more than 4300 digits": '{"nbformat": 4, "a": ' + "9" * 5000 + "}",
    "nests": '{"nbformat": 4, "nbformat_minor": 5, "cells": [], "a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "nests deeper than 200 levels": notebook(metadata={"a": json.loads("[" * 250 + "]" * 250)}),
}


@pytest.mark.parametrize(("said", "text"), BROKEN.items(), ids=BROKEN)
def test_what_is_no_notebook_is_refused_in_one_line(tmp_path: Path, said: str, text: str) -> None:
    """Each way in which a file is no notebook gives one line with its name, what is wrong and what to do."""
    path = tmp_path / "analysis.ipynb"
    path.write_bytes(text.encode("utf-8"))
    with pytest.raises(NotebookError) as caught:
        Notebook.read(path)
    message = str(caught.value)
    with pytest.raises(NotebookError, match=f"^{re.escape(message)}$"):
        load(path)
    assert said.rstrip(";:") in message
    assert message.startswith(f"{path} ")
    assert message.isprintable()
    assert len(message) < 300 + len(str(path))


@pytest.mark.parametrize(
    "data", [b"\xff\xfe{\x00}\x00", '{"a": "\xe9"}'.encode("latin-1"), b"\x89PNG\r\n"], ids=["UTF-16", "Latin-1", "PNG"]
)
def test_what_is_not_utf_8_is_refused(tmp_path: Path, data: bytes) -> None:
    """A file in another encoding is named as such."""
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    with pytest.raises(NotebookError, match="is not UTF-8 text"):
        Notebook.read(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe, a loop of links and a path that cannot be are named as such."""
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "loop.ipynb").symlink_to("loop.ipynb")
    for name, said in {
        "none.ipynb": "does not exist",
        "none/none.ipynb": "does not exist",
        "": "is a folder",
        "pipe.ipynb": "is not a regular file",
        "loop.ipynb": "cannot be read: too many levels",
        "a\0b.ipynb": "cannot be read: embedded null",
        "x" * 300: "cannot be read: file name too long",
    }.items():
        with pytest.raises(NotebookError, match=said) as caught:
            Notebook.read(tmp_path / name, sweep=True)
        assert str(caught.value).isprintable()
        assert str(caught.value).count(str(tmp_path)) == 1


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    """A file of more than 1 GiB is refused before it is read."""
    path = tmp_path / "x.ipynb"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(NotebookError, match="larger than 1 GiB"):
        Notebook.read(path)


def test_what_the_file_lacks_is_put_in() -> None:
    """A notebook without metadata, sources, outputs and counts is read as if these were empty."""
    nb = Notebook('{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "x.ipynb").nb
    assert nb["metadata"] == {}
    assert nb["cells"] == [{"cell_type": "code", "source": "", "metadata": {}, "outputs": [], "execution_count": None}]


def test_a_duplicate_within_an_output_is_left_alone() -> None:
    """What a library has written into an output is read as Jupyter reads it: the last one of two equal keys counts."""
    text = output(output_type="display_data", data={"application/json": 0}).replace(
        '{"application/json": 0}', '{"application/json": {"a": 1, "a": 2}}'
    )
    assert Notebook(text, "x.ipynb").nb["cells"][0]["outputs"][0]["data"] == {"application/json": {"a": 2}}


# -- hostile files -----------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["data", "text", "output_type"]), inner, max_size=3)
    ),
    max_leaves=6,
)
cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "code", "markdown"]) | json_values},
    optional=dict.fromkeys(("source", "outputs", "metadata", "execution_count", "id"), json_values),
)
notebooks = st.fixed_dictionaries(
    {"nbformat": st.just(4) | json_values, "cells": st.lists(cells | json_values, max_size=3) | json_values},
    optional={"nbformat_minor": st.integers(0, 6) | json_values, "metadata": st.dictionaries(st.just("seednb"), json_values) | json_values},
)
TEXT = notebook()


def read_and_edit(data: bytes, path: Path) -> None:
    """Read a file and, if it is a notebook, edit it: the result must be a notebook again."""
    path.write_bytes(data)
    try:
        read = Notebook.read(path)
    except NotebookError as error:
        if not str(error).isprintable():
            raise AssertionError(repr(error)) from error
        return
    for index, cell in enumerate(read.nb["cells"]):
        if cell["cell_type"] == "code":
            read.set_cell(index, outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}], execution_count=1)
    read.set_record({"version": 1, "seed": 1})
    again = Notebook(read.new_text(), path)
    assert [index for index, _, cell in again.code_cells if cell["execution_count"] != 1] == []


@settings(deadline=None)
@given(json_values | notebooks)
def test_hostile_json_gives_a_notebook_or_an_error(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    """Whatever JSON is in a file, reading and editing it give a notebook or NotebookError."""
    read_and_edit(json.dumps(value).encode(), tmp_path_factory.getbasetemp() / "hostile.ipynb")


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(TEXT)), st.integers(0, 30))
def test_hostile_bytes_give_a_notebook_or_an_error(tmp_path_factory: pytest.TempPathFactory, junk: bytes, start: int, length: int) -> None:
    """Whatever bytes replace a stretch of a notebook, or stand alone, reading gives a notebook or NotebookError."""
    path = tmp_path_factory.getbasetemp() / "hostile.ipynb"
    read_and_edit(junk, path)
    read_and_edit(TEXT.encode()[:start], path)
    read_and_edit(TEXT.encode()[:start] + junk + TEXT.encode()[start + length :], path)
