"""A library that reseeds the generators is told of in a real kernel: once in the cell, and whenever `%seed` is asked."""

from __future__ import annotations

import pytest

LIBRARY = "import random\nclass Trainer:\n    def __init__(self):\n        set_seed(42)\ndef set_seed(value):\n    random.seed(value)\n"
LINE = "library.py line 4 has reseeded python: seed 42"


@pytest.fixture
def library(seeded, tmp_path):
    """Return a seeded kernel that can import an installed package, `library`."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "library.py").write_text(LIBRARY)
    seeded.run(f"import sys; sys.path.insert(0, {str(folder)!r})\nimport library")
    return seeded


def test_a_library_that_reseeds_is_told_of_once(library):
    """The cell in which a library first reseeds ends with one line that names file and line; later cells do not."""
    errors = [library.run("library.Trainer();", cell=name).err for name in "ab"]
    assert [f"ReseedWarning: {LINE}" in error for error in errors] == [True, False]


def test_the_status_tells_of_it(library):
    """`%seed` lists who has reseeded, and a seed that the notebook asked for is not listed."""
    library.run("library.set_seed(7)")
    assert "reseeded" not in library.run("%seed").shown[0]
    library.run("library.Trainer();")
    assert f"\nseednb: {LINE}" in library.run("%seed").shown[0]


def test_a_listener_is_sent_the_warning(library):
    """A front end that shows warnings itself is sent it for each cell that does it, and the cells' outputs stay as they are."""
    library.value("""get_ipython()._seednb.hello('{"version": 2, "client": "test", "badges": true}')""")
    for key in ("a", "b"):
        result = library.run("library.Trainer();", cell=key)
        assert result.err == ""
        events = [message["content"] for message in result.messages if message["msg_type"] == "seednb_event"]
        (warning,) = [event for event in events if event["event"] == "warning"]
        assert (warning["kind"], warning["key"], warning["sources"]) == ("reseeded", key, ["python"])
        (cell,) = [event for event in events if event["event"] == "cell"]
        assert cell["notes"] == [{"kind": "reseeded", "where": "line 1, through library.py line 4", "what": "python: seed 42"}]
    result = library.run("1", cell="c")
    assert ["cell"] == [message["content"]["event"] for message in result.messages if message["msg_type"] == "seednb_event"]
