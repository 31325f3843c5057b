"""How a runner gets into kernels of each language: load the kernel side, ask, and read what is told of a cell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
Ask = Callable[[str, dict[str, str]], Awaitable[dict[str, Any]]]
"""Sends a silent request, code and user expressions, and returns its reply."""


class Door(Protocol):
    """The way into a kernel. Raises ValueError, in the kernel's words, where the kernel side cannot be loaded.

    notice: what the user should know about it, once attached.
    """

    notice: str

    async def attach(self, ask: Ask, plan: Plan) -> Current:
        """Load the kernel side and seed as planned."""

    async def current(self, ask: Ask) -> Current:
        """Ask for the state of the runtime as a whole."""

    def event(self, told: dict[str, Any], key: str, source: str) -> CellEvent:
        """Return what an event message tells of the cell that ran."""

    def unheard(self, key: str, source: str) -> CellEvent | None:
        """Return what is known of a cell that has run and of which nothing was told."""


class PythonDoor:
    """IPython's kernels: the kernel side is the package itself."""

    notice = ""

    async def attach(self, ask: Ask, plan: Plan) -> Current:
        for archive in (False, True):
            reply = await ask(*inject.attach_code(plan, archive=archive))
            if reply["content"].get("ename") != "LookupError":
                break
        found: Current = inject.answer(reply)
        return found

    async def current(self, ask: Ask) -> Current:
        found: Current = inject.answer(await ask("", inject.current_question()))
        return found

    def event(self, told: dict[str, Any], key: str, source: str) -> CellEvent:
        return cast(CellEvent, told)

    def unheard(self, key: str, source: str) -> CellEvent | None:
        return None


class RDoor:
    """IRkernel: the R side is sent as text. Another kernel of R's does not answer, and is treated as one of another language."""

    def __init__(self, kernel: str) -> None:
        self._kernel = kernel
        self._closed: ClosedDoor | None = None
        self.notice = ""

    async def attach(self, ask: Ask, plan: Plan) -> Current:
        await ask(irkernel.attach_code(), {})
        found = irkernel.current(await ask("", irkernel.question("attach", plan)))
        if found is not None:
            self.notice = "strict is for Python's frameworks: nothing of it is in force in R" if plan["settings"] else ""
            return found
        self._closed = ClosedDoor(self._kernel, f"kernel {self._kernel!r} is not IRkernel, the only one of R's that seednb can seed")
        self.notice = self._closed.notice
        return await self._closed.attach(ask, plan)

    async def current(self, ask: Ask) -> Current:
        if self._closed is not None:
            return await self._closed.current(ask)
        found = irkernel.current(await ask("", irkernel.question("current")))
        if found is None:
            raise ValueError("it does not answer any more")
        return found

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

    async def attach(self, ask: Ask, plan: Plan) -> Current:
        self._plan = plan
        return await self.current(ask)

    async def current(self, ask: Ask) -> Current:
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
