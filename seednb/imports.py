"""The post-import hook: tells when a watched module has been imported, and brackets imports of installed code."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Callable, Optional, Protocol

from seednb.installed import is_installed
from seednb.sources.base import told
from seednb.tasks import in_main_thread


class Listener(Protocol):
    """What an ImportHook calls."""

    def enter_import(self) -> Any:
        """Installed code is about to be imported by code that is not, in the main thread; the result goes to `leave_import`."""

    def leave_import(self, entered: Any) -> None:
        """The import that `enter_import` saw begin has ended, also by an exception."""

    def imported(self, module: str) -> None:
        """A watched module has been imported to its end, in any thread; nobody else has been able to use it yet."""

    def failed(self, error: Exception) -> object:
        """One of the calls above has raised."""


class ImportHook:
    """A meta path finder that finds nothing itself: it lets the others find, and wraps the loader they found.

    Only two kinds of import are wrapped: watched modules, and the main thread's outermost import of installed code
    (standard library and site-packages; the user's own modules are the user's code). All others cost one membership test.
    """

    def __init__(self, watched: frozenset[str], listener: Listener) -> None:
        self._watched = watched
        self._listener = listener
        self._depth = 0
        self._finding: set[str] = set()

    def watch(self, names: frozenset[str]) -> None:
        """Watch these modules too."""
        self._watched |= names

    def install(self) -> None:
        """Begin to watch; once more is once."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Stop watching."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, name: str, path: Any = None, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        """Return the spec that the other finders give, with its loader wrapped; None where there is nothing to wrap."""
        watched = name in self._watched
        if (not watched and (self._depth or not in_main_thread())) or name in self._finding:
            return None
        self._finding.add(name)
        try:
            spec = self._ask_others(name, path, target)
        finally:
            self._finding.discard(name)
        if spec is not None and (watched or _is_installed(spec.origin)):
            _Shadow.cast(spec.loader, self)
        return spec

    def _ask_others(self, name: str, path: Any, target: Optional[ModuleType]) -> Optional[ModuleSpec]:
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is not self and find is not None:
                spec: Optional[ModuleSpec] = find(name, path, target)
                if spec is not None:
                    return spec
        return None

    def execute(self, run: Callable[[ModuleType], None], module: ModuleType) -> None:
        """Run a module's code, and tell the listener."""
        name, spec = module.__name__, getattr(module, "__spec__", None)
        installed = _is_installed(getattr(spec, "origin", None))
        outermost = installed and self._depth == 0 and in_main_thread()
        entered = self._tell(self._listener.enter_import) if outermost else None
        self._depth += outermost
        with ExitStack() as ended:
            try:
                run(module)
                if name in self._watched:
                    ended.enter_context(told(spec))
                    self._tell(self._listener.imported, name)
            finally:
                self._depth -= outermost
                if outermost:
                    self._tell(self._listener.leave_import, entered)

    def _tell(self, listen: Callable[..., Any], *arguments: Any) -> Any:
        """Call the listener; whatever it raises must not break the user's import."""
        try:
            return listen(*arguments)
        except Exception as error:
            self._listener.failed(error)
            return None


class _Shadow:
    """Stands before one loader's `exec_module`, for one use, so that the module keeps its real loader."""

    def __init__(self, hook: ImportHook, loader: Any, run: Callable[[ModuleType], None]) -> None:
        self._hook = hook
        self._loader = loader
        self._run = run

    @classmethod
    def cast(cls, loader: Any, hook: ImportHook) -> None:
        """Shadow a loader where that can be done. One may stand there still: specs are also looked up and never used."""
        run = getattr(loader, "exec_module", None)
        if run is None or isinstance(loader, type):
            return
        try:
            loader.exec_module = cls(hook, loader, run._run if isinstance(run, cls) else run)
        except AttributeError:  # a loader with slots
            return

    def __call__(self, module: ModuleType) -> None:
        vars(self._loader).pop("exec_module", None)
        self._hook.execute(self._run, module)


def _is_installed(origin: Optional[str]) -> bool:
    return origin is not None and is_installed(origin)
