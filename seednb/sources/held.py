"""Generators that the user's variables hold: found from the names that a cell reads, read and put back like every other source."""

from __future__ import annotations

import collections
import contextlib
import functools
import types
from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple, Optional

from seednb.sources.base import Source, pack, unpack
from seednb.sources.generators import MANY_TYPES, Kind, kind_of

DEPTH = 4
"""Attributes and items between a name and its generator: `model._layers[0].seed_generator` is at 3."""
OBJECTS = 300
"""Objects that are looked at for one cell."""
ITEMS = 100
"""Items of one container that are looked at."""

_LEAVES = frozenset(
    {"PIL", "bokeh", "builtins", "ipykernel", "ipywidgets", "matplotlib", "pandas", "plotly", "polars", "pyarrow", "seednb", "zmq"}
)
"""Packages whose objects hold no generators, and much else."""
_TENSORS = frozenset({"EagerTensor", "Parameter", "Tensor", "ndarray"})
_PLAIN = frozenset({bool, bytes, bytearray, complex, float, int, str, set, frozenset, types.ModuleType, type(None)})


class HeldSource(Source):
    """The generators within reach of some names, by the path that leads there: `rng`, `data.rng`, `layers[0].seed_generator`.

    Depth, objects and items are bounded, so what lies deeper is not seen. The global generators of the libraries are sources
    of their own and are left out.
    """

    name = "held"
    module = ""

    def __init__(self, names: Iterable[str] = (), namespace: Optional[Mapping[str, Any]] = None) -> None:
        self.found: dict[str, tuple[Any, Kind]] = {}
        if namespace:
            _Search(self.found).run([_Step(None, name, namespace[name]) for name in sorted(names) if name in namespace])

    def loaded(self) -> bool:
        """Tell whether there is a generator."""
        return bool(self.found)

    def seed(self, seed: int) -> None:
        """Start every generator anew, each on a stream of its own that depends on the seed and its path."""
        for path, (generator, kind) in self.found.items():
            kind.start(generator, seed, path)

    def state(self) -> bytes:
        return join({path: kind.read(generator) for path, (generator, kind) in self.found.items()})

    def restore(self, state: bytes) -> None:
        """Put back the generators that `state` names and that are still there."""
        for path, saved in parts(state).items():
            if path in self.found:
                generator, kind = self.found[path]
                kind.write(generator, saved)


def join(states: Mapping[str, bytes]) -> bytes:
    """Join the states of generators, by path."""
    return pack(*(part for path, state in states.items() for part in (path.encode(), state)))


def parts(state: bytes) -> dict[str, bytes]:
    """Part what `join` joined."""
    found = unpack(state)
    return {path.decode(): saved for path, saved in zip(found[::2], found[1::2])}


def root(path: str) -> str:
    """Return the name that a path begins with."""
    return path.partition(".")[0].partition("[")[0]


class _Step(NamedTuple):
    """A value and the way to it: the step before, and the attribute or item that leads from there."""

    before: Optional[_Step]
    label: str
    value: Any

    def path(self) -> str:
        """Return the whole way, as one would write it in Python."""
        return self.label if self.before is None else self.before.path() + self.label


class _Search:
    """One bounded search, breadth first, so that near generators are found before far ones."""

    def __init__(self, found: dict[str, tuple[Any, Kind]]) -> None:
        self._found = found
        self._seen: set[int] = set()

    def run(self, level: list[_Step]) -> None:
        for depth in range(DEPTH + 1):
            following: list[_Step] = []
            for step in level:
                if not self._take(step) and depth < DEPTH:
                    following.extend(_inside(step))
            room = OBJECTS - len(self._seen)
            level = [step for step in following if id(step.value) not in self._seen][:room]

    def _take(self, step: _Step) -> bool:
        """Keep a generator; tell whether there is nothing to look for inside."""
        kind = kind_of(type(step.value))
        identity = id(step.value) if kind is None else kind.identity(step.value)
        new = identity not in self._seen
        self._seen.update((identity, id(step.value)))
        if kind is not None and new and not kind.is_global(step.value):
            self._found[step.path()] = (step.value, kind)
        return kind is not None or not new


def _inside(step: _Step) -> list[_Step]:
    """Return what a value refers to, as far as generators are worth looking for there; run none of the user's code."""
    look = _way(type(step.value))
    if look is None:
        return []
    return [
        _Step(step, label, value) for label, value in look(step.value) if type(value) not in _PLAIN and (type(value) not in _LOOKS or value)
    ]


def _way(kind: type) -> Optional[Callable[[Any], Iterable[tuple[str, Any]]]]:
    """Return how to look into values of a type, or None where nothing is to be found."""
    try:
        return _ways[kind]
    except KeyError:
        if len(_ways) >= MANY_TYPES:
            _ways.clear()
        look = next((found for base, found in _LOOKS.items() if issubclass(kind, base)), _attributes)
        leaf = look is _attributes and not issubclass(kind, type) and str(kind.__module__).partition(".")[0] in _LEAVES
        return _ways.setdefault(kind, None if leaf or kind.__name__ in _TENSORS else look)


def _items(value: Any) -> Iterable[tuple[str, Any]]:
    base = list if issubclass(type(value), list) else tuple
    return [(f"[{index}]", item) for index, item in zip(range(ITEMS), base.__iter__(value))]


def _entries(value: Any) -> Iterable[tuple[str, Any]]:
    return [(f"[{key!r}]", item) for (key, item), _ in zip(dict.items(value), range(ITEMS)) if type(key) in (str, int)]


def _partial(value: Any) -> Iterable[tuple[str, Any]]:
    return [(".func", value.func), (".args", value.args), (".keywords", value.keywords)]


def _bound(value: Any) -> Iterable[tuple[str, Any]]:
    return [(".__self__", value.__self__)]


def _function(value: Any) -> Iterable[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or ()):
        with contextlib.suppress(ValueError):  # not assigned yet
            found.append((f".{name}", cell.cell_contents))
    found += [(f".__defaults__[{index}]", default) for index, default in enumerate(value.__defaults__ or ())]
    return found + [(f".__kwdefaults__[{name!r}]", default) for name, default in (value.__kwdefaults__ or {}).items()]


def _attributes(value: Any) -> Iterable[tuple[str, Any]]:
    own = issubclass(type(value), type)
    if own and value.__module__ != "__main__":
        return []
    try:
        attributes = (type if own else object).__getattribute__(value, "__dict__")
    except Exception:  # it has none
        return []
    return [(f".{name}", item) for (name, item), _ in zip(list(attributes.items()), range(ITEMS)) if name[:2] != "__"]


_LOOKS: dict[type, Callable[[Any], Iterable[tuple[str, Any]]]] = {
    list: _items,
    tuple: _items,
    dict: _entries,
    collections.OrderedDict: _entries,
    functools.partial: _partial,
    types.FunctionType: _function,
    types.MethodType: _bound,
    types.BuiltinMethodType: _bound,
}
_ways: dict[type, Optional[Callable[[Any], Iterable[tuple[str, Any]]]]] = {}
