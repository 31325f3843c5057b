"""Our NotebookClient: nbclient with its message types plus ours. Apart from the rest because importing nbclient is slow."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

WIDGETS = "widgets"
_GRAMMAR = "rfc3987_syntax"

# jsonschema, which nbformat imports, builds a grammar of internationalised URIs for two seconds if it finds this package
# (JupyterLab brings it), and does without it otherwise. Notebook schemas use no such format.
_absent = "jsonschema" not in sys.modules and _GRAMMAR not in sys.modules
if _absent:
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
try:
    from nbclient import NotebookClient
    from nbformat import NotebookNode, from_dict
finally:
    if _absent:
        del sys.modules[_GRAMMAR]


class SeednbClient(NotebookClient):
    """Executes cells; `take` sees each message first, and keeps those that it returns True for."""

    take: Callable[[dict[str, Any]], bool]

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Process a kernel message."""
        return None if self.take(msg) else super().process_message(msg, cell, cell_index)

    @property
    def widgets(self) -> dict[str, Any]:
        """What the widgets hold so far, as notebooks store it; empty where there are none."""
        self.set_widgets_metadata()
        return dict(self.nb.metadata.get(WIDGETS, {}))


def make_client(
    cells: list[dict[str, Any]],
    metadata: dict[str, Any],
    manager: Any,
    timeout: float | None,
    take: Callable[[dict[str, Any]], bool],
) -> SeednbClient:
    """Return a client for these cells (of a notebook file) that runs on a kernel which the caller has started."""
    kept = {key: value for key, value in metadata.items() if key != WIDGETS}
    notebook = from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": kept, "cells": [_cell(cell) for cell in cells]})
    client = SeednbClient(notebook, km=manager, timeout=timeout, record_timing=False, allow_errors=False)
    client.take = take
    client.reset_execution_trackers()
    return client


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    source = cell.get("source", "")
    return {**cell, "source": source if isinstance(source, str) else "".join(source), "outputs": [], "execution_count": None}
