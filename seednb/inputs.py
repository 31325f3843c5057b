"""Which files a run reads: their names only, from Python's audit events; a runner digests them afterwards."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any, Callable

MAX_FILES = 1000
_MAX_UP = 3


class InputFiles:
    """Collects the files that are opened for reading, relative to the folder that the runtime started in.

    running: whether a cell is in flight: between cells it is front ends that read. own: the path of the notebook itself, whose
    every save would be a changed input. Files that the run itself has written, the installation's, the system's, temporary and
    hidden ones do not count either. An audit hook cannot be taken away (PEP 578), so only a runtime whose listener writes records
    has one; `stop` makes it idle.
    """

    def __init__(self, folder: str, running: Callable[[], object], own: Callable[[], str]) -> None:
        self._running = running
        self._own = own
        self._folder = os.path.realpath(folder)
        here = globals().get("__file__")  # not there where a runner sent the sources as texts
        self._installed = _folders({sys.prefix, sys.base_prefix, sys.exec_prefix, *([os.path.dirname(here)] if here else [])})
        self._system = _folders({"/proc", "/sys", "/dev", "/etc", "/usr", "/opt", "/run", "/lib", tempfile.gettempdir()})
        self._read: dict[str, None] = {}
        self._written: set[str] = set()
        self._on = False

    def start(self) -> None:
        """Begin to collect."""
        self._on = True
        sys.addaudithook(self._audit)

    def stop(self) -> None:
        """Stop collecting."""
        self._on = False

    def names(self) -> list[str]:
        """Return the files read so far, with `/` between folders, sorted."""
        found = {self._relative(path) for path in list(self._read)}
        return sorted(name for name in found if name)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on or event != "open" or not self._running() or len(self._read) >= MAX_FILES:
            return
        try:
            self._note(*arguments[:3])
        except Exception:  # an audit hook that raises makes the user's open() fail
            self._on = False

    def _note(self, path: Any, mode: Any, flags: int) -> None:
        if not isinstance(path, str):
            return
        written = bool(set("wax+") & set(mode)) if isinstance(mode, str) else bool(flags & (os.O_WRONLY | os.O_RDWR))
        absolute = path if os.path.isabs(path) else os.path.join(os.getcwd(), path)
        if written:
            self._written.add(absolute)
        elif absolute not in self._written and absolute != self._own():
            self._read[absolute] = None

    def _relative(self, path: str) -> str:
        real = os.path.realpath(path)
        inside = real.startswith(os.path.join(self._folder, ""))
        if real.startswith(self._installed) or (not inside and real.startswith(self._system)) or not os.path.isfile(real):
            return ""
        try:
            name = os.path.relpath(real, self._folder).replace(os.sep, "/")
        except ValueError:  # another drive
            return ""
        parts = name.split("/")
        hidden = any(part.startswith(".") and part != ".." for part in parts)
        return "" if hidden or "__pycache__" in parts or parts.count("..") > _MAX_UP else name


def _folders(paths: set[str]) -> tuple[str, ...]:
    return tuple(os.path.join(os.path.realpath(path), "") for path in paths)
