"""Replays the notebook in a fresh runtime: from its file, or from what Colab hands out; one at a time, in the background."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from typing import Any, Callable, Optional

from seednb.errors import NotNowError, SeednbError
from seednb.kernel.panel import colab
from seednb.kernel.panel.job import Job, check_installed

Tell = Callable[[str, Optional[dict[str, Any]], str], None]
_REPORT = "seednb-report.html"


class FreshReplay:
    """The replay that runs, if one does. tell: called from its thread with a line, and in the end the result and the report's path."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._job: Optional[Job] = None
        self._folder = ""
        self._runs = self._run = self._cells = 0
        self._begun = 0.0

    @property
    def running(self) -> bool:
        """Tell whether a replay runs."""
        return self._job is not None

    def start(self, path: str, record: dict[str, Any], *, folder: str, colab_hands_out: bool = False) -> str:
        """Start one; return what it runs, in a line. Raises SeednbError, in one line, where it cannot be started."""
        if self._job is not None:
            raise NotNowError("not now: a replay is running; wait for its end, or cancel it")
        check_installed()
        nb = colab.hand_out() if colab_hands_out else None
        what = _saved(path) if nb is None else "the notebook as Colab shows it"
        self._folder = tempfile.mkdtemp(prefix="seednb-")
        work = os.path.join(self._folder, "work")
        os.mkdir(work)
        arguments = ["--html", os.path.join(self._folder, _REPORT)]
        if nb is not None:
            path = colab.write(nb, record, self._folder)
            arguments += ["--folder", folder]
        self._runs = self._run = self._cells = 0
        self._begun = time.monotonic()
        self._job = Job(path, arguments, work, self._event)
        return f"replaying {what} in a fresh runtime"

    def cancel(self) -> str:
        """End the replay; return what is said about it."""
        if self._job is None:
            return "no replay is running"
        self._job.cancel()
        return "cancelling …"

    def stop(self) -> None:
        """End the replay without a word."""
        if self._job is not None:
            self._tell = lambda _text, _result, _report: None
            self._job.cancel()

    def _event(self, event: dict[str, Any]) -> None:
        """Take an event of the job's; called from its thread."""
        kind = event["event"]
        if kind in ("done", "error"):
            self._job = None
            self._end(event)
        elif kind in ("started", "cell"):
            self._run, self._runs = event.get("run", self._run), event.get("runs", self._runs)
            self._cells = event.get("cells", self._cells)
            run = f"run {self._run} of {self._runs}, " if self._runs != 1 else ""
            place = f"cell {event.get('position', 0) + 1} of {self._cells}" if kind == "cell" else f"{self._cells} cells"
            self._tell(f"replaying: {run}{place}", None, "")

    def _end(self, event: dict[str, Any]) -> None:
        result, report = event.get("result"), event.get("report")
        shutil.rmtree(os.path.join(self._folder, "work"), ignore_errors=True)
        if event["event"] == "error" or not isinstance(result, dict):
            shutil.rmtree(self._folder, ignore_errors=True)
            self._tell(f"the replay has ended: {event.get('text', 'it gave no result')}", None, "")
            return
        notices = "; ".join(str(notice) for notice in event.get("notices") or ())
        self._tell(f"replayed in {time.monotonic() - self._begun:.0f} s" + (f"; {notices}" if notices else ""), result, str(report or ""))


def _saved(path: str) -> str:
    """Return which file is replayed, and of when; raise SeednbError where there is none."""
    if not path:
        raise SeednbError(
            "this front end does not tell where the notebook's file is: save it, then in a terminal: seednb verify NOTEBOOK.ipynb"
        )
    try:
        saved = time.localtime(os.stat(path).st_mtime)
    except OSError:
        raise SeednbError(f"there is no file {path}: save the notebook, then replay again") from None
    return f"{os.path.basename(path)} as saved at {time.strftime('%H:%M:%S', saved)}"
