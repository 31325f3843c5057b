"""The C library's `rand()`, which compiled code shuffles with."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Optional

from seednb.sources.base import EXACT_RESTORE, READABLE, SET_ONLY, Source, complete

USERS = ("caffe",)
"""The modules whose compiled code draws from `rand()`: Caffe shuffles HDF5 data with it."""
_SIZE = 128
"""Bytes of glibc's state as a process starts with it: the place, and 31 words."""


class LibcSource(Source):
    """What `srand()` starts. glibc lets its state be read and put back; how much can be done is known once it has been seeded here."""

    name = "libc"
    module = USERS[0]

    def __init__(self) -> None:
        self.traits = frozenset({SET_ONLY})
        self._state: Optional[State] = None
        self._looked = False

    def loaded(self) -> bool:
        return sys.platform != "win32" and any(complete(user) is not None for user in USERS)

    def seed(self, seed: int) -> None:
        library = ctypes.PyDLL(None)
        if not self._looked:
            self._looked = True
            self._state = find(library)
            if self._state is not None:
                self.traits = frozenset({EXACT_RESTORE, READABLE})
        library.srand(ctypes.c_uint(seed))

    def state(self) -> Optional[bytes]:
        return None if self._state is None else self._state.read()

    def restore(self, state: bytes) -> None:
        if self._state is None:
            raise LookupError("this C library does not show the state of rand()")
        self._state.write(state)


class State:
    """glibc's own state table. `setstate` writes the place into the table that it leaves, also where it comes back to the same one."""

    def __init__(self, library: Any) -> None:
        self._initstate, self._setstate = library.initstate, library.setstate
        self._initstate.argtypes, self._initstate.restype = (ctypes.c_uint, ctypes.c_void_p, ctypes.c_size_t), ctypes.c_void_p
        self._setstate.argtypes, self._setstate.restype = (ctypes.c_void_p,), ctypes.c_void_p
        self._other = ctypes.create_string_buffer(_SIZE)
        self._table = self._leave()
        self._setstate(self._table)

    def read(self) -> Optional[bytes]:
        """Return the table; None while another one, which the user's code has set, is in force."""
        found = self._setstate(self._table)
        if found != self._table:
            self._setstate(found)
            return None
        return ctypes.string_at(self._table, _SIZE)

    def write(self, state: bytes) -> None:
        """Fill the table, and put it in force."""
        self._leave()
        ctypes.memmove(self._table, state, _SIZE)
        self._setstate(self._table)

    def _leave(self) -> Any:
        """Put another table in force for a moment; return the one that was."""
        return self._initstate(1, self._other, _SIZE)


def find(library: Any) -> Optional[State]:
    """Return glibc's state, if a draw that is put back is drawn again; leave everything as found."""
    if not hasattr(library, "gnu_get_libc_version"):
        return None
    found = State(library)
    state = found.read()
    if state is None:
        return None
    first = library.rand()
    moved = found.read() != state
    found.write(state)
    second = library.rand()
    found.write(state)
    return found if moved and first == second and found.read() == state else None
