"""One tree of errors and warnings; each message says what happened, where, and what to do.

SeednbError
├── SeedError (ValueError)        not a seed: it must be an integer in 0 … 2**32-1
├── SettingsError (ValueError)    a setting in the environment or pyproject.toml cannot be used
├── NotebookError (ValueError)    a file is not a notebook that can be read, or cannot be written
├── RecordError (ValueError)      the record in a notebook is broken
├── KernelError (RuntimeError)    a fresh runtime could not be started, or died
└── NotNowError (RuntimeError)    generators cannot be set from here, or not at this moment
SeednbWarning (UserWarning)
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
