from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from seednb.digest import source_digest
from seednb.errors import NotebookError, RecordError
from seednb.notebook import KEEP, Notebook, cell_keys
from seednb.record import CellLine, Record
from seednb.wire import RECORD_MIME

OUTPUT = {"output_type": "stream", "name": "stdout", "text": "hello\n"}
RECORD = Record(seed=42, cells={"a": CellLine("0123456789")}).to_json()


def code(source: str = "x", **members: Any) -> dict[str, Any]:
    """Return a code cell as JupyterLab stores it."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **members}


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return a notebook."""
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def stored(folder: Path, *cells: dict[str, Any], **metadata: Any) -> Path:
    """Write a notebook as JupyterLab does."""
    path = folder / "nb.ipynb"
    path.write_text(json.dumps(notebook(*cells, **metadata), indent=1) + "\n", encoding="utf-8")
    return path


def h(source: str, number: int) -> str:
    """Return the key of a cell that is known by its source."""
    return f"h-{source_digest(source)}-{number}"


# -- keys --------------------------------------------------------------------------------------------


def test_an_id_is_the_key() -> None:
    """The key is the cell's id, then Colab's, then the source's digest and occurrence among the cells without id."""
    cells = [
        code(id="a"),
        code(metadata={"id": "colab"}),
        code(),
        {"cell_type": "markdown", "metadata": {}, "source": "x"},
        code(),
        code("y"),
        code(),
    ]
    assert cell_keys(notebook(*cells)) == {0: "a", 1: "colab", 2: h("x", 0), 4: h("x", 1), 5: h("y", 0), 6: h("x", 2)}


def test_lines_and_text_give_one_key() -> None:
    """A source gives the same key as one string, as lines, and with the line ends of Windows."""
    cells = [code("a = 1\nb"), code(["a = 1\n", "b"]), code("a = 1\r\nb\r\n")]  # type: ignore[arg-type]  # as on disk
    assert list(cell_keys(notebook(*cells)).values()) == [h("a = 1\nb", number) for number in range(3)]


@pytest.mark.parametrize("bad", ["", None, 5, "vscode-notebook-cell://x", "x" * 201, "a\nb", "\ud800"], ids=repr)
def test_an_id_that_is_none_does_not_count(bad: Any) -> None:
    """A cell whose id no kernel takes is known by its source."""
    assert cell_keys(notebook(code(id=bad))) == {0: h("x", 0)}


def test_keys_differ() -> None:
    """Cells with one id, and ids that look like keys of other cells, still get keys of their own."""
    keys = cell_keys(notebook(code(id="a"), code(id="a"), code(id=h("x", 1)), code(), code("y", id="a")))
    assert keys == {0: "a", 1: h("x", 0), 2: h("x", 1), 3: h("x", 2), 4: h("y", 0)}


def test_a_record_made_without_ids_is_found() -> None:
    """Where the record knows a cell by its source only, that key is used, counted over all cells with the source."""
    cells = [code(id="a"), code(id="b"), code(id="c")]
    record = Record(seed=1, cells={h("x", 1): CellLine(source_digest("x")), "c": CellLine(source_digest("x"))})
    assert cell_keys(notebook(*cells), record) == {0: "a", 1: h("x", 1), 2: "c"}


# -- reading -----------------------------------------------------------------------------------------


def test_what_is_read(tmp_path: Path) -> None:
    """A notebook gives its path, its text, its code cells with their keys, and its record."""
    path = stored(tmp_path, {"cell_type": "markdown", "metadata": {}, "source": []}, code(id="a"), seednb=RECORD)
    read = Notebook.read(str(path))
    assert read.path == path
    assert read.text == path.read_text(encoding="utf-8")
    assert read.code_cells == [(1, "a", read.nb["cells"][1])]
    assert read.keys() == {1: "a"}
    assert read.record() == Record.from_json(RECORD)
    assert (read.bom, read.newline, read.style.unit, read.style.ascii) == (False, "\n", " ", False)


def test_the_record_of_an_output_is_read(tmp_path: Path) -> None:
    """Where nobody could write the metadata, the record of an output is read, and gives the keys."""
    record = Record(seed=7, cells={h("x", 0): CellLine(source_digest("x"))}).to_json()
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "seednb", RECORD_MIME: record}}
    read = Notebook.read(stored(tmp_path, code(id="a", outputs=[output])))
    assert read.keys() == {0: h("x", 0)}


def test_a_broken_record_is_said_before_anything_runs(tmp_path: Path) -> None:
    """A notebook with a broken record is read, and asking for its keys says what is broken."""
    read = Notebook.read(stored(tmp_path, code(), seednb={"version": 1}))
    with pytest.raises(RecordError, match=r"metadata\.seednb\.seed"):
        read.keys()


def test_importing_is_light() -> None:
    """Importing notebooks and records imports none of the slow libraries."""
    heavy = {"nbformat", "nbclient", "jupyter_core", "traitlets", "jsonschema", "fastjsonschema", "numpy", "PIL", "rich"}
    script = "import sys, seednb.notebook, seednb.record; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert heavy.isdisjoint(done.stdout.split())


# -- writing -----------------------------------------------------------------------------------------


def test_what_is_written_is_a_valid_notebook(tmp_path: Path) -> None:
    """Edits reach the file, in nbformat's form, and nothing else changes."""
    path = stored(tmp_path, code(id="a"), code(id="b", execution_count=2), other=[1])
    read = Notebook.read(path)
    read.set_cell(0, outputs=[OUTPUT], execution_count=1)
    assert read.set_record(RECORD)
    assert read.write()
    outputs = [{**OUTPUT, "text": ["hello\n"]}]
    expected = notebook(code(id="a", execution_count=1, outputs=outputs), code(id="b", execution_count=2), other=[1], seednb=RECORD)
    assert json.loads(path.read_text(encoding="utf-8")) == expected == read.edited()
    nbformat.validate(nbformat.read(path, as_version=4))
    assert os.listdir(tmp_path) == ["nb.ipynb"]


def test_equal_bytes_are_not_written(tmp_path: Path) -> None:
    """A notebook whose bytes do not change keeps its time stamp."""
    path = stored(tmp_path, code(execution_count=3), seednb=RECORD)
    before = path.stat()
    read = Notebook.read(path)
    read.set_cell(0, outputs=[], execution_count=3)
    read.set_record(RECORD)
    assert not read.write()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_what_is_kept_is_not_edited(tmp_path: Path) -> None:
    """KEEP stands for a value that is not edited, None for no execution count."""
    read = Notebook.read(stored(tmp_path, code(execution_count=3, outputs=[{**OUTPUT, "text": ["hello\n"]}])))
    read.set_cell(0, execution_count=None)
    read.set_cell(0, outputs=KEEP)
    assert (read.edited()["cells"][0]["execution_count"], len(read.edited()["cells"][0]["outputs"])) == (None, 1)


def test_a_new_file_is_written(tmp_path: Path) -> None:
    """Writing to another file leaves the one that was read as it is."""
    path = stored(tmp_path, code())
    before = path.read_bytes()
    read = Notebook.read(path)
    assert read.write(tmp_path / "copy.ipynb")
    assert (tmp_path / "copy.ipynb").read_bytes() == before
    read.set_cell(0, execution_count=1)
    assert read.write(tmp_path / "copy.ipynb")
    assert path.read_bytes() == before


def test_what_another_program_has_written_is_not_lost(tmp_path: Path) -> None:
    """A file that was saved elsewhere while the notebook ran stays as it is, and the result goes beside it."""
    path = stored(tmp_path, code())
    read = Notebook.read(path)
    theirs = path.read_text(encoding="utf-8").replace('"x"', '"their work"')
    path.write_text(theirs, encoding="utf-8")
    read.set_cell(0, execution_count=1)
    with pytest.raises(NotebookError, match=r"changed by another program.*nb\.partial\.ipynb"):
        read.write()
    assert path.read_text(encoding="utf-8") == theirs
    assert (tmp_path / "nb.partial.ipynb").read_text(encoding="utf-8") == read.new_text()


def test_writing_twice(tmp_path: Path) -> None:
    """What the notebook has itself written is not another program's work."""
    read = Notebook.read(stored(tmp_path, code()))
    for count in (1, 2):
        read.set_cell(0, execution_count=count)
        assert read.write()
    assert Notebook.read(read.path).nb["cells"][0]["execution_count"] == 2


def test_a_newer_record_is_kept(tmp_path: Path) -> None:
    """A record of a later version is never rewritten, nor deleted."""
    path = stored(tmp_path, code(), seednb={"version": 2, "seed": 1, "new": {}})
    read = Notebook.read(path)
    assert not read.set_record(RECORD)
    assert not read.set_record(None)
    assert not read.write()


def test_only_code_cells_are_edited() -> None:
    """Editing a cell that is not there, or holds no code, is refused."""
    read = Notebook(json.dumps(notebook({"cell_type": "markdown", "source": "", "metadata": {}})), "nb.ipynb")
    for index in (0, 1, -1):
        with pytest.raises(NotebookError, match=r"nb\.ipynb has no code cell"):
            read.set_cell(index, execution_count=1)


def test_an_output_that_nests_too_deeply_is_refused(tmp_path: Path) -> None:
    """An output that no JSON writer can write gives NotebookError, and the file stays."""
    path = stored(tmp_path, code())
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    read = Notebook.read(path)
    read.set_cell(0, outputs=[{"output_type": "display_data", "metadata": {}, "data": {"application/json": deep}}])
    with pytest.raises(NotebookError, match="nests too deeply"):
        read.write()
    assert Notebook.read(path).text == read.text
