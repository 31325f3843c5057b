"""What a comparer catches of the mutations, and what it raises a false alarm at."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from seednb.compare import compare_outputs, output_digests, worst
from tests.compare.mutations import Mutation, mutations

Comparer = Callable[[Any, Any, str], bool]
"""Tells of two lists of outputs, and the cell's source, whether these are the outputs of runs that agree."""


@lru_cache(maxsize=1)
def honest() -> dict[str, dict[str, Any]]:
    """Return outputs of two runs of the honest notebook, and the cells' sources."""
    path = Path(__file__).with_name("honest_outputs.json")
    cells: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return cells


@lru_cache(maxsize=1)
def changes() -> list[Mutation]:
    """Return all mutations, of the second run's outputs."""
    return mutations({key: cell["runs"][1] for key, cell in honest().items()})


def by_outputs(a: Any, b: Any, source: str) -> bool:
    """Compare as seednb does where outputs are there."""
    return not worst(result.verdict for result in compare_outputs(a, b, source=source)).bad


def by_digests(a: Any, b: Any, source: str) -> bool:
    """Compare as seednb does where all that is left of the first run is its digests."""
    return output_digests(a, source)[1] == output_digests(b, source)[1]


def missed(comparer: Comparer) -> list[Mutation]:
    """Return the mutations that a comparer takes for honest."""
    return [change for change in changes() if comparer(honest()[change.cell]["runs"][0], change.outputs, honest()[change.cell]["source"])]


def false_alarms(comparer: Comparer) -> list[str]:
    """Return the honest cells whose two runs a comparer tells apart."""
    return [key for key, cell in honest().items() if not comparer(*cell["runs"], cell["source"])]


def caught_table() -> str:
    """Return for each kind of output how many changes there are, how many are caught, and how many digests alone miss."""
    kinds = sorted({change.kind for change in changes()})
    unseen = [[change.kind for change in missed(comparer)] for comparer in (by_outputs, by_digests)]
    rows = []
    for kind in [*kinds, "all"]:
        total, *lost = (len(found) if kind == "all" else found.count(kind) for found in ([change.kind for change in changes()], *unseen))
        rows.append(f"| {kind} | {total} | {total - lost[0]} | {lost[1]} |\n")
    return "".join(["| kind | changes | caught with outputs | missed by digests alone |\n|---|---|---|---|\n", *rows])
