"""Two notebooks, cell by cell: outputs or their digests, and the states of the generators, so that no draw passes unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from seednb.compare.align import CodeCell, Pair, align, code_cells
from seednb.compare.canonical import CANON, output_digests
from seednb.compare.causes import Cause, Runs, changed_code, order_cause, own_cause, run_cause, state_cause, unseeded_cause
from seednb.compare.numbers import tolerance
from seednb.compare.outputs import Judged, judge_outputs
from seednb.compare.policy import Policy
from seednb.compare.undefined import undefined_name
from seednb.compare.variables import late, variables_differ, versions_differ
from seednb.compare.verdict import CellResult, Comparison, Verdict, total, worst
from seednb.compare.widgets import Widgets

if TYPE_CHECKING:
    from seednb.record import Record

_SKIPPED = {"skip-execution"}
_MAY_FAIL = {"raises-exception"}
_UNREADABLE = "-"
_UNSEEDED = "ran before any seed was set"


@dataclass(frozen=True)
class _Found:
    """What comparing two cells gave, before the cause is looked for."""

    verdict: Verdict
    judged: list[Judged] = field(default_factory=list)
    detail: str = ""
    unanswered: bool = False


def compare_notebooks(
    a: Mapping[str, Any],
    b: Mapping[str, Any],
    *,
    record_a: Record | None,
    record_b: Record | None,
    notes_b: Mapping[str, Sequence[Any]] | None = None,
    variables_a: Mapping[str, Any] | None = None,
    variables_b: Mapping[str, Any] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    ulp: int | None = None,
    policy: Policy | None = None,
) -> Comparison:
    """Compare two runs of a notebook: `a` as recorded, `b` as replayed, each with its record if it has one.

    notes_b: what the kernel told of the cells of `b`, by key: evidence for causes. variables_a, variables_b: what the kernels told
    of the cells' variables, by key. rtol, atol, ulp: how far numbers may be apart; they must be equal unless this is asked for.
    policy: which rules hold, before the notebook's metadata and the cells' tags are asked.
    """
    runs = Runs(record_a, record_b, notes_b or {}, (variables_a or {}, variables_b or {}))
    pairs = align(code_cells(a, record_a), code_cells(b, record_b))
    rules = replace((policy or Policy()).for_notebook(a), allowed=tolerance(rtol, atol, ulp))
    widgets = Widgets(a, b)
    replayed = [b for _, b in pairs]
    results, diverged = list[CellResult](), False
    states: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for number, pair in enumerate(pairs):
        result = _compare(pair, runs, rules, widgets)
        if result.verdict.bad and result.cause is None:
            later = ("upstream", "") if diverged else _late_cause(pair, pairs[:number], runs, states)
            where = undefined_name(replayed, number)
            cause, evidence = ("undefined-name", where) if where else later or ("unknown", "")
            result = replace(result, cause=cause, detail=_joined(result.detail, evidence))
        diverged = diverged or result.verdict.bad
        for cell, known in zip(pair, states):
            known.update(cell.line.sources if cell is not None and cell.line is not None else {})
        results.append(result)
    return Comparison(worst(result.verdict for result in results), results, [*_notes(pairs, results, runs, rules), *widgets.notes()])


def _compare(pair: Pair, runs: Runs, rules: Policy, widgets: Widgets) -> CellResult:
    a, b = pair
    if a is None or b is None:
        return _one_sided(a, b)
    rules = rules.for_cell(a.tags, b.source)
    found = _with_widgets(_compare_outputs(a, b, runs, rules), a, b, widgets, rules)
    found = _with_variables(_with_fingerprints(found, a, b), a, b, runs)
    cause: Cause | None = None
    if found.verdict.bad:
        differing = [judged for judged in found.judged if judged.result.verdict.bad]
        cause = changed_code(a, b, runs) or own_cause(b, differing, runs) or widgets.cause(differing)
    outputs = [judged.result for judged in found.judged]
    return CellResult(
        index=a.index,
        id=a.key,
        verdict=found.verdict,
        cause=cause[0] if cause else None,
        rules=total(output.rules for output in outputs),
        outputs=outputs,
        detail=_joined(found.detail, cause[1] if cause else ""),
        unanswered=found.unanswered,
        source=a.source,
    )


def _needs_digests(cell: CodeCell | None) -> bool:
    return cell is not None and not cell.outputs and cell.line is not None and cell.line.outputs is not None


def _late_cause(pair: Pair, before: Sequence[Pair], runs: Runs, states: tuple[dict[str, str], dict[str, str]]) -> Cause | None:
    """Name a cause of which the runs as a whole, the code of this and of earlier cells, or the generators' states give evidence."""
    earlier = [cell for _, cell in before if cell is not None]
    found = run_cause(runs, [cell.key for cell in earlier])
    a, b = pair
    if a is None or b is None:
        return found
    drew, moved = state_cause(states, a, b), order_cause(a, b)
    # Other versions draw the same numbers, but for the rarest; a cell that ran twice does not.
    first = moved if drew and drew[0] == "draws" else None
    return first or found or unseeded_cause(b, earlier, runs) or moved or drew


def _one_sided(a: CodeCell | None, b: CodeCell | None) -> CellResult:
    cell = a or b
    assert cell is not None
    where = f"only in the {'first' if b is None else 'second'} notebook"
    if _blank(cell):
        return CellResult(cell.index, cell.key, Verdict.IDENTICAL, detail=f"blank, {where}")
    return CellResult(cell.index, cell.key, Verdict.DIVERGED, cause="code", detail=where, source=cell.source)


def _compare_outputs(a: CodeCell, b: CodeCell, runs: Runs, rules: Policy) -> _Found:
    if any(cell.line is not None and cell.line.unseeded for cell in (a, b)):
        return _unseeded(a, b)
    digests = [_digests(cell, record) for cell, record in ((a, runs.a), (b, runs.b))]
    if not _absent(a, digests[0]) and not _absent(b, digests[1]):
        judged = judge_outputs(a.outputs, b.outputs, rules)
        verdict = worst(one.result.verdict for one in judged)
        detail = next((one.result.detail for one in judged if one.result.verdict is verdict), "")
        return _Found(verdict, judged, detail)
    if digests[0] is None and not a.outputs and _failed(b):
        return _failure(b)
    first, second = (known if _absent(cell, known) else output_digests(cell.outputs, cell.source) for cell, known in zip((a, b), digests))
    if first is None or second is None:
        unanswered = first is not None and _SKIPPED.isdisjoint(a.tags)
        return _Found(Verdict.MISSING, detail=_missing(first, second), unanswered=unanswered)
    return _by_digest(first, second, b, rules)


def _by_digest(first: tuple[str, str], second: tuple[str, str], b: CodeCell, rules: Policy) -> _Found:
    canonical, benign = rules.trusts_digests
    if (first[0] == second[0] and not canonical) or (first[0] != second[0] and first[1] == second[1] and not (canonical and benign)):
        return _Found(Verdict.MISSING, detail="the recorded digests cannot tell, for rules are switched off")
    if first[0] == second[0]:
        return _Found(Verdict.IDENTICAL)
    if first[1] == second[1]:
        return _Found(Verdict.EQUIVALENT, detail="equal after benign rules, by digest")
    failure = _failure(b) if _failed(b) else None
    return failure or _Found(Verdict.DIVERGED, detail="the outputs' digest is not the recorded one")


def _digests(cell: CodeCell, record: Record | None) -> tuple[str, str] | None:
    """Return the recorded digests of a cell's outputs, if this version can compare them."""
    return cell.line.outputs if cell.line is not None and record is not None and record.canon == CANON else None


def _absent(cell: CodeCell, digests: tuple[str, str] | None) -> bool:
    """Tell whether a cell's outputs are not there: stripped, or it never ran."""
    return not cell.outputs and not _blank(cell) and (digests is not None or cell.count is None)


def _blank(cell: CodeCell) -> bool:
    return not cell.source.strip() and not cell.outputs


def _failed(cell: CodeCell) -> bool:
    return any(isinstance(output, Mapping) and output.get("output_type") == "error" for output in cell.outputs)


def _failure(cell: CodeCell) -> _Found:
    """Return the verdict on a cell that failed where nothing tells whether it did so before."""
    if not _MAY_FAIL.isdisjoint(cell.tags):
        return _Found(Verdict.MISSING, detail="no outputs are recorded")
    judged = judge_outputs([], cell.outputs, Policy())
    error = next(one.result for one in judged if one.result.verdict is Verdict.FAILED)
    return _Found(Verdict.FAILED, [Judged(error)], error.detail)


def _unseeded(a: CodeCell, b: CodeCell) -> _Found:
    if _failed(b) and not _failed(a):
        return _failure(b)
    return _Found(Verdict.MISSING, detail=_UNSEEDED)


def _missing(first: object, second: object) -> str:
    if first is None and second is None:
        return "no outputs are recorded on either side"
    return "no outputs are recorded" if first is None else "did not run again"


def _with_fingerprints(found: _Found, a: CodeCell, b: CodeCell) -> _Found:
    """Compare the states of the generators too."""
    if a.line is None or b.line is None or a.line.unseeded or b.line.unseeded:
        return found
    one, other = a.line.sources, b.line.sources
    both = ((name, one.get(name), other.get(name)) for name in sorted(one.keys() | other.keys()))
    names = [name for name, before, after in both if before != after and _UNREADABLE not in (before, after)]
    return _but(found, f"the cell leaves {', '.join(names)} in another state") if names else found


def _with_widgets(found: _Found, a: CodeCell, b: CodeCell, widgets: Widgets, rules: Policy) -> _Found:
    """Compare what the cell's widgets hold too."""
    if not found.judged or found.verdict is Verdict.FAILED:
        return found
    judged = widgets.judge(a.index + 1, a.outputs, b.outputs, rules)
    verdict = worst([found.verdict, *(one.result.verdict for one in judged)])
    if verdict is found.verdict:
        return replace(found, judged=[*found.judged, *judged])
    detail = next(one.result.detail for one in judged if one.result.verdict is verdict)
    return replace(found, verdict=verdict, judged=[*found.judged, *judged], detail=detail)


def _with_variables(found: _Found, a: CodeCell, b: CodeCell, runs: Runs) -> _Found:
    """Compare what the cell's variables hold too."""
    said = "" if found.verdict is Verdict.FAILED else variables_differ(a, b, runs)
    return _but(found, said) if said else found


def _but(found: _Found, said: str) -> _Found:
    """Return what was found with something beside the outputs that differs."""
    if found.verdict.bad:
        return replace(found, detail=_joined(found.detail, said))
    return replace(found, verdict=Verdict.DIVERGED, detail=f"outputs agree, but {said}" if found.verdict is not Verdict.MISSING else said)


def _joined(*texts: str) -> str:
    return "; ".join(text for text in texts if text)


def _notes(pairs: Sequence[Pair], results: Sequence[CellResult], runs: Runs, rules: Policy) -> list[str]:
    notes = [*rules.notes]
    notes += [f"there is no rule {name[:40]!r} to switch: docs/comparison.md lists them" for name in rules.unknown]
    unseeded = [str(result.index + 1) for result in results if result.detail == _UNSEEDED]
    if unseeded:
        notes.append(f"{_UNSEEDED}, not compared: cell {', '.join(unseeded)}")
    for side, (record, which) in enumerate(((runs.a, "first"), (runs.b, "second"))):
        if record is not None and record.canon != CANON and any(_needs_digests(pair[side]) for pair in pairs):
            notes.append(f"the {which} record's output digests are of canonical form {record.canon}, not {CANON}: they are not compared")
    if versions_differ(runs.a, runs.b) and any(a is not None and a.line is not None and a.line.variables for a, _ in pairs):
        notes.append("variables are not compared: Python or packages have other versions than in the recorded run")
    unknown = [f"cell {result.index + 1}: {', '.join(names)}" for (_, b), result in zip(pairs, results) if b and (names := late(b, runs))]
    if unknown:
        notes.append(f"variables that there was no time to compare: {'; '.join(unknown)}")
    for (a, b), result in zip(pairs, results):
        if a is not None and b is not None and a.code != b.code and not result.verdict.bad:
            notes.append(f"cell {result.index + 1}: the code differs")
    return notes
