"""The rules' pages, from the rules: what `--explain` prints and what stands in docs/rules."""

from __future__ import annotations

import textwrap

from seednb.check.rule import Example, Rule
from seednb.check.rules import RULES


def page(rule: Rule) -> str:
    """Return a rule's page in Markdown."""
    found = _examples(rule.bad, "python") + _examples(rule.bad_r, "r")
    passed = _examples(rule.good, "python") + _examples(rule.good_r, "r")
    return "\n".join(
        [
            f"# {rule.code}: {rule.name}",
            "",
            _filled(f"**{rule.severity}**: {rule.message}."),
            "",
            _filled(f"**What to do**: {rule.instead}."),
            "",
            _filled(rule.why),
            "",
            _filled(f"**Does seednb's seal close it?** {rule.sealed}"),
            "",
            "## Found",
            *found,
            "",
            "## Not found",
            *passed,
            "",
            f"To keep such a line: `# seednb: ignore[{rule.code}]` behind it.",
            "",
        ]
    )


def table() -> str:
    """Return the table of all rules for docs/check.md."""
    rows = [f"| [{rule.code}](rules/{rule.code}.md) | `{rule.name}` | {rule.severity} | {rule.message} |" for rule in RULES.values()]
    return "\n".join(["| rule | name | severity | what it says |", "|---|---|---|---|", *rows]) + "\n"


def overview() -> str:
    """Return one line for each rule."""
    return "\n".join(f"{rule.code}  {rule.severity:<7}  {rule.name}: {rule.message}" for rule in RULES.values()) + "\n"


def _filled(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _examples(examples: tuple[Example, ...], language: str) -> list[str]:
    lines = []
    for cells in examples:
        text = "\n# next cell\n".join(cells)
        lines += ["", f"```{'ipython' if language == 'python' and text.lstrip().startswith('%') else language}", text, "```"]
    return lines
