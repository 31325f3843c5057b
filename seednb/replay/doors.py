"""How a runner gets into kernels of each language: load the kernel side, ask, and read what is told of a cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast

from seednb import irkernel
from seednb.digest import source_digest
from seednb.environment import cores, cpu
from seednb.errors import KernelError
from seednb.replay import inject
from seednb.settings import ENVIRONMENT as SEED_VARIABLE
from seednb.streams import STREAM
from seednb.wire import WIRE_VERSION, CellEvent, Current, Plan

PYTHON = "python"
Request = tuple[str, dict[str, str]]
"""A silent execute request: its code and its user expressions."""
Reply = dict[str, Any]
"""The message that answers a request."""


class Door(Protocol):
    """The way into a kernel: what to send it, and what its replies mean; these raise ValueError, in the kernel's words, where it refuses.

    notice: what the user should know about it, once attached.
    """

    notice: str

    def requests(self, plan: Plan) -> Iterator[Request]:
        """Give what loads the kernel side and gives it the plan: to be sent in this order until a reply `answers`."""

    def attached(self, reply: Reply) -> Current:
        """Read the last reply to these requests; an empty one where there were none."""

    def question(self) -> dict[str, str]:
        """Return the user expressions that ask for the state of the runtime as a whole; none where nobody would answer."""

    def current(self, reply: Reply) -> Current:
        """Read the reply to the question."""

    def finish(self) -> dict[str, str]:
        """Return the user expressions that end a front end's replay, after which the runtime is its user's again."""

    def event(self, told: dict[str, Any], key: str, source: str) -> CellEvent:
        """Return what an event message tells of the cell that ran."""

    def unheard(self, key: str, source: str) -> CellEvent | None:
        """Return what is known of a cell that has run and of which nothing was told."""


def answers(reply: Reply) -> bool:
    """Tell whether a kernel has answered a question with this reply, if only with an error."""
    expressions = reply.get("content", {}).get("user_expressions")
    return isinstance(expressions, dict) and "seednb" in expressions


class PythonDoor:
    """IPython's kernels: the kernel side is the package itself, read from its place, or where the kernel cannot read that, sent to it."""

    notice = ""

    def requests(self, plan: Plan) -> Iterator[Request]:
        yield inject.attach_code(plan, archive=False)
        yield inject.attach_code(plan, archive=True)

    def attached(self, reply: Reply) -> Current:
        return self.current(reply)

    def question(self) -> dict[str, str]:
        return inject.current_question()

    def current(self, reply: Reply) -> Current:
        found: Current = inject.answer(reply)
        return found

    def finish(self) -> dict[str, str]:
        return inject.finish_question()

    def event(self, told: dict[str, Any], key: str, source: str) -> CellEvent:
        return cast(CellEvent, told)

    def unheard(self, key: str, source: str) -> CellEvent | None:
        return None


class RDoor:
    """IRkernel: the R side is sent as text. Another kernel of R's does not answer, and is treated as one of another language."""

    def __init__(self, kernel: str) -> None:
        self._kernel = kernel
        self._plan: Plan | None = None
        self._closed: ClosedDoor | None = None
        self.notice = ""

    def requests(self, plan: Plan) -> Iterator[Request]:
        self._plan = plan
        yield irkernel.attach_code(), {}
        yield "", irkernel.question("attach", plan)

    def attached(self, reply: Reply) -> Current:
        assert self._plan is not None
        found = irkernel.current(reply)
        if found is not None:
            self.notice = "strict is for Python's frameworks: nothing of it is in force in R" if self._plan["settings"] else ""
            return found
        self._closed = ClosedDoor(self._kernel, f"kernel {self._kernel!r} is not IRkernel, the only one of R's that seednb can seed")
        self._closed.requests(self._plan)
        self.notice = self._closed.notice
        return self._closed.attached(reply)

    def question(self) -> dict[str, str]:
        return irkernel.question("current") if self._closed is None else self._closed.question()

    def current(self, reply: Reply) -> Current:
        if self._closed is not None:
            return self._closed.current(reply)
        found = irkernel.current(reply)
        if found is None:
            raise ValueError("it does not answer any more")
        return found

    def finish(self) -> dict[str, str]:
        return irkernel.question("finish") if self._closed is None else self._closed.finish()

    def event(self, told: dict[str, Any], key: str, source: str) -> CellEvent:
        return irkernel.cell_event(told, source)

    def unheard(self, key: str, source: str) -> CellEvent | None:
        return None if self._closed is None else self._closed.unheard(key, source)


class ClosedDoor:
    """Kernels of other languages: cells run and their outputs are compared; nothing is seeded, and no state is read."""

    def __init__(self, kernel: str, reason: str) -> None:
        self._kernel = kernel
        self._plan: Plan | None = None
        self.notice = f"{reason}: cells run and outputs are compared, without fingerprints"

    def requests(self, plan: Plan) -> Iterator[Request]:
        self._plan = plan
        return iter(())

    def attached(self, reply: Reply) -> Current:
        return self.current(reply)

    def question(self) -> dict[str, str]:
        return {}

    def current(self, reply: Reply) -> Current:
        assert self._plan is not None
        seed = self._plan["seed"]
        return {
            "version": WIRE_VERSION,
            "epoch": "",
            "seed": seed,
            "origin": self._plan["origin"],
            "mode": STREAM,
            "sealed": False,
            "hash_seed": None,
            "reseeds": [],
            "environment": {"kernel": self._kernel, "cpu": cpu(), "cores": cores()},
            "strict": False,
            "display_ids": False,
            "determinism": {},
            "inputs": [],
            "busy_at_exit": False,
        }

    def finish(self) -> dict[str, str]:
        return {}

    def event(self, told: dict[str, Any], key: str, source: str) -> CellEvent:
        raise KernelError(f"kernel {self._kernel!r} sends events of seednb's, and nothing of seednb was loaded there")

    def unheard(self, key: str, source: str) -> CellEvent | None:
        return {
            "event": "cell",
            "version": WIRE_VERSION,
            "epoch": "",
            "key": key,
            "source": source_digest(source),
            "sources": {},
            "seeded": True,
            "stream": None,
            "notes": [],
            "variables": None,
        }


def door_to(language: str, kernel: str) -> Door:
    """Return the way into a kernel, by its language and name."""
    if language == PYTHON:
        return PythonDoor()
    if language == irkernel.LANGUAGE:
        return RDoor(kernel)
    return ClosedDoor(kernel, f"kernel {kernel!r} runs {language}, which seednb cannot seed (the seed is in {SEED_VARIABLE})")
