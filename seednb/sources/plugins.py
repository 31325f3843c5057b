"""Sources of third parties: entry points of the group `seednb.sources`, found without a look at any package's code.

The name of an entry point is the module whose import completes the system: until the user imports it, nothing is loaded.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from seednb.settings import own_imports
from seednb.sources.base import Source, complete
from seednb.sources.group import SourceGroup

GROUP = "seednb.sources"
_ENTRY = r"(?m)^[ \t]*([\w.]+)[ \t]*=[ \t]*([\w.]+)[ \t]*:[ \t]*([\w.]+)"
_HEADER = f"[{GROUP}]".encode()
_MAX_BYTES = 2**16
_NAME = r"[a-z][a-z0-9_-]{0,31}"
"""Patterns are compiled at their first use: most notebooks have none."""
_RESERVED = frozenset({"held", "k", "o", "s", "sealed", "unseeded", "v"})
"""Words that mean something else in a cell's line of the record."""


class Plugins:
    """The entry points of one runtime that wait for their modules; what goes wrong with one is a failure of the group's."""

    def __init__(self, group: SourceGroup) -> None:
        self._group = group
        self._waiting: dict[str, str] = {}
        self._broken: dict[str, Exception] = {}
        self._found = False
        self.known: tuple[tuple[str, str], ...] = ()

    def know(self, plugins: tuple[tuple[str, str], ...]) -> None:
        """Take the entry points that a parent process has found, unless they have been looked for here."""
        if not self._found:
            self._found, self.known, self._waiting = True, plugins, dict(plugins)

    def find(self) -> frozenset[str]:
        """Look for entry points, once; return the modules that they wait for."""
        if not self._found:
            self._found = True
            with own_imports():
                self._waiting = declared(sys.path)
            self.known = tuple(self._waiting.items())
        return frozenset(self._waiting)

    def take(self) -> None:
        """Load the sources whose modules have been imported into the group; tell again of those that could not be."""
        for module in [module for module in self._waiting if complete(module) is not None]:
            reference = self._waiting.pop(module)
            try:
                self._group.sources.append(self._load(reference))
            except (Exception, SystemExit) as error:
                self._broken[reference] = error if isinstance(error, Exception) else RuntimeError("it exits")
        for reference, problem in self._broken.items():
            self._group.failed(problem, f"the source {reference} cannot be used")

    def _load(self, reference: str) -> Source:
        module, _, attribute = reference.partition(":")
        with own_imports():
            found: Any = functools.reduce(getattr, attribute.split("."), importlib.import_module(module))
        source = found() if isinstance(found, type) else found
        if not isinstance(source, Source):
            raise TypeError("it is no seednb.sources.Source")
        if not re.fullmatch(_NAME, str(getattr(source, "name", ""))):
            raise ValueError("its name must be of small letters, digits, - and _")
        if source.name in _RESERVED.union(other.name for other in self._group.sources):
            raise ValueError(f"there is a source {source.name} already")
        return source


def declared(path: Iterable[str]) -> dict[str, str]:
    """Return what installed packages declare, the first on the path first: module to wait for → module and attribute of the source.

    `importlib.metadata` would take four times as long: it reads the metadata of every package.
    """
    found: dict[str, str] = {}
    for folder in path:
        for name in _metadata(folder):
            section = _section(os.path.join(folder, name, "entry_points.txt"))
            for module, where, attribute in re.findall(_ENTRY, section) if section else ():
                found.setdefault(module, f"{where}:{attribute}")
    return found


def _metadata(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info")))
    except OSError:  # no folder
        return []


def _section(file: str) -> str:
    """Return the lines of our group. Bare system calls: a hundred packages are looked at before the first cell has its seed."""
    if not os.path.exists(file):
        return ""
    try:
        handle = os.open(file, os.O_RDONLY)
        try:
            data = os.read(handle, _MAX_BYTES)
        finally:
            os.close(handle)
        _, found, rest = data.partition(_HEADER)
        return rest.partition(b"\n[")[0].decode("utf-8") if found else ""
    except (OSError, UnicodeDecodeError):
        return ""
