"""`seednb doctor`: what is in force in each front end, seen live where that can be done, and the exact way to mend what is not."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from seednb import __version__, startup
from seednb.errors import SettingsError
from seednb.irkernel import specs
from seednb.provisioner import NAME
from seednb.server import LOCAL
from seednb.settings import is_off, switched_off

WELL, NOTE, WRONG = "well", "note", "wrong"
TIMEOUT = 60.0
OLDEST: dict[str, tuple[int, ...]] = {
    "ipython": (7, 34),
    "ipykernel": (6, 17),
    "ipywidgets": (7, 7),
    "jupyter_client": (7, 4),
    "jupyter_server": (2, 4),
    "jupyterlab": (4,),
    "notebook": (7,),
}
_QUESTION = (
    "__import__('json').dumps([hasattr(get_ipython(), '_seednb'), get_ipython()._seednb.off if hasattr(get_ipython(), '_seednb') else '', "
    "bytes((__import__('ctypes').c_ubyte * 24).in_dll(__import__('ctypes').pythonapi, '_Py_HashSecret')) == bytes(24)])"
)
_SELECTS = re.compile(r"^[^#\n]*default_provisioner_name", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what it is, how it stands, and what to do about it."""

    what: str
    state: str
    text: str
    fix: str = ""


@dataclass
class Examination:
    """All findings: about this environment, and for each front end."""

    environment: list[Finding] = field(default_factory=list)
    front_ends: list[Finding] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Tell whether nothing that was enabled is out of force, and nothing is broken."""
        return all(finding.state != WRONG for finding in (*self.environment, *self.front_ends))

    def to_json(self) -> dict[str, Any]:
        """Return the findings as JSON."""
        groups = {"environment": self.environment, "front_ends": self.front_ends}
        return {"well": self.well, **{name: [vars(finding) for finding in found] for name, found in groups.items()}}


@dataclass(frozen=True)
class _Kernel:
    """What a kernel that was started has answered: whether seednb is loaded, why it is off, and whether the hash seed is 0."""

    loaded: bool = False
    off: str = ""
    hash_seed: bool = False
    error: str = ""
    seconds: float = 0.0


def examine(folder: Path) -> Examination:
    """Look at this environment as a kernel would find it whose working directory is `folder`; start two kernels to see."""
    found = Examination()
    found.environment = [_installed(), *_versions(), *_places(), *_r_kernels(), *_provisioner(), _opted_out(folder), *_shadows(folder)]
    enabled = [name for name in startup.PLACES if startup.is_ours(startup.place(name).startup)]
    plain, planned = _ask(folder, provisioner=LOCAL), _ask(folder, provisioner=NAME)
    found.front_ends = [
        _judged("JupyterLab, Notebook (Jupyter Server)", planned, enabled, server=True),
        _judged("VS Code", plain, enabled),
        _judged("nbclient, papermill, nbconvert", plain, enabled, variable=True),
        Finding("Colab", NOTE, "nothing can be enabled from here", "in the first cell: %load_ext seednb"),
        Finding("terminal IPython", NOTE, "left alone by the start-up file", "%load_ext seednb"),
    ]
    return found


def _installed() -> Finding:
    missing = [name for name in ("kernel/start.py", "again.py", "runtime.py", "sources/held.py") if not (startup.PACKAGE / name).is_file()]
    text = f"{__version__} in {startup.PACKAGE}, Python {sys.version.split()[0]} of {sys.prefix}"
    if missing:
        return Finding("seednb", WRONG, f"{text}: {', '.join(missing)} missing", "pip install --force-reinstall seednb")
    try:
        if version("seednb") != __version__:
            return Finding("seednb", WRONG, f"{text}, but its metadata is of {version('seednb')}", "pip install --force-reinstall seednb")
    except PackageNotFoundError:
        return Finding("seednb", NOTE, f"{text}, without metadata: the provisioner cannot be found", "pip install seednb")
    return Finding("seednb", WELL, text)


def _versions() -> list[Finding]:
    findings = []
    for name, oldest in sorted(OLDEST.items()):
        with suppress(PackageNotFoundError):
            found = version(name)
            numbers = tuple(int(word) for word in found.split(".")[: len(oldest)] if word.isdigit())
            if numbers < oldest:
                wanted = ".".join(map(str, oldest))
                findings.append(Finding(name, WRONG, f"{found} is older than {wanted}", f'pip install "{name}>={wanted}"'))
    return findings


def _places() -> list[Finding]:
    findings = []
    for name in startup.PLACES:
        place = startup.place(name)
        option = "" if name == startup.ENVIRONMENT else f" --{name}"
        if not place.startup.exists() and not place.server.exists():
            findings.append(Finding(f"enabled ({name})", NOTE, "no", f"seednb enable{option}"))
        elif place.startup.exists() and not startup.is_ours(place.startup):
            findings.append(Finding(f"enabled ({name})", NOTE, f"{place.startup} is somebody else's", "move it away"))
        elif not startup.is_current(place):
            findings.append(Finding(f"enabled ({name})", WRONG, f"{place.startup} is gone or not this version's", f"seednb enable{option}"))
        elif not startup.is_ours(place.server):
            findings.append(Finding(f"enabled ({name})", WRONG, f"{place.server} is gone or changed", f"seednb enable{option}"))
        else:
            findings.append(Finding(f"enabled ({name})", WELL, f"{place.startup}"))
    return findings


def _r_kernels() -> list[Finding]:
    texts = {
        "on": (WELL, "enabled", ""),
        "off": (NOTE, "not enabled", "seednb enable --r"),
        "stale": (WRONG, "its profile is gone or not this installation's", "seednb enable --r"),
    }
    states = ((name, *texts[specs.state(folder)], folder) for name, folder in specs.found().items())
    return [Finding(f"R kernel {name}", state, f"{text}: {folder}", fix) for name, state, text, fix, folder in states]


def _provisioner() -> list[Finding]:
    from jupyter_core.paths import jupyter_config_path

    name = os.environ.get("JUPYTER_DEFAULT_PROVISIONER_NAME", "")
    if name and name not in {LOCAL, NAME}:
        return [Finding("provisioner", NOTE, f"JUPYTER_DEFAULT_PROVISIONER_NAME={name}: it stays, without a hash seed", "unset it")]
    for folder in map(Path, jupyter_config_path()):
        for path in (*sorted(folder.glob("jupyter*_config.*")), *sorted((folder / "jupyter_server_config.d").glob("*.json"))):
            with suppress(OSError, UnicodeDecodeError):
                if _SELECTS.search(path.read_text(encoding="utf-8")):
                    return [Finding("provisioner", NOTE, f"{path} selects one: it stays", "take default_provisioner_name out of it")]
    return []


def _opted_out(folder: Path) -> Finding:
    try:
        reason = switched_off(folder)
    except SettingsError as error:
        return Finding("opt-outs", WRONG, str(error), "mend that file")
    return Finding("opt-outs", NOTE, reason, "take that away to use seednb here") if reason else Finding("opt-outs", WELL, "none here")


def _shadows(folder: Path) -> list[Finding]:
    names = [name for name in ("seednb.py", "seednb") if (folder / name).exists() and (folder / name).resolve() != startup.PACKAGE]
    return [Finding("shadows", NOTE, f"{folder / name} hides seednb from `import seednb` in this folder", "rename it") for name in names]


def _judged(front_end: str, kernel: _Kernel, enabled: list[str], *, server: bool = False, variable: bool = False) -> Finding:
    if kernel.error:
        return Finding(front_end, WRONG, f"a kernel does not start: {kernel.error}", "pip install ipykernel")
    seen = f"a kernel answered in {kernel.seconds:.1f} s"
    if not enabled:
        return Finding(front_end, NOTE, "seednb is loaded by %load_ext seednb only", "seednb enable")
    if kernel.off or is_off():
        return Finding(front_end, NOTE, f"{seen}: {kernel.off or 'switched off by SEEDNB=off'}")
    if not kernel.loaded:
        return Finding(front_end, WRONG, f"{seen}, and seednb is not loaded at its start", "seednb disable, then seednb enable")
    if kernel.hash_seed:
        return Finding(front_end, WELL, f"{seen}: loaded before the first cell, hash seed in force")
    text = f"{seen}: loaded before the first cell; the hash seed is not in force"
    if server:
        return Finding(front_end, WRONG, text, "pip install --force-reinstall seednb, then restart the server")
    return Finding(front_end, NOTE, text, f"JUPYTER_DEFAULT_PROVISIONER_NAME={NAME}" if variable else "%seed restart")


def _ask(folder: Path, *, provisioner: str) -> _Kernel:
    """Start this environment's kernel as a front end does, with this provisioner if it can be found, and ask it."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import KernelManager

    begun = time.monotonic()
    manager = KernelManager()
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=argv, display_name="doctor", language="python")
    client: Any = None
    try:
        with _default_provisioner(provisioner), open(os.devnull, "w") as nothing:
            manager.start_kernel(cwd=str(folder), stdout=nothing, stderr=nothing)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        reply = client.execute_interactive("", silent=True, user_expressions={"v": _QUESTION}, timeout=TIMEOUT, output_hook=lambda _: None)
        loaded, off, hash_seed = json.loads(ast.literal_eval(reply["content"]["user_expressions"]["v"]["data"]["text/plain"]))
        return _Kernel(loaded, off, hash_seed, seconds=time.monotonic() - begun)
    except Exception as error:  # whatever keeps a kernel from answering is the finding
        return _Kernel(error=f"{type(error).__name__}: {error}".split("\n")[0])
    finally:
        if client is not None:
            client.stop_channels()
        with suppress(Exception):
            manager.shutdown_kernel(now=True)


@contextmanager
def _default_provisioner(name: str) -> Iterator[None]:
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    if factory._check_availability(name):
        factory.default_provisioner_name = name
    try:
        yield
    finally:
        factory.default_provisioner_name = before
