"""Each rule finds its own examples and leaves the others; its page is what docs/rules says."""

from __future__ import annotations

import re

import pytest

from seednb.check import RULES
from seednb.check.pages import overview, page, table
from seednb.check.rule import ERROR, WARNING
from tests.check.cells import codes
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"


def examples(*kinds: str):
    """Return test parameters: a rule's code, an example, its language."""
    for code, rule in RULES.items():
        for kind in kinds:
            for number, example in enumerate(getattr(rule, kind)):
                yield pytest.param(code, example, "r" if kind.endswith("_r") else "python", id=f"{code}-{kind}-{number}")


@pytest.mark.parametrize(("code", "example", "language"), list(examples("bad", "bad_r")))
def test_a_rule_finds_its_examples(code, example, language):
    """What a rule's page calls found is found."""
    assert code in codes(*example, language=language)


@pytest.mark.parametrize(("code", "example", "language"), list(examples("good", "good_r")))
def test_a_rule_leaves_the_others(code, example, language):
    """What a rule's page calls not found is not found."""
    assert code not in codes(*example, language=language)


def test_each_rule_says_all():
    """Each rule has a code in order, a severity, one line of message, a clear word on the seal, and examples of both kinds."""
    assert list(RULES) == sorted(RULES)
    assert len(RULES) == len({rule.name for rule in RULES.values()})
    for code, rule in RULES.items():
        assert re.fullmatch(r"SNB0\d\d", code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.severity in {ERROR, WARNING}
        assert "\n" not in rule.message + rule.instead
        assert rule.sealed.startswith(("Yes.", "No.", "In part."))
        assert rule.severity == WARNING or not rule.closed
        assert rule.bad
        assert rule.good


def test_the_codes_are_a_contract():
    """No published code disappears or gets another name."""
    published = {
        "SNB010": "global-generator-unseeded", "SNB011": "seed-below-first-draw", "SNB012": "random-state-left-out",
        "SNB020": "generator-without-seed", "SNB021": "reseeded-without-seed", "SNB022": "torch-seed-as-getter",
        "SNB023": "tensorflow-generator-without-seed", "SNB030": "seed-from-hash", "SNB031": "seed-from-clock",
        "SNB032": "seed-out-of-range", "SNB033": "seed-plus-worker", "SNB034": "same-seed-in-every-cell",
        "SNB035": "reseeded-in-loop", "SNB036": "hash-seed-in-cell", "SNB037": "cublas-setting-too-late",
        "SNB038": "reseeded-after-building", "SNB040": "set-in-order", "SNB041": "id-shown", "SNB042": "address-shown",
        "SNB043": "uninitialised-memory", "SNB044": "clock-shown", "SNB045": "system-entropy-as-data", "SNB046": "unsorted-listing",
    }  # fmt: skip
    assert published == {code: RULES[code].name for code in published}


@pytest.mark.parametrize("code", RULES)
def test_the_page_is_current(code):
    """docs/rules has each rule's page as the rule says it (python docs/make_rules.py writes them)."""
    assert page(RULES[code]) == (DOCS / "rules" / f"{code}.md").read_text(encoding="utf-8")


def test_the_table_is_current():
    """docs/check.md has the table of all rules, and there are no pages of others."""
    assert "<!-- rules -->\n" + table() in (DOCS / "check.md").read_text(encoding="utf-8")
    assert set(RULES) == {path.stem for path in (DOCS / "rules").glob("*.md")}
    assert len(RULES) == len(overview().splitlines())
