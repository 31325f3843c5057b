"""One tree of errors and warnings; each message says what happened, where, and what to do.

SeednbError
├── SeedError (ValueError)        not a seed: it must be an integer in 0 … 2**32-1
├── SettingsError (ValueError)    a setting in the environment or pyproject.toml cannot be used
├── NotebookError (ValueError)    a file is not a notebook that can be read, or cannot be written
├── RecordError (ValueError)      the record in a notebook is broken
├── KernelError (RuntimeError)    a fresh runtime could not be started, or died
└── NotNowError (RuntimeError)    generators cannot be set from here, or not at this moment
SeednbWarning (UserWarning)
├── RerunWarning                  a cell is run again, after an edit, or out of order, and a fresh runtime gives other numbers
├── GuardWarning                  generators were drawn from between cells, and could not be put back
└── ReseedWarning                 a library has given generators a seed that nobody asked for
"""

from __future__ import annotations


class SeednbError(Exception):
    """Base of all errors that seednb raises; its text is one line for the user."""


class SeedError(SeednbError, ValueError):
    """A seed is not an integer in 0 … 2**32-1."""


class SettingsError(SeednbError, ValueError):
    """A setting in the environment or in pyproject.toml cannot be used."""


class NotebookError(SeednbError, ValueError):
    """A file is not a notebook that can be read, or cannot be written."""


class RecordError(SeednbError, ValueError):
    """The record in a notebook is broken."""


class KernelError(SeednbError, RuntimeError):
    """A fresh runtime could not be started, or died."""


class NotNowError(SeednbError, RuntimeError):
    """Generators cannot be set from here, or not at this moment."""


class SeednbWarning(UserWarning):
    """Base of all warnings that seednb shows."""


class GuardWarning(SeednbWarning):
    """Generators were drawn from between cells, and could not be put back. sources: their names; reason: why not."""

    def __init__(self, sources: list[str], reason: str) -> None:
        super().__init__(
            f"something drew from {', '.join(sources)} between cells, which was not put back: {reason}; "
            "the numbers of the cells that follow depend on it"
        )
        self.sources = sources
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[list[str], str]]:
        return type(self), (self.sources, self.reason)


class ReseedWarning(SeednbWarning):
    """A library has given generators a seed that nobody asked for. place: its file and line; sources: names; what: these and the seed."""

    def __init__(self, place: str, sources: list[str], what: str) -> None:
        super().__init__(f"{place} has reseeded {what}; what is drawn from there on does not follow the run's seed")
        self.place = place
        self.sources = sources
        self.what = what

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.place, self.sources, self.what)


class RerunWarning(SeednbWarning):
    """A cell does not do here what it does in a fresh runtime.

    kind: `re-run`, `edited` or `out of order`. cell: its key. sources: what it draws from. names: what it reads and may have
    changed. unreadable: loaded systems whose state cannot be read.
    """

    def __init__(self, kind: str, cell: str, sources: list[str], names: list[str], unreadable: list[str]) -> None:
        super().__init__(_rerun_text(kind, sources, names, unreadable))
        self.kind = kind
        self.cell = cell
        self.sources = sources
        self.names = names
        self.unreadable = unreadable

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.kind, self.cell, self.sources, self.names, self.unreadable)


_KINDS = {
    "re-run": "this cell has run before in this runtime",
    "edited": "this cell was edited since it ran in this runtime",
    "out of order": "this cell runs after cells that stand below it",
}


def _rerun_text(kind: str, sources: list[str], names: list[str], unreadable: list[str]) -> str:
    reasons = []
    if sources:
        reasons.append(f"it draws from {_some(sources)}")
    if names:
        reasons.append(f"it reads {_some(names)}, which may have changed since its first run")
    if unreadable:
        reasons.append(f"{_some(unreadable)} may have moved, which nobody can read")
    ways = ""
    if unreadable:
        ways = "under %seed per-cell every cell repeats, "
    elif sources and kind != "out of order":
        ways = "%seed rewind puts the generators back, "
    return f"{_KINDS[kind]}: {' and '.join(reasons)}; a fresh runtime gives other results ({ways}%seed restart and run all gives those)"


def _some(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
