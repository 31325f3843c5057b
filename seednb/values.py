"""Whether the values of names are what they were: by digest where they are small, by identity where they cannot change, else unknown."""

from __future__ import annotations

import collections
import functools
import re
import types
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional

from seednb.arrays import MAX_BYTES, UnknownError, array_of
from seednb.digest import blake2b
from seednb.insides import HEAP_TYPE, NOT_CONTENT, code_bytes, dictionary, has, is_c, slots
from seednb.installed import is_installed
from seednb.order import loaded_by
from seednb.reads import cell_contents, function_in, is_a
from seednb.sources.generators import kind_of

MAX_OBJECTS = 600
MAX_ITEMS = 20_000
"""Numbers and short texts in a list, tuple or dict of nothing else: these count as one object."""
MAX_TEXT = 10_000_000
"""Characters of a text whose hash is taken; Python keeps it, so that it costs once."""
MAX_DEPTH = 8
_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), type(NotImplemented), range)
_LONG = 1 << 1000
_FLAT = {bool, int, float, type(None), str}
_VALUES = frozenset({"datetime", "decimal", "enum", "fractions", "pathlib", "uuid"})
"""Modules of the standard library whose objects are values: their repr tells all."""

Tokens = dict[str, Optional[bytes]]


def tokens(names: Iterable[str], namespace: Mapping[str, Any]) -> Tokens:
    """Return for each name a token that is equal as long as its value is; None where nothing can be told of it.

    No value is kept alive by its token. Generators count by their type only: their states are compared elsewhere.
    """
    digester = _Digester(namespace)
    return {name: digester.token(namespace[name]) for name in names if name in namespace}


def changed(before: Tokens, names: Iterable[str], namespace: Mapping[str, Any]) -> list[str]:
    """Return those of the names that are not proven to have the value that they had, sorted."""
    now = tokens([name for name in names if name in before], namespace)
    return sorted(name for name, token in now.items() if token is None or token != before[name])


class _Digester:
    """Digests values within the limits of one cell; runs none of the user's code."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._bytes = 0
        self._objects = 0

    def token(self, value: Any) -> Optional[bytes]:
        try:
            return self._digest(value, 0, {})
        except (UnknownError, RecursionError):
            return None
        except Exception:  # a library's object in a state that its own methods do not expect
            return None

    def _digest(self, value: Any, depth: int, seen: dict[int, int]) -> bytes:
        kind = type(value)
        self._objects += 1
        if self._objects > MAX_OBJECTS or depth > MAX_DEPTH:
            raise UnknownError
        if kind in _PLAIN:
            return self._plain(value, kind)
        if id(value) in seen:  # what refers to itself is told by the way back
            return b"back %d" % seen[id(value)]
        seen[id(value)] = len(seen)
        try:
            return self._compound(value, kind, depth + 1, seen)
        finally:
            seen.popitem()

    def _plain(self, value: Any, kind: type) -> bytes:
        if (kind is int and value.bit_length() > 10_000) or (kind in (str, bytes) and len(value) > MAX_TEXT):
            raise UnknownError
        if kind in (str, bytes) and len(value) > 1000:
            return b"%s %d %d" % (kind.__name__.encode(), len(value), hash(value))
        return f"{kind.__name__} {value!r}".encode("utf-8", "surrogatepass")

    def _compound(self, value: Any, kind: type, depth: int, seen: dict[int, int]) -> bytes:
        if kind_of(kind) is not None:
            return f"generator {kind.__name__}".encode()
        for base, look in _LOOKS:
            if issubclass(kind, base):
                return self._join(kind, look(self, value, depth, seen))
        array = array_of(value, kind)
        if array is not None:
            return self._join(kind, array)
        if kind is re.Pattern:
            return self._join(kind, [self._plain(value.pattern, type(value.pattern)), b"%d" % value.flags])
        if kind.__module__ == "logging":  # written to, not read
            return b"%d" % id(value)
        if kind.__module__.partition(".")[0] in _VALUES:
            return self._join(kind, [repr(value).encode()])
        return self._join(kind, self._instance(value, kind, depth, seen))

    def _join(self, kind: type, parts: Iterable[bytes]) -> bytes:
        hasher = blake2b(f"{kind.__module__}.{kind.__qualname__}".encode(), digest_size=16)
        for part in parts:
            self._bytes += len(part)
            if self._bytes > MAX_BYTES:
                raise UnknownError
            hasher.update(len(part).to_bytes(8, "big") + part)
        return hasher.digest()

    def _sequence(self, value: Any, depth: int, seen: dict[int, int]) -> list[bytes]:
        base = list if issubclass(type(value), list) else tuple
        if type(value) is base and _is_flat(value):
            return [repr(value).encode("utf-8", "surrogatepass")]
        return [*(self._digest(item, depth, seen) for item in base.__iter__(value)), *self._own_dictionary(value, depth, seen)]

    def _mapping(self, value: Any, depth: int, seen: dict[int, int]) -> list[bytes]:
        if type(value) is dict and _is_flat([*value, *value.values()]):
            return [repr(value).encode("utf-8", "surrogatepass")]
        parts = [self._digest(part, depth, seen) for item in dict.items(value) for part in item]
        return [*parts, *self._own_dictionary(value, depth, seen)]

    def _set(self, value: Any, depth: int, seen: dict[int, int]) -> list[bytes]:
        base = set if issubclass(type(value), set) else frozenset
        return sorted(self._digest(item, depth, seen) for item in base.__iter__(value))

    def _deque(self, value: Any, depth: int, seen: dict[int, int]) -> list[bytes]:
        return [self._digest(item, depth, seen) for item in collections.deque.__iter__(value)]

    def _partial(self, value: Any, depth: int, seen: dict[int, int]) -> list[bytes]:
        return [self._digest(part, depth, seen) for part in (value.func, value.args, value.keywords)]

    def _own_dictionary(self, value: Any, depth: int, seen: dict[int, int]) -> list[bytes]:
        attributes = dictionary(value)
        return [self._digest(attributes, depth, seen)] if attributes else []

    def _module(self, value: types.ModuleType, depth: int, seen: dict[int, int]) -> list[bytes]:
        if _is_installed(dictionary(value).get("__file__")):
            return [b"%d" % id(value)]
        members = [(name, member) for name, member in sorted(dictionary(value).items()) if name[:2] != "__"]
        return [part for name, member in members for part in (name.encode(), self._member(member, depth, seen, value.__name__))]

    def _member(self, member: Any, depth: int, seen: dict[int, int], module: str) -> bytes:
        """Digest what a module of the user's holds: its own functions and classes by content, other ones by identity."""
        if is_a(member, types.FunctionType):
            return self._join(types.FunctionType, self._code(member, depth, seen))
        if is_a(member, type) and member.__module__ == module:
            return self._join(type, self._members(member, depth, seen))
        return self._digest(member, depth, seen)

    def _function(self, value: types.FunctionType, depth: int, seen: dict[int, int]) -> list[bytes]:
        own = value.__globals__ is self._namespace
        if not own and _is_installed(value.__code__.co_filename):
            return [b"%d" % id(value)]
        # What the notebook's functions read are names of their own; those of the user's modules have a module to read.
        read = [] if own or depth > 1 else [value.__globals__.get(name) for name in sorted(loaded_by(value.__code__))]
        return [*self._code(value, depth, seen), *(self._digest(part, depth, seen) for part in read)]

    def _code(self, value: types.FunctionType, depth: int, seen: dict[int, int]) -> list[bytes]:
        held = (value.__defaults__, value.__kwdefaults__, [cell_contents(cell) for cell in value.__closure__ or ()], value.__dict__)
        return [code_bytes(value.__code__), *(self._digest(part, depth, seen) for part in held)]

    def _class(self, value: type, depth: int, seen: dict[int, int]) -> list[bytes]:
        identity = b"%d" % id(value)
        return [identity, *self._members(value, depth, seen)] if value.__module__ == "__main__" else [identity]

    def _members(self, value: type, depth: int, seen: dict[int, int]) -> list[bytes]:
        members = [(name, member) for name, member in sorted(vars(value).items()) if name not in NOT_CONTENT]
        return [part for name, member in members for part in (name.encode(), self._attribute(member, depth, seen))]

    def _attribute(self, member: Any, depth: int, seen: dict[int, int]) -> bytes:
        function = function_in(member)
        if is_a(function, types.FunctionType):
            return self._join(types.FunctionType, self._code(function, depth, seen))
        if is_a(function, (types.MemberDescriptorType, types.GetSetDescriptorType, types.BuiltinFunctionType)):
            return b"descriptor"
        return self._digest(function, depth, seen)

    def _bound(self, value: Any, depth: int, seen: dict[int, int]) -> list[bytes]:
        function = getattr(value, "__func__", None)
        owner = value.__self__
        parts = [b"%d" % id(owner)] if is_a(owner, types.ModuleType) else [self._digest(owner, depth, seen)]
        return [value.__name__.encode(), *parts, *([self._digest(function, depth, seen)] if function is not None else [])]

    def _instance(self, value: Any, kind: type, depth: int, seen: dict[int, int]) -> list[bytes]:
        """Digest an object by its attributes, if these are all that it has: no part of its class is written in C."""
        if any(not base.__flags__ & HEAP_TYPE or is_c(base) for base in kind.__mro__[:-1]):
            raise UnknownError
        names = [name for base in kind.__mro__ for name in slots(base)]
        held = [object.__getattribute__(value, name) for name in names if has(value, name)]
        return [self._digest(part, depth, seen) for part in (dictionary(value), *held)]


_Look = Callable[[_Digester, Any, int, "dict[int, int]"], "list[bytes]"]
_LOOKS: list[tuple[Any, _Look]] = [
    ((list, tuple), _Digester._sequence),
    (dict, _Digester._mapping),
    ((set, frozenset), _Digester._set),
    (collections.deque, _Digester._deque),
    (functools.partial, _Digester._partial),
    (types.ModuleType, _Digester._module),
    (types.FunctionType, _Digester._function),
    (type, _Digester._class),
    ((types.MethodType, types.BuiltinMethodType), _Digester._bound),
]


def _is_flat(value: Any) -> bool:
    """Tell whether a list or tuple holds nothing but numbers and short texts, few enough to write them all down."""
    if len(value) > MAX_ITEMS:
        return False
    kinds = set(map(type, value))
    if not kinds <= _FLAT:
        return False
    letters = sum(len(item) for item in value if type(item) is str) if str in kinds else 0
    if int not in kinds:
        return letters < MAX_BYTES
    if kinds <= {int, bool, float}:
        return bool(min(value) > -_LONG and max(value) < _LONG)
    return letters < MAX_BYTES and all(-_LONG < item < _LONG for item in value if type(item) is int)


def _is_installed(file: Optional[str]) -> bool:
    return file is None or file.startswith("<") or is_installed(file)
