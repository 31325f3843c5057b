"""All that knows IPython: the magics, the cell hooks, and the door by which a runner attaches to a fresh runtime."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import Any, Optional

from seednb.determinism import determinism, environment, hash_seed
from seednb.errors import SeednbError
from seednb.inflight import CellFacts
from seednb.inputs import InputFiles
from seednb.kernel.cells import CellHooks
from seednb.kernel.magic import SeedMagic
from seednb.kernel.output import RecordOutput
from seednb.runtime import end_session, session
from seednb.settings import ENVIRONMENT, is_off
from seednb.wire import EVENT_TYPE, WIRE_VERSION, CellEvent, Current, Plan


class Extension:
    """What is loaded into one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.runtime = session()
        self.off = is_off()
        self.output = RecordOutput(shell, self.runtime)
        self.magic = SeedMagic(shell, self.runtime, self.output, off=self.off)
        self.cells = CellHooks(shell, self.runtime, self._cell_done)
        self._listening = False
        self._exit_handlers = _exit_handlers()
        self._cell_directory: Optional[Any] = None
        self._inputs: Optional[InputFiles] = None

    def install(self) -> None:
        """Put the magics and hooks in place; SEEDNB_SEED seeds at once. Switched off, the magics say so and do nothing."""
        self.magic.install()
        if self.off:
            return
        self.cells.install()
        if os.environ.get(ENVIRONMENT, "").strip():
            self.magic.start_unasked()
            if self.runtime.cell:
                self.magic.show_seed()

    def uninstall(self) -> None:
        """Put back all that was changed."""
        self.cells.uninstall()
        self.magic.uninstall()
        if self._cell_directory is not None:
            _ipykernel_compiler().get_tmp_directory = self._cell_directory
        if self._inputs is not None:
            self._inputs.stop()
        end_session()

    def attach(self, plan: Plan) -> Current:
        """Obey a runner: seed as it plans, and send it an event for each cell from now on."""
        self.magic.plan = plan
        self.output.carries_record = False
        self._listening = True
        self._inputs = InputFiles(os.getcwd())
        self._inputs.start()
        if plan["stable_files"]:
            self._make_cell_files_stable()
        for name, value in plan["restore_env"].items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if plan["seed"] is not None:
            self.runtime.start(plan["seed"], plan["origin"], sealing=plan["seal"], before_cells=True)
        return self.current()

    def current(self) -> Current:
        """Return the state of this runtime as a whole."""
        runtime = self.runtime
        return {
            "version": WIRE_VERSION,
            "seed": runtime.start_seed,
            "origin": runtime.origin,
            "mode": "stream",
            "sealed": runtime.sealing,
            "hash_seed": hash_seed(),
            "reseeds": [list(item) for item in runtime.reseeds],
            "environment": environment(),
            "determinism": determinism(),
            "inputs": [] if self._inputs is None else self._inputs.names(),
            "busy_at_exit": _exit_handlers() > self._exit_handlers or _has_other_threads(),
        }

    def _cell_done(self, event: CellEvent, facts: CellFacts) -> None:
        if not self._listening:
            self._seed_unasked()
        self.output.add(event, facts)
        if self._listening:
            kernel = self.shell.kernel
            kernel.session.send(kernel.iopub_socket, EVENT_TYPE, event, parent=_parent(kernel), ident=kernel._topic(EVENT_TYPE))

    def _seed_unasked(self) -> None:
        try:
            self.magic.start_unasked()
            self.magic.show_seed()
        except SeednbError as error:
            self.output.show(f"seednb: {error}")

    def _make_cell_files_stable(self) -> None:
        """Give cells file names without the process id, so that warnings and tracebacks read the same in each run."""
        compiler = _ipykernel_compiler()
        if compiler is not None and self._cell_directory is None:
            self._cell_directory = compiler.get_tmp_directory
            folder = os.path.join(os.path.dirname(compiler.get_tmp_directory()), "ipykernel_seednb")
            compiler.get_tmp_directory = lambda: folder


def load(shell: Any) -> None:
    """Load the extension into a shell; once more is once."""
    if getattr(shell, "_seednb", None) is not None:
        return
    shell._seednb = extension = Extension(shell)
    if extension.off:
        print("seednb: switched off by SEEDNB=off")
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


def _ipykernel_compiler() -> Any:
    return sys.modules.get("ipykernel.compiler")


def _parent(kernel: Any) -> Any:
    return kernel.get_parent("shell") if hasattr(kernel, "get_parent") else getattr(kernel, "_parent_header", {})


def _exit_handlers() -> int:
    return int(getattr(atexit, "_ncallbacks", lambda: 0)())


def _has_other_threads() -> bool:
    return any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate())
