"""A panel in a real kernel, clicked as a front end does it: by messages to its widgets."""

from __future__ import annotations

import functools
import subprocess
import time
from typing import Any

from tests.kernel.conftest import PYTHON, TIMEOUT, Kernel

FORM = "get_ipython()._seednb.desk.panel._form"
MODES = ["stream", "per-cell"]


@functools.cache
def lacks(module: str) -> str:
    """Return why the tests' kernels cannot use a module, or nothing."""
    found = subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True)
    return "" if found.returncode == 0 else f"the environment of the tests' kernels has no {module}"


class Panel:
    """The panel that a kernel shows."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.result = kernel.run("%seed panel", cell="panel")

    def id(self, widget: str) -> str:
        """Return the id of one of its widgets."""
        return str(self.kernel.value(f"{FORM}.{widget}.model_id"))

    def text(self, widget: str) -> str:
        """Return what a widget shows."""
        return str(self.kernel.value(f"{FORM}.{widget}.value"))

    def click(self, button: str) -> str:
        """Click a button; return the message after it."""
        self.kernel.to_widget(self.id(f"buttons[{button!r}]"), {"method": "custom", "content": {"event": "click"}})
        return self.text("message")

    def move(self, widget: str, **state: Any) -> str:
        """Set a widget, as its user does; return the message after it."""
        self.kernel.to_widget(self.id(widget), {"method": "update", "state": state, "buffer_paths": []})
        return self.text("message")

    def wait(self, widget: str, text: str) -> str:
        """Ask until a widget shows a text; return all that it shows."""
        begun = time.monotonic()
        while text not in (shown := self.text(widget)):
            assert time.monotonic() < begun + TIMEOUT, f"{text!r} is not in {shown!r}"
        return shown
