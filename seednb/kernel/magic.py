"""`%seednb`, and its alias `%seed`, which is left alone where another extension owns it."""

from __future__ import annotations

import sys
import threading
from typing import Any, Callable, Optional

from seednb.errors import SeedError, SeednbError
from seednb.kernel.output import RecordOutput
from seednb.runtime import Runtime
from seednb.settings import Choice, check_seed, choose_seed, generate_seed
from seednb.wire import Plan

NAMES = ("seednb", "seed")
VERBS = ("new", "off")
_COMPLETER = "complete_command"
_ORIGINS = {
    "api": "given to seednb.seed()",
    "command-line": "given on the command line",
    "environment": "from SEEDNB_SEED",
    "generated": "newly generated",
    "magic": "given to %seed",
    "notebook": "from the notebook",
    "pyproject": "from pyproject.toml",
    "record": "from the record",
}


class SeedMagic:
    """The line magic. A run or replay that seednb started may have a plan, which overrides the seeds in the cells."""

    def __init__(self, shell: Any, runtime: Runtime, output: RecordOutput, *, off: bool) -> None:
        self._shell = shell
        self._runtime = runtime
        self._output = output
        self._off = off
        self._asked = off
        self._installed: dict[str, Callable[..., None]] = {}
        self.plan: Optional[Plan] = None

    def install(self) -> None:
        """Register the magic under each name that is free."""
        registry = self._shell.magics_manager.magics["line"]
        for name in NAMES:
            if name not in registry:
                self._shell.register_magic_function(self.seed, "line", name)
                self._installed[name] = registry[name]
                self._shell.set_hook(_COMPLETER, complete, str_key=f"%{name}")

    def uninstall(self) -> None:
        """Take away what `install` registered, unless someone has replaced it since."""
        registry = self._shell.magics_manager.magics["line"]
        for name, function in self._installed.items():
            if registry.get(name) is function:
                del registry[name]
            self._forget_completer(f"%{name}")
        self._installed.clear()

    def _forget_completer(self, command: str) -> None:
        commands = self._shell.strdispatchers[_COMPLETER].strs
        chain = commands[command].chain
        chain[:] = [hook for hook in chain if getattr(hook[1], "__func__", None) is not complete]
        if not chain:
            del commands[command]

    def seed(self, line: str = "") -> None:
        """Seed every pseudorandom generator of this runtime.

        %seed 42     seed Python, NumPy, PyTorch, TensorFlow and Keras: those that are loaded now, the others at their import
        %seed new    the same with a newly generated seed
        %seed        show the seed, where it comes from, and what it covers
        %seed off    stop seeding

        A seed is an integer from 0 to 4294967295. Unseeded NumPy and TensorFlow generators follow it too; passwords,
        tokens and identifiers do not.
        """
        try:
            self._run(line.split("#")[0].strip())
        except SeednbError as error:
            print(f"seednb: {error}", file=sys.stderr)

    def _run(self, argument: str) -> None:
        if self._off:
            self._output.show("seednb: switched off by SEEDNB=off")
        elif not argument:
            self._output.show(self._status())
        elif argument == "off":
            self._asked = True
            self._runtime.stop()
            self._output.show("seednb: off; generators go on from where they are")
        else:
            seed = None if argument == "new" else _check(argument)
            self._start(self._planned(seed) or _asked_for(seed), over=seed)

    def start_unasked(self) -> None:
        """Seed from the environment, pyproject.toml or anew, for a notebook that loads seednb and names no seed."""
        if self._asked or self._runtime.start_seed is not None:
            return
        self._asked = True
        choice = choose_seed()
        self._runtime.start(choice.seed, choice.origin, sealing=self._runtime.sealing, before_cells=True)

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

    def _start(self, choice: Choice, *, over: Optional[int]) -> None:
        if threading.get_ident() != threading.main_thread().ident:
            raise SeednbError("not now: a seed can be set in the main thread only, not in a subshell's")
        self._asked = True
        text = f"seednb: seed {choice.seed}"
        if over is not None and over != choice.seed:
            text += f" ({_origin(choice.origin)}) in place of {over}"
        try:
            self._runtime.start(choice.seed, choice.origin, sealing=self._runtime.sealing)
        finally:
            self._output.show(text, carries=True)

    def _status(self) -> str:
        runtime = self._runtime
        problems = "".join(f"\nseednb: {failure}" for failure in runtime.failures)
        if runtime.seed is None:
            return f"seednb: no seed is set; %seed 42 sets one, %seed new generates one{problems}"
        loaded = runtime.loaded()
        later = [source.name for source in runtime.sources if source.name not in loaded]
        sealed = "unseeded NumPy and TensorFlow generators follow it" if runtime.sealing else "unseeded generators do not follow it"
        covers = ", ".join(loaded) + (f"; at their import: {', '.join(later)}" if later else "")
        return f"seednb: seed {runtime.seed} ({_origin(runtime.seed_origin)}); covers {covers}; {sealed}{problems}"


def complete(_shell: Any, _event: Any) -> list[str]:
    """Return the completions of the magic's argument."""
    return list(VERBS)


def _check(argument: str) -> int:
    try:
        return check_seed(argument, where="%seed")
    except SeedError as error:
        raise SeedError(f"{error}; nothing was changed") from None


def _asked_for(seed: Optional[int]) -> Choice:
    return Choice(generate_seed(), "generated") if seed is None else Choice(seed, "magic")


def _origin(origin: str) -> str:
    return _ORIGINS.get(origin, origin)
