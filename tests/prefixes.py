"""Environments that tests enable seednb in: made for one test, with everything that this one has installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from seednb import __version__
from tests.conftest import REPOSITORY, environment

ENTRY_POINTS = "[jupyter_client.kernel_provisioners]\nseednb-provisioner = seednb.provisioner:SeednbProvisioner\n"


class Prefix:
    """A virtual environment, a home and a folder of notebooks, all in one test's folder."""

    def __init__(self, folder: Path) -> None:
        self.root, self.home, self.work = folder / "prefix", folder / "home", folder / "work"
        for path in (self.home, self.work):
            path.mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.root)], check=True)
        self.python = str(self.root / ("Scripts" if os.name == "nt" else "bin") / "python")
        asked = self.call("-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])")
        self.packages = Path(asked.stdout.strip())
        (self.packages / "shared.pth").write_text(f"{REPOSITORY}\n{sysconfig.get_paths()['purelib']}\n")
        metadata = self.packages / f"seednb-{__version__}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: seednb\nVersion: {__version__}\n")
        (metadata / "entry_points.txt").write_text(ENTRY_POINTS)

    @classmethod
    def enabled(cls, folder: Path) -> Prefix:
        """Return an environment in which seednb is enabled."""
        made = cls(folder)
        done = made.seednb("enable")
        assert done.returncode == 0, done.stderr
        return made

    def variables(self, **extra: str) -> dict[str, str]:
        """Return an environment in which nothing of this machine's user is seen."""
        foreign = ("PYTHONPATH", "IPYTHONDIR", "JUPYTER_", "COVERAGE")
        kept = {name: value for name, value in environment().items() if not name.startswith(foreign)}
        return {**kept, "HOME": str(self.home), "JUPYTER_PLATFORM_DIRS": "0", **extra}

    def call(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python in the folder of notebooks."""
        return subprocess.run(
            [self.python, *arguments], cwd=self.work, env=self.variables(**extra), capture_output=True, text=True, timeout=120
        )

    def seednb(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run the command line."""
        return self.call("-m", "seednb", *arguments, **extra)
