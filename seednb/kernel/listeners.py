"""Who listens to this kernel: runners and front ends that have said hello. Nobody else is sent anything."""

from __future__ import annotations

import json
from typing import Any, Callable, Optional

from seednb.determinism import determinism
from seednb.runtime import Runtime
from seednb.wire import EVENT_TYPE, WIRE_VERSION, Answer, CellEvent, Hello, RestartEvent, StateEvent, WarningEvent

_MAX_SAID = 10_000
_MAX_CLIENT = 100
_KEPT_WARNINGS = 20
RUNNER, REPLAY = "runner", "replay"
"""The clients that send a plan in place of a hello."""
Event = Any
"""CellEvent, StateEvent, WarningEvent or RestartEvent."""


class Listeners:
    """Sends events to IOPub once somebody has said hello.

    A front end's tabs, and a runner, hear the same messages; who says hello again is not counted twice. Nothing tells when
    a listener goes away, and an event that nobody hears costs little.
    """

    def __init__(self, shell: Any, runtime: Runtime) -> None:
        self._shell = shell
        self._runtime = runtime
        self._clients: dict[str, Hello] = {}
        self._state: Optional[StateEvent] = None
        self.warned = 0
        self.warnings: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._clients)

    @property
    def badges(self) -> bool:
        """Tell whether a listener shows warnings itself."""
        return any(said["badges"] for said in self._clients.values())

    @property
    def records(self) -> bool:
        """Tell whether a listener writes the record into the notebook's metadata."""
        return any(said["records"] for said in self._clients.values())

    @property
    def variables(self) -> bool:
        """Tell whether a listener wants digests of variables."""
        return any(said["variables"] for said in self._clients.values())

    def hello(self, text: str, answer: Callable[[], Answer]) -> str:
        """Add a listener; return the answer as JSON, `{"error": …}` where it has not said hello as it should."""
        try:
            said = check_hello(text)
        except ValueError as error:
            return json.dumps({"version": WIRE_VERSION, "error": str(error)})
        self._clients[said["client"]] = said
        self._state = self._current_state()
        return json.dumps(answer())

    def add(self, client: str, *, variables: bool) -> None:
        """Add who has sent a plan: a runner that started this kernel, or a front end's replay. It shows warnings itself."""
        self._clients[client] = {"version": WIRE_VERSION, "client": client, "badges": True, "variables": variables, "records": False}

    def remove(self, client: str) -> None:
        """Forget who was added."""
        self._clients.pop(client, None)

    def cell(self, event: CellEvent) -> None:
        """A cell has ended."""
        self.changed()
        self._send(event)

    def changed(self) -> None:
        """Tell of the seed, mode or switches, if they are not what was told last."""
        if self._clients and RUNNER not in self._clients:
            state = self._current_state()
            if state != self._state:
                self._state = state
                self._send(state)

    def warning(self, key: str, kind: str, text: str, *, sources: list[str], names: list[str]) -> None:
        """A cell does not do what it does in a fresh runtime."""
        self.warned += 1
        self.warnings = [*self.warnings[-_KEPT_WARNINGS:], text]
        event: WarningEvent = {
            **self._head("warning"),  # type: ignore[typeddict-item]
            "key": key,
            "kind": kind,
            "text": text,
            "sources": sources,
            "names": names,
        }
        self._send(event)

    def restarting(self) -> None:
        """The kernel is about to restart in place."""
        event: RestartEvent = self._head("restart")  # type: ignore[assignment]
        self._send(event)

    def _head(self, event: str) -> dict[str, Any]:
        return {"event": event, "version": WIRE_VERSION, "epoch": self._runtime.epoch}

    def _current_state(self) -> StateEvent:
        runtime = self._runtime
        state: StateEvent = {
            **self._head("state"),  # type: ignore[typeddict-item]
            "seed": runtime.seed,
            "origin": runtime.seed_origin,
            "mode": runtime.mode,
            "strict": runtime.switches.strict_now,
            "display_ids": runtime.switches.display_ids,
            "determinism": determinism(runtime.switches),
        }
        return state

    def _send(self, event: Event) -> None:
        if not self._clients:
            return
        kernel = self._shell.kernel
        kernel.session.send(kernel.iopub_socket, EVENT_TYPE, event, parent=_parent(kernel), ident=kernel._topic(EVENT_TYPE))


def read_json(text: object, what: str, this: str) -> Any:
    """Return what a front end has sent as JSON; raise ValueError, in one line that names it, where it is none, or too long."""
    if not isinstance(text, str) or len(text) > _MAX_SAID:
        raise ValueError(f"{what} must be a JSON text of at most 10,000 characters")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{this} is not JSON") from None


def check_hello(text: object) -> Hello:
    """Return what a listener has said; raise ValueError, in one line, unless it is a hello of a version that we know of."""
    said = read_json(text, "hello", "hello")
    if not isinstance(said, dict) or type(said.get("version")) is not int or not isinstance(said.get("client"), str):
        raise ValueError('hello must be an object with an integer "version" and a text "client"')
    if said["version"] < 1 or not 0 < len(said["client"]) <= _MAX_CLIENT:
        raise ValueError('"version" begins with 1, and "client" has 1 to 100 characters')
    for name in ("badges", "variables", "records"):
        if not isinstance(said.get(name, False), bool):
            raise ValueError(f'"{name}" must be true or false')
    return {
        "version": said["version"],
        "client": said["client"],
        "badges": said.get("badges", False),
        "variables": said.get("variables", False),
        "records": said.get("records", False),
    }


def _parent(kernel: Any) -> Any:
    return kernel.get_parent("shell") if hasattr(kernel, "get_parent") else getattr(kernel, "_parent_header", {})
