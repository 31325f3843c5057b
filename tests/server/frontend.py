"""Plays the front end: it opens a notebook through the server, restarts its kernel, runs cells and saves, as JupyterLab does."""

from __future__ import annotations

import ast
import json
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from nbformat import from_dict
from nbformat.v4 import output_from_msg

from seednb.wire import WIRE_VERSION
from tests.server.servers import Answer, Server

API = "seednb/api/"
TIMEOUT = 120


class FrontEnd:
    """A front end with one notebook and one kernel."""

    def __init__(self, server: Server, path: str) -> None:
        self.server = server
        self.path = path
        self.nb: dict[str, Any] = {}
        self.kernel = ""
        self.language = "python"
        self._client: BlockingKernelClient | None = None
        self._shown: dict[str | None, list[tuple[str, dict[str, Any]]]] = {}
        self._updated: set[str] = set()

    # -- the notebook ----------------------------------------------------------------------------------

    def open(self, nb: dict[str, Any] | None = None, *, kernel: str = "python3") -> None:
        """Open the notebook with a kernel of its own; a new one is saved first."""
        if nb is not None:
            self.nb = nb
            self.save()
        self.nb = self.server.ask("GET", f"api/contents/{self.path}").json["content"]
        if not self.kernel:
            started = self.server.ask("POST", "api/kernels", {"name": kernel, "path": self.path})
            assert started.status == 201, started
            self.kernel = started.json["id"]

    def save(self) -> None:
        """Save the notebook."""
        saved = self.server.ask("PUT", f"api/contents/{self.path}", {"type": "notebook", "format": "json", "content": self.nb})
        assert saved.status < 300, saved

    def cell(self, name: str) -> dict[str, Any]:
        """Return a cell by its id."""
        found: dict[str, Any] = next(cell for cell in self.nb["cells"] if cell["id"] == name)
        return found

    def close(self) -> None:
        """Leave, and end the kernel."""
        self._disconnect()
        if self.kernel:
            self.server.ask("DELETE", f"api/kernels/{self.kernel}")

    # -- the kernel --------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Restart the kernel."""
        self._disconnect()
        self._shown, self._updated = {}, set()
        assert self.server.ask("POST", f"api/kernels/{self.kernel}/restart", {}).status == 200

    def silent(self, code: str, expressions: dict[str, str]) -> dict[str, Any]:
        """Send a silent request; return the content of its reply."""
        client = self._connected()
        sent = client.execute(code, silent=True, store_history=False, user_expressions=expressions, allow_stdin=False)
        return self._reply(client, sent)

    def send(self, name: str) -> str:
        """Send a cell of the notebook to the kernel, as the editor does; return the id of the request."""
        client = self._connected()
        content = {"code": self.cell(name)["source"], "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        request = client.session.msg("execute_request", {**content, "stop_on_error": True})
        request["metadata"]["cellId"] = name
        client.shell_channel.send(request)
        sent: str = request["header"]["msg_id"]
        return sent

    def execute(self, name: str) -> dict[str, Any]:
        """Run a cell; return what is told of it."""
        cell = self.cell(name)
        cell["outputs"] = outputs = []
        sent, client, told = self.send(name), self._connected(), None
        while True:
            message = client.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "seednb_event" and content.get("event", "cell") == "cell":
                told = content
            elif kind in ("stream", "display_data", "execute_result", "error"):
                outputs.append(dict(output_from_msg(message)))
                self._shown.setdefault(content.get("transient", {}).get("display_id"), []).append((name, outputs[-1]))
            elif kind == "update_display_data":
                for shown, output in self._shown.get(content["transient"]["display_id"], []):
                    output["data"], output["metadata"] = content["data"], content["metadata"]
                    self._updated.add(shown)
            elif kind == "status" and content["execution_state"] == "idle":
                break
        reply = self._reply(client, sent)
        cell["execution_count"] = reply.get("execution_count")
        error = f"{reply['ename']}: {reply['evalue']}" if reply["status"] == "error" else None
        return {"cell": name, "outputs": outputs, "execution_count": cell["execution_count"], "event": told, "error": error}

    # -- seednb ------------------------------------------------------------------------------------------

    def api(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask seednb's part of the server."""
        return self.server.ask(method, API + path, body)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask seednb's part of the server, and expect an answer."""
        answer = self.api(method, path, body)
        assert answer.status < 300, answer
        return answer.json if answer.text else None

    def plan(self, *, seed: int | None = None) -> dict[str, Any]:
        """Ask for a replay."""
        body = {
            "path": self.path,
            "kernel_id": self.kernel,
            "kernel_name": "",
            "language": self.language,
            "notebook": self.nb,
            "seed": seed,
        }
        found: dict[str, Any] = self.ask("POST", "replays", body)
        return found

    def attach(self, plan: dict[str, Any]) -> Any:
        """Send what attaches, until there is an answer, and pass it on."""
        request, told = plan["attach"], {}
        while "current" not in told:
            reply = request and self.silent(request["code"], request["expressions"])
            told = self.ask("POST", f"replays/{plan['id']}/attached", {"reply": reply})
            request = told.get("attach")
        return told

    def begin(self, *, seed: int | None = None) -> dict[str, Any]:
        """Plan, restart, attach, and say hello."""
        plan = self.plan(seed=seed)
        self.restart()
        self.attach(plan)
        if self.language == "python":
            self.hello()
        return plan

    def hello(self) -> dict[str, Any]:
        """Say hello to the kernel; return its answer."""
        said = json.dumps({"version": WIRE_VERSION, "client": "test", "badges": True, "records": True})
        told = self.silent("", {"hello": f"get_ipython()._seednb.hello({said!r})"})["user_expressions"]["hello"]
        answer: dict[str, Any] = json.loads(ast.literal_eval(told["data"]["text/plain"]))
        return answer

    def run(self, plan: dict[str, Any], name: str) -> dict[str, Any]:
        """Run a cell and have it compared."""
        told = self.execute(name)
        (compared,) = self.ask("POST", f"replays/{plan['id']}/cells", {"cells": [told]})["cells"]
        return {**compared, "error": told["error"]}

    def end(self, plan: dict[str, Any], *, stopped: str | None = None, alive: bool = True, cells: Any = ()) -> dict[str, Any]:
        """End a replay, and put into the notebook what it is to hold."""
        asked = plan["question"]["expressions"]
        reply = self.silent("", asked) if alive and asked else None
        updated = {name: self.cell(name)["outputs"] for name in self._updated}
        told = {"reply": reply, "stopped": stopped, "outputs": updated, "cells": list(cells)}
        end: dict[str, Any] = self.ask("POST", f"replays/{plan['id']}/end", told)
        if alive and plan["finish"]["expressions"]:
            self.silent("", plan["finish"]["expressions"])
        self.put(end["keep"])
        if end["record"] is not None:
            self.nb["metadata"]["seednb"] = end["record"]
        return end

    def replay(self, *, seed: int | None = None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Do all of it, up to the first cell that fails; return the end, and what was said of each cell."""
        plan = self.begin(seed=seed)
        said = []
        for name in plan["cells"]:
            said.append(self.run(plan, name))
            if said[-1]["error"] is not None and "raises-exception" not in self.cell(name)["metadata"].get("tags", []):
                break
        return self.end(plan), said

    def put(self, cells: dict[str, Any]) -> None:
        """Put what cells held back into them."""
        for name, held in cells.items():
            cell = self.cell(name)
            cell["outputs"], cell["execution_count"] = from_dict(held["outputs"]), held["execution_count"]
            cell["metadata"].pop("execution", None)
            if held["execution"] is not None:
                cell["metadata"]["execution"] = held["execution"]

    def _reply(self, client: BlockingKernelClient, request: str) -> dict[str, Any]:
        while True:
            reply = client.get_shell_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = reply["content"]
                return content

    def _connected(self) -> BlockingKernelClient:
        if self._client is None:
            self._client = self.server.connect(self.kernel)
        return self._client

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
