"""The contents of outputs as text, whatever their types are, so that different contents never give one text.

What a rename or a rule puts into a text stands between two noncharacters; a text that has these of its own is escaped.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterator
from typing import Any

from seednb._lean import told

_PLAIN = 2  # the last version of the format that holds no references: equal values give equal bytes
LONG = 10_000
OPEN, CLOSE = "\ufdd0", "\ufdd1"
EQUAL_NUMBERS = "equal numbers "
"""The beginning of the mark for numbers that JSON of both runs has."""


def marked(word: str) -> str:
    """Return a word that no notebook can have written."""
    return f"{OPEN}{word}{CLOSE}"


def readable(text: str) -> str:
    """Return a text with the marks taken off, in JSON too, for people."""
    for mark in (OPEN, CLOSE):
        text = text.replace(mark, "").replace(f"\\u{ord(mark):x}", "")
    return text


def text_of(value: Any) -> str:
    """Return the text of a string or a list of lines; anything else gives its JSON, marked."""
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, (list, tuple)) and all(isinstance(line, str) for line in value):
        return _escaped("".join(value))
    return marked("json") + json_of(value)


def json_of(value: Any) -> str:
    """Return a value as JSON with sorted keys, however deep it nests; what is not JSON gives its `repr`."""
    try:
        return json.dumps(value, sort_keys=True, default=told)
    except RecursionError:
        return "".join(_flat(value))
    except (TypeError, ValueError):
        return marked("repr") + repr(value)


def same_json(a: Any, b: Any) -> bool:
    """Tell quickly whether two values have one JSON form; where it says no they may have one all the same."""
    try:
        return marshal.dumps(a, _PLAIN) == marshal.dumps(b, _PLAIN)
    except ValueError:  # not JSON, or too deep
        return False


def _escaped(text: str) -> str:
    return text.replace(OPEN, OPEN + OPEN) if OPEN in text else text


def _flat(value: Any) -> Iterator[str]:
    """Give the pieces of `json.dumps(value, sort_keys=True)` without recursion."""
    waiting: list[tuple[bool, Any]] = [(False, value)]
    while waiting:
        is_text, item = waiting.pop()
        if is_text:
            yield item
        elif isinstance(item, (list, tuple)) and item:
            waiting.extend(_listed("[", [[(False, member)] for member in item], "]"))
        elif isinstance(item, dict) and item:
            pairs = [[(True, json.dumps(str(key)) + ": "), (False, item[key])] for key in sorted(item, key=str)]
            waiting.extend(_listed("{", pairs, "}"))
        else:
            yield json.dumps(item, default=repr)


def _listed(start: str, members: list[list[tuple[bool, Any]]], end: str) -> Iterator[tuple[bool, Any]]:
    """Give the parts of a list or a mapping last to first, as a stack wants them."""
    yield True, end
    for number, member in reversed(list(enumerate(members))):
        yield from reversed(member)
        if number:
            yield True, ", "
    yield True, start


def differing_lines(a: str, b: str) -> Iterator[tuple[str, str]]:
    """Give the lines in which two texts differ, long ones without the words at their ends that are equal.

    Where one text has more lines, what they have in common at their start is left out.
    """
    if a.count("\n") != b.count("\n"):
        yield _different_part(a, b)
        return
    for line, other in zip(*(text.split("\n") for text in _without_equal_ends(a, b))):
        if line != other:
            yield _different_part(line, other)


def _without_equal_ends(a: str, b: str) -> tuple[str, str]:
    """Return two texts without the lines that they have in common at their ends."""
    start = a.rfind("\n", 0, common(a, b)) + 1
    a, b = a[start:], b[start:]
    end = a.find("\n", len(a) - common(a[::-1], b[::-1]))
    return (a, b) if end < 0 else (a[:end], b[: end - len(a) + len(b)])


def _different_part(a: str, b: str) -> tuple[str, str]:
    """Return two lines without what they have in common at their ends, but for the words that this ends in."""
    if len(a) <= LONG:
        return a, b
    start, end = common(a, b), min(len(a), len(b))
    while start and not a[start - 1].isspace():
        start -= 1
    tail = min(common(a[::-1], b[::-1]), end - start)
    while tail and not a[-tail].isspace():
        tail -= 1
    return a[start : len(a) - tail], b[start : len(b) - tail]


def common(a: str, b: str) -> int:
    """Return how many characters two texts have in common at their start."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[low:middle] == b[low:middle] else (low, middle - 1)
    return low
