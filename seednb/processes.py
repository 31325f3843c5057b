"""Child processes and their tasks: each draws from streams of its own, which do not depend on who is scheduled when."""

from __future__ import annotations

import functools
import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol

from seednb.callers import is_denied, outside, scientific
from seednb.replacing import replace
from seednb.sources.base import complete
from seednb.workers import VARIABLE, Birth, ItemWork, Place, SpreadWork, Work, can_travel

if TYPE_CHECKING:
    from seednb.entropy import Seal

PROCESS, WORK = "P", "W"
"""In a path: the k-th child process, and the k-th piece of work for workers; threads, jobs and tasks have other letters."""

_BIRTH = "_seednb_birth"
_PYTHON = re.compile(r"\bpython[\d.]*(\.exe)?\b|\bsys\.executable\b")
_CLUSTER_MODULES = ("dask.local", "dask.threaded", "dask.multiprocessing", "dask.delayed", "distributed.client", "ray.remote_function")
_SHELL = frozenset({"IPython", "ipykernel"})
_CLUSTERS = frozenset({"dask", "distributed", "ray"})
_ENV_POSITION = 9
"""Where `env` stands among the arguments of `Popen` after the command; who gives it without its name is left alone."""


class Owner(Protocol):
    """Who a child belongs to."""

    def work(self, place: Place) -> None:
        """This process is a child: it has been given a place."""

    def known_plugins(self) -> tuple[tuple[str, str], ...]:
        """Return the third parties' sources that children may need."""

    def failed(self, error: Exception, what: str) -> object:
        """Something went wrong where nothing may be raised."""


class _Local(threading.local):
    """What one thread is starting: a process with that place (a tuple of one), or workers that are not counted (an empty one)."""

    child: Optional[tuple[Place, ...]] = None


class Processes:
    """Gives places to what one runtime starts: forks, processes of multiprocessing, jobs of its pools, of executors and joblib, scripts."""

    def __init__(self, seal: Seal, owner: Owner) -> None:
        self._seal = seal
        self._owner = owner
        self._local = _Local()
        self._script: Optional[Place] = None
        self._undo: dict[str, Callable[[], None]] = {}

    def install(self) -> None:
        """Begin to give places; modules that come later are taken in by `imported`. Once more is once."""
        if "os" not in self._undo:
            wrappers: dict[str, Callable[..., Any]] = {"fork": self._fork, "forkpty": self._forkpty}
            self._undo["os"] = replace(os, **{name: wrapper for name, wrapper in wrappers.items() if hasattr(os, name)})
        for module in PROCESS_MODULES:
            if complete(module) is not None:
                self.imported(module)

    def imported(self, module: str) -> None:
        """Give places to what a module that has just been imported starts."""
        if "os" not in self._undo or module in self._undo or module not in PROCESS_MODULES:
            return
        try:
            self._undo[module] = _HOOKS[module](self, sys.modules[module])
        except AttributeError as error:  # a version that is built otherwise
            self._owner.failed(error, f"workers of {module} do not follow the seed")

    def uninstall(self) -> None:
        """Put everything back as it was found."""
        while self._undo:
            self._undo.popitem()[1]()

    # -- places ------------------------------------------------------------------------------------

    def _place(self, kind: str, through: frozenset[str] = frozenset()) -> Optional[Place]:
        """Return a place for what the calling code starts, itself or through these packages."""
        caller = outside(sys._getframe(1), through)
        if caller is None or is_denied(str(caller.f_globals.get("__name__"))):
            return None
        place = self._seal.place(kind, caller)
        return None if place is None else place._replace(plugins=self._owner.known_plugins())

    def _next(self, through: frozenset[str] = frozenset()) -> Optional[Place]:
        """Return the place of the process that is being started: the one it was given, or the next."""
        if self._local.child is None:
            return self._place(PROCESS, through)
        return self._local.child[0] if self._local.child else None

    def _job(self) -> Optional[Place]:
        """Return a place for a piece of work; what a library starts on the way to that work is no work of the user's."""
        return self._place(WORK) if self._local.child is None and can_travel() else None

    def job(self) -> Optional[Place]:
        """Return a place for a task that goes through Dask or Ray, which else keep the operating system's entropy."""
        return self._place(WORK, _CLUSTERS) if self._local.child is None else None

    @contextmanager
    def starting(self, child: Optional[tuple[Place, ...]]) -> Iterator[None]:
        """Give the process that starts now a place, or none to all of them (an empty tuple); with None each gets the next."""
        before, self._local.child = self._local.child, child
        try:
            yield
        finally:
            self._local.child = before

    # -- processes ---------------------------------------------------------------------------------

    def _fork(self, original: Callable[[], int]) -> int:
        place = self._next()
        pid = original()
        if pid == 0 and place is not None:
            self._born(place)
        return pid

    def _forkpty(self, original: Callable[[], tuple[int, int]]) -> tuple[int, int]:
        """Fork for a terminal, as a line that begins with `!` does; a Python in it asks for its place."""
        place = self._local.child[0] if self._local.child else None
        pid, terminal = original()
        if pid == 0 and place is not None:
            os.environ[VARIABLE] = place.text()
        return pid, terminal

    def _system(self, original: Any, shell: Any, line: str) -> Any:
        """Run a line that begins with `!`."""
        place = self._next(_SHELL) if _PYTHON.search(line) else None
        with self.starting(() if place is None else (place,)):
            return original(shell, line)

    def _born(self, place: Place) -> None:
        try:
            self._local.child = None
            self._owner.work(place)
        except Exception as error:
            self._owner.failed(error, "a forked child's streams could not be started")

    def _start(self, original: Any, process: Any) -> None:
        """Start a process of multiprocessing; one that is not forked unpickles its birth before anything else of it."""
        place = self._next()
        with self.starting(() if place is None else (place,)):
            if place is None or not can_travel():
                original(process)
                return
            attributes = dict(vars(process))
            vars(process).clear()
            vars(process).update({_BIRTH: Birth(place)}, **attributes)
            try:
                original(process)
            finally:
                vars(process).pop(_BIRTH, None)

    def _popen(self, original: Any, popen: Any, command: Any, *arguments: Any, **keywords: Any) -> None:
        if len(arguments) < _ENV_POSITION:
            place = self._of_script(outside(sys._getframe(1), _SHELL), command, keywords)
            if place is not None:
                env = keywords.get("env")
                keywords["env"] = {**(os.environ if env is None else env), VARIABLE: place.text()}
        original(popen, command, *arguments, **keywords)

    def _of_script(self, caller: Optional[FrameType], command: Any, keywords: dict[str, Any]) -> Optional[Place]:
        if caller is None:  # a thread of IPython's starts what a cell magic names
            return self._script
        return self._next(_SHELL) if _is_python(command, keywords) and scientific(caller) is not None else None

    def _shebang(self, original: Any, magics: Any, line: str, cell: str) -> Any:
        """Run a cell of `%%bash`, `%%python` or `%%script`."""
        before, self._script = self._script, self._next(_SHELL) if _PYTHON.search(f"{line}\n{cell}") else None
        try:
            return original(magics, line, cell)
        finally:
            self._script = before

    # -- jobs --------------------------------------------------------------------------------------

    def _submit(self, original: Any, pool: Any, function: Any, /, *arguments: Any, **keywords: Any) -> Any:
        place = self._job()
        with self.starting(()):  # whether a worker is started now depends on whether another one is idle
            return original(pool, function if place is None else Work(place, function), *arguments, **keywords)

    def _open_pool(self, original: Any, pool: Any, *arguments: Any, **keywords: Any) -> None:
        with self.starting(()):  # their number may be that of the processors
            original(pool, *arguments, **keywords)

    def _apply_async(self, original: Any, pool: Any, function: Any, *arguments: Any, **keywords: Any) -> Any:
        place = self._job()
        return original(pool, function if place is None else Work(place, function), *arguments, **keywords)

    def _map_async(self, original: Any, pool: Any, function: Any, items: Iterable[Any], mapper: Any, *more: Any, **keywords: Any) -> Any:
        place = self._job()
        if place is None:
            return original(pool, function, items, mapper, *more, **keywords)
        if mapper.__name__ == "mapstar":
            return original(pool, ItemWork(place, function), list(enumerate(items)), mapper, *more, **keywords)
        spread = [(index, *item) for index, item in enumerate(items)]
        return original(pool, SpreadWork(place, function), spread, mapper, *more, **keywords)

    def _imap(self, original: Any, pool: Any, function: Any, items: Iterable[Any], *more: Any, **keywords: Any) -> Any:
        place = self._job()
        if place is None:
            return original(pool, function, items, *more, **keywords)
        return original(pool, ItemWork(place, function), enumerate(items), *more, **keywords)

    def _parallel(self, original: Any, parallel: Any, tasks: Iterable[Any]) -> Any:
        """Give each task of a `joblib.Parallel` its place, before joblib cuts them into batches by how long they take."""
        place = self._job()
        with self.starting(()):
            return original(parallel, tasks if place is None else _placed(place, tasks))


def _placed(place: Place, tasks: Iterable[Any]) -> Iterator[Any]:
    for index, task in enumerate(tasks):
        function, *rest = task
        yield (Work(place.item(index), function), *rest)


def _is_python(command: Any, keywords: dict[str, Any]) -> bool:
    """Tell whether a command of `subprocess.Popen` is a Python, or a shell's line with one in it."""
    if keywords.get("shell"):
        line = command if isinstance(command, (str, bytes)) else next(iter(command), "")
        return _PYTHON.search(os.fsdecode(line)) is not None
    first = keywords.get("executable") or (command if isinstance(command, (str, bytes, os.PathLike)) else next(iter(command), ""))
    name = os.fsdecode(first)
    return name == sys.executable or _PYTHON.fullmatch(os.path.basename(name)) is not None


def _hook_processes(processes: Processes, module: Any) -> Callable[[], None]:
    return replace(module.BaseProcess, start=processes._start)


def _hook_pools(processes: Processes, module: Any) -> Callable[[], None]:
    methods = {"apply_async": processes._apply_async, "_map_async": processes._map_async}
    methods.update(dict.fromkeys(("imap", "imap_unordered"), processes._imap), __init__=processes._open_pool)
    return replace(module.Pool, **methods)


def _hook_cluster(name: str, processes: Processes, module: Any) -> Callable[[], None]:
    from seednb.clusters import hook  # few notebooks have one

    return hook(processes, name, module)


_HOOKS: dict[str, Callable[[Processes, Any], Callable[[], None]]] = {
    "multiprocessing.process": _hook_processes,
    "multiprocessing.pool": _hook_pools,
    "multiprocess.process": _hook_processes,
    "multiprocess.pool": _hook_pools,
    "concurrent.futures.process": lambda processes, module: replace(module.ProcessPoolExecutor, submit=processes._submit),
    "joblib.parallel": lambda processes, module: replace(module.Parallel, __call__=processes._parallel),
    "subprocess": lambda processes, module: replace(module.Popen, __init__=processes._popen),
    "ipykernel.zmqshell": lambda processes, module: replace(
        module.ZMQInteractiveShell, system_piped=processes._system, system=processes._system
    ),
    "IPython.core.magics.script": lambda processes, module: replace(module.ScriptMagics, shebang=processes._shebang),
    **{name: functools.partial(_hook_cluster, name) for name in _CLUSTER_MODULES},
}
PROCESS_MODULES = frozenset(_HOOKS)
