"""The replay in a fresh runtime: another process runs the notebook, and a thread reads how far it is."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable

from seednb.errors import SeednbError
from seednb.settings import own_imports

NEEDS = ("jupyter_client", "nbclient", "nbformat")
INSTALL = "pip install 'seednb[cli]'"
_PACKAGE = Path(__file__).resolve().parent.parent.parent if "__file__" in globals() else None
_MAX_LINE = 50_000_000
_PATIENCE = 5.0


def check_installed() -> None:
    """Raise SeednbError, in one line, where this environment lacks what a replay needs."""
    if sys.platform == "emscripten":
        raise SeednbError("there is no second runtime in the browser: download the notebook, and run seednb verify on your machine")
    if sys.version_info < (3, 10):
        raise SeednbError("a replay needs Python 3.10 or newer: run seednb verify in such an environment")
    if _PACKAGE is None or not _PACKAGE.is_dir():
        raise SeednbError(f"seednb is not installed in this kernel's environment: {INSTALL}")
    from importlib.util import find_spec

    with own_imports():
        missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        raise SeednbError(f"a replay needs packages that are not installed here ({', '.join(missing)}): {INSTALL}")


class Job:
    """One run of `python -m seednb.replay.job`; `event` is called with each thing that it says, from a thread.

    folder: an empty one of this user's, in which it starts, so that nothing beside the notebook is imported in seednb's place.
    """

    def __init__(self, path: str, arguments: list[str], folder: str, event: Callable[[dict[str, Any]], None]) -> None:
        self._event = event
        self._errors = os.path.join(folder, "errors.txt")
        self._done = False
        command = [sys.executable, "-m", "seednb.replay.job", path, *arguments]
        with open(self._errors, "wb") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._thread = threading.Thread(target=self._read, name="seednb-replay", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Tell whether it is still running."""
        return self._process.poll() is None

    def cancel(self) -> None:
        """End it and its kernel."""
        self._done = True
        with contextlib.suppress(OSError):
            self._process.terminate()
        threading.Thread(target=self._kill, name="seednb-replay-end", daemon=True).start()

    def _kill(self) -> None:
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _read(self) -> None:
        assert self._process.stdout is not None
        ended = False
        with self._process.stdout as stream:
            for line in iter(lambda: stream.readline(_MAX_LINE), b""):
                event = _event(line)
                if event is not None and not self._done:
                    ended = ended or event["event"] in ("done", "error")
                    self._event(event)
        code = self._process.wait()
        if self._done:
            self._event({"event": "error", "text": "cancelled"})
        elif not ended:
            self._event({"event": "error", "text": f"the replay ended without a result ({_last_line(self._errors) or f'exit {code}'})"})


def _event(line: bytes) -> Any:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None


def _last_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(1_000_000).strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""
