"""Reading and setting a number in a protobuf text, without protobuf: Caffe's solver definitions, whose other bytes stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, Optional

_TOKEN = re.compile(r"""#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{}<>:;,\[\]]|[^\s#"'{}<>:;,\[\]]+""", re.DOTALL)
_OCTAL = re.compile(r"-?0[0-7]+")
_STEP = {"{": 1, "<": 1, "}": -1, ">": -1}


class Value(NamedTuple):
    """Where a field's value stands, and its text."""

    start: int
    end: int
    text: str


def values(text: str, field: str) -> Iterator[Value]:
    """Yield the values of a field of the outermost message; comments, strings and nested messages are passed over."""
    depth = 0
    tokens = (token for token in _TOKEN.finditer(text) if not token[0].startswith("#"))
    for token in tokens:
        depth += _STEP.get(token[0], 0)
        if depth == 0 and token[0] == field and next(tokens, token)[0] == ":":
            value = next(tokens, None)
            sign = value
            if value is not None and value[0] == "-":
                value = next(tokens, None)
            if value is not None and sign is not None:
                digits = value[0] if sign is value else "-" + value[0]
                yield Value(sign.start(), value.end(), digits)


def integer(text: str, field: str) -> Optional[int]:
    """Return the integer that a field of the outermost message has; None where it has none."""
    number = None
    for value in values(text, field):
        try:
            number = int(value.text, 8 if _OCTAL.fullmatch(value.text) else 0)
        except ValueError:
            return None
    return number


def with_integer(text: str, field: str, number: int) -> str:
    """Return the text with the field's value replaced, or with the field added at its end."""
    found = list(values(text, field))
    for value in reversed(found):
        text = f"{text[: value.start]}{number}{text[value.end :]}"
    if found:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    return f"{text}{end if text and not text.endswith(end) else ''}{field}: {number}{end}"
