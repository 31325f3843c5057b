"""Who reseeds a global generator behind the user's back: installed code whose caller did not ask for a seed.

Functions keep their identity where torch.compile, numba, pickling or an earlier `from … import seed` could tell: then the
method of the generator that they end in is replaced.
"""

from __future__ import annotations

import sys
import zlib
from collections import deque
from types import FrameType
from typing import TYPE_CHECKING, Any, Callable, Optional

from seednb.callers import is_importing, main_namespace, place, top_package, where
from seednb.installed import in_packages, is_installed
from seednb.replacing import Undo, dress, put, put_method, together

if TYPE_CHECKING:
    from seednb.wire import Note

TENSORFLOW_CONTEXT = "tensorflow.python.eager.context"

Report = Callable[[str, Any, FrameType], None]
"""Is told of a source that was seeded, with what, and from where."""

_PACKAGES = {"numpy": "numpy", "python": "random", "tensorflow": "tensorflow", "torch": "torch"}
_MAX_SEED = 2**64
_MAX_PLACES = 200
_REMEMBERED = 16
_WORDS = 16
"""So many words of MT19937, and the position, tell its states apart."""


class Reseeds:
    """The places that have reseeded since `take`, those that it took last, and, in `seen`, all of them, each with its sources and seeds."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, str]] = {}
        self.taken: frozenset[str] = frozenset()
        self._new: dict[tuple[str, str], dict[str, str]] = {}

    def report(self, source: str, value: Any, caller: FrameType) -> None:
        """A source was seeded; keep it if that was behind the user's back."""
        frame = culprit(caller, source)
        if frame is None:
            return
        seed = str(int(value)) if isinstance(value, int) and abs(value) < _MAX_SEED else ""
        at, through = where(frame), place(frame)
        if len(self.seen) < _MAX_PLACES or through in self.seen:
            self.seen.setdefault(through, {})[source] = seed
            self._new.setdefault((at, through), {})[source] = seed

    def take(self) -> list[Note]:
        """Return the notes since the last call, one for each place."""
        new, self._new = self._new, {}
        self.taken = frozenset(through for _, through in new)
        return [{"kind": "reseeded", "where": at, "what": told(sources)} for (at, _), sources in new.items()]


def told(sources: dict[str, str]) -> str:
    """Return sources and their seeds in words: `numpy, python: seed 42`."""
    seeds = sorted({seed for seed in sources.values() if seed}, key=int)
    return ", ".join(sorted(sources)) + (f": seed {', '.join(seeds)}" if seeds else "")


def culprit(frame: Optional[FrameType], source: str) -> Optional[FrameType]:
    """Return the installed code that had a source seeded; None where the notebook, the project, an import or seednb did it.

    Asked is the first frame outside the library that owns the source whose function has no `seed` in its name: whoever
    calls `set_seed(42)`, not `set_seed`. A notebook that calls it has meant it.
    """
    main, owner = main_namespace(), _PACKAGES[source]
    while frame is not None and frame.f_globals is not main:
        file = frame.f_code.co_filename
        if in_packages(file):
            package = top_package(frame)
            if package != owner and "seed" not in frame.f_code.co_name.lower():
                return None if package == "seednb" or is_importing(frame) else frame
        elif not is_installed(file):
            return None
        frame = frame.f_back
    return None


def watch_numpy_states(report: Report, *modules: Any) -> Undo:
    """Watch `np.random.set_state`. A state that `get_state` gave before is put back, which is no reseeding."""
    get, restore = modules[0].get_state, modules[0].set_state
    read: deque[int] = deque(maxlen=_REMEMBERED)

    def get_state(*arguments: Any, **options: Any) -> Any:
        state = get(*arguments, **options)
        read.append(_fingerprint(state))
        return state

    def set_state(state: Any) -> None:
        restore(state)
        if _fingerprint(state) not in read:
            report("numpy", None, sys._getframe(1))

    # The originals are bound methods, without a module: pickled by these names, they are found again.
    module = modules[0].__name__
    dress(get_state, get, module=module, name="get_state")
    dress(set_state, restore, module=module, name="set_state")
    return together(*(put(module, get_state=get_state, set_state=set_state) for module in modules))


def watch_torch(report: Report, torch: Any) -> Undo:
    """Watch `torch.manual_seed` by the method that it ends in: torch.compile and TorchScript know the function by its identity."""
    generator, default = torch.Generator, torch.default_generator
    method = vars(generator)["manual_seed"]

    def manual_seed(self: Any, seed: Any, /) -> Any:
        found = method(self, seed)
        if self is default:
            report("torch", seed, sys._getframe(1))
        return found

    return put_method(generator, dress(manual_seed, method, module=generator.__module__, name="Generator.manual_seed"))


def watch_tensorflow(report: Report) -> Undo:
    """Watch `tf.random.set_seed` by the function that it ends in."""
    context: Any = sys.modules[TENSORFLOW_CONTEXT]
    original = context.set_global_seed

    def set_global_seed(seed: Any) -> None:
        original(seed)
        report("tensorflow", seed, sys._getframe(1))

    return put(context, set_global_seed=dress(set_global_seed, original, module=TENSORFLOW_CONTEXT, name="set_global_seed"))


def _fingerprint(state: Any) -> int:
    """Return a checksum of a state as NumPy gives it, or takes it: a tuple or a dictionary."""
    try:
        key, position = (state["state"]["key"], state["state"]["pos"]) if isinstance(state, dict) else state[1:3]
        return zlib.crc32(key[:_WORDS], position)
    except (BufferError, KeyError, TypeError, ValueError):
        return -1
