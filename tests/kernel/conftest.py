"""Real kernels: of SEEDNB_TEST_KERNEL_PYTHON, else of the interpreter that runs the tests."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from tests.conftest import environment

PYTHON = os.environ.get("SEEDNB_TEST_KERNEL_PYTHON", sys.executable)
RECORD = "application/vnd.seednb.record+json"
TIMEOUT = 60.0


class Result:
    """What one request gave: the reply, and the messages on the IOPub channel."""

    def __init__(self, reply: dict[str, Any], messages: list[dict[str, Any]]) -> None:
        self.reply = reply
        self.messages = messages

    def stream(self, name: str) -> str:
        """Return the text of a stream."""
        contents = (message["content"] for message in self.messages if message["msg_type"] == "stream")
        return "".join(content["text"] for content in contents if content["name"] == name)

    @property
    def out(self) -> str:
        """Return what was printed."""
        return self.stream("stdout").strip()

    @property
    def err(self) -> str:
        """Return what was printed to stderr."""
        return self.stream("stderr").strip()

    @property
    def shown(self) -> list[str]:
        """Return the texts that were displayed, without updates."""
        return [message["content"]["data"]["text/plain"] for message in self.messages if message["msg_type"] == "display_data"]

    @property
    def value(self) -> str:
        """Return the text of the cell's result, or an empty one."""
        results = (message["content"]["data"]["text/plain"] for message in self.messages if message["msg_type"] == "execute_result")
        return next(results, "")

    @property
    def status(self) -> str:
        """Return the reply's status."""
        return str(self.reply["content"]["status"])


class Kernel:
    """A kernel process and its client; outputs that can be updated are, as in a front end."""

    def __init__(self, cwd: Path, python: str, variables: dict[str, str], *arguments: str) -> None:
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}", *arguments]
        # TCP ports are chosen before the kernel takes them, and another process may be quicker.
        self._variables = variables
        self._sockets = tempfile.TemporaryDirectory(prefix="seednb-")
        where = {"transport": "ipc", "ip": f"{self._sockets.name}/k"} if hasattr(socket, "AF_UNIX") else {}
        self._manager = KernelManager(connection_file=f"{self._sockets.name}/kernel.json", **where)
        self._manager._kernel_spec = KernelSpec(argv=argv, display_name="test", language="python")
        self._manager.start_kernel(cwd=str(cwd), env=environment(**variables), stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self._manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)
        self.displays: dict[str, dict[str, Any]] = {}

    def run(self, code: str, *, cell: str | None = None, then: Callable[[], None] | None = None, **options: Any) -> Result:
        """Execute code, as a cell with an id if it has one; `then` is called once the cell says `ready`."""
        self.client.session.metadata = {"cellId": cell} if cell else {}
        return self.run_request(code, then=then, **options)

    def run_request(self, code: str, *, then: Callable[[], None] | None = None, **options: Any) -> Result:
        """Execute code with the session's metadata as they are."""
        # What is sent right after a cell that fails would be aborted with it.
        request = self.client.execute(code, allow_stdin=False, stop_on_error=False, **options)
        messages = self._until_idle(request, then)
        return Result(self._reply(request), messages)

    def value(self, expression: str) -> Any:
        """Return a JSON value from the kernel, by a silent request that no hook sees."""
        question = f"__import__('json').dumps({expression})"
        request = self.client.execute("", silent=True, store_history=False, user_expressions={"v": question})
        self._until_idle(request, None)
        answer = self._reply(request)["content"]["user_expressions"]["v"]
        assert answer["status"] == "ok", answer
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))

    def to_widget(self, identifier: str, data: dict[str, Any]) -> None:
        """Send a widget a message, as a front end does, and wait until the kernel has dealt with it."""
        message = self.client.session.msg("comm_msg", {"comm_id": identifier, "data": data})
        self.client.shell_channel.send(message)
        self._until_idle(message["header"]["msg_id"], None)

    def from_widget(self, identifier: str, name: str, holds: Callable[[Any], bool]) -> Any:
        """Wait until a widget tells the front end that a trait of it holds something; return that."""
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            content = message["content"]
            state = content.get("data", {}).get("state", {}) if message["msg_type"] == "comm_msg" else {}
            if content.get("comm_id") == identifier and name in state and holds(state[name]):
                return state[name]

    def interrupt(self) -> None:
        """Send the kernel the front end's interrupt."""
        self._manager.interrupt_kernel()

    def restart(self, **variables: str) -> None:
        """Restart as a front end does: another process, behind the same connection file."""
        self.client.stop_channels()
        self._manager.restart_kernel(now=True, env=environment(**self._variables, **variables))
        self.client = self._manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)
        self.displays.clear()

    @property
    def records(self) -> list[dict[str, Any]]:
        """Return the records in the outputs as a front end would save them now."""
        return [data[RECORD] for data in self.displays.values() if RECORD in data]

    @property
    def cells(self) -> dict[str, str]:
        """Return the cell lines of the one record."""
        (record,) = self.records
        lines: dict[str, str] = record["cells"]
        return lines

    def stop(self) -> None:
        """End the process."""
        self.client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
        self._sockets.cleanup()

    def _until_idle(self, request: str, then: Callable[[], None] | None) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] in {"display_data", "update_display_data"}:
                self._show(message["msg_type"], content)
            if message["msg_type"] == "stream" and then is not None and "ready" in content["text"]:
                then()
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return messages
            messages.append(message)

    def _show(self, kind: str, content: dict[str, Any]) -> None:
        identifier = content.get("transient", {}).get("display_id")
        if identifier is not None and (kind == "display_data" or identifier in self.displays):
            self.displays[identifier] = content["data"]

    def _reply(self, request: str) -> dict[str, Any]:
        while True:
            reply: dict[str, Any] = self.client.get_shell_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == request:
                return reply


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Kernel]]:
    """Return a function that starts kernels in the test's folder; the test's end stops them."""
    kernels: list[Kernel] = []

    def start_one(*arguments: str, python: str = PYTHON, **variables: str) -> Kernel:
        kernels.append(Kernel(tmp_path, python, variables, *arguments))
        return kernels[-1]

    yield start_one
    for kernel in kernels:
        kernel.stop()


@pytest.fixture
def kernel(start: Callable[..., Kernel]) -> Kernel:
    """Return a kernel without seednb."""
    return start()


@pytest.fixture
def seeded(kernel: Kernel) -> Kernel:
    """Return a kernel that a first cell has seeded with 42."""
    result = kernel.run("%load_ext seednb\n%seed 42", cell="first")
    assert result.shown == ["seednb: seed 42"]
    return kernel


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a seeded kernel that the tests of a module share: each begins by seeding it."""
    kernel = Kernel(tmp_path_factory.mktemp("shared"), PYTHON, {})
    kernel.run("%load_ext seednb\n%seed 42")
    yield kernel
    kernel.stop()
