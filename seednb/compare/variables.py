"""Variables of two runs, by their digests: what was never printed is compared too. What one run had no time for is never a difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seednb.wire import VARIABLES_ALGORITHM

if TYPE_CHECKING:
    from seednb.compare.align import CodeCell
    from seednb.compare.causes import Runs
    from seednb.record import Record

_SHOWN = 5
_BOUND = "bound"
Known = Mapping[str, Any]
"""What a kernel told of a cell's variables: `wire.Variables`."""


def variables_differ(a: CodeCell, b: CodeCell, runs: Runs) -> str:
    """Return in words which variables of a cell differ, or nothing: they are equal, or cannot be compared."""
    if a.line is None or b.line is None or a.line.unseeded or b.line.unseeded or a.code != b.code or versions_differ(runs.a, runs.b):
        return ""
    known, replayed = (found.get(cell.key) for found, cell in zip(runs.variables, (a, b)))
    if known is not None and replayed is not None:
        return _said(_differing(known, replayed))
    if not _comparable(a.line.variables, b.line.variables) or a.line.variables == b.line.variables:
        return ""
    names = sorted(replayed["names"]) if replayed is not None else []
    return _said(names) if len(names) == 1 else f"its variables differ{f', among {_listed(names)}' if names else ''}"


def late(b: CodeCell, runs: Runs) -> list[str]:
    """Return the variables of a cell that the second run had no time for."""
    found = runs.variables[1].get(b.key)
    return [] if found is None else sorted(name for name, reason in found["uncompared"].items() if reason == _BOUND)


def versions_differ(a: Record | None, b: Record | None) -> bool:
    """Tell whether the runs had another Python or other versions of a package: equal objects may be built in another way."""
    if a is None or b is None:
        return False
    one, other = a.environment, b.environment
    packages, others = ({} if not isinstance(found.get("packages"), Mapping) else found["packages"] for found in (one, other))
    return one.get("python") != other.get("python") or any(packages[name] != others[name] for name in packages.keys() & others.keys())


def _comparable(one: str | None, other: str | None) -> bool:
    """Tell whether two digests are of this version's form, and of the same names as far as time told."""
    if not one or not other or not all(value.startswith(f"{VARIABLES_ALGORITHM}:") for value in (one, other)):
        return False
    return one.partition("/")[2] == other.partition("/")[2]


def _differing(known: Known, replayed: Known) -> list[str]:
    names, others = known["names"], replayed["names"]
    left_out = known["uncompared"].keys() | replayed["uncompared"].keys()
    alone = (names.keys() ^ others.keys()) - left_out
    return sorted(alone | {name for name in names.keys() & others.keys() if names[name] != others[name]})


def _said(names: list[str]) -> str:
    if not names:
        return ""
    return f"the variable {names[0]} differs" if len(names) == 1 else f"the variables {_listed(names)} differ"


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
