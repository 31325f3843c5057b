"""In which order a notebook seeds and draws: functions count where they are first called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from seednb.check.cells import Code
from seednb.check.facts import Call, Facts, Function, Step
from seednb.check.hidden import hidden_draw
from seednb.check.names import OWN
from seednb.check.systems import ALL, LOADERS, NUMBA, NUMPY, PYTHON, draws_from, seeded_by

_IMPLIED = {"__init__", "forward", "call", "build", "setup", "training_step", "__getitem__", "__iter__", "__call__"}
_SEED_MAGIC = re.compile(r"(?:seed|seednb)\s+(?:\d+|new)\b")
_SEEDED_CELL = re.compile(r"%%(?:seed|seednb)\b")
_JITS = re.compile(r"numba\..*jit")


@dataclass(frozen=True)
class Event:
    """Something that seeds these systems, or draws from one of them. call: None where a magic seeds.

    cell, line: where it happens; for calls in functions, where the notebook first calls them. lazy: it draws later, when it is used.
    """

    cell: Code
    line: int
    call: Call | None
    seeds: frozenset[str] = frozenset()
    draws: str = ""
    hidden: bool = False
    lazy: bool = False


class Timeline:
    """All seeds and draws of a notebook, in the order of a run from top to bottom."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._done: set[int] = set()
        self._sealed_cells = {cell.number for text, cell, _ in facts.magics if _SEEDED_CELL.match(text)}
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
            if event.draws == system and not event.lazy:
                found.append(event)
        return found

    @staticmethod
    def _seals(event: Event) -> bool:
        if event.call is None:
            return bool(event.seeds)
        seal = event.call.argument(None, "seal")
        return event.call.name == "seednb.seed" and getattr(seal, "value", True) is not False

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
        place: tuple[Code, int] | None = None
        todo = [step]
        while todo:
            step = todo.pop()
            if place is None and step.call is not None:
                place = step.call.cell, step.call.node.lineno
            todo += [inner for function in self._called(step) for inner in function.steps][::-1]
            if step.call is not None and place is not None:
                yield from self._own(step.call, *place)

    def _own(self, call: Call, cell: Code, line: int) -> Iterator[Event]:
        seeds, draws = seeded_by(call), draws_from(call)
        if call.function is not None and any(_JITS.search(name) for name in call.function.decorators):
            # Numba's compiled functions have generators of their own: what seeds NumPy's does not reach them, nor they NumPy's.
            seeds = frozenset({NUMBA}) if seeds & {NUMPY, PYTHON} else seeds
            draws = NUMBA if draws in {NUMPY, PYTHON} else draws
        if call.cell.number in self._sealed_cells:
            return
        if seeds:
            yield Event(cell, line, call, seeds=seeds)
        elif draws:
            yield Event(cell, line, call, draws=draws, lazy=call.name in LOADERS)
        elif hidden_draw(call):
            yield Event(cell, line, call, draws=NUMPY, hidden=True)

    def _called(self, step: Step) -> Iterator[Function]:
        """Yield the functions that a step runs and that have not been run before."""
        owner, _, last = step.name.rpartition(".")
        for function in self._facts.functions.get(last, ()):
            direct = step.name == OWN + last and not function.class_
            if direct or (function.class_ and self._is_method(owner, function, step)):
                yield from self._once(function)
        if step.name.startswith(OWN) and step.call is not None and last in self._facts.classes:
            for name in self._facts.classes[last].methods & _IMPLIED:
                yield from (one for function in self._facts.functions[name] if function.class_ == last for one in self._once(function))

    def _is_method(self, owner: str, function: Function, step: Step) -> bool:
        """Tell whether a method may be called: its object is of its class or of a class made from it, or unknown and the class is there."""
        if owner.startswith(OWN) and owner.endswith("()"):
            class_ = self._facts.classes.get(owner[1:-2])
            return owner[1:-2] == function.class_ or (class_ is not None and OWN + function.class_ in class_.bases)
        return owner.startswith("?") and step.call is not None and function.cell.number <= step.call.cell.number

    def _once(self, function: Function) -> Iterator[Function]:
        if id(function) not in self._done:
            self._done.add(id(function))
            yield function
