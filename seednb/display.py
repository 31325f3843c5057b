"""Display ids: on request, the identifiers in outputs of listed libraries follow the seed, so that outputs repeat byte for byte.

Each library's own name for the entropy is replaced, in the module that asks for it: `uuid.uuid4` and `os.urandom` stay as they are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import FrameType, MappingProxyType, ModuleType
from typing import Any, Callable, NamedTuple, Optional

from seednb.entropy import Seal, derive
from seednb.launch import DATE, FIXED_DATE
from seednb.replacing import put
from seednb.sources.base import complete
from seednb.tasks import Tasks, in_main_thread
from seednb.wire import Note

_BITS = 128
_ATTEMPTS = 64


class Maker(NamedTuple):
    """A module that makes identifiers for `library`.

    askers: the modules for which it does; none: itself. through: those that only pass on what others ask.
    digits: how many hexadecimal digits of an identifier come into the output, at least.
    """

    library: str
    askers: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    digits: int = _BITS // 4


_COMMS = Maker("ipywidgets", askers=("ipywidgets", "anywidget"), through=("comm", "ipykernel", "traitlets"))
_BOKEH = Maker("bokeh", askers=("bokeh.embed", "bokeh.io", "bokeh.model"), through=("bokeh.util.serialization",))

MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "_plotly_utils.basevalidators": Maker("plotly"),
        "altair.utils.display": Maker("altair"),
        "bokeh.util.serialization": _BOKEH,
        "branca.element": Maker("branca"),
        "comm.base_comm": _COMMS,
        "folium.utilities": Maker("folium"),
        "ipykernel.comm.comm": _COMMS,
        "matplotlib.animation": Maker("matplotlib"),
        "matplotlib.backends.backend_svg": Maker("matplotlib"),
        "pandas.io.formats.style_render": Maker("pandas", digits=5),
        "plotly.io._html": Maker("plotly"),
        "treescope._internal.html_encapsulation": Maker("treescope"),
        "treescope.lowering": Maker("treescope"),
    }
)
"""The allow-list: where the identifiers are made that may follow the seed. Everybody else keeps the operating system's entropy."""

LIBRARIES = tuple(sorted({maker.library for maker in MAKERS.values()}))


class Issued:
    """What one process has issued: runs of cells, uses in them, identifiers. It outlives unloading, so that none comes twice."""

    def __init__(self) -> None:
        self.runs: dict[str, int] = {}
        self.uses: dict[str, dict[str, int]] = {}
        self.ids: set[str] = set()

    def begin(self, cell: str) -> None:
        """A cell runs once more; its uses are counted from zero."""
        self.runs[cell] = self.runs.get(cell, 0) + 1
        self.uses.pop(cell, None)

    def use(self, cell: str, path: str) -> tuple[str, ...]:
        """Count one use; return what names it, never twice the same."""
        uses = self.uses.setdefault(cell, {})
        count = uses.get(path, 0)
        uses[path] = count + 1
        return (cell, str(self.runs.get(cell, 0)), path, str(count))

    def take(self, text: str) -> bool:
        """Take an identifier, if it is free."""
        free = text not in self.ids
        self.ids.add(text)
        return free


_ISSUED = Issued()


class DisplayIds:
    """The display ids of one runtime. An identifier is derived from (seed, cell key, number of the cell's run, task path, use).

    Only in the main thread, and while a cell runs, and in the process that began: a forked child, a thread or a callback between cells
    gets the operating system's entropy.
    """

    def __init__(
        self,
        seal: Seal,
        tasks: Tasks,
        *,
        _issued: Issued = _ISSUED,
        _pid: Callable[[], int] = os.getpid,
        _makers: Mapping[str, Maker] = MAKERS,
    ) -> None:
        self._seal = seal
        self._tasks = tasks
        self._issued = _issued
        self._pid = _pid
        self._home = _pid()
        self._makers = _makers
        self._seed: Optional[int] = None
        self._undo: dict[str, Callable[[], None]] = {}
        self._notes: list[Note] = []

    def start(self, seed: int) -> None:
        """Derive identifiers from this seed: of the libraries that are imported, and of the others from their import on."""
        self._seed = seed
        if DATE not in self._undo:
            self._undo[DATE] = _fix_date()
        for module in self._makers:
            if complete(module) is not None:
                self.imported(module)

    def stop(self) -> None:
        """Put everything back as it was found."""
        self._seed = None
        while self._undo:
            self._undo.popitem()[1]()

    def imported(self, module: str) -> None:
        """Take in a module that has just been imported; what is in force already stays as it is."""
        if self._seed is None or module not in self._makers or module in self._undo:
            return
        names = self._replacements(sys.modules[module], self._makers[module])
        if names:
            self._undo[module] = put(sys.modules[module], **names)
        else:  # a version that is built otherwise: left alone, and said so
            note: Note = {"kind": "unsealed", "where": module, "what": "this version makes its display ids otherwise"}
            self._notes += [] if note in self._notes else [note]

    def begin(self, cell: str) -> None:
        """A cell begins, or what counts as another run of it."""
        self._issued.begin(cell)

    def libraries(self) -> list[str]:
        """Return the names of the libraries whose identifiers follow the seed now."""
        return sorted({self._makers[module].library for module in self._undo if module in self._makers})

    def take_notes(self) -> list[Note]:
        """Return the notes since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def _replacements(self, module: ModuleType, maker: Maker) -> dict[str, Any]:
        """Return what stands in place of the names by which a module reaches the system's entropy, whichever of them it has."""
        found, names = vars(module), {}
        uuid = sys.modules.get("uuid")
        if uuid is not None:
            uuid4 = self._uuid4(module.__name__, maker, uuid)
            ours = {"uuid": (uuid, _Uuid(uuid, uuid4)), "uuid4": (uuid.uuid4, uuid4)}
            names = {name: replacement for name, (original, replacement) in ours.items() if found.get(name) is original}
        if found.get("urandom") is os.urandom:
            names["urandom"] = self._urandom(module.__name__, maker)
        return names

    def _uuid4(self, module: str, maker: Maker, uuid: Any) -> Callable[[], Any]:
        def uuid4() -> Any:
            """Generate a UUID: one that follows the seed, where it is a display id."""
            bits = self._bits(module, maker, sys._getframe(1), _BITS)
            return uuid.uuid4() if bits is None else uuid.UUID(int=bits, version=4)

        return uuid4

    def _urandom(self, module: str, maker: Maker) -> Callable[[int], bytes]:
        def urandom(size: int) -> bytes:
            """Return random bytes: such that follow the seed, where they are a display id."""
            bits = self._bits(module, maker, sys._getframe(1), 8 * size)
            return os.urandom(size) if bits is None else bits.to_bytes(size, "big")

        return urandom

    def _bits(self, module: str, maker: Maker, caller: FrameType, count: int) -> Optional[int]:
        """Return the bits of an identifier that this process has not issued yet, or None where the caller keeps its own entropy."""
        if self._seed is None or not self._seal.cell or not in_main_thread() or self._pid() != self._home:
            return None
        if not _may_ask(caller, maker.askers or (module,), maker.through):
            return None
        at = self._tasks.current()
        # What IPython's hooks show at the end of a cell that awaits has no place of its own.
        cell, path = (self._seal.cell, "-") if at is None or not at.cell else at
        name = self._issued.use(cell, path)
        for attempt in range(_ATTEMPTS):  # five digits are soon taken
            bits = derive(self._seed, "seednb display id", *name, str(attempt), bits=count)
            if self._issued.take(f"{bits:0{count // 4}x}"[: maker.digits]):
                return bits
        return None


class _Uuid(ModuleType):
    """The module `uuid` as one library sees it: with another `uuid4`."""

    def __init__(self, uuid: ModuleType, uuid4: Callable[[], Any]) -> None:
        super().__init__(uuid.__name__, uuid.__doc__)
        self._uuid = uuid
        self.uuid4 = uuid4

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uuid, name)


def _may_ask(frame: Optional[FrameType], askers: tuple[str, ...], through: tuple[str, ...]) -> bool:
    """Tell whether the first caller that does not only pass on what another asks is one of `askers`."""
    while frame is not None and _is_in(frame, through):
        frame = frame.f_back
    return frame is not None and _is_in(frame, askers)


def _is_in(frame: FrameType, modules: tuple[str, ...]) -> bool:
    name = str(frame.f_globals.get("__name__"))
    return any(name == module or name.startswith(module + ".") for module in modules)


def _fix_date() -> Callable[[], None]:
    """Give plots a fixed date, unless there is one: fresh runtimes of ours have it."""
    if DATE in os.environ:
        return lambda: None
    os.environ[DATE] = FIXED_DATE

    def undo() -> None:
        if os.environ.get(DATE) == FIXED_DATE:
            del os.environ[DATE]

    return undo
