"""The post-import hook: tells when a watched module has been imported, and brackets imports of installed code."""

from __future__ import annotations

import os
import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Callable, Optional, Protocol


class Listener(Protocol):
    """What an ImportHook calls, always in the main thread."""

    def enter_import(self) -> Any:
        """Installed code is about to be imported by code that is not; the result goes to `leave_import`."""

    def leave_import(self, entered: Any) -> None:
        """The import that `enter_import` saw begin has ended, also by an exception."""

    def imported(self, module: str) -> None:
        """A watched module has been imported to its end."""


class ImportHook:
    """A meta path finder that finds nothing itself: it lets the others find, and wraps the loader they found.

    Only two kinds of import are wrapped: watched modules, and the outermost import of installed code (standard library
    and site-packages; the user's own modules are the user's code). All others cost one membership test.
    """

    def __init__(self, watched: frozenset[str], listener: Listener) -> None:
        self._watched = watched
        self._listener = listener
        self.errors: list[Exception] = []
        self._depth = 0
        self._finding: set[str] = set()
        self._main = threading.main_thread().ident

    def install(self) -> None:
        """Begin to watch; once more is once."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)  # type: ignore[arg-type]

    def uninstall(self) -> None:
        """Stop watching."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)  # type: ignore[arg-type]

    def find_spec(self, name: str, path: Any = None, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        """Return the spec that the other finders give, with its loader wrapped; None where there is nothing to wrap."""
        watched = name in self._watched
        if (self._depth and not watched) or name in self._finding or threading.get_ident() != self._main:
            return None
        self._finding.add(name)
        try:
            spec = self._ask_others(name, path, target)
        finally:
            self._finding.discard(name)
        if spec is not None and spec.loader is not None and (watched or _is_installed(spec.origin)):
            self._wrap(name, spec.loader, watched=watched, installed=_is_installed(spec.origin))
        return spec

    def _ask_others(self, name: str, path: Any, target: Optional[ModuleType]) -> Optional[ModuleSpec]:
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is not self and find is not None:
                spec: Optional[ModuleSpec] = find(name, path, target)
                if spec is not None:
                    return spec
        return None

    def _wrap(self, name: str, loader: Any, *, watched: bool, installed: bool) -> None:
        """Shadow this loader's exec_module for one use, so that the module keeps its real loader."""
        original = getattr(loader, "exec_module", None)
        if original is None or isinstance(loader, type):
            return

        def exec_module(module: ModuleType) -> None:
            if loader.__dict__.get("exec_module") is exec_module:
                del loader.exec_module
            self._execute(original, module, watched=watched, outermost=installed and self._depth == 0)

        try:
            loader.exec_module = exec_module
        except AttributeError:  # a loader with slots
            return

    def _execute(self, run: Callable[[ModuleType], None], module: ModuleType, *, watched: bool, outermost: bool) -> None:
        entered = self._tell(self._listener.enter_import) if outermost else None
        self._depth += outermost
        try:
            run(module)
            if watched:
                # importlib says so only after exec_module, and the listener asks for complete modules.
                module.__spec__._initializing = False  # type: ignore[union-attr]
                self._tell(self._listener.imported, module.__name__)
        finally:
            self._depth -= outermost
            if outermost:
                self._tell(self._listener.leave_import, entered)

    def _tell(self, listen: Callable[..., Any], *arguments: Any) -> Any:
        """Call the listener; whatever it raises must not break the user's import."""
        try:
            return listen(*arguments)
        except Exception as error:
            self.errors.append(error)
            return None


_STDLIB = os.path.join(os.path.dirname(os.__file__), "")
_PACKAGES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def _is_installed(origin: Optional[str]) -> bool:
    return origin is not None and (origin.startswith(_STDLIB) or any(part in origin for part in _PACKAGES))
