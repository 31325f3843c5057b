"""Two texts side by side, line by line, with the words that differ marked; long texts are cut, and it is said where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from seednb.compare.texts import common
from seednb.report.markup import Html, joined, tag

MAX_TEXT = 40_000
MAX_LINES = 300
MAX_LINE = 600
MAX_WORDS = 120
MAX_PLAIN = 4_000
_BEFORE = 60
_CONTEXT = 3
_TOKEN = re.compile(r"[-+]?\d[\w.]*|\w+|\s+|[^\w\s]")
Marked = tuple[Html, Html]


def side_by_side(a: str, b: str, names: tuple[str, str]) -> Html:
    """Return two texts that differ, as rows of two columns."""
    if a.endswith("\n") and b.endswith("\n"):
        a, b = a[:-1], b[:-1]
    start = common(a, b)
    (one, first_line), (other, _) = (_window(text, start) for text in (a, b))
    rows = list(_rows(one.split("\n")[:MAX_LINES], other.split("\n")[:MAX_LINES], first_line, names))
    heads = tag("div", *(tag("div", name) for name in names), class_="row heads", aria_hidden="true")
    return joined([tag("div", heads, *rows, class_="diff"), _notice(a, b, one, other)])


def plain(text: str) -> Html:
    """Return one text, cut where it is long."""
    shown = tag("pre", text[:MAX_PLAIN], class_="out", tabindex="0")
    if len(text) <= MAX_PLAIN:
        return shown
    return joined([shown, tag("p", f"cut: the first {MAX_PLAIN:,} of {len(text):,} characters are shown", class_="cut")])


def _window(text: str, position: int) -> tuple[str, int]:
    """Return the part of a text around a position, from the start of a line, and that line's number."""
    if len(text) <= MAX_TEXT and text.count("\n", 0, position) < MAX_LINES // 2:
        return text, 1
    near = text[max(0, position - MAX_TEXT // 8) : position].split("\n")[-_CONTEXT - 1 :]
    start = position - len("\n".join(near))
    return text[start : start + MAX_TEXT], text.count("\n", 0, start) + 1


def _notice(a: str, b: str, one: str, other: str) -> Html | None:
    shown = [(text, part) for text, part in ((a, one), (b, other)) if len(part) < len(text) or part.count("\n") >= MAX_LINES]
    if not shown:
        return None
    sizes = " and ".join(f"{len(text):,}" for text in (a, b))
    return tag("p", f"cut: the part around the first difference is shown, of {sizes} characters", class_="cut")


def _rows(a: list[str], b: list[str], number: int, names: tuple[str, str]) -> Iterator[Html]:
    opcodes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for place, (kind, a0, a1, b0, b1) in enumerate(opcodes):
        if kind != "equal":
            for k, (one, other) in enumerate(zip_longest(a[a0:a1], b[b0:b1])):
                yield _row(one, other, number + a0 + k, number + b0 + k, names)
            continue
        head = _CONTEXT if place else 0
        tail = _CONTEXT if place < len(opcodes) - 1 else 0
        hidden = max(a1 - a0 - head - tail, 0)
        for k in range(a1 - a0):
            if k < head or k >= a1 - a0 - tail or hidden < 2:
                yield _row(a[a0 + k], None, number + a0 + k, number + b0 + k, names, same=True)
            elif k == head:
                yield tag("div", f"{hidden} equal lines", class_="fold")


def _row(one: str | None, other: str | None, first: int, second: int, names: tuple[str, str], *, same: bool = False) -> Html:
    if same:
        line = _cut(one or "", 0)
        return tag("div", _line(line, first, "same"), _line(line, second, "same again"), class_="row")
    start = common(one, other) if one is not None and other is not None else 0
    marked = _marks(_cut(one or "", start), _cut(other or "", start))
    sides = ((one, marked[0], first, "old"), (other, marked[1], second, "new"))
    columns = [
        tag("pre", class_="none") if line is None else _line(joined([tag("span", f"{name}: ", class_="vh"), shown]), number, kind)
        for (line, shown, number, kind), name in zip(sides, names)
    ]
    return tag("div", *columns, class_="row changed")


def _line(shown: str, number: int, kind: str) -> Html:
    return tag("pre", tag("span", str(number), class_="ln", aria_hidden="true"), tag("code", shown), class_=kind)


def _cut(line: str, position: int) -> str:
    """Return a line, or of a long one the part around a position."""
    if len(line) <= MAX_LINE:
        return line
    start = max(min(position - _BEFORE, len(line) - MAX_LINE), 0)
    return ("…" if start else "") + line[start : start + MAX_LINE] + ("…" if start + MAX_LINE < len(line) else "")


def _marks(a: str, b: str) -> Marked:
    """Return two lines with what differs marked: from the first to the last difference, word by word unless that is long."""
    one, other = _TOKEN.findall(a), _TOKEN.findall(b)
    head = _shared(one, other)
    tail = _shared(one[head:][::-1], other[head:][::-1])
    first, second = one[head : len(one) - tail], other[head : len(other) - tail]
    whole = [("replace", 0, len(first), 0, len(second))]
    short = len(first) + len(second) <= MAX_WORDS
    left, right = ["".join(one[:head])], ["".join(other[:head])]
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if short else whole:
        before, after = "".join(first[a0:a1]), "".join(second[b0:b1])
        shared = len(before) if kind == "equal" else common(before, after) if a1 - a0 == b1 - b0 == 1 else 0
        left += [before[:shared], _mark("del", before[shared:])]
        right += [after[:shared], _mark("ins", after[shared:])]
    return joined([*left, *one[len(one) - tail :]]), joined([*right, *other[len(other) - tail :]])


def _shared(a: list[str], b: list[str]) -> int:
    """Return how many words two lists have in common at their start."""
    return next((place for place, (one, other) in enumerate(zip(a, b)) if one != other), min(len(a), len(b)))


def _mark(name: str, text: str) -> str:
    return tag(name, text) if text else ""
