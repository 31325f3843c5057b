"""Which front end shows this kernel's notebook, what it calls restart-and-run-all, and where the notebook's file is."""

from __future__ import annotations

import os
import sys
from typing import Any, NamedTuple

_VSCODE = "__vsc_ipynb_file__"
"""The variable in which VS Code tells the kernel the notebook's file, after the start-up hook has run."""


class FrontEnd(NamedTuple):
    """A front end: its name, and how one restarts and runs all there, as it reads in its menus."""

    name: str
    run_again: str


COLAB = FrontEnd("Colab", "Runtime > Restart session, then Runtime > Run all")
JUPYTER = FrontEnd("Jupyter", "Kernel > Restart Kernel and Run All Cells…")
VSCODE = FrontEnd("VS Code", "the command “Jupyter: Restart Kernel and Run All Cells”, or Restart and then Run All above the notebook")
OTHER = FrontEnd("this front end", "restart the kernel, then run all cells")


def front_end(shell: Any) -> FrontEnd:
    """Return the front end of a shell's kernel, as far as the kernel can tell."""
    if "google.colab" in sys.modules:
        return COLAB
    if isinstance(shell.user_ns.get(_VSCODE), str):
        return VSCODE
    if os.environ.get("JPY_SESSION_NAME") or sys.platform == "emscripten":
        return JUPYTER
    return OTHER


def notebook_path(shell: Any, uri_path: str = "") -> str:
    """Return the absolute path of the notebook's file as its front end tells it, or nothing. uri_path: from the URI of a cell."""
    for path in (os.environ.get("JPY_SESSION_NAME"), shell.user_ns.get(_VSCODE), uri_path):
        if isinstance(path, str) and os.path.isabs(path) and path.endswith(".ipynb"):
            return path
    return ""


def kernel_application() -> Any:
    """Return the application of ipykernel's that this process is, or None."""
    kind = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)
    return kind.instance() if kind is not None and kind.initialized() else None


def connection_file(shell: Any) -> str:
    """Return the path of the connection file of a shell's kernel, which a restart keeps; nothing where there is none."""
    if getattr(shell, "kernel", None) is None:
        return ""
    path = getattr(kernel_application(), "abs_connection_file", "")
    return path if isinstance(path, str) and os.path.isabs(path) else ""


def own_notebook(shell: Any) -> str:
    """Return the notebook's file where a restart does not keep the connection file: VS Code starts each kernel with a new one."""
    path = shell.user_ns.get(_VSCODE)
    return path if isinstance(path, str) and os.path.isabs(path) else ""
