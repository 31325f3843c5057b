"""Cells that are run again, after an edit, or out of order: what is remembered of first runs, and when to warn."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from seednb.errors import RerunWarning
from seednb.inflight import NOTHING, CellFacts
from seednb.kernel.identity import Who
from seednb.kernel.outline import Outline
from seednb.reads import Reads, asks_for_names
from seednb.runtime import Runtime
from seednb.streams import PER_CELL
from seednb.values import Tokens, changed, tokens

_NO_TOKENS: Tokens = {}
RERUN, EDITED, OUT_OF_ORDER = "re-run", "edited", "out of order"


class _First(NamedTuple):
    """A cell's first run in this runtime: its source's digest, its key, and what it drew from.

    tokens: of what the names that it reads or assigns held before it. absent: which of these were not there.
    """

    source: str
    key: str
    tokens: Tokens
    absent: frozenset[str]
    drew: frozenset[str]


class Reruns:
    """Judges every run of a cell against its first one.

    Silent is only what gives the same again: the first run drew from nothing (or what it drew from is back where it found
    it, or the cell has a stream of its own), every loaded source can be read, and every name that the cell reads, also
    through the notebook's functions, is proven to hold what it held.
    """

    def __init__(self, shell: Any, runtime: Runtime, outline: Outline) -> None:
        self._shell = shell
        self._runtime = runtime
        self._outline = outline
        self._reads = Reads(transform)
        self._first: dict[str, _First] = {}
        self._running: Optional[tuple[str, _First]] = None

    def names(self, source: str) -> list[str]:
        """Return the global names that a source reads."""
        return self._reads.names(source, self._shell.user_ns)

    def begin(self, who: Who, source: str, digest: str, names: list[str]) -> Optional[RerunWarning]:
        """A cell with this source, which reads these names, is about to run: return a warning, if it ran before and that matters."""
        first = self._first.get(who.identity)
        if first is None:
            self._running = who.identity, self._look(who.key, source, digest, names)
            return None
        self._running = None
        kind = RERUN if first.source == digest else EDITED
        drawn = [] if self._repeats(first) else sorted(first.drew)
        moved = self._moved(first, source, names, kind)
        unreadable = self._runtime.unreadable() if self._runtime.seed is not None and self._runtime.mode != PER_CELL else []
        return RerunWarning(kind, who.key, drawn, moved, unreadable) if drawn or moved or unreadable else None

    def _look(self, key: str, source: str, digest: str, names: list[str]) -> _First:
        namespace = self._shell.user_ns
        assigned = self._reads.assigned(source)
        absent = frozenset(name for name in assigned if name not in namespace) if assigned else NOTHING
        before = tokens([*names, *sorted(assigned - absent - set(names))], namespace) if names or assigned != absent else _NO_TOKENS
        return _First(digest, key, before, absent, NOTHING)

    def _moved(self, first: _First, source: str, names: list[str], kind: str) -> list[str]:
        """Return the names that may not hold what they held before the first run, or were not there then, or are not now."""
        namespace = self._shell.user_ns
        found = set(changed(first.tokens, names, namespace)).union(self._reads.gone(source, first.tokens, namespace))
        if first.absent and (kind == EDITED or asks_for_names(source)):
            found |= first.absent.intersection(names)
        return sorted(found)

    def end(self, facts: CellFacts) -> Optional[RerunWarning]:
        """A cell has run: remember its first run; return a warning if it came after cells that stand below it, and drew."""
        if self._running is None:
            return None
        identity, first = self._running
        self._running = None
        self._first[identity] = first._replace(drew=facts.drew)
        late = self._outline.ran(first.key)
        return RerunWarning(OUT_OF_ORDER, first.key, sorted(facts.drew), [], []) if late and facts.drew else None

    def _repeats(self, first: _First) -> bool:
        return self._runtime.mode == PER_CELL or self._runtime.is_back(first.key)


class Refusal:
    """An AST transformer: the one place where IPython lets a cell be stopped. It changes no code."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._warning: Optional[Warning] = None
        self._refused = False

    def install(self) -> None:
        """Stand among IPython's transformers."""
        self._shell.ast_transformers.append(self)

    def uninstall(self) -> None:
        """Stand there no more."""
        self._shell.ast_transformers[:] = [other for other in self._shell.ast_transformers if other is not self]

    def refuse(self, warning: Optional[Warning]) -> None:
        """Stop the cell that is about to be compiled; nothing lets it run."""
        self._warning = warning

    def end(self) -> bool:
        """The cell has ended: tell whether it was refused."""
        refused, self._warning, self._refused = self._refused, None, False
        return refused

    def visit(self, node: Any) -> Any:
        """Return the code as it is, or raise IPython's InputRejected."""
        if self._warning is not None:
            warning, self._warning, self._refused = self._warning, None, True
            raise _rejected(f"{type(warning).__name__}: {warning}; the cell did not run")
        return node


def transform(source: str) -> str:
    """Turn magics into Python, without the user's own transformers: these may do more than that."""
    from IPython.core.inputtransformer2 import TransformerManager

    manager: Any = TransformerManager
    return str(manager().transform_cell(source))


def _rejected(text: str) -> Exception:
    from IPython.core.error import InputRejected

    class CellRefused(InputRejected):
        """Shown in one line, in both generations of IPython."""

        def _render_traceback_(self) -> list[str]:
            return [text]

    error: Exception = CellRefused(text)
    return error
