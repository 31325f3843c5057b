"""What sends a plan in place of a hello: a runner that started this kernel, or the replay of a front end that goes on with it."""

from __future__ import annotations

import os
import sys
from typing import Any, Optional

from seednb.inputs import InputFiles
from seednb.kernel.cells import CellHooks
from seednb.kernel.listeners import REPLAY, RUNNER, Listeners
from seednb.kernel.magic import SeedMagic
from seednb.kernel.output import RecordOutput
from seednb.launch import put_back
from seednb.runtime import Runtime
from seednb.wire import Plan


class Attachment:
    """The plan that this runtime obeys, and what it has put in place for it.

    by_runner: a runner has attached itself: it decides what is told, and nothing is said in the cells' outputs.
    """

    def __init__(self, runtime: Runtime, magic: SeedMagic, output: RecordOutput, listeners: Listeners, cells: CellHooks) -> None:
        self._runtime = runtime
        self._magic = magic
        self._output = output
        self._listeners = listeners
        self._cells = cells
        self._inputs: Optional[InputFiles] = None
        self._cell_directory: Optional[Any] = None
        self.by_runner = False
        self._wishes: set[str] = set()

    def obey(self, plan: Plan) -> None:
        """Seed as planned, and send an event for each cell from now on."""
        self._output.hand_over()
        if plan["interactive"]:
            self._listeners.add(REPLAY, variables=plan["variables"])
        else:
            self.by_runner = True
            self._listeners.add(RUNNER, variables=plan["variables"])
        self.note_inputs()
        self.watch_variables()
        if plan["stable_files"]:
            self._make_cell_files_stable()
        put_back(plan["restore_env"])
        self.seed(plan)

    def seed(self, plan: Plan) -> None:
        """Seed as planned, and take over the plan's mode and switches."""
        self._magic.plan = plan
        runtime = self._runtime
        runtime.mode, runtime.streams = plan["mode"], plan["streams"]
        runtime.switches.display_ids = False  # a plan decides, whatever this environment wishes
        runtime.switches.apply(plan["settings"])
        if plan["seed"] is not None:
            runtime.start(plan["seed"], plan["origin"], sealing=plan["seal"], before_cells=True)

    def finish(self) -> None:
        """A front end's replay has ended: the runtime goes on with what the notebook and its user ask for."""
        self._magic.plan = None
        self._listeners.remove(REPLAY)
        self.watch_variables()
        self._give_cell_files_back()

    def note_inputs(self) -> None:
        """Note which files are read from now on."""
        if self._inputs is None:
            self._inputs = InputFiles(os.getcwd(), lambda: self._runtime.cell, self._cells.notebook)
            self._inputs.start()

    def inputs(self) -> list[str]:
        """Return the files that were read since someone wants to know."""
        return [] if self._inputs is None else self._inputs.names()

    def watch_variables(self) -> None:
        """Digest variables from now on if someone wants that, and not any more if nobody does."""
        if self._listeners.variables or self._wishes:
            self._cells.watch_variables()
        else:
            self._cells.ignore_variables()

    def wish_variables(self, who: str, *, on: bool) -> None:
        """Digest variables because someone in this kernel wants that, who is no listener; or not any more."""
        (self._wishes.add if on else self._wishes.discard)(who)
        self.watch_variables()

    def uninstall(self) -> None:
        """Put back all that was changed."""
        self._give_cell_files_back()
        if self._inputs is not None:
            self._inputs.stop()

    def _make_cell_files_stable(self) -> None:
        """Give cells file names without the process id, so that warnings and tracebacks read the same in each run."""
        compiler = _ipykernel_compiler()
        if compiler is not None and self._cell_directory is None:
            self._cell_directory = compiler.get_tmp_directory
            folder = os.path.join(os.path.dirname(compiler.get_tmp_directory()), "ipykernel_seednb")
            compiler.get_tmp_directory = lambda: folder

    def _give_cell_files_back(self) -> None:
        if self._cell_directory is not None:
            _ipykernel_compiler().get_tmp_directory = self._cell_directory
            self._cell_directory = None


def _ipykernel_compiler() -> Any:
    return sys.modules.get("ipykernel.compiler")
