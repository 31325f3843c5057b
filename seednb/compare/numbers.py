"""Texts that differ only in their numbers: how far apart these are, and whether a tolerance that was asked for covers it."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from seednb.compare.texts import EQUAL_NUMBERS, LONG, differing_lines

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")
_MANY_ULPS = 1_000_000
MAX_NUMBERS = 1_000
"""Of more numbers that differ in one output the report tells how far the first of them are apart: nobody reads more, and it takes long."""


@dataclass(frozen=True)
class Tolerance:
    """A number is close if it is within `atol + rtol * |recorded|` of the recorded one, or at most `ulp` doubles away."""

    rtol: float = 0.0
    atol: float = 0.0
    ulp: int = 0

    def covers(self, a: float, b: float) -> bool:
        """Tell whether two numbers are close."""
        return a == b or abs(a - b) <= self.atol + self.rtol * abs(a) or (self.ulp > 0 and next(_ulps([a], [b])) <= self.ulp)


def tolerance(rtol: float | None, atol: float | None, ulp: int | None = None) -> Tolerance | None:
    """Return the tolerance that was asked for, if one was."""
    return None if rtol is None and atol is None and ulp is None else Tolerance(rtol or 0.0, atol or 0.0, ulp or 0)


def close(a: str, b: str, allowed: Tolerance) -> bool:
    """Tell whether two texts differ only in numbers that are close."""
    return all(pair is not None and (pair[0] == pair[1] or allowed.covers(*map(float, pair))) for pair in _pairs(a, b))


def distance(a: str, b: str, limit: int = MAX_NUMBERS) -> str:
    """Say how far apart the numbers of two texts are, or nothing if more differs; where more than `limit` differ, of the first ones."""
    differing: list[tuple[str, str]] = []
    count = 0
    for pair in _pairs(a, b):
        if pair is None:
            return ""
        count += 1
        if pair[0] != pair[1]:
            if len(differing) == limit:
                return f"more than {limit} numbers differ, the first {limit} at most {_largest(differing)}"
            differing.append(pair)
    if not differing:
        return ""
    of_all = "" if len(a) > LONG or EQUAL_NUMBERS in a else f" of {count}"
    return f"{len(differing)}{of_all} numbers differ, at most {_largest(differing)}"


def _largest(differing: Sequence[tuple[str, str]]) -> str:
    one, other = ([float(pair[side]) for pair in differing] for side in (0, 1))
    ulps = max(_ulps(one, other))
    relative = max(map(_relative, one, other))
    far = f"{ulps} ULP, " if ulps <= _MANY_ULPS and not all(x.isdigit() for pair in differing for x in pair) else ""
    return f"{far}relative {relative:.1e}"


def _pairs(a: str, b: str) -> Iterator[tuple[str, str] | None]:
    """Give the numbers of two texts in pairs, and None where these differ in anything else. In long texts equal lines are left out."""
    for line, other in [(a, b)] if len(a) <= LONG else differing_lines(a, b):
        done, others_done = 0, 0
        for one, two in zip_longest(_NUMBER.finditer(line), _NUMBER.finditer(other)):
            if one is None or two is None or line[done : one.start()] != other[others_done : two.start()]:
                yield None
                return
            yield one[0], two[0]
            done, others_done = one.end(), two.end()
        if line[done:] != other[others_done:]:
            yield None
            return


def _relative(x: float, y: float) -> float:
    largest = max(abs(x), abs(y))
    return abs(x - y) / largest if 0 < largest < math.inf else 0.0 if x == y else math.inf


def _ulps(one: Sequence[float], other: Sequence[float]) -> Iterator[int]:
    return (abs(x - y) for x, y in zip(_ranks(one), _ranks(other)))


def _ranks(values: Sequence[float]) -> list[int]:
    """Return each number's place in the order of all doubles."""
    count = len(values)
    ranks = struct.unpack(f"<{count}q", struct.pack(f"<{count}d", *values))
    return [rank if rank >= 0 else -(rank & 0x7FFF_FFFF_FFFF_FFFF) for rank in ranks]
