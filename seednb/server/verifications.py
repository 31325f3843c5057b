"""Verifications in the background: each in a process of its own, which ends when this server does, by whatever death."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from seednb.server.reports import Reports, new_id
from seednb.server.requests import TOO_MANY, RefusedError

MOST_RUNNING = 2
MOST_KEPT = 20
GRACE = 30.0
PATIENCE = 20.0
RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"


class Verification:
    """What is known of a verification. Its process reads nothing from its standard input, but ends when that is closed."""

    def __init__(self, url: str, notices: Sequence[str]) -> None:
        self._state: dict[str, Any] = {
            "n": 1,
            "state": RUNNING,
            "run": 1,
            "runs": 1,
            "cell": 0,
            "cells": 0,
            "text": "",
            "notices": list(notices),
            "result": None,
            "report": None,
        }
        self._url = url
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether its process lives still."""
        return self._process is not None and self._process.poll() is None

    async def newer(self, than: int, *, patience: float = PATIENCE) -> dict[str, Any]:
        """Return the state as soon as it is newer than one that is known; after a while, or once all is over, as it is."""
        if self._state["n"] <= than and self._state["state"] == RUNNING:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), patience)
        return dict(self._state)

    def start(self, arguments: list[str]) -> None:
        """Start the process. It works in an empty folder: Python imports from where it is started."""
        folder = TemporaryDirectory(prefix="seednb-verify-", ignore_cleanup_errors=True)
        complaints = (Path(folder.name) / "stderr").open("w+b")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "seednb.replay.job", "--tied", *arguments],
                cwd=folder.name,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
            )
        except OSError as error:
            complaints.close()
            folder.cleanup()
            raise RefusedError(500, f"the verification does not start: {error.strerror}") from None
        threading.Thread(target=self._listen, args=(self._process, complaints, folder), daemon=True, name="seednb-verification").start()

    def cancel(self) -> None:
        """Ask the process to end; it ends its kernel first."""
        if self._state["state"] == RUNNING:
            self._tell(state=CANCELLED)
        process = self._process
        if process is None or process.poll() is not None:
            return
        _let_go(process)
        killer = threading.Timer(GRACE, process.kill)
        killer.daemon = True
        killer.start()

    def _listen(self, process: subprocess.Popen[bytes], complaints: IO[bytes], folder: TemporaryDirectory[str]) -> None:
        """Pass on what the process says, in a thread of its own, until it ends."""
        assert process.stdout is not None
        with complaints, folder:
            with process.stdout as lines:
                for line in lines:
                    with suppress(ValueError):
                        self._pass_on(self._heard, json.loads(line))
            code = process.wait()
            _let_go(process)
            complaints.seek(0)
            words = complaints.read().decode(errors="replace").strip().splitlines()
            self._pass_on(self._ended, f"the verification ended with code {code}: {words[-1][:500] if words else 'it said nothing'}")

    def _pass_on(self, told: Callable[[Any], None], what: Any) -> None:
        with suppress(RuntimeError):  # the server's loop is closed: it ends
            self._loop.call_soon_threadsafe(told, what)

    def _heard(self, event: dict[str, Any]) -> None:
        if self._state["state"] != RUNNING:
            return
        kind = event["event"]
        if kind == "started":
            self._tell(run=event["run"], runs=event["runs"], cell=0, cells=event["cells"])
        elif kind == "cell":
            self._tell(run=event["run"], cell=event["position"] + 1)
        elif kind == "done":
            self._tell(
                state=DONE, result=with_first_id(event["result"]), report=self._url, notices=[*self._state["notices"], *event["notices"]]
            )
        elif kind == "error":
            self._tell(state=FAILED, text=event["text"])

    def _ended(self, text: str) -> None:
        if self._state["state"] == RUNNING:
            self._tell(state=FAILED, text=text)

    def _tell(self, **more: Any) -> None:
        self._state.update(more, n=self._state["n"] + 1)
        self._changed.set()
        self._changed = asyncio.Event()


class Verifications:
    """The verifications of this server: a bounded number of them run, and of those that have ended some are remembered."""

    def __init__(self, reports: Reports, url: Callable[[str], str]) -> None:
        self._reports = reports
        self._url = url
        self._known: OrderedDict[str, Verification] = OrderedDict()

    def start(self, path: str, *, seed: int | None, kernel: str, notices: Sequence[str] = ()) -> str:
        """Verify a notebook's file in a fresh runtime of that kernel; return the verification's id."""
        if sum(one.running for one in self._known.values()) >= MOST_RUNNING:
            raise RefusedError(TOO_MANY, f"{MOST_RUNNING} verifications are running: wait until one has ended, or stop one")
        report, page = self._reports.place()
        verification = Verification(self._url(report), notices)
        verification.start([path, "--kernel", kernel, "--html", str(page), *([] if seed is None else ["--seed", str(seed)])])
        name = new_id()
        self._known[name] = verification
        ended = [name for name, one in self._known.items() if not one.running]
        for old in ended[: max(0, len(ended) - MOST_KEPT)]:
            del self._known[old]
        return name

    def get(self, name: str) -> Verification | None:
        """Return a verification by its id, if it is remembered."""
        return self._known.get(name)


def with_first_id(result: dict[str, Any]) -> dict[str, Any]:
    """Return a report with the id of the first cell that differs."""
    ids = (cell["id"] for cell in result["cells"] if cell["index"] == result["first"])
    return {**result, "first_id": next(ids, None)}


def _let_go(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
