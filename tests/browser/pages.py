"""One notebook in one tab: what a user does in it, and what the tests read of it."""

from __future__ import annotations

import json
from typing import Any

from tests.browser.servers import Server

APPS = {"lab": "/lab/workspaces/{workspace}/tree/{name}", "notebook": "/notebooks/{name}"}
SECONDS = 1000

READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget, kernel = panel?.sessionContext?.session?.kernel;
  return Boolean(panel?.context?.isReady && kernel?.status === 'idle' && kernel.connectionStatus === 'connected');
}"""
RUN = """async index => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  await jupyterapp.commands.execute('notebook:run-cell');
}"""
ASK = """async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const content = { code: '', silent: true, store_history: false, user_expressions: { value: code } };
  return (await kernel.requestExecute(content).done).content.user_expressions.value.data['text/plain'];
}"""
OUTPUTS = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()"

LABS_OWN = (
    "TypeError: Cannot read properties of undefined (reading 'widget')\n    at isReady",
    "ms to activate.",
    "Canceled future for kernel_info_request message before replies were done",
)
"""JupyterLab 4.0's debugger complains of each restart of a kernel, whoever asks for it; on a busy machine all plugins are slow; and nobody
catches it when a kernel dies before it has answered JupyterLab's first question (`_updateConnectionStatus` in @jupyterlab/services)."""


class Page:
    """A tab with a notebook, in JupyterLab or in Notebook 7."""

    def __init__(self, server: Server, tab: Any, app: str, name: str) -> None:
        self.server, self.tab, self.app, self.name = server, tab, app, name
        self.path = server.root / name
        self.complaints: list[str] = []
        tab.on("console", self._heard)
        tab.on("pageerror", lambda error: self._complain(f"{error} {error.stack}"))
        self.open()

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"} and "to activate" not in message.text:  # a machine with much to do is no fault
            self._complain(f"{message.text} {message.location.get('url', '')}")

    def _complain(self, text: str) -> None:
        if not any(known in text for known in LABS_OWN) and "seednb" in text.lower().replace(self.name, ""):
            self.complaints.append(text)

    def open(self) -> None:
        """Load the page; wait until the notebook has its kernel."""
        place = APPS[self.app].format(name=self.name, workspace=self.name.split(".")[0])
        self.tab.goto(f"{self.server.url}{place}?token={self.server.token}")
        self.ready()

    def ready(self) -> None:
        """Wait until the kernel is there and does nothing."""
        self.tab.wait_for_function(READY, timeout=60 * SECONDS)

    # -- what a user does

    def run(self, index: int) -> None:
        """Run one cell, to its end."""
        self.tab.evaluate(RUN, index)

    def run_all(self) -> None:
        """Run all cells, to their end."""
        self.command("notebook:run-all-cells")

    def command(self, name: str, **arguments: Any) -> Any:
        """Execute a command and wait for its end."""
        return self.tab.evaluate("([name, given]) => jupyterapp.commands.execute(name, given).then(() => null)", [name, arguments])

    def start(self, name: str, **arguments: Any) -> None:
        """Execute a command and do not wait for its end."""
        self.tab.evaluate("([name, given]) => { void jupyterapp.commands.execute(name, given) }", [name, arguments])

    def save(self) -> None:
        """Save the notebook."""
        self.tab.evaluate("() => jupyterapp.shell.currentWidget.context.save()")

    def accept(self) -> None:
        """Press the accepting button of Jupyter's dialog."""
        self.tab.locator(".jp-Dialog .jp-mod-accept").click()

    def dismiss(self) -> None:
        """Press the accepting button of each dialog of Jupyter's that is open."""
        while self.tab.locator(".jp-Dialog").count():
            self.accept()

    def edit(self, index: int, source: str) -> None:
        """Give a cell another source."""
        self.tab.evaluate(
            "([index, source]) => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(source)",
            [index, source],
        )

    def delete(self, index: int) -> None:
        """Delete a cell."""
        self.tab.evaluate("index => jupyterapp.shell.currentWidget.model.sharedModel.deleteCell(index)", index)

    def type_seed(self, seed: str) -> None:
        """Set a seed in the popover, and close it."""
        self.type_into_seed(seed)
        self.tab.keyboard.press("Enter")
        self.tab.keyboard.press("Escape")

    def type_into_seed(self, text: str) -> None:
        """Type over what stands in the popover's field; key by key, for in Firefox React does not hear of what `fill` sets."""
        field = self.popover().locator('[data-seednb="seed"]')
        field.select_text()
        field.press_sequentially(text)

    def replay(self) -> None:
        """Restart and replay without being asked to confirm."""
        self.start("seednb:restart-and-replay", confirm=False)

    # -- what the extension shows

    @property
    def pill(self) -> Any:
        """The seed's button in the toolbar."""
        return self.tab.locator("button.seednb-pill:visible")

    def state(self, *states: str, seconds: float = 60) -> str:
        """Wait until the pill has one of these states; return its text."""
        wanted = ", ".join(f'button.seednb-pill[data-state="{state}"]:visible' for state in states)
        self.tab.locator(wanted).wait_for(timeout=seconds * SECONDS)
        return str(self.pill.inner_text()).replace("\n", " ")

    def popover(self) -> Any:
        """Open the popover, if it is not open; return it."""
        found = self.tab.locator(".seednb-popover[role=dialog]")
        if not found.is_visible():
            self.pill.click()
            found.wait_for()
        return found

    def press(self, name: str) -> None:
        """Press a button of the popover."""
        self.popover().locator(f'[data-seednb="{name}"]').click()

    def cell(self, index: int) -> Any:
        """The node of a cell."""
        return self.tab.locator(".jp-Notebook .jp-Cell").nth(index)

    def badge(self, index: int) -> Any:
        """The badge of a cell."""
        return self.cell(index).locator(".seednb-badge")

    def verdict(self, index: int, verdict: str) -> Any:
        """The mark of a replayed cell, once it has this verdict."""
        found = self.cell(index).locator(f'.seednb-verdict[data-verdict="{verdict}"]')
        found.wait_for()
        return found

    def why(self, index: int) -> str:
        """Return what a cell that differs says of it."""
        return str(self.cell(index).locator(".seednb-why span").inner_text())

    # -- what the notebook and its kernel hold

    def process(self) -> str:
        """Return the process id of the kernel."""
        self.ready()
        return self.ask("__import__('os').getpid()")

    def ask(self, expression: str) -> str:
        """Return what an expression gives in the kernel, without running a cell."""
        return str(self.tab.evaluate(ASK, expression))

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return the outputs of a cell."""
        found: list[dict[str, Any]] = self.tab.evaluate(OUTPUTS, index)
        return found

    def text(self, index: int) -> str:
        """Return the text of a cell's streams and results."""
        parts = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in self.outputs(index)]
        return "".join("".join(part) for part in parts)

    def text_becomes(self, index: int, wanted: str) -> None:
        """Wait until a cell shows this text."""
        self.tab.wait_for_function(
            "([index, wanted]) => jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()"
            ".map(output => [output.text ?? output.data?.['text/plain'] ?? ''].flat().join('')).join('') === wanted",
            arg=[index, wanted],
        )

    def is_dirty(self) -> bool:
        """Tell whether the notebook has changes that are not saved."""
        return bool(self.tab.evaluate("() => jupyterapp.shell.currentWidget.model.dirty"))

    def record(self) -> dict[str, Any] | None:
        """Return the record in the open notebook's metadata."""
        found: dict[str, Any] | None = self.tab.evaluate("() => jupyterapp.shell.currentWidget.model.getMetadata('seednb') ?? null")
        return found

    def recorded(self, **wanted: Any) -> dict[str, Any]:
        """Wait until the record has these values, and a line with digests of outputs for each code cell that has run; return it."""
        self.tab.wait_for_function(
            """wanted => {
              const panel = jupyterapp.shell.currentWidget, record = panel.model.getMetadata('seednb');
              const ran = panel.content.widgets.filter(cell => cell.model.executionCount !== null && cell.model.type === 'code');
              return record && Object.entries(wanted).every(([name, value]) => record[name] === value)
                && ran.every(cell => / o=/.test(record.cells?.[cell.model.id] ?? ''));
            }""",
            arg=wanted,
        )
        found = self.record()
        assert found is not None
        return found

    def line_becomes(self, index: int, line: str, *, other: bool = False) -> None:
        """Wait until the record's line of a cell is this one, or another one."""
        self.tab.wait_for_function(
            """([index, line, other]) => {
              const panel = jupyterapp.shell.currentWidget, cell = panel.content.widgets[index].model.id;
              return (panel.model.getMetadata('seednb').cells[cell] === line) !== other;
            }""",
            arg=[index, line, other],
        )

    def file(self) -> dict[str, Any]:
        """Return the saved notebook."""
        content: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return content

    def saved(self) -> str:
        """Return the file's text: equal texts are equal bytes, and others show where they differ."""
        return self.path.read_text(encoding="utf-8")
