"""`%seednb`, and its alias `%seed`, which is left alone where another extension owns it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Callable, Optional

from seednb.errors import NotNowError, SeedError, SeednbError
from seednb.kernel.names import CellNames
from seednb.kernel.output import RecordOutput
from seednb.kernel.register import MagicNames
from seednb.kernel.restart import InPlaceRestart
from seednb.kernel.status import display_ids, origin_of, status
from seednb.runtime import Runtime
from seednb.settings import ENVIRONMENT, Choice, check_seed, choose_seed, generate_seed, wants_display_ids
from seednb.streams import PER_CELL, STREAM
from seednb.tasks import in_main_thread
from seednb.wire import Plan

ONE_CELL = "--cell"
"""What `%%seed N` becomes: a line magic in its place, so that the cell below keeps its lines, its result, and its awaits."""


class SeedMagic:
    """The magic's verbs. A run or replay that seednb started may have a plan, which overrides the seeds in the cells.

    `off`: why seednb is switched off, or nothing. more: verbs of others; each returns what to show.
    """

    def __init__(
        self,
        shell: Any,
        runtime: Runtime,
        output: RecordOutput,
        names: CellNames,
        restart: InPlaceRestart,
        *,
        off: str,
        more: Mapping[str, Callable[[str], str]],
    ) -> None:
        self._shell = shell
        self._runtime = runtime
        self._output = output
        self._names = names
        self._in_place = restart
        self.pending: Optional[Choice] = None
        self.off = off
        self._asked = bool(off)
        self.plan: Optional[Plan] = None
        self.verbs: dict[str, Callable[[str], str]] = {
            "ids": self._ids,
            "new": lambda _: self._seed(None),
            "off": self._stop,
            "per-cell": lambda _: self._mode(PER_CELL),
            "relaxed": lambda _: f"relaxed: {runtime.switches.relaxed()}",
            "restart": self._restart,
            "rewind": self.rewind,
            "strict": self._strict,
            "stream": lambda _: self._mode(STREAM),
            ONE_CELL: self._one_cell,
            **more,
        }
        self._magics = MagicNames(shell, self.seed, self.seed_cell, [verb for verb in self.verbs if verb != ONE_CELL])

    def install(self) -> None:
        """Register the magic under each name that is free."""
        self._magics.install(ONE_CELL)

    def uninstall(self) -> None:
        """Take away what `install` registered, unless someone has replaced it since."""
        self._magics.uninstall()

    def seed(self, line: str = "") -> None:
        """Seed every pseudorandom generator of this runtime.

        %seed 42         seed Python, NumPy, PyTorch, TensorFlow, Keras and the others: what is loaded now, the rest at its import
        %seed new        the same with a newly generated seed
        %seed            show the seed, where it comes from, and what it covers
        %seed rewind     put the generators back to where this cell first found them; `rewind 7`: where cell [7] did
        %seed per-cell   let each cell draw from its own stream: re-running, re-ordering or editing others changes nothing
        %seed stream     let all cells draw from one stream again, in the order of execution
        %seed strict     make the frameworks use deterministic operations only; `relaxed` goes back
        %seed ids on     let the identifiers in plots, tables and widgets follow the seed; `ids off` goes back
        %seed restart    restart the kernel in place, with all in force that must be set before Python starts
        %seed panel      show all this in a form, with a table of the cells, that is kept up to date
        %seed replay     keep what the cells did: the next runtime replays it, and tells the first cell that differs
        %seed off        stop seeding
        %%seed 42        in the first line of a cell: seed this cell only, and put everything back when it ends

        A seed is an integer from 0 to 4294967295. Unseeded generators follow it too; passwords, tokens and identifiers do
        not, but for those of `ids on`.
        """
        try:
            text = self._run(line.split("#")[0].strip())
        except SeednbError as error:
            print(f"seednb: {error}", file=sys.stderr)
        else:
            if text:
                self._output.show(f"seednb: {text}")

    def seed_cell(self, line: str, cell: str) -> None:
        """Seed this cell only, and put everything back when it ends: `%%seed 42`."""
        self._shell.run_cell(f"%{self._magics.names[0]} {ONE_CELL} {line}\n{cell}")

    def _run(self, argument: str) -> str:
        if self.off:
            return self.off
        verb, _, rest = argument.partition(" ")
        if verb in self.verbs:
            return self.verbs[verb](rest.strip())
        return self._seed(_check(argument)) if argument else status(self._runtime)

    # -- the verbs: each returns what to show ------------------------------------------------------

    def _seed(self, asked: Optional[int]) -> str:
        choice = self._planned(asked) or (Choice(generate_seed(), "generated") if asked is None else Choice(asked, "magic"))
        if not in_main_thread():
            raise NotNowError("not now: a seed can be set in the main thread only, not in a subshell's")
        self._asked = True
        text = f"seednb: seed {choice.seed}"
        if asked is not None and asked != choice.seed:
            text += f" ({origin_of(choice.origin)}) in place of {asked}"
        try:
            self._runtime.start(choice.seed, choice.origin, sealing=self._runtime.sealing)
        finally:
            self._output.show(text, carries=True)
        return ""

    def _stop(self, _: str) -> str:
        self._asked = True
        self._runtime.stop()
        return "off; generators go on from where they are"

    def take_over(self) -> None:
        """A front end sets the seed: none is to be chosen unasked any more."""
        self._asked, self.pending = True, None

    def set_mode(self, mode: str) -> str:
        """Let cells draw from one stream, or each from its own; return what was done, in words."""
        if self._runtime.seed is None:
            self.start_unasked()
        self._runtime.set_mode(mode)
        if mode == PER_CELL:
            return f"each cell draws from its own stream of seed {self._runtime.seed}"
        return f"all cells draw from one stream of seed {self._runtime.seed}, which starts anew"

    def _mode(self, mode: str) -> str:
        text = self.set_mode(mode)
        self.show_seed()
        return text

    def rewind(self, cell: str) -> str:
        """Put the generators back to where a cell first found them; return what was done, in words."""
        key = self._names.find(cell, running=self._runtime.cell)
        done = self._runtime.rewind(key)
        where = "this cell" if key == self._runtime.cell else f"cell {cell}"
        text = f"{', '.join(done.names) or 'no generator'} put back to where {where} first found them"
        return f"{text}; not found any more: {', '.join(done.missing)}" if done.missing else text

    def _restart(self, _: str) -> str:
        if self.plan is not None and not self.plan.get("interactive"):
            raise SeednbError("this notebook is run by seednb, in a fresh runtime: there is nothing to restart")
        self._in_place.request()
        return ""

    def _strict(self, _: str) -> str:
        if self._runtime.seed is None:
            self.start_unasked()
        return f"strict: {self._runtime.switches.strict()}"

    def _ids(self, argument: str) -> str:
        if argument not in {"on", "off"}:
            raise SeednbError(f"%seed ids {argument[:40]}".rstrip() + ": give on or off, for example: %seed ids on")
        if argument == "on" and self._runtime.seed is None:
            self.start_unasked()
        self._runtime.set_display_ids(on=argument == "on")
        return display_ids(self._runtime)

    def _one_cell(self, argument: str) -> str:
        try:
            if self._runtime.seed is None:
                self.start_unasked()
            stuck = self._runtime.lend(check_seed(argument, where="%%seed"))
        except SeednbError as error:  # the cell must not run with other numbers than it asks for
            raise usage_error(f"{error}; the cell did not run") from None
        return f"{', '.join(stuck)} cannot be put back after this cell, and go on with a stream of their own" if stuck else ""

    # -- seeds that nobody has typed -----------------------------------------------------------------

    def start_unasked(self) -> None:
        """Seed from the environment, pyproject.toml or anew, for a notebook that loads seednb and names no seed."""
        if self._asked or self._runtime.start_seed is not None:
            return
        self._asked = True
        choice = self.pending or choose_seed()
        self._runtime.start(choice.seed, choice.origin, sealing=self._runtime.sealing, before_cells=True)

    def start_by_environment(self) -> None:
        """Seed at once where SEEDNB_SEED asks for it."""
        if os.environ.get(ENVIRONMENT, "").strip():
            self.start_unasked()
            if self._runtime.cell:
                self.show_seed()

    def read_settings(self) -> str:
        """Take the wish for display ids from the environment or pyproject.toml; return what is wrong there, or nothing."""
        try:
            self._runtime.switches.display_ids |= wants_display_ids()
        except SeednbError as error:
            return f"seednb: {error}"
        return ""

    def show_seed(self) -> None:
        """Show the seed, and the record with it, unless that was done when it was set."""
        if self._runtime.start_seed is not None and not self._output.shown:
            self._output.show(f"seednb: seed {self._runtime.start_seed}", carries=True)

    def _planned(self, asked: Optional[int]) -> Optional[Choice]:
        """Return the seed that a run's or replay's plan puts in place of the one asked for."""
        plan = self.plan
        if plan is None or plan["seed"] is None:
            return None
        if plan["replay"]:
            for index, (key, seed) in enumerate(plan["reseeds"]):
                if key == self._runtime.cell:
                    del plan["reseeds"][index]
                    return Choice(seed, plan["origin"])
        return Choice(plan["seed"], plan["origin"]) if plan["override"] or plan["replay"] else None


def usage_error(text: str) -> Exception:
    """Return IPython's error for a magic that is used wrongly: shown in one line, and it ends the cell."""
    from IPython.core.error import UsageError

    error: Exception = UsageError(f"seednb: {text}")
    return error


def _check(argument: str) -> int:
    try:
        return check_seed(argument, where="%seed")
    except SeedError as error:
        raise SeedError(f"{error}; nothing was changed") from None
