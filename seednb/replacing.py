"""Functions and methods of others are replaced, and put back, in one way."""

from __future__ import annotations

import ctypes
import functools
import gc
import sys
from typing import Any, Callable

Undo = Callable[[], None]


def replace(owner: Any, **wrappers: Callable[..., Any]) -> Undo:
    """Put functions in the place of a class's or module's own, each given the original first; return what takes them away again."""
    own = vars(owner)
    found = {name: own.get(name) for name in wrappers}
    ours = {name: _wrapped(wrapper, getattr(owner, name)) for name, wrapper in wrappers.items()}
    for name, function in ours.items():
        setattr(owner, name, function)

    def undo() -> None:
        for name, function in ours.items():
            if vars(owner).get(name) is not function:  # someone has replaced it since
                continue
            if found[name] is None:
                delattr(owner, name)
            else:
                setattr(owner, name, found[name])

    return undo


def _wrapped(wrapper: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def function(*arguments: Any, **keywords: Any) -> Any:
        return wrapper(original, *arguments, **keywords)

    return function


def put(owner: Any, **replacements: Any) -> Undo:
    """Set attributes; return what puts the old ones back, where nobody has replaced them since."""
    found = {name: vars(owner)[name] for name in replacements}
    for name, replacement in replacements.items():
        setattr(owner, name, replacement)

    def undo() -> None:
        for name, replacement in replacements.items():
            if vars(owner)[name] is replacement:
                setattr(owner, name, found[name])

    return undo


def put_method(kind: type, function: Any) -> Undo:
    """Put a method into a class that is written in C, and so takes no assignment; return what puts the old one back.

    A subclass in its place would do for everybody but torch.compile, which asks for the very type of a generator
    (`type(value) is torch._C.Generator` in torch/_dynamo/variables/builder.py). Raises AttributeError where the class's own
    dictionary cannot be had.
    """
    (methods,) = gc.get_referents(vars(kind))
    if sys.implementation.name != "cpython" or type(methods) is not dict:
        raise AttributeError(f"the methods of {kind.__name__} cannot be replaced")
    name = function.__name__
    original = methods[name]

    def write(method: Any) -> None:
        methods[name] = method
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))

    def undo() -> None:
        if methods.get(name) is function:
            write(original)

    write(function)
    return undo


def together(*undone: Undo) -> Undo:
    """Return what undoes several things, in this order."""

    def undo() -> None:
        for put_back in undone:
            put_back()

    return undo


def dress(function: Any, original: Any, *, module: str, name: str) -> Any:
    """Give a replacement the name and text of what it replaces, so that it is pickled by name as the other was; return it."""
    function.__name__, function.__qualname__, function.__module__ = name.rpartition(".")[2], name, module
    function.__doc__ = original.__doc__
    return function
