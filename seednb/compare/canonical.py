"""The canonical form of a cell's outputs: what is the same in every honest run, and its digests.

Counts and metadata that are not content are dropped, streams merged by name, progress bars folded, addresses and ids
renamed consistently, images decoded. Neither the process, nor its hash seed, nor the machine enters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any

from seednb.compare import images, tracebacks
from seednb.compare.patterns import JSON, MARKUP, SVG, TEXT, Hit, Names
from seednb.compare.renamings import rename
from seednb.compare.rules import apply_rules
from seednb.compare.terminal import fold
from seednb.compare.texts import json_of, marked, text_of
from seednb.digest import digest
from seednb.wire import CANON_VERSION, RECORD_MIME

CANON = CANON_VERSION
IMAGE, BYTES = "image", "bytes"
_MARKUPS = {"application/javascript", "application/ecmascript"}
_STREAMS = ("stdout", "stderr")
_SEED_LINE = re.compile(r"seednb: seed \d+(?: \([\w ]+\) in place of \d+)?")


class Part:
    """One content: a merged stream, one MIME type of a display, an error. `raw` is its text as it was stored."""

    def __init__(self, mime: str, kind: str, raw: str, metadata: str = "") -> None:
        self.mime = mime
        self.kind = kind
        self.raw = raw
        self.metadata = metadata
        self.hits: list[Hit] = []
        self.steps: dict[str, int] = {}
        self.folded = raw
        self._text: str | None = None

    def canonicalise(self, names: Names) -> None:
        """Rename addresses and ids; parts of one cell share the names, and this is called in their order."""
        if self.kind not in {IMAGE, BYTES}:
            self.folded, self.steps = fold(self.raw) if self.kind == TEXT else (self.raw.replace("\r\n", "\n"), {})
            self._text = rename(self.folded, self.kind, names)
        if self.metadata:
            self.metadata = rename(self.metadata, JSON, names)
        self.hits = names.take_hits()

    @property
    def text(self) -> str:
        """The canonical form."""
        if self._text is None:
            self._text = images.canonical(self.raw, self.mime) if self.kind == IMAGE else self.raw
        return self._text

    @cached_property
    def ruled(self) -> tuple[str, list[Hit]]:
        """The canonical form after benign rules, and what these found."""
        return apply_rules(self.text, self.kind)


@dataclass(frozen=True)
class Piece:
    """One output: its parts by MIME type; `carries_record` if seednb's record came with it."""

    channel: str
    parts: dict[str, Part]
    carries_record: bool = False

    @property
    def is_seed_line(self) -> bool:
        """Whether this is nothing but seednb telling its seed."""
        plain = self.parts.get("text/plain")
        return self.carries_record and plain is not None and _SEED_LINE.fullmatch(plain.raw) is not None


@dataclass
class Folded:
    """A cell's outputs: streams by name, displays, errors; how many chunks each stream came in, and what came in which order."""

    streams: dict[str, Piece] = field(default_factory=dict)
    displays: list[Piece] = field(default_factory=list)
    errors: list[Piece] = field(default_factory=list)
    chunks: dict[str, int] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def pieces(self) -> list[Piece]:
        """Return all outputs in canonical order."""
        return [*(self.streams[name] for name in sorted(self.streams, key=_stream_rank)), *self.displays, *self.errors]

    def canonicalise(self) -> Folded:
        """Bring all parts into canonical form; to be called once."""
        names = Names()
        for piece in self.pieces():
            for part in piece.parts.values():
                part.canonicalise(names)
        return self


def fold_outputs(outputs: Any) -> Folded:
    """Take a cell's outputs apart. Never raises, whatever they are."""
    folded = Folded()
    texts: dict[str, list[str]] = {}
    for output in outputs if isinstance(outputs, (list, tuple)) else []:
        channel = _fold_output(output, folded, texts)
        if channel and (not folded.order or folded.order[-1] != channel or channel == "display"):
            folded.order.append(channel)
    for name, chunks in texts.items():
        folded.streams[name] = Piece(name, {name: Part(name, TEXT, "".join(chunks))})
        folded.chunks[name] = len(chunks)
    return folded


def output_digests(outputs: Any) -> tuple[str, str]:
    """Return the digests of outputs: of their canonical form, and of that after benign rules.

    Equal canonical forms have equal first digests. Images enter by their pixels; where Pillow is absent, or cannot
    decode them, by their bytes.
    """
    pieces = fold_outputs(outputs).canonicalise().pieces()
    return _digest(pieces, ruled=False), _digest(pieces, ruled=True)


def _fold_output(output: Any, folded: Folded, texts: dict[str, list[str]]) -> str:
    if not isinstance(output, Mapping):
        folded.displays.append(Piece("display", {"unknown": Part("unknown", JSON, text_of(output))}))
        return "display"
    kind = output.get("output_type")
    if kind == "stream":
        name, text = text_of(output.get("name", "stdout")), text_of(output.get("text", ""))
        if text:
            texts.setdefault(name, []).append(text)
        return name if text else ""
    if kind == "error":
        folded.errors.append(Piece("error", {"error": Part("error", TEXT, tracebacks.canonical(output))}))
        return "error"
    data = output.get("data", {})
    if kind not in ("display_data", "execute_result") or not isinstance(data, Mapping):
        folded.displays.append(Piece("display", {"unknown": _unknown(output)}))
        return "display"
    parts = _contents(data, output.get("metadata"))
    if parts:
        folded.displays.append(Piece("display", parts, RECORD_MIME in data))
    return "display" if parts else ""


def _contents(data: Mapping[Any, Any], metadata: Any) -> dict[str, Part]:
    """Return the parts of a display; of its metadata only what is about one of them counts."""
    about = metadata if isinstance(metadata, Mapping) else {}
    mimes = {_mime(mime): mime for mime in data if mime != RECORD_MIME}
    return {mime: _part(mime, data[key], about.get(key)) for mime, key in sorted(mimes.items())}


def _unknown(output: Mapping[str, Any]) -> Part:
    content = {key: value for key, value in output.items() if key not in {"execution_count", "metadata"}}
    return Part("unknown", JSON, json_of(content))


def _mime(key: Any) -> str:
    return key if isinstance(key, str) else marked(repr(key))


def _part(mime: str, value: Any, metadata: Any) -> Part:
    about = json_of(metadata) if metadata else ""
    if mime == "application/json" or mime.endswith(("+json", ".json")):
        return Part(mime, JSON, json_of(value), about)
    return Part(mime, _kind(mime), text_of(value), about)


def _kind(mime: str) -> str:
    if mime in images.FORMATS:
        return IMAGE
    if mime == "image/svg+xml":
        return SVG
    if mime == "text/plain":
        return TEXT
    return MARKUP if mime in _MARKUPS or mime.startswith("text/") else BYTES


def _stream_rank(name: str) -> tuple[int, str]:
    return (_STREAMS.index(name) if name in _STREAMS else len(_STREAMS), name)


def _digest(pieces: Iterable[Piece], *, ruled: bool) -> str:
    lines = []
    for piece in pieces:
        lines.append(repr(piece.channel))
        for mime, part in piece.parts.items():
            text = part.ruled[0] if ruled else part.text
            content = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            about = blake2b(part.metadata.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            lines.append(f" {content} {about} {mime!r}")
    return digest("\n".join(lines).encode("utf-8", "surrogatepass"))
