"""Run all cells of a notebook in one fresh runtime, and gather what they gave."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from seednb import irkernel
from seednb.launch import Environment
from seednb.replay.client import CellRun, FreshRuntime
from seednb.replay.doors import PYTHON, door_to
from seednb.replay.kernels import FoundKernel, find_kernel
from seednb.settings import ENVIRONMENT as SEED_VARIABLE
from seednb.streams import STREAM
from seednb.wire import WIRE_VERSION, Current, Plan

INTERRUPT_GRACE = 5.0
SKIP_TAG = "skip-execution"
T = TypeVar("T")


class Progress(Protocol):
    """Who wants to know how a run goes on."""

    def launched(self) -> None:
        """The kernel's process has been started: slow imports cost nothing now."""

    def started(self, cells: int) -> None:
        """The run is about to start; it has so many code cells."""

    def cell(self, position: int, index: int) -> None:
        """The code cell at `position` of the run (from 0), `index` of the notebook, begins."""

    def stream(self, name: str, text: str) -> None:
        """The running cell has written to a stream."""

    def ended(self) -> None:
        """The run has ended, one way or the other."""


@dataclass
class Execution:
    """What a run gave. `failed` is the index of the cell that ended it, with `reason`; `current` is as of the start if the kernel died.

    widgets: what they hold in the end, as a notebook's metadata stores it.
    """

    cells: dict[int, CellRun] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    widgets: dict[str, Any] = field(default_factory=dict)
    current: Current | None = None
    language: str = PYTHON
    failed: int | None = None
    reason: str = ""
    interrupted: bool = False
    notices: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Tell whether every cell ran."""
        return self.failed is None and not self.interrupted


def make_plan(
    seed: int,
    origin: str,
    environment: Environment,
    *,
    override: bool = False,
    seal: bool = True,
    replay: bool = False,
    reseeds: tuple[tuple[str, int], ...] = (),
    mode: str = STREAM,
    streams: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    interactive: bool = False,
) -> Plan:
    """Return the plan for a fresh runtime; `interactive` for one that a front end goes on with."""
    return {
        "version": WIRE_VERSION,
        "seed": seed,
        "origin": origin,
        "override": override,
        "seal": seal,
        "replay": replay,
        "reseeds": [list(item) for item in reseeds],
        "mode": mode,
        "streams": dict(streams or {}),
        "settings": dict(settings or {}),
        "restore_env": dict(environment.restore),
        "stable_files": True,
        "variables": True,
        "interactive": interactive,
    }


def execute(
    nb: dict[str, Any],
    keys: dict[int, str],
    *,
    folder: Path,
    plan: Plan,
    environment: Environment,
    timeout: float | None = None,
    kernel: str | None = None,
    progress: Progress | None = None,
) -> Execution:
    """Run the code cells of a notebook from the top in a fresh runtime whose working directory is `folder`.

    `keys` gives the key of each code cell by its index among all cells. A cell that fails ends the run, unless it is tagged
    `raises-exception`. Ctrl-C ends it after interrupting the running cell. Raises KernelError where no runtime can be had.
    """
    found = find_kernel(nb.get("metadata", {}), kernel)
    execution = Execution(keys=keys, language=found.language, notices=list(found.notices))
    variables = variables_for(found.language, plan, environment)
    asyncio.run(_execute(nb, found, folder, plan, variables, timeout, execution, progress))
    return execution


async def _execute(
    nb: dict[str, Any],
    found: FoundKernel,
    folder: Path,
    plan: Plan,
    variables: dict[str, str],
    timeout: float | None,
    execution: Execution,
    progress: Progress | None,
) -> None:
    with _stop_signals() as stop:
        door = door_to(found.language, found.name)
        runtime = await FreshRuntime.start(found.name, door, cwd=folder, variables=variables, timeout=timeout)
        try:
            if progress is not None:
                progress.launched()
            await _unless_stopped(runtime.ready(nb["cells"], nb.get("metadata", {})), stop)
            execution.current = await _unless_stopped(runtime.attach(plan), stop)
            execution.notices += [door.notice] if door.notice else []
            await _run_cells(runtime, nb, execution, stop, progress)
            execution.cells = {index: cell._replace(outputs=runtime.outputs(index)) for index, cell in execution.cells.items()}
            execution.widgets = runtime.widgets
            alive = await _alive(runtime, execution)
            if alive:
                execution.current = await runtime.current()
        except BaseException:
            await runtime.kill()
            raise
        if alive and not execution.interrupted and execution.current is not None:
            await runtime.stop(wait=execution.current["busy_at_exit"])
        else:
            await runtime.kill()


def variables_for(language: str, plan: Plan, environment: Environment) -> dict[str, str]:
    """Return the environment to start a kernel with: in kernels of other languages nobody puts it back.

    Raises SeedError for a seed that R refuses.
    """
    if language == PYTHON:
        return environment.variables
    changed = dict(environment.restore)
    if language == irkernel.LANGUAGE:
        irkernel.check_seed(plan["seed"] or 0)
    else:
        changed[SEED_VARIABLE] = str(plan["seed"])
    kept = {name: value for name, value in environment.variables.items() if name not in changed}
    return {**kept, **{name: value for name, value in changed.items() if value is not None}}


async def _run_cells(
    runtime: FreshRuntime, nb: dict[str, Any], execution: Execution, stop: asyncio.Event, progress: Progress | None
) -> None:
    indices = [index for index in execution.keys if runs(nb["cells"][index])]
    if progress is not None:
        progress.started(len(indices))
        runtime.on_stream = progress.stream
    try:
        for position, index in enumerate(indices):
            if progress is not None:
                progress.cell(position, index)
            result = await _run_or_stop(runtime, index, execution, stop)
            if result is None or execution.failed is not None:
                return
    finally:
        if progress is not None:
            progress.ended()


async def _unless_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T:
    """Do what precedes the first cell; raise KeyboardInterrupt where somebody stops it."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        raise KeyboardInterrupt
    return working.result()


async def _run_or_stop(runtime: FreshRuntime, index: int, execution: Execution, stop: asyncio.Event) -> CellRun | None:
    running = asyncio.ensure_future(runtime.run_cell(index, execution.keys[index]))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        execution.interrupted, execution.failed, execution.reason = True, index, "interrupted"
        stop.clear()
        again = asyncio.ensure_future(stop.wait())
        await runtime.interrupt()
        await asyncio.wait({running, again}, timeout=INTERRUPT_GRACE, return_when=asyncio.FIRST_COMPLETED)
        again.cancel()
    stopping.cancel()
    if not running.done():
        running.cancel()
        await asyncio.wait({running}, timeout=INTERRUPT_GRACE)
        return None
    result = execution.cells[index] = running.result()
    if result.error is not None and execution.failed is None:
        execution.failed, execution.reason = index, result.error
    return result


async def _alive(runtime: FreshRuntime, execution: Execution) -> bool:
    """Tell whether the runtime can still be asked: a cell that ran too long, or was stopped, may hold it for ever."""
    last = execution.cells.get(execution.failed) if execution.failed is not None else None
    stuck = execution.failed is not None and (last is None or last.event is None)
    return not stuck and await runtime.is_alive()


def runs(cell: dict[str, Any]) -> bool:
    """Tell whether a code cell is run: it has code, and nobody has tagged it to be skipped."""
    source = cell.get("source", "")
    tags = cell.get("metadata", {}).get("tags", [])
    return bool("".join(source).strip()) and not (isinstance(tags, list) and SKIP_TAG in tags)


@contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """Turn Ctrl-C and SIGTERM into an event; a platform without such handlers keeps Python's own behaviour."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    handled = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
            handled.append(number)
    try:
        yield stop
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
