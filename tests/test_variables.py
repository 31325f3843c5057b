"""The variables of a cell: which have a digest, which have none and why, and how long that may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from seednb.variables import LEAST, RATE, Watch


class Cells:
    """Runs cells in a namespace, watched."""

    def __init__(self, **clocks: Callable[[], float]) -> None:
        self.watch = Watch(lambda source: source, ["hidden"], **clocks)
        self.namespace: dict[str, Any] = {"__name__": "__main__", "In": [], "_i": "", "_": 1, "_1": 1, "hidden": 1}

    def run(self, source: str, *read: str, **given: Any) -> Any:
        """Run a cell that may read these names, with some more variables there before it; return what is told of its variables."""
        self.namespace.update(given)
        self.watch.begin(self.namespace)
        exec(source, self.namespace)
        return self.watch.end(source, read, self.namespace)


@pytest.fixture
def cells() -> Cells:
    """Return cells with time enough."""
    return Cells(_clock=lambda: 0.0)


def names(found: Any) -> set[str]:
    """Return the names that have a digest."""
    return set(found["names"])


def test_what_a_cell_assigns_has_a_digest(cells):
    """Names that a cell assigns, in whatever way, have digests; IPython's own, hidden ones and those of other cells have none."""
    assert names(cells.run("x = 1\nfor i in range(2):\n    y = [i]\n_ = 3\nIn = []\nhidden = 2")) == {"x", "y", "i"}
    assert names(cells.run("globals()['z'] = {1}")) == {"z"}
    assert names(cells.run("def f(): pass\nclass C: pass")) == {"f", "C"}
    assert names(cells.run("x = 1")) == {"x"}
    assert names(cells.run("pass")) == set()


def test_what_a_cell_may_have_changed_has_a_digest(cells):
    """What a cell only reads has a digest where it can be changed: a list, not a number, a text or a function."""
    cells.run("data = [1]\nn = 1\ntext = 'a'\ndef f(): pass")
    first = cells.run("data.append(2)", "data", "n", "text", "f", "absent")
    assert names(first) == {"data"}
    assert first["names"] != cells.run("data.append(3)", "data")["names"]


def test_equal_cells_have_equal_digests():
    """Two runtimes in which a cell gives equal values have equal digests, of all variables and of each; changed ones differ."""
    first, second, third = (Cells(_clock=lambda: 0.0).run(f"x = {value}\ny = [1]") for value in (1, 1, 2))
    assert first == second
    assert first["digest"] != third["digest"]
    assert first["names"]["y"] == third["names"]["y"]
    assert first["names"]["x"] != third["names"]["x"]


def test_what_has_no_digest_has_a_reason(cells):
    """Clocks, identities and handles are named; what holds one as a part has a digest all the same, and says what is left out."""
    found = cells.run("import os, time\nt = time.time()\np = os.getpid()\no = object()\nparts = [1, o, iter([])]")
    assert found["uncompared"] == {
        "t": "clock",
        "p": "identity",
        "o": "type: builtins.object",
        "os": "type: builtins.module",
        "time": "type: builtins.module",
        "parts": "part: builtins.list_iterator, builtins.object",
    }
    assert names(found) == {"parts"}


def test_no_variables_have_no_digest(cells):
    """A cell of which nothing has a digest has none for the record."""
    assert cells.run("o = object()")["digest"] == ""


def test_no_value_is_kept_alive(cells):
    """Watching a cell keeps nothing of it."""
    import gc
    import weakref

    cells.run("class C: pass\nc = C()\nd = [c]")
    found = weakref.ref(cells.namespace["c"])
    cells.namespace.clear()
    gc.collect()
    assert found() is None


def test_large_values_come_last_and_are_named_where_time_is_short():
    """What does not fit into the least time is not begun, and named; small values beside it have digests."""
    now = iter(range(10**9))
    cells = Cells(_clock=lambda: next(now) * 1e-6)
    big = b"x" * int(2 * LEAST * RATE)
    found = cells.run("a_big = big\nx = 1\nz = [1]", big=big)
    assert found["uncompared"]["a_big"] == "bound"
    assert {"x", "z"} <= names(found)
    assert found["digest"].startswith("s3:")
    assert len(found["digest"].partition("/")[2]) == 4
    assert next(now) < 1000


def test_a_long_cell_has_more_time():
    """Digests may take a tenth of the cell's own time."""
    time = [0.0]
    cells = Cells(_clock=lambda: 0.0, _elapsed=lambda: time.__setitem__(0, time[0] + 10) or time[0])  # type: ignore[func-returns-value]
    big = b"x" * int(2 * LEAST * RATE)
    assert "a_big" in names(cells.run("a_big = big", big=big))


def test_time_that_passes_ends_the_digest():
    """A value whose size nobody can tell beforehand is given up once the time is over."""
    now = [0.0]

    def clock() -> float:
        now[0] += LEAST / 10
        return now[0]

    found = Cells(_clock=clock, _elapsed=lambda: 0.0).run("x = [[n] for n in range(100_000)]")
    assert found == {"digest": "", "names": {}, "uncompared": {"x": "bound"}}
    assert now[0] < 3 * LEAST


def test_the_digest_of_all_tells_which_names_it_lacks():
    """Runs that had time for other variables have digests that nobody takes for equal, or for different."""
    slow, fast = Cells(_clock=lambda: 0.0), Cells(_clock=lambda: 0.0)
    big = b"x" * int(2 * LEAST * RATE)
    slow_found = slow.run("a = big\nx = 1", big=big)
    fast_found = fast.run("a = 1\nx = 1")
    assert slow_found["digest"].partition("/")[2] != fast_found["digest"].partition("/")[2]


def test_variables_whose_class_fails_do_not_stop_the_others(cells):
    """A class that answers its own questions wrongly is named; the others have their digests."""
    found = cells.run("class Meta(type):\n    __mro__ = property(lambda c: 1 / 0)\nclass C(metaclass=Meta): pass\nc = C()\nx = 1")
    assert "x" in names(found)
    assert set(found["names"]) | set(found["uncompared"]) == {"Meta", "C", "c", "x"}


def test_magics_are_read_as_python():
    """The body of `%%time` assigns, and what it reads of a clock is known."""
    from IPython.core.inputtransformer2 import TransformerManager

    watch = Watch(TransformerManager().transform_cell, _clock=lambda: 0.0)
    namespace: dict[str, Any] = {}
    watch.begin(namespace)
    namespace.update(x=1, t=2.0)
    found = watch.end("%%time\nimport time\nx = 1\nt = time.time()", [], namespace)
    assert names(found) == {"x"}
    assert found["uncompared"] == {"t": "clock"}


def test_unseeded_values_differ():
    """Values from the operating system's entropy have another digest in each run."""
    first, second = (Cells(_clock=lambda: 0.0).run("import os\nx = [b for b in os.urandom(9)]") for _ in range(2))
    assert first["names"]["x"] != second["names"]["x"]


def test_of_dictionaries_with_times_the_rest_is_digested():
    """A dictionary that mixes times and data has a digest of the data, and the part is named; a table or an object of it has none."""
    source = "import time\nlog = {{'took': time.perf_counter(), 'loss': {0}}}\nrows = [log, {{'took': time.time(), 'inner': [log]}}]"
    first, second, third = (Cells(_clock=lambda: 0.0).run(source.format(loss)) for loss in (1, 1, 2))
    assert {"log": "part: clock", "rows": "part: clock", "time": "type: builtins.module"} == first["uncompared"]
    assert {"log", "rows"} == names(first)
    assert first == second
    assert all(first["names"][name] != third["names"][name] for name in ("log", "rows"))


def test_a_column_of_times_leaves_its_table_out():
    """What has a tainted key and is no dictionary is left out whole: a table with a column of times, a class of the notebook's."""
    pytest.importorskip("pandas", reason="pandas is not installed: tables with times are not tried")
    found = Cells(_clock=lambda: 0.0).run(
        "import time, pandas as pd\nx = pd.DataFrame({'a': [1]})\nx['t'] = time.time()\ny = {'x': x}\ny['t'] = time.time()"
    )
    assert "clock" == found["uncompared"]["x"]
    assert "part: clock, pandas" in found["uncompared"]["y"]
    assert {"y"} == names(found)
