"""`%seednb`, and its alias `%seed`, which is left alone where another extension owns it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Callable, Optional

from seednb.errors import SeednbError
from seednb.kernel.output import RecordOutput
from seednb.runtime import Runtime
from seednb.settings import Choice, check_seed, choose_seed, generate_seed
from seednb.wire import Plan

NAMES = ("seednb", "seed")
VERBS = ("new", "off")
_ORIGINS = {
    "api": "given to seednb.seed()",
    "command-line": "given on the command line",
    "environment": "from SEEDNB_SEED",
    "generated": "newly generated",
    "magic": "given to %seed",
    "pyproject": "from pyproject.toml",
}


class SeedMagic:
    """The line magic. A run or replay that seednb started may have a plan, which overrides the seeds in the cells."""

    def __init__(self, shell: Any, runtime: Runtime, output: RecordOutput) -> None:
        self._shell = shell
        self._runtime = runtime
        self._output = output
        self._installed: dict[str, Callable[..., None]] = {}
        self.plan: Optional[Plan] = None

    def install(self) -> None:
        """Register the magic under each name that is free."""
        registry = self._shell.magics_manager.magics["line"]
        for name in NAMES:
            if name not in registry:
                self._shell.register_magic_function(self.seed, "line", name)
                self._installed[name] = registry[name]
                self._shell.set_hook("complete_command", complete, str_key=f"%{name}")

    def uninstall(self) -> None:
        """Take away what `install` registered, unless someone has replaced it since."""
        registry = self._shell.magics_manager.magics["line"]
        commands = self._shell.strdispatchers["complete_command"].strs
        for name, function in self._installed.items():
            if registry.get(name) is function:
                del registry[name]
            commands.pop(f"%{name}", None)
        self._installed.clear()

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
        if not argument:
            self._output.show(self._status())
        elif argument == "off":
            self._runtime.stop()
            self._output.show("seednb: off; generators go on from where they are")
        elif argument == "new":
            self._start(self._planned(None) or Choice(generate_seed(), "generated"))
        else:
            seed = check_seed(argument, where="%seed")
            choice = self._planned(seed) or Choice(seed, "magic")
            self._start(choice, over=None if choice.seed == seed else seed)

    def start_unasked(self) -> None:
        """Seed from the environment, pyproject.toml or anew, for a notebook that loads seednb and names no seed."""
        self._start(choose_seed(Path.cwd()))

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

    def _start(self, choice: Choice, *, over: Optional[int] = None) -> None:
        self._runtime.start(choice.seed, choice.origin, sealing=self._runtime.sealing)
        if over is None:
            self._output.show(f"seednb: seed {choice.seed}")
        else:
            self._output.show(f"seednb: seed {choice.seed} ({_ORIGINS.get(choice.origin, choice.origin)}) in place of {over}")

    def _status(self) -> str:
        runtime = self._runtime
        if runtime.seed is None:
            return "seednb: no seed is set; %seed 42 sets one, %seed new generates one"
        loaded = runtime.loaded()
        later = [source.name for source in runtime.sources if source.name not in loaded]
        sealed = "unseeded NumPy and TensorFlow generators follow it" if runtime.sealing else "unseeded generators do not follow it"
        covers = ", ".join(loaded) + (f"; at their import: {', '.join(later)}" if later else "")
        return f"seednb: seed {runtime.seed} ({_ORIGINS.get(runtime.origin, runtime.origin)}); covers {covers}; {sealed}"


def complete(_shell: Any, _event: Any) -> list[str]:
    """Return the completions of the magic's argument."""
    return list(VERBS)
