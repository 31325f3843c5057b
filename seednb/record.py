"""The record's schema: what a notebook stores about its run, read with suspicion and written the same way each time."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seednb.digest import ALGORITHM
from seednb.errors import RecordError
from seednb.settings import MAX_SEED
from seednb.wire import RECORD_MIME

VERSION = 1
KEY = "seednb"
MAX_CELLS = 20_000
MAX_TEXT = 1_000
MAX_DEPTH = 8
MAX_ITEMS = 20_000
_DIGEST = re.compile(r"[0-9a-f]{10}")
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,40}")
_KNOWN = ("version", "seed", "origin", "mode", "reseeds", "sealed", "hash_seed", "canon", "determinism", "environment", "inputs", "parameters", "cells")


@dataclass(frozen=True)
class CellLine:
    """What the record says of one cell.

    source: digest of the source text. outputs: digests of the outputs in canonical form and after the benign rules.
    variables: digest of the variables together. sources: digest after the cell of each PRNG source that it changed,
    `-` where the state cannot be read. stream: the stream's key in per-cell mode. extra: words of newer writers.
    """

    source: str
    unseeded: bool = False
    outputs: tuple[str, str] | None = None
    variables: str | None = None
    stream: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: object) -> CellLine:
        """Return the line that `text` spells; raise RecordError where it spells none."""
        if not isinstance(text, str) or len(text) > MAX_TEXT or not text.isascii() or not text.isprintable():
            raise RecordError(f"a cell's line is not a short line of text: {_cut(text)}")
        algorithm, *words = text.split(" ")
        if algorithm != ALGORITHM:
            raise RecordError(f"a cell's line names an unknown digest algorithm: {_cut(text)}")
        fields: dict[str, Any] = {"sources": {}, "extra": []}
        for word in words:
            _take_word(word, fields, text)
        if "source" not in fields:
            raise RecordError(f"a cell's line has no source digest (s=…): {_cut(text)}")
        return cls(**{**fields, "extra": tuple(fields["extra"])})

    def __str__(self) -> str:
        words = [ALGORITHM, f"s={self.source}"]
        words += ["unseeded"] if self.unseeded else []
        words += [f"o={self.outputs[0]}/{self.outputs[1]}"] if self.outputs else []
        words += [f"v={self.variables}"] if self.variables else []
        words += [f"k={self.stream}"] if self.stream else []
        words += [f"{name}={value}" for name, value in sorted(self.sources.items())]
        return " ".join([*words, *self.extra])


@dataclass(frozen=True)
class Record:
    """A notebook's record. `extra` holds keys of newer writers; they survive. `version` may be newer than VERSION."""

    seed: int
    origin: str
    cells: Mapping[str, CellLine]
    version: int = VERSION
    mode: str = "stream"
    reseeds: tuple[tuple[str, int], ...] = ()
    sealed: bool = True
    hash_seed: int | None = None
    canon: int = 1
    determinism: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> Record:
        """Return the record that a JSON value holds; raise RecordError, which says what is wrong, where it holds none."""
        data = _dict(value, "the record")
        _bounded(data, MAX_DEPTH)
        return cls(
            version=_integer(data.get("version"), "version", low=1),
            seed=_integer(data.get("seed"), "seed", low=0, high=MAX_SEED),
            origin=_text(data.get("origin", ""), "origin"),
            mode=_text(data.get("mode", "stream"), "mode"),
            reseeds=tuple(_reseed(item) for item in _list(data.get("reseeds", []), "reseeds")),
            sealed=_boolean(data.get("sealed", True), "sealed"),
            hash_seed=None if data.get("hash_seed") is None else _integer(data["hash_seed"], "hash_seed", low=0, high=MAX_SEED),
            canon=_integer(data.get("canon", 1), "canon", low=1),
            determinism=_dict(data.get("determinism", {}), "determinism"),
            environment=_environment(_dict(data.get("environment", {}), "environment")),
            inputs={name: _text(text, "inputs") for name, text in _dict(data.get("inputs", {}), "inputs").items()},
            parameters=_dict(data.get("parameters", {}), "parameters"),
            cells={key: CellLine.parse(line) for key, line in _dict(data.get("cells", {}), "cells", most=MAX_CELLS).items()},
            extra={name: data[name] for name in data if name not in _KNOWN},
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, keys sorted."""
        data = {name: getattr(self, name) for name in _KNOWN}
        data["reseeds"] = [list(item) for item in self.reseeds]
        data["cells"] = {key: str(line) for key, line in self.cells.items()}
        sorted_data: dict[str, Any] = _sorted({**data, **self.extra})
        return sorted_data

    @property
    def newer(self) -> bool:
        """Tell whether a newer version wrote this record; such a record is kept as it is."""
        return self.version > VERSION


def find_record(nb: Mapping[str, Any]) -> Record | None:
    """Return a notebook's record: from its metadata, else from the last output that carries one."""
    metadata = nb.get("metadata")
    if isinstance(metadata, dict) and KEY in metadata:
        return Record.from_json(metadata[KEY])
    for cell in reversed(nb.get("cells", [])):
        for output in reversed(cell.get("outputs", []) if isinstance(cell, dict) else []):
            data = output.get("data") if isinstance(output, dict) else None
            if isinstance(data, dict) and RECORD_MIME in data:
                return Record.from_json(data[RECORD_MIME])
    return None


def _take_word(word: str, fields: dict[str, Any], text: str) -> None:
    name, separator, value = word.partition("=")
    digests = value.split("/")
    if word == "unseeded":
        fields["unseeded"] = True
    elif not separator or not all(_DIGEST.fullmatch(part) or part == "-" for part in digests) and name != "k":
        fields["extra"].append(word)
    elif name == "s" and len(digests) == 1:
        fields["source"] = value
    elif name == "o" and len(digests) == 2:
        fields["outputs"] = (digests[0], digests[1])
    elif name == "v" and len(digests) == 1:
        fields["variables"] = value
    elif name == "k":
        fields["stream"] = value
    elif len(name) > 1 and len(digests) == 1 and _NAME.fullmatch(name):
        fields["sources"][name] = value
    else:
        raise RecordError(f"a cell's line has a word that means nothing, {_cut(word)}: {_cut(text)}")


def _environment(data: dict[str, Any]) -> dict[str, Any]:
    for name, kind in (("packages", dict), ("threads", dict), ("flags", dict), ("blas", list), ("devices", list)):
        if name in data and not isinstance(data[name], kind):
            raise RecordError(f"environment.{name} in the record is not a {'mapping' if kind is dict else 'list'}: {_cut(data[name])}")
    return data


def _reseed(value: object) -> tuple[str, int]:
    item = _list(value, "reseeds")
    if len(item) != 2:
        raise RecordError(f"reseeds in the record is not a list of [cell, seed]: {_cut(value)}")
    return _text(item[0], "reseeds"), _integer(item[1], "reseeds", low=0, high=MAX_SEED)


def _integer(value: object, name: str, *, low: int, high: int = 2**31) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RecordError(f"{name} in the record is not an integer from {low} to {high}: {_cut(value)}")
    return value


def _boolean(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise RecordError(f"{name} in the record is not true or false: {_cut(value)}")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise RecordError(f"{name} in the record is not a short text: {_cut(value)}")
    return value


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, (list, tuple)) or len(value) > MAX_ITEMS:
        raise RecordError(f"{name} in the record is not a list: {_cut(value)}")
    return list(value)


def _dict(value: object, name: str, *, most: int = MAX_ITEMS) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > most:
        raise RecordError(f"{name} in the record is not a mapping of at most {most} entries: {_cut(value)}" if name != "the record" else f"the record is not a mapping: {_cut(value)}")
    return value


def _bounded(value: object, depth: int) -> None:
    """Refuse what a record never holds: deep nesting, long texts, numbers that are none or have hundreds of digits."""
    if depth == 0:
        raise RecordError(f"the record is nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        for key, item in value.items():
            _bounded(key, depth)
            _bounded(item, depth - 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _bounded(item, depth - 1)
    elif isinstance(value, str) and len(value) > MAX_TEXT:
        raise RecordError(f"a text in the record is longer than {MAX_TEXT} characters: {_cut(value)}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise RecordError("a number in the record is not finite")
    elif isinstance(value, int) and abs(value) > 2**64:
        raise RecordError("a number in the record is too large")


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, (list, tuple)) else value


def _cut(value: object) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a number of many digits"
    return text if len(text) <= 80 else text[:79] + "…"
