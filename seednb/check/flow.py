"""Which expressions become part of an output, and what a text is made of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from seednb.check.cells import Code
from seednb.check.facts import Facts

_SHOWING = {"builtins.print", "IPython.display.display", "pprint.pprint", "pprint.pp", "sys.stdout.write", "rich.print"}
_TEXT = {"str", "repr", "format", "hex", "int", "float", "round", "bin", "abs", "list", "tuple", "dict"}
_TRANSPARENT = (ast.JoinedStr, ast.FormattedValue, ast.Tuple, ast.List, ast.Dict, ast.Starred, ast.BinOp, ast.UnaryOp, ast.IfExp)


def shown_expressions(facts: Facts) -> Iterator[tuple[Code, ast.expr]]:
    """Yield what is printed or displayed, and the last expression of each cell."""
    for call in facts.calls:
        injected = not call.name and isinstance(call.node.func, ast.Name) and call.node.func.id == "display"
        if (call.name in _SHOWING or injected) and call.argument(None, "file") is None:
            yield from ((call.cell, argument) for argument in call.node.args)
    for cell, tree in facts.trees:
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr) and cell.displays and not _silenced(cell):
            yield cell, last.value


def _silenced(cell: Code) -> bool:
    return next((line.rstrip().endswith(";") for line in reversed(cell.lines) if line.strip()), False)


def parts(node: ast.expr, *, owners: bool = True) -> Iterator[ast.expr]:
    """Yield an expression and what its text is made of: not the arguments of other functions; with owners, whose attributes they are."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, _TRANSPARENT):
            todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in _TEXT:
                todo += node.args
            elif isinstance(node.func, ast.Attribute):
                todo += [node.func.value] if owners else []
                if node.func.attr in {"format", "join"}:
                    todo += [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Attribute) and owners:
            todo.append(node.value)


def traced(facts: Facts, node: ast.expr, *, owners: bool = True) -> Iterator[ast.expr]:
    """As `parts`, and through names that the notebook assigns once."""
    seen: set[str] = set()
    todo = [node]
    while todo:
        for part in parts(todo.pop(), owners=owners):
            yield part
            if isinstance(part, ast.Name) and part.id not in seen:
                seen.add(part.id)
                value = facts.value(part)
                if value is not None and value is not part:
                    todo.append(value)
