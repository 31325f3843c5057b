"""What is packed in an output is compared by what is in it."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest

from seednb.compare import Verdict, output_digests
from seednb.compare.documents import MAX_UNPACKED
from tests.compare.make import display, html, image, rules, verdict

UUIDS = ("56a50ea7-3add-4af3-9f34-56842a9a926d", "32ae7d58-df49-4905-9327-52b4c3911230")
RED, BLUE = (255, 0, 0), (0, 0, 255)


def packed(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def page(payload: str) -> list:
    """Return a page that unpacks something."""
    return [html(f"<div id='x'></div><script>show(unpack('{payload}'))</script>")]


@pytest.mark.parametrize("pack", [lambda data: gzip.compress(data, mtime=1), lambda data: gzip.compress(data, mtime=2), zlib.compress])
def test_ids_in_compressed_payloads(pack):
    """A generated id in compressed data is renamed, and when it was packed does not count; a number in it does."""
    texts = [f'{{"id": "{uuid}", "again": "{uuid}", "y": [1, 2, {last}]}}'.encode() for uuid, last in zip((*UUIDS, UUIDS[0]), (3, 3, 4))]
    first = packed(gzip.compress(texts[0], mtime=1) if pack is not zlib.compress else zlib.compress(texts[0]))
    a, b, c = (page(payload) for payload in (first, packed(pack(texts[1])), packed(pack(texts[2]))))
    assert verdict(a, b) is Verdict.IDENTICAL
    assert verdict(a, c) is Verdict.DIVERGED
    assert output_digests(a)[0] == output_digests(b)[0] != output_digests(c)[0]


def test_payloads_are_counted():
    """Data that was packed at another time is identical, and the verdict says that it was unpacked."""
    a, b = (page(packed(gzip.compress(b"plain text that is long enough", mtime=time))) for time in (1, 2))
    assert {"payload"} == rules(a, b)


def test_images_in_html():
    """An image in a page is compared by its pixels, an SVG in it by what is drawn."""

    def shown(pixel, **options):
        data = image([pixel, RED, RED, RED], **options)["data"]["image/png"].strip()
        return [html(f'<img src="data:image/png;base64,{data}">')]

    assert verdict(shown(RED), shown(RED, compress_level=0)) is Verdict.IDENTICAL
    assert verdict(shown(RED), shown(BLUE)) is Verdict.DIVERGED

    def drawn(mark, x):
        data = packed(f'<svg><defs><path id="m{mark}" d="M {x} 0"/></defs><use href="#m{mark}"/></svg>'.encode())
        return [html(f'<img src="data:image/svg+xml;base64,{data}"><svg></svg>')]

    assert verdict(drawn("0123456789", 1), drawn("fedcba9876", 1)) is Verdict.IDENTICAL
    assert verdict(drawn("0123456789", 1), drawn("fedcba9876", 2)) is Verdict.DIVERGED


def test_what_is_unpacked_is_not_what_was_written():
    """A page that writes out what another one packs is another page."""
    payload = gzip.compress(b"plain text that is long enough", mtime=1)
    assert verdict(page(packed(payload)), page("plain text that is long enough")) is Verdict.DIVERGED


def test_bombs_and_broken_payloads():
    """Data that unpacks to too much, or not at all, is compared as it stands."""
    bombs = [page(packed(gzip.compress(b"0" * (MAX_UNPACKED + number), mtime=1))) for number in (1, 2)]
    assert verdict(*bombs) is Verdict.DIVERGED
    broken = packed(gzip.compress(bytes(range(200)), mtime=1))
    assert verdict(page(broken), page(broken[:-8] + "AAAA" + broken[-4:])) is Verdict.DIVERGED
    assert verdict(page("H4sIAAAAAAAAAAAAAAAAAAAA"), page("H4sIAAAAAAAAAAAAAAAAAAAB")) is Verdict.DIVERGED


def test_pdf():
    """A PDF that differs in its date only is equivalent; one that differs in its drawing diverges; what is no PDF is compared as text."""

    def pdf(date, content):
        data = f"%PDF-1.4\n/CreationDate (D:{date}Z)\nstream\n{content}\nendstream".encode()
        return [display(application_pdf=packed(data))]

    a = pdf(20261122203757, "1 0 l")
    assert verdict(a, pdf(20261122203758, "1 0 l")) is Verdict.EQUIVALENT
    assert {"pdf-date"} == rules(a, pdf(20261122203758, "1 0 l"))
    assert verdict(a, pdf(20261122203758, "2 0 l")) is Verdict.DIVERGED
    assert verdict([display(application_pdf="%%")], [display(application_pdf="%%%")]) is Verdict.DIVERGED
