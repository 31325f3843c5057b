"""Why a cell diverged: from evidence in its own outputs first, then from what differs between the two runs. Else `unknown`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seednb.compare.align import CodeCell
from seednb.compare.outputs import Judged
from seednb.compare.texts import LONG, differing_lines
from seednb.compare.unseeded import unseeded_call, unseeded_source
from seednb.compare.verdict import Verdict

if TYPE_CHECKING:
    from seednb.record import Record

Cause = tuple[str, str]
"""A cause, and the evidence in a few words."""

_FAILURES = {
    "FileNotFoundError": ("input-file", "a file is missing"),
    "ModuleNotFoundError": ("library-version", "a library is missing"),
}
_MAX_NOTE = 120
_UNSEALED = {"unsealed", "threads"}
_TOKEN = re.compile(r"\w+|[^\w\s]")
_ADDRESS = re.compile(r"\ufdd0(?:cut-)?address-\d+\ufdd1|\b0x[0-9a-fA-F]{4,16}(?:\b|(?=\.\.\.))")
_BIG_NUMBER = re.compile(r"(?<![\w.])\d{9,20}(?![\w.])")
_ID_CALL = re.compile(r"(?<![\w.])id\(|(?:from|import) +ctypes|__array_interface__|data_ptr\(")
_THREADS = re.compile(
    r"\b(?:threading|Thread|ThreadPool|ThreadPoolExecutor|ProcessPoolExecutor|as_completed|imap_unordered|Pool|asyncio)\b"
)
_PROCESS_CALL = re.compile(r"\bgetp?pid\(|\bgetpgid\(|\$\$|\bcurrent_process\(")
_PROCESS = re.compile(r"(?<![\w.])\d{1,8}(?![\w.])")
_OS_ENTROPY = re.compile(r"\bos\.urandom\(|\burandom\(|\bsecrets\.\w+\(|\bSystemRandom\(|\bgetrandom\(")
_CLOCK_CALL = re.compile(
    r"\btime\.(?:time|perf_counter|monotonic|process_time|ctime|localtime|gmtime|strftime|asctime|thread_time)"
    r"|\bperf_counter|\bmonotonic\(|\btime\(\)|\bdatetime\b|\bdate\.today|\btimeit\b|%time|%prun|cProfile|\bnow\(|\btoday\(|^\s*!\s*date\b",
    re.MULTILINE,
)
_CLOCK = re.compile(
    r"\d{4}-\d\d-\d\d|(?<![\d:])\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?![\d:])"
    r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} +\d{1,2}\b|\b20\d\d\b"
    r"|\bdatetime\.\w+\([\d, ]+\)|\btime\.struct_time\([\w=, ]+\)|(?<![\w.])1[5-9]\d{8}(?:\.\d+|\d{9})?(?![\w.])"
    r"|(?<![\w.])\d[\d.]*(?:e-?\d+)? ?(?:ns|[uµμ]s|ms|s|secs?|seconds?|mins?|minutes?|h|hours?)\b",
)


@dataclass(frozen=True)
class Runs:
    """What is known of the two runs as a whole. notes: what the second run told of its cells, by key; variables: both, of theirs."""

    a: Record | None = None
    b: Record | None = None
    notes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    variables: tuple[Mapping[str, Any], Mapping[str, Any]] = field(default_factory=lambda: ({}, {}))

    def unsealed(self, key: str) -> str:
        """Return where a cell got entropy that was not sealed, or nothing."""
        found = [note for note in self.notes.get(key, ()) if isinstance(note, Mapping) and note.get("kind") in _UNSEALED]
        return f"{found[0].get('what', '?')} ({found[0].get('where', '?')})"[:_MAX_NOTE] if found else ""

    def hash_seeds(self) -> str:
        """Return both runs' hash seeds, if these differ as far as the records say; else nothing."""
        if self.a is None or self.b is None or (self.a.hash_seed is not None and self.a.hash_seed == self.b.hash_seed):
            return ""
        first, second = ("unknown" if seed is None else str(seed) for seed in (self.a.hash_seed, self.b.hash_seed))
        return f"hash seed {first}, then {second}"


def changed_code(a: CodeCell, b: CodeCell, runs: Runs) -> Cause | None:
    """Name the code as the cause where it is not what gave the recorded outputs."""
    if a.code != b.code:
        return "code", "the code differs" if a.source != b.source else "the code was changed after the recorded run"
    if runs.a is not None and runs.a.cells and a.line is None and b.line is not None:
        return "code", "the record does not know this cell"
    return None


def own_cause(b: CodeCell, differing: Sequence[Judged], runs: Runs) -> Cause | None:
    """Name a cause that the cell itself gives evidence of."""
    where = runs.unsealed(b.key)
    if where:
        return "unsealed-entropy", f"unsealed entropy in {where}"
    if any(judged.result.verdict is Verdict.FAILED for judged in differing):
        return _failure(b)
    pairs = [_short(judged.expected, judged.got) for judged in differing]
    if pairs and all(expected and got and expected != got for expected, got in pairs):
        return _shown(b.source, pairs, runs) or _entropy(b.source, runs)
    return _entropy(b.source, runs) if pairs else None


def _shown(source: str, pairs: Sequence[tuple[str, str]], runs: Runs) -> Cause | None:
    """Name a cause that the differing texts and the cell's code show together."""
    threads = _THREADS.search(source)
    lines = all("\n" in expected.strip() for expected, _ in pairs)
    if threads and (_all_equal(pairs, _sorted_tokens) or (lines and _all_equal(pairs, sorted))):
        return "threads", f"the same in another order, and the cell uses {threads[0]}"
    if runs.hash_seeds() and _all_equal(pairs, _sorted_tokens):
        return "hash-order", f"the same in another order; {runs.hash_seeds()}"
    if _only(pairs, _ADDRESS):
        return "address", "only memory addresses differ"
    if _ID_CALL.search(source) and _only(pairs, _ADDRESS, _BIG_NUMBER):
        return "address", "only numbers that id() can have given differ"
    if _CLOCK_CALL.search(source) and _only(pairs, _CLOCK):
        return "clock", "only times differ"
    if _PROCESS_CALL.search(source) and _only(pairs, _PROCESS):
        return "process-id", "only numbers that a process id can have given differ"
    return None


def _entropy(source: str, runs: Runs) -> Cause | None:
    """Name the operating system's entropy where the cell's code draws from it: always, or for want of a seed that nobody gave."""
    found = _OS_ENTROPY.search(source)
    drawn = found[0].rstrip("(") if found else "" if _sealed(runs) else unseeded_call(source)
    return ("unsealed-entropy", f"the cell draws from the operating system's entropy: {drawn}") if drawn else None


def unseeded_cause(b: CodeCell, earlier: Sequence[CodeCell], runs: Runs) -> Cause | None:
    """Name the operating system's entropy where the code alone is evidence: no output differs, but a variable or a state does."""
    found = _entropy(b.source, runs)
    if found is not None or _sealed(runs):
        return found
    where = unseeded_source(b, earlier)
    return ("unsealed-entropy", where) if where else None


def state_cause(states: tuple[Mapping[str, str], Mapping[str, str]], a: CodeCell, b: CodeCell) -> Cause | None:
    """Name the generators as the cause where their states before and after the cell show it. states: those before, of both runs."""
    if a.line is None or b.line is None:
        return None
    before = sorted(name for name in states[0].keys() | states[1].keys() if states[0].get(name) != states[1].get(name))
    if before:
        return "upstream", f"{', '.join(before)} was in another state before the cell"
    one, other = a.line.sources, b.line.sources
    after = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return ("draws", f"{', '.join(after)} had the same state before the cell") if after else None


def order_cause(a: CodeCell, b: CodeCell) -> Cause | None:
    """Name the order of execution as the cause where a cell ran in another place: again, or before or after others."""
    if type(a.count) is not int or type(b.count) is not int or a.count == b.count:
        return None
    return "execution-order", f"executed as [{a.count}], then as [{b.count}]"


def run_cause(runs: Runs, earlier: Sequence[str]) -> Cause | None:
    """Name what differs between the runs as the likely cause. `earlier`: keys of the cells before, first to last."""
    if runs.a is not None and runs.b is not None:
        for cause in (_settings, _inputs, _versions, _processors, _switches):
            found = cause(runs.a, runs.b)
            if found is not None:
                return found
    noted = next(((key, where) for key in reversed(earlier) if (where := runs.unsealed(key))), None)
    return ("unsealed-entropy", f"unsealed entropy in an earlier cell: {noted[1]}") if noted else None


def _sealed(runs: Runs) -> bool:
    return runs.a is not None and runs.b is not None and runs.a.sealed and runs.b.sealed


def _short(expected: str, got: str) -> tuple[str, str]:
    """Return two texts, of long ones the lines in which they differ."""
    if len(expected) <= LONG or not got or expected == got:
        return expected, got
    lines, others = zip(*differing_lines(expected, got))
    return "\n".join(lines), "\n".join(others)


def _failure(b: CodeCell) -> Cause | None:
    names = [output.get("ename") for output in b.outputs if isinstance(output, Mapping)]
    return next((_FAILURES[name] for name in names if isinstance(name, str) and name in _FAILURES), None)


def _all_equal(pairs: Sequence[tuple[str, str]], view: Callable[[str], object]) -> bool:
    return all(view(expected) == view(got) for expected, got in pairs)


def _only(pairs: Sequence[tuple[str, str]], *patterns: re.Pattern[str]) -> bool:
    """Tell whether texts differ only in what patterns find. None of these finds a line end, so that one line which differs is an answer."""

    def rest(line: str) -> str:
        for pattern in patterns:
            line = pattern.sub("", line)
        return line

    lines = [(expected.split("\n"), got.split("\n")) for expected, got in pairs]
    return all(len(one) == len(other) and all(rest(a) == rest(b) for a, b in zip(one, other)) for one, other in lines)


def _sorted_tokens(text: str) -> list[str]:
    return sorted(_TOKEN.findall(text))


def _settings(a: Record, b: Record) -> Cause | None:
    if a.seed != b.seed:
        return "settings", f"seed {a.seed}, then {b.seed}"
    if a.sealed != b.sealed:
        return "settings", f"sealed: {a.sealed}, then {b.sealed}"
    kind, other = a.environment.get("rng_kind"), b.environment.get("rng_kind")
    if kind and other and kind != other:
        return "settings", f"R's generator {kind}, then {other}"
    return None


def _inputs(a: Record, b: Record) -> Cause | None:
    found = _changed(a.inputs, b.inputs, common=True)
    return ("input-file", f"{found[0]} has changed") if found else None


def _versions(a: Record, b: Record) -> Cause | None:
    packages, others = _table(a, "packages"), _table(b, "packages")
    for name, language in (("python", "Python"), ("r", "R")):
        one, other = a.environment.get(name), b.environment.get(name)
        if one and other and one != other:
            return "library-version", f"{language} {one}, then {other}"
    found = _changed(packages, others, common=True)
    return ("library-version", f"{found[0]} {found[1]}, then {found[2]}") if found else None


def _processors(a: Record, b: Record) -> Cause | None:
    for name in ("cpu", "devices"):
        one, other = a.environment.get(name), b.environment.get(name)
        if one and other and one != other:
            return "cpu-or-gpu", f"{one}, then {other}"
    return None


def _switches(a: Record, b: Record) -> Cause | None:
    for one, other, common in (
        (_table(a, "threads"), _table(b, "threads"), True),
        (a.determinism, b.determinism, True),
        (_table(a, "flags"), _table(b, "flags"), False),
    ):
        found = _changed(one, other, common=common)
        if found:
            return "settings", f"{found[0]} {found[1]}, then {found[2]}"
    return None


def _changed(a: Mapping[str, Any], b: Mapping[str, Any], *, common: bool) -> tuple[str, Any, Any] | None:
    """Return the first entry that differs: name and both values. With `common`, only entries that both have count."""
    names = sorted(a.keys() & b.keys() if common else a.keys() | b.keys())
    return next(((name, a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)), None)


def _table(record: Record, name: str) -> Mapping[str, Any]:
    found = record.environment.get(name)
    return found if isinstance(found, Mapping) else {}
