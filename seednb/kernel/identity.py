"""Which cell is running: one ladder for all front ends, since most of them send no cell id."""

from __future__ import annotations

from typing import Any, Optional

from seednb.digest import source_digest, source_key


class Identity:
    """Gives each cell of one runtime its key."""

    def __init__(self) -> None:
        self._occurrences: dict[str, int] = {}

    def key(self, metadata: dict[str, Any], source: str) -> str:
        """Return the cell's key: the id that the front end sent, else the source's digest and its occurrence."""
        sent = sent_id(metadata)
        if sent is not None:
            return sent
        digest = source_digest(source)
        occurrence = self._occurrences.get(digest, 0)
        self._occurrences[digest] = occurrence + 1
        return source_key(source, occurrence)


def request_metadata(shell: Any, info: Any) -> dict[str, Any]:
    """Return the metadata of the execute request that runs the current cell, or an empty dict."""
    metadata = getattr(info, "cell_meta", None)
    if not isinstance(metadata, dict):
        parent = getattr(shell, "parent_header", None)
        metadata = parent.get("metadata") if isinstance(parent, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def sent_id(metadata: dict[str, Any]) -> Optional[str]:
    """Return the notebook's own id of the cell, if the front end sent it.

    VS Code sends the URI of a cell's document instead, which names the cell only while the document is open.
    """
    colab = metadata.get("colab")
    for value in (metadata.get("cellId"), colab.get("cell_id") if isinstance(colab, dict) else None):
        if isinstance(value, str) and 0 < len(value) <= 200 and "://" not in value and not value.startswith("vscode-notebook-cell:"):
            return value
    return None
