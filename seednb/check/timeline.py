"""In which order a notebook seeds and draws: functions count where they are first called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from seednb.check.cells import Code
from seednb.check.facts import Call, Facts, Function, Step
from seednb.check.hidden import hidden_draw
from seednb.check.names import OWN
from seednb.check.systems import ALL, NUMBA, NUMPY, PYTHON, draws_from, seeded_by

_IMPLIED = {"__init__", "forward", "call", "build", "setup", "training_step", "__getitem__", "__iter__", "__call__"}
_SEED_MAGIC = re.compile(r"(?:seed|seednb)\s+(?:\d+|new)\b")
_JITS = re.compile(r"numba\..*jit")


@dataclass(frozen=True)
class Event:
    """Something that seeds these systems, or draws from one of them. call: None where a magic seeds."""

    cell: Code
    line: int
    call: Call | None
    seeds: frozenset[str] = frozenset()
    draws: str = ""
    hidden: bool = False


class Timeline:
    """All seeds and draws of a notebook, in the order of a run from top to bottom."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._done: set[int] = set()
        self._magics = [(cell, line) for text, cell, line in facts.magics if _SEED_MAGIC.match(text)]
        self.events = list(self._events())
        self.sealed_from = next(((one.cell.number, one.line) for one in self.events if self._seals(one)), None)

    def seeds(self, system: str) -> list[Event]:
        """Return what seeds a system."""
        return [event for event in self.events if system in event.seeds]

    def draws(self, system: str) -> list[Event]:
        """Return what draws from a system."""
        return [event for event in self.events if event.draws == system]

    def before_seed(self, system: str) -> list[Event]:
        """Return the draws from a system that come before it is seeded for the first time."""
        found = []
        for event in self.events:
            if system in event.seeds:
                break
            if event.draws == system:
                found.append(event)
        return found

    @staticmethod
    def _seals(event: Event) -> bool:
        return bool(event.seeds) and (event.call is None or event.call.name in {"seednb.seed"})

    def _events(self) -> Iterator[Event]:
        magics = list(self._magics)
        for step in self._facts.steps:
            call = step.call
            while magics and call is not None and (magics[0][0].number, magics[0][1]) < (call.cell.number, call.node.lineno):
                cell, line = magics.pop(0)
                yield Event(cell, line, None, seeds=ALL)
            yield from self._step(step)
        yield from (Event(cell, line, None, seeds=ALL) for cell, line in magics)

    def _step(self, step: Step) -> Iterator[Event]:
        todo = [step]
        while todo:
            step = todo.pop()
            todo += [inner for function in self._called(step) for inner in function.steps][::-1]
            if step.call is not None:
                yield from self._own(step.call)

    def _own(self, call: Call) -> Iterator[Event]:
        line = call.node.lineno
        seeds, draws = seeded_by(call), draws_from(call)
        if call.function is not None and any(_JITS.search(name) for name in call.function.decorators):
            # Numba's compiled functions have generators of their own: what seeds NumPy's does not reach them, nor they NumPy's.
            seeds = frozenset({NUMBA}) if seeds & {NUMPY, PYTHON} else seeds
            draws = NUMBA if draws in {NUMPY, PYTHON} else draws
        if seeds:
            yield Event(call.cell, line, call, seeds=seeds)
        elif draws:
            yield Event(call.cell, line, call, draws=draws)
        elif hidden_draw(call):
            yield Event(call.cell, line, call, draws=NUMPY, hidden=True)

    def _called(self, step: Step) -> Iterator[Function]:
        """Yield the functions that a step runs and that have not been run before."""
        owner, _, last = step.name.rpartition(".")
        for function in self._facts.functions.get(last, ()) if last in self._facts.functions else ():
            direct = step.name == OWN + last and not function.class_
            method = bool(function.class_) and (owner.endswith("()") or owner.startswith("?"))
            if direct or method:
                yield from self._once(function)
        if step.name.startswith(OWN) and step.call is not None and last in self._facts.classes:
            for name in self._facts.classes[last].methods & _IMPLIED:
                yield from (one for function in self._facts.functions[name] if function.class_ == last for one in self._once(function))

    def _once(self, function: Function) -> Iterator[Function]:
        if id(function) not in self._done:
            self._done.add(id(function))
            yield function
