"""Pictures of both runs and where they differ; of animated ones the first frame that does."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from seednb.report.pictures import Picture, compared, picture
from tests.report.made import gif, png

GIF, PNG = "image/gif", "image/png"


def shade(shown: Picture) -> int:
    """Return how light the first pixel of a picture is."""
    image = Image.open(io.BytesIO(base64.b64decode(shown.uri.partition(",")[2])))
    return int(image.convert("L").getpixel((0, 0)))


@pytest.mark.parametrize(("place", "shades"), [(1, (9, 50, 90)), (2, (0, 9, 90)), (3, (0, 50, 9))])
def test_the_first_frame_that_differs_is_shown(place, shades):
    """All frames are compared; both pictures show the first that differs, and the words name it."""
    frames = (0, 50, 90)
    found = compared(gif(*frames), gif(*shades), GIF)
    assert (frames[place - 1], 9) == (shade(found.first), shade(found.second))
    assert f"frame {place}: 12 of 12 pixels differ (1e+02 %)" == found.words
    assert found.difference.uri


def test_frames_that_one_lacks():
    """Where one picture has more frames the words say so, and there is no picture of a difference."""
    for one, other, which in (((0, 50), (0, 50, 90), "second"), ((0, 50, 90), (0, 50), "first")):
        found = compared(gif(*one), gif(*other), GIF)
        assert f"the 2 frames that both have are equal; the {which} picture has more" == found.words
        assert ("", "they differ in their number of frames") == (found.difference.uri, found.difference.reason)
        assert found.first.uri
        assert found.second.uri


def test_a_still_picture_has_no_frames():
    """Of pictures with one frame the words name none."""
    assert "1 of 1200 pixels differ (0.083 %)" == compared(png(), png((3, 3)), PNG).words


def test_too_many_frames_are_not_decoded():
    """An animation too large to decode is said to be so, on both sides, and nothing else happens."""
    large = gif(*range(0, 250, 2), size=(1600, 1600))
    found = compared(large, large[:-40] + large[-40:], GIF)
    assert "125 frames of 1600x1600 are too many to show" == found.first.reason == found.difference.reason
    assert "125 frames of 1600x1600 are too many to show" == picture(large, GIF).reason


@pytest.mark.parametrize(("text", "reason"), [("?", "it is not base64"), ("AAAA", "it is broken")])
def test_what_is_no_picture(text, reason):
    """What cannot be decoded is told, and the other side is shown all the same."""
    found = compared(text, png(), PNG)
    assert (reason, reason) == (found.first.reason, found.difference.reason)
    assert found.second.uri
