"""The names of the magic in IPython: registered where they are free, completed, and taken away again."""

from __future__ import annotations

import re
from typing import Any, Callable

NAMES = ("seednb", "seed")
_COMPLETER = "complete_command"


class MagicNames:
    """Registers one line magic and one cell magic under each of NAMES that nobody else owns."""

    def __init__(self, shell: Any, line: Callable[..., None], cell: Callable[..., None], verbs: list[str]) -> None:
        self._shell = shell
        self._functions = {"line": line, "cell": cell}
        self._verbs = verbs
        self._installed: dict[tuple[str, str], Any] = {}
        self._cell_line = re.compile("(?!)")
        self._option = ""

    @property
    def names(self) -> list[str]:
        """Return the names that are ours, `seednb` first."""
        return [name for name in NAMES if ("line", name) in self._installed]

    def install(self, option: str) -> None:
        """Register what is free. A cell that begins with `%%NAME N` is read as one that begins with `%NAME OPTION N`."""
        for name in NAMES:
            for kind, function in self._functions.items():
                registry = self._shell.magics_manager.magics[kind]
                if name not in registry:
                    self._shell.register_magic_function(function, kind, name)
                    self._installed[kind, name] = registry[name]
            if ("line", name) in self._installed:
                self._shell.set_hook(_COMPLETER, self.complete, str_key=f"%{name}")
        ours = [name for kind, name in self._installed if kind == "cell" and ("line", name) in self._installed]
        self._option = option
        if ours:
            self._cell_line = re.compile(rf"%%({'|'.join(ours)})(?:[ \t]+([^\n]*))?\n?")
        self._shell.input_transformers_cleanup.append(self.transform)

    def uninstall(self) -> None:
        """Take away what `install` registered, unless someone has replaced it since."""
        if self.transform in self._shell.input_transformers_cleanup:
            self._shell.input_transformers_cleanup.remove(self.transform)
        for (kind, name), function in self._installed.items():
            registry = self._shell.magics_manager.magics[kind]
            if registry.get(name) is function:
                del registry[name]
            if kind == "line":
                self._forget_completer(f"%{name}")
        self._installed.clear()

    def transform(self, lines: list[str]) -> list[str]:
        """Read a first line `%%seed N` as `%seed --cell N`. IPython calls this several times for one cell."""
        match = self._cell_line.fullmatch(lines[0]) if lines and lines[0].startswith("%%") else None
        if match is None:
            return lines
        return [f"%{match[1]} {self._option} {match[2] or ''}\n", *lines[1:]]

    def complete(self, _shell: Any, _event: Any) -> list[str]:
        """Return the completions of the magic's argument."""
        return self._verbs

    def _forget_completer(self, command: str) -> None:
        commands = self._shell.strdispatchers[_COMPLETER].strs
        if command in commands:
            chain = commands[command].chain
            chain[:] = [hook for hook in chain if getattr(hook[1], "__func__", None) != self.complete]
            if not chain:
                del commands[command]
