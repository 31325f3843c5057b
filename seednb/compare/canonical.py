"""The canonical form of a cell's outputs: what is the same in every honest run, and its digests.

Counts and metadata that are not content are dropped, streams merged by name, progress bars folded, addresses and ids
renamed consistently, images decoded. Neither the process, nor its hash seed, nor the machine enters.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from seednb._lean import Deferred
from seednb.compare import documents, images, tracebacks
from seednb.compare.alike import without_equal_numbers
from seednb.compare.patterns import JSON, MARKUP, PDF, SVG, TEXT, Hit, Names
from seednb.compare.policy import Policy
from seednb.compare.renamings import rename
from seednb.compare.terminal import fold
from seednb.compare.texts import json_of, marked, same_json, text_of
from seednb.digest import digest
from seednb.wire import CANON_VERSION, RECORD_MIME

CANON = CANON_VERSION
IMAGE, BYTES = "image", "bytes"
_MARKUPS = {"application/javascript", "application/ecmascript"}
_STREAMS = ("stdout", "stderr")
_SEED_LINE = re.compile(r"seednb: seed \d+(?: \([\w ]+\) in place of \d+)?")
_NO_CONTENT = {
    "stderr": ("seednb:1: ", re.compile(r"^seednb:1: (?:Guard|Rerun|Reseed)Warning: .*\n?", re.MULTILINE)),
    "stdout": (
        " extension is already loaded. ",
        re.compile(r"^The (\S+) extension is already loaded\. To reload it, use:\n  %reload_ext \1\n", re.MULTILINE),
    ),
}
"""What tells of the runtime's history only, by stream, each with a text that it contains: what `seednb.kernel.notices` warns of where no
front end shows it, and what IPython says where `%load_ext` is run again
(https://github.com/ipython/ipython/blob/main/IPython/core/magics/extension.py)."""


class Part:
    """One content: a merged stream, one MIME type of a display, an error. It comes as text, or (None) as a value that JSON shows."""

    def __init__(self, mime: str, kind: str, raw: str | None, metadata: str = "", value: Any = None) -> None:
        self.mime = mime
        self.kind = kind
        self.metadata = metadata
        self.hits: list[Hit] = []
        self.steps: dict[str, int] = {}
        self.folded = ""
        self._raw = raw
        self._value = value
        self._twin: Part | None = None
        self._in_both = False
        self._text: str | None = None

    @property
    def raw(self) -> str:
        """The text as it was stored; JSON is made on demand, for it takes long, and once for two contents that are known to be equal."""
        if self._raw is None:
            self._raw = self._json() if self._twin is None else self._twin.raw
        return self._raw

    def _json(self) -> str:
        value = self._value
        return json_of(without_equal_numbers(value, value)[0] if self._in_both else value)

    def same(self, other: Part) -> bool:
        """Tell whether two contents are equal as they were stored. JSON that is text still loses the lists of numbers that both have."""
        if self.metadata != other.metadata or self.kind != other.kind:
            return False
        if self._raw is None and other._raw is None and self._same_json(other):
            other._twin = self
            return True
        return self.raw == other.raw

    def _same_json(self, other: Part) -> bool:
        one, two = self._value, other._value
        if isinstance(one, Deferred) and isinstance(two, Deferred):
            if one.text == two.text:
                self._in_both = True
                return True
            self._value, other._value = (part.value for part in without_equal_numbers(one, two))
        return same_json(self._value, other._value)

    def canonicalise(self, names: Names, off: Container[str] = ()) -> None:
        """Rename addresses and ids; parts of one cell share the names, and this is called in their order."""
        if self.kind not in {IMAGE, BYTES, PDF}:
            self.folded, self.steps = self._fold()
            self._text = rename(self.folded, self.kind, names, off)
        if self.metadata:
            self.metadata = rename(self.metadata, JSON, names, off)
        self.hits = names.take_hits()

    def _fold(self) -> tuple[str, dict[str, int]]:
        if self.kind == TEXT:
            return fold(self.raw)
        text = self.raw.replace("\r\n", "\n") if "\r" in self.raw else self.raw
        if self.kind != MARKUP:
            return text, {}
        text, count = documents.unpack(text)
        return text, {"payload": count} if count else {}

    @property
    def text(self) -> str:
        """The canonical form."""
        if self._text is None:
            self._text = images.canonical(self.raw, self.mime) if self.kind == IMAGE else self.raw
        return self._text

    def ruled(self, policy: Policy) -> tuple[str, list[Hit]]:
        """Return the canonical form after benign rules, and what these found."""
        return policy.apply(self.text, self.kind)


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
        ours = self.carries_record or self.parts.keys() == {"text/plain", "text/html"}
        return ours and plain is not None and _SEED_LINE.fullmatch(plain.raw) is not None


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

    def canonicalise(self, off: Container[str] = ()) -> Folded:
        """Bring all parts into canonical form; to be called once."""
        names = Names()
        for piece in self.pieces():
            for part in piece.parts.values():
                part.canonicalise(names, off)
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


def _content(name: str, text: str) -> str:
    if name not in _NO_CONTENT:
        return text
    part, pattern = _NO_CONTENT[name]
    return pattern.sub("", text) if part in text else text


def output_digests(outputs: Any, source: Any = "") -> tuple[str, str]:
    """Return the digests of outputs: of their canonical form, and of that after benign rules.

    source: the cell's text or its lines, for the clocks that it prints. Equal canonical forms have equal first digests; rules of other
    packages never enter, nor does a line in which seednb shows its seed. Images enter by their pixels; where Pillow is absent, or cannot
    decode them, by their bytes.
    """
    pieces = [piece for piece in fold_outputs(outputs).canonicalise().pieces() if not piece.is_seed_line]
    return _digest(pieces, None), _digest(pieces, Policy().for_cell((), source))


def _fold_output(output: Any, folded: Folded, texts: dict[str, list[str]]) -> str:
    if not isinstance(output, Mapping):
        folded.displays.append(Piece("display", {"unknown": Part("unknown", JSON, text_of(output))}))
        return "display"
    kind = output.get("output_type")
    if kind == "stream":
        name, text = text_of(output.get("name", "stdout")), text_of(output.get("text", ""))
        text = _content(name, text)
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
        return Part(mime, JSON, None, about, value)
    if mime == "application/pdf":
        pdf = documents.pdf_text(text_of(value))
        return Part(mime, BYTES if pdf is None else PDF, text_of(value) if pdf is None else pdf, about)
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


def _digest(pieces: Iterable[Piece], policy: Policy | None) -> str:
    lines = []
    for piece in pieces:
        lines.append(repr(piece.channel))
        for mime, part in piece.parts.items():
            text = part.text if policy is None else part.ruled(policy)[0]
            content = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            about = blake2b(part.metadata.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            lines.append(f" {content} {about} {mime!r}")
    return digest("\n".join(lines).encode("utf-8", "surrogatepass"))
