"""What the server part needs beside the package: asked without importing it, so that a server starts without it too."""

from __future__ import annotations

import sys
from importlib.util import find_spec

_NEEDS = ("nbclient", "nbformat")


def problem() -> str:
    """Return in one line why nothing can be replayed here; nothing if it can."""
    if sys.version_info < (3, 10):
        return "replays need Python 3.10 or newer in the server's environment"
    missing = [name for name in _NEEDS if find_spec(name) is None]
    return f"{' and '.join(missing)} missing in the server's environment: pip install 'seednb[server]'" if missing else ""
