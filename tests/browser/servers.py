"""Real Jupyter servers, each with a home, settings and a root folder of its own, from an environment that has the built wheel."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

QUIET = ("--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
NEWS = "@jupyterlab/apputils-extension:notification"
EXPOSED = ("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True")
STARTED = re.compile(r"http://127\.0\.0\.1:(\d+)/")


class Server:
    """One `jupyter lab` process, which serves the pages of JupyterLab and of Notebook 7."""

    def __init__(self, python: str, folder: Path, *options: str) -> None:
        self.root, self._settings, self.token = folder / "root", folder / "settings", secrets.token_hex(8)
        self.root.mkdir(parents=True)
        self.set(NEWS, {"fetchNews": "false", "checkForUpdates": False})
        self._lines: list[str] = []
        self._started = threading.Event()
        arguments = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", *QUIET, *EXPOSED, *options]
        self._process = subprocess.Popen(
            [python, "-m", "jupyterlab", *arguments, f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}"],
            cwd=self.root,
            env=_variables(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._started.wait(90), f"the server did not start:\n{self.log}"
        found = next(match for line in self._lines if (match := STARTED.search(line)))
        self.url = f"http://127.0.0.1:{found[1]}"

    @property
    def log(self) -> str:
        """What the server has told so far."""
        return "".join(self._lines)

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._lines.append(line)
                if STARTED.search(line):
                    self._started.set()

    def write(self, name: str, content: dict[str, Any]) -> str:
        """Write a notebook as Jupyter does; return its name."""
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        (self.root / name).write_text(text, encoding="utf-8")
        return name

    def set(self, plugin: str, settings: dict[str, Any]) -> None:
        """Store settings of a plugin, for pages that are opened from now on."""
        package, name = plugin.split(":")
        path = self._settings / package / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
        self._reader.join(30)


def _variables(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEEDNB", "JUPYTER", "PYTHON", "IPYTHON"))}
    places = {
        "HOME": "home",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    folders = {name: folder / place for name, place in places.items()}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    return {**kept, **{name: str(path) for name, path in folders.items()}, "JUPYTER_PREFER_ENV_PATH": "1", "OMP_NUM_THREADS": "1"}
