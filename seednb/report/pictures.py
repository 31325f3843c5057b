"""Pictures of two runs, and what differs between them as a third one, as data URIs.

Images of pixels are decoded and made anew, so that no byte of theirs gets into the report.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/jpg": "JPEG", "image/gif": "GIF"}
_FAINT = 0.25


class Picture(NamedTuple):
    """A picture as a data URI, with its size, or in words why there is none."""

    uri: str = ""
    width: int = 0
    height: int = 0
    reason: str = ""


def picture(text: str, mime: str) -> Picture:
    """Return a picture of a notebook for showing, no larger than a screen needs."""
    if mime == "image/svg+xml":
        return _vector(text)
    image, reason = _decoded(text, mime)
    return Picture(reason=reason) if image is None else _encoded(image)


def difference(first: str, second: str, mime: str) -> tuple[Picture, str]:
    """Return a picture of where two pictures differ, and that in words; no picture where they cannot be laid on each other."""
    if mime == "image/svg+xml":
        return Picture(reason="drawings are compared by their source"), ""
    (a, reason), (b, other) = _decoded(first, mime), _decoded(second, mime)
    if a is None or b is None:
        return Picture(reason=reason or other), ""
    if a.size != b.size:
        return Picture(reason="they differ in size"), f"{a.width}x{a.height}, then {b.width}x{b.height} pixels"
    return _marked(a, b)


def _marked(a: Image, b: Image) -> tuple[Picture, str]:
    """Return the second picture, faint, with what differs in a colour that stands out, widened so that single pixels are seen."""
    from PIL import Image, ImageChops, ImageFilter

    bands = ImageChops.difference(a, b).split()
    strongest = bands[0]
    for band in bands[1:]:
        strongest = ImageChops.lighter(strongest, band)
    changed = strongest.point(lambda value: 255 if value else 0)
    count, pixels = changed.histogram()[255], a.width * a.height
    if not count:
        return Picture(reason="no difference that a screen shows: look at colour depth, other frames, or timing"), ""
    faint = Image.blend(Image.new("RGB", b.size, "white"), _on_white(b), _FAINT)
    widened = changed.filter(ImageFilter.MaxFilter(3 if max(a.size) < MAX_SIDE else 5))
    faint.paste(Image.new("RGB", b.size, (214, 0, 110)), mask=widened)
    return _encoded(faint), f"{count} of {pixels} pixels differ ({100 * count / pixels:.2g} %)"


def _decoded(text: str, mime: str) -> tuple[Image | None, str]:
    """Return an image as RGBA, or why it cannot be shown."""
    try:
        from PIL import Image
    except ImportError:
        return None, "Pillow is not installed, which decodes images"
    if len(text) > MAX_BYTES:
        return None, f"{len(text)} characters are too many to show"
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=[_FORMATS[mime]]) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None, f"{image.width}x{image.height} pixels are too many to show"
                return image.convert("RGBA"), ""
    except (binascii.Error, ValueError):
        return None, "it is not base64"
    except Exception:  # Pillow raises anything on broken images
        return None, "it is broken"


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
