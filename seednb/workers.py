"""What travels to child processes: the place of each process and task, and the functions that are run there."""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from typing import Any, Callable, NamedTuple

VARIABLE = "SEEDNB_PLACE"
"""In the environment of a Python that a notebook starts: its place."""


class Place(NamedTuple):
    """Where in a run a child process stands, or one task of a worker: its streams are derived from this, and from nothing else.

    pid: the process that has given the place; seed: the run's; cell and path: as in `tasks.Path`; plugins: third parties' sources that
    the parent knows of, so that a child need not look for them.
    """

    pid: int
    seed: int
    cell: str
    path: str
    plugins: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """Return the place as a variable of a child's environment holds it."""
        return json.dumps(self)

    def item(self, index: int) -> Place:
        """Return the place of one item of several."""
        return self._replace(path=f"{self.path}[{index}]")


@functools.cache
def can_travel() -> bool:
    """Tell whether a new process can be given anything of this module: it was loaded from files that are there."""
    return is_importable() or os.access(globals().get("__file__", ""), os.R_OK)


@functools.cache
def is_importable() -> bool:
    """Tell whether a new process finds this very package; one that a runner brought into a kernel from elsewhere is not found."""
    spec = PathFinder.find_spec("seednb")
    return spec is not None and spec.origin == sys.modules["seednb"].__file__


class _Found:
    """Pickled in the place of something of this module for a process that does not find it: names the files."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *arguments: Any) -> Any:
        return globals()[self._name](*arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        folder = os.path.dirname(sys.modules["seednb"].__file__ or "")
        return eval, (f"(exec({_LOAD!r}, found := {{'folder': {folder!r}}}), found['workers'].{self._name})[1]",)


_LOAD = """
import importlib.util, os, sys
if "seednb" not in sys.modules:
    spec = importlib.util.spec_from_file_location("seednb", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
    module = sys.modules["seednb"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
workers = importlib.import_module("seednb.workers")
"""


def _here(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = globals()[name] if is_importable() else _Found(name)
    return function


class Birth:
    """Gives a process that is started anew its streams as it is unpickled there, and leaves nothing in its own place."""

    def __init__(self, place: Place) -> None:
        self._place = tuple(place)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _here("begin_at"), self._place


class Work:
    """A function that runs at a place: in a worker process with streams of its own, at home with the streams that are there."""

    def __init__(self, place: Place, function: Callable[..., Any]) -> None:
        self._place = place
        self._function = function

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _here("work_at"), (type(self).__name__, tuple(self._place), self._function)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        with _at(self._place):
            return self._function(*arguments, **keywords)


class ItemWork(Work):
    """A function for the numbered items of a map."""

    def __call__(self, item: tuple[int, Any]) -> Any:
        with _at(self._place.item(item[0])):
            return self._function(item[1])


class SpreadWork(Work):
    """A function for the numbered items of a starmap."""

    def __call__(self, index: int, *arguments: Any) -> Any:
        with _at(self._place.item(index)):
            return self._function(*arguments)


def work_at(kind: str, place: tuple[int, int, str, str], function: Callable[..., Any]) -> Work:
    """Return the work that was pickled."""
    made: Work = globals()[kind](Place(*place), function)
    return made


def begin_at(*place: Any) -> None:
    """Give this process the streams of a place that was pickled."""
    begin(Place(*place))


def begin(place: Place) -> None:
    """Give this process the streams of a place; whatever goes wrong must not end it."""
    runtime = _runtime()
    try:
        runtime.work(place)
    except Exception as error:
        runtime.failed(error, "a worker's streams could not be started")


@contextmanager
def _at(place: Place) -> Iterator[None]:
    runtime = _runtime()
    away = place.pid != os.getpid()
    if away:
        begin(place)
    try:
        with runtime.at(place):
            yield
    finally:
        if away:
            runtime.seal.forget(place.cell, place.path)


def _runtime() -> Any:
    # That lies above this module, and a process that has just been started has none yet.
    return importlib.import_module("seednb.seeding").session()
