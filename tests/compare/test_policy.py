"""Rules are switched in pyproject.toml, in a notebook and in a cell, and packages add their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from seednb.compare import Pattern, Policy, Rule, Verdict, compare_notebooks, compare_outputs, faults, output_digests, policy_for
from seednb.compare.registry import CANONICAL, FOLDS, REGISTRY
from seednb.digest import source_digest
from seednb.errors import SettingsError
from tests.compare.make import book, cell, record, stream, verdict
from tests.conftest import environment

SLOW, FAST = stream("Wall time: 3 s\n"), stream("Wall time: 4 s\n")
ONE, OTHER = stream("<A at 0x7f0000001000>"), stream("<A at 0x7f0000002000>")
TRAINER = Rule(
    "my-progress",
    "how long my trainer has been at work",
    Pattern(
        pattern=r"^epoch \d+ \((?P<x>\d+\.\d+) s\)",
        needs=("epoch ",),
        alike=("epoch 3 (1.25 s): loss 0.5", "epoch 3 (2.5 s): loss 0.5"),
        unlike=("epoch 3 (1.25 s): loss 0.5", "epoch 3 (1.25 s): loss 0.6"),
    ),
)


def compare(first, second, *, metadata=None, tags=None, policy=None):
    """Compare two notebooks of one cell."""
    a, b = (book(cell("a", "1", output, tags=tags)) for output in (first, second))
    return compare_notebooks({**a, "metadata": metadata or {}}, b, record_a=None, record_b=None, policy=policy)


def test_ids_are_unique_and_say_why():
    """Each rule has an id of its own, a reason, and patterns; no id is also the name of a fold."""
    assert not REGISTRY.keys() & FOLDS.keys()
    for rule in REGISTRY.values():
        assert rule.reason
        assert rule.patterns
        assert rule.id in CANONICAL or list(faults(rule)) == []


@pytest.mark.parametrize(
    ("rule", "first", "second", "on"), [("time-magic", SLOW, FAST, "equivalent"), ("address", ONE, OTHER, "identical")]
)
def test_switched_in_each_place(tmp_path, rule, first, second, on):
    """What a rule makes equal diverges where it is off: in a cell's tags, a notebook's metadata or pyproject.toml, whichever comes last."""
    off, back = {"seednb-compare": {"rules-off": [rule]}}, {"seednb-compare": {"rules-on": [rule]}}
    (tmp_path / "pyproject.toml").write_text(f'[tool.seednb]\nrules-off = ["{rule}"]\n')
    policy = policy_for(tmp_path)
    assert compare(first, second).verdict.value == on
    assert compare(first, second, metadata=off).verdict is Verdict.DIVERGED
    assert compare(first, second, tags=[f"seednb:rule-off={rule}"]).verdict is Verdict.DIVERGED
    assert compare(first, second, policy=policy).verdict is Verdict.DIVERGED
    assert compare(first, second, policy=policy, metadata=back).verdict.value == on
    assert compare(first, second, policy=policy, tags=[f"seednb:rule-on={rule}"]).verdict.value == on
    assert compare(first, second, metadata=off, tags=["seednb:rule-on=all"]).verdict.value == on
    assert compare(first, second, metadata={"seednb-compare": {"rules-off": ["all"]}}).verdict is Verdict.DIVERGED
    assert compare(first, second, tags=["seednb:rule-off=tqdm"]).verdict.value == on


@pytest.mark.parametrize("odd", [5, [], {"rules-off": "tqdm"}, {"rules-off": [5, None]}, {"rules-on": {"a": 1}}])
def test_odd_metadata(odd):
    """Metadata of wrong types switches nothing and never raises."""
    assert compare(SLOW, FAST, metadata={"seednb-compare": odd}).verdict is Verdict.EQUIVALENT


def test_unknown_rules(tmp_path):
    """A notebook that names a rule which there is not gets a note; pyproject.toml gets one clear line."""
    comparison = compare(SLOW, FAST, metadata={"seednb-compare": {"rules-off": ["tqmd"]}})
    assert comparison.verdict is Verdict.EQUIVALENT
    assert comparison.notes == ["there is no rule 'tqmd' to switch: docs/comparison.md lists them"]
    for line, words in (('rules-off = ["tqmd"]', "there is no rule 'tqmd'"), ('rules-on = "tqdm"', "give a list of rules")):
        (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\n{line}\n")
        with pytest.raises(SettingsError, match=words):
            policy_for(tmp_path)


def test_digests_cannot_tell_what_a_switched_rule_would_say():
    """Where only digests are left, a rule that is off makes what it may have made equal `missing`; what differs still diverges."""
    o = "/".join(output_digests([SLOW]))
    recorded = record({"a": f"b2 s={source_digest('1')} o={o}"})
    stripped = book(cell("a", "1", count=None))

    def found(output, *off):
        policy = Policy().switched(off, [])
        return compare_notebooks(stripped, book(cell("a", "1", output)), record_a=recorded, record_b=None, policy=policy).verdict.value

    assert [found(SLOW), found(FAST), found(ONE)] == ["identical", "equivalent", "diverged"]
    assert [found(SLOW, "tqdm"), found(FAST, "tqdm"), found(ONE, "tqdm")] == ["identical", "missing", "diverged"]
    assert [found(SLOW, "address"), found(FAST, "address"), found(ONE, "address")] == ["missing", "missing", "diverged"]


def test_a_rule_of_another_package():
    """A package's rule makes outputs equivalent and is counted; it never enters digests."""
    a, b = ([stream(text)] for text in TRAINER.patterns[0].alike)
    assert verdict(a, b) is Verdict.DIVERGED
    (result,) = compare_outputs(a, b, policy=Policy(extra=(TRAINER,)))
    assert (result.verdict, result.rules) == (Verdict.EQUIVALENT, {"my-progress": 1})
    assert output_digests(a)[1] != output_digests(b)[1]
    assert verdict(a, b, policy=Policy(extra=(TRAINER,)).switched(["my-progress"], [])) is Verdict.DIVERGED


def test_a_rule_that_fails_its_own_examples_has_faults():
    """A rule that matches too little or too much says so itself."""
    pattern = TRAINER.patterns[0]
    greedy = Rule("x", "x", Pattern(pattern=r"(?P<x>\d.*)", alike=pattern.alike, unlike=pattern.unlike))
    blind = Rule("x", "x", Pattern(pattern=r"(?P<x>nothing)", alike=pattern.alike, unlike=pattern.unlike))
    assert ["hides" in fault for fault in faults(greedy)] == [True]
    assert ["does not make" in fault for fault in faults(blind)] == [True]
    assert list(faults(Rule("x", "x"))) == ["it has no pattern"]
    assert list(faults(TRAINER)) == []


PACKAGE = """
from seednb.compare import Pattern, Rule
def rule(id, pattern):
    alike, unlike = ("epoch 3 (1.25 s)", "epoch 3 (2.5 s)"), ("epoch 3 (1.25 s)", "epoch 4 (1.25 s)")
    return Rule(id, "x", Pattern(pattern=pattern, alike=alike, unlike=unlike))
GOOD = [rule("my-progress", r"\\((?P<x>[\\d.]+) s\\)")]
BAD = rule("my-mask", r"(?P<x>.+)")
TAKEN = rule("tqdm", r"\\((?P<x>[\\d.]+) s\\)")
ODD = [5]
"""


def test_entry_points(tmp_path):
    """Installed rules are found; those that hide data, take a taken id or are none at all are refused, with a note each."""
    (tmp_path / "trainer.py").write_text(PACKAGE)
    info = tmp_path / "trainer-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trainer\nVersion: 1\n")
    names = {"a": "GOOD", "b": "BAD", "c": "TAKEN", "d": "ODD", "e": "ABSENT"}
    points = "".join(f"{name} = trainer:{value}\n" for name, value in names.items())
    (info / "entry_points.txt").write_text(f"[seednb.rules]\n{points}")
    for name, seconds in (("one", "1.25"), ("two", "2.5")):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(book(cell("a", "fit()", stream(f"epoch 3 ({seconds} s)")))))
    run = [sys.executable, "-m", "seednb", "compare", "one.ipynb", "two.ipynb", "--json"]
    env = environment()
    env["PYTHONPATH"] += f":{tmp_path}"
    done = subprocess.run(run, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["cells"][0]["rules"] == {"my-progress": 1}
    assert len(answer["notes"]) == 4
    for words in (
        "my-mask of trainer:BAD is not used: it hides",
        "tqdm of trainer:TAKEN is not used: its id is taken",
        "trainer:ODD",
        "ABSENT",
    ):
        assert any(words in note for note in answer["notes"])


def test_tolerances_on_the_command_line(tmp_path, seednb):
    """`--rtol`, `--atol` and `--ulp` make numbers close that differ by no more; without one of them they diverge."""
    for name, value in (("one", 0.30000000000000004), ("two", 0.3)):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(book(cell("a", "x", stream(f"x = {value!r}\n")))))
    assert seednb("compare", "one.ipynb", "two.ipynb").returncode == 1
    for option in (("--rtol", "1e-12"), ("--atol", "1e-12"), ("--ulp", "1")):
        done = seednb("compare", "one.ipynb", "two.ipynb", "--json", *option)
        assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "close"), option
    assert seednb("compare", "one.ipynb", "two.ipynb", "--ulp", "0").returncode == 1
    assert seednb("compare", "one.ipynb", "two.ipynb", "--rtol", "-1").returncode == 2
