"""What all sources share."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seednb.sources import EXACT_RESTORE, READABLE, SET_ONLY, SetOnlySource, Source, builtin
from seednb.sources.base import complete, pack, signed, unpack
from seednb.sources.group import SourceGroup


@given(st.lists(st.binary()))
def test_pack_and_unpack_are_inverse(parts):
    """Byte strings that are packed come back, empty ones too."""
    assert unpack(pack(*parts)) == parts


def test_builtin_sources_stand_in_the_order_of_the_hand_written_lines():
    """The sources are those that the documentation names, each with its own state object at every call."""
    names = "python numpy torch tensorflow keras caffe libc r jax numba dask faker polars opencv cupy paddle mxnet"
    assert names.split() == [source.name for source in builtin()]
    assert ["tensorflow"] == [source.name for source in builtin() if source.traits == {READABLE}]
    only_set = ["caffe", "libc", "polars", "opencv", "cupy", "mxnet"]
    assert only_set == [source.name for source in builtin() if source.traits == {SET_ONLY}]
    assert all(source.traits in ({READABLE}, {SET_ONLY}, {EXACT_RESTORE, READABLE}) for source in builtin())
    assert builtin()[0] is not builtin()[0]


def test_sources_touch_nothing_that_is_not_loaded():
    """None of the systems that nobody has imported is loaded, and asking imports none."""
    before = set(sys.modules)
    assert [] == [source.name for source in builtin() if source.loaded() and source.module not in before]
    assert set() == {name.partition(".")[0] for name in set(sys.modules) - before} - {"seednb"}


def test_systems_that_can_only_be_seeded_have_no_state():
    """A set-only source gives no state, and takes none."""
    for source in (source for source in builtin() if isinstance(source, SetOnlySource)):
        assert source.state() is None
        with pytest.raises(TypeError, match=f"{source.name} can only be seeded"):
            source.restore(b"")


@pytest.mark.parametrize(("seed", "expected"), [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (2**32 - 1, -1)])
def test_seeds_for_calls_that_take_a_c_int(seed, expected):
    """A seed becomes the 32-bit integer with the same bits, so that no two seeds fall together."""
    assert expected == signed(seed)


class Broken(Source):
    """A source with one method that raises."""

    module = "sys"

    def __init__(self, broken):
        self.name = broken
        setattr(self, broken, self.fail)

    def seed(self, seed):
        """Do nothing."""

    def state(self):
        """Return something that is no state."""
        return "text"

    def fail(self, *_):
        """Raise."""
        raise KeyError("no")


@pytest.mark.parametrize(
    ("broken", "failure"),
    [
        ("loaded", "loaded cannot be asked whether it is loaded: KeyError: 'no'"),
        ("state", "state cannot be read: KeyError: 'no'"),
        ("restore", "restore cannot be read: TypeError: its state must be bytes"),
        ("stop", "stop could not be left as it was: KeyError: 'no'"),
    ],
)
def test_a_source_that_fails_is_told_and_spoils_nothing(broken, failure):
    """What one source raises is a failure in words, and the other sources are read and seeded."""
    other = builtin()[0]
    group = SourceGroup([Broken(broken), other])
    assert other.state() == group.states()["python"]
    group.stop()
    assert failure in group.failures


def test_modules_are_complete_when_their_import_has_ended(tmp_path, monkeypatch):
    """A module is not complete while its own code runs, and is afterwards; one that is not there is not either."""
    check = "from seednb.sources.base import complete\nearly = complete(__name__)"
    (tmp_path / "seednb_half.py").write_text(check, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert complete("seednb_half") is None
    module = importlib.import_module("seednb_half")
    assert module.early is None
    assert complete("seednb_half") is module
    del sys.modules["seednb_half"]


def test_lazy_modules_are_complete_when_they_have_loaded(tmp_path, monkeypatch):
    """A module behind a LazyLoader is not complete before it wakes, nor while it does, and looking does not wake it."""
    (tmp_path / "seednb_lazy.py").write_text("import seednb.sources.base as base\nearly = base.complete(__name__)", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = importlib.util.find_spec("seednb_lazy")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules["seednb_lazy"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert complete("seednb_lazy") is None
    assert type(module).__name__ == "_LazyModule"
    assert module.early is None
    assert complete("seednb_lazy") is module
    del sys.modules["seednb_lazy"]
