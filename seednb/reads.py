"""Which global names a cell's source reads, also through the functions of the notebook: as little as is sure, as much as is needed."""

from __future__ import annotations

import _symtable
import ast
import dis
import re
import types
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Callable

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_AUGMENTED = re.compile(r"(?:\*\*|//|>>|<<|[-+*/%&|^@])=")
_IPYTHON = re.compile(r"_i\d*|_ii|_iii|_dh|_ih|In|exit|quit|get_ipython|open|__\w+__")
_BY_TEXT = re.compile(r"\b(?:eval|exec|globals|locals|vars|query)\s*\(")
"""Calls that read names which stand in strings: the words of the whole source count."""
_MANY = 1000
_MAX_FUNCTIONS = 100
_GLOBAL_SCOPES = {_symtable.GLOBAL_EXPLICIT, _symtable.GLOBAL_IMPLICIT}

Transform = Callable[[str], str]


class Reads:
    """Answers for the cells of one runtime; what a source mentions is remembered.

    transform: IPython's, which turns magics into Python; it is asked only about sources that are not Python.
    """

    def __init__(self, transform: Transform) -> None:
        self._transform = transform
        self._sources: dict[str, frozenset[str]] = {}
        self._codes: dict[types.CodeType, frozenset[str]] = {}

    def names(self, source: str, namespace: Mapping[str, Any]) -> list[str]:
        """Return the names in `namespace` that running a source may read, sorted; those of IPython do not count."""
        known = namespace.keys()
        if not known & _WORD.findall(source):
            return []
        mentioned = self._sources.get(source)
        if mentioned is None:
            if len(self._sources) >= _MANY:
                self._sources.clear()
            mentioned = self._sources[source] = self._mentioned(source)
        found = {name for name in known & mentioned if not _IPYTHON.fullmatch(name)}
        return sorted(self._through_functions(found, namespace))

    def gone(self, source: str, had: Iterable[str], namespace: Mapping[str, Any]) -> list[str]:
        """Return those of the names that a source itself mentions, and that are in `namespace` no more."""
        return [name for name in had if name not in namespace and name in self._sources.get(source, ())]

    def _mentioned(self, source: str) -> frozenset[str]:
        with _quiet():
            words = frozenset(_WORD.findall(source)) if _BY_TEXT.search(source) else frozenset()
            try:
                return _read_by(source) | words
            except (SyntaxError, ValueError, RecursionError):
                pass
            try:
                return _read_by(self._transform(source)) | words
            except Exception:  # neither Python nor IPython: it will not run
                return words

    def _through_functions(self, names: set[str], namespace: Mapping[str, Any]) -> set[str]:
        """Add what the notebook's own functions and classes among these names read."""
        todo, looked = list(names), 0
        while todo and looked < _MAX_FUNCTIONS:
            looked += 1
            for code in _own_codes(namespace[todo.pop()], namespace):
                for name in self._globals_of(code) - names:
                    if name in namespace and not _IPYTHON.fullmatch(name):
                        names.add(name)
                        todo.append(name)
        return names

    def _globals_of(self, code: types.CodeType) -> frozenset[str]:
        found = self._codes.get(code)
        if found is None:
            if len(self._codes) >= _MANY:
                self._codes.clear()
            found = self._codes[code] = frozenset(_loaded_by(code))
        return found


def _own_codes(value: Any, namespace: Mapping[str, Any]) -> list[types.CodeType]:
    """Return the code of a function of the notebook, or of the methods of one of its classes, or of an instance's class."""
    if isinstance(value, types.FunctionType):
        inner = getattr(value, "__wrapped__", None)
        own = [value.__code__] if value.__globals__ is namespace else []
        return own + (_own_codes(inner, namespace) if isinstance(inner, types.FunctionType) and inner is not value else [])
    kind = value if isinstance(value, type) else type(value)
    if kind.__module__ != "__main__":
        return []
    members = [function_in(member) for member in vars(kind).values()]
    return [member.__code__ for member in members if isinstance(member, types.FunctionType)]


def function_in(member: Any) -> Any:
    """Return the function in a class's static method, class method or property, or the member itself."""
    if isinstance(member, (staticmethod, classmethod)):
        return member.__func__
    return member.fget if isinstance(member, property) else member


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Python says of a source, such as invalid escapes, for IPython to say; filters stay, so that nothing is said twice."""
    shown = warnings.showwarning
    warnings.showwarning = lambda *_arguments, **_keywords: None
    try:
        yield
    finally:
        warnings.showwarning = shown


def _loaded_by(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _loaded_by(constant)


def _read_by(source: str) -> frozenset[str]:
    table = _symtable.symtable(source, "<cell>", "exec")
    top: dict[str, int] = table.symbols
    read = {name for name, flags in top.items() if flags & _symtable.USE}
    assigned = {name for name, flags in top.items() if flags & (_symtable.DEF_LOCAL | _symtable.DEF_IMPORT)}
    inner = {name for child in table.children for name in _globals_in(child)}
    if "get_ipython" in read or read & assigned or inner & assigned or _AUGMENTED.search(source):
        return frozenset(_Order().read_by(ast.parse(source).body, read | inner | assigned))
    return frozenset(read | inner)


def _globals_in(table: Any) -> Iterator[str]:
    for name, flags in table.symbols.items():
        if flags & _symtable.USE and (flags >> _symtable.SCOPE_OFF) & _symtable.SCOPE_MASK in _GLOBAL_SCOPES:
            yield name
    for child in table.children:
        yield from _globals_in(child)


class _Order:
    """Finds the names that are read before they are surely assigned, statement by statement."""

    def __init__(self) -> None:
        self._read: set[str] = set()
        self._words: frozenset[str] = frozenset()

    def read_by(self, body: list[ast.stmt], candidates: set[str]) -> set[str]:
        """Return which of the candidates the statements read, and what the magics among them mention."""
        self._block(body, set())
        return (self._read & candidates) | self._words

    def _block(self, body: Iterable[ast.stmt], defined: set[str]) -> set[str]:
        for statement in body:
            self._statement(statement, defined)
        return defined

    def _statement(self, node: ast.stmt, defined: set[str]) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._expressions([node], defined)
            defined.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            defined.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
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
            body = [node if isinstance(node, ast.stmt) else ast.copy_location(ast.Expr(node), node)]
            try:
                code = compile(ast.Module(body, []), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            except (SyntaxError, ValueError):  # such as a `break`, whose loop is not here
                self._names([node], defined, stores=False)
            else:
                self._read.update(name for name in _loaded_by(code) if name not in defined)

    def _names(self, nodes: Iterable[ast.AST], defined: set[str], *, stores: bool) -> None:
        for node in (node for root in nodes for node in ast.walk(root)):
            if isinstance(node, ast.Name) and (stores or not isinstance(node.ctx, ast.Store)) and node.id not in defined:
                self._read.add(node.id)

    def _magics(self, root: ast.AST) -> None:
        for node in ast.walk(root):
            if isinstance(node, ast.Call) and _is_magic(node):
                texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
                self._words = self._words.union(*(_words_of(text) for text in texts))


def _is_magic(node: ast.Call) -> bool:
    owner = getattr(node.func, "value", None)
    return isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "get_ipython"


def _words_of(text: str) -> frozenset[str]:
    """Return the names that a magic's text reads: it is Python for `%%time` and its like, and words for others."""
    try:
        return _read_by(text)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset(_WORD.findall(text))


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
