"""What differs around two runs: environment, settings, input files. Taken from their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from seednb.record import Record

ABSENT = "none"
_MAX_VALUE = 200


class Difference(NamedTuple):
    """Something that differs: its name, and its value in the first and in the second run."""

    name: str
    first: str
    second: str


def differences(a: Record | None, b: Record | None) -> list[Difference]:
    """Return what differs between the surroundings of two runs; nothing where one has no record."""
    if a is None or b is None:
        return []
    one, other = dict(_flat(a)), dict(_flat(b))
    names = [*one, *(name for name in other if name not in one)]
    pairs = ((name, one.get(name, ABSENT), other.get(name, ABSENT)) for name in names)
    return [Difference(name, first, second) for name, first, second in pairs if first != second]


def _flat(record: Record) -> Iterator[tuple[str, str]]:
    for name, value in (("seed", record.seed), ("sealed", record.sealed), ("mode", record.mode), ("hash seed", record.hash_seed)):
        yield name, _shown(value)
    for name, value in record.determinism.items():
        yield f"setting {name}", _shown(value)
    for name, value in record.environment.items():
        if isinstance(value, Mapping):
            yield from ((f"{_singular(name)} {member}", _shown(item)) for member, item in value.items())
        else:
            yield name, _shown(value)
    for name, digest in record.inputs.items():
        yield f"file {name}", _shown(digest)


def _singular(name: str) -> str:
    return {"packages": "package", "flags": "flag"}.get(name, name)


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value)) or "none"
    text = {None: "not set", True: "yes", False: "no"}.get(value, str(value)) if value is None or isinstance(value, bool) else str(value)
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"
