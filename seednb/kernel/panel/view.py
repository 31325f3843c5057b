"""The panel's words and HTML: facts in, text out. All that comes from a notebook or a runtime is escaped here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from seednb.kernel.panel.facts import Facts, Row
from seednb.streams import PER_CELL

_HUES, _STEP = 12, 5
_MARKS = {
    "as before": "✓",
    "identical": "✓",
    "equivalent": "≈",
    "close": "~",
    "diverged": "✗",
    "differs": "✗",
    "failed": "!",
    "missing": "·",
    "new": "+",
    "unseeded": "·",
}
_MAX_TEXT = 300
_BLOCK = "display:inline-block;min-width:1.3em;padding:0 .2em;margin:1px;text-align:center;border-radius:3px;font:600 11px/1.6 monospace;"
_DIM = "opacity:.7"
_TEXT = "line-height:1.6"
_CELL = "line-height:1.6;padding:0 .8em 0 0;text-align:left;vertical-align:top"


def one_line(facts: Facts) -> str:
    """Return the seed, where it comes from, and how cells draw."""
    if facts.seed is None:
        return "no seed is set"
    parts = [f"seed {facts.seed} ({facts.origin})"]
    parts.append("each cell draws from its own stream" if facts.mode == PER_CELL else "all cells draw from one stream")
    parts += ["strict"] if facts.strict else []
    return "; ".join(parts)


def plain(facts: Facts) -> str:
    """Return the facts as text: what is shown where there are no widgets."""
    lines = [f"seednb: {one_line(facts)}", f"draws: {_draws(facts)}", f"warnings: {facts.warned}"]
    lines += [f"  {_cut(text)}" for text in facts.warnings]
    lines += ["", _line("cell", "state", "verdict", "draws from")] if facts.rows else []
    lines += [f"({facts.earlier} earlier cells)"] if facts.earlier else []
    for row in facts.rows:
        lines.append(_line(f"[{row.number}]", f"{row.letter} {row.digest}", mark(row.verdict), ", ".join(row.drew) or "nothing"))
    return "\n".join(lines)


def summary(facts: Facts) -> str:
    """Return the facts but for the cells, as HTML."""
    told = "".join(f"<li>{escape(text)}</li>" for text in facts.warnings)
    warned = f"<details><summary>Warnings so far: {facts.warned}</summary><ul>{told}</ul></details>" if told else "Warnings so far: 0"
    return f'<div style="{_TEXT}"><b>{escape(one_line(facts))}</b><br>Draws: {escape(_draws(facts))}<br>{warned}</div>'


def cells(facts: Facts) -> str:
    """Return the strip and the table of the cells, as HTML."""
    if not facts.rows:
        return f'<span style="{_DIM}">No cell has run yet.</span>'
    strip = "".join(f'<span role="listitem">{_block(row)}</span>' for row in facts.rows)
    table = _table(("Cell", "State", "Verdict", "Draws from"), [_row(row) for row in facts.rows])
    earlier = f'<p style="{_DIM}">{facts.earlier} earlier cells are not shown.</p>' if facts.earlier else ""
    legend = (
        "Letters and colours name the random state after a cell: the same letter is the same state; a cell without colour drew nothing."
    )
    return (
        f'<div role="list" aria-label="random states" style="line-height:1.7">{strip}</div>'
        f'<p style="{_DIM};margin:.2em 0">{legend}</p>{earlier}'
        f'<div style="max-height:16em;overflow:auto">{table}</div>'
    )


def page(facts: Facts, hint: str) -> str:
    """Return all facts as HTML: what is shown where there are no widgets."""
    return f"<div>{summary(facts)}<br>{cells(facts)}<p>{escape(hint)}</p></div>"


def message(text: str, *, wrong: bool = False) -> str:
    """Return a line for the user; what went wrong says so in words, not by colour alone."""
    return f'<div role="status" style="{_TEXT}">{"<b>Not done:</b> " if wrong else ""}{escape(text)}</div>' if text else ""


def outcome(result: dict[str, Any], report: str) -> str:
    """Return what a replay in a fresh runtime has given, as HTML: a line, a table of the cells that are not the same, the report."""
    found = result.get("cells")
    results = [cell for cell in (found if isinstance(found, list) else []) if isinstance(cell, dict)]
    apart = [cell for cell in results if cell.get("verdict") not in ("identical", "equivalent")]
    table = _table(("Cell", "Verdict", "Cause", "What to do"), [_result(cell) for cell in apart[:_MAX_TEXT]]) if apart else ""
    told = f"Report: <code>{escape(report)}</code>" if report else ""
    return f'<div style="{_TEXT}"><b>{escape(headline(result, len(results)))}</b>{table}<div>{told}</div></div>'


def headline(result: dict[str, Any], count: int) -> str:
    """Return what a replay in a fresh runtime has given, in one line."""
    if result.get("reproduced") is True:
        return f"✓ reproduced in a fresh runtime: {count} cells, outputs compared"
    first, verdict = result.get("first"), result.get("verdict")
    return f"✗ {verdict}" + (f" at the notebook's cell {first + 1}" if type(first) is int else "")


def mark(verdict: str) -> str:
    """Return a verdict with its mark, which does without colour."""
    return f"{_MARKS.get(verdict.partition(':')[0], '·')} {verdict}" if verdict else ""


def escape(text: object) -> str:
    """Return a text as HTML that shows it, cut to a length."""
    return html.escape(_cut(str(text)))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def _draws(facts: Facts) -> str:
    found = [f"{name} in {'1 cell' if count == 1 else f'{count} cells'}" for name, count in sorted(facts.draws.items())]
    return ", ".join(found) or "none so far"


def _line(*words: str) -> str:
    return "".join(word.ljust(width) for word, width in zip(words, (8, 10, 28, 0))).rstrip()


def _table(heads: Sequence[str], rows: list[list[str]]) -> str:
    """Return a table; its texts are HTML already."""
    head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f'<td style="{_CELL}">{text}</td>' for text in row) + "</tr>" for row in rows)
    return f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(row: Row) -> list[str]:
    state = f"{_block(row)} <code>{escape(row.digest)}</code>"
    return [f"[{row.number}]", state, escape(mark(row.verdict)), escape(", ".join(row.drew) or "nothing")]


def _block(row: Row) -> str:
    colour = f"background:hsl({row.rank * _STEP % _HUES * 30} 70% 50% / .4)" if row.drew else "outline:1px solid #8888;outline-offset:-1px"
    title = f"cell [{row.number}]: random state {row.letter}, drew from {', '.join(row.drew) or 'nothing'}"
    return f'<span style="{_BLOCK}{colour}" title="{escape(title)}">{escape(row.letter)}</span>'


def _result(cell: dict[str, Any]) -> list[str]:
    index, cause = cell.get("index"), [cell.get(name) for name in ("cause", "meaning")]
    texts = (
        f"{index + 1 if type(index) is int else '?'}",
        mark(str(cell.get("verdict"))),
        ": ".join(str(text) for text in cause if text),
        cell.get("remedy") or "",
    )
    return [escape(text) for text in texts]
