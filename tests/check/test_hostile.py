"""Whatever a notebook holds, the lint answers: with findings, a note, or one line."""

from __future__ import annotations

import ast
import json

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from seednb._structure import StructureError, check
from seednb.check import check_cells, check_notebook
from seednb.check.rscan import scan_r
from tests.check.cells import cells
from tests.conftest import notebook
from tests.counting import calls

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        "import numpy as np", "from x import *", "np.random.seed(", "np.random.rand()", ")", "(", "'", '"""', "\n", "    ",
        "for x in set(y):", "print(id(x))", "%time ", "%%bash", "!ls", "?", "def f():", "f()", "class A:", "A()", "lambda: 0",
        "x = ", "\x00", "\\", "#", "é", "seed + rank", "random.seed(-1)", "# seednb: ignore[", "]", "os.environ['PYTHONHASHSEED'] = 1",
        "x <- rnorm(3)", "set.seed(", "@", "async ", "await ", "yield", "*", ":=", "\r", "\f",
    ]
)  # fmt: skip
SOURCES = st.lists(WORDS, max_size=12).map("".join)
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON, "source": SOURCES | st.lists(SOURCES, max_size=3) | JSON},
    optional={"metadata": JSON | st.fixed_dictionaries({"tags": JSON | st.lists(st.just("seednb-ignore"))}), "id": JSON, "outputs": JSON},
)
NOTEBOOK = st.fixed_dictionaries(
    {"nbformat": st.just(4), "nbformat_minor": st.integers(0, 5), "cells": st.lists(CELL, max_size=4) | JSON},
    optional={"metadata": JSON | st.fixed_dictionaries({"kernelspec": JSON, "language_info": JSON})},
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NOTEBOOK)
def test_no_notebook_crashes_it(nb):
    """JSON in the shape of a notebook is refused by the reader, or checked."""
    try:
        check(nb)
    except StructureError as error:
        event(str(error))
        return
    checked = check_notebook(nb)
    assert all("\n" not in finding.message and finding.line >= 1 and finding.column >= 1 for finding in checked.findings)


@settings(max_examples=300, deadline=None)
@given(st.lists(SOURCES, max_size=4), st.sampled_from(["python", "r"]))
def test_no_code_crashes_it(sources, language):
    """Any pieces of Python, IPython and R in any order are checked, or skipped with a note."""
    checked = check_cells(cells(*sources), language=language)
    assert all("\n" not in note for note in checked.notes)


def test_broken_files_do_not_stop_the_others(seednb, make_notebook, tmp_path):
    """Each file that cannot be read gives one line, the others are checked, and the exit code is 2."""
    broken = {
        "empty": b"", "list": b"[]", "nul": b'{"a": "\x00"}', "text": b"hello", "latin": b'{"\xe9": 1}',
        "deep": b'{"cells": ' + b"[" * 100_000,
        "old": json.dumps({"nbformat": 3, "worksheets": []}).encode(), "cells": json.dumps({**notebook(), "cells": 5}).encode(),
    }  # fmt: skip
    for name, data in broken.items():
        (tmp_path / f"{name}.ipynb").write_bytes(data)
    (tmp_path / "bad.py").write_bytes(b"\xff\xfe")
    good = make_notebook("import random\nrandom.seed(-1)", "def (", "print(random.random(", "(" * 500 + ")" * 500)
    names = [*(f"{name}.ipynb" for name in broken), "gone.ipynb", "bad.py"]
    done = seednb("check", *names, good)
    assert 2 == done.returncode
    assert len(names) == len(done.stderr.splitlines())
    assert all(name in done.stderr for name in names)
    assert "SNB032" in done.stdout
    assert 3 == done.stdout.count("note: cell ")
    files = json.loads(seednb("check", "empty.ipynb", good, "--json").stdout)["files"]
    assert [True, False] == ["error" in file for file in files]


def test_what_no_terminal_can_print(seednb, make_notebook, tmp_path):
    """Ids, names of files and code with halves of characters or escapes are shown without them, and JSON stays JSON."""
    nb = notebook("import random\nrandom.random()")
    nb["cells"][0]["id"] = "\ud800\x1b[31m"
    (tmp_path / "a\x1b[31m.ipynb").write_text(json.dumps(nb))
    long = make_notebook("import random as " + "x" * 5000, "x" * 5000 + ".random()", "class " + "A" * 5000 + ":\n    def go(self): pass")
    done = seednb("check", "a\x1b[31m.ipynb", long, "--json")
    assert "\ud800\x1b[31m" == json.loads(done.stdout)["files"][0]["findings"][0]["cell_id"]
    done = seednb("check", "a\x1b[31m.ipynb", long)
    assert 1 == done.returncode
    assert "\x1b" not in done.stdout
    assert all(len(line) < 600 for line in done.stdout.splitlines())


def test_deep_code_is_skipped():
    """Code that nests deeper than Python's own stack is a note, and the next cell is checked."""
    deep = ["x" + ".a" * 5000, "a" + "()" * 3000, "1" + " + 1" * 20_000, "lambda random: a" + " & a" * 900, "a" + " & a" * 1500]
    checked = check_cells(cells("import random", *deep, "x = " + "[" * 90 + "]" * 90, "random.random()"))
    assert [("SNB010", 8)] == [(finding.code, finding.cell) for finding in checked.findings]
    assert [2, 3, 4, 5, 6] == sorted(int(note.split()[1]) for note in checked.notes)
    assert all("nests too deeply" in note for note in checked.notes)


def test_a_thousand_cells_take_what_they_hold():
    """1,000 cells with draws, loops and functions cost ten times what 100 cost, and at most 30 calls for each node of their syntax."""
    function = (
        "import numpy as np\ndef f{0}(x):\n    y = np.empty(3)\n    for i in range(3):\n        y[i] = np.random.rand() * x\n    return y\n"
    )
    sources = [(function + "print(f{0}(2))\n%time f{0}(3)").format(number) for number in range(1000)]
    few, many = (calls(lambda number=number: check_cells(cells(*sources[:number]))) for number in (100, 1000))
    nodes = sum(len(list(ast.walk(ast.parse(source.replace("%time ", ""))))) for source in sources)
    assert ["SNB010"] == [finding.code for finding in check_cells(cells(*sources)).findings]
    assert many < 10.5 * few
    assert many < 30 * nodes


def test_r_brackets_never_close():
    """An R call whose brackets never close has the text up to the end."""
    assert ["1, 'a"] == [call.arguments for call in scan_r(cells("f(1, 'a"))]
