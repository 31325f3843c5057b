"""`seednb enable --r`: R's kernelspecs get a profile that sources the user's own and then seeds, before the first cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seednb._files import holds, write_setting
from seednb.errors import SettingsError
from seednb.irkernel import ENVIRONMENT, FOLDER, LANGUAGE

PROFILE = "seednb-profile.R"
VARIABLE, ORIGINAL = "R_PROFILE_USER", "SEEDNB_R_PROFILE_USER"
COPY = "seednb-copy"
_REMEDY = "ask who owns the folder"
_HERE = "${R_PROFILE_USER}"
"""Jupyter puts the value of its own environment in place of this; other front ends may leave it as it is."""

_TEXT = """# Written by `seednb enable --r`; `seednb disable` removes it.
# R runs this in place of the user's profile: the user's own comes first, as without us. Whatever of seednb fails is silent.
local({{
  original <- Sys.getenv({original})
  given <- nzchar(original) && !startsWith(original, "$")
  if (given) Sys.setenv({name} = original) else Sys.unsetenv({variable})
  Sys.unsetenv({original})
  tryCatch(
    {{
      files <- list.files({folder}, pattern = "[.]R$", full.names = TRUE)
      if (length(files) && !tolower(trimws(Sys.getenv("SEEDNB"))) %in% c("off", "0", "false", "no")) {{
        side <- {environment}
        for (file in files) sys.source(file, side)
        side$at_start()
      }}
    }},
    error = function(e) NULL
  )
  profile <- path.expand(if (given) original else if (file.exists(".Rprofile")) ".Rprofile" else "~/.Rprofile")
  if (file.exists(profile)) source(profile, print.eval = TRUE, keep.source = FALSE)
}})
"""


def profile() -> str:
    """Return the profile for this installation."""
    original, variable, folder = (json.dumps(text, ensure_ascii=False) for text in (ORIGINAL, VARIABLE, str(FOLDER)))
    return _TEXT.format(original=original, variable=variable, name=VARIABLE, folder=folder, environment=ENVIRONMENT)


def found() -> dict[str, Path]:
    """Return the folders of the R kernels that Jupyter finds here, by name."""
    first: dict[str, Path] = {}
    for folder in _folders():
        first.setdefault(folder.name.lower(), folder)
    return {name: folder for name, folder in sorted(first.items()) if _is_r(folder)}


def enable(folder: Path, data: Path) -> list[Path]:
    """Let the kernel of a kernelspec seed at its start; return the files that were written.

    What is changed is a copy among Jupyter's data of this place, or the kernelspec itself where Jupyter would not find the copy
    first. Raises SettingsError, in one line.
    """
    target = data / "kernels" / folder.name
    if target != folder and _rank(target) < _rank(folder) and not target.exists():
        spec = {**_read(folder), "metadata": {**_table(_read(folder), "metadata"), COPY: True}}
        files = {target / path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    else:
        target, spec, files = folder, _read(folder), {}
    variables = _table(spec, "env")
    path = str(target / PROFILE).replace("$", "$$")
    if variables.get(VARIABLE) != path:
        spec["env"] = {**variables, VARIABLE: path, ORIGINAL: variables.get(ORIGINAL) or variables.get(VARIABLE) or _HERE}
    wanted = {**files, target / PROFILE: profile().encode(), target / "kernel.json": _dumped(spec, target)}
    written = [path for path, content in wanted.items() if not holds(path, content)]
    for changed in written:
        write_setting(changed, wanted[changed], _REMEDY)
    return written


def disable() -> list[Path]:
    """Take away what `enable` has put into kernelspecs; return the files that were changed or removed."""
    return [path for folder in _folders() if _is_r(folder) for path in _disabled(folder)]


def state(folder: Path) -> str:
    """Return how a kernelspec stands: `off`, `on`, or `stale` where its profile is gone or of another installation."""
    if not _is_named(folder):
        return "stale" if (folder / PROFILE).exists() else "off"
    return "on" if holds(folder / PROFILE, profile().encode()) else "stale"


def _disabled(folder: Path) -> list[Path]:
    spec = _read(folder)
    if _is_named(folder) and COPY in _table(spec, "metadata"):
        gone = [path for path in sorted(folder.iterdir()) if path.is_file()]
        _remove(gone)
        folder.rmdir()
        return gone
    changed = []
    if _is_named(folder):
        original = _table(spec, "env").get(ORIGINAL, _HERE)
        kept = {name: value for name, value in _table(spec, "env").items() if name not in (VARIABLE, ORIGINAL)}
        spec["env"] = kept if original == _HERE else {**kept, VARIABLE: original}
        if not spec["env"]:
            del spec["env"]
        write_setting(folder / "kernel.json", _dumped(spec, folder), _REMEDY)
        changed.append(folder / "kernel.json")
    if (folder / PROFILE).exists():
        _remove([folder / PROFILE])
        changed.append(folder / PROFILE)
    return changed


def _folders() -> list[Path]:
    """Return the folders of all kernelspecs, in the order in which Jupyter looks for them."""
    return [spec.parent for place in _places() for spec in sorted(Path(place).glob("*/kernel.json"))]


def _places() -> list[str]:
    from jupyter_core.paths import jupyter_path

    return list(jupyter_path("kernels"))


def _rank(folder: Path) -> int:
    places = _places()
    return places.index(str(folder.parent)) if str(folder.parent) in places else len(places)


def _is_r(folder: Path) -> bool:
    return str(_read(folder).get("language", "")).lower() == LANGUAGE


def _is_named(folder: Path) -> bool:
    return Path(str(_table(_read(folder), "env").get(VARIABLE, ""))).name == PROFILE


def _table(spec: dict[str, Any], name: str) -> dict[str, Any]:
    found = spec.get(name)
    return dict(found) if isinstance(found, dict) else {}


def _read(folder: Path) -> dict[str, Any]:
    try:
        spec = json.loads((folder / "kernel.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return spec if isinstance(spec, dict) else {}


def _dumped(spec: dict[str, Any], folder: Path) -> bytes:
    """Return the file's own bytes while its content is what it was."""
    if spec == _read(folder):
        return (folder / "kernel.json").read_bytes()
    return (json.dumps(spec, indent=1, ensure_ascii=False) + "\n").encode()


def _remove(paths: list[Path]) -> None:
    try:
        for path in paths:
            path.unlink()
    except OSError as error:
        raise SettingsError(f"{path} cannot be removed: {error.strerror}; {_REMEDY}") from None
