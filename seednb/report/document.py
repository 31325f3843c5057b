"""A report as JSON. Its form is published in report.schema.json, and tested against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seednb.compare.verdict import total
from seednb.report.facts import CellFacts, Facts
from seednb.report.surroundings import Difference
from seednb.report.words import counts, explained


def document(facts: Facts) -> dict[str, Any]:
    """Return a report as JSON."""
    first = facts.first
    return {
        **facts.comparison.to_json(),
        "command": facts.command,
        "notebook": facts.notebook,
        "other": facts.other,
        "seed": facts.seed,
        "origin": facts.origin,
        "record": facts.had_record,
        "reproduced": facts.reproduced,
        "interrupted": facts.interrupted,
        "counts": counts(facts.comparison),
        "first": None if first is None else first.result.index,
        "failed": None if facts.failed is None else {"index": facts.failed, "reason": facts.reason},
        "rules": total(cell.result.rules for cell in facts.cells),
        "environment": _differences(facts.surroundings),
        "cells": [_cell(cell) for cell in facts.cells],
    }


def documents(all_facts: Sequence[Facts]) -> dict[str, Any]:
    """Return the reports of several notebooks as one JSON document; that of one as itself."""
    if len(all_facts) == 1:
        return document(all_facts[0])
    return {"reproduced": all(facts.reproduced for facts in all_facts), "notebooks": [document(facts) for facts in all_facts]}


def _cell(cell: CellFacts) -> dict[str, Any]:
    return {
        **cell.result.to_json(),
        **explained(cell.result),
        "states": _differences(cell.changed),
        "uncompared": [{"name": name, "reason": reason} for name, reason in cell.uncompared],
    }


def _differences(found: Sequence[Difference]) -> list[dict[str, str]]:
    return [{"name": one.name, "first": one.first, "second": one.second} for one in found]
