"""Reports that front ends open in a tab of their own: a bounded number of files in a folder of this server's."""

from __future__ import annotations

import atexit
import secrets
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

MAX_REPORTS = 20


class Reports:
    """Pages by ids that nobody can guess; the oldest go first."""

    def __init__(self, *, most: int = MAX_REPORTS) -> None:
        self._folder = TemporaryDirectory(prefix="seednb-reports-", ignore_cleanup_errors=True)
        atexit.register(self._folder.cleanup)
        self._pages: OrderedDict[str, Path] = OrderedDict()
        self._most = most

    def place(self) -> tuple[str, Path]:
        """Return the id of a new report, and the file that it is to be written to."""
        name = new_id()
        self._pages[name] = Path(self._folder.name) / f"{name}.html"
        while len(self._pages) > self._most:
            _, path = self._pages.popitem(last=False)
            with suppress(OSError):
                path.unlink()
        return name, self._pages[name]

    def page(self, name: str) -> str | None:
        """Return a report, None where there is none any more."""
        path = self._pages.get(name)
        try:
            return None if path is None else path.read_text(encoding="utf-8")
        except OSError:
            return None


def new_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_urlsafe(18)
