"""What objects, classes and functions hold, read without running the user's code."""

from __future__ import annotations

import collections
import types
from collections.abc import Iterable
from typing import Any

from seednb.digest import blake2b
from seednb.reads import is_a

HEAP_TYPE = 1 << 9
NOT_CONTENT = {"__dict__", "__weakref__", "__doc__", "__module__", "__annotations__", "__annotate_func__", "__static_attributes__"}
"""Members of a class that do not tell what it does."""
_PYTHONS = ("__dict__", "__weakref__", "__slots__", "__annotations__", "__firstlineno__")


def is_c(kind: type) -> bool:
    """Tell whether a class made at run time comes from C: nothing in it is as Python's class statement makes it."""
    members = vars(kind)
    return not any(name in members for name in _PYTHONS) and not any(is_a(found, types.FunctionType) for found in members.values())


def slots(kind: type) -> list[str]:
    """Return the names of a class's own slots."""
    found = vars(kind).get("__slots__", ())
    names = [found] if isinstance(found, str) else list(found)
    return [name for name in names if name not in {"__dict__", "__weakref__"} and not name.startswith("__")]


def has(value: Any, name: str) -> bool:
    """Tell whether an object has an attribute, without asking its class's own `__getattr__`."""
    try:
        object.__getattribute__(value, name)
    except AttributeError:
        return False
    return True


def dictionary(value: Any) -> Any:
    """Return an object's own dictionary of attributes, or None; a property of that name is not asked."""
    for base in type(value).__mro__:
        found = vars(base).get("__dict__")
        if found is not None:
            return found.__get__(value) if type(found) in (types.GetSetDescriptorType, types.MemberDescriptorType) else None
    return None


def slot_items(value: Any) -> list[tuple[str, Any]]:
    """Return what an object's slots hold, by name; a property of that name is not asked."""
    found: dict[str, Any] = {}
    for base in type(value).__mro__:
        for name in slots(base):
            slot: Any = vars(base).get(name)
            if is_a(slot, types.MemberDescriptorType):
                try:
                    found.setdefault(name, slot.__get__(value))
                except AttributeError:  # nobody has set it
                    continue
    return sorted(found.items())


def dict_items(value: Any) -> Iterable[tuple[Any, Any]]:
    """Return the items of a dict, or of a kind of dict with methods of its own; an OrderedDict has an order of its own."""
    if not is_a(value, collections.OrderedDict):
        return dict.items(value)
    held = {id(key): item for key, item in dict.items(value)}
    return [(key, held[id(key)]) for key in collections.OrderedDict.__iter__(value)]


def code_bytes(code: types.CodeType) -> bytes:
    """Return a digest of what code does; not of where it stands."""
    constants = [code_bytes(constant) if isinstance(constant, types.CodeType) else repr(constant).encode() for constant in code.co_consts]
    names = repr((code.co_names, code.co_varnames, code.co_freevars, code.co_flags)).encode()
    return blake2b(b"\0".join([code.co_code, names, *constants]), digest_size=16).digest()
