"""All that knows IPython: the magics, the cell hooks, and the doors by which runners and front ends attach to a runtime."""

from __future__ import annotations

import atexit
import sys
import threading
from typing import Any, Optional

from seednb.determinism import RESTORED_SWITCHES, determinism
from seednb.environment import environment, hash_seed
from seednb.errors import RerunWarning, SeednbError
from seednb.inflight import CellFacts
from seednb.kernel.asked import Door
from seednb.kernel.callbacks import Callbacks
from seednb.kernel.cells import CellHooks
from seednb.kernel.desk import Desk
from seednb.kernel.listeners import Listeners
from seednb.kernel.magic import SeedMagic
from seednb.kernel.names import CellNames
from seednb.kernel.notices import Notices, show
from seednb.kernel.output import RecordOutput
from seednb.kernel.plans import Attachment
from seednb.kernel.restart import InPlaceRestart, arrived
from seednb.runtime import end_session, session
from seednb.settings import Choice, check_seed, is_off, switched_off
from seednb.streams import MODES
from seednb.tasks import in_main_thread
from seednb.wire import WIRE_VERSION, Answer, CellEvent, Current, Plan


class Extension:
    """What is loaded into one shell. `at_start`: by the start-up hook, so that a seed is in force before the first cell."""

    def __init__(self, shell: Any, *, at_start: bool = False) -> None:
        self.shell = shell
        self.runtime = session()
        self.runtime.rewinding.namespace = shell.user_ns
        self.off = _off(at_start=at_start)
        self.output = RecordOutput(shell, self.runtime)
        self.names = CellNames()
        self.listeners = Listeners(shell, self.runtime)
        self._notices = Notices(self.runtime, self.listeners)
        self.restart = InPlaceRestart(shell, self.runtime, self.output, self.listeners)
        self.desk = Desk(self)
        self.magic = SeedMagic(shell, self.runtime, self.output, self.names, self.restart, off=self.off, more=self.desk.verbs)
        self.callbacks = Callbacks(shell, self.runtime)
        self.cells = CellHooks(shell, self.runtime, self._cell_done, self._warn)
        self.attachment = Attachment(self.runtime, self.magic, self.output, self.listeners, self.cells)
        self._door = Door(self.runtime, self.magic, self.names, self.attachment, self.output)
        self._at_start = at_start
        self._problem = ""
        self._exit_handlers = _exit_handlers()

    def install(self) -> None:
        """Put the magics and hooks in place; SEEDNB_SEED seeds at once. Switched off, the magics say so and do nothing."""
        self.magic.install()
        if self.off:
            return
        if self._at_start:
            self.shell.events.register("pre_run_cell", self._before_first_cell)
        self.callbacks.install()
        self.cells.install()
        if not self._at_start:
            self._problem = self.magic.read_settings()
            self.desk.begin()
            self.magic.start_by_environment()

    def uninstall(self) -> None:
        """Put back all that was changed."""
        self._forget_first_cell()
        self.desk.close()
        self.cells.uninstall()
        self.callbacks.uninstall()
        self.magic.uninstall()
        self.attachment.uninstall()
        end_session()

    def hello(self, text: str) -> str:
        """Answer a listener that says hello, in JSON; it is sent events from now on."""
        answer = self.listeners.hello(text, self.answer)
        self.attachment.watch_variables()
        if self.listeners.records and not self.off:
            self.output.hand_over()
            self.attachment.note_inputs()
        return answer

    def ask(self, text: str) -> str:
        """Do what a front end asks for outside cells, and answer in JSON; all listeners are told of what has changed."""
        answer = self._door.ask(text, lambda: {"current": self.current(), "record": self.output.record()})
        self.listeners.changed()
        return answer

    def answer(self) -> Answer:
        """Return the whole state and the record so far, for a listener that joins, or joins late."""
        from seednb import __version__

        return {"version": WIRE_VERSION, "package": __version__, "current": self.current(), "record": self.output.record()}

    def go_on(self, told: dict[str, Any]) -> None:
        """Take over from the process that has restarted in place: its seed, mode and strictness, until the notebook says otherwise."""
        try:
            self.magic.pending = Choice(check_seed(told["seed"]), told["origin"])
        except SeednbError:  # there was none
            self.magic.pending = None
        if told["mode"] in MODES:
            self.runtime.mode = told["mode"]
        self.runtime.switches.apply({name: told.get(name) for name in RESTORED_SWITCHES})
        arrived(self.shell, told, self.runtime.epoch)

    def attach(self, plan: Plan) -> Current:
        """Obey a runner, or a front end's replay: seed as it plans, and send it an event for each cell from now on."""
        self._forget_first_cell()
        self.desk.plan_came()
        self.attachment.obey(plan)
        return self.current()

    def current(self) -> Current:
        """Return the state of this runtime as a whole."""
        runtime = self.runtime
        return {
            "version": WIRE_VERSION,
            "epoch": runtime.epoch,
            "seed": runtime.start_seed,
            "origin": runtime.origin,
            "mode": runtime.mode,
            "sealed": runtime.sealing,
            "hash_seed": hash_seed(),
            "reseeds": [list(item) for item in runtime.reseeds],
            "environment": environment(),
            "strict": runtime.switches.strict_now,
            "display_ids": runtime.switches.display_ids,
            "determinism": determinism(runtime.switches),
            "inputs": self.attachment.inputs(),
            "busy_at_exit": _exit_handlers() > self._exit_handlers or _has_other_threads(),
        }

    def _before_first_cell(self, _info: Any) -> None:
        """Seed what the start-up hook has loaded into; what goes wrong is told when the cell ends."""
        if not in_main_thread():
            return
        self._forget_first_cell()
        try:
            if switched_off():
                unload(self.shell)
            else:
                self._problem = self.magic.read_settings()
                self.desk.begin()
                self.magic.start_unasked()
        except SeednbError as error:
            self._problem = f"seednb: {error}"
        except Exception as error:  # IPython prints what a hook raises into the cell's output
            self.runtime.failed(error, "no seed is set")

    def _forget_first_cell(self) -> None:
        if self._before_first_cell in self.shell.events.callbacks["pre_run_cell"]:
            self.shell.events.unregister("pre_run_cell", self._before_first_cell)

    def _cell_done(self, event: CellEvent, facts: CellFacts) -> None:
        number = len(self.shell.user_ns.get("In", ())) - 1
        self.names.add(number, facts.key)
        if not self.attachment.by_runner:
            self._seed_unasked()
            self._notices.tell(facts)
        self.output.add(event, facts)
        self.listeners.cell(event)
        if not self.attachment.by_runner:
            self.desk.cell(event, number)

    def _seed_unasked(self) -> None:
        if self._problem:
            self.output.show(self._problem)
            self._problem = ""
        try:
            self.magic.start_unasked()
            self.magic.show_seed()
        except SeednbError as error:
            self.output.show(f"seednb: {error}")

    def _warn(self, warning: RerunWarning) -> Optional[Warning]:
        """Warn of a cell that is run again; return the warning where it is to be an error. A runner runs each cell once."""
        if self.attachment.by_runner:
            return None
        self.listeners.warning(warning.cell, warning.kind, str(warning), sources=warning.sources, names=warning.names)
        return None if self.listeners.badges else show(warning)


def load(shell: Any, *, at_start: bool = False) -> None:
    """Load the extension into a shell; once more is once."""
    if getattr(shell, "_seednb", None) is not None:
        return
    shell._seednb = extension = Extension(shell, at_start=at_start)
    if extension.off and not at_start:
        print(f"seednb: {extension.off}")
    try:
        extension.install()
    except SeednbError as error:
        print(f"seednb: {error}", file=sys.stderr)


def unload(shell: Any) -> None:
    """Take the extension out of a shell, leaving no trace."""
    extension = getattr(shell, "_seednb", None)
    if extension is not None:
        extension.uninstall()
        del shell._seednb


def _off(*, at_start: bool) -> str:
    """Return why seednb is switched off. At a kernel's start no pyproject.toml is read; a broken one is told when a seed is asked for."""
    try:
        return "switched off by SEEDNB=off" if is_off() else "" if at_start else switched_off()
    except SeednbError:
        return ""


def _exit_handlers() -> int:
    return int(getattr(atexit, "_ncallbacks", lambda: 0)())


def _has_other_threads() -> bool:
    return any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate())
