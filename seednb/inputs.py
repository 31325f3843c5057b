"""Which files a run reads: their names only, from Python's audit events; a runner digests them afterwards."""

from __future__ import annotations

import os
import sys
from typing import Any

MAX_FILES = 1000
_MAX_UP = 3


class InputFiles:
    """Collects the files that are opened for reading, relative to the folder that the runtime started in.

    Files that the run itself has written, the installation's, the system's, temporary and hidden ones do not count. An
    audit hook cannot be taken away (PEP 578), so only a runtime that a runner started has one; `stop` makes it idle.
    """

    def __init__(self, folder: str) -> None:
        self._folder = os.path.realpath(folder)
        self._skipped = tuple(os.path.join(os.path.realpath(path), "") for path in _foreign())
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
        if not self._on or event != "open" or len(self._read) >= MAX_FILES:
            return
        path, mode, flags = arguments[:3]
        if not isinstance(path, str):
            return
        written = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & (os.O_WRONLY | os.O_RDWR))
        absolute = os.path.join(os.getcwd(), path)
        if written:
            self._written.add(absolute)
        elif absolute not in self._written:
            self._read[absolute] = None

    def _relative(self, path: str) -> str:
        real = os.path.realpath(path)
        if real.startswith(self._skipped) or not os.path.isfile(real):
            return ""
        try:
            name = os.path.relpath(real, self._folder).replace(os.sep, "/")
        except ValueError:  # another drive
            return ""
        parts = name.split("/")
        hidden = any(part.startswith(".") and part != ".." for part in parts)
        return "" if hidden or "__pycache__" in parts or parts.count("..") > _MAX_UP else name


def _foreign() -> set[str]:
    import tempfile

    package = os.path.dirname(__file__)
    return {sys.prefix, sys.base_prefix, sys.exec_prefix, tempfile.gettempdir(), package, "/proc", "/sys", "/dev", "/etc", "/usr", "/opt", "/run", "/lib"}
