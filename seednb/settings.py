"""Which seed and switches apply in this process, and where they came from."""

from __future__ import annotations

import operator
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from seednb.errors import SeedError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

MAX_SEED = 2**32 - 1
ENVIRONMENT = "SEEDNB_SEED"
JAX_OFFSET = "SEEDNB_JAX_OFFSET"
DISPLAY_IDS = "SEEDNB_DISPLAY_IDS"
_GENERATED_BITS = 31
_ON, _OFF = frozenset({"on", "1", "true", "yes"}), frozenset({"off", "0", "false", "no"})


class Choice(NamedTuple):
    """A seed and its origin: `environment`, `pyproject`, `generated`, `magic`, `command-line`, `api` or `record`."""

    seed: int
    origin: str


def check_seed(value: object, *, where: str = "") -> int:
    """Return `value` as a seed; raise SeedError unless it is an integer in 0 … 2**32-1 (or its decimal text).

    Booleans and floats are refused: frameworks read them differently.
    """
    prefix = f"{where}: " if where else ""
    number = _integer(value)
    if number is None:
        shown = repr(_cut(value)) if isinstance(value, str) else _cut(repr(value))
        raise SeedError(f"{prefix}{shown} is not a seed: give an integer from 0 to {MAX_SEED}, for example 42")
    if not 0 <= number <= MAX_SEED:
        shown = str(number) if abs(number) < 10**30 else "the number"
        raise SeedError(f"{prefix}seed {shown} is out of range: give an integer from 0 to {MAX_SEED}")
    return number


def generate_seed() -> int:
    """Return a new seed below 2**31, from the operating system's entropy."""
    return int.from_bytes(os.urandom(4), "big") >> (32 - _GENERATED_BITS)


def choose_seed(directory: Optional[Path] = None, environ: Optional[Mapping[str, str]] = None) -> Choice:
    """Return the seed for a run that names none: SEEDNB_SEED, then the nearest pyproject.toml, then a new one."""
    return environment_seed(environ) or pyproject_seed(directory or _working_directory()) or Choice(generate_seed(), "generated")


def environment_seed(environ: Optional[Mapping[str, str]] = None) -> Optional[Choice]:
    """Return the seed of SEEDNB_SEED, if it is set and not empty."""
    text = (os.environ if environ is None else environ).get(ENVIRONMENT, "")
    return Choice(check_seed(text, where=ENVIRONMENT), "environment") if text.strip() else None


def pyproject_seed(directory: Path) -> Optional[Choice]:
    """Return `seed` of `[tool.seednb]` in the nearest pyproject.toml at or above a directory, if it is there."""
    path, table = pyproject(directory)
    return Choice(check_seed(table["seed"], where=f"{path}: [tool.seednb] seed"), "pyproject") if "seed" in table else None


def pyproject(directory: Path) -> tuple[Optional[Path], dict[str, Any]]:
    """Return the nearest pyproject.toml at or above a directory, and its `[tool.seednb]` table (empty where there is none)."""
    for folder in (directory, *directory.parents):
        path = folder / "pyproject.toml"
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: cannot be read: {error}") from None
        return path, _table(text, path)
    return None, {}


def switched_off(directory: Optional[Path] = None, environ: Optional[Mapping[str, str]] = None) -> str:
    """Return what keeps seednb out of this process, in words: SEEDNB=off, or `enabled = false` in the nearest pyproject.toml; or nothing.

    Raises SettingsError where that file cannot be read, or says something else than true or false.
    """
    if is_off(environ):
        return "switched off by SEEDNB=off"
    path, table = pyproject(directory or _working_directory())
    enabled = table.get("enabled", True)
    if not isinstance(enabled, bool):
        raise SettingsError(f"{path}: [tool.seednb] enabled = {_cut(repr(enabled))}: give true or false")
    return "" if enabled else f"switched off by {path}"


def jax_offset(directory: Optional[Path] = None, environ: Optional[Mapping[str, str]] = None) -> bool:
    """Tell whether the seed is to shift JAX's keys: SEEDNB_JAX_OFFSET, then `jax_offset` in the nearest pyproject.toml.

    Raises SettingsError where either says something else than yes or no.
    """
    return _is_on(JAX_OFFSET, "jax_offset", directory, environ)


def is_off(environ: Optional[Mapping[str, str]] = None) -> bool:
    """Tell whether SEEDNB=off asks seednb to keep out of this process."""
    return (os.environ if environ is None else environ).get("SEEDNB", "").strip().lower() in _OFF


def wants_display_ids(directory: Optional[Path] = None, environ: Optional[Mapping[str, str]] = None) -> bool:
    """Tell whether display ids are to follow the seed: by SEEDNB_DISPLAY_IDS, then by `display_ids` in the nearest pyproject.toml.

    Raises SettingsError where either says something else than yes or no.
    """
    return _is_on(DISPLAY_IDS, "display_ids", directory, environ)


def _is_on(variable: str, key: str, directory: Optional[Path], environ: Optional[Mapping[str, str]]) -> bool:
    text = (os.environ if environ is None else environ).get(variable, "").strip().lower()
    if text:
        if text not in _ON | _OFF:
            raise SettingsError(f"{variable}={_cut(text)}: give 1 or 0")
        return text in _ON
    path, table = pyproject(directory or _working_directory())
    wanted = table.get(key, False)
    if not isinstance(wanted, bool):
        raise SettingsError(f"{path}: [tool.seednb] {key} = {_cut(repr(wanted))}: give true or false")
    return wanted


@contextmanager
def own_imports() -> Iterator[None]:
    """Import nothing from the working directory meanwhile: what lies beside a notebook is not ours."""
    before = sys.path
    here = {"", ".", os.path.realpath(_working_directory())}
    sys.path = [entry for entry in before if entry not in here and os.path.realpath(entry) not in here]
    try:
        yield
    finally:
        sys.path = before


def _integer(value: object) -> Optional[int]:
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"\s*[+-]?[0-9]{1,30}\s*", value, re.ASCII) else None
    if type(value).__name__ in {"bool", "bool_"}:  # NumPy's too: its older versions take it for an index
        return None
    try:
        return int(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        return None


def _working_directory() -> Path:
    from pathlib import Path  # no child process asks for it, and it takes milliseconds

    try:
        return Path.cwd()
    except FileNotFoundError:  # it has been removed
        return Path(os.sep)


def _table(text: str, path: Path) -> dict[str, Any]:
    if "seednb" not in text:
        return {}
    try:
        with own_imports():
            import tomllib
    except ImportError:  # Python < 3.11 has no TOML reader
        return _scalars(text)
    try:
        table = tomllib.loads(text).get("tool", {}).get("seednb", {})
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: [tool.seednb] must be a table")
    return table


def _scalars(text: str) -> dict[str, Any]:
    """Read the integers, booleans, plain strings and lists of these of `[tool.seednb]`, all that is asked for."""
    body = re.search(r"^\[tool\.seednb\][^\n]*\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    values: dict[str, Any] = {}
    for name, value in re.findall(r"^([\w-]+)\s*=\s*([^#\n]+)", body[1] if body else "", re.MULTILINE):
        value = value.strip()
        values[name] = {"true": True, "false": False}.get(value, value.strip("\"'"))
        if re.fullmatch(r"[+-]?[0-9]+(_[0-9]+)*", value):
            values[name] = int(value)
        elif value.startswith("["):
            values[name] = re.findall(r"[\"']([^\"']*)[\"']", value)
    return values


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"
