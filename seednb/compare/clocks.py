"""A clock that a cell reads and prints itself: found in its code, looked for only in the places where it prints it.

`print(f"took {time.time() - start:.1f} s")` makes the number between `took ` and ` s` a clock; any other number is data.
A name that is given to anything but a print is none of this: what a model was trained for, or a seed, is never hidden.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from seednb.clocks import READINGS
from seednb.compare.patterns import Pattern, Rule

ID = "own-clock"
REASON = "a clock that the cell's own code reads and prints, where it prints it"
_READS = {".".join(name.split(".")[-2:]) for name in READINGS} | {"timeit.timeit", "timeit.repeat"}
_BARE = {name.rpartition(".")[2] for name in READINGS if name.startswith("time")} - {"asctime", "clock", "ctime"}
_PASS_ON = {"round", "float", "int", "str", "format", "repr", "abs", "timedelta", "datetime.timedelta"}
_METHODS = {"total_seconds", "strftime", "isoformat", "timestamp", "ctime", "replace", "time", "date", "format", "timetuple"}
_SHOWS = {"print", "display", "repr", "str", "format", "pprint", "write", "info", "warning", "debug", "error", *_PASS_ON}
_MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)
_UNIT = r"(?: ?(?:ns|[uµμ]s|ms|s|secs?|seconds?|mins?|minutes?|h|hours?)\b)?"
_SHAPE = (
    r"(?:-?\d[\d.,:]{0,30}(?:e[-+]?\d{1,3})?"
    r"|\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[+-]\d\d:?\d\d|Z)?)?"
    r"|(?:\d{1,9} days?, )?\d{1,3}:\d\d:\d\d(?:\.\d{1,9})?"
    r"|(?:datetime\.)?(?:datetime|date|timedelta)\([\w=, ]{1,80}\)|(?:time\.struct_time|Timestamp)\([\w=, :.'-]{1,160}\)"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \d{4})"
)
_MAX_SOURCE = 100_000
_MAX_STEPS = 4
_WORDS = ("time", "now", "today", "monotonic", "perf_counter")
EXAMPLE = "print(f'took {time.time() - start:.2f} s, loss {loss}')"
_EXAMPLES = (
    ("took 3.21 s, loss 0.25", "took 3.4 s, loss 0.25"),
    ("took 3.21 s, loss 0.25", "took 3.21 s, loss 0.26"),
)


@lru_cache(maxsize=256)
def own_clocks(source: str) -> tuple[Rule, ...]:
    """Return the rule for the clocks that a cell's code prints, or nothing."""
    if len(source) > _MAX_SOURCE or not any(word in source for word in _WORDS):
        return ()
    try:
        found = _Clocks(ast.parse(_MAGIC.sub("pass", source)))
        places = dict.fromkeys(found.places())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    if not places:
        return ()
    patterns = (Pattern(pattern=_pattern(*place), alike=_EXAMPLES[0], unlike=_EXAMPLES[1]) for place in places)
    return (Rule(ID, f"the cell itself prints {', '.join(sorted(found.read))}", *patterns),)


def _pattern(before: str | None, after: str | None) -> str:
    """Return a pattern for a clock between two texts; None: the line begins or ends there."""
    start = r"^" if before is None else re.escape(before)
    end = r"$" if after is None else f"(?={re.escape(after)})"
    return f"{start}(?P<x>{_SHAPE}{_UNIT if after is None else ''}){end}"


class _Clocks:
    """What a cell's code does with the clocks that it reads."""

    def __init__(self, tree: ast.Module) -> None:
        self.read: set[str] = set()
        self._nodes = list(ast.walk(tree))
        self._last = tree.body[-1].value if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self._names: set[str] = set()
        self._settle()

    def places(self) -> Iterator[tuple[str | None, str | None]]:
        """Give the texts before and after each clock that is printed."""
        for node in self._nodes:
            if isinstance(node, ast.Call) and _name(node.func).rpartition(".")[2] == "print":
                yield from _around(self._printed(node))
        if self._last is not None and self._is_clock(self._last):
            yield None, None

    def _settle(self) -> None:
        """Find the names that hold clocks and nothing else, and are used for nothing else."""
        given = [pair for node in self._nodes for pair in _assigned(node)]
        for _ in range(_MAX_STEPS):
            self._names |= {name for name, value in given if self._is_clock(value)}
        spent = {name for node in self._nodes for name in self._given_away(node)}
        self._names -= {name for name, value in given if not self._is_clock(value)} | spent

    def _given_away(self, node: ast.AST) -> Iterator[str]:
        """Give the names that a call gets which shows nothing."""
        if isinstance(node, ast.Call) and _name(node.func).rpartition(".")[2] not in _SHOWS | _METHODS:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from (inner.id for inner in ast.walk(argument) if isinstance(inner, ast.Name) and inner.id in self._names)

    def _is_clock(self, node: ast.expr) -> bool:
        """Tell whether a value is a clock, or the difference of two."""
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, ast.BinOp):
            clocks = [self._is_clock(side) for side in (node.left, node.right)]
            if isinstance(node.op, ast.Sub) and isinstance(node.right, ast.Name | ast.Attribute) and clocks[0]:
                return True  # most often a start that an earlier cell took
            plain = all(is_clock or _is_number(side) for is_clock, side in zip(clocks, (node.left, node.right)))
            return isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div) and plain and any(clocks)
        if isinstance(node, ast.Call):
            return self._is_clock_call(node)
        return isinstance(node, ast.Attribute) and node.attr in {"seconds", "microseconds", "year"} and self._is_clock(node.value)

    def _is_clock_call(self, node: ast.Call) -> bool:
        name = _name(node.func)
        short = ".".join(name.split(".")[-2:])
        if short in _READS or name in _BARE:
            self.read.add(f"{name}()")
            return True
        if name in _PASS_ON:
            return bool(node.args) and self._is_clock(node.args[0])
        return isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and self._is_clock(node.func.value)

    def _printed(self, call: ast.Call) -> list[str | bool | None]:
        """Return what a call prints: texts as they are, True for a clock, False for any other value."""
        words = {keyword.arg: keyword.value for keyword in call.keywords}
        separator = words.get("sep")
        between = separator.value if isinstance(separator, ast.Constant) and isinstance(separator.value, str) else " "
        pieces: list[str | bool | None] = [None]
        for number, argument in enumerate(call.args):
            pieces += [*([between] if number else []), *self._pieces(argument)]
        return _joined([*pieces, False if "end" in words else None])

    def _pieces(self, node: ast.expr) -> list[str | bool]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value]
        if isinstance(node, ast.JoinedStr):
            return [piece for value in node.values for piece in self._pieces(value)]
        if isinstance(node, ast.FormattedValue):
            return [self._is_clock(node.value)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and not self._is_clock(node):
            return [*self._pieces(node.left), *self._pieces(node.right)]
        return self._template(node) or [self._is_clock(node)]

    def _template(self, node: ast.expr) -> list[str | bool]:
        """Return the pieces of a text that `%` or `.format` fills."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
            text, values = node.left.value, node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            pieces = re.split(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]", text) if isinstance(text, str) else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant):
            text, values = node.func.value.value, node.args
            pieces = re.split(r"\{\d*(?::[^{}]*)?\}", text) if isinstance(text, str) and node.func.attr == "format" else []
        else:
            return []
        filled: list[str | bool] = []
        for number, piece in enumerate(pieces):
            filled += [piece, *([self._is_clock(values[number])] if number < min(len(pieces) - 1, len(values)) else [])]
        return filled


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _joined(pieces: list[str | bool | None]) -> list[str | bool | None]:
    """Join texts that follow each other, and leave out empty ones."""
    joined: list[str | bool | None] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    return joined


def _around(pieces: list[str | bool | None]) -> Iterator[tuple[str | None, str | None]]:
    """Give the texts before and after each clock; one beside another value or a digit is left alone."""
    for number, piece in enumerate(pieces):
        if piece is True:
            before, after = pieces[number - 1], pieces[number + 1]
            before = before.rpartition("\n")[2] or None if isinstance(before, str) else before
            after = after.partition("\n")[0] or None if isinstance(after, str) else after
            glued = isinstance(before, str) and before[-1:].isdigit()
            if not isinstance(before, bool) and not isinstance(after, bool) and not glued:
                yield before, after


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            pairs: Iterable[tuple[ast.expr, ast.expr]] = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts)
            yield from ((inner.id, value) for inner, value in pairs if isinstance(inner, ast.Name))
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value


def _name(node: ast.expr) -> str:
    """Return a dotted name, or nothing."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ".".join(["", *reversed(parts)])
