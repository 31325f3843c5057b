"""The C library's `rand()`: seeded, and on glibc read and put back, wherever its place is."""

from __future__ import annotations

import ctypes
import sys

import pytest

from seednb.sources import EXACT_RESTORE, READABLE, SET_ONLY
from seednb.sources.libc import LibcSource, find
from tests.conftest import REPOSITORY
from tests.processes import fresh

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="which C library an extension uses is not known on Windows")
LIBRARY = ctypes.CDLL(None) if sys.platform != "win32" else None
glibc = pytest.mark.skipif(not hasattr(LIBRARY, "gnu_get_libc_version"), reason="this C library is not glibc: rand() can only be seeded")


def draws(count):
    """Return the next numbers of rand()."""
    return [LIBRARY.rand() for _ in range(count)]


@pytest.fixture
def source():
    """Return a source that has been seeded with 42."""
    made = LibcSource()
    made.seed(42)
    return made


@pytest.mark.parametrize("seed", [0, 1, 42, 2**31, 2**32 - 1])
def test_the_seed_is_that_of_srand(source, seed):
    """A seed gives the numbers that srand() gives."""
    source.seed(seed)
    found = draws(100)
    LIBRARY.srand(ctypes.c_uint(seed))
    assert draws(100) == found


@glibc
@pytest.mark.parametrize("place", [0, 1, 2, 30, 31, 32, 99])
def test_states_come_back(source, place):
    """Every draw after restore() is the one that followed state(), wherever the state stood."""
    assert source.traits == {EXACT_RESTORE, READABLE}
    draws(place)
    state = source.state()
    first = draws(200)
    assert source.state() != state
    source.restore(state)
    assert source.state() == state
    assert draws(200) == first


@glibc
def test_every_draw_is_seen(source):
    """Each draw changes the state, and reading does not."""
    seen = [source.state()]
    for _ in range(100):
        draws(1)
        seen.append(source.state())
        assert source.state() == seen[-1]
    assert len(set(seen)) == 101


@glibc
def test_seeding_by_the_users_code_is_seen(source):
    """srand() of the user's own code gives the state that the source's own seeding gives."""
    LIBRARY.srand(7)
    state = source.state()
    source.seed(7)
    assert source.state() == state


@glibc
def test_looking_leaves_the_state_as_found(source):
    """A second source that looks for the state draws nothing away from the first."""
    draws(3)
    state = source.state()
    assert find(ctypes.PyDLL(None)) is not None
    assert source.state() == state


@glibc
def test_a_table_of_the_users_own_stays_in_force(source):
    """Where the user's code has set a table of its own, there is no state to read, and its numbers go on."""
    library = ctypes.CDLL(None)
    library.initstate.restype = library.setstate.restype = ctypes.c_void_p
    library.setstate.argtypes = (ctypes.c_void_p,)
    state, table = source.state(), ctypes.create_string_buffer(64)
    found = library.initstate(5, table, 64)
    expected = [library.rand() for _ in range(9)]
    library.initstate(5, table, 64)
    got = []
    for _ in range(9):
        assert source.state() is None
        got.append(library.rand())
    library.setstate(found)
    assert got == expected
    assert source.state() == state


def test_another_c_library_can_only_be_seeded():
    """Without glibc's names nothing is looked for, and until it has been seeded a source promises nothing."""
    assert find(object()) is None
    fresh_one = LibcSource()
    assert fresh_one.traits == {SET_ONLY}
    assert fresh_one.state() is None
    with pytest.raises(LookupError, match="does not show"):
        fresh_one.restore(b"")


def test_it_counts_from_the_import_of_what_uses_it(tmp_path):
    """rand() is a source once Caffe is imported, is seeded then, and belongs to no notebook without it."""
    (tmp_path / "caffe").mkdir()
    (tmp_path / "caffe" / "__init__.py").write_text("def set_random_seed(seed):\n    pass\n", encoding="utf-8")
    script = """
import ctypes, json, random, seednb
from seednb.runtime import session
library = ctypes.CDLL(None)
seednb.seed(42)
found = [session().loaded()]
import caffe
found += [session().loaded(), library.rand()]
library.srand(42)
print(json.dumps([*found, library.rand()]))
"""
    before, after, drawn, expected = fresh(script, PYTHONPATH=f"{REPOSITORY}:{tmp_path}")
    assert before == ["python"]
    assert after == ["python", "caffe", "libc"]
    assert drawn == expected
