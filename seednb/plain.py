"""Digests of numbers, texts and times; what the clock said while the notebook ran is told from data, and does not count."""

from __future__ import annotations

import array
import datetime as dt
import struct
from hashlib import sha256
from typing import Any, Callable, Optional

CHUNK = 1 << 20
"""Bytes between two looks at the clock."""
CLOCK = b"a reading of the clock"
Check = Callable[[int], None]
_SCALES = (1, 10**3, 10**6, 10**9)
_CODES = {float: "d", int: "q", bool: "b"}
_SMALL = 64


class BoundError(Exception):
    """There is no time to digest a value."""


class Plain:
    """Digests what has no parts.

    check: told how many bytes are about to be digested, raises BoundError where there is no time for them. since, until: what
    lies between these two readings of the wall clock is a time of this run.
    """

    def __init__(self, check: Check, since: float, until: float) -> None:
        self.check = check
        self._since, self._until = since, until
        self.looks: dict[type, Callable[[Any], bytes]] = {
            bool: lambda value: b"bool %d" % value,
            bytearray: self.data,
            bytes: self.data,
            complex: lambda value: b"complex " + struct.pack("<dd", value.real, value.imag),
            float: self.number,
            int: self.integer,
            range: lambda value: repr(value).encode(),
            str: self.text,
            type(...): lambda _value: b"ellipsis",
            type(None): lambda _value: b"none",
            type(NotImplemented): lambda _value: b"not implemented",
        }

    def integer(self, value: int) -> bytes:
        """Return the digest of an integer of any size."""
        return CLOCK if self.is_now(value) else b"int " + int.to_bytes(value, int.bit_length(value) // 8 + 1, "big", signed=True)

    def number(self, value: float) -> bytes:
        """Return the digest of a number, to its last bit."""
        return CLOCK if self.is_now(value) else b"float " + struct.pack("<d", value)

    def is_now(self, value: float) -> bool:
        """Tell whether a number is a time of this run, in seconds, milli-, micro- or nanoseconds since 1970."""
        return self._since <= value <= 1e20 and any(self._since <= value / scale <= self._until for scale in _SCALES)

    def moment(self, value: dt.datetime) -> bytes:
        """Return the digest of a date with a time; whether it is local or UTC, it may be a time of this run."""
        zone = dt.datetime.tzinfo.__get__(value)
        fields = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
        if zone is None or type(zone).__module__.partition(".")[0] in {"datetime", "zoneinfo", "pytz", "dateutil", "pandas"}:
            known = dt.datetime(*fields, tzinfo=zone)
            if any(self.is_now(moment.timestamp()) for moment in (known, known.replace(tzinfo=dt.timezone.utc))):
                return CLOCK
        return f"{fields} {value.fold} {getattr(value, 'nanosecond', 0)} {type(zone).__name__}".encode()

    def text(self, value: str) -> bytes:
        """Return the digest of a text."""
        return b"str " + self.bulk(str.encode(value, "utf-8", "surrogatepass"))

    def data(self, value: Any) -> bytes:
        """Return the digest of bytes."""
        return b"bytes " + self.bulk(bytes(value))

    def bulk(self, data: Any) -> bytes:
        """Return short bytes as they are, and the digest of long ones."""
        if len(data) <= _SMALL:
            return bytes(data)
        hasher = sha256(len(data).to_bytes(8, "big"))
        view = memoryview(data)
        for start in range(0, len(data), CHUNK):
            part = view[start : start + CHUNK]
            self.check(len(part))
            hasher.update(part)
        return hasher.digest()

    def flat(self, items: Any, kind: type) -> Optional[bytes]:
        """Return the digest of many numbers or texts of one kind at once, or None where they must be looked at one by one."""
        if kind is str:
            self.check(len(items))
            lengths = array.array("q", map(len, items))
            return b"texts " + self.bulk(lengths.tobytes()) + self.bulk("".join(items).encode("utf-8", "surrogatepass"))
        if kind not in _CODES:
            return None
        self.check(8 * len(items))
        if kind is not bool and max(items) >= self._since and any(map(self.is_now, items)):
            return None
        try:
            return _CODES[kind].encode() + self.bulk(array.array(_CODES[kind], items).tobytes())
        except OverflowError:
            return None
