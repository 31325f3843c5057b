"""The variables that a cell assigned or may have changed, each with a digest: what is never printed is compared too."""

from __future__ import annotations

import collections
import re
import time
import types
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional

from seednb.clocks import parts_of
from seednb.contents import Contents
from seednb.digest import DIGEST_BYTES, digest
from seednb.libraries import OpaqueError, size_of
from seednb.order import assigned_by, quiet
from seednb.plain import BoundError
from seednb.taint import Clocks
from seednb.wire import VARIABLES_ALGORITHM, Variables

SHARE = 0.1
"""Of the cell's own time, that digests may take."""
LEAST = 0.02
"""Seconds that they may take in any case."""
RATE = 1.5e9
"""Bytes a second: what would take longer than there is time for at this rate is not begun."""
MAX_NAMES = 500
BOUND = "bound"
_HIDDEN = re.compile(r"_+|_\d+|_i\d*|_ii|_iii|_dh|_[io]h|In|Out|exit|quit|get_ipython|open|__\w+__")
_FIXED: tuple[type, ...] = (bool, int, float, complex, str, bytes, type(None), range, frozenset, type)
_FIXED += (types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
"""What a cell that only reads it cannot change, as far as its contents count."""
_PARTS = 3
_NONE: frozenset[str] = frozenset()
_HOLDERS = (dict, list, tuple, collections.OrderedDict, collections.defaultdict)
"""What may hold parts that come from a clock; of anything else the whole does."""


class Watch:
    """Follows the variables of one runtime from cell to cell.

    transform: turns a cell's source into Python. hidden: names that are not the notebook's. clock: of this thread's own processor
    time, which other processes do not disturb. wall: of the time of day.
    """

    def __init__(
        self,
        transform: Callable[[str], str],
        hidden: Iterable[str] = (),
        *,
        _clock: Callable[[], float] = time.thread_time,
        _wall: Callable[[], float] = time.time,
        _elapsed: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._transform = transform
        self._hidden = frozenset(hidden)
        self._clock, self._wall, self._elapsed = _clock, _wall, _elapsed
        self._since = _wall()
        self._clocks = Clocks()
        self._before: dict[str, int] = {}
        self._begun = 0.0

    def begin(self, namespace: Mapping[str, Any]) -> None:
        """A cell is about to run."""
        self._before = {name: id(value) for name, value in namespace.items()}
        self._begun = self._elapsed()

    def end(self, source: str, read: Iterable[str], namespace: Mapping[str, Any]) -> Variables:
        """A cell has run, which may have read these names: return the digests of what it assigned or may have changed."""
        allowed = max(LEAST, SHARE * (self._elapsed() - self._begun))
        budget = _Budget(self._clock, allowed)
        with quiet():
            python = self._python(source)
            tainted = self._clocks.ran(python)
            contents = Contents(budget.check, since=self._since, until=self._wall(), hidden=self._clocks.attributes)
            names = self._names(assigned_by(python), read, namespace)
            return _Digests(contents, budget, tainted).of({name: namespace[name] for name in names})

    def _python(self, source: str) -> str:
        try:
            return self._transform(source)
        except Exception:  # neither Python nor IPython
            return source

    def _names(self, assigned: Iterable[str], read: Iterable[str], namespace: Mapping[str, Any]) -> list[str]:
        changed = {name for name, value in namespace.items() if self._before.get(name) != id(value)}
        changeable = {name for name in read if name in namespace and not issubclass(type(namespace[name]), _FIXED)}
        found = changed | changeable | {name for name in assigned if name in namespace}
        return sorted(name for name in found if not _HIDDEN.fullmatch(name) and name not in self._hidden)


class _Budget:
    """The time that is left."""

    def __init__(self, clock: Callable[[], float], allowed: float) -> None:
        self._clock = clock
        self._end = clock() + allowed

    def check(self, size: int) -> None:
        """Raise BoundError if there is no time for so many bytes."""
        if self._clock() + size / RATE > self._end:
            raise BoundError


class _Digests:
    """The digests of the variables of one cell: small ones first, so that a large one does not keep them out."""

    def __init__(self, contents: Contents, budget: _Budget, tainted: Mapping[str, str]) -> None:
        self._contents = contents
        self._budget = budget
        self._tainted = tainted
        self._names: dict[str, str] = {}
        self._uncompared: dict[str, str] = {}

    def of(self, values: Mapping[str, Any]) -> Variables:
        """Return the digests of these values."""
        sizes = {name: size_of(value) for name, value in values.items()}
        for number, name in enumerate(sorted(values, key=lambda name: (sizes[name], name))):
            part = parts_of(self._tainted.get(name))
            if name in self._tainted and (part is None or type(values[name]) not in _HOLDERS):
                self._uncompared[name] = part[0] if part is not None else self._tainted[name]
            elif number >= MAX_NAMES:
                self._uncompared[name] = BOUND
            else:
                self._add(name, values[name], sizes[name], part)
        return {
            "digest": self._together(),
            "names": dict(sorted(self._names.items())),
            "uncompared": dict(sorted(self._uncompared.items())),
        }

    def _add(self, name: str, value: Any, size: int, part: Optional[tuple[str, frozenset[str]]]) -> None:
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        try:
            self._budget.check(size)
            kind_of_part, without = part or ("", _NONE)
            self._names[name] = self._contents.digest(value, without)[:DIGEST_BYTES].hex()
            left_out = [kind_of_part] * bool(without) + sorted(self._contents.left_out)
            if left_out:
                self._uncompared[name] = f"part: {', '.join(left_out[:_PARTS])}"
        except BoundError:
            self._uncompared[name] = BOUND
        except OpaqueError as error:
            self._uncompared[name] = f"type: {error}"
        except Exception:  # a class that answers in ways of its own, or nests too deeply
            self._uncompared[name] = f"type: {kind}"

    def _together(self) -> str:
        """Return one digest of all, with one of the names that there was no time for: another run may have the time."""
        if not self._names:
            return ""
        late = [name for name, reason in sorted(self._uncompared.items()) if reason == BOUND]
        lines = "".join(f"{name}={value}\n" for name, value in sorted(self._names.items()))
        suffix = f"/{digest(' '.join(late).encode())[:4]}" if late else ""
        return f"{VARIABLES_ALGORITHM}:{digest(lines.encode('utf-8', 'surrogatepass'))}{suffix}"
