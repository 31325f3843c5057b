"""Images are compared by their pixels, whatever the bytes are, and hostile ones never raise."""

from __future__ import annotations

import base64
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from seednb.compare import Verdict, compare_outputs, output_digests
from tests.compare.make import encoded, image, rules, verdict
from tests.conftest import environment

RED, BLUE = (255, 0, 0), (0, 0, 255)
PIXELS = [RED, RED, BLUE, RED]


def detail(a, b):
    """Return what is said of the first difference."""
    return next(result.detail for result in compare_outputs(a, b) if result.detail)


def test_equal_pixels_with_other_bytes():
    """Equal pixels are identical however they were packed and labelled, and the rule `pixels` says so."""
    from PIL.PngImagePlugin import PngInfo

    label = PngInfo()
    label.add_text("Software", "Matplotlib version3.11.2")
    a, b = [image(PIXELS, pnginfo=label)], [image(PIXELS, compress_level=0)]
    assert a != b
    assert verdict(a, b) is Verdict.IDENTICAL
    assert rules(a, b) == {"pixels"}
    assert output_digests(a) == output_digests(b)


def test_line_breaks_in_base64():
    """Where the base64 text is broken into lines does not matter."""
    a, b = image(PIXELS), image(PIXELS)
    b["data"]["image/png"] = b["data"]["image/png"][:40] + "\n" + b["data"]["image/png"][40:].strip()
    assert verdict([a], [b]) is Verdict.IDENTICAL


def test_one_pixel():
    """One channel of one pixel, off by one, diverges; the detail counts the pixels and gives the largest difference."""
    a, b = [image(PIXELS)], [image([RED, RED, (0, 1, 255), RED])]
    assert verdict(a, b) is Verdict.DIVERGED
    assert detail(a, b) == "1 of 4 pixels differ, the largest channel difference is 1 of 255"
    assert output_digests(a)[0] != output_digests(b)[0]
    assert output_digests(a)[1] != output_digests(b)[1]


def test_alpha_and_palette_and_sixteen_bits():
    """A pixel counts in every mode: transparency, a palette's colour, sixteen bits."""
    assert verdict([image([(*RED, 9)] * 4, mode="RGBA")], [image([(*RED, 8)] * 4, mode="RGBA")]) is Verdict.DIVERGED
    paletted = [[encoded(Image.new("RGB", (2, 2), colour).quantize(2))] for colour in (RED, BLUE)]
    assert verdict(*paletted) is Verdict.DIVERGED
    deep = [[encoded(Image.new("I;16", (2, 2), value))] for value in (1000, 1001)]
    assert verdict(*deep) is Verdict.DIVERGED
    assert detail(*deep) == "pixels differ"


def test_size_and_mode():
    """Other sizes and modes diverge, and the detail gives both."""
    assert detail([image(PIXELS)], [image(PIXELS + PIXELS, (4, 2))]) == "size 2x2, got 4x2"
    assert detail([image(PIXELS)], [image([(*RED, 255)] * 4, mode="RGBA")]) == "mode RGB, got RGBA"


def test_jpeg_and_gif_frames():
    """JPEGs are compared by pixels, GIFs by all their frames and how long these are shown."""
    assert verdict([image(PIXELS, kind="jpeg")], [image([BLUE] * 4, kind="jpeg")]) is Verdict.DIVERGED
    frames = [Image.new("RGB", (2, 2), colour) for colour in (RED, BLUE, RED)]

    def gif(*pictures, duration=100):
        return [encoded(pictures[0], "gif", save_all=True, append_images=pictures[1:], duration=duration)]

    assert verdict(gif(*frames), gif(*frames)) is Verdict.IDENTICAL
    assert verdict(gif(*frames), gif(frames[0], frames[1], Image.new("RGB", (2, 2), (0, 255, 0)))) is Verdict.DIVERGED
    assert detail(gif(*frames), gif(*frames[:2])) == "more than 2 frames, got 2"
    assert detail(gif(*frames[:2]), gif(*frames)) == "2 frames, got more"
    assert detail(gif(*frames), gif(*frames, duration=200)) == "frame 1: shown for 100 ms, got 200"


def png(width, height, data):
    """Return a PNG file with this header and these compressed pixels, as an output."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", data), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part)) for name, part in chunks)
    return [{"output_type": "display_data", "metadata": {}, "data": {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()}}]


HOSTILE = {
    "bomb": (png(60_000, 60_000, zlib.compress(bytes(100))), png(60_000, 60_000, zlib.compress(bytes(101)))),
    "warned bomb": (png(10_000, 10_000, zlib.compress(bytes(100))), png(10_000, 10_000, zlib.compress(bytes(101)))),
    "truncated": (png(8, 8, zlib.compress(bytes(200))[:9]), png(8, 8, zlib.compress(bytes(199))[:9])),
    "not an image": ([{**image(PIXELS), "data": {"image/png": "aGFsbG8="}}], [{**image(PIXELS), "data": {"image/png": "aGFsbG9v"}}]),
    "not base64": ([{**image(PIXELS), "data": {"image/png": "%%%"}}], [{**image(PIXELS), "data": {"image/png": "%%"}}]),
    "not text": ([{**image(PIXELS), "data": {"image/png": 5}}], [{**image(PIXELS), "data": {"image/png": None}}]),
    "another format": ([{**image(PIXELS), "data": {"image/gif": "aGFsbG8="}}], [{**image(PIXELS), "data": {"image/gif": "aGFsbG9v"}}]),
}


@pytest.mark.parametrize("pair", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_images_are_compared_as_bytes(pair):
    """Bombs, broken files and wrong types never raise: they are compared by their bytes."""
    assert verdict(pair[0], pair[0]) is Verdict.IDENTICAL
    assert verdict(*pair) is Verdict.DIVERGED
    assert output_digests(pair[0])[0] != output_digests(pair[1])[0]
    assert detail(*pair)


def test_without_pillow():
    """Without Pillow images are compared by their bytes, and the detail says so."""
    a, b = [image(PIXELS)], [image(PIXELS, compress_level=0)]
    code = f"""if True:
        import sys
        sys.modules["PIL"] = None
        from seednb.compare import compare_outputs, output_digests
        a, b = {a!r}, {b!r}
        print([(result.verdict.value, result.detail) for result in compare_outputs(a, b)])
        print(output_digests(a) == output_digests(a) != output_digests(b))
        print([result.verdict.value for result in compare_outputs(a, a)])"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[('diverged', 'compared by bytes, for Pillow is not installed')]", "True", "['identical']"]


def test_svg():
    """An SVG that differs in hashed ids is identical, in its date equivalent, in a coordinate diverged."""
    template = '<svg><dc:date>{date}</dc:date><defs><path id="m{id}" d="M {x} 0"/></defs><use xlink:href="#m{id}"/></svg>'

    def svg(**values):
        return [{"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": template.format(**values)}}]

    a = svg(date="2026-11-23T21:52:07", id="0123456789", x=1)
    assert verdict(a, svg(date="2026-11-23T21:52:07", id="fedcba9876", x=1)) is Verdict.IDENTICAL
    assert verdict(a, svg(date="2026-11-23T21:52:08", id="fedcba9876", x=1)) is Verdict.EQUIVALENT
    assert verdict(a, svg(date="2026-11-23T21:52:08", id="fedcba9876", x=2)) is Verdict.DIVERGED
