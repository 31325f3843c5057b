"""seednb makes notebooks reproducible: one seed for every pseudorandom generator, recorded, replayed, compared.

In a notebook: `%load_ext seednb`, then `%seed 42`. In a script: `seednb.seed(42)`.
"""

from __future__ import annotations

from typing import Any, Optional

from seednb.errors import (
    GuardWarning,
    KernelError,
    NotebookError,
    NotNowError,
    RecordError,
    RerunWarning,
    ReseedWarning,
    SeedError,
    SeednbError,
    SeednbWarning,
    SettingsError,
)

__version__ = "0.1.0"

__all__ = [
    "GuardWarning",
    "KernelError",
    "NotNowError",
    "NotebookError",
    "RecordError",
    "RerunWarning",
    "ReseedWarning",
    "SeedError",
    "SeednbError",
    "SeednbWarning",
    "SettingsError",
    "current",
    "load_ipython_extension",
    "off",
    "rewind",
    "seed",
    "unload_ipython_extension",
]


def seed(value: Optional[int] = None, *, seal: bool = True) -> int:
    """Seed every pseudorandom generator of this process, now and at each later import; return the seed.

    `value` is an integer in 0 … 2**32-1. Without it the seed comes from the environment variable SEEDNB_SEED, from
    `[tool.seednb] seed` in the nearest pyproject.toml, or is newly generated. With `seal`, unseeded NumPy and
    TensorFlow generators follow the seed too. Raises SeedError, and changes nothing, if the value is not a seed.
    """
    from seednb.runtime import session
    from seednb.settings import Choice, check_seed, choose_seed

    choice = choose_seed() if value is None else Choice(check_seed(value), "api")
    session().start(choice.seed, choice.origin, sealing=seal)
    return choice.seed


def current() -> Optional[int]:
    """Return the seed in force, or None."""
    from seednb.runtime import session

    return session().seed


def off() -> None:
    """Stop seeding and sealing; generators go on from where they are."""
    from seednb.runtime import session

    session().stop()


def rewind(cell: str) -> None:
    """Put the generators back to where a cell, named by its id, first found them.

    Raises NotNowError outside the main thread and beside another running cell, and SeednbError where the cell has not run
    since the seed was set, or a loaded system can only be seeded; then nothing is changed.
    """
    from seednb.runtime import session

    session().rewind(cell)


def load_ipython_extension(shell: Any) -> None:
    """Load the magics and the cell hooks: `%load_ext seednb`."""
    from seednb.kernel import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Put back all that `%load_ext seednb` and `%seed` changed: `%unload_ext seednb`."""
    from seednb.kernel import unload

    unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell Jupyter where the built extension is, for `jupyter-builder develop`; a wheel has it in share/jupyter."""
    return [{"src": "labextension", "dest": "@seednb/labextension"}]
