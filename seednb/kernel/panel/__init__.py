"""`%seed panel`: the facts of this runtime and its verbs in a form, for front ends that have no extension of ours."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Callable, NamedTuple, Optional

from seednb.errors import SeednbError
from seednb.kernel.frontend import COLAB, front_end
from seednb.kernel.panel import view
from seednb.kernel.panel.facts import Cells, Facts
from seednb.kernel.panel.form import Form, load_widgets
from seednb.kernel.panel.fresh import FreshReplay
from seednb.tasks import in_main_thread, running_loop
from seednb.wire import WIRE_VERSION

_DELAY = 0.1
_PATIENCE = 20
"""A refresh waits until this many times the cost of the last one has passed: at most 5 % of the time."""
_WITHOUT = (
    "Buttons need ipywidgets: pip install 'seednb[widgets]'. By hand: %seed 42, %seed new, %seed per-cell, %seed restart, %seed replay"
)


class Doors(NamedTuple):
    """What the panel may ask of the extension: each is a function.

    ask: a front end's verbs, JSON in and out. restart: the restart in place; takes how to tell of it, and the ids of the widgets
    that show it. notebook: the path of the notebook's file. watch: have variables digested, or not. lines, numbers,
    verdicts: of cells, by key. warnings: the last ones, and how many there were.
    """

    ask: Callable[[str], str]
    restart: Callable[[Callable[[str], None], list[str]], str]
    replay_next: Callable[[], str]
    notebook: Callable[[], str]
    watch: Callable[[bool], None]
    lines: Callable[[], dict[str, str]]
    numbers: Callable[[], dict[str, int]]
    verdicts: Callable[[], dict[str, str]]
    record: Callable[[], dict[str, Any]]
    warnings: Callable[[], tuple[list[str], int]]


class Panel:
    """One panel; it is brought up to date soon after each cell, on the kernel's event loop, and costs nothing where none is open."""

    def __init__(self, shell: Any, runtime: Any, doors: Doors) -> None:
        self._shell = shell
        self._runtime = runtime
        self._doors = doors
        self._form: Optional[Form] = None
        self._handle: Any = None
        self._not_before = 0.0
        self._cells = Cells()
        self.fresh = FreshReplay(self._progress)
        self._found: dict[str, str] = {}
        self._begun = ""

    @property
    def open(self) -> bool:
        """Tell whether a form is displayed that can be brought up to date."""
        return self._form is not None

    def show(self) -> None:
        """Show the panel in the running cell: a form, or its text and HTML where there are no widgets."""
        self._forget()
        facts = self._facts()
        widgets = load_widgets() if hasattr(self._shell, "kernel") else None
        if widgets is None:
            self._publish({"text/plain": f"{view.plain(facts)}\n{_WITHOUT}", "text/html": view.page(facts, _WITHOUT)})
            return
        self._form = Form(widgets, self._do)
        self._form.buttons["cancel"].disabled = not self.fresh.running
        self.refresh()
        self._publish(self._form.bundle("seednb: the panel of this runtime; %seed tells the same where it cannot be shown"))

    def close(self) -> None:
        """Close the form, and end a replay that runs."""
        self.fresh.stop()
        self._forget()

    def cell_done(self, key: str) -> None:
        """A cell has ended: bring the form up to date soon; nothing waits for it. A verdict on an earlier run of it is none on this."""
        self._found.pop(key, None)
        if self._form is None or self._handle is not None:
            return
        loop = running_loop()
        if loop is not None:
            self._handle = loop.call_later(max(_DELAY, self._not_before - time.perf_counter()), self.refresh)

    def refresh(self) -> None:
        """Bring the form up to date."""
        self._handle = None
        if self._form is None:
            return
        begun = time.perf_counter()
        try:
            facts = self._facts()
            self._form.show(seed=facts.seed, mode=facts.mode, strict=facts.strict)
            self._form.summary.value = view.summary(facts)
            self._form.cells.value = view.cells(facts)
        except Exception as error:  # a broken connection must not be told in somebody's cell
            self._runtime.failed(error, "the panel was not brought up to date")
        ended = time.perf_counter()
        self._not_before = ended + _PATIENCE * (ended - begun)

    def tell(self, text: str, *, wrong: bool = False) -> None:
        """Show a line in the form."""
        if self._form is not None:
            self._form.message.value = view.message(text, wrong=wrong)

    def _facts(self) -> Facts:
        told, count = self._doors.warnings()
        verdicts = {**self._doors.verdicts(), **self._found}
        return self._cells.gather(self._runtime, self._doors.lines(), self._doors.numbers(), verdicts, told, count)

    def _publish(self, data: dict[str, Any]) -> None:
        self._shell.display_pub.publish(data)

    def _forget(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._form is not None:
            self._form.close()
            self._form = None

    # -- what the user does ----------------------------------------------------------------------------

    def _do(self, name: str, value: Any) -> None:
        """Do what a button or switch is for: in the main thread, since front ends may let widgets speak to subshells."""
        if in_main_thread():
            self._act(name, value)
        else:
            self._soon(self._act, name, value)

    def _soon(self, function: Callable[..., None], *arguments: Any) -> None:
        """Call a function in the main thread, when no cell keeps it."""
        loop = getattr(getattr(self._shell.kernel, "io_loop", None), "asyncio_loop", None)
        if loop is not None:
            loop.call_soon_threadsafe(function, *arguments)

    def _act(self, name: str, value: Any) -> None:
        try:
            self.tell(self._done(name, value))
        except SeednbError as error:
            self.tell(str(error), wrong=True)
        except Exception as error:  # ipywidgets would print it where nobody looks
            self._runtime.failed(error, "the panel failed")
            self.tell(f"{type(error).__name__}: {error}", wrong=True)
        self.refresh()

    def _done(self, name: str, value: Any) -> str:
        if name in ("set", "new"):
            return self._ask("seed", None if name == "new" else str(value))
        if name in ("mode", "strict"):
            return self._ask(name, value)
        if name == "variables":
            self._doors.watch(bool(value))
            return "variables are digested from the next cell on" if value else "variables are not digested any more"
        if name == "next":
            return self._doors.replay_next()
        if name == "restart":
            assert self._form is not None
            text = self._doors.restart(self.tell, self._form.ids)
            self.fresh.cancel()
            return text
        return self._fresh() if name == "fresh" else self.fresh.cancel()

    def _ask(self, verb: str, value: Any) -> str:
        answer = json.loads(self._doors.ask(json.dumps({"version": WIRE_VERSION, "do": verb, "value": value})))
        if "error" in answer:
            raise SeednbError(answer["error"])
        return str(answer["text"])

    # -- the replay in a fresh runtime -------------------------------------------------------------------

    def _fresh(self) -> str:
        hands_out = front_end(self._shell) is COLAB
        where = self.fresh.start(self._doors.notebook(), self._doors.record(), folder=os.getcwd(), colab_hands_out=hands_out)
        if self._form is not None:
            self._form.outcome.value = ""
            self._form.buttons["cancel"].disabled = False
        self._begun = where
        return where

    def _progress(self, text: str, result: Optional[dict[str, Any]], report: str) -> None:
        """Show how far the replay is, and what it has given; called from its thread, which writes nothing else."""
        if self._form is not None:
            self._form.outcome.value = view.message(text) + ("" if result is None else view.outcome(result, report))
        if result is not None:
            cells = [cell for cell in result.get("cells") or () if isinstance(cell, dict)]
            self._found = {str(cell.get("id")): str(cell.get("verdict")) for cell in cells}
        if not self.fresh.running:
            self._soon(self._ended)

    def _ended(self) -> None:
        if self._form is not None:
            self._form.buttons["cancel"].disabled = True
            if self._form.message.value == view.message(self._begun):
                self.tell("")
        self.refresh()
