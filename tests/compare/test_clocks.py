"""A clock that a cell's own code prints is found where it is printed, and nothing else is."""

from __future__ import annotations

import json

import pytest

from seednb.check.engine import check_notebook
from seednb.clocks import CLOCK, READINGS, kind_named
from seednb.compare import Verdict, compare_outputs
from seednb.compare.clocks import ID, own_clocks
from tests.compare import make
from tests.compare.make import plain, stream, verdict

CLOCKS = {
    "f-string": ("t = time.time()\nfit()\nprint(f'took {time.time() - t:.2f} s, loss {loss}')", "took {} s, loss 0.5", "3.25", "4.5"),
    "start of an earlier cell": ("print('took', time.perf_counter() - t0, 's')", "took {} s", "1.5e-05", "0.25"),
    "percent": ("t = time.time()\nprint('%d rows in %.1f s' % (n, time.time() - t))", "7 rows in {} s", "3.2", "4.1"),
    "format": ("d = monotonic() - t\nprint('{} rows in {:.1f}'.format(n, d))", "7 rows in {}", "3.2", "4.1"),
    "rounded": ("took = round(time.time() - start, 2)\nprint('took ' + str(took))", "took {}", "3.2", "14.11"),
    "date": ("now = datetime.now()\nprint(f'run on {now:%Y-%m-%d %H:%M:%S}')", "run on {}", "2026-11-22 20:37:57", "2026-11-23 01:02:03"),
    "difference of dates": ("a = datetime.now()\nprint(datetime.now() - a)", "{}", "0:00:01.250000", "0:00:02"),
    "alone": ("print(time.time())", "{}", "1795467984.842044", "1795468056.518927"),
}


@pytest.mark.parametrize(("source", "text", "first", "second"), CLOCKS.values(), ids=CLOCKS.keys())
def test_a_printed_clock(source, text, first, second):
    """What the cell's code prints of a clock is equivalent, and the verdict says which; without that code it is data."""
    a, b = ([stream(text.format(value) + "\n")] for value in (first, second))
    (result,) = compare_outputs(a, b, source=source)
    assert (result.verdict, result.rules) == (Verdict.EQUIVALENT, {"own-clock": 1})
    assert result.detail.startswith("the cell itself prints ")
    assert verdict(a, b) is Verdict.DIVERGED
    assert verdict(a, [stream(text.format("many") + "\n")], source=source) is Verdict.DIVERGED


def test_a_clock_as_the_result():
    """A cell whose last line is a clock shows it as its result."""
    a, b = ([plain(f"datetime.datetime(2026, 11, 22, 20, {minute}, 57)")] for minute in (37, 38))
    assert verdict(a, b, source="import datetime\ndatetime.datetime.now()") is Verdict.EQUIVALENT
    assert verdict(a, b, source="import datetime\nwhen") is Verdict.DIVERGED


@pytest.mark.parametrize("name", sorted(READINGS))
def test_one_list_of_clocks_serves_all(name):
    """Each function that reads a clock is one for printed clocks, for variables and for the lint."""
    assert [ID] == [rule.id for rule in own_clocks(f"import {name.partition('.')[0]}\nprint('now', {name}())")]
    assert CLOCK == kind_named(name)
    found = check_notebook(make.book(make.cell("a", f"import {name.partition('.')[0]}\n{name}()")), {"SNB044"}).findings
    assert ["SNB044"] == [finding.code for finding in found]


HONEST = {
    "another number": ("print(f'took {time.time() - t:.2f} s, loss {loss}')", "took 3.25 s, loss 0.5", "took 3.25 s, loss 0.6"),
    "another place": ("print(f'took {time.time() - t:.2f} s')\nprint(f'lag {lag} s')", "took 1 s\nlag 3 s", "took 1 s\nlag 4 s"),
    "a seed": ("seed = int(time.time())\nnp.random.seed(seed)\nprint('seed', seed)", "seed 17954679", "seed 17954680"),
    "what a function makes of it": ("print('value', f(time.time()))", "value 1.5", "value 2.5"),
    "the rest of a division": ("print('side', int(time.time()) % 2)", "side 0", "side 1"),
    "a name with two values": ("x = time.time()\nx = loss\nprint('x', x)", "x 0.5", "x 0.6"),
    "no clock": ("print(f'took {steps} s')", "took 3 s", "took 4 s"),
    "a shell": ("!date +%s", "1795467984", "1795468056"),
}


@pytest.mark.parametrize(("source", "first", "second"), HONEST.values(), ids=HONEST.keys())
def test_all_else_is_data(source, first, second):
    """A number that only looks like a clock, or that more was made of than a print, diverges."""
    assert verdict([stream(first)], [stream(second)], source=source) is Verdict.DIVERGED


@pytest.mark.parametrize(
    "source",
    [
        "print(time.time(",
        "\x00time",
        "x = 1",
        "time " + "(" * 5000,
        "time.time()" + " - 1" * 40_000,
        "time" + " - x" * 300,
        5,
        ["time.time()\n"],
    ],
)
def test_any_source(source):
    """Code that cannot be read, that nests too deep or is no text is looked at without raising."""
    assert verdict([stream("1")], [stream("1")], source=source) is Verdict.IDENTICAL


def test_a_hostile_text_takes_linear_time():
    """A megabyte of digits is compared in a moment."""
    source = "print(f'{time.time()} {time.time()}')\nprint(f'1{time.time()}')"
    (rule,) = own_clocks(source)
    assert len(rule.patterns) == 2
    for piece in ("1", "1 ", "1:", "1 day, "):
        text = piece * (1_000_000 // len(piece))
        assert verdict([stream(text)], [stream(text + "x")], source=source) is Verdict.DIVERGED


def test_a_run_and_its_replay(tmp_path, seednb, make_notebook):
    """The rule holds in a real replay, with outputs and, once these are stripped, by the record's digests."""
    path = make_notebook("import time\nstart = time.perf_counter()", "print(f'took {time.perf_counter() - start:.9f} s')")
    assert seednb("run", path.name, "--seed", "3").returncode == 0
    done = seednb("verify", path.name, "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["verdict"] == "equivalent"
    nb = json.loads(path.read_text(encoding="utf-8"))
    for cell in nb["cells"]:
        cell["outputs"], cell["execution_count"] = [], None
    path.write_text(json.dumps(nb), encoding="utf-8")
    done = seednb("verify", path.name, "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "equivalent")
