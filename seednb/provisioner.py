"""The kernel provisioner: gives kernels that load seednb at their start the environment that must be set before Python starts."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from seednb.launch import LAUNCH, plan_environment
from seednb.settings import switched_off
from seednb.startup import PLACES, is_ours, place

NAME = "seednb-provisioner"


class SeednbProvisioner(LocalProvisioner):
    """Jupyter's local provisioner, with a plan. It is asked at every start and restart; without a plan it is the local one."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Put the plan into the kernel's environment; whatever goes wrong here must not keep a kernel from starting."""
        try:
            environ = dict(kwargs["env"] if kwargs.get("env") is not None else os.environ)
            if wants_plan(self.kernel_spec, environ, Path(kwargs.get("cwd") or Path.cwd())):
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
