"""Tracebacks are compared by type, message, functions and lines of code, whichever IPython has drawn them."""

from __future__ import annotations

from seednb.compare import Verdict
from seednb.compare.tracebacks import canonical
from tests.compare.make import error, verdict

NEW = [
    "\x1b[31m" + "-" * 75 + "\x1b[39m",
    "\x1b[31mZeroDivisionError\x1b[39m                         Traceback (most recent call last)",
    "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[25]\x1b[39m\x1b[32m, line 3\x1b[39m",
    "\x1b[32m      1\x1b[39m \x1b[38;5;28;01mdef\x1b[39;00m g(x):\n\x1b[32m----> \x1b[39m\x1b[32m3\x1b[39m g(\x1b[32m0\x1b[39m)\n",
    "\x1b[36mFile \x1b[39m\x1b[32m/work/a.py:3816\x1b[39m, in \x1b[36mIndex.get\x1b[39m\x1b[34m(self, key)\x1b[39m",
    "\x1b[32m-> \x1b[39m\x1b[32m3816\x1b[39m     \x1b[38;5;28;01mreturn\x1b[39;00m \x1b[32m1\x1b[39m/x\n",
    "\x1b[31mZeroDivisionError\x1b[39m: division by zero",
]
OLD = [
    "-" * 75,
    "ZeroDivisionError                         Traceback (most recent call last)",
    "<ipython-input-7-0123456789ab> in <module>\n      1 def g(x):\n      2     return 1/x\n----> 3 g(0)\n",
    "~/lib/python3.8/a.py in Index.get(self, key)\n     11 \n---> 12     return 1/x\n     13 \n",
    "ZeroDivisionError: division by zero",
]


def failed(traceback, value="division by zero"):
    """Return outputs that end in an error."""
    return [error("ZeroDivisionError", value, traceback)]


def test_line_art_paths_and_numbers_do_not_count():
    """One error drawn by two versions of IPython, with other paths and line numbers, is identical."""
    assert verdict(failed(NEW), failed(OLD)) is Verdict.IDENTICAL
    assert canonical(failed(OLD)[0]).split("\n") == [
        "ZeroDivisionError: division by zero",
        "ZeroDivisionError Traceback (most recent call last)",
        "in <module>",
        "> g(0)",
        "in Index.get",
        "> return 1/x",
        "ZeroDivisionError: division by zero",
    ]


def test_function_line_and_message_count():
    """Another function, another line of code, another message or another type diverges."""
    for old, new in (("Index.get", "Index.set"), ("> 3 g(0)", "> 3 h(0)")):
        assert verdict(failed(OLD), failed([part.replace(old, new) for part in OLD])) is Verdict.DIVERGED
    assert verdict(failed(OLD), failed(OLD, "by 0")) is Verdict.DIVERGED
    assert verdict(failed(OLD), failed(OLD[:3] + OLD[4:])) is Verdict.DIVERGED


def test_addresses_in_messages_are_renamed():
    """An address in a message is renamed, consistently with the traceback."""
    a, b = (failed([f"ValueError: bad <A at {address}>"], f"bad <A at {address}>") for address in ("0x7f992afdaac0", "0x7fca58fb2ac0"))
    assert verdict(a, b) is Verdict.IDENTICAL


def test_syntax_errors():
    """The file that IPython names in a syntax error does not count, the line in it does."""
    places = ("(1843956808.py, line 1)", "(<ipython-input-3-0123456789ab>, line 1)", "(1843956808.py, line 2)")
    a, b, c = ([error("SyntaxError", f"invalid syntax {place}", ["x = = 1"])] for place in places)
    assert verdict(a, b) is Verdict.IDENTICAL
    assert verdict(a, c) is Verdict.DIVERGED


def test_odd_errors():
    """An error output with wrong or missing members is compared and never raises."""
    odd = [{"output_type": "error"}, {"output_type": "error", "ename": 5, "evalue": None, "traceback": {"a": 1}}]
    assert verdict(odd, odd) is Verdict.IDENTICAL
    assert verdict(odd[:1], odd[1:]) is Verdict.DIVERGED
