"""Which names a source reads before it has surely assigned them: what Python's own symbol tables and compiler say of it."""

from __future__ import annotations

import _symtable
import ast
import dis
import re
import types
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_AUGMENTED = re.compile(r"(?:\*\*|//|>>|<<|[-+*/%&|^@])=")
_CO_OPTIMIZED = 1
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_GLOBAL_SCOPES = {_symtable.GLOBAL_EXPLICIT, _symtable.GLOBAL_IMPLICIT}


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what Python says of a source, such as invalid escapes, for IPython to say; filters stay, so that nothing is said twice."""
    shown = warnings.showwarning
    warnings.showwarning = lambda *_arguments, **_keywords: None
    try:
        yield
    finally:
        warnings.showwarning = shown


def loaded_by(code: types.CodeType) -> Iterator[str]:
    """Yield the global names that code reads, with the functions in it."""
    yield from _loaded_here(code)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from loaded_by(constant)


def _loaded_here(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            yield instruction.argval


def read_by(source: str) -> frozenset[str]:
    """Return the global names that running Python source may read before it has assigned them."""
    table = _symtable.symtable(source, "<cell>", "exec")
    top: dict[str, int] = table.symbols
    read = {name for name, flags in top.items() if flags & _symtable.USE}
    assigned = {name for name, flags in top.items() if flags & (_symtable.DEF_LOCAL | _symtable.DEF_IMPORT)}
    inner = {name for child in table.children for name in _globals_in(child)}
    if "get_ipython" in read or inner or read & assigned or _AUGMENTED.search(source):
        return frozenset(_Order(magics="get_ipython" in read).read_by(ast.parse(source).body))
    return frozenset(read | inner)


def assigned_by(source: str) -> frozenset[str]:
    """Return the names that Python source assigns at its top, also in branches and loops."""
    with quiet():
        try:
            top: dict[str, int] = _symtable.symtable(source, "<cell>", "exec").symbols
        except (SyntaxError, ValueError, RecursionError):
            return frozenset()
    return frozenset(name for name, flags in top.items() if flags & (_symtable.DEF_LOCAL | _symtable.DEF_IMPORT))


def _globals_in(table: Any) -> Iterator[str]:
    for name, flags in table.symbols.items():
        if flags & _symtable.USE and (flags >> _symtable.SCOPE_OFF) & _symtable.SCOPE_MASK in _GLOBAL_SCOPES:
            yield name
    for child in table.children:
        yield from _globals_in(child)


class _Order:
    """Finds the names that are read before they are surely assigned, statement by statement."""

    def __init__(self, *, magics: bool) -> None:
        self._has_magics = magics
        self._read: set[str] = set()
        self._words: frozenset[str] = frozenset()
        self._bodies: set[str] = set()

    def read_by(self, body: list[ast.stmt]) -> set[str]:
        """Return the names that the statements read, and what the magics among them mention."""
        self._block(body, set())
        return self._read | self._words

    def _block(self, body: Iterable[ast.stmt], defined: set[str]) -> set[str]:
        for statement in body:
            self._statement(statement, defined)
        return defined

    def _statement(self, node: ast.stmt, defined: set[str]) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._definition(node, defined)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            defined.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            self._called(defined)
            self._other(node, defined)

    def _other(self, node: ast.stmt, defined: set[str]) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            self._expressions([node.value] if node.value is not None else [], defined)
            self._names(targets, defined, stores=False)
            if node.value is not None:
                defined.update(_bound(targets))
        elif isinstance(node, ast.AugAssign):
            self._expressions([node.value], defined)
            self._names([node.target], defined, stores=True)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If)):
            self._branches(node, defined)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                self._expressions([item.context_expr], defined)
                defined.update(_bound([item.optional_vars] if item.optional_vars is not None else []))
            self._block(node.body, defined)
        elif isinstance(node, ast.Try):
            self._try(node, defined)
        else:
            self._expressions([node], defined)

    def _definition(self, node: Any, defined: set[str]) -> None:
        """Defaults, decorators and class bodies are read at once, functions when they may be called: by what is no definition."""
        if node.decorator_list or getattr(node, "keywords", None):
            self._called(defined)
        self._magics(node)
        todo = [compile(ast.Module(body=[node], type_ignores=[]), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)]
        while todo:
            code = todo.pop()
            if code.co_flags & _CO_OPTIMIZED and not code.co_name.startswith("<"):
                self._bodies.update(loaded_by(code))
                continue
            todo += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
            self._read.update(name for name in _loaded_here(code) if name not in defined)
        defined.add(node.name)

    def _called(self, defined: set[str]) -> None:
        """Count what the bodies of functions read from here on."""
        self._read |= self._bodies - defined
        self._bodies = set()

    def _branches(self, node: Any, defined: set[str]) -> None:
        head = node.iter if hasattr(node, "iter") else node.test
        self._expressions([head], defined)
        inside = self._block(node.body, defined | _bound([node.target] if hasattr(node, "target") else []))
        other = self._block(node.orelse, set(defined))
        if isinstance(node, (ast.For, ast.AsyncFor)):  # a loop over nothing is not thought of
            defined |= inside
        elif isinstance(node, ast.If) and node.orelse:
            defined |= inside & other

    def _try(self, node: ast.Try, defined: set[str]) -> None:
        inside = self._block(node.orelse, self._block(node.body, set(defined)))
        for handler in node.handlers:
            self._expressions([handler.type] if handler.type is not None else [], defined)
            inside &= self._block(handler.body, defined | ({handler.name} if handler.name else set()))
        self._block(node.finalbody, defined)
        defined |= inside

    def _expressions(self, nodes: Iterable[ast.AST], defined: set[str]) -> None:
        """Add what the nodes read, in the scopes of their functions and comprehensions too: Python's compiler knows."""
        for node in nodes:
            if isinstance(node, (ast.Break, ast.Continue, ast.Pass)):
                continue
            self._magics(node)
            if not any(isinstance(part, _SCOPES) for part in ast.walk(node)):
                self._names([node], defined, stores=False)
                continue
            body = [node if isinstance(node, ast.stmt) else ast.copy_location(ast.Expr(value=cast(ast.expr, node)), node)]
            try:
                code = compile(ast.Module(body=body, type_ignores=[]), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            except (SyntaxError, ValueError):  # such as a `break`, whose loop is not here
                self._names([node], defined, stores=False)
            else:
                self._read.update(name for name in loaded_by(code) if name not in defined)

    def _names(self, nodes: Iterable[ast.AST], defined: set[str], *, stores: bool) -> None:
        for node in (node for root in nodes for node in ast.walk(root)):
            if isinstance(node, ast.Name) and (stores or not isinstance(node.ctx, ast.Store)) and node.id not in defined:
                self._read.add(node.id)

    def _magics(self, root: ast.AST) -> None:
        for node in ast.walk(root) if self._has_magics else ():
            if isinstance(node, ast.Call) and _is_magic(node):
                texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
                self._words = self._words.union(*(_words_of(text) for text in texts))


def _is_magic(node: ast.Call) -> bool:
    owner = getattr(node.func, "value", None)
    return isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "get_ipython"


def _words_of(text: str) -> frozenset[str]:
    """Return the names that a magic's text reads: it is Python for `%%time` and its like, and words for others."""
    try:
        return read_by(text)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset(WORD.findall(text))


def _bound(targets: Iterable[ast.AST]) -> set[str]:
    """Return the names that assignment targets bind."""
    found: set[str] = set()
    for target in targets:
        if isinstance(target, ast.Name):
            found.add(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            found |= _bound(target.elts)
        elif isinstance(target, ast.Starred):
            found |= _bound([target.value])
    return found
