"""Builds the JupyterLab extension into the wheel where npm is there, takes the built one along, or says loudly that there is none.

The kernel side and the command line need no Node, so a missing npm never stops an installation.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "@seednb/labextension"
BUILT = "seednb/labextension"
SKIP = "SKIP_JUPYTER_BUILDER"
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "src", "style", "schema")


class LabExtension(BuildHookInterface):
    """Adds the prebuilt extension to the data of a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is out of date, and name the files for share/jupyter."""
        root = Path(self.root)
        problem = self._build(root, editable=version == "editable")
        if not (root / BUILT / "package.json").is_file():
            self.app.display_warning(f"seednb: WITHOUT the JupyterLab extension: {problem}. The kernel side and the command line work.")
        elif self.target_name == "wheel":
            place = f"share/jupyter/labextensions/{NAME}"
            build_data.setdefault("shared_data", {}).update({BUILT: place, "labextension/install.json": f"{place}/install.json"})

    def _build(self, root: Path, *, editable: bool) -> str:
        """Build where that is possible and needed; return why it is not, empty where all is well."""
        source = root / "labextension"
        if os.environ.get(SKIP):
            return f"{SKIP} is set"
        if not (source / "src").is_dir() or is_fresh(root):
            return ""
        npm = shutil.which("npm")
        if npm is None:
            return "there is no npm on the PATH to build it with"
        try:
            if not is_newer(source / "node_modules" / ".package-lock.json", [source / "package-lock.json"]):
                subprocess.run([npm, "ci"], cwd=source, check=True)
            subprocess.run([npm, "run", "build"], cwd=source, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            if editable:
                return f"npm could not build it ({error})"
            raise RuntimeError(f"npm could not build the JupyterLab extension; {SKIP}=1 leaves it out: {error}") from error
        return ""


def is_fresh(root: Path) -> bool:
    """Tell whether the built extension is newer than everything that it is made from."""
    places = [root / "labextension" / name for name in SOURCES]
    return is_newer(root / BUILT / "package.json", [file for place in places for file in (place.rglob("*") if place.is_dir() else [place])])


def is_newer(made: Path, sources: list[Path]) -> bool:
    """Tell whether a file is there, and none of others is newer."""
    return made.is_file() and all(source.stat().st_mtime <= made.stat().st_mtime for source in sources if source.is_file())
