"""Where a runtime keeps what the next one of its notebook is to find: in a folder of this user's, named by what a restart leaves."""

from __future__ import annotations

import os
from typing import Any

from seednb.digest import digest
from seednb.kernel.frontend import connection_file, own_notebook

PREFIX = "seednb-replay-"
_POSIX = os.name == "posix"


def places(shell: Any) -> list[str]:
    """Return the paths of what is kept, the best first: by the notebook's file in VS Code, else by the kernel's connection file."""
    connection = connection_file(shell)
    if not connection:
        return []
    folder = os.path.dirname(connection)
    if not _is_ours(folder):
        folder = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"), "seednb")
    names = [name for name in (own_notebook(shell), connection) if name]
    return [os.path.join(folder, f"{PREFIX}{digest(os.path.realpath(name).encode())}.json") for name in names]


def _is_ours(folder: str) -> bool:
    try:
        found = os.stat(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) and (not _POSIX or (found.st_uid == os.geteuid() and not found.st_mode & 0o022))
