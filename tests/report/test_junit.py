"""JUnit's XML, in the form that CI systems read."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from seednb.report import junit
from seednb.report.facts import Facts
from tests.report.made import facts, of_all_verdicts, stream

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "property": {"name", "value"},
    "testcase": {"name", "classname"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
}


def parsed(*several: Facts) -> ET.Element:
    """Parse a report and check its shape: the elements, attributes and counts of the usual JUnit schema (that of Jenkins)."""
    root = ET.fromstring(junit(several))
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert set(element.attrib) == ATTRIBUTES.get(element.tag, set())
    for parent in (root, *root):
        cases = list(parent.iter("testcase"))
        assert int(parent.get("tests")) == len(cases)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(parent.get(name)) == sum(case.find(tag) is not None for case in cases)
        assert all(sum(child.tag in {"failure", "error", "skipped"} for child in case) <= 1 for case in cases)
    return root


def test_a_case_for_each_cell():
    """Each cell is a case; one that differs has the first difference and the cause, one that failed is an error."""
    root = parsed(of_all_verdicts())
    cases = root.findall(".//testcase")
    assert len(cases) == 7
    assert cases[2].get("name") == "cell 3: plot()"
    failure = cases[2].find("failure")
    assert "pixels differ" in failure.get("message")
    assert failure.get("type") == "library-version"
    assert "What" not in failure.text
    assert "plot()" in failure.text
    assert "ZeroDivisionError" in cases[5].find("error").get("message")
    assert "address" in cases[3].find("system-out").text
    assert {"seed": "42"}.items() <= {one.get("name"): one.get("value") for one in root.iter("property")}.items()


def test_a_suite_for_each_notebook():
    """Several notebooks are several suites, and the whole counts all of them."""
    good = facts(["print(1)"], [[stream("1\n")]], [[stream("1\n")]])
    assert parsed(good, of_all_verdicts()).get("tests") == "8"


def test_what_xml_cannot_hold():
    """Control characters, lone surrogates and markup of a notebook leave the XML whole."""
    odd = "print('\x00\x1b]0;\ud800\ufffe ]]> <failure/> &amp; é')"
    root = parsed(facts([odd], [[stream("a\x00\x0b")]], [[stream("b\ud800]]>")]]))
    assert "<failure/>" in root.find(".//testcase").get("name")
