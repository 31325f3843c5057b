"""The names that a source reads: what is sure not to be read does not count, everything else does."""

from __future__ import annotations

import functools
import warnings

import pytest

from seednb.order import assigned_by, read_by
from seednb.reads import Reads, asks_for_names

SOURCES = {
    # source: the names among a, b, f that running it may read
    "a": "a",
    "a = 1\nprint(a)": "",
    "print(a)\na = 1": "a",
    "a += 1": "a",
    "a[0] = b": "a b",
    "a.x = 1": "a",
    "x.a": "",
    "'a'": "",
    "f'{a}'": "a",
    "# a": "",
    "a: int = b": "b",
    "a, (b, *f) = 1, (2, 3)\na, b, f": "",
    "del a": "",
    "for a in b:\n    pass\na": "b",
    "for x in f:\n    a = x\na": "f",
    "while f():\n    a = 1\na": "a f",
    "if b:\n    a = 1\na": "a b",
    "if b:\n    a = 1\nelse:\n    a = 2\na": "b",
    "try:\n    a = 1\nexcept KeyError:\n    a = 2\na": "",
    "try:\n    a = 1\nexcept KeyError:\n    pass\na": "a",
    "try:\n    f()\nfinally:\n    a = 1\na": "f",
    "with f() as a:\n    a": "f",
    "import a\na": "",
    "import a.b as b\nb": "",
    "from x import *\na": "a",
    "[a for a in b]": "b",
    "[a for a in b]\na = 1": "b",
    "{b for x in a if f(x)}": "a b f",
    "lambda a: a": "",
    "lambda: a": "a",
    "def f():\n    return a": "",
    "def f():\n    return a\nf()": "a",
    "def f():\n    return a\na = 1\nf()": "a",
    "def f(x=a):\n    return b": "a",
    "def x(f):\n    return f\nf = x(1)": "",
    "def x():\n    return f()\ndef f():\n    return 1\nx()": "",
    "def x():\n    a = 1\n    return a": "",
    "def x():\n    global a\n    a += 1\nx()": "a",
    "@f\ndef x(): pass": "f",
    "class X(a):\n    y = b\n    def z(self):\n        return f": "a b",
    "class X:\n    def z(self):\n        return f\nX().z()": "f",
    "await f(a)": "a f",
    "async with a as b:\n    b": "a",
    "for x in a:\n    if x:\n        break": "a",
    "print(a := 1)": "",
    "get_ipython().run_cell_magic('time', '', 'a')": "a",
    "get_ipython().run_line_magic('timeit', '-n1 f(b)')": "b f",
    "get_ipython().run_cell_magic('time', '', 'a = 1\\na')": "",
    "assert a, b": "a b",
    "global a\na = 1\na": "",
}


@pytest.mark.parametrize("source", SOURCES)
def test_names_that_are_read(source):
    """Names count that may be read before they are surely assigned, in the scope of the notebook."""
    assert sorted(read_by(source) & {"a", "b", "f"}) == SOURCES[source].split()


def reads():
    """Return an instance that knows one magic."""
    return Reads(lambda source: source.replace("%%time", "get_ipython()"))


def test_names_come_from_the_namespace():
    """What the namespace lacks, and what is IPython's own, is not among the names; `_` and `Out` are results, and are."""
    namespace = {"a": 1, "In": [], "get_ipython": print, "_i": "", "_i3": "", "exit": 1, "_": 1, "Out": {}}
    assert reads().names("a, b, In, get_ipython, _i, _i3, exit, _, Out", namespace) == ["Out", "_", "a"]


def test_sources_that_do_not_parse_read_nothing():
    """Neither Python nor IPython: the cell will not run, so it reads nothing."""
    assert reads().names("a (", {"a": 1}) == []
    assert reads().names("%%time\na", {"a": 1}) == ["a"]


def test_texts_that_are_evaluated_count():
    """The words of a source that evaluates text, or looks into its namespace, all count."""
    assert reads().names("eval('a')", {"a": 1}) == ["a"]
    assert reads().names("df.query('x > @a')", {"a": 1}) == ["a"]
    assert asks_for_names("'a' in globals()")
    assert not asks_for_names("print(a)")


def run(source):
    """Return the namespace after running a source as a notebook does."""
    namespace = {"__name__": "__main__", "functools": functools}
    exec(source, namespace)
    return namespace


@pytest.mark.parametrize(
    "source",
    [
        "a = 1\ndef g(): return a\ndef f(): return g()",
        "a = 1\ndef g(): return a\nf = functools.partial(g)",
        "a = 1\ndef g(): return a\nf = functools.lru_cache(g).__wrapped__",
        "a = 1\ndef g(): return a\ndef wrap(h): return lambda: h()\nf = wrap(g)",
        "a = 1\ndef g(): return a\nf = {'g': [g]}",
        "a = 1\nclass A:\n    def g(self): return a\nf = A",
        "a = 1\nclass A:\n    @property\n    def g(self): return a\nf = A()",
        "a = 1\nclass A:\n    @classmethod\n    def g(cls): return a\nclass f(A): pass",
        "a = 1\nclass A:\n    def g(self): return a\nf = A().g",
    ],
)
def test_functions_of_the_notebook_are_looked_through(source):
    """What a function, method, closure or container of these reads is read by the cell."""
    assert "a" in reads().names("f", run(source))


def test_many_functions_are_bounded():
    """A chain of functions without end costs no more than a hundred looks."""
    namespace = run("\n".join(f"def f{n}(): return f{n + 1}()" for n in range(500)))
    assert 100 <= len(reads().names("f0()", namespace)) <= 102


def test_no_code_of_the_users_runs():
    """Looking at a class calls nothing of what it holds."""
    namespace = run(
        "calls = []\nclass Odd:\n    def __getattr__(self, name):\n        calls.append(name)\nclass A:\n    odd = Odd()\na = A()"
    )
    reads().names("a, A", namespace)
    assert namespace["calls"] == []


def test_nothing_is_said_of_a_source():
    """Odd escapes are for IPython to tell, once, and the filters stay as they are."""
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert reads().names("print('\\d', a)", {"a": 1}) == ["a"]
    assert caught == []
    assert list(warnings.filters) == before


def test_assigned_names():
    """Names bound at the top of a source count, wherever they stand there; those of functions do not."""
    assert assigned_by("a = 1\nif x:\n    b = 2\nfor c in y:\n    import d.e\ndef f():\n    g = 1\n(h := 1)") == set("abcdfh")
    assert assigned_by("%magic") == set()
