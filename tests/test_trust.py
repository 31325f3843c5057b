from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from seednb.notebook import Notebook, is_trusted, sign

HTML = {"output_type": "display_data", "metadata": {}, "data": {"text/html": ["<b>\n", "x</b>"]}}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a notebook's path, with a Jupyter data folder of its own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    (tmp_path / "jupyter").mkdir()
    cell = {"cell_type": "code", "id": "a", "execution_count": 1, "metadata": {}, "outputs": [HTML], "source": ["x\n", "y"]}
    path = tmp_path / "nb.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1), encoding="utf-8")
    return path


def jupyter(path: Path, *, trust: bool = False) -> bool:
    """Tell whether Jupyter trusts a notebook; with `trust`, sign it first, as `jupyter trust` does."""
    nb: Any = nbformat.read(path, as_version=4)
    notary: Any = NotebookNotary()
    try:
        if trust:
            notary.sign(nb)
        return bool(notary.check_signature(nb))
    finally:
        notary.store.close()


def rewritten(path: Path) -> Notebook:
    """Edit and write a notebook."""
    notebook = Notebook.read(path)
    notebook.set_cell(0, outputs=[HTML, {"output_type": "stream", "name": "stdout", "text": "a\nb"}], execution_count=2)
    notebook.set_record({"version": 1, "seed": 1})
    notebook.write()
    return notebook


def test_a_trusted_notebook_stays_trusted(path: Path) -> None:
    """What Jupyter trusted before our rewrite it trusts after it, once signed."""
    assert jupyter(path, trust=True)
    assert is_trusted(Notebook.read(path).nb)
    notebook = rewritten(path)
    assert not jupyter(path)
    assert sign(notebook.edited())
    assert jupyter(path)


def test_a_notebook_is_not_trusted_by_being_asked(path: Path) -> None:
    """A notebook that was never signed is not trusted, before and after a rewrite."""
    jupyter(path)
    assert not is_trusted(Notebook.read(path).nb)
    assert not is_trusted(rewritten(path).edited())
    assert not jupyter(path)


def test_asking_makes_nothing(path: Path) -> None:
    """Where Jupyter has never signed anything, no database and no secret come to be."""
    assert not is_trusted(Notebook.read(path).nb)
    assert not sign(Notebook.read(path).nb)
    assert list((path.parent / "jupyter").iterdir()) == []


def test_trust_that_cannot_be_told_is_none(path: Path) -> None:
    """A notebook that cannot be signed, here for a lone surrogate, is not trusted, and nothing is raised."""
    jupyter(path, trust=True)
    nb = Notebook.read(path).nb
    nb["metadata"]["title"] = "\ud800"
    assert not is_trusted(nb)
    assert not sign(nb)
