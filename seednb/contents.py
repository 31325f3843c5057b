"""Digests of what values hold, not of where they lie: equal in every run that gives equal values, and none of the user's code is run."""

from __future__ import annotations

import array
import collections
import datetime as dt
import decimal
import enum
import functools
import re
import sys
import types
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Callable

from seednb.insides import HEAP_TYPE, NOT_CONTENT, dict_items, dictionary, slot_items
from seednb.installed import is_installed
from seednb.libraries import BY_ATTRIBUTES, Attributes, OpaqueError, look_of
from seednb.plain import BoundError, Check, Plain
from seednb.reads import cell_contents, function_in, is_a
from seednb.sources.generators import kind_of
from seednb.tables import is_clock_key

MAX_DEPTH = 60
_NONE: frozenset[str] = frozenset()
_LEFT_OUT = b"left out "
_EVERY = 50  # objects between two looks at the clock
_STANDARD = {"argparse", "collections", "dataclasses", "fractions", "statistics", "types"}
"""Modules of the standard library whose objects are what their attributes are."""


class Contents:
    """Digests values.

    check, since, until: as for `Plain`. hidden: attributes of the user's objects that do not count. without: keys of dictionaries whose
    values do not count in this value. left_out: the types of the parts that could not be digested.
    """

    def __init__(self, check: Check, *, since: float = 1.0, until: float = 0.0, hidden: Iterable[str] = ()) -> None:
        self._check = check
        self._hidden = frozenset(hidden)
        self._plain = Plain(check, since, until)
        self._open: dict[int, int] = {}
        self._known: dict[int, tuple[Any, bytes]] = {}
        self._lowest = MAX_DEPTH
        self._count = 0
        self._own: dict[type, bool] = {}
        self.without, self.left_out = _NONE, set[str]()

    def digest(self, value: Any, without: frozenset[str] = _NONE) -> bytes:
        """Return the digest of a value. Raises OpaqueError where it cannot be digested at all."""
        self.without = without
        self.left_out.clear()
        self._known.clear()
        found = self._walk(value)
        if found.startswith(_LEFT_OUT):
            raise OpaqueError(found[len(_LEFT_OUT) :].decode())
        return sha256(found).digest()

    def _walk(self, value: Any) -> bytes:
        kind = type(value)
        plain = self._plain.looks.get(kind)
        if plain is not None:
            return plain(value)
        identity, depth = id(value), len(self._open)
        if identity in self._open:  # what refers to itself is told by the way back
            self._lowest = min(self._lowest, self._open[identity])
            return b"back %d" % (depth - self._open[identity])
        if identity in self._known:
            return self._known[identity][1]
        self._count += 1
        if self._count % _EVERY == 0:
            self._check(0)
        if depth >= MAX_DEPTH:
            raise OpaqueError("nested too deeply")
        outer, self._lowest = self._lowest, MAX_DEPTH
        self._open[identity] = depth
        try:
            found = self._look(value, kind)
        finally:
            del self._open[identity]
        if self._lowest >= depth:
            self._known[identity] = value, found
            self._lowest = outer
        else:
            self._lowest = min(outer, self._lowest)
        return found

    def _look(self, value: Any, kind: type) -> bytes:
        if kind_of(kind) is not None:  # its state is compared as a source of its own
            return b"generator " + _name(kind)
        for base, look in _LOOKS:
            if issubclass(kind, base):
                return self._join(kind, look(self, value))
        has_columns = self.without and str(kind.__module__).startswith("pandas")  # one of them may be the tainted part
        known = None if has_columns else look_of(kind)
        if known is not None:
            try:
                return self._join(kind, self._parts(known(value)))
            except BoundError:
                raise
            except Exception:  # not on the processor, not yet built, or in a state that its own methods do not expect
                return self._without(kind)
        return self._join(kind, self._attributes(value, kind)) if self._is_open(kind) else self._without(kind)

    def _parts(self, parts: Iterable[Any]) -> Iterable[bytes]:
        """Digest what a look into a library's object gives: buffers by their bytes, all else as values."""
        hasher = None
        for part in parts:
            if type(part) is memoryview:
                hasher = hasher or sha256()
                self._check(part.nbytes)
                hasher.update(part)
            else:
                yield self._walk(part)
                self._known.pop(id(part), None)  # what was made for this look only must not be kept
        if hasher is not None:
            yield hasher.digest()

    def _without(self, kind: type) -> bytes:
        name = _name(kind)
        self.left_out.add(name.decode())
        return _LEFT_OUT + name

    def _join(self, kind: type, parts: Iterable[bytes]) -> bytes:
        hasher = sha256(_name(kind))
        for part in parts:
            hasher.update(len(part).to_bytes(8, "big") + part)
        return hasher.digest()

    # -- containers --------------------------------------------------------------------------------

    def _sequence(self, value: Any) -> list[bytes]:
        base = list if is_a(value, list) else tuple
        items = value if type(value) is base else base(base.__iter__(value))
        return [*self._items(items), *self._own_dictionary(value)]

    def _items(self, items: Any) -> list[bytes]:
        if len(items) < 4:
            return [self._walk(item) for item in items]
        kinds = set(map(type, items))
        flat = self._plain.flat(items, kinds.pop()) if len(kinds) == 1 else None
        return [flat] if flat is not None else [self._walk(item) for item in items]

    def _mapping(self, value: Any) -> list[bytes]:
        if type(value) is Attributes:
            return self._pairs(value.items(), self._hidden)
        return [*self._pairs(dict_items(value), self.without), *self._own_dictionary(value)]

    def _pairs(self, pairs: Iterable[tuple[Any, Any]], hidden: frozenset[str] = _NONE) -> list[bytes]:
        kept = [(key, None if type(key) is str and (is_clock_key(key) or key in hidden) else item) for key, item in pairs]
        return [b"%d" % len(kept), *self._items([key for key, _ in kept]), *self._items([item for _, item in kept])]

    def _set(self, value: Any) -> list[bytes]:
        base = set if is_a(value, set) else frozenset
        return [*sorted(map(self._walk, base.__iter__(value))), *self._own_dictionary(value)]

    def _deque(self, value: Any) -> list[bytes]:
        return [self._walk(item) for item in collections.deque.__iter__(value)]

    def _array(self, value: Any) -> list[bytes]:
        return [value.typecode.encode(), self._plain.bulk(memoryview(value).cast("B"))]

    def _partial(self, value: Any) -> list[bytes]:
        return [self._walk(part) for part in (value.func, value.args, value.keywords)]

    def _own_dictionary(self, value: Any) -> list[bytes]:
        attributes = dictionary(value)
        return self._pairs(dict.items(attributes), self._hidden if self._is_own(type(value)) else _NONE) if attributes else []

    # -- code --------------------------------------------------------------------------------------

    def _function(self, value: types.FunctionType) -> list[bytes]:
        name = f"{value.__module__}.{value.__qualname__}".encode()
        if is_installed(value.__code__.co_filename):
            return [name]
        held = (value.__defaults__, value.__kwdefaults__, [cell_contents(cell) for cell in value.__closure__ or ()])
        return [name, *self._code(value.__code__), *map(self._walk, held), *self._own_dictionary(value)]

    def _code(self, code: types.CodeType) -> list[bytes]:
        constants = [part for part in code.co_consts if not is_a(part, types.CodeType)]
        inner = [part for part in code.co_consts if is_a(part, types.CodeType)]
        names = (code.co_names, code.co_varnames, code.co_freevars, code.co_flags)
        return [code.co_code, self._walk(names), *map(self._walk, constants), *(part for found in inner for part in self._code(found))]

    def _class(self, value: type) -> list[bytes]:
        if not self._is_own(value):
            return [_name(value)]
        members = [(name, function_in(member)) for name, member in sorted(vars(value).items()) if name not in NOT_CONTENT]
        kept = [(name, member) for name, member in members if not is_a(member, _DESCRIPTORS) and name != "_abc_impl"]
        return [_name(value), *self._pairs(kept)]

    def _method(self, value: Any) -> list[bytes]:
        owner = value.__self__
        name = str(value.__name__).encode()
        return [name] if is_a(owner, types.ModuleType) else [name, self._walk(owner)]

    # -- objects -----------------------------------------------------------------------------------

    def _attributes(self, value: Any, kind: type) -> list[bytes]:
        if not all(base.__flags__ & HEAP_TYPE for base in kind.__mro__[:-1]) and not is_a(value, BaseException):
            self.left_out.add(_name(kind).decode())  # a part of it is written in C
        arguments = [self._walk(value.args)] if is_a(value, BaseException) and "args" not in vars(kind) else []
        return [*arguments, *self._pairs(slot_items(value), self._hidden), *self._own_dictionary(value)]

    def _is_open(self, kind: type) -> bool:
        """Tell whether an object is what its attributes are: the user's own classes, and those of packages that keep to that."""
        package = str(kind.__module__).partition(".")[0]
        return package in BY_ATTRIBUTES or package in _STANDARD or issubclass(kind, BaseException) or self._is_own(kind)

    def _is_own(self, kind: type) -> bool:
        found = self._own.get(kind)
        if found is None:
            module = sys.modules.get(str(kind.__module__))
            file = getattr(module, "__file__", None)
            found = self._own[kind] = kind.__module__ == "__main__" or (isinstance(file, str) and not is_installed(file))
        return found


def _name(kind: type) -> bytes:
    return f"{kind.__module__}.{kind.__qualname__}".encode("utf-8", "surrogatepass")


_DESCRIPTORS = (types.MemberDescriptorType, types.GetSetDescriptorType, types.BuiltinFunctionType)
_Look = Callable[[Contents, Any], "Iterable[bytes]"]
_LOOKS: list[tuple[Any, _Look]] = [
    (enum.Enum, lambda self, value: [self._walk(dictionary(value).get("_name_"))]),
    (bool, lambda self, value: [self._plain.integer(value)]),
    (int, lambda self, value: [self._plain.integer(value), *self._own_dictionary(value)]),
    (str, lambda self, value: [self._plain.text(value), *self._own_dictionary(value)]),
    ((bytes, bytearray), lambda self, value: [self._plain.data(value), *self._own_dictionary(value)]),
    ((list, tuple), Contents._sequence),
    (dict, Contents._mapping),
    ((set, frozenset), Contents._set),
    (collections.deque, Contents._deque),
    (array.array, Contents._array),
    (functools.partial, Contents._partial),
    (types.FunctionType, Contents._function),
    (types.BuiltinFunctionType, Contents._method),
    (types.MethodType, lambda self, value: [self._walk(value.__func__), self._walk(value.__self__)]),
    (type, Contents._class),
    (slice, lambda self, value: [self._walk(part) for part in (value.start, value.stop, value.step)]),
    (dt.datetime, lambda self, value: [self._plain.moment(value)]),
    (dt.date, lambda self, value: [b"%d" % dt.date.toordinal(value)]),
    (dt.timedelta, lambda self, value: [dt.timedelta.__repr__(value).encode()]),
    (decimal.Decimal, lambda self, value: [decimal.Decimal.__str__(value).encode()]),
    (re.Pattern, lambda self, value: [self._walk(value.pattern), b"%d" % value.flags]),
]
