"""All rules of the comparison in one place: those of the canonical form, the benign ones, and those that other packages bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points

from seednb.compare import clocks
from seednb.compare.documents import DOCUMENT_RULES
from seednb.compare.patterns import JSON, MARKUP, PDF, SVG, TEXT, Rule, mask
from seednb.compare.renamings import CUT_ADDRESS, RENAMINGS
from seednb.compare.rules import RULES
from seednb.compare.tables import TABLE_RULES

GROUP = "seednb.rules"
OWN_CLOCK = Rule(clocks.ID, clocks.REASON, *clocks.own_clocks(clocks.EXAMPLE)[0].patterns)
BENIGN: tuple[Rule, ...] = (*RULES, *TABLE_RULES, *DOCUMENT_RULES)
REGISTRY: dict[str, Rule] = {rule.id: rule for rule in (*RENAMINGS, CUT_ADDRESS, *BENIGN, OWN_CLOCK)}
CANONICAL = frozenset(rule.id for rule in (*RENAMINGS, CUT_ADDRESS))
"""The rules of the canonical form: what only they make equal is `identical`."""
FOLDS = {
    "chunks": "a stream that came in other pieces",
    "colours": "the terminal's codes for colours",
    "line-ends": "line ends of Windows",
    "order": "streams and displays that came in another order among each other",
    "overwritten": "what carriage returns, backspaces and moves of the cursor wrote over",
    "payload": "what is packed in a text: images by their pixels, compressed data by what is in it",
    "pixels": "an image in another file with the same pixels",
}
"""What is folded before rules are looked at. It is counted in the same way, and cannot be switched off."""
_BY_KIND = {
    kind: tuple(rule for rule in BENIGN if any(kind in pattern.kinds for pattern in rule.patterns))
    for kind in (TEXT, MARKUP, SVG, JSON, PDF)
}


def benign(kind: str) -> tuple[Rule, ...]:
    """Return the benign rules for a kind of text."""
    return _BY_KIND.get(kind, ())


def installed_rules() -> tuple[list[Rule], list[str]]:
    """Return the rules that installed packages bring, and why others were refused: what cannot be loaded, or fails its own examples."""
    found: dict[str, Rule] = {}
    notes = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            for rule in _loaded(point):
                fault = "its id is taken" if rule.id in found or rule.id in REGISTRY or rule.id in FOLDS else next(faults(rule), "")
                if fault:
                    notes.append(f"rule {rule.id} of {point.value} is not used: {fault}")
                else:
                    found[rule.id] = rule
        except Exception as error:  # it is another package's code
            notes.append(f"the rules of {point.value} are not used: {type(error).__name__}: {error}")
    return list(found.values()), notes


def faults(rule: Rule) -> Iterator[str]:
    """Give what is wrong with a rule: a pair that must match and does not, or one that must not and does."""
    if not rule.patterns:
        yield "it has no pattern"
    for pattern in rule.patterns:
        for kind in pattern.kinds:
            if not _equal(rule, kind, pattern.alike):
                yield f"it does not make its own example equal: {pattern.alike[0]!r}"
            if _equal(rule, kind, pattern.unlike):
                yield f"it hides what its own example says it must not: {pattern.unlike[0]!r}"


def _equal(rule: Rule, kind: str, pair: tuple[str, str]) -> bool:
    a, b = (mask([rule], text, kind)[0] for text in pair)
    return a == b


def _loaded(point: EntryPoint) -> Iterable[Rule]:
    loaded = point.load()
    rules = [loaded] if isinstance(loaded, Rule) else list(loaded)
    if not all(isinstance(rule, Rule) for rule in rules):
        raise TypeError("give a seednb.compare.Rule, or some in a list")
    return rules
