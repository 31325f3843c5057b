"""Where `seednb enable` puts things: the kernels' start-up file and the Jupyter Server's configuration, in three places."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import seednb
from seednb._files import holds, write_setting
from seednb.errors import SettingsError

ENVIRONMENT, USER, SYSTEM = "environment", "user", "system"
PLACES = (ENVIRONMENT, USER, SYSTEM)
NAME = "10-seednb.py"
MARK = "# Written by `seednb enable`; `seednb disable` removes it."
SERVER_CONFIG = "seednb-kernels.json"
"""Apart from `seednb.json`, which the package itself brings, so that `disable` leaves a server what the front end needs."""
_CONFIG = {"ServerApp": {"jpserver_extensions": {"seednb.server": True}}}
PACKAGE = Path(seednb.__file__).resolve().parent

_TEXT = '''{mark}
"""Loads seednb into kernels before the first cell: from its installed place, never from the notebook's folder. Whatever fails is silent."""


def _seednb_start():
    import sys

    path, modules = sys.path, set(sys.modules)
    try:
        import os

        shell = get_ipython()
        if getattr(shell, "kernel", None) is None or os.environ.get("SEEDNB", "").strip().lower() in ("off", "0", "false", "no"):
            return
        here = os.path.realpath(os.getcwd())
        sys.path = [entry for entry in path if entry not in ("", ".") and os.path.realpath(entry) != here]
        if "seednb" not in modules:
            import importlib.util
            import sysconfig

            places = [{package!r}] if os.path.realpath(sys.prefix) == {prefix!r} else []
            places += [os.path.join(sysconfig.get_paths()[name], "seednb") for name in ("purelib", "platlib")]
            if "site" in sys.modules and getattr(sys.modules["site"], "ENABLE_USER_SITE", False):
                places.append(os.path.join(sys.modules["site"].getusersitepackages(), "seednb"))
            found = [place for place in places if os.path.isfile(os.path.join(place, "kernel", "start.py"))]
            if not found:
                return
            spec = importlib.util.spec_from_file_location(
                "seednb", os.path.join(found[0], "__init__.py"), submodule_search_locations=[found[0]]
            )
            sys.modules["seednb"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules["seednb"])
        import seednb.kernel.start

        seednb.kernel.start.start(shell)
    except BaseException:  # SystemExit too: it would end the kernel
        for name in [name for name in sys.modules if name.partition(".")[0] == "seednb" and name not in modules]:
            del sys.modules[name]
    finally:
        sys.path = path


_seednb_start()
del _seednb_start
'''


class Place(NamedTuple):
    """One of the three places: IPython's start-up file there, the Jupyter Server's configuration file, and the folder of Jupyter's data."""

    name: str
    startup: Path
    server: Path
    data: Path


def place(name: str, *, prefix: Path | None = None, environ: Mapping[str, str] | None = None) -> Place:
    """Return a place by its name, for an environment with this prefix."""
    environ = os.environ if environ is None else environ
    if name == USER:
        home = Path(environ.get("HOME") or Path.home())
        profile = Path(environ.get("IPYTHONDIR") or home / ".ipython") / "profile_default"
        configuration = Path(environ.get("JUPYTER_CONFIG_DIR") or home / ".jupyter")
        return Place(name, profile / "startup" / NAME, _server(configuration), _user_data(environ, home))
    root = Path("/usr/local") if name == SYSTEM else prefix or Path(sys.prefix)
    return Place(name, root / "etc" / "ipython" / "startup" / NAME, _server(root / "etc" / "jupyter"), root / "share" / "jupyter")


def text() -> str:
    """Return the start-up file for this environment."""
    return _TEXT.format(mark=MARK, package=str(PACKAGE), prefix=os.path.realpath(sys.prefix))


def enable(where: Place) -> list[Path]:
    """Write what makes kernels load seednb at their start; return the files that were written or changed.

    Raises SettingsError, in one line, where a file is not ours or cannot be written; what had been written stays whole.
    """
    files = {where.startup: text().encode(), where.server: (json.dumps(_CONFIG, indent=1) + "\n").encode()}
    for path in files:
        _must_be_ours(path)
    written = []
    for path, data in files.items():
        if not holds(path, data):
            write_setting(path, data, _remedy(where, "enable"))
            written.append(path)
    return written


def disable(where: Place) -> list[Path]:
    """Remove what `enable` has written there; return the files that were removed. Raises SettingsError where one cannot be."""
    removed = []
    for path in (where.startup, where.server):
        if is_ours(path):
            try:
                path.unlink()
            except OSError as error:
                raise SettingsError(f"{path} cannot be removed: {error.strerror}; {_remedy(where, 'disable')}") from None
            removed.append(path)
    return removed


def is_ours(path: Path) -> bool:
    """Tell whether a file is there and was written by `enable`, of whatever version."""
    try:
        found = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    if path.name == NAME:
        return found.startswith(MARK)
    try:
        return bool(json.loads(found) == _CONFIG)
    except (ValueError, RecursionError):
        return False


def is_current(where: Place) -> bool:
    """Tell whether the start-up file there is the one that this version would write."""
    return holds(where.startup, text().encode())


def _user_data(environ: Mapping[str, str], home: Path) -> Path:
    if environ.get("JUPYTER_DATA_DIR"):
        return Path(environ["JUPYTER_DATA_DIR"])
    return home / "Library" / "Jupyter" if sys.platform == "darwin" else home / ".local" / "share" / "jupyter"


def _server(configuration: Path) -> Path:
    return configuration / "jupyter_server_config.d" / SERVER_CONFIG


def _must_be_ours(path: Path) -> None:
    if path.exists() and not is_ours(path):
        raise SettingsError(f"{path} is there and was not written by seednb: move it away, then enable again")


def _remedy(where: Place, verb: str) -> str:
    return "free some room, or ask who owns the folder" if where.name == USER else f"try: sudo seednb {verb}, or: seednb {verb} --user"
