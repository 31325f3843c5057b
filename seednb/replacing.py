"""Functions and methods of others are replaced, and put back, in one way."""

from __future__ import annotations

from typing import Any, Callable


def replace(owner: Any, **wrappers: Callable[..., Any]) -> Callable[[], None]:
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
    def function(*arguments: Any, **keywords: Any) -> Any:
        return wrapper(original, *arguments, **keywords)

    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        if hasattr(original, name):  # Boost.Python's functions have no qualified name
            setattr(function, name, getattr(original, name))
    function.__wrapped__ = original  # type: ignore[attr-defined]  # inspect.signature follows it
    return function
