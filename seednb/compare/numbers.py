"""Texts that differ only in their numbers: how far apart these are, and whether a tolerance that was asked for covers it."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass

from seednb.compare.texts import LONG, differing_lines

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")
_MANY_ULPS = 1_000_000


@dataclass(frozen=True)
class Tolerance:
    """A number is close if it is within `atol + rtol * |recorded|` of the recorded one, or at most `ulp` doubles away."""

    rtol: float = 0.0
    atol: float = 0.0
    ulp: int = 0

    def covers(self, a: float, b: float) -> bool:
        """Tell whether two numbers are close."""
        return a == b or abs(a - b) <= self.atol + self.rtol * abs(a) or (self.ulp > 0 and _ulps(a, b) <= self.ulp)


def tolerance(rtol: float | None, atol: float | None, ulp: int | None = None) -> Tolerance | None:
    """Return the tolerance that was asked for, if one was."""
    return None if rtol is None and atol is None and ulp is None else Tolerance(rtol or 0.0, atol or 0.0, ulp or 0)


def close(a: str, b: str, allowed: Tolerance) -> bool:
    """Tell whether two texts differ only in numbers that are close."""
    pairs = _pairs(a, b)
    return pairs is not None and all(x == y or allowed.covers(float(x), float(y)) for x, y in pairs)


def distance(a: str, b: str) -> str:
    """Say how far apart the numbers of two texts are, if these differ in nothing else; else nothing."""
    pairs = _pairs(a, b)
    differing = [(x, y) for x, y in pairs or () if x != y]
    if not pairs or not differing:
        return ""
    values = [(float(x), float(y)) for x, y in differing]
    relative = max(_relative(x, y) for x, y in values)
    ulps = max(_ulps(x, y) for x, y in values)
    far = f"{ulps} ULP, " if ulps <= _MANY_ULPS and not all(x.isdigit() for pair in differing for x in pair) else ""
    count = f"{len(differing)}" if len(a) > LONG else f"{len(differing)} of {len(pairs)}"
    return f"{count} numbers differ, at most {far}relative {relative:.1e}"


def _pairs(a: str, b: str) -> list[tuple[str, str]] | None:
    """Return the numbers of two texts, or None where these differ in anything else. In long texts equal lines are left out."""
    if len(a) <= LONG:
        return _of_line(a, b)
    found = []
    for line, other in differing_lines(a, b):
        pairs = _of_line(line, other)
        if pairs is None:
            return None
        found += pairs
    return found


def _of_line(a: str, b: str) -> list[tuple[str, str]] | None:
    if _NUMBER.split(a) != _NUMBER.split(b):
        return None
    return list(zip(_NUMBER.findall(a), _NUMBER.findall(b)))


def _relative(x: float, y: float) -> float:
    largest = max(abs(x), abs(y))
    return abs(x - y) / largest if 0 < largest < math.inf else 0.0 if x == y else math.inf


def _ulps(x: float, y: float) -> int:
    return abs(_rank(x) - _rank(y))


def _rank(x: float) -> int:
    """Return a number's place in the order of all doubles."""
    rank: int = struct.unpack("<q", struct.pack("<d", x))[0]
    return rank if rank >= 0 else -(rank & 0x7FFF_FFFF_FFFF_FFFF)
