"""Digests of states and source texts. A stored digest names its algorithm: `b2` is BLAKE2b, cut to 40 bits."""

from __future__ import annotations

try:
    from _blake2 import blake2b as blake2b  # hashlib loads OpenSSL, which costs each child process some milliseconds
except ImportError:
    from hashlib import blake2b as blake2b

ALGORITHM = "b2"
DIGEST_BYTES = 5


def digest(data: bytes) -> str:
    """Return the digest of some bytes: 10 lower-case hexadecimal digits."""
    return blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def source_digest(source: str) -> str:
    """Return the digest of a cell's source text; front ends disagree on line ends and trailing blanks, so these do not count."""
    lines = source.replace("\r\n", "\n").rstrip().split("\n")
    return digest("\n".join(line.rstrip() for line in lines).encode("utf-8", "surrogatepass"))


def source_key(source: str, occurrence: int) -> str:
    """Return the key of a cell that has no id: its source digest and how many cells with that source came before it."""
    return f"h-{source_digest(source)}-{occurrence}"
