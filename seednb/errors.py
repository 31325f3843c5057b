"""One tree of errors and warnings; each message says what happened, where, and what to do.

SeednbError
├── SeedError (ValueError)        not a seed: it must be an integer in 0 … 2**32-1
├── SettingsError (ValueError)    a setting in the environment or pyproject.toml cannot be used
├── NotebookError (ValueError)    a file is not a notebook that can be read, or cannot be written
├── RecordError (ValueError)      the record in a notebook is broken
├── KernelError (RuntimeError)    a fresh runtime could not be started, or died
└── NotNowError (RuntimeError)    generators cannot be set from here, or not at this moment
SeednbWarning (UserWarning)
└── GuardWarning                  generators were drawn from between cells, and could not be put back
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
            f"{', '.join(sources)} drawn from between cells, and not put back: {reason}; the numbers of the cells that follow depend on it"
        )
        self.sources = sources
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[list[str], str]]:
        return type(self), (self.sources, self.reason)
