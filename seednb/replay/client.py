"""One fresh runtime: started before the slow imports, asked and executed in through nbclient, left without waiting for its exit."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from seednb.errors import KernelError
from seednb.replay.doors import Door, Reply, answers
from seednb.wire import EVENT_TYPE, CellEvent, Current, Plan

START_TIMEOUT = 60.0
QUESTION_TIMEOUT = 60.0
EXIT_TIMEOUT = 10.0
_ANSWER_INTERVAL = 0.3
_SUBSCRIBE_INTERVAL = 0.05
_LOCAL = (None, "local-provisioner", "seednb-provisioner")


class CellRun(NamedTuple):
    """What one cell gave: nbformat outputs, its count, the kernel's event, and the error that ended the run, if one did."""

    outputs: list[dict[str, Any]]
    execution_count: int | None
    event: CellEvent | None
    error: str | None


class FreshRuntime:
    """A kernel of the notebook's own environment, with the kernel side of seednb attached before the first cell."""

    def __init__(self, manager: Any, door: Door, timeout: float | None, log: IO[bytes], sockets: Any) -> None:
        self._manager = manager
        self._door = door
        self._timeout = timeout
        self._log = log
        self._sockets = sockets
        self._client: Any = None
        self._channels: Any = None
        self._told: list[dict[str, Any]] = []
        self.on_stream: Callable[[str, str], None] | None = None

    @classmethod
    async def start(cls, kernel_name: str, door: Door, *, cwd: Path, variables: dict[str, str], timeout: float | None) -> FreshRuntime:
        """Start the kernel's process; `ready` waits for it."""
        from jupyter_client.manager import AsyncKernelManager

        # TCP ports are chosen before the kernel takes them, and another process may be quicker; a folder is ours alone.
        sockets = tempfile.TemporaryDirectory(prefix="seednb-", ignore_cleanup_errors=True)
        manager = AsyncKernelManager(kernel_name=kernel_name)
        if hasattr(socket, "AF_UNIX") and shares_files(manager.kernel_spec):
            manager.transport, manager.ip = "ipc", f"{sockets.name}/k"
        log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the runtime; what the kernel's process itself says is shown only if it does not start
        try:
            await manager.start_kernel(cwd=str(cwd), env=variables, stdout=log, stderr=log)
        except OSError as error:
            raise KernelError(f"kernel {kernel_name!r} does not start: {error}") from None
        return cls(manager, door, timeout, log, sockets)

    async def ready(self, cells: list[dict[str, Any]], metadata: dict[str, Any]) -> None:
        """Wait until the kernel answers and its messages arrive."""
        from seednb.replay._nbclient import make_client

        self._client = make_client(cells, metadata, self._manager, self._timeout, self._take)
        self._channels = self._client.kc = self._manager.client()
        self._channels.start_channels()
        self._channels.allow_stdin = False
        await self._handshake()

    async def attach(self, plan: Plan) -> Current:
        """Load the kernel side, seed as planned, and listen from now on."""
        reply: Reply = {}
        for code, expressions in self._door.requests(plan):
            reply = await self._ask(code, expressions)
            if answers(reply):
                break
        return self._read(self._door.attached, reply)

    async def current(self) -> Current:
        """Ask for the state of the runtime as a whole."""
        question = self._door.question()
        return self._read(self._door.current, await self._ask("", question) if question else {})

    @property
    def widgets(self) -> dict[str, Any]:
        """What the widgets hold, as notebooks store it in their metadata; empty where there are none."""
        return dict(self._client.widgets)

    async def run_cell(self, index: int, key: str) -> CellRun:
        """Run one code cell of the notebook."""
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        cell = self._client.nb.cells[index]
        cell.outputs, cell.execution_count = [], None
        self._told.clear()
        self._channels.session.metadata = {**cell.metadata, "cellId": key}
        error, event = None, self._door.unheard(key, cell.source)
        try:
            await self._client.async_execute_cell(cell, index)
        except CellExecutionError as failure:
            error = f"{failure.ename}: {failure.evalue}".split("\n")[0]
        except CellTimeoutError:
            error, event = f"ran longer than {self._timeout:g} s", None
        except DeadKernelError:
            error, event = "the kernel died", None
        if self._told:
            event = self._door.event(self._told[-1], key, cell.source)
        return CellRun(self.outputs(index), cell.execution_count, event, error)

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return what a cell shows by now: a later cell may have updated it."""
        return merge_streams([dict(output) for output in self._client.nb.cells[index].outputs])

    async def interrupt(self) -> None:
        """Interrupt the running cell."""
        with contextlib.suppress(Exception):
            await self._manager.interrupt_kernel()

    async def is_alive(self) -> bool:
        """Tell whether the kernel's process lives."""
        return bool(await self._manager.is_alive())

    async def stop(self, *, wait: bool) -> None:
        """Ask the kernel to exit; with `wait`, give its exit handlers time. A kernel that does not answer is killed."""
        if self._channels is not None:
            with contextlib.suppress(Exception):
                self._channels.shutdown()
        if wait:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._manager.provisioner.wait(), EXIT_TIMEOUT)
        self._close()
        self._manager.cleanup_connection_file()

    async def kill(self) -> None:
        """End the kernel at once."""
        with contextlib.suppress(Exception):
            await self._manager.shutdown_kernel(now=True)
        self._close()

    def _close(self) -> None:
        if self._channels is not None:
            self._channels.stop_channels()
        self._log.close()
        self._sockets.cleanup()

    async def _handshake(self) -> None:
        """Ask for kernel_info until both the answer and its status have arrived: the first messages of a new subscription get lost."""
        asked: set[str] = set()
        subscribed = False
        deadline = time.monotonic() + START_TIMEOUT
        answered = False
        while not (subscribed and answered):
            if time.monotonic() > deadline or not await self._manager.is_alive():
                raise KernelError(f"kernel {self._manager.kernel_name!r} does not answer: {self._last_words()}")
            asked.add(self._channels.kernel_info())
            answered = answered or await self._arrives(self._channels.get_shell_msg, asked, wait=_ANSWER_INTERVAL)
            subscribed = subscribed or await self._arrives(self._channels.get_iopub_msg, asked, wait=_SUBSCRIBE_INTERVAL)
        await self._drain(self._channels.get_shell_msg)
        await self._drain(self._channels.get_iopub_msg)

    async def _arrives(self, get: Any, asked: set[str], *, wait: float) -> bool:
        from queue import Empty

        try:
            message = await get(timeout=wait)
        except Empty:
            return False
        return message["parent_header"].get("msg_id") in asked

    async def _drain(self, get: Any) -> None:
        from queue import Empty

        with contextlib.suppress(Empty):
            while True:
                await get(timeout=0)

    async def _ask(self, code: str, question: dict[str, str]) -> Reply:
        from queue import Empty

        request = self._channels.execute(code, silent=True, store_history=False, user_expressions=question, allow_stdin=False)
        deadline = time.monotonic() + QUESTION_TIMEOUT
        while time.monotonic() < deadline:
            with contextlib.suppress(Empty):
                reply: Reply = await self._channels.get_shell_msg(timeout=1.0)
                if reply["parent_header"].get("msg_id") == request:
                    return reply
            if not await self._manager.is_alive():
                raise KernelError("the kernel died")
        raise KernelError(f"the kernel did not answer within {QUESTION_TIMEOUT:g} s")

    def _read(self, read: Callable[[Reply], Current], reply: Reply) -> Current:
        try:
            return read(reply)
        except ValueError as error:
            raise KernelError(f"seednb could not be loaded in kernel {self._manager.kernel_name!r}: {error}") from None

    def _take(self, message: dict[str, Any]) -> bool:
        """Take an event of ours out of the messages that nbclient sees; show streams to whoever wants them."""
        if message["msg_type"] == EVENT_TYPE:
            self._told.append(message["content"])
            return True
        if message["msg_type"] == "stream" and self.on_stream is not None:
            self.on_stream(message["content"]["name"], message["content"]["text"])
        return False

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"does this start by hand? {' '.join(self._manager.kernel_spec.argv)}"


def shares_files(spec: Any) -> bool:
    """Tell from a kernelspec whether its kernel can reach a socket in a folder of this machine.

    Not in a container or another root, which its metadata say with `{"seednb": {"transport": "tcp"}}`, nor where a provisioner that
    is neither Jupyter's local one nor ours starts it.
    """
    own, provisioner = spec.metadata.get("seednb"), spec.metadata.get("kernel_provisioner")
    name = provisioner.get("provisioner_name") if isinstance(provisioner, Mapping) else None
    return not (isinstance(own, Mapping) and own.get("transport") == "tcp") and name in _LOCAL


def merge_streams(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join neighbouring outputs of one stream, as front ends do: how a text is cut into messages depends on timing."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" and last.get("output_type") == "stream" and last["name"] == output["name"]:
            last["text"] += output["text"]
        else:
            merged.append(output)
    return merged
