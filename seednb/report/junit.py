"""A report as JUnit's XML, which CI systems read: a suite for each notebook, a test case for each cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from seednb.compare import Verdict
from seednb.report.facts import CellFacts, Facts
from seednb.report.words import advice, first_line, listed

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDTH = 60
_FAILURE, _ERROR, _SKIPPED = "failure", "error", "skipped"


def junit(all_facts: Sequence[Facts]) -> bytes:
    """Return the reports as an XML document."""
    root = ET.Element("testsuites", name="seednb")
    for facts in all_facts:
        root.append(_suite(facts))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode("utf-8") + b"\n"


def _suite(facts: Facts) -> ET.Element:
    suite = ET.Element("testsuite", name=_clean(facts.notebook))
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("seed", facts.seed),
        ("origin", facts.origin),
        ("command", f"seednb {facts.command}"),
        ("interrupted", facts.interrupted or None),
    ):
        if value is not None:
            ET.SubElement(properties, "property", name=name, value=_clean(str(value)))
    cases = [_case(facts, cell) for cell in facts.cells]
    suite.extend(cases)
    kinds = [child.tag for case in cases for child in case]
    for name, kind in (("failures", _FAILURE), ("errors", _ERROR), ("skipped", _SKIPPED)):
        suite.set(name, str(kinds.count(kind)))
    suite.set("tests", str(len(cases)))
    return suite


def _case(facts: Facts, cell: CellFacts) -> ET.Element:
    name = _clean(f"cell {cell.number}: {first_line(cell.result.source, _WIDTH)}".rstrip(": "))
    case = ET.Element("testcase", classname=_clean(facts.notebook), name=name)
    kind = _kind(cell, ran_on=not facts.interrupted)
    if kind:
        outcome = ET.SubElement(case, kind, message=_clean(cell.result.detail or cell.result.verdict.value))
        if kind != _SKIPPED:
            outcome.set("type", cell.result.cause or cell.result.verdict.value)
            outcome.text = _clean(_text(cell))
    elif cell.result.rules:
        ET.SubElement(case, "system-out").text = f"{cell.result.verdict.value} after: {listed(cell.result.rules)}"
    return case


def _kind(cell: CellFacts, *, ran_on: bool) -> str:
    """Return what a test case is; what an interrupted run did not come to is skipped."""
    verdict = cell.result.verdict
    if verdict is Verdict.FAILED:
        return _ERROR
    if verdict is Verdict.DIVERGED or (cell.result.unanswered and ran_on):
        return _FAILURE
    return _SKIPPED if verdict is Verdict.MISSING else ""


def _text(cell: CellFacts) -> str:
    words = advice(cell.result)
    lines = [f"verdict: {cell.result.verdict.value}", f"first difference: {cell.result.detail}"]
    lines += [f"cause: {cell.result.cause}. {words.cause} {words.remedy}"] if words is not None else []
    lines += [f"{state.name}: {state.first}, then {state.second}" for state in cell.changed]
    return "\n".join([*lines, "", cell.result.source])


def _clean(text: str) -> str:
    """Return a text without what XML does not allow."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
