"""Pictures of two runs, and what differs between them as a third one, as data URIs; animated ones frame by frame.

Images of pixels are decoded and made anew, so that no byte of theirs gets into the report.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
MAX_ANIMATED = 256_000_000
MAX_SIDE = 1600
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/jpg": "JPEG", "image/gif": "GIF"}
_FAINT = 0.25


class Picture(NamedTuple):
    """A picture as a data URI, with its size, or in words why there is none."""

    uri: str = ""
    width: int = 0
    height: int = 0
    reason: str = ""


class Compared(NamedTuple):
    """Two pictures, of animated ones the first frames that differ, where they differ as a third picture, and that in words."""

    first: Picture
    second: Picture
    difference: Picture
    words: str = ""


class UnshownError(Exception):
    """An image cannot be shown: the reason in a few words."""


def picture(text: str, mime: str) -> Picture:
    """Return a picture of a notebook for showing, no larger than a screen needs; of an animated one the first frame."""
    if mime == "image/svg+xml":
        return _vector(text)
    try:
        with _quiet():
            return _encoded(next(_frames(text, mime)))
    except UnshownError as error:
        return Picture(reason=str(error))


def compared(first: str, second: str, mime: str) -> Compared:
    """Return two pictures and where they differ; no picture of that where they cannot be laid on each other."""
    if mime == "image/svg+xml":
        return Compared(_vector(first), _vector(second), Picture(reason="drawings are compared by their source"))
    try:
        with _quiet():
            return _compared(_frames(first, mime), _frames(second, mime))
    except UnshownError as error:
        return Compared(picture(first, mime), picture(second, mime), Picture(reason=str(error)))


def _compared(first: Iterator[Image], second: Iterator[Image]) -> Compared:
    """Compare frame by frame; only two are held at a time."""
    start: tuple[Image, Image] | None = None
    for number, (a, b) in enumerate(zip_longest(first, second), 1):
        if a is None or b is None:
            assert start is not None
            more = "first" if b is None else "second"
            words = f"the {number - 1 or 1} frames that both have are equal; the {more} picture has more"
            reason = Picture(reason="they differ in their number of frames")
            return Compared(_encoded(start[0]), _encoded(start[1]), reason, words)
        start = start or (a, b)
        if a.size != b.size:
            words = f"{a.width}x{a.height}, then {b.width}x{b.height} pixels"
            return Compared(_encoded(a), _encoded(b), Picture(reason="they differ in size"), words)
        if a.tobytes() != b.tobytes():
            is_animated = number > 1 or next(first, None) is not None
            found, words = _marked(a, b)
            return Compared(_encoded(a), _encoded(b), found, f"frame {number}: {words}" if is_animated else words)
    assert start is not None
    reason = Picture(reason="no difference that a screen shows: look at colour depth, or timing")
    return Compared(_encoded(start[0]), _encoded(start[1]), reason)


def _marked(a: Image, b: Image) -> tuple[Picture, str]:
    """Return the second picture, faint, with what differs in a colour that stands out, widened so that single pixels are seen."""
    from PIL import Image, ImageChops, ImageFilter

    bands = ImageChops.difference(a, b).split()
    strongest = bands[0]
    for band in bands[1:]:
        strongest = ImageChops.lighter(strongest, band)
    changed = strongest.point(lambda value: 255 if value else 0)
    count, pixels = changed.histogram()[255], a.width * a.height
    faint = Image.blend(Image.new("RGB", b.size, "white"), _on_white(b), _FAINT)
    widened = changed.filter(ImageFilter.MaxFilter(3 if max(a.size) < MAX_SIDE else 5))
    faint.paste(Image.new("RGB", b.size, (214, 0, 110)), mask=widened)
    return _encoded(faint), f"{count} of {pixels} pixels differ ({100 * count / pixels:.2g} %)"


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what Pillow warns of: images are as large and as broken as notebooks bring them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _frames(text: str, mime: str) -> Iterator[Image]:
    """Give an image's frames as RGBA. Raises UnshownError where it cannot be shown."""
    try:
        from PIL import Image
    except ImportError:
        raise UnshownError("Pillow is not installed, which decodes images") from None
    if len(text) > MAX_BYTES:
        raise UnshownError(f"{len(text)} characters are too many to show")
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        with Image.open(io.BytesIO(data), formats=[_FORMATS[mime]]) as image:
            frames, size = getattr(image, "n_frames", 1), f"{image.width}x{image.height}"
            if image.width * image.height > MAX_PIXELS or image.width * image.height * frames > MAX_ANIMATED:
                raise UnshownError(
                    f"{size} pixels are too many to show" if frames == 1 else f"{frames} frames of {size} are too many to show"
                )
            for number in range(frames):
                image.seek(number)
                yield image.convert("RGBA")
    except UnshownError:
        raise
    except (binascii.Error, ValueError):
        raise UnshownError("it is not base64") from None
    except Exception:  # Pillow raises anything on broken images
        raise UnshownError("it is broken") from None


def _encoded(image: Image) -> Picture:
    shown = image.copy()
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    buffer = io.BytesIO()
    shown.save(buffer, "PNG", optimize=False)
    return Picture("data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii"), image.width, image.height)


def _on_white(image: Image) -> Image:
    from PIL import Image as Images

    white = Images.new("RGBA", image.size, "white")
    return Images.alpha_composite(white, image).convert("RGB")


def _vector(text: str) -> Picture:
    """Return a drawing as it is: as the source of an <img> a browser runs no script of it and loads nothing for it."""
    if len(text) > MAX_BYTES:
        return Picture(reason=f"{len(text)} characters are too many to show")
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    return Picture(f"data:image/svg+xml;base64,{encoded}")
