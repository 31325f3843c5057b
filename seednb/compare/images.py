"""Images are compared by what they show: decoded, frame by frame, pixel by pixel. What cannot be decoded is compared by its bytes."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from contextlib import contextmanager
from functools import reduce
from hashlib import blake2b
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/jpg": "JPEG", "image/gif": "GIF"}
MAX_FRAME = 64_000_000
MAX_PIXELS = 256_000_000
NO_PILLOW = "compared by bytes, for Pillow is not installed"


def canonical(text: str, mime: str) -> str:
    """Return what an image shows: mode, size, and a digest of the pixels; without Pillow, or of a broken image, a digest of the bytes."""
    data = _bytes(text)
    if data is None:
        return f"text {_digest(text.encode('utf-8', 'surrogatepass'))}"
    return _pixels(data, FORMATS[mime]) or f"bytes {_digest(data)}"


def difference(a: str, b: str, mime: str) -> str:
    """Say in a few words how two images differ."""
    first, second = _bytes(a), _bytes(b)
    if first is None or second is None:
        return "not base64: compared as text"
    if not _has_pillow():
        return NO_PILLOW
    try:
        with _quiet():
            return _difference(first, second, FORMATS[mime])
    except Exception:  # Pillow raises anything on broken images
        return "broken or too large: compared by bytes"


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _has_pillow() -> bool:
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        return False
    return True


def _pixels(data: bytes, kind: str) -> str | None:
    if not _has_pillow():
        return None
    state = blake2b(digest_size=16)
    head, count = "", 0
    try:
        with _quiet():
            for frame, mode, duration in _frames(data, kind):
                head = head or f"{mode} {_size(frame)}"
                state.update(f"{frame.mode} {frame.size} {duration};".encode())
                state.update(frame.tobytes())
                count += 1
    except Exception:  # Pillow raises anything on broken images
        return None
    return f"pixels {head} {count} {state.hexdigest()}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what Pillow warns of: images are as large and as broken as notebooks bring them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _frames(data: bytes, kind: str) -> Iterator[tuple[Image, str, object]]:
    """Give each frame as plain pixels, with the image's mode and how long it is shown; raise on anything odd."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        mode, frames = image.mode, getattr(image, "n_frames", 1)
        if image.width * image.height > MAX_FRAME or image.width * image.height * frames > MAX_PIXELS:
            raise ValueError("too many pixels")
        for number in range(frames):
            image.seek(number)
            yield _plain(image), mode, image.info.get("duration")


def _plain(image: Image) -> Image:
    """Return an image whose pixels are colours: neither indices of a palette, nor with one colour that is transparent."""
    return image.convert("RGBA") if image.mode in {"P", "PA"} or "transparency" in image.info else image.copy()


def _difference(first: bytes, second: bytes, kind: str) -> str:
    pairs = zip_longest(_frames(first, kind), _frames(second, kind))
    for number, (a, b) in enumerate(pairs):
        if a is None or b is None:
            return f"{number} frames, got more" if a is None else f"more than {number} frames, got {number}"
        found = _frame_difference(a, b)
        if found:
            return f"frame {number + 1}: {found}" if number or next(pairs, None) else found
    return "pixels equal"


def _frame_difference(a: tuple[Image, str, object], b: tuple[Image, str, object]) -> str:
    (one, mode, shown), (other, other_mode, other_shown) = a, b
    if one.size != other.size:
        return f"size {_size(one)}, got {_size(other)}"
    if mode != other_mode:
        return f"mode {mode}, got {other_mode}"
    if one.tobytes() != other.tobytes():
        return _channels(one, other)
    return "" if shown == other_shown else f"shown for {shown} ms, got {other_shown}"


def _channels(one: Image, other: Image) -> str:
    from PIL import ImageChops

    if one.mode not in {"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"} or one.mode != other.mode:
        return "pixels differ"
    bands = ImageChops.difference(one, other).split()
    counts = reduce(ImageChops.lighter, bands).histogram()
    largest = max(value for value, count in enumerate(counts) if count)
    pixels = one.width * one.height
    return f"{pixels - counts[0]} of {pixels} pixels differ, the largest channel difference is {largest} of 255"


def _size(image: Image) -> str:
    return f"{image.width}x{image.height}"
