"""The record of a run, `metadata.seednb`: pure data. What a notebook brings is validated and bounded here, before anyone uses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from seednb._bounds import Reader, anything, boolean, bounded, cut, integer, items, mapping, members, one_of, optional, scalar, table, text
from seednb.digest import ALGORITHM
from seednb.errors import RecordError
from seednb.streams import MODES
from seednb.wire import RECORD_MIME, RECORD_VERSION

KEY = "seednb"
MAX_CELLS = 10_000
MAX_LINE = 1000
ORIGINS = ("api", "command-line", "environment", "front-end", "generated", "magic", "notebook", "pyproject", "record")
MAX_KEY = 200
_DIGEST = re.compile(r"[0-9a-f]{10}")
_FILE_DIGEST = re.compile(r"(?:[a-z][a-z0-9]{0,15}:)?[0-9a-f]{8,128}")
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,63})=(.*)")
_WORDS = {
    "s": re.compile(r"s=[0-9a-f]{10}"),
    "unseeded": re.compile(r"unseeded"),
    "o": re.compile(r"o=[0-9a-f]{10}/[0-9a-f]{10}"),
    "v": re.compile(r"v=(?:[a-z][a-z0-9]{0,7}:)?[0-9a-f]{10}(?:/[0-9a-f]{4})?"),
    "k": re.compile(r"k=[!-~]{1,64}"),
}
"""The words of a cell's line that have a meaning of their own; any other name with a digest is a source."""


@dataclass(frozen=True)
class CellLine:
    """What a run recorded of one cell; `str` gives its line.

    source: digest of the cell's text. outputs: digests in canonical form and after benign rules. stream: the key of the
    cell's own stream. sources: digest after the cell of each source that it changed, `-` for one that cannot be read.
    extra: words that this version does not know.
    """

    source: str
    unseeded: bool = False
    outputs: tuple[str, str] | None = None
    variables: str | None = None
    stream: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    @classmethod
    def parse(cls, line: object) -> CellLine:
        """Read a cell's line; raise RecordError where it is none."""
        if not isinstance(line, str) or len(line) > MAX_LINE or not (line.isascii() and line.isprintable()):
            raise RecordError(f"{cut(line)} is not a cell's line: it must be ASCII of at most {MAX_LINE} characters")
        algorithm, *words = line.split(" ")
        if algorithm != ALGORITHM:
            raise RecordError(f"{cut(line)} does not begin with {ALGORITHM!r}: its digests cannot be compared; update seednb")
        return _line(line, words)

    def __str__(self) -> str:
        words = [ALGORITHM, f"s={self.source}"]
        words += ["unseeded"] if self.unseeded else []
        words += [f"o={self.outputs[0]}/{self.outputs[1]}"] if self.outputs else []
        words += [f"{name}={value}" for name, value in (("v", self.variables), ("k", self.stream)) if value]
        words += [f"{name}={value}" for name, value in sorted(self.sources.items())]
        return " ".join([*words, *self.extra])


@dataclass(frozen=True)
class Record:
    """A run's record. One that a newer seednb has written is `newer`: what is known of it is read, and `to_json` gives it unchanged."""

    VERSION: ClassVar[int] = RECORD_VERSION

    seed: int
    version: int = VERSION
    origin: str = "notebook"
    mode: str = "stream"
    sealed: bool = True
    hash_seed: int | None = None
    canon: int = 1
    reseeds: tuple[tuple[str, int], ...] = ()
    determinism: Mapping[str, bool | int | str | None] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[str, CellLine] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    original: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def newer(self) -> bool:
        """Whether a newer seednb has written this record."""
        return self.version > self.VERSION

    @classmethod
    def from_json(cls, obj: object, *, where: str = "metadata.seednb") -> Record:
        """Read a record; raise RecordError, in one line, where it is broken or out of bounds."""
        bounded(obj, where)
        found = mapping(obj, where)
        version = integer(1, 2**31)(found.get("version"), f"{where}.version")
        values: dict[str, Any] = {"version": version, "seed": _seed(found.get("seed"), f"{where}.seed")}
        for name, read in _READERS.items():
            if name in found:
                try:
                    values[name] = read(found[name], f"{where}.{name}")
                except RecordError:
                    if version <= cls.VERSION:
                        raise
        values["extra"] = anything({name: value for name, value in found.items() if name not in _NAMES}, where)
        return cls(**values, original=anything(found, where) if version > cls.VERSION else None)

    def renamed(self, names: Mapping[str, str]) -> Record:
        """Return the record with other keys of cells: `names` has the new one of each that changes."""
        cells = {names.get(key, key): line for key, line in self.cells.items()}
        return replace(self, cells=cells, reseeds=tuple((names.get(key, key), seed) for key, seed in self.reseeds))

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON with sorted keys."""
        if self.original is not None:
            return dict(self.original)
        known = {**self.extra, **{name: getattr(self, name) for name in _NAMES}}
        known["reseeds"] = [list(item) for item in self.reseeds]
        known["cells"] = {key: str(line) for key, line in self.cells.items()}
        result: dict[str, Any] = anything(known, "")
        return result


def find_record(nb: Mapping[str, Any]) -> Record | None:
    """Return the record of a notebook: of its metadata, else of its last output that carries one, else None.

    Raises RecordError where the record that counts is broken.
    """
    metadata = nb.get("metadata")
    if isinstance(metadata, dict) and metadata.get(KEY) is not None:
        return Record.from_json(metadata[KEY])
    cells = nb.get("cells")
    for number, cell in reversed(list(enumerate(cells if isinstance(cells, list) else [], 1))):
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in reversed(outputs if isinstance(outputs, list) else []):
            data = output.get("data") if isinstance(output, dict) else None
            if isinstance(data, dict) and RECORD_MIME in data:
                return Record.from_json(data[RECORD_MIME], where=f"the record in an output of cell {number}")
    return None


def _line(line: str, words: list[str]) -> CellLine:
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    extra: list[str] = []
    for word in words:
        match = _NAME.fullmatch(word)
        name, value = match.groups() if match else (word, "")
        if not word or name in values or name in sources:
            raise RecordError(f"{cut(line)} is not a cell's line: {cut(word)} is empty or stands twice")
        if name in _WORDS:
            if not _WORDS[name].fullmatch(word):
                raise RecordError(f"{cut(line)} is not a cell's line: {cut(word)} is malformed")
            values[name] = value
        elif value == "-" or _DIGEST.fullmatch(value):
            sources[name] = value
        else:
            extra.append(word)
    if "s" not in values:
        raise RecordError(f"{cut(line)} is not a cell's line: the digest of the source, s=, is missing")
    return CellLine(
        source=values["s"],
        unseeded="unseeded" in values,
        outputs=(values["o"][:10], values["o"][11:]) if "o" in values else None,
        variables=values.get("v"),
        stream=values.get("k"),
        sources=dict(sorted(sources.items())),
        extra=tuple(extra),
    )


def _read_line(value: Any, where: str) -> CellLine:
    try:
        return CellLine.parse(value)
    except RecordError as error:
        raise RecordError(f"{where}: {error}") from None


def _read_reseed(value: Any, where: str) -> tuple[str, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise RecordError(f"{where} is {cut(value)}, not a cell and a seed")
    return text(MAX_KEY)(value[0], where), _seed(value[1], where)


def _read_path(value: Any, where: str) -> str:
    if not value or len(value) > 4096 or "\0" in value or _ABSOLUTE.match(value):
        raise RecordError(f"{where} is {cut(value)}, not a path relative to the notebook")
    return str(value)


def _read_digest(value: Any, where: str) -> str:
    if not isinstance(value, str) or not _FILE_DIGEST.fullmatch(value):
        raise RecordError(f"{where} is {cut(value)}, not a digest")
    return value


_seed = integer(0, 2**32 - 1)
_key, _name, _short = text(MAX_KEY), text(200), text(1000)
_READERS: dict[str, Reader] = {
    "origin": one_of(*ORIGINS),
    "mode": one_of(*MODES),
    "sealed": boolean,
    "hash_seed": optional(_seed),
    "canon": integer(1, 2**31),
    "reseeds": lambda value, where: tuple(items(_read_reseed, 10_000)(value, where)),
    "determinism": table(scalar, 200, key=_name),
    "environment": members(
        {
            **dict.fromkeys(("python", "r", "rng_kind", "implementation", "platform", "kernel", "cpu"), _short),
            "cores": integer(0, 2**31),
            "threads": table(integer(0, 2**31), 200, key=_name),
            "blas": items(_short, 200),
            "flags": table(_short, 200, key=_name),
            "devices": items(_short, 200),
            "packages": table(_short, 2000, key=_name),
        }
    ),
    "inputs": table(_read_digest, 10_000, key=_read_path),
    "parameters": table(anything, 1000, key=_name),
    "cells": table(_read_line, MAX_CELLS, key=_key),
}
_NAMES = ("version", "seed", *_READERS)
