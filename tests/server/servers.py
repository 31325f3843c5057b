"""A real Jupyter Server in a process of its own, and the requests that a front end sends it."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

from jupyter_client.blocking.client import BlockingKernelClient

from tests.conftest import REPOSITORY
from tests.prefixes import Prefix


class Answer(NamedTuple):
    """What a server answers."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.text)


def install_extension(prefix: Prefix) -> None:
    """Put into an environment what the wheel brings for Jupyter Server."""
    folder = prefix.root / "etc" / "jupyter" / "jupyter_server_config.d"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPOSITORY / "jupyter-config" / "server-config" / "seednb.json", folder)


class Server:
    """A Jupyter Server process, and the requests that a front end sends it."""

    def __init__(self, prefix: Prefix, *options: str, **extra: str) -> None:
        self.token, self.runtime = secrets.token_hex(8), prefix.home / "runtime"
        arguments = ["--no-browser", "--allow-root", "--port=0", "--ip=127.0.0.1"]
        self.log = prefix.home / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [prefix.python, "-m", "jupyter_server", *arguments, f"--IdentityProvider.token={self.token}", *options],
                cwd=prefix.work,
                env=prefix.variables(JUPYTER_RUNTIME_DIR=str(self.runtime), **extra),
                stdout=log,
                stderr=log,
            )
        self.url = self._wait(self.runtime / f"jpserver-{self.process.pid}.json")

    def ask(self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, data: bytes | None = None) -> Answer:
        """Send a request; `headers` take the place of those of a front end that is logged in."""
        if headers is None:
            headers = {"Authorization": f"token {self.token}"}
        if data is None and body is not None:
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json", **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode())

    def post(self, path: str) -> dict[str, str]:
        """Send an empty request and return its answer."""
        answer = self.ask("POST", path, {})
        assert answer.status < 300, answer
        found: dict[str, str] = answer.json
        return found

    def connect(self, kernel: str) -> BlockingKernelClient:
        """Return a client of a kernel once that answers and its messages arrive; a kernel that still starts has no heartbeat to go by."""
        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels(hb=False)
        end = time.monotonic() + 60
        waiting = [client.get_shell_msg, client.get_iopub_msg]
        while waiting:
            assert time.monotonic() < end, "the kernel does not answer"
            client.kernel_info()
            for get in list(waiting):
                with contextlib.suppress(Empty):
                    get(timeout=0.3)
                    waiting.remove(get)
        for get in (client.get_shell_msg, client.get_iopub_msg):
            with contextlib.suppress(Empty):
                while True:
                    get(timeout=0.05)
        return client

    def run(self, kernel: str, code: str) -> str:
        """Execute a cell in a kernel of the server and return what it printed."""
        client = self.connect(kernel)
        try:
            texts: list[str] = []
            client.execute_interactive(
                code, timeout=60, output_hook=lambda message: texts.append(message["content"].get("text", "")), allow_stdin=False
            )
            return "".join(texts).strip()
        finally:
            client.stop_channels()

    def stop(self) -> None:
        """End the server and its kernels."""
        self.process.terminate()
        self.process.wait(60)

    def _wait(self, information: Path) -> str:
        """Return the server's address once it answers there: it tells its address before it listens."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(FileNotFoundError, ValueError, urllib.error.URLError):
                url: str = json.loads(information.read_text())["url"]
                urllib.request.urlopen(f"{url}api", timeout=60).close()
                return url
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())
