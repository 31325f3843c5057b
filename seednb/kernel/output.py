"""What the seeding cell shows, and the record that travels in its output where no one can write the notebook's metadata."""

from __future__ import annotations

import time
from typing import Any, Callable, Optional

from seednb.determinism import determinism
from seednb.environment import environment, hash_seed
from seednb.inflight import CellFacts, state_digest
from seednb.runtime import Runtime
from seednb.snapshots import States
from seednb.wire import CANON_VERSION, RECORD_MIME, RECORD_VERSION, cell_line

MANY_CELLS = 500
_PATIENCE = 20
"""Above MANY_CELLS an update waits until this many times the cost of the last one has passed: at most 5 % of the time."""


class RecordOutput:
    """The output of the cell that seeds; its record is brought up to date after each later cell."""

    def __init__(self, shell: Any, runtime: Runtime, *, _clock: Callable[[], float] = time.perf_counter) -> None:
        self._shell = shell
        self._runtime = runtime
        self._clock = _clock
        self._cells: dict[str, str] = {}
        self._shown: Optional[tuple[str, str]] = None
        self._displays = 0
        self._not_before = 0.0
        self._current = False
        self.carries_record = hasattr(shell, "kernel")  # a terminal would print each update

    @property
    def shown(self) -> bool:
        """Tell whether an output carries the record, or none ever will."""
        return self._shown is not None or not self.carries_record

    def show(self, text: str, *, carries: bool = False, display_id: str = "") -> None:
        """Show a text in the running cell; with `carries`, the record moves to this output; with an id, `update` finds it."""
        if display_id:
            self._shell.display_pub.publish(_bundle(text), transient={"display_id": display_id})
            return
        # What a cell captures is seen by nobody who could update it.
        if not carries or not self.carries_record or type(self._shell.display_pub).__name__ == "CapturingDisplayPublisher":
            self._shell.display_pub.publish(_bundle(text))
            return
        if self._shown is not None:
            self._update(_bundle(self._shown[1]))
        self._displays += 1
        self._shown = (f"seednb-{self._runtime.epoch}-{self._displays}", text)
        self._shell.display_pub.publish(self._with_record(), transient={"display_id": self._shown[0]})

    def hand_over(self) -> None:
        """Someone else keeps the record from now on: no output carries it, also not the one that did."""
        self.carries_record = False
        if self._shown is not None:
            self._update(_bundle(self._shown[1]))
            self._shown = None

    def update(self, display_id: str, text: str) -> None:
        """Replace a text that was shown with an id."""
        self._shell.display_pub.publish(_bundle(text), transient={"display_id": display_id}, update=True)

    def add(self, event: Any, facts: CellFacts) -> None:
        """Add a cell that has ended to the record."""
        line = cell_line(event)
        if self._cells.get(facts.key) == line and self._current:
            return
        self._cells[facts.key], self._current = line, False
        begun = self._clock()
        if self._shown is not None and self.carries_record and (len(self._cells) <= MANY_CELLS or begun >= self._not_before):
            self._update(self._with_record())
            self._current = True
            ended = self._clock()
            self._not_before = ended + _PATIENCE * (ended - begun)

    def replace_states(self, before: States, now: States) -> None:
        """Another seed has taken the place of one that nothing had drawn from: record cells that left those states with these ones."""
        words = {f"{name}={state_digest(state)}": f"{name}={state_digest(now[name])}" for name, state in before.items() if name in now}
        self._cells = {key: " ".join(words.get(word, word) for word in line.split(" ")) for key, line in self._cells.items()}
        self._current = False

    @property
    def lines(self) -> dict[str, str]:
        """The line of each cell, by its key."""
        return self._cells

    def record(self) -> dict[str, Any]:
        """Return the record so far."""
        runtime = self._runtime
        return {
            "version": RECORD_VERSION,
            "canon": CANON_VERSION,
            "seed": runtime.start_seed,
            "origin": runtime.origin,
            "mode": runtime.mode,
            "reseeds": [list(item) for item in runtime.reseeds],
            "sealed": runtime.sealing,
            "hash_seed": hash_seed(),
            "determinism": determinism(runtime.switches),
            "environment": environment(),
            "inputs": {},
            "parameters": {},
            "cells": self._cells,
        }

    def _with_record(self) -> dict[str, Any]:
        return {**_bundle(self._shown[1] if self._shown else ""), RECORD_MIME: self.record()}

    def _update(self, bundle: dict[str, Any]) -> None:
        """Replace what the carrying output shows: sent past the publisher, which would wait for the streams first."""
        transient = {"display_id": self._shown[0] if self._shown else ""}
        kernel = self._shell.kernel
        try:
            session, socket = kernel.session, kernel.iopub_socket
        except AttributeError:  # kernels that are not ipykernel's
            self._shell.display_pub.publish(bundle, transient=transient, update=True)
            return
        content = {"data": bundle, "metadata": {}, "transient": transient}
        session.send(socket, "update_display_data", content, parent=self._shell.parent_header, ident=b"display_data")


def _bundle(text: str) -> dict[str, Any]:
    return {"text/plain": text, "text/html": _html(text)}


def _html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    style = "border:1px solid #8884;border-radius:1em;padding:.15em .8em;font:13px system-ui,sans-serif;display:inline-block"
    return f'<span style="{style}">{escaped}</span>'
