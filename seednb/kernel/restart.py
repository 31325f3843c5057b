"""`%seed restart`: the kernel answers, then replaces its own process by a fresh one, with its connection and a planned environment."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Optional

from seednb.determinism import DISPLAY_IDS, STRICT
from seednb.errors import NotNowError, SeednbError
from seednb.kernel.frontend import kernel_application
from seednb.kernel.listeners import Listeners
from seednb.kernel.output import RecordOutput
from seednb.launch import LAUNCH, RESTART, plan_environment
from seednb.runtime import Runtime
from seednb.tasks import running_loop

DELAY = 0.5
"""Seconds between the answer and the exec: what the cell has printed must be out."""
WAIT = 10
_FRONT_ENDS_OWN = "use the front end's own Restart"
_OPTION = "--InteractiveShellApp.exec_files="
_AGAIN = Path(__file__).resolve().parent.parent / "again.py" if "__file__" in globals() else None
_POLL_IN, _EVENTS = 1, 15
_TRIES = (0.2, 0.5, 1.0, 2.0, 3.0)


class InPlaceRestart:
    """Restarts the kernel of one shell. Its client notices nothing but an empty namespace: same process id, same connection."""

    def __init__(self, shell: Any, runtime: Runtime, output: RecordOutput, listeners: Listeners) -> None:
        self._shell = shell
        self._runtime = runtime
        self._output = output
        self._listeners = listeners

    def request(self, tell: Optional[Callable[[str], None]] = None, widgets: Sequence[str] = ()) -> str:
        """Say that the kernel restarts, and let it do so once the cell has been answered; return what is said.

        tell: takes what becomes of it where no cell asks, but a panel. widgets: the ids of those that the
        new process is to tell: its text, then its buttons.
        Raises NotNowError or SeednbError, in one line, where it cannot be done from here, or not now; nothing is changed then.
        """
        self._runtime.must_be_free()
        command = self._command()
        loop = running_loop()
        if loop is None:  # below the event loop of a graphical toolkit
            raise SeednbError(f"this kernel runs no event loop that could restart it: {_FRONT_ENDS_OWN}")
        if queued(self._shell.kernel):
            raise NotNowError("not now: cells are waiting to run; when they have run, restart again")
        text = f"seednb: restarting in place …; if this line does not change within {WAIT} s, {_FRONT_ENDS_OWN}"
        display = f"seednb-restart-{self._runtime.epoch}"
        if tell is None:
            self._output.show(text, display_id=display)
        told = json.dumps(self._told(display, widgets), default=str)
        self._listeners.restarting()
        answer = tell or (lambda text: self._output.update(display, text))
        loop.call_later(DELAY, self._exec, command, told, answer, self._runtime.cells)
        return text

    def _told(self, display: str, widgets: Sequence[str]) -> dict[str, Any]:
        """Return what the new process is told: where to say that it is there, and what goes on."""
        parent = self._shell.parent_header
        seed, origin = _lasting(self._runtime)
        return {
            "display": display,
            "widgets": list(widgets),
            "parent": {"header": parent.get("header", {})} if isinstance(parent, dict) else {},
            "epoch": self._runtime.epoch,
            "seed": seed,
            "origin": origin,
            "mode": self._runtime.mode,
            STRICT: self._runtime.switches.strict_now,
            DISPLAY_IDS: self._runtime.switches.display_ids,
        }

    def _command(self) -> list[str]:
        """Return the command line that started this kernel, with our option in place of an earlier one."""
        application = kernel_application()
        if sys.platform == "emscripten":
            raise SeednbError(f"a kernel in the browser cannot restart itself: {_FRONT_ENDS_OWN}")
        if not sys.platform.startswith("linux") or not hasattr(os, "execve"):
            raise SeednbError(f"restarting in place works on Linux only: {_FRONT_ENDS_OWN}")
        if application is None or getattr(self._shell, "kernel", None) is None:
            raise SeednbError(f"this is no kernel of ipykernel's that can restart itself: {_FRONT_ENDS_OWN}")
        if getattr(getattr(self._shell.kernel, "debugger", None), "is_started", False):
            raise SeednbError(f"the debugger is attached: {_FRONT_ENDS_OWN}")
        if _AGAIN is None or not _AGAIN.is_file():
            raise SeednbError(f"seednb is not installed in this kernel's environment: {_FRONT_ENDS_OWN}")
        if not os.path.isfile(getattr(application, "abs_connection_file", "") or ""):
            raise SeednbError(f"the kernel's connection file is gone: {_FRONT_ENDS_OWN}")
        arguments = list(getattr(sys, "orig_argv", None) or _proc_arguments())
        return [sys.executable, *(word for word in arguments[1:] if not word.startswith(_OPTION)), f"{_OPTION}{_AGAIN}"]

    def _exec(self, command: list[str], told: str, tell: Callable[[str], None], cells: int) -> None:
        """Become a fresh process; where another cell has come between, or the system refuses, go on and say so."""
        if self._runtime.cells != cells or queued(self._shell.kernel):
            tell("seednb: not restarted: cells came in meanwhile; restart again")
            return
        plan = plan_environment()
        environment = {**plan.variables, LAUNCH: json.dumps({"restore": plan.restore}), RESTART: told}
        copies = _restore_streams()
        try:
            os.execve(sys.executable, command, environment)
        except OSError as error:
            _undo_streams(copies)
            tell(f"seednb: not restarted: {error.strerror}; {_FRONT_ENDS_OWN}")


def arrived(shell: Any, told: Optional[dict[str, Any]], epoch: str) -> None:
    """In the new process: say so in the cell that asked, a few times, since its listeners are still connecting."""
    if told is None or told["epoch"] == epoch:
        return
    strict = ", and strict" if told.get(STRICT) is True else ""
    text = f"seednb: restarted in place: a fresh runtime, with the hash seed in force{strict}; now run all cells"
    display = {"data": {"text/plain": text, "text/html": text}, "metadata": {}, "transient": {"display_id": told["display"]}}
    messages = [("update_display_data", display), *_to_widgets(told.get("widgets"), f"{text}; %seed panel there gives a new panel")]
    kernel = shell.kernel

    def tell() -> None:
        pause = threading.Event()
        for seconds in _TRIES:
            pause.wait(seconds)
            try:
                for kind, content in messages:
                    kernel.session.send(kernel.iopub_socket, kind, content, parent=told["parent"], ident=kind.encode())
            except Exception:  # the kernel is going down
                return

    threading.Thread(target=tell, name="seednb-restarted", daemon=True).start()


def _lasting(runtime: Runtime) -> tuple[Optional[int], str]:
    """Return the seed that goes on, and its origin: the last one if it was set between cells, which no cell repeats, else the first."""
    if runtime.reseeds and not runtime.reseeds[-1][0]:
        return runtime.seed, runtime.seed_origin
    return runtime.start_seed, runtime.origin


def _to_widgets(ids: object, text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what the old process's panel, which the front end still shows, is told: its text, and that its buttons do nothing now."""
    found = [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
    states: list[dict[str, Any]] = [{"value": text}, *({"disabled": True} for _ in found[1:])]
    return [
        ("comm_msg", {"comm_id": one, "data": {"method": "update", "state": state, "buffer_paths": []}})
        for one, state in zip(found, states)
    ]


def take_told() -> Optional[dict[str, Any]]:
    """Take what the old process has told out of the environment; None where there is nothing, or nothing that makes sense."""
    text = os.environ.pop(RESTART, "")
    try:
        told = json.loads(text) if 0 < len(text) < 100_000 else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("display", "epoch", "origin", "mode")):
        return None
    return told if isinstance(told.get("parent"), dict) else None


def queued(kernel: Any) -> bool:
    """Tell whether requests are waiting: in ipykernel's own queue, or on the sockets of either generation."""
    queue = getattr(kernel, "msg_queue", None)
    if queue is not None and queue.qsize():
        return True
    manager = getattr(getattr(kernel, "shell_channel_thread", None), "manager", None)
    pair = getattr(manager, "_shell_channel_to_main", None)
    stream = getattr(pair, "to_stream", None) if manager is not None else getattr(kernel, "shell_stream", None)
    if stream is None or stream.socket is None:
        return False
    waiting = bool(stream.socket.getsockopt(_EVENTS) & _POLL_IN)
    # Asking a socket of ZeroMQ for its events silences it until something new happens: the stream must look by itself.
    stream.io_loop.add_callback(lambda: stream._handle_events(stream.socket, 0))
    return waiting


def _proc_arguments() -> list[str]:
    with open("/proc/self/cmdline", "rb") as file:
        return [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]


def _restore_streams() -> list[tuple[int, int]]:
    """Give the process its own standard streams back, which ipykernel has replaced by pipes; return what undoes it."""
    copies = []
    for stream in (sys.stdout, sys.stderr):
        saved, number = getattr(stream, "_original_stdstream_copy", None), getattr(stream, "_original_stdstream_fd", None)
        if isinstance(saved, int) and isinstance(number, int):
            copies.append((os.dup(number), number))
            os.dup2(saved, number)
    return copies


def _undo_streams(copies: list[tuple[int, int]]) -> None:
    for copy, number in copies:
        os.dup2(copy, number)
        os.close(copy)
