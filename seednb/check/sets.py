"""Which expressions are sets whose order nobody knows, and where that order is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from seednb.check.cells import Code
from seednb.check.facts import Facts

_SET_CALLS = {"builtins.set", "builtins.frozenset"}
_ORDERED = {
    "builtins.list",
    "builtins.tuple",
    "builtins.enumerate",
    "builtins.zip",
    "builtins.iter",
    "numpy.array",
    "pandas.Series",
    "pandas.Index",
}
_SET_METHODS = {"union", "intersection", "difference", "symmetric_difference"}
_ANY_ORDER = {
    *(f"builtins.{name}" for name in "sorted set frozenset len sum min max any all".split()),
    "numpy.sort",
    "numpy.unique",
    "collections.Counter",
}
_COLLECTING = {"append", "extend", "insert", "write", "writelines", "add_row"}


def is_set(facts: Facts, node: ast.expr | None) -> bool:
    """Tell whether an expression is surely a set, and may hold more than numbers."""
    node = facts.value(node)
    if isinstance(node, ast.Set):
        return not all(isinstance(one, ast.Constant) and isinstance(one.value, (int, float)) for one in node.elts)
    if isinstance(node, ast.SetComp):
        return not _numbers(facts, node.generators[0].iter)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr, ast.Sub, ast.BitXor)):
        return is_set(facts, node.left) and is_set(facts, node.right)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in _SET_METHODS:
        return is_set(facts, node.func.value)
    return facts.name(node.func) in _SET_CALLS and bool(node.args) and not _numbers(facts, node.args[0])


def _numbers(facts: Facts, node: ast.expr) -> bool:
    node = facts.value(node) or node
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(isinstance(one, ast.Constant) and isinstance(one.value, (int, float)) for one in node.elts)
    return isinstance(node, ast.Call) and facts.name(node.func) in {"builtins.range", "numpy.arange"}


def in_order(facts: Facts) -> Iterator[tuple[Code, ast.AST]]:
    """Yield where the order of a set enters a sequence, or a loop that prints or collects."""
    lost = order_is_lost(facts)
    for call in facts.calls:
        joins = isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "join" and not call.name.startswith("os.")
        for argument in call.node.args if call.name in _ORDERED or joins else ():
            if is_set(facts, argument) and id(call.node) not in lost:
                yield call.cell, call.node
    for node, cell in facts.loops:
        if isinstance(node, (ast.For, ast.AsyncFor)):
            kept = is_set(facts, node.iter) and _collects(facts, node)
        else:
            kept = isinstance(node, ast.ListComp) and is_set(facts, node.generators[0].iter) and id(node) not in lost
        if kept:
            yield cell, node


def _collects(facts: Facts, loop: Any) -> bool:
    for node in (node for part in loop.body for node in ast.walk(part)):
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(node, ast.Call):
            method = isinstance(node.func, ast.Attribute) and node.func.attr in _COLLECTING
            if method or facts.name(node.func) in {"builtins.print", "IPython.display.display"}:
                return True
    return False


def order_is_lost(facts: Facts) -> set[int]:
    """Return the ids of the nodes whose order is thrown away: by the function around them, or by a sort of the name that they get."""
    found: set[int] = set()
    sorted_names = set()
    for call in facts.calls:
        if call.name in _ANY_ORDER:
            found |= {id(node) for argument in call.node.args for node in _inner(argument)}
            sorted_names |= {
                argument.id for argument in call.node.args if isinstance(argument, ast.Name) and call.name == "builtins.sorted"
            }
        elif isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "sort" and isinstance(call.node.func.value, ast.Name):
            sorted_names.add(call.node.func.value.id)
    for name in sorted_names:
        found |= {id(value) for value in facts.assigned.get(name, ()) if value is not None}
    return found


def _inner(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an argument and the sequence that it is made of."""
    yield node
    if isinstance(node, ast.Call):
        for argument in node.args:
            yield from _inner(argument)
    elif isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        yield from _inner(node.generators[0].iter)
