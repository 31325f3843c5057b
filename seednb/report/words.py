"""The words of all reports: what a verdict looks like, what a cause means, and what to do about it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from seednb.compare import CellResult, Comparison


class Look(NamedTuple):
    """How a verdict is shown: a mark that does without colour, a style of a terminal, and what it means."""

    mark: str
    style: str
    meaning: str


class Advice(NamedTuple):
    """A cause in words, and what to do."""

    cause: str
    remedy: str


LOOKS = {
    "identical": Look("✓", "green", "equal; only addresses and random ids may differ, consistently"),
    "equivalent": Look("≈", "blue", "equal but for what a named, harmless rule covers"),
    "close": Look("~", "blue", "within the tolerance that was asked for"),
    "missing": Look("·", "dim", "there was nothing to compare with"),
    "diverged": Look("✗", "bold red", "different"),
    "failed": Look("!", "bold red", "the cell raised an error"),
}
ADVICE = {
    "unsealed-entropy": Advice(
        "It takes numbers from the operating system, which no seed reaches.",
        "Seed that generator by hand, or keep what it gives out of the results.",
    ),
    "hash-order": Advice(
        "It follows the order of a set of strings, which depends on Python's hash seed.",
        "Sort the set before its order matters; seednb enable keeps the hash seed fixed.",
    ),
    "clock": Advice("It shows the time, or how long something took.", "Leave times out of outputs that are to be compared."),
    "address": Advice("It shows where in memory an object lies.", "Leave id() and addresses out of outputs that are to be compared."),
    "threads": Advice(
        "It depends on which thread was quicker.", "Use one thread there, or collect the results in the order in which the work was given."
    ),
    "process-id": Advice("It shows the number of its process.", "Leave process ids out of outputs that are to be compared."),
    "execution-order": Advice(
        "The recorded run executed it in another place: again, or after cells that stand below it. No fresh runtime does that.",
        "Accept what a fresh runtime gives: replay and save, or seednb verify --update.",
    ),
    "undefined-name": Advice(
        "It uses a name that no cell above it defines: the cell that did was deleted, or stands below it.",
        "Put that cell above it, restart, run all and save.",
    ),
    "draws": Advice(
        "It began with the same random states and left others: it drew another number of times, or seeded again.",
        "Look for draws that depend on a clock, a file, or the order of threads.",
    ),
    "nondeterministic-op": Advice(
        "An operation adds or scatters in no fixed order.", "%seed strict lets the frameworks use deterministic operations only."
    ),
    "uninitialised-memory": Advice("It reads memory that nobody has written.", "Use zeros() in place of empty(), or fill it first."),
    "library-version": Advice("The runs had other versions of a library.", "Install the versions that the record names (seednb show)."),
    "cpu-or-gpu": Advice(
        "The runs had other processors, which may round differently.",
        "Compare on the same kind of machine, or accept what this one gives: seednb verify --update.",
    ),
    "settings": Advice("The runs had other settings.", "Run it with the settings of the recorded run."),
    "input-file": Advice(
        "A file that it reads is another one, or is not there.", "Bring the file back, or accept the new results: seednb verify --update."
    ),
    "code": Advice(
        "The code is not the code that gave the recorded outputs.",
        "If the change is meant, accept the new results: seednb verify --update.",
    ),
    "upstream": Advice("An earlier cell differs, and it may follow from that.", "Look at the first cell that differs."),
    "unknown": Advice(
        "There is no evidence for a cause.",
        "Look for what a seed does not reach: threads, clocks, files, the network; or try %seed strict.",
    ),
}
"""For each cause that a comparison can name."""
FAILURE = Advice("The cell raised an error.", "Mend it first: cells after an error have not run.")
_OF_FAILED = {"unknown": FAILURE, "execution-order": FAILURE._replace(cause=ADVICE["execution-order"].cause)}
"""For causes of which the remedy is none for a cell that raised an error."""


def advice(result: CellResult) -> Advice | None:
    """Return a cell's cause in words; None where there is none, or one that this version does not know."""
    cause = result.cause or ""
    of_failed = _OF_FAILED.get(cause) if result.verdict.value == "failed" else None
    return of_failed or ADVICE.get(cause)


def explained(result: CellResult) -> dict[str, str | None]:
    """Return a cell's cause in words, and what to do, as reports for programs have them: `meaning` and `remedy`."""
    words = advice(result)
    return {"meaning": words and words.cause, "remedy": words and words.remedy}


def counts(comparison: Comparison) -> dict[str, int]:
    """Return how many cells have which verdict, in the order of the table of verdicts."""
    found = Counter(cell.verdict.value for cell in comparison.cells)
    return {name: found[name] for name in LOOKS if found[name]}


def left_out(reason: str) -> str:
    """Return in words why a variable has no digest, or one without some of its parts."""
    kind, _, what = reason.partition(": ")
    if kind == "part":
        return f"compared without its parts: {what}"
    return {
        "clock": "it comes from a clock",
        "identity": "it comes from an id, a process or a temporary name",
        "bound": "there was no time",
    }.get(kind, f"its type is {what}" if kind == "type" else reason)


def headline(comparison: Comparison) -> str:
    """Return the outcome in one word or two."""
    first = comparison.first_diverged
    if first is not None:
        return first.verdict.value
    return "reproduced" if comparison.reproduced else "not compared"


def interruption(failed: int | None) -> str:
    """Say of an interrupted replay how far it came."""
    where = "before its first cell" if failed is None else f"in cell {failed + 1}"
    return f"The replay was interrupted {where}: this tells of the cells before that only."


def plural(count: int, noun: str) -> str:
    """Return `1 cell`, `2 cells`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(rules: dict[str, int]) -> str:
    """Return rules that fired, with their counts."""
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in sorted(rules.items()))


def first_line(source: str, width: int) -> str:
    """Return the first line of a cell's text, cut to a width."""
    lines = source.strip().split("\n")
    line = lines[0] + (" …" if len(lines) > 1 and len(lines[0]) < width - 1 else "")
    return line if len(line) <= width else line[: width - 1] + "…"


def printable(text: str) -> str:
    """Return a text without characters that a terminal or a parser would obey; line ends and tabs stay."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text)
