"""The kernel provisioner: gives kernels that load seednb at their start the environment that must be set before Python starts."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from seednb.launch import LAUNCH, plan_environment
from seednb.settings import switched_off
from seednb.startup import PLACES, is_ours, place

NAME = "seednb-provisioner"
PATIENCE = 60.0
Planner = Callable[[Mapping[str, str]], dict[str, str]]
"""Gives the environment to start a kernel with, from the one that it would have."""


class Announcement:
    """A start of a kernel that somebody waits for. used: it has come, and had the planned environment."""

    def __init__(self, planner: Planner, until: float) -> None:
        self.planner = planner
        self.until = until
        self.used = False


class Announcements:
    """What the next start of a kernel is to have in its environment: used once, forgotten after a minute."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, Announcement] = {}

    def announce(self, kernel: str, planner: Planner) -> Announcement:
        """Announce a start; it takes the place of an earlier announcement for this kernel."""
        self._waiting = {name: one for name, one in self._waiting.items() if one.until > self._clock()}
        self._waiting[kernel] = Announcement(planner, self._clock() + PATIENCE)
        return self._waiting[kernel]

    def withdraw(self, kernel: str, announcement: Announcement) -> None:
        """Take back an announcement, unless another has taken its place."""
        if self._waiting.get(kernel) is announcement:
            del self._waiting[kernel]

    def take(self, kernel: str) -> Announcement | None:
        """Return what was announced of a kernel that starts now."""
        found = self._waiting.pop(kernel, None)
        return found if found is not None and found.until > self._clock() else None


ANNOUNCED = Announcements()
"""Of this process: the server announces, and each kernel's provisioner, which Jupyter makes, looks here."""


class SeednbProvisioner(LocalProvisioner):
    """Jupyter's local provisioner, with a plan. It is asked at every start and restart; without a plan it is the local one."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Put the plan into the kernel's environment; whatever goes wrong here must not keep a kernel from starting."""
        try:
            environ = dict(kwargs["env"] if kwargs.get("env") is not None else os.environ)
            announced = ANNOUNCED.take(self.kernel_id)
            if announced is not None:
                kwargs["env"] = announced.planner(environ)
                announced.used = True
            elif wants_plan(self.kernel_spec, environ, Path(kwargs.get("cwd") or Path.cwd())):
                kwargs["env"] = planned(environ)
        except Exception as error:
            self.log.warning("seednb: the kernel starts without its plan: %s: %s", type(error).__name__, error)
        result: dict[str, Any] = await super().pre_launch(**kwargs)
        return result


def planned(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with the plan in it, and with what the kernel puts back once it runs."""
    plan = plan_environment(environ)
    return {**plan.variables, LAUNCH: json.dumps({"restore": plan.restore})}


def wants_plan(kernel_spec: Any, environ: Mapping[str, str], folder: Path) -> bool:
    """Tell whether a kernel is one of Python's that loads seednb at its start, and is not switched off."""
    if str(kernel_spec.language).lower() != "python" or not kernel_spec.argv:
        return False
    environ = {**environ, **kernel_spec.env}
    return not switched_off(folder, environ) and loads_seednb(kernel_spec.argv[0], environ)


def loads_seednb(python: str, environ: Mapping[str, str]) -> bool:
    """Tell whether the kernels of an interpreter run a start-up file of ours."""
    prefix = prefix_of(python, environ)
    return any(is_ours(place(name, prefix=prefix, environ=environ).startup) for name in PLACES)


def prefix_of(python: str, environ: Mapping[str, str]) -> Path:
    """Return the prefix of an interpreter; `python` without a folder is this one, as jupyter_client has it."""
    if os.path.dirname(python) == "" and python.startswith("python"):
        return Path(sys.prefix)
    found = python if os.path.dirname(python) else shutil.which(python, path=environ.get("PATH")) or python
    return Path(os.path.abspath(found)).parent.parent
