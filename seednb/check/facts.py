"""What is known of a notebook after one walk over it: what the rules ask."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from seednb.check.cells import Code
from seednb.check.names import UNKNOWN

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Call:
    """A call, or a reference to a function of the notebook's own: its canonical name, and where it stands."""

    name: str
    node: ast.Call
    cell: Code
    function: Function | None
    loop: ast.For | ast.AsyncFor | ast.While | None

    def argument(self, position: int | None, *keywords: str) -> ast.expr | None:
        """Return an argument by its position or by one of its keywords."""
        for keyword in self.node.keywords:
            if keyword.arg in keywords:
                return keyword.value
        if position is None or any(isinstance(argument, ast.Starred) for argument in self.node.args[: position + 1]):
            return None
        return self.node.args[position] if position < len(self.node.args) else None

    @property
    def spreads(self) -> bool:
        """Whether it passes arguments that cannot be seen (`*args`, `**options`)."""
        return any(isinstance(one, ast.Starred) for one in self.node.args) or any(one.arg is None for one in self.node.keywords)


@dataclass(eq=False)
class Function:
    """A function of the notebook's own and what it calls; class_: the class whose method it is."""

    name: str
    node: Definition
    cell: Code
    class_: str = ""
    decorators: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)


class Step(NamedTuple):
    """A call, or a name of the notebook's own that is read (call is None)."""

    name: str
    call: Call | None


class Place(NamedTuple):
    """A node and its cell."""

    node: Any
    cell: Code


class Class(NamedTuple):
    """A class of the notebook's own: its bases and the names of its methods."""

    bases: tuple[str, ...]
    methods: frozenset[str]
    decorated: bool


class Skipped(NamedTuple):
    """A cell that could not be read, and why."""

    cell: Code
    reason: str


@dataclass
class Facts:
    """What the rules ask about a notebook in Python."""

    calls: list[Call] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    functions: dict[str, list[Function]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[str, Class] = field(default_factory=dict)
    imports: list[tuple[str, Place]] = field(default_factory=list)
    magics: list[tuple[str, Code, int]] = field(default_factory=list)
    assigned: dict[str, list[ast.expr | None]] = field(default_factory=lambda: defaultdict(list))
    stores: list[Place] = field(default_factory=list)
    loops: list[Place] = field(default_factory=list)
    trees: list[tuple[Code, ast.Module]] = field(default_factory=list)
    reads: dict[str, list[ast.Name]] = field(default_factory=lambda: defaultdict(list))
    names: dict[ast.expr, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def value(self, node: ast.expr | None) -> ast.expr | None:
        """Return what a name was assigned, if that was done once in the notebook; else the node itself."""
        for _ in range(5):
            values = self.assigned.get(node.id, []) if isinstance(node, ast.Name) else []
            if len(values) != 1 or values[0] is None:
                break
            node = values[0]
        return node

    def name(self, node: ast.AST | None) -> str:
        """Return the canonical name of an expression that is a call, name or attribute."""
        return self.names.get(node, UNKNOWN) if isinstance(node, ast.expr) else UNKNOWN
