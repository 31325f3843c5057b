"""Generators that nobody seeded, as the code tells: where the seal was off, the kernel notes nothing of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from seednb.compare.align import CodeCell

_MAKERS = {"default_rng", "RandomState", "Random", "SeedSequence", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "seed"}
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def without_magics(source: str) -> str:
    """Return a cell's source without its lines of magics and shell commands."""
    return _MAGIC.sub("", source)


def unseeded_call(source: str) -> str:
    """Return the call with which a cell makes a generator without a seed, or reseeds one so; nothing where there is none."""
    return next(filter(None, map(_call, _statements(source))), "")


def unseeded_source(cell: CodeCell, earlier: Sequence[CodeCell]) -> str:
    """Return in words which name that a cell reads comes from a generator that an earlier cell made without a seed, or nothing."""
    made = _made(earlier)
    read = sorted(made.keys() & {name for statement in _statements(cell.source) for name in _read(statement)})
    return f"{read[0]} comes from cell {made[read[0]][0] + 1}, which makes a generator without a seed: {made[read[0]][1]}" if read else ""


def _made(cells: Sequence[CodeCell]) -> dict[str, tuple[int, str]]:
    """Return the names that cells bind to what comes from such a generator: in which cell, and the call that makes it."""
    made: dict[str, tuple[int, str]] = {}
    for cell in cells:
        for statement in _statements(cell.source):
            call = _call(statement)
            known = next((made[name] for name in _read(statement) if name in made), None)
            origin = (cell.index, call) if call else known
            for name in _bound(statement):
                if origin is not None:
                    made[name] = origin
                else:
                    made.pop(name, None)
    return made


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(without_magics(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # not Python
        return []


def _call(statement: ast.stmt) -> str:
    for node in ast.walk(statement):
        if (
            isinstance(node, ast.Call)
            and not node.keywords
            and all(isinstance(part, ast.Constant) and part.value is None for part in node.args)
        ):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in _MAKERS:
                return f"{name}()"
    return ""


def _read(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Give the names that a statement binds, and those of objects whose attributes or items it sets."""
    if isinstance(statement, _NAMED):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            yield from (name.id for name in ast.walk(node.value) if isinstance(name, ast.Name))
