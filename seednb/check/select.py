"""Which rules apply: by the command line, or by `[tool.seednb.check]` of the pyproject.toml that is nearest to a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from seednb.check.rules import RULES
from seednb.errors import SettingsError
from seednb.settings import pyproject


class Selection:
    """Chooses the rules of each file. select, ignore: codes or their beginnings; None leaves it to the settings."""

    def __init__(self, select: str | None = None, ignore: str | None = None) -> None:
        self._select = None if select is None else _known(_split(select), "--select")
        self._ignore = None if ignore is None else _known(_split(ignore), "--ignore")
        self._of_folder = cache(self._in_folder)

    def codes(self, path: Path) -> frozenset[str]:
        """Return the codes of the rules that apply to a file."""
        return self._of_folder(path.absolute().parent)

    def _in_folder(self, folder: Path) -> frozenset[str]:
        select, ignore = self._select, self._ignore
        if select is None or ignore is None:
            set_select, set_ignore = _settings(folder)
            select = set_select if select is None else select
            ignore = set_ignore if ignore is None else ignore
        return frozenset(code for code in RULES if _begins(code, select) and not _begins(code, ignore))


def _begins(code: str, prefixes: Iterable[str]) -> bool:
    return any(code.startswith(prefix) for prefix in prefixes)


def _split(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text.strip().upper()) if part]


def _known(prefixes: list[str], where: str) -> list[str]:
    for prefix in prefixes:
        if not any(code.startswith(prefix) for code in RULES):
            raise SettingsError(
                f"{where}: {prefix[:40]!r} is neither a rule nor the beginning of one (seednb check --explain all lists them)"
            )
    if not prefixes:
        raise SettingsError(f"{where}: give rules or their beginnings, for example SNB010,SNB04")
    return prefixes


def _settings(folder: Path) -> tuple[list[str], list[str]]:
    path, table = pyproject(folder)
    settings = table.get("check", _without_toml(path) if path is not None else {})
    if not isinstance(settings, dict):
        raise SettingsError(f"{path}: [tool.seednb.check] must be a table")
    return _list(settings, "select", path) or ["SNB"], _list(settings, "ignore", path)


def _list(settings: dict[str, Any], key: str, path: Path | None) -> list[str]:
    value = settings.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f'{path}: [tool.seednb.check] {key}: give a list of rules or their beginnings, for example ["SNB010", "SNB04"]')
    return _known([one.strip().upper() for one in value], f"{path}: [tool.seednb.check] {key}") if value else []


def _without_toml(path: Path) -> dict[str, Any]:
    """Read the two lists where Python has no TOML reader (3.10)."""
    try:
        return lists_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def lists_of(text: str) -> dict[str, list[str]]:
    """Return the lists of texts in the table `[tool.seednb.check]`."""
    body = re.search(r"^\[tool\.seednb\.check\][^\n]*\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^([\w-]+)\s*=\s*\[([^\]]*)\]", body[1] if body else "", re.MULTILINE)
    return {name: re.findall(r"""["']([^"']*)["']""", items) for name, items in found}
