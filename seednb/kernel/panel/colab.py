"""The notebook as Colab hands it out: there is no file of it that the kernel could read."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

from seednb.errors import SeednbError
from seednb.settings import own_imports
from seednb.wire import RECORD_MIME

TIMEOUT = 20.0


def hand_out(*, timeout: float = TIMEOUT) -> dict[str, Any]:
    """Ask Colab's page for its notebook, and wait: from a button or a magic only. Raises SeednbError, in one line, where it gives none."""
    # Private, but what public notebooks have used for years: https://github.com/googlecolab/colabtools/blob/main/google/colab/_message.py
    with own_imports():
        module: Any = importlib.import_module("google.colab._message")
    try:
        answer = module.blocking_request("get_ipynb", request="", timeout_sec=timeout)
    except Exception as error:
        raise SeednbError(f"Colab did not hand out the notebook ({type(error).__name__}: {error}): {_BY_HAND}") from None
    nb = answer.get("ipynb") if isinstance(answer, dict) else None
    if not isinstance(nb, dict) or not isinstance(nb.get("cells"), list):
        raise SeednbError(f"Colab did not hand out the notebook within {timeout:g} s: {_BY_HAND}")
    return nb


_BY_HAND = "try again, or use File > Download > Download .ipynb, and run seednb verify on it"


def write(nb: dict[str, Any], record: dict[str, Any], folder: str) -> str:
    """Write the notebook to a file in a folder, for a replay; return its path. Where it holds no record, this runtime's goes along."""
    cells = [cell for cell in nb["cells"] if isinstance(cell, dict)]
    found = nb.get("metadata")
    metadata = dict(found) if isinstance(found, dict) else {}
    if record["cells"] and record["seed"] is not None and not _has_record(metadata, cells):
        metadata["seednb"] = record
    path = os.path.join(folder, "notebook.ipynb")
    with open(path, "x", encoding="utf-8") as file:
        json.dump({**nb, "cells": cells, "metadata": metadata}, file)
    return path


def _has_record(metadata: Any, cells: list[dict[str, Any]]) -> bool:
    outputs = [output for cell in cells for output in cell.get("outputs") or () if isinstance(output, dict)]
    return "seednb" in metadata or any(RECORD_MIME in (output.get("data") or {}) for output in outputs)
