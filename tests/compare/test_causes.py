"""A cause is named only where there is evidence for it."""

from __future__ import annotations

import pytest

from seednb.compare import compare_notebooks
from seednb.digest import source_digest
from tests.compare.make import book, cell, error, plain, record, stream


def causes(a, b, **options):
    """Return the causes by cell."""
    options = {"record_a": None, "record_b": None, **options}
    return {result.id: result.cause for result in compare_notebooks(book(*a), book(*b), **options).cells}


def one(source, first, second, **options):
    """Return the cause and the detail of a single cell with these outputs."""
    options = {"record_a": None, "record_b": None, **options}
    (result,) = compare_notebooks(book(cell("a", source, first)), book(cell("a", source, second)), **options).cells
    return result.cause, result.detail


def test_no_cause_without_divergence():
    """A cell that does not differ has no cause."""
    assert causes([cell("a", "1", plain("1"))], [cell("a", "2", plain("1"))]) == {"a": None}


def test_code():
    """A diverged cell whose code differs has the code as its cause; later ones are upstream unless their own code differs."""
    a = [cell(key, key, plain("1")) for key in "abcd"]
    b = [a[0], cell("b", "other", plain("2")), cell("c", "c", plain("2")), cell("d", "other", plain("2"))]
    assert causes(a, b) == {"a": None, "b": "code", "c": "upstream", "d": "code"}


def test_code_that_was_changed_after_the_recorded_run():
    """The record's digest of the source tells that the outputs in the notebook come from other code."""
    recorded, replayed = (record({"a": f"b2 s={source_digest(source)}"}) for source in ("x = 1", "x = 2"))
    cause, detail = one("x = 2", plain("1"), plain("2"), record_a=recorded, record_b=replayed)
    assert cause == "code"
    assert "changed after the recorded run" in detail
    unknown = record({"other": f"b2 s={source_digest('x')}"})
    assert one("x = 2", plain("1"), plain("2"), record_a=unknown, record_b=replayed)[0] == "code"


def test_hash_order():
    """The same words in another order are hash order only where the hash seeds differ."""
    pair = plain("{'a', 'bb', 'ccc'}"), plain("{'ccc', 'a', 'bb'}")
    assert one("x", *pair, record_a=record(), record_b=record(hash_seed=1))[0] == "hash-order"
    assert one("x", *pair, record_a=record(hash_seed=None), record_b=record(hash_seed=None))[0] == "hash-order"
    assert one("x", *pair, record_a=record(), record_b=record())[0] == "unknown"
    assert one("x", *pair)[0] == "unknown"
    assert one("x", plain("{'a'}"), plain("{'b'}"), record_a=record(), record_b=record(hash_seed=1))[0] == "unknown"


@pytest.mark.parametrize(
    ("source", "first", "second", "cause"),
    [
        (
            "datetime.now(), 1",
            "(datetime.datetime(2026, 11, 23, 21, 52, 9), 1)",
            "(datetime.datetime(2026, 11, 23, 21, 52, 34, 9), 1)",
            "clock",
        ),
        ("!date", "Mon Nov 23 21:52:09 UTC 2026", "Tue Nov 24 01:02:03 UTC 2026", "clock"),
        ("log(f'took {time.time() - t} s')", "took 3.25 s", "took 3.5 s", "clock"),
        ("[time.time()]", "1795467984.842044", "1795468056.518927", "clock"),
        ("f(time.time_ns())", "1795467984842044123", "1795468056518927123", "clock"),
        ("print(t)", "took 3.25 s", "took 3.5 s", "unknown"),
        ("time.time(); print(x)", "loss 0.25", "loss 0.5", "unknown"),
        ("print(time.time(), x)", "1795467984.842044 0.1", "1795468056.518927 0.2", "unknown"),
        ("hex(id(x))", "'0x7f9966cc7250'", "'0x7fca94cc7260'", "address"),
        ("id(x)", "140296839358560", "140508064508000", "address"),
        ("print(x)", "140296839358560", "140508064508000", "unknown"),
        ("x, y", "<A at 0x7f0000001000> <A at 0x7f0000001000>", "<A at 0x7f0000001000> <A at 0x7f0000002000>", "address"),
        ("os.urandom(2)", "b'\\x01'", "b'\\x02'", "unsealed-entropy"),
        ("secrets.token_hex(2)", "'a1b2'", "'b1b2'", "unsealed-entropy"),
        ("b = data", "b'\\x01'", "b'\\x02'", "unknown"),
        ("default_rng().random()", "0.25", "0.5", "unsealed-entropy"),
        ("default_rng(3).random()", "0.25", "0.5", "unknown"),
        ("os.getpid()", "4711", "4712", "process-id"),
        ("os.getpid(), x", "(4711, 0.1)", "(4712, 0.2)", "unknown"),
        ("print(x)", "4711", "4712", "unknown"),
        ("for d in as_completed(jobs): print(d.result())", "1\n2\n3", "2\n1\n3", "threads"),
        ("for d in as_completed(jobs): print(d.result())", "1\n2\n3", "2\n1\n4", "unknown"),
        ("Thread(target=shout).start()", "one 1\ntwo 2", "onetwo  12\n", "threads"),
        ("for d in jobs: print(d.result())", "1\n2\n3", "2\n1\n3", "unknown"),
    ],
)
def test_evidence_in_the_output(source, first, second, cause):
    """Clocks and addresses are named where the differing text and the cell's own code both say so."""
    assert one(source, plain(first), plain(second))[0] == cause


def test_a_sealed_generator_gets_no_blame():
    """A generator without a seed is no cause where both runs sealed it: it followed the notebook's seed."""
    pair = plain("0.25"), plain("0.5")
    sealed, open_ = record(sealed=True), record(sealed=False)
    assert one("default_rng().random()", *pair, record_a=sealed, record_b=sealed)[0] == "unknown"
    assert one("default_rng().random()", *pair, record_a=open_, record_b=open_)[0] == "unsealed-entropy"
    assert one("os.urandom(3)", *pair, record_a=sealed, record_b=sealed)[0] == "unsealed-entropy"


def test_draws():
    """A cell that begins with the generators' states of the recorded run and leaves others drew otherwise itself."""

    def run(first, second):
        return record({"a": f"b2 s=0123456789 numpy={first}", "b": f"b2 s=0123456789 numpy={second}"})

    a, b = ([cell("a", "1"), cell("b", "2", output)] for output in (plain("1"), plain("2")))
    again = run("0000000000", "1111111111")
    assert causes(a, b, record_a=again, record_b=run("0000000000", "2222222222")) == {"a": None, "b": "draws"}
    assert causes(a, b, record_a=again, record_b=again) == {"a": None, "b": "unknown"}
    assert causes(a, b, record_a=again, record_b=run("3333333333", "2222222222")) == {"a": "draws", "b": "upstream"}


def missing(name):
    """Return the error of a cell that misses a name."""
    return error("NameError", f"name {name!r} is not defined. Did you mean: 'date'?")


@pytest.mark.parametrize(
    ("above", "below", "cause", "said"),
    [
        ("x = 1", "y = 2", "undefined-name", "no cell above defines 'data'"),
        ("x = 1", "%time\nfor data in []: pass", "undefined-name", "no cell above defines 'data'; cell 3, below, does"),
        ("if x:\n    data = 1", "y = 2", "unknown", ""),
        ("def f():\n    data = 1", "import a.b as data", "undefined-name", "cell 3, below, does"),
        ("from numpy import data", "", "unknown", ""),
    ],
)
def test_undefined_names(above, below, cause, said):
    """A cell that misses a name which no cell above assigns is told so, and where it is assigned."""
    a = [cell("a", above), cell("b", "sum(data)", plain("1")), cell("c", below)]
    b = [a[0], cell("b", "sum(data)", missing("data")), cell("c", below)]
    result = compare_notebooks(book(*a), book(*b), record_a=None, record_b=None).cells[1]
    assert (result.verdict.value, result.cause) == ("failed", cause)
    assert said in result.detail


def test_an_undefined_name_wins_over_upstream():
    """A name that no cell above defines is no consequence of an earlier difference."""
    a = [cell("a", "a", plain("1")), cell("b", "data", plain("1"))]
    b = [cell("a", "a", plain("2")), cell("b", "data", missing("data"))]
    assert causes(a, b) == {"a": "unknown", "b": "undefined-name"}


def test_execution_order():
    """A cell that was executed again, or after cells below it, differs for that; later ones follow from it."""
    a = [cell("a", "x += 1", plain("3"), count=5), cell("b", "x", plain("2"), count=2)]
    b = [cell("a", "x += 1", plain("2"), count=1), cell("b", "x", plain("1"), count=2)]
    assert causes(a, b) == {"a": "execution-order", "b": "upstream"}
    assert "executed as [5], then as [1]" in compare_notebooks(book(*a), book(*b), record_a=None, record_b=None).cells[0].detail
    assert causes([cell("a", "x", plain("3"), count=None)], [cell("a", "x", plain("2"))]) == {"a": "unknown"}


def test_execution_order_and_versions():
    """Other versions are the nearer cause where the generators' states agree; a cell that drew again is not blamed on them."""
    a, b = ([cell("a", "x", plain(text), count=count)] for text, count in (("1", 3), ("2", 1)))

    def run(state, version):
        return record({"a": f"b2 s=0123456789 numpy={state}"}, environment={"packages": {"numpy": version}})

    assert causes(a, b, record_a=run("0000000000", "1"), record_b=run("0000000000", "2")) == {"a": "library-version"}
    assert causes(a, b, record_a=run("0000000000", "1"), record_b=run("1111111111", "2")) == {"a": "execution-order"}
    assert causes(b, b, record_a=run("0000000000", "1"), record_b=run("1111111111", "2")) == {"a": "library-version"}


def test_own_evidence_wins_over_upstream():
    """A later cell that shows its own clock is not blamed on an earlier one."""
    a = [cell("a", "a", plain("1")), cell("b", "id(x)", plain("140296839358560")), cell("c", "c", plain("1"))]
    b = [cell("a", "a", plain("2")), cell("b", "id(x)", plain("140508064508000")), cell("c", "c", plain("2"))]
    assert causes(a, b) == {"a": "unknown", "b": "address", "c": "upstream"}


@pytest.mark.parametrize("kind", ["unsealed", "threads"])
def test_unsealed_entropy(kind):
    """A note of the kernel about unsealed entropy, in this cell or an earlier one, is the cause; a sealed one is none."""
    pair = plain("0.1"), plain("0.2")
    noted = {"a": [{"kind": kind, "where": "cell a line 1", "what": "default_rng"}]}
    cause, detail = one("x", *pair, notes_b=noted)
    assert cause == "unsealed-entropy"
    assert "default_rng (cell a line 1)" in detail
    harmless = [{"kind": "sealed", "where": "", "what": ""}, {"kind": "overridden", "where": "", "what": ""}, None, 3]
    assert one("x", *pair, notes_b={"a": harmless})[0] == "unknown"
    a, b = ([cell("a", "1"), cell("b", "2", output)] for output in pair)
    assert causes(a, b, notes_b=noted) == {"a": None, "b": "unsealed-entropy"}


RECORDS = {
    "seed": ({"seed": 1}, {"seed": 2}, "settings"),
    "seal": ({"sealed": True}, {"sealed": False}, "settings"),
    "input": ({"inputs": {"a.csv": "0123456789"}}, {"inputs": {"a.csv": "9876543210"}}, "input-file"),
    "file not read yet": ({"inputs": {"a.csv": "0123456789"}}, {"inputs": {}}, "unknown"),
    "package": ({"environment": {"packages": {"numpy": "2.3"}}}, {"environment": {"packages": {"numpy": "2.4"}}}, "library-version"),
    "package not loaded yet": ({"environment": {"packages": {"numpy": "2.3"}}}, {"environment": {"packages": {}}}, "unknown"),
    "python": ({"environment": {"python": "3.11.7"}}, {"environment": {"python": "3.12.0"}}, "library-version"),
    "cpu": ({"environment": {"cpu": "A"}}, {"environment": {"cpu": "B"}}, "cpu-or-gpu"),
    "gpu": ({"environment": {"devices": ["A"]}}, {"environment": {"devices": ["B"]}}, "cpu-or-gpu"),
    "threads": ({"environment": {"threads": {"OMP": 1}}}, {"environment": {"threads": {"OMP": 2}}}, "settings"),
    "flags": ({"environment": {"flags": {}}}, {"environment": {"flags": {"XLA_FLAGS": "x"}}}, "settings"),
    "determinism": ({"determinism": {"strict": True}}, {"determinism": {"strict": False}}, "settings"),
    "hash seed alone": ({"hash_seed": 0}, {"hash_seed": 1}, "unknown"),
    "nothing": ({}, {}, "unknown"),
}


@pytest.mark.parametrize(("first", "second", "cause"), RECORDS.values(), ids=RECORDS.keys())
def test_what_differs_between_the_runs(first, second, cause):
    """What the records say of the two runs is the cause where the outputs tell nothing."""
    found, detail = one("x", plain("0.1"), plain("0.2"), record_a=record(**first), record_b=record(**second))
    assert found == cause
    assert detail


def test_evidence_in_the_output_wins():
    """A printed clock is a clock, also where library versions differ."""
    packages = [record(environment={"packages": {"numpy": version}}) for version in ("2.3", "2.4")]
    pair = stream("21:52:09"), stream("21:52:34")
    assert one("show(datetime.now())", *pair, record_a=packages[0], record_b=packages[1])[0] == "clock"


def test_failures():
    """A missing file or library is named when a cell fails."""
    failures = {"FileNotFoundError": "input-file", "ModuleNotFoundError": "library-version", "ValueError": "unknown"}
    for name, cause in failures.items():
        assert one("x", plain("1"), error(name))[0] == cause


MAKERS = [
    ("rng = np.random.default_rng()", "rng.random()"),
    ("rng = np.random.default_rng(None)", "rng.random()"),
    ("class A:\n    def __init__(self):\n        self.rng = random.Random()\na = A()", "a.draw()"),
    ("def make():\n    return np.random.RandomState()", "make().rand()"),
    ("%matplotlib inline\nr = random.Random()\ns = [r]", "s[0].random()"),
]


@pytest.mark.parametrize(("made", "read"), MAKERS)
def test_a_generator_that_an_earlier_cell_made_without_a_seed(made, read):
    """Where the seal was off, a cell that reads what comes from an unseeded generator gets that as its cause; where it was on, none."""
    a = [cell("a", made), cell("b", "n = 1"), cell("c", read, plain("1"))]
    b = [*a[:2], cell("c", read, plain("2"))]
    assert "unsealed-entropy" == causes(a, b, record_a=record(sealed=False), record_b=record(sealed=False))["c"]
    assert "unknown" == causes(a, b, record_a=record(sealed=True), record_b=record(sealed=True))["c"]


@pytest.mark.parametrize(("made", "read"), MAKERS)
def test_what_is_seeded_later_gets_no_blame(made, read):
    """A name that is given another value, and one that does not come from the generator, are no evidence."""
    name = read.partition(".")[0].partition("[")[0].partition("(")[0]
    for between, source in ((f"{name} = seeded(1)", read), ("n = 1", "other.random()"), ("n = 1", "'default_rng()'")):
        a = [cell("a", made), cell("b", between), cell("c", source, plain("1"))]
        b = [*a[:2], cell("c", source, plain("2"))]
        assert "unknown" == causes(a, b, record_a=record(sealed=False), record_b=record(sealed=False))["c"]
