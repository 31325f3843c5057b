"""Which global names a cell's source reads, also through the functions of the notebook: as little as is sure, as much as is needed."""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Iterable, Mapping
from typing import Any, Callable

from seednb.order import WORD, assigned_by, loaded_by, quiet, read_by

_IPYTHON = re.compile(r"_i\d*|_ii|_iii|_dh|_ih|In|exit|quit|get_ipython|open|__\w+__")
_BY_TEXT = re.compile(r"\b(?:eval|exec|globals|locals|vars|query)\s*\(")
"""Calls that read names which stand in strings: the words of the whole source count."""
_ASKS = re.compile(r"\b(?:globals|locals|vars|dir)\s*\(|\bNameError\b")
_ASSIGNS = re.compile(r"=|\b(?:for|with|def|class|import|as|except)\b")
_MANY = 1000
_MAX_FUNCTIONS = 100
_MAX_INSIDE = 20

Transform = Callable[[str], str]


class Reads:
    """Answers for the cells of one runtime; what a source mentions is remembered.

    transform: IPython's, which turns magics into Python; it is asked only about sources that are not Python.
    """

    def __init__(self, transform: Transform) -> None:
        self._transform = transform
        self._sources: dict[str, frozenset[str]] = {}
        self._assigned: dict[str, frozenset[str]] = {}
        self._codes: dict[types.CodeType, frozenset[str]] = {}

    def names(self, source: str, namespace: Mapping[str, Any]) -> list[str]:
        """Return the names in `namespace` that running a source may read, sorted; those of IPython do not count."""
        known = namespace.keys()
        if not known & WORD.findall(source):
            return []
        mentioned = self._sources.get(source)
        if mentioned is None:
            if len(self._sources) >= _MANY:
                self._sources.clear()
            mentioned = self._sources[source] = self._mentioned(source)
        found = {name for name in known & mentioned if not _IPYTHON.fullmatch(name)}
        return sorted(self._through_functions(found, namespace))

    def assigned(self, source: str) -> frozenset[str]:
        """Return the names that a source assigns at its top, also in branches and loops; none for one with magics."""
        found = self._assigned.get(source)
        if found is None:
            if len(self._assigned) >= _MANY:
                self._assigned.clear()
            found = self._assigned[source] = assigned_by(source) if _ASSIGNS.search(source) else frozenset()
        return found

    def gone(self, source: str, had: Iterable[str], namespace: Mapping[str, Any]) -> list[str]:
        """Return those of the names that a source itself mentions, and that are in `namespace` no more."""
        return [name for name in had if name not in namespace and name in self._sources.get(source, ())]

    def _mentioned(self, source: str) -> frozenset[str]:
        with quiet():
            words = frozenset(WORD.findall(source)) if _BY_TEXT.search(source) else frozenset()
            try:
                return read_by(source) | words
            except (SyntaxError, ValueError, RecursionError):
                pass
            try:
                return read_by(self._transform(source)) | words
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
            found = self._codes[code] = frozenset(loaded_by(code))
        return found


def _own_codes(value: Any, namespace: Mapping[str, Any], depth: int = 0) -> list[types.CodeType]:
    """Return the code of a function of the notebook, of the methods of its classes, and of what a value holds of these."""
    if depth > 3:
        return []
    if is_a(value, types.FunctionType):
        own = [value.__code__] if value.__globals__ is namespace else []
        held = [cell_contents(cell) for cell in value.__closure__ or ()]
    elif is_a(value, (types.MethodType, functools.partial)):
        own, held = [], [value.__func__, value.__self__] if is_a(value, types.MethodType) else [value.func, *value.args]
    elif type(value) in (list, tuple, dict) and len(value) <= _MAX_INSIDE:
        own, held = [], list(value.values() if type(value) is dict else value)
    else:
        kinds = (value if is_a(value, type) else type(value)).__mro__
        members = [function_in(member) for kind in kinds if kind.__module__ == "__main__" for member in vars(kind).values()]
        return [member.__code__ for member in members if is_a(member, types.FunctionType)]
    return own + [code for part in held for code in _own_codes(part, namespace, depth + 1)]


def cell_contents(cell: Any) -> Any:
    """Return what a closure's cell holds, None where that is not assigned yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def is_a(value: Any, kinds: Any) -> bool:
    """Tell whether a value is of these classes, as `isinstance` does, but without asking the value, whose answer is user code."""
    return issubclass(type(value), kinds)


def function_in(member: Any) -> Any:
    """Return the function in a class's static method, class method or property, or the member itself."""
    if is_a(member, (staticmethod, classmethod)):
        return member.__func__
    return member.fget if is_a(member, property) else member


def asks_for_names(source: str) -> bool:
    """Tell whether a source may look whether a name is there."""
    return bool(_ASKS.search(source))
