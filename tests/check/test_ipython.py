"""IPython's syntax is read tolerantly, and what cannot be read is said."""

from __future__ import annotations

import ast

import pytest

from seednb.check.ipython import parse_cell


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "!ls -la 'a b'\nx = 1",
        "!echo it's\nx = 1",
        "files = !ls *.csv\nx = 1",
        "value = %env HOME\nx = 1",
        "len?\nx = 1",
        "?len\nx = 1",
        "np.random.rand??\nx = 1",
        "if True:\n    %timeit f()\n    !ls\nx = 1",
        "!pip install \\\n  a b \\\n  c\nx = 1",
        "%%time\nx = 1",
        "\n\n%%timeit -n 3\nx = 1",
        "%%capture out\n%%time\nx = 1",
        "%run other.py --seed 3\nx = 1",
        ",f a b\nx = 1",
        "y = (3\n  % 2)\nx = 1",
        "await f()\nx = 1",
        "",
    ],
)
def test_magics_are_stepped_over(source):
    """A cell with magics, shell lines and help is parsed, and its other lines stay where they are."""
    tree, _, problem = parse_cell(source)
    assert problem == ""
    assert tree is not None
    lines = [node.lineno for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node) == "x = 1"]
    assert lines == [number for number, line in enumerate(source.split("\n"), 1) if line == "x = 1"]


def test_what_a_timed_line_runs_is_kept_in_place():
    """The expression behind %time and %timeit keeps its column."""
    tree, magics, _ = parse_cell("%timeit -n 10 f(x)\n%time y = g()")
    assert tree is not None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [(1, 14), (2, 10)] == sorted((call.lineno, call.col_offset) for call in calls)
    assert [1, 2] == [line for line, _ in magics]


def test_many_magics():
    """A cell may have any number of magics below each other; one whose places are too many and apart is a problem, at once."""
    assert parse_cell("!pip install x\n" * 5000 + "x = 1").problem == ""
    assert "more than 100 places" in parse_cell("x = 1\n!ls\n" * 4000).problem
    assert "more than 10000 lines" in parse_cell("x = 1\n" * 20_000).problem


@pytest.mark.parametrize("source", ["%%bash\nfor x in", "%%html\n<b>", "%%writefile a.py\nx ==", "%%sql\nselect"])
def test_cells_in_other_languages_are_no_problem(source):
    """A cell whose magic takes other languages is left out without a word."""
    tree, magics, problem = parse_cell(source)
    assert tree is None
    assert problem == ""
    assert len(magics) == 1


@pytest.mark.parametrize("source", ["def f(:", "print 'two'", "x = 'a\x00b'", "(" * 3000 + ")" * 3000, "-" * 100_000 + "1", "\ud800 = 1"])
def test_what_cannot_be_read(source):
    """A cell that is not Python says so in one line, and is no error."""
    tree, _, problem = parse_cell(source)
    assert tree is None
    assert "not Python that can be read" in problem
    assert "\n" not in problem
