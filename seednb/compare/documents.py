"""What is packed in an output: PDF files, images in HTML, compressed data. It is compared by what is in it."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from seednb.compare import images
from seednb.compare.patterns import PDF, Pattern, Rule
from seednb.compare.texts import marked, text_of

MAX_UNPACKED = 32_000_000
_DATA_URI = re.compile(r"(?<=data:)(?P<mime>image/(?:png|jpeg|gif|svg\+xml));base64,(?P<data>[A-Za-z0-9+/=\\n]{16,})")
_PACKED = re.compile(r"(?<![A-Za-z0-9+/])(?:H4sI|eJ[w-z][A-Za-z0-9+/])[A-Za-z0-9+/]{16,}={0,2}(?![A-Za-z0-9+/=])")
_PDF_DATE = "/CreationDate (D:{}+02'00')\n{}"

DOCUMENT_RULES = (
    Rule(
        "pdf-date",
        "the date at which a PDF was made, and the id that goes with it",
        Pattern(
            kinds=(PDF,),
            pattern=r"/(?:Creation|Mod)Date ?\((?P<x>D:[^()\n]{1,40})\)",
            needs=("Date",),
            alike=(_PDF_DATE.format("20261122203757", "1"), _PDF_DATE.format("20261122203758", "1")),
            unlike=(_PDF_DATE.format("20261122203757", "1"), _PDF_DATE.format("20261122203757", "2")),
        ),
        Pattern(
            kinds=(PDF,),
            pattern=r"/ID ?\[ ?<(?P<x>[0-9A-Fa-f]{32})> ?<(?P<y>[0-9A-Fa-f]{32})> ?\]",
            needs=("/ID",),
            alike=("/ID [<" + "0" * 32 + "><" + "1" * 32 + ">]", "/ID [<" + "2" * 32 + "><" + "3" * 32 + ">]"),
            unlike=("(/ID <" + "0" * 32 + ">)", "(/ID <" + "1" * 32 + ">)"),
        ),
    ),
)


def pdf_text(text: str) -> str | None:
    """Return a PDF's bytes as characters, or None for what is no PDF."""
    data = _decoded(text)
    return text_of(data.decode("latin-1")) if data is not None and data.startswith(b"%PDF") else None


def unpack(text: str) -> tuple[str, int]:
    """Return a text in which images are digests of their pixels and compressed data is what it was made from; and how many there were."""
    unpacker = _Unpacker()
    if ";" in text and ";base64," in text:
        text = _DATA_URI.sub(unpacker.image, text)
    if ("H" in text and "H4sI" in text) or ("J" in text and "eJ" in text):
        text = _PACKED.sub(unpacker.data, text)
    return text, unpacker.count


class _Unpacker:
    """Unpacks what is in one text, up to a bearable size."""

    def __init__(self) -> None:
        self.count = 0
        self._left = MAX_UNPACKED

    def image(self, match: re.Match[str]) -> str:
        data, mime = match["data"].replace("\\n", ""), match["mime"]
        if mime in images.FORMATS:
            return self._put(match[0], marked(images.canonical(data, mime)))
        drawn = _decoded(data)
        try:
            return self._put(match[0], None if drawn is None else _unpacked("svg", drawn))
        except UnicodeDecodeError:
            return match[0]

    def data(self, match: re.Match[str]) -> str:
        packed = _decoded(match[0])
        if packed is None:
            return match[0]
        try:
            machine = zlib.decompressobj(zlib.MAX_WBITS | 32)
            plain = machine.decompress(packed, self._left) if self._left else b""
            self._left -= len(plain)
            return self._put(match[0], _unpacked("packed", plain) if machine.eof else None)
        except (zlib.error, UnicodeDecodeError):
            return match[0]

    def _put(self, packed: str, found: str | None) -> str:
        self.count += found is not None
        return packed if found is None else found


def _unpacked(name: str, data: bytes) -> str:
    return f"{marked(name)}{text_of(data.decode('utf-8'))}{marked('end')}"


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
