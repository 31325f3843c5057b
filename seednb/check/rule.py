"""What a rule is: a named object that finds hazards in a notebook's facts, and knows how it is explained and tested."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from seednb.check.cells import Code
from seednb.check.facts import Facts
from seednb.check.flow import shown_expressions
from seednb.check.rscan import RCall
from seednb.check.timeline import Timeline

ERROR, WARNING = "error", "warning"
Example = tuple[str, ...]
"""The sources of a notebook's cells."""


class Hit(NamedTuple):
    """Where a rule has found something, what is special there, and what to do there (empty: the rule's own texts say it)."""

    cell: Code
    node: Any
    message: str = ""
    instead: str = ""


class View:
    """A notebook as the rules see it: the facts of its Python, or its calls in R."""

    def __init__(self, facts: Facts, r_calls: list[RCall]) -> None:
        self.facts = facts
        self.r_calls = r_calls

    @cached_property
    def timeline(self) -> Timeline:
        """In which order it seeds and draws."""
        return Timeline(self.facts)

    @cached_property
    def shown(self) -> list[tuple[Code, ast.expr]]:
        """The expressions whose text enters an output."""
        return list(shown_expressions(self.facts))


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule.

    code: never changes its meaning. message: what is wrong, instead: what to do, why: the reasons, sealed: whether seednb's seal
    closes it, in words that begin with Yes, No or In part. bad, good: what it must find, and must not; the same in R.
    """

    code: str
    name: str
    severity: str
    message: str
    instead: str
    why: str
    sealed: str
    find: Callable[[View], Iterator[Hit]]
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    bad_r: tuple[Example, ...] = ()
    good_r: tuple[Example, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether a notebook that seeds itself with seednb needs no more for it."""
        return self.sealed.startswith("Yes")


@dataclass(frozen=True)
class Finding:
    """A hazard in a notebook. cell: its number among all cells; line and column count from 1."""

    code: str
    name: str
    severity: str
    cell: int
    cell_id: str
    line: int
    column: int
    message: str
    instead: str

    def to_json(self) -> dict[str, Any]:
        """Return the finding as docs/check.md describes it."""
        return {key: getattr(self, key) for key in self.__dataclass_fields__}
