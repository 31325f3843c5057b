"""Jupyter's trust in notebooks: one that was trusted stays so after our rewrite; none becomes trusted through us."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any


def is_trusted(nb: dict[str, Any]) -> bool:
    """Tell whether this user's Jupyter trusts a notebook. False where that cannot be told."""
    with contextlib.suppress(Exception), _notary() as notary:  # trust is lost then, and nothing else
        return notary is not None and bool(notary.check_signature(_as_read(nb)))
    return False


def sign(nb: dict[str, Any]) -> bool:
    """Let this user's Jupyter trust a notebook: only for one that was trusted before seednb wrote it. Return whether it does."""
    with contextlib.suppress(Exception), _notary() as notary:
        if notary is not None:
            notary.sign(_as_read(nb))
            return True
    return False


@contextlib.contextmanager
def _notary() -> Iterator[Any]:
    """Give the notary, or None where nothing has ever been signed: asking must not make its database and its secret."""
    folder = Path(import_module("jupyter_core.paths").jupyter_data_dir())
    if not all((folder / name).is_file() for name in ("nbsignatures.db", "notebook_secret")):
        yield None
        return
    notary = import_module("nbformat.sign").NotebookNotary(data_dir=str(folder))
    try:
        yield notary
    finally:
        notary.store.close()


def _as_read(nb: dict[str, Any]) -> Any:
    """Return a copy in the form that Jupyter signs: as nbformat gives it after reading the file."""
    return import_module("nbformat.v4").to_notebook(nb)
