"""The outputs of one cell, recorded and replayed, compared one by one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from seednb.compare import images
from seednb.compare.canonical import IMAGE, Folded, Part, Piece, fold_outputs
from seednb.compare.clocks import ID as OWN_CLOCK
from seednb.compare.numbers import close, distance, tolerance
from seednb.compare.patterns import differing
from seednb.compare.policy import Policy
from seednb.compare.texts import common, readable
from seednb.compare.verdict import OutputResult, Verdict, total, worst

MAX_DETAIL = 200
MAX_MEASURED = 4_000_000
_WINDOW = 50
_MAIN = ("image/", "application/", "text/html", "text/latex", "text/markdown", "text/plain", "")


@dataclass(frozen=True)
class Judged:
    """A result, and of an output that differs the two texts, for whoever looks for the cause."""

    result: OutputResult
    expected: str = ""
    got: str = ""


def compare_outputs(
    recorded: Any,
    replayed: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    ulp: int | None = None,
    source: Any = "",
    policy: Policy | None = None,
) -> list[OutputResult]:
    """Compare the outputs that a notebook has stored for a cell with those of a replay: nbformat 4 dictionaries.

    Numbers must be equal unless `rtol`, `atol` or `ulp` is given: then texts that differ only in numbers may be `close`.
    source: the cell's text, for the clocks that it prints. policy: which rules hold. Never raises, whatever the outputs are.
    """
    rules = (policy or Policy()).for_cell((), source)
    asked = tolerance(rtol, atol, ulp)
    return [judged.result for judged in judge_outputs(recorded, replayed, replace(rules, allowed=asked) if asked else rules)]


def judge_outputs(recorded: Any, replayed: Any, policy: Policy) -> list[Judged]:
    """Compare outputs, and keep what differs."""
    a, b = fold_outputs(recorded), fold_outputs(replayed)
    pairs = list(_pairs(a, b))
    equal = [one for one, other in pairs if one is not None and other is not None and _same(one, other)]
    if len(equal) == len(pairs):
        return _with_order([Judged(OutputResult(Verdict.IDENTICAL, _main(piece))) for piece in equal], a, b)
    a.canonicalise(policy.off)
    b.canonicalise(policy.off)
    return _with_order([_judge(one, other, policy) for one, other in pairs], a, b)


def _pairs(a: Folded, b: Folded) -> Iterator[tuple[Piece | None, Piece | None]]:
    names = {piece.channel: None for side in (a, b) for piece in side.pieces() if piece.channel in side.streams}
    for name in names:
        yield a.streams.get(name), b.streams.get(name)
    yield from zip_longest(_displays(a, b), _displays(b, a))
    yield from zip_longest(a.errors, b.errors)


def _displays(side: Folded, other: Folded) -> list[Piece]:
    """Return a side's displays, without the one in which seednb shows its seed where the other run had no such line."""
    if len(side.displays) <= len(other.displays):
        return side.displays
    return [piece for piece in side.displays if not piece.is_seed_line]


def _same(a: Piece, b: Piece) -> bool:
    """Tell whether two outputs are equal as they were stored."""
    if a.parts.keys() != b.parts.keys():
        return False
    equal = [part.same(b.parts[mime]) for mime, part in a.parts.items()]
    return all(equal)


def _judge(a: Piece | None, b: Piece | None, policy: Policy) -> Judged:
    if a is None or b is None:
        return _one_sided(a, b)
    if a.parts.keys() != b.parts.keys():
        detail = f"expected {', '.join(sorted(a.parts))}; got {', '.join(sorted(b.parts))}"
        return Judged(OutputResult(Verdict.DIVERGED, _main(a), detail=_cut(detail)))
    judged = [_judge_part(part, b.parts[mime], policy) for mime, part in a.parts.items()]
    verdict = worst(one.result.verdict for one in judged)
    if verdict is Verdict.IDENTICAL:
        return Judged(OutputResult(verdict, _main(a), total(one.result.rules for one in judged)))
    first = _shown([one for one in judged if one.result.verdict is verdict])
    return replace(first, result=replace(first.result, rules=total(one.result.rules for one in judged)))


def _shown(judged: Sequence[Judged]) -> Judged:
    """Return the one of an output's parts that is told of: the first, but the text of a table and not its tags."""
    plain = next((one for one in judged if one.result.mime == "text/plain"), None)
    return plain if plain and judged[0].result.mime == "text/html" else judged[0]


def _one_sided(a: Piece | None, b: Piece | None) -> Judged:
    piece = a or b
    assert piece is not None
    mime = _main(piece)
    part = piece.parts[mime]
    shown = f"({mime})" if part.kind == IMAGE else repr(_shortened(readable(part.text), 0))
    detail = f"expected {shown}, got no such output" if b is None else f"got {shown} where no output was expected"
    failed = b is not None and b.channel == "error"
    return Judged(OutputResult(Verdict.FAILED if failed else Verdict.DIVERGED, mime, detail=_cut(detail)))


def _judge_part(a: Part, b: Part, policy: Policy) -> Judged:
    rules = _renamed(a, b)
    is_same = (a.kind == IMAGE and a.raw == b.raw) or a.text == b.text
    if is_same and a.metadata == b.metadata:
        return Judged(OutputResult(Verdict.IDENTICAL, a.mime, rules))
    if a.kind == IMAGE and not is_same:
        detail = images.difference(a.raw, b.raw, a.mime)
        return Judged(OutputResult(Verdict.DIVERGED, a.mime, rules, _cut(detail)))
    (expected, found), (got, others) = a.ruled(policy), b.ruled(policy)
    rules = total([rules, differing(found, others)])
    if expected == got and a.metadata == b.metadata:
        return Judged(OutputResult(Verdict.EQUIVALENT, a.mime, rules, _cut(policy.own[0].reason) if OWN_CLOCK in rules else ""))
    if policy.allowed is not None and a.metadata == b.metadata and close(expected, got, policy.allowed):
        return Judged(OutputResult(Verdict.CLOSE, a.mime, rules, _cut(distance(expected, got, sys.maxsize))))
    detail = _difference(expected, got) if expected != got else f"metadata: {_first_difference(a.metadata, b.metadata)}"
    return Judged(OutputResult(Verdict.DIVERGED, a.mime, rules, _cut(detail)), expected, got)


def _renamed(a: Part, b: Part) -> dict[str, int]:
    """Count what was folded and renamed, as far as the sides differ in it."""
    if a.raw == b.raw:
        return differing(a.hits, b.hits)
    if a.kind == IMAGE:
        return {"pixels": 1} if a.text == b.text else {}
    counts = {name: (a.steps.get(name, 0), b.steps.get(name, 0)) for name in a.steps.keys() | b.steps.keys()}
    if a.folded == b.folded:
        return {name: max(both) for name, both in counts.items()}
    folds = {name: abs(one - other) for name, (one, other) in counts.items() if one != other}
    return total([folds, differing(a.hits, b.hits)])


def _with_order(judged: list[Judged], a: Folded, b: Folded) -> list[Judged]:
    """Count, by the name `order`, that streams and displays came in another order; by `chunks`, that streams came in other pieces."""
    rules = {"order": 1} if a.order != b.order else {"chunks": 1} if a.chunks != b.chunks else {}
    if not rules or not judged or a.streams.keys() != b.streams.keys() or len(_displays(a, b)) != len(_displays(b, a)):
        return judged
    first = judged[0]
    return [replace(first, result=replace(first.result, rules=total([first.result.rules, rules]))), *judged[1:]]


def _main(piece: Piece) -> str:
    """Return the MIME type that a front end would show."""
    return next(mime for prefix in _MAIN for mime in piece.parts if mime.startswith(prefix))


def _difference(expected: str, got: str) -> str:
    far = distance(expected, got) if len(expected) + len(got) <= MAX_MEASURED else ""
    return _first_difference(expected, got) + (f"; {far}" if far else "")


def _first_difference(expected: str, got: str) -> str:
    start = common(expected, got)
    line = expected.count("\n", 0, start) + 1
    where = f"line {line}: " if "\n" in expected.strip("\n") or "\n" in got.strip("\n") else ""
    first, second = (repr(readable(_line_at(text, start))) if start < len(text) else "the end" for text in (expected, got))
    return f"{where}expected {first}, got {second}"


def _line_at(text: str, position: int) -> str:
    """Return the line that a position is in, or the part of it around the position."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return _shortened(text[start : len(text) if end < 0 else max(end, start + 1)], position - start)


def _shortened(line: str, position: int) -> str:
    if len(line) <= _WINDOW:
        return line
    start = max(min(position - _WINDOW // 3, len(line) - _WINDOW), 0)
    cut = line[start : start + _WINDOW]
    return ("…" if start else "") + cut + ("…" if start + _WINDOW < len(line) else "")


def _cut(detail: str) -> str:
    return detail if len(detail) <= MAX_DETAIL else detail[: MAX_DETAIL - 1] + "…"
