"""What the seeding cell shows, and the record that travels in its output where no one can write the notebook's metadata."""

from __future__ import annotations

import time
from typing import Any, Callable, Optional

from seednb.determinism import determinism, environment, hash_seed
from seednb.runtime import CellFacts, Runtime
from seednb.wire import RECORD_MIME, cell_line

RECORD_VERSION = 1
CANON_VERSION = 1
_PATIENCE = 20
"""An update of the record waits until this many times its own cost has passed, so that it takes at most 5 % of the time."""


class RecordOutput:
    """The output of the cell that seeds; its record is brought up to date as later cells run."""

    def __init__(self, shell: Any, runtime: Runtime, *, _clock: Callable[[], float] = time.perf_counter) -> None:
        self._shell = shell
        self._runtime = runtime
        self._clock = _clock
        self._cells: dict[str, str] = {}
        self._shown: Optional[tuple[str, str]] = None
        self._not_before = 0.0
        self.carries_record = True

    def show(self, text: str) -> None:
        """Show one line of text in the running cell; from now on this output carries the record."""
        if self.carries_record and self._shown is None:
            self._shown = (f"seednb-{self._runtime.epoch}", text)
            self._publish(update=False)
        else:
            self._shell.display_pub.publish({"text/plain": text, "text/html": _html(text)})

    def add(self, event: Any, facts: CellFacts) -> None:
        """Add a cell that has ended to the record."""
        self._cells[facts.key] = cell_line(event)
        if self._shown is not None and self._clock() >= self._not_before:
            self._publish(update=True)

    def record(self) -> dict[str, Any]:
        """Return the record so far."""
        runtime = self._runtime
        return {
            "version": RECORD_VERSION,
            "canon": CANON_VERSION,
            "seed": runtime.start_seed,
            "origin": runtime.origin,
            "mode": "stream",
            "reseeds": [list(item) for item in runtime.reseeds],
            "sealed": runtime.sealing,
            "hash_seed": hash_seed(),
            "determinism": determinism(),
            "environment": environment(),
            "inputs": {},
            "parameters": {},
            "cells": self._cells,
        }

    def _publish(self, *, update: bool) -> None:
        if self._shown is None:
            return
        display_id, text = self._shown
        begun = self._clock()
        data = {"text/plain": text, "text/html": _html(text), RECORD_MIME: self.record()}
        self._shell.display_pub.publish(data, transient={"display_id": display_id}, update=update)
        ended = self._clock()
        self._not_before = ended + _PATIENCE * (ended - begun)


def _html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    style = "border:1px solid #8884;border-radius:1em;padding:.15em .8em;font:13px system-ui,sans-serif;display:inline-block"
    return f'<span style="{style}">{escaped}</span>'
