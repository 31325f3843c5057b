"""Notebook files, read and written without changing what is not ours: only the edited spans of the text get new bytes."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from seednb import _files
from seednb._files import check_writable, shown, sweep
from seednb._jsonedit import Splice, Style, canonical, remove_member, set_member, splice, style_of
from seednb._reading import load, parsed, read_text, record_of
from seednb._structure import disk_output, joined, rejoined
from seednb._trust import is_trusted, sign
from seednb.digest import source_digest, source_key
from seednb.errors import NotebookError
from seednb.record import Record

__all__ = ["KEEP", "Notebook", "cell_keys", "check_writable", "is_trusted", "load", "sign", "sweep"]

MAX_ID = 200


class _Keep:
    """The type of KEEP."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP = _Keep()
"""Stands for a value that is not edited; None is a value of its own."""


class Notebook:
    """A notebook's text, what it says, and edits of it that wait for `write`.

    `text` is the file's text with its byte order mark and its line ends, `nb` the parsed notebook, in which cells that
    lack metadata, source, outputs or execution_count have empty ones. Neither changes with edits.
    """

    def __init__(self, text: str, path: Path | str) -> None:
        self.path = Path(path)
        self.text = text
        self.nb, self._layout = parsed(text, self.path)
        self._cells: dict[int, dict[str, Any]] = {}
        self._metadata: dict[str, Any] = {}
        self._on_disk = text

    @classmethod
    def read(cls, path: Path | str, *, sweep: bool = False) -> Notebook:
        """Read a notebook. With `sweep`, for one that will be written, remove what a killed writer has left beside it.

        Raises NotebookError with one line that says what is wrong with the file and what to do.
        """
        if sweep:
            _files.sweep(path)
        return cls(read_text(path), path)

    @cached_property
    def style(self) -> Style:
        """How the file is laid out."""
        return style_of(self.text, self._layout)

    @property
    def bom(self) -> bool:
        """Whether the file begins with a byte order mark."""
        return self.text.startswith("\ufeff")

    @property
    def newline(self) -> str:
        """The file's first line end, or an empty string where it has but one line."""
        found = re.search(r"\r\n|\n|\r", self.text)
        return found[0] if found else ""

    @property
    def code_cells(self) -> list[tuple[int, str, dict[str, Any]]]:
        """The code cells: index among all cells, key, cell. Raises RecordError where the record is broken."""
        return [(index, key, self.nb["cells"][index]) for index, key in self.keys().items()]

    def keys(self) -> dict[int, str]:
        """Return the key of each code cell by its index among all cells. Raises RecordError where the record is broken."""
        return dict(self._keys)

    def record(self) -> Record | None:
        """Return the notebook's record, from its metadata or from an output. Raises RecordError where it is broken."""
        return self._found

    def set_cell(self, index: int, *, outputs: Any = KEEP, execution_count: Any = KEEP) -> None:
        """Give a code cell outputs or a count, or both. Values that say what the file says leave its bytes as they are."""
        cells = self.nb["cells"]
        if not 0 <= index < len(cells) or cells[index]["cell_type"] != "code":
            raise NotebookError(f"{shown(self.path)} has no code cell {index + 1}")
        edits = self._cells.setdefault(index, {})
        if outputs is not KEEP:
            edits["outputs"] = [disk_output(output) for output in outputs]
        if execution_count is not KEEP:
            edits["execution_count"] = execution_count

    def set_record(self, record: Mapping[str, Any] | None) -> bool:
        """Set `metadata.seednb`, or with None delete it. A record that a newer seednb has written is kept: returns False."""
        known = self.nb["metadata"].get("seednb")
        version = known.get("version") if isinstance(known, dict) else None
        if isinstance(version, int) and version > Record.VERSION:
            return False
        self._metadata["seednb"] = record
        return True

    def set_widgets(self, widgets: Mapping[str, Any]) -> None:
        """Set `metadata.widgets`, what widgets hold."""
        self._metadata["widgets"] = widgets

    def new_text(self) -> str:
        """Return the text with all edits."""
        try:
            splices = list(self._splices())
        except RecursionError:
            raise NotebookError(f"{shown(self.path)} cannot be written: an output nests too deeply") from None
        return splice(self.text, splices) if splices else self.text

    def edited(self) -> dict[str, Any]:
        """Return the notebook with all edits, as a reader of the new text will see it."""
        return parsed(self.new_text(), self.path)[0]

    def write(self, path: Path | str | None = None) -> bool:
        """Write the notebook with its edits, here or to another file, atomically. Return False where it had these bytes.

        A file that another program has changed since `read` is not overwritten: the result goes to `NAME.partial.ipynb`
        beside it, and NotebookError says so. Raises NotebookError, with the file as it was, where it cannot be written.
        """
        target = self.path if path is None else Path(path)
        check_writable(target)
        text = self.new_text()
        data = text.encode("utf-8")
        if _files.holds(target, data):
            return False
        if self._is_own(target) and not _files.holds(target, self._on_disk.encode("utf-8")):
            aside = target.with_name(target.stem + ".partial.ipynb")
            _files.replace(aside, data)
            raise NotebookError(f"{shown(target)} was changed by another program meanwhile and is left so; the result is in {shown(aside)}")
        _files.replace(target, data)
        self._on_disk = text if self._is_own(target) else self._on_disk
        return True

    @cached_property
    def _found(self) -> Record | None:
        return record_of(self.nb, self.path)

    @cached_property
    def _keys(self) -> dict[int, str]:
        return cell_keys(self.nb, self.record())

    def _is_own(self, target: Path) -> bool:
        return target.exists() and self.path.exists() and os.path.samefile(target, self.path)

    def _splices(self) -> Iterator[Splice]:
        root = self._layout.root
        for index, edits in sorted(self._cells.items()):
            layout = self._layout.cells[index]
            assert layout is not None
            for key, value in sorted(edits.items()):
                member = layout.members.get(key)
                if member is None or not _same(self.nb["cells"][index][key], value):
                    yield set_member(self.text, layout, key, value, self.style, outer=root.members["cells"])
        metadata = self._layout.metadata
        changed = {key: value for key, value in self._metadata.items() if value is not None}
        if metadata is None or (not metadata.members and len(changed) > 1):
            if changed:
                yield set_member(self.text, root, "metadata", changed, self.style, outer=next(iter(root.members.values())))
            return
        for key, value in sorted(self._metadata.items()):
            known = key in metadata.members
            if value is None and known:
                yield remove_member(metadata, key)
            elif value is not None and not (known and _same(self.nb["metadata"][key], value)):
                yield set_member(self.text, metadata, key, value, self.style, outer=root.members["metadata"])


def cell_keys(nb: Mapping[str, Any], record: Record | None = None) -> dict[int, str]:
    """Return the key of each code cell by its index among all cells; no two are equal.

    The key is the cell's id, else Colab's `metadata.id`, else the digest of its source and how many earlier cells had
    to be told apart by the same one. An id that cannot be printed, is longer than 200 characters, reads as a URI
    (kernels take none of these) or belongs to an earlier cell does not count. Where the record knows the cell by its
    source only, that key is used.
    """
    keys: dict[int, str] = {}
    used: set[str] = set()
    anonymous, all_cells = Counter[str](), Counter[str]()
    recorded: Mapping[str, object] = record.cells if record is not None else {}
    for index, cell in enumerate(nb["cells"]):
        if cell["cell_type"] != "code":
            continue
        source = joined(cell["source"])
        known = source_digest(source)
        by_source = source_key(source, all_cells[known])
        all_cells[known] += 1
        key = _own_id(cell)
        if key not in recorded and by_source in recorded:
            key = by_source
        while key is None or key in used:
            key = source_key(source, anonymous[known])
            anonymous[known] += 1
        keys[index] = key
        used.add(key)
    return keys


def _own_id(cell: Mapping[str, Any]) -> str | None:
    for value in (cell.get("id"), cell["metadata"].get("id")):
        if isinstance(value, str) and value:
            usable = len(value) <= MAX_ID and value.isprintable() and "://" not in value
            return value if usable else None
    return None


def _same(old: Any, new: Any) -> bool:
    old, new = rejoined(old), rejoined(new)
    return bool(old == new) and canonical(old) == canonical(new)
