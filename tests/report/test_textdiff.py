"""Two texts side by side: what is marked, and that no text takes long."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seednb.report.textdiff import MAX_LINE, side_by_side

NAMES = ("recorded", "replayed")
LINES = st.lists(st.text(alphabet="ab1. \n<&", max_size=12), max_size=8).map("\n".join)


def marked(a: str, b: str) -> tuple[list[str], list[str]]:
    """Return what is marked on the two sides."""
    html = side_by_side(a, b, NAMES)
    found = [[unescape(text) for text in re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)] for tag in ("del", "ins")]
    return found[0], found[1]


def column(html: str, kinds: str) -> list[str]:
    """Return the lines of one side."""
    lines = re.findall(rf'<pre class="(?:{kinds})"><span class="ln"[^>]*>\d+</span><code>(.*?)</code></pre>', html, re.DOTALL)
    plain = [re.sub(r'<span class="vh">.*?</span>|</?(?:del|ins)>', "", line) for line in lines]
    return [unescape(line) for line in plain]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("loss 51.204998", "loss 51.205002", (["4998"], ["5002"])),
        ("a b c d", "a x c y", (["b", "d"], ["x", "y"])),
        ("same\nold\n", "same\nnew\n", (["old"], ["new"])),
        ("one", "one two", ([], [" two"])),
        ("-1.5", "1.5", (["-1.5"], ["1.5"])),
    ],
)
def test_the_words_that_differ_are_marked(a, b, expected):
    """Words that differ are marked, of one number that differs its digits from the first other one on."""
    assert expected == marked(a, b)


@given(LINES, LINES)
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_or_added(a, b):
    """Both sides of short texts that have no long equal stretch are there whole, line by line, whatever they are."""
    html = side_by_side(a + "!", b + "?", NAMES)
    equal = len(re.findall('class="fold"', html))
    if not equal:
        assert (a + "!").split("\n") == column(html, "old|same")
        assert (b + "?").split("\n") == column(html, "new|same again")


def test_equal_stretches_are_folded():
    """Of a long equal stretch three lines around each difference stay, and how many were folded is told."""
    lines = [str(number) for number in range(100)]
    html = side_by_side("\n".join(["a", *lines]), "\n".join(["b", *lines]), NAMES)
    assert "97 equal lines" in html
    assert ["a", "0", "1", "2"] == column(html, "old|same")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("\n".join(["().;" * 150] * 300), "\n".join(")(;." * 150 + str(number) for number in range(300))),
        ("\n".join(["a", "b"] * 5000), "\n".join(["b", "a", "a"] * 5000)),
        ("x" * 5_000_000, "y" * 5_000_000),
        ("\n" * 5_000_000, "\n" * 4_999_999 + "a"),
    ],
)
def test_no_text_takes_long(a, b):
    """Texts made to be slow to compare, and huge ones, take less than five seconds and little room."""
    start = time.perf_counter()
    assert len(side_by_side(a, b, NAMES)) < 600_000
    assert time.perf_counter() - start < 5


def test_a_long_line_shows_its_difference():
    """Of a long line the part with the difference is shown."""
    html = side_by_side("x " * 5000 + "old" + " y" * 5000, "x " * 5000 + "new" + " y" * 5000, NAMES)
    assert (["old"], ["new"]) == marked("x " * 5000 + "old" + " y" * 5000, "x " * 5000 + "new" + " y" * 5000)
    assert all(len(line) <= MAX_LINE + 2 for line in column(html, "old|new"))
