"""What all sources share."""

from __future__ import annotations

import importlib.util
import sys

from hypothesis import given
from hypothesis import strategies as st

from seednb.sources import EXACT_RESTORE, READABLE, builtin
from seednb.sources.base import complete, pack, unpack


@given(st.lists(st.binary()))
def test_pack_and_unpack_are_inverse(parts):
    """Byte strings that are packed come back, empty ones too."""
    assert unpack(pack(*parts)) == parts


def test_builtin_sources_stand_in_the_order_of_the_hand_written_lines():
    """The sources are those that the documentation names, each with its own state object at every call."""
    assert [source.name for source in builtin()] == ["python", "numpy", "torch", "tensorflow", "keras", "caffe", "libc"]
    assert [EXACT_RESTORE in source.traits for source in builtin()] == [True, True, True, False, True, False, False]
    assert [source.name for source in builtin() if READABLE not in source.traits] == ["caffe", "libc"]
    assert builtin()[0] is not builtin()[0]


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
