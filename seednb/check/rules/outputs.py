"""Rules for outputs that no seed holds still: orders of sets, identities, addresses, clocks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from seednb.check.facts import Facts
from seednb.check.flow import traced
from seednb.check.rule import ERROR, WARNING, Hit, Rule, View
from seednb.check.seeding import PROCESS, called
from seednb.check.sets import in_order, is_set
from seednb.clocks import READINGS

_OBJECT_BASES = {"", "builtins.object"}
_TEXTS = {"__repr__", "__str__", "_repr_html_", "_repr_pretty_", "_repr_mimebundle_", "__format__"}


def _sets(view: View) -> Iterator[Hit]:
    yield from (Hit(cell, node) for cell, node in in_order(view.facts))
    for cell, node in view.shown:
        if is_set(view.facts, node):
            yield Hit(cell, node, "the order in which a set is shown differs from process to process")


SET_ORDER = Rule(
    code="SNB040",
    name="set-in-order",
    severity=WARNING,
    message="the order of a set differs from process to process",
    instead="sort it first: sorted(...)",
    why="The order of a set of texts follows the hash seed, which is new in each process; that of a set of objects follows their "
    "addresses. A list, a "
    "loop that prints or appends, or numbers given out in that order (`enumerate(set(words))`) differ in each run. Sets of numbers "
    "in a display are not found.",
    sealed="In part. In kernels that seednb starts the hash seed is fixed, and with it the order of texts. Nothing fixes the order "
    "of objects "
    "that hash by address.",
    find=_sets,
    bad=(
        ("words = text.split()\nfor word in set(words):\n    print(word)",),
        ("vocabulary = list(set(words))",),
        ("index = {word: i for i, word in enumerate(set(words))}",),
        ("names = {'a', 'b'}", "print(names)"),
        ("', '.join({'x', 'y'})",),
        ("s = set(a) & set(b)\nrows = []\nfor x in s:\n    rows.append(x)",),
    ),
    good=(
        ("for word in sorted(set(words)):\n    print(word)",),
        ("n = len(set(words))\nprint(n)",),
        ("vocabulary = sorted(list(set(words)))",),
        ("vocabulary = list(set(words))\nvocabulary.sort()",),
        ("total = sum(x for x in set(xs))",),
        ("seen = {f(x) for x in set(xs)}",),
        ("print({1, 2, 3})",),
        ("print({i % 3 for i in range(9)})",),
        ("if x in set(words):\n    print(x)",),
        ("for x in set(range(5)):\n    print(x)",),
    ),
)


def _ids(view: View) -> Iterator[Hit]:
    for cell, node in view.shown:
        for part in traced(view.facts, node):
            if called(view.facts, part) == "builtins.id":
                yield Hit(cell, node)
                break


ID_SHOWN = Rule(
    code="SNB041",
    name="id-shown",
    severity=ERROR,
    message="id() is an address: it is another number in each run",
    instead="show `a is b`, or take the line out",
    why="An address in an output differs whenever the notebook runs.",
    sealed="No. Addresses cannot be fixed in a kernel, even without address randomisation.",
    find=_ids,
    bad=(("print(id(x))",), ("a = []", "id(a)"), ("address = id(x)\nprint(f'at {address}')",), ("print('{}'.format(hex(id(x))))",)),
    good=(("print(id(a) == id(b))",), ("seen = {id(x)}",), ("id(a);",), ("def id(x):\n    return 3\nprint(id(1))",)),
)


def _addresses(view: View) -> Iterator[Hit]:
    for cell, node in view.shown:
        for part in traced(view.facts, node, owners=False):
            if _bare(view.facts, part):
                yield Hit(cell, node)
                break


def _bare(facts: Facts, node: ast.expr) -> bool:
    """Tell whether an expression makes an object whose text is its address."""
    if called(facts, node) == "builtins.object":
        return True
    name = called(facts, node)
    class_ = facts.classes.get(name[1:]) if name.startswith(".") else None
    return class_ is not None and not class_.decorated and set(class_.bases) <= _OBJECT_BASES - {""} and not class_.methods & _TEXTS


ADDRESS_SHOWN = Rule(
    code="SNB042",
    name="address-shown",
    severity=WARNING,
    message="an object without __repr__ shows its address, which is another one in each run",
    instead="give its class a __repr__, or show its attributes",
    why="`<__main__.Thing object at 0x7f…>` differs in each run.",
    sealed="In part. The address differs, but seednb compares addresses by renaming them, and calls such a cell identical.",
    find=_addresses,
    bad=(("print(object())",), ("class A:\n    pass", "a = A()\nprint(a)"), ("class A(object):\n    x = 1\nA()",)),
    good=(
        ("class A:\n    def __repr__(self):\n        return 'A'\nprint(A())",),
        ("from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\nprint(A(1))",),
        ("class A(Base):\n    pass\nprint(A())",),
        ("class A:\n    x = 1\nprint(A().x)",),
        ("class A:\n    pass\na = A()",),
    ),
)


def _times(view: View) -> Iterator[Hit]:
    for cell, node in view.shown:
        for part in traced(view.facts, node):
            name = called(view.facts, part)
            if name in READINGS or name in PROCESS - {"builtins.id"}:
                yield Hit(cell, node, f"{name}() is another value in each run")
                break


CLOCK_SHOWN = Rule(
    code="SNB044",
    name="clock-shown",
    severity=ERROR,
    message="a time is another value in each run",
    instead="leave it out of the outputs (log it, or write it to a file)",
    why="A date, a duration or a process number in an output differs in each run, and hides whether the results do.",
    sealed="No. Clocks are not replaced. seednb calls some durations in a known context (progress bars, %time) equivalent.",
    find=_times,
    bad=(
        ("import datetime\nprint(datetime.datetime.now())",),
        ("from datetime import datetime\nstamp = datetime.now().strftime('%H:%M')", "print(f'run at {stamp}')"),
        ("import time\nt0 = time.time()\nwork()\nprint('took', time.time() - t0)",),
        ("import os\nos.getpid()",),
    ),
    good=(
        ("import time\nt0 = time.time()\nwork()",),
        ("import time\ntime.sleep(1)",),
        ("from datetime import datetime\nprint(datetime(2020, 1, 1))",),
        ("import time, sys\nprint(time.time(), file=sys.stderr)",),
    ),
)

RULES = (SET_ORDER, ID_SHOWN, ADDRESS_SHOWN, CLOCK_SHOWN)
