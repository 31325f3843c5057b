"""Where running code is: in which cell, and in which of its threads, jobs and asyncio tasks, by names that a replay finds again."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import Any, Callable, NamedTuple, Optional

from seednb.replacing import replace
from seednb.sources.base import complete

LOOP, EXECUTOR, POOL = "asyncio.base_events", "concurrent.futures.thread", "multiprocessing.pool"
TASK_MODULES = frozenset({LOOP, EXECUTOR, POOL})
"""Modules whose threads, jobs and tasks are named; they are looked at when they have been imported."""

THREAD, JOB, TASK = "T", "J", "A"
_TIMING = ("joblib",)
"""Packages whose jobs are cut by timing, so that the k-th one is not the same in another run."""


class Path(NamedTuple):
    """A cell, and the way from its own code to a thread, job or task that it started: `/J3/A0`; nothing is the cell's own code."""

    cell: str
    path: str


class _Node:
    """A place that code runs at; it counts what it starts, each kind by itself."""

    __slots__ = ("at", "counts", "owner")

    def __init__(self, owner: Tasks, at: Path) -> None:
        self.owner = owner
        self.at = at
        self.counts: dict[str, int] = {}

    def child(self, kind: str) -> _Node:
        """Return the place of the next thread, job or task of this one."""
        with self.owner.lock:
            number = self.counts.get(kind, 0)
            self.counts[kind] = number + 1
        return self.at_path(f"/{kind}{number}")

    def at_path(self, path: str) -> _Node:
        return _Node(self.owner, Path(self.at.cell, self.at.path + path))


_HERE: ContextVar[Optional[tuple[_Node, int]]] = ContextVar("seednb_task", default=None)
"""The place of a context, and the thread that it was set in: another thread that runs a copy of the context is elsewhere."""


class _Local(threading.local):
    """What one thread is doing: the job that it runs, and whether it is starting workers of a pool."""

    job: Optional[_Node] = None
    starting = False


class Tasks:
    """The tasks of one runtime. A path is made of the parent's k-th started thread, k-th submitted job and k-th asyncio task.

    Workers of pools have no path of their own, only their jobs have; code in threads that others started has none.
    """

    def __init__(self, watching: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self.lock = threading.Lock()
        self.watching = watching
        self._root: Optional[_Node] = None
        self._script: Optional[_Node] = _Node(self, Path("", ""))
        self._cell_task: Any = None
        self._token: Any = None
        self._local = _Local()
        self._threads: weakref.WeakKeyDictionary[threading.Thread, Optional[_Node]] = weakref.WeakKeyDictionary()
        self._company: list[weakref.ref[Any]] = []
        self._undo: dict[str, Callable[[], None]] = {}

    # -- called by the runtime ---------------------------------------------------------------------

    def install(self) -> None:
        """Begin to name what is started; modules that come later are taken in by `imported`. Once more is once."""
        if "threading" not in self._undo:
            self._undo["threading"] = replace(threading.Thread, start=self._start_thread, _bootstrap_inner=self._run_thread)
        for module in TASK_MODULES:
            if complete(module) is not None:
                self.imported(module)

    def imported(self, module: str) -> None:
        """Name what a module that has just been imported starts."""
        if "threading" not in self._undo or module in self._undo or module not in TASK_MODULES:
            return
        found: Any = sys.modules[module]
        if module == LOOP:
            self._undo[module] = replace(found.BaseEventLoop, create_task=self._create_task)
        elif module == EXECUTOR:
            self._undo[module] = replace(found.ThreadPoolExecutor, submit=self._submit)
        else:
            wrapped = {"apply_async": self._apply_async, "_map_async": self._map_async, "imap": self._imap, "imap_unordered": self._imap}
            self._undo[module] = replace(found.ThreadPool, __init__=self._open_pool, **wrapped)

    def uninstall(self) -> None:
        """Put everything back as it was found."""
        while self._undo:
            self._undo.popitem()[1]()
        self.leave()

    def enter(self, cell: str, path: str = "") -> None:
        """A cell begins in the main thread, or a worker's task; its threads, jobs and tasks are counted from zero."""
        self._script = None
        self._root = _Node(self, Path(cell, path))
        self._cell_task = _current_task()
        _HERE.set((self._root, threading.get_ident()))

    def become(self) -> None:
        """This process is a child: what its parent was doing is no longer done here."""
        self.lock = threading.Lock()  # another thread of the parent may have held it
        self._root = self._cell_task = self._local.job = None
        self._script = _Node(self, Path("", ""))
        _HERE.set(None)

    @contextmanager
    def at(self, cell: str, path: str) -> Iterator[None]:
        """Run a job of this process at a place that it was given when it was submitted."""
        before, self._local.job = self._local.job, _Node(self, Path(cell, path))
        token = _HERE.set(None)
        try:
            with nullcontext() if in_main_thread() else self.watching():
                yield
        finally:
            self._local.job = before
            _HERE.reset(token)

    def leave(self) -> None:
        """The cell has ended. What it has started keeps its place."""
        self._root = self._cell_task = None
        _HERE.set(None)

    def current(self) -> Optional[Path]:
        """Return where the running code is; None where no stable path leads to it."""
        node = self._node()
        if node is not None:
            return node.at
        # Between cells the main thread runs callbacks, one after the other.
        return Path("", "") if self._root is None and self._thread() is threading.main_thread() else None

    def alive(self) -> bool:
        """Tell whether a thread, asyncio task or timer that a cell has started, directly or not, can still run."""
        self._company = [reference for reference in self._company if _is_alive(reference())]
        return bool(self._company) or _has_timers()

    # -- where we are --------------------------------------------------------------------------------

    def _thread(self) -> Any:
        return threading._active.get(threading.get_ident())  # type: ignore[attr-defined]  # current_thread() makes up what it does not find

    def _node(self) -> Optional[_Node]:
        here = _HERE.get()
        if here is not None and here[1] == threading.get_ident() and here[0].owner is self:
            return here[0]
        if self._local.job is not None:
            return self._local.job
        thread = self._thread()
        if thread is not threading.main_thread():
            return self._threads.get(thread) if thread is not None else None
        if self._root is not None:
            return self._root if _current_task() is self._cell_task else None
        return self._script

    def _keep(self, started: Any, node: _Node) -> None:
        """Remember what was started under a cell, for `alive`."""
        if node.at.cell:
            self._company.append(weakref.ref(started))

    # -- what stands in place of the originals ---------------------------------------------------------

    def _start_thread(self, original: Any, thread: threading.Thread) -> None:
        node = self._node()
        if node is not None:
            self._threads[thread] = None if self._local.starting else node.child(THREAD)
            self._keep(thread, node)
        original(thread)

    def _run_thread(self, original: Any, thread: threading.Thread) -> None:
        with nullcontext() if self._threads.get(thread) is None else self.watching():
            original(thread)

    def _create_task(self, original: Any, loop: Any, coroutine: Any, **options: Any) -> Any:
        node = self._node()
        if node is None:
            return original(loop, coroutine, **options)
        place = (node.child(TASK), threading.get_ident())
        token = _HERE.set(place)
        try:
            if options.get("context") is not None:  # asyncio.run gives its task one
                with suppress(RuntimeError):  # it is the one that we are in
                    options["context"].run(_HERE.set, place)
            task = original(loop, coroutine, **options)
        finally:
            _HERE.reset(token)
        self._keep(task, node)
        return task

    def _submit(self, original: Any, pool: Any, function: Any, /, *arguments: Any, **keywords: Any) -> Any:
        node = self._node()
        if node is None:
            return original(pool, function, *arguments, **keywords)
        with self._starting_workers():
            return original(pool, _Job(self._local, node.child(JOB), function), *arguments, **keywords)

    @contextmanager
    def _starting_workers(self) -> Iterator[None]:
        """Whether a pool starts a worker now depends on whether another one is idle: workers are not counted."""
        before, self._local.starting = self._local.starting, True
        try:
            yield
        finally:
            self._local.starting = before

    def _open_pool(self, original: Any, pool: Any, *arguments: Any, **keywords: Any) -> None:
        with self._starting_workers():
            original(pool, *arguments, **keywords)

    def _apply_async(self, original: Any, pool: Any, function: Any, *arguments: Any, **keywords: Any) -> Any:
        node = self._node()
        if node is not None and not str(type(function).__module__).startswith(_TIMING):
            function = _Job(self._local, node.child(JOB), function)
        return original(pool, function, *arguments, **keywords)

    def _map_async(self, original: Any, pool: Any, function: Any, items: Iterable[Any], mapper: Any, *more: Any, **keywords: Any) -> Any:
        node = self._node()
        if node is None:
            return original(pool, function, items, mapper, *more, **keywords)
        if mapper is sys.modules[POOL].mapstar:
            numbered = list(enumerate(items))
            return original(pool, _Item(self._local, node.child(JOB), function), numbered, mapper, *more, **keywords)
        spread = [(index, *item) for index, item in enumerate(items)]
        return original(pool, _Spread(self._local, node.child(JOB), function), spread, mapper, *more, **keywords)

    def _imap(self, original: Any, pool: Any, function: Any, items: Iterable[Any], *more: Any, **keywords: Any) -> Any:
        node = self._node()
        if node is None:
            return original(pool, function, items, *more, **keywords)
        return original(pool, _Item(self._local, node.child(JOB), function), enumerate(items), *more, **keywords)


class _Job:
    """A function that runs at a place of its own."""

    def __init__(self, local: _Local, node: _Node, function: Callable[..., Any]) -> None:
        self._local = local
        self._node = node
        self._function = function

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._run(self._node, *arguments, **keywords)

    def _run(self, node: _Node, /, *arguments: Any, **keywords: Any) -> Any:
        before, self._local.job = self._local.job, node
        try:
            with node.owner.watching():
                return self._function(*arguments, **keywords)
        finally:
            self._local.job = before


class _Item(_Job):
    """A function for the numbered items of a map."""

    def __call__(self, item: tuple[int, Any]) -> Any:
        return self._run(self._node.at_path(f"[{item[0]}]"), item[1])


class _Spread(_Job):
    """A function for the numbered items of a starmap."""

    def __call__(self, index: int, *arguments: Any) -> Any:
        return self._run(self._node.at_path(f"[{index}]"), *arguments)


def in_main_thread() -> bool:
    """Tell whether the running code is in the main thread."""
    return threading.get_ident() == threading.main_thread().ident


def _current_task() -> Any:
    asyncio: Any = sys.modules.get("asyncio.tasks")
    try:
        return asyncio.current_task() if asyncio is not None else None
    except RuntimeError:  # no loop is running
        return None


def _is_alive(started: Any) -> bool:
    if started is None:
        return False
    return started.is_alive() if isinstance(started, threading.Thread) else not started.done()


def running_loop() -> Any:
    """Return the event loop that runs in this thread, or None; nobody is made to import asyncio for that."""
    events: Any = sys.modules.get("asyncio.events")
    return events._get_running_loop() if events is not None else None


def _has_timers() -> bool:
    """Tell whether the running loop has callbacks that a cell's code has scheduled: their contexts know the cell."""
    loop = running_loop()
    waiting = [*getattr(loop, "_scheduled", ()), *getattr(loop, "_ready", ())]
    return any(not handle._cancelled and getattr(handle, "_context", None) and handle._context.get(_HERE) for handle in waiting)
