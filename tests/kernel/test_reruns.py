"""Cells that run again: what a user is told, and what is silent, because a fresh runtime would give the same."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

FRONT_ENDS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((Path(__file__).parent / "frontends").glob("*.json"))
}
CLASS = "class Box:\n    count = 0\n    def get(self):\n        return self.count"
SILENT = ""

SITUATIONS = {
    # name: cells before; the cell; cells between its two runs; what the warning of the second run says, if there is one
    "nothing at all": ([], "1 + 1", [], SILENT),
    "prints": ([], "print('hello')", [], SILENT),
    "imports": ([], "import math, json\nfrom os import path", [], SILENT),
    "assigns and reads": ([], "x = 5\nprint(x)", [], SILENT),
    "assigns in a loop": (["rows = (1, 2)"], "total = 0\nfor row in rows:\n    total += row\nprint(total)", [], SILENT),
    "reads an int": (["x = 5"], "print(x)", [], SILENT),
    "reads a changed int": (["x = 5"], "print(x)", ["x = 6"], "reads x"),
    "counts up": (["x = 5"], "x += 1", [], "reads x"),
    "reads a string": (["text = 'a' * 10_000"], "print(len(text))", [], SILENT),
    "reads a list": (["items = [1, [2]]"], "print(items)", [], SILENT),
    "a list that it changes": (["items = [1]"], "items.append(2)", [], "reads items"),
    "a list that another cell changes": (["items = [1, [2]]"], "print(items)", ["items[1].append(3)"], "reads items"),
    "a dict that changes": (["table = {'a': 1}"], "print(table)", ["table['a'] = 2"], "reads table"),
    "a set that stays": (["names = {'a', 'b'}"], "print(sorted(names))", [], SILENT),
    "an equal value in a new object": (["items = [1]"], "print(items)", ["items = [1]"], SILENT),
    "an iterator": (["lines = iter([1, 2, 3])"], "print(next(lines))", [], "reads lines"),
    "a generator": (["squares = (n * n for n in range(9))"], "print(next(squares))", [], "reads squares"),
    "an open file": (["file = open(__import__('os').devnull)"], "file.read()", [], "reads file"),
    "a file that is read again": (["open('data.txt', 'w').write('1')"], "print(open('data.txt').read())", [], SILENT),
    "a function": (["def f():\n    return 1"], "f()", [], SILENT),
    "a function that was edited": (["def f():\n    return 1"], "f()", ["def f():\n    return 2"], "reads f"),
    "a function defined again as it was": (["def f():\n    return 1"], "f()", ["def f():\n    return 1"], SILENT),
    "a function that reads a changed global": (["x = [1]\ndef f():\n    return x"], "f()", ["x.append(2)"], "reads x"),
    "a function of a function": (["x = 1\ndef g():\n    return x\ndef f():\n    return g()"], "f()", ["x = 2"], "reads x"),
    "a default argument that collects": (["def f(seen=[]):\n    seen.append(1)\n    return len(seen)"], "f()", [], "reads f"),
    "a closure that counts": (
        ["def make():\n    n = [0]\n    def f():\n        n[0] += 1\n    return f\nf = make()"],
        "f()",
        [],
        "reads f",
    ),
    "an attribute of a function": (["def f(): pass\nf.calls = 0"], "f.calls += 1", [], "reads f"),
    "a class": ([CLASS], "Box().get()", [], SILENT),
    "a class that was defined again": ([CLASS], "Box().get()", [CLASS], "reads Box"),
    "an attribute of a class": ([CLASS], "Box().get()", ["Box.count += 1"], "reads Box"),
    "an instance": ([CLASS, "box = Box()"], "box.get()", [], SILENT),
    "an instance that changes": ([CLASS, "box = Box()"], "box.get()", ["box.count = 7"], "reads box"),
    "an attribute that a global is named like": (
        ["data = [1]", CLASS],
        "Box().get.__name__.data if False else 1",
        ["data.append(2)"],
        SILENT,
    ),
    "a comment that a global is named like": (["data = [1]"], "1  # data", ["data.append(2)"], SILENT),
    "a name that is gone": (["x = 1"], "print('x' in globals())", ["del x"], "reads x"),
    "looks whether a name is there": ([], "if 'n' not in globals():\n    n = 0\nn += 1", [], "reads n"),
    "a loop's last value": (["loss = 9"], "for step in range(3):\n    loss = step\nprint(loss)", ["loss = 8"], SILENT),
    "defines functions": (["x = [1]"], "def f():\n    return x\ndef g():\n    return f()", ["x.append(2)"], SILENT),
    "defines and calls a function": (["x = [1]"], "def f():\n    return x\nprint(f())", ["x.append(2)"], "reads x"),
    "evaluates a text": (["x = 1"], "print(eval('x'))", ["x = 2"], "reads x"),
    "functions in a list": (["x = 1\ndef f():\n    return x\nsteps = [f]"], "print(steps[0]())", ["x = 2"], "reads x"),
    "a decorated function": (
        ["x = 1\ndef deco(f):\n    return lambda: f()\n@deco\ndef f():\n    return x"],
        "f()",
        ["x = 2"],
        "reads x",
    ),
    "a subclass": (["x = 1\nclass A:\n    def get(self):\n        return x\nclass B(A):\n    pass"], "B().get()", ["x = 2"], "reads x"),
    "a long list of numbers": (["numbers = list(range(10_000))"], "print(sum(numbers))", [], SILENT),
    "a long list that changes": (["numbers = list(range(10_000))"], "print(sum(numbers))", ["numbers[5000] = 0"], "reads numbers"),
    "a text with an odd escape": (["x = [1]"], "y = x[0]\nprint('\\d')", [], SILENT),
    "the last result": (["3"], "print(_)", ["4"], "reads _"),
    "earlier results": (["3"], "print(Out)", ["4"], "reads Out"),
    "a magic that reads a name": (["items = [1]"], "%timeit -n1 -r1 len(items)", ["items.append(2)"], "reads items"),
    "under %%time": (["items = [1]"], "%%time\nprint(items)", ["items.append(2)"], "reads items"),
    "under %%capture": (["items = [1]"], "%%capture\nprint(items)", ["items.append(2)"], "reads items"),
    "a nested cell": (["items = [1]"], "get_ipython().run_cell('items.append(2)')", [], "reads items"),
    "draws": (["import random"], "random.random()", [], "draws from python"),
    "draws under %%time": (["import random"], "%%time\nrandom.random()", [], "draws from python"),
    "draws in a nested cell": (["import random"], "get_ipython().run_cell('random.random()')", [], "draws from python"),
    "draws through a function": (["import random\ndef f():\n    return random.random()"], "f()", [], "draws from python"),
    "draws, and fails": (["import random"], "random.random()\n1 / 0", [], "draws from python"),
    "draws from a held generator": (["import random\nmine = random.Random(1)"], "mine.random()", [], "draws from held"),
    "makes a generator and draws": (["import random"], "mine = random.Random(1)\nmine.random()", [], SILENT),
    "makes an unseeded generator": (["import random"], "random.Random().random()", [], "draws from sealed"),
    "a held generator that another cell moved": (
        ["import random\nmine = random.Random(1)"],
        "print(type(mine))",
        ["mine.random()"],
        SILENT,
    ),
    "draws after a rewind": (["import random"], "random.random()", ["%seed rewind the-cell"], SILENT),
    "draws, and rewinds itself": (["import random"], "%seed rewind\nrandom.random()", [], SILENT),
    "draws after the seed again": (["import random"], "random.random()", ["%seed 42"], SILENT),
    "draws after another seed": (["import random"], "random.random()", ["%seed 43"], "draws from python"),
    "draws from its own stream": (["import random\n%seed per-cell"], "random.random()", [], SILENT),
    "draws with a seed of its own": (["import random"], "%%seed 7\nrandom.random()", [], SILENT),
    "seeds, and draws": (["import random"], "%seed 42\nrandom.random()", [], SILENT),
    "fails before it draws": ([], "1 / 0", [], SILENT),
    "does not compile": ([], "def (", [], SILENT),
    "awaits": ([], "import asyncio\nawait asyncio.sleep(0)", [], SILENT),
    "awaits and draws": (["import random, asyncio"], "await asyncio.sleep(0)\nrandom.random()", [], "draws from python"),
}
NUMPY = {
    "a small array": (["a = np.arange(5)"], "print(a)", [], SILENT),
    "an array that is changed in place": (["a = np.arange(5)"], "print(a)", ["a[0] = 9"], "reads a"),
    "a large array": (["a = np.zeros(10**6)"], "print(a.sum())", [], "reads a"),
    "draws from NumPy": ([], "np.random.rand()", [], "draws from numpy"),
    "draws from a held Generator": (["rng = np.random.default_rng(1)"], "rng.random()", [], "draws from held"),
    "draws from an unseeded Generator": ([], "np.random.default_rng().random()", [], "draws from sealed"),
}


def situate(kernel, first, cell, between):
    """Run a situation in a clean namespace; return the results of the cell's two runs."""
    kernel.run("%reset -f", store_history=False)
    kernel.run("%reload_ext seednb\n%seed 42", cell="the-seed")
    kernel.run("import numpy as np, numpy.random", cell="numpy") if cell in {case[1] for case in NUMPY.values()} else None
    for number, source in enumerate(first):
        kernel.run(source, cell=f"before {number}")
    one = kernel.run(cell, cell="the-cell")
    for number, source in enumerate(between):
        kernel.run(source, cell=f"between {number}")
    return one, kernel.run(cell, cell="the-cell")


def warnings_in(result):
    """Return the lines of a result's stderr that are our warnings."""
    return [line for line in result.err.splitlines() if "RerunWarning" in line]


def check(kernel, situation):
    """Run a situation and compare what it says."""
    first, cell, between, expected = situation
    one, two = situate(kernel, first, cell, between)
    assert warnings_in(one) == []
    found = warnings_in(two)
    if expected == SILENT:
        assert found == []
    else:
        (line,) = found
        assert expected in line
        assert "this cell has run before in this runtime" in line
        assert "a fresh runtime gives other results" in line


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_a_rerun_says(shared, name):
    """Each situation has its warning, in one line, or none."""
    check(shared, SITUATIONS[name])


@pytest.mark.parametrize("name", NUMPY)
def test_what_a_rerun_says_with_numpy(shared, name):
    """Arrays are compared while they are small, and NumPy's generators are named."""
    if not shared.value("__import__('importlib.util').util.find_spec('numpy') is not None"):
        pytest.skip("no NumPy in the kernel's environment")
    check(shared, NUMPY[name])


def run_twice(kernel, source="import random\nrandom.random()"):
    """Run a drawing cell twice; return the second result."""
    kernel.run(source, cell="twice")
    return kernel.run(source, cell="twice")


def test_each_rerun_is_warned_of(seeded):
    """Not only the first time: the third and fourth run have their line too."""
    run_twice(seeded)
    assert [len(warnings_in(seeded.run("import random\nrandom.random()", cell="twice"))) for _ in range(2)] == [1, 1]


def test_filters_have_the_say(seeded):
    """`ignore` silences the warning, `error` refuses the cell in one line, and then the next ones run."""
    seeded.run("import warnings, seednb\nwarnings.filterwarnings('ignore', category=seednb.RerunWarning)")
    assert run_twice(seeded).err == ""
    seeded.run("warnings.filterwarnings('error', category=seednb.RerunWarning)")
    before = seeded.cells
    result = seeded.run("import random\nrandom.random()\nran = True", cell="twice")
    assert result.status == "error"
    (line,) = next(message for message in result.messages if message["msg_type"] == "error")["content"]["traceback"]
    assert line.startswith("RerunWarning: this cell was edited since it ran in this runtime: it draws from python")
    assert line.endswith("; the cell did not run")
    assert seeded.value("'ran' in globals()") is False
    assert seeded.cells["twice"].split()[2:] == before["twice"].split()[2:]
    assert seeded.run("import random\nrandom.random()", cell="another").status == "ok"


def test_refused_cells_may_await(seeded):
    """An asynchronous cell is refused like any other."""
    source = "import asyncio, random\nawait asyncio.sleep(0)\nrandom.random()"
    seeded.run(source, cell="twice")
    seeded.run("import warnings, seednb\nwarnings.filterwarnings('error', category=seednb.RerunWarning)")
    assert seeded.run(source, cell="twice").status == "error"


EDITS = {
    "an edit of a pure cell": ("1 + 1", "1 + 2", SILENT),
    "an edit of a comment": ("x = 1", "x = 1  # one", SILENT),
    "an edit of a cell that draws": ("import random\nrandom.random()", "import random\nrandom.random() + 1", "draws from python"),
    "an edit of a cell that counts": ("n += 1", "n += 2", "reads n"),
    "an edit that reads what the cell assigned": ("m = 1", "print(m)\nm = 1", "reads m"),
    "an edit of what it assigns": ("m2 = 1", "m2 = 3", SILENT),
    "an edit of a loop": ("for i in (1, 2):\n    k = i\nprint(k)", "for i in (1, 3):\n    k = i\nprint(k)", SILENT),
    "an edit of a function": ("def f():\n    return 1", "def f():\n    return 2", SILENT),
    "an edit that draws for the first time": ("import random", "import random\nrandom.random()", SILENT),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_cells(shared, name):
    """An edit matters where the earlier run drew, or changed what the new version reads."""
    first, second, expected = EDITS[name]
    shared.run("%reload_ext seednb\n%seed 42\nn = 1", cell="the-seed")
    shared.run(first, cell="edited")
    found = warnings_in(shared.run(second, cell="edited"))
    if expected == SILENT:
        assert found == []
    else:
        (line,) = found
        assert expected in line
        assert "this cell was edited since it ran in this runtime" in line


def test_modules_of_the_users_are_compared(seeded, tmp_path):
    """A module of the project that %autoreload has read again is a change; an installed one is none."""
    (tmp_path / "mine.py").write_text("def f():\n    return 1\n")
    seeded.run("%load_ext autoreload\n%autoreload 2\nimport mine, json")
    seeded.run("mine.f(), json.dumps(1)", cell="reads")
    assert warnings_in(seeded.run("mine.f(), json.dumps(1)", cell="reads")) == []
    (tmp_path / "mine.py").write_text("def f():\n    return 22\n")
    os.utime(tmp_path / "mine.py", (2_000_000_000, 2_000_000_000))
    seeded.run("mine.f()", cell="reloads")
    assert "reads mine" in seeded.run("mine.f(), json.dumps(1)", cell="reads").err


def test_interrupted_first_runs_count(seeded):
    """A first run that was interrupted after it drew is a first run."""
    source = "import random, time\nrandom.random()\nwhile not globals().get('done'):\n    print('ready', flush=True)\n    time.sleep(5)"
    seeded.run(source, cell="x", then=seeded.interrupt)
    seeded.run("done = True", cell="sets")
    assert "draws from python" in seeded.run(source, cell="x").err


def test_sources_that_cannot_be_read_are_never_silent(seeded):
    """With a loaded system whose state nobody can read, each re-run is warned of, by its name."""
    seeded.run("get_ipython()._seednb.runtime.sources[0].state = lambda: None")
    assert "python may have moved, which nobody can read" in run_twice(seeded, "1").err


def test_cells_from_before_the_extension_are_unknown(kernel):
    """A cell that ran before seednb was loaded is run for the first time."""
    kernel.run("import random\nrandom.random()", cell="x")
    kernel.run("%load_ext seednb\n%seed 42", cell="loads")
    assert warnings_in(kernel.run("import random\nrandom.random()", cell="x")) == []


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_the_front_ends_name_their_cells(seeded, tmp_path, name):
    """With the metadata that each front end sends, the second run of a cell is found, or, where nothing can tell, not claimed."""
    front_end = FRONT_ENDS[name]
    source = "import random\nrandom.random()"
    seen = []
    for request in front_end["requests"]:
        seeded.client.session.metadata = request["metadata"]
        result = seeded.run_request(request.get("source", source), store_history=front_end.get("store_history", True))
        seen.append(len(warnings_in(result)))
    assert seen == front_end["warned"]
    if "keys" in front_end:
        assert [key for key in seeded.cells if key != "first"] == front_end["keys"]


def notebook(path, *cells):
    """Write a notebook file, as a front end that autosaves does."""
    code = [
        {"cell_type": "code", "id": key, "metadata": {}, "outputs": [], "execution_count": None, "source": source} for key, source in cells
    ]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code}))


def until_read(kernel):
    """Wait until the kernel has read the notebook's file."""
    assert any(kernel.value("len(get_ipython()._seednb.cells._outline._cells)") for _ in range(1000))


DRAW = "import random\nrandom.random()"


def test_cells_out_of_order_are_told_where_they_draw(start, tmp_path):
    """A cell that runs for the first time after one below it is warned of, if it draws; the file tells the order."""
    path = tmp_path / "nb.ipynb"
    notebook(path, ("a", "%load_ext seednb"), ("b", DRAW), ("c", "1"), ("d", DRAW))
    kernel = start(JPY_SESSION_NAME=str(path))
    kernel.run("%load_ext seednb\n%seed 42", cell="a")
    until_read(kernel)
    assert warnings_in(kernel.run(DRAW, cell="d")) == []
    assert warnings_in(kernel.run("1", cell="c")) == []
    (line,) = warnings_in(kernel.run(DRAW, cell="b"))
    assert "this cell runs after cells that stand below it: it draws from python" in line


def test_without_ids_the_file_tells_what_is_a_rerun(start, tmp_path):
    """Where a front end sends no id, a source that ran more often than it stands in the file is a re-run."""
    path = tmp_path / "nb.ipynb"
    notebook(path, ("a", "%load_ext seednb\n%seed 42"), ("b", DRAW), ("c", DRAW), ("d", DRAW + "  # once"))
    kernel = start(JPY_SESSION_NAME=str(path))
    kernel.run("%load_ext seednb\n%seed 42")
    until_read(kernel)
    assert [len(warnings_in(kernel.run(DRAW))) for _ in range(3)] == [0, 0, 1]
    assert [len(warnings_in(kernel.run(DRAW + "  # once"))) for _ in range(2)] == [0, 1]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"cells": 5}', '{"cells": [{"cell_type": "code", "source": 5}]}', "\x00" * 100, "[" * 100_000]
)
def test_files_that_are_no_notebooks_are_no_outline(start, tmp_path, text):
    """Whatever the file holds, cells run, nothing is printed, and nothing is claimed."""
    path = tmp_path / "nb.ipynb"
    path.write_text(text)
    kernel = start(JPY_SESSION_NAME=str(path))
    kernel.run("%load_ext seednb\n%seed 42", cell="a")
    kernel.value("get_ipython()._seednb.cells._outline.read(" + repr(str(path)) + ")")
    result = kernel.run(DRAW, cell="b")
    assert (result.status, result.err) == ("ok", "")
    assert kernel.value("get_ipython()._seednb.runtime.failures") == []
