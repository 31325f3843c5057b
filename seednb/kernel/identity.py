"""Which cell is running: one ladder for all front ends, since most of them send no cell id."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from seednb.digest import source_digest, source_key
from seednb.kernel.outline import Outline

_MAX_ID = 200
_URI = "vscode-notebook-cell:"


class Who(NamedTuple):
    """A cell: its key in the record, and what names it as long as this runtime lives."""

    key: str
    identity: str


class Identity:
    """Gives each cell of one runtime its names.

    key: the notebook's own id, as sent by JupyterLab, Notebook and Colab; else (VS Code sends the URI of a cell's document,
    which names it only while that is open) the id of the only cell in the file with that source; else source and occurrence.
    identity: the id, else the URI; without both, source and occurrence, where an occurrence beyond those in the file is an
    earlier one again. Where no file tells, as under nbclient and papermill, equal sources are different cells.
    """

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._occurrences: dict[str, int] = {}
        self._keys: dict[str, str] = {}

    def who(self, metadata: dict[str, Any], source: str) -> Who:
        """Return the names of the cell that runs with this request's metadata and this source."""
        sent = sent_id(metadata)
        if sent is not None:
            return Who(sent, sent)
        digest = source_digest(source)
        uri = sent_uri(metadata)
        if uri is not None:
            self._outline.opened(uri)
            key = self._outline.id_of(digest) or source_key(source, self._occurrence(f"{uri} {digest}", digest))
            return Who(key, uri)
        key = source_key(source, self._next(digest))
        return Who(self._outline.id_of(digest) or key, key)

    def _occurrence(self, cell: str, digest: str) -> int:
        """Return which of the cells with one source this one is, the same each time."""
        if cell not in self._keys:
            self._keys[cell] = str(self._next(digest))
        return int(self._keys[cell])

    def _next(self, digest: str) -> int:
        occurrence = self._occurrences.get(digest, 0)
        self._occurrences[digest] = occurrence + 1
        count = self._outline.count(digest)
        return occurrence % count if count else occurrence


def request_part(shell: Any, name: str) -> dict[str, Any]:
    """Return the header, content or metadata of the request that the shell is answering, or an empty dict."""
    parent = getattr(shell, "parent_header", None)
    if not isinstance(parent, dict):
        parent = _kernel_parent(shell)
    part = parent.get(name) if isinstance(parent, dict) else None
    return part if isinstance(part, dict) else {}


def request_metadata(shell: Any, info: Any) -> dict[str, Any]:
    """Return the metadata of the execute request that runs the current cell, or an empty dict."""
    metadata = getattr(info, "cell_meta", None)
    if isinstance(metadata, dict):
        return metadata
    for parent in (getattr(shell, "parent_header", None), _kernel_parent(shell)):
        metadata = parent.get("metadata") if isinstance(parent, dict) else None
        if isinstance(metadata, dict):
            return metadata
    return {}


def sent_id(metadata: dict[str, Any]) -> Optional[str]:
    """Return the notebook's own id of the cell, if the front end sent it."""
    colab = metadata.get("colab")
    for value in (metadata.get("cellId"), colab.get("cell_id") if isinstance(colab, dict) else None):
        if isinstance(value, str) and 0 < len(value) <= _MAX_ID and "://" not in value and not value.startswith(_URI):
            return value
    return None


def sent_uri(metadata: dict[str, Any]) -> Optional[str]:
    """Return the URI of the cell's document, which VS Code sends in the id's place."""
    value = metadata.get("cellId")
    return value if isinstance(value, str) and 0 < len(value) <= 4096 and ("://" in value or value.startswith(_URI)) else None


def _kernel_parent(shell: Any) -> Any:
    """Return the request as the kernel of JupyterLite keeps it."""
    get_parent = getattr(getattr(shell, "kernel", None), "get_parent", None)
    try:
        return get_parent() if get_parent is not None else None
    except Exception:  # kernels differ in what they want to be asked
        return None
