"""What travels to child processes: the place of each process and task, and the functions that are run there."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, NamedTuple

VARIABLE = "SEEDNB_PLACE"
"""In the environment of a Python that a notebook starts: its place."""


class Place(NamedTuple):
    """Where in a run a child process stands, or one task of a worker: its streams are derived from this, and from nothing else.

    pid: the process that has given the place; seed: the run's; cell and path: as in `tasks.Path`.
    """

    pid: int
    seed: int
    cell: str
    path: str

    def text(self) -> str:
        """Return the place as a variable of a child's environment holds it."""
        return json.dumps(self)

    def item(self, index: int) -> Place:
        """Return the place of one item of several."""
        return self._replace(path=f"{self.path}[{index}]")


class Birth:
    """Gives a process that is started anew its streams as it is unpickled there, and leaves nothing in its own place."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __reduce__(self) -> tuple[Callable[[Place], None], tuple[Place]]:
        return begin, (self._place,)


class Work:
    """A function that runs at a place: in a worker process with streams of its own, at home with the streams that are there."""

    def __init__(self, place: Place, function: Callable[..., Any]) -> None:
        self._place = place
        self._function = function

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
