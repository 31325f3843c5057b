"""Each renaming and each rule makes equal what it must, and nothing more."""

from __future__ import annotations

import base64
import json

import pytest

from seednb.compare import Verdict
from seednb.compare.patterns import JSON, MARKUP, PDF, SVG, TEXT
from seednb.compare.policy import Policy
from seednb.compare.registry import CANONICAL, OWN_CLOCK, REGISTRY
from tests.compare.make import display, html, rules, stream, verdict

MAKE = {
    TEXT: stream,
    MARKUP: html,
    SVG: lambda text: {**display(), "data": {"image/svg+xml": text}},
    JSON: lambda text: display(application_json=json.loads(text)),
    PDF: lambda text: display(application_pdf=base64.b64encode(b"%PDF-1.4\n" + text.encode()).decode()),
}


def forms(rules):
    """Return a test parameter for each pattern of each rule, with readable names."""
    return [pytest.param(rule, pattern, id=f"{rule.id}-{number}") for rule in rules for number, pattern in enumerate(rule.patterns)]


def outputs(pattern, texts):
    """Return one list of outputs for each text."""
    return [[MAKE[pattern.kinds[0]](text)] for text in texts]


def policy(rule):
    """Return the rules in force, with the one for the cell's own clock where that is tried."""
    return Policy(own=(rule,)) if rule.id == OWN_CLOCK.id else Policy()


@pytest.mark.parametrize(("rule", "pattern"), forms(rule for rule in REGISTRY.values() if rule.id in CANONICAL))
def test_renaming_matches(rule, pattern):
    """What differs only in a renamed value is identical, and the renaming is counted."""
    assert pattern.alike[0] != pattern.alike[1]
    a, b = outputs(pattern, pattern.alike)
    assert verdict(a, b) is Verdict.IDENTICAL
    assert {rule.id} == rules(a, b)


@pytest.mark.parametrize(("rule", "pattern"), forms(rule for rule in REGISTRY.values() if rule.id not in CANONICAL))
def test_rule_matches(rule, pattern):
    """What only a rule makes equal is equivalent, never identical, and the rule is counted."""
    a, b = outputs(pattern, pattern.alike)
    assert verdict(a, b, policy=policy(rule)) is Verdict.EQUIVALENT
    assert {rule.id} == rules(a, b, policy=policy(rule))


@pytest.mark.parametrize(("rule", "pattern"), forms(REGISTRY.values()))
def test_no_renaming_and_no_rule_hides_data(rule, pattern):
    """What differs in data diverges, however much it looks like what a renaming or a rule is for."""
    assert pattern.unlike[0] != pattern.unlike[1]
    a, b = outputs(pattern, pattern.unlike)
    assert verdict(a, b, policy=policy(rule)) is Verdict.DIVERGED


@pytest.mark.parametrize(("rule", "pattern"), forms(REGISTRY.values()))
def test_a_rule_that_is_off_makes_nothing_equal(rule, pattern):
    """With the rule switched off its own example diverges: no other rule does its work."""
    a, b = outputs(pattern, pattern.alike)
    assert verdict(a, b, policy=policy(rule).switched([rule.id], [])) is Verdict.DIVERGED


HARMLESS = {
    "bar of another width": ("100%|██████████| 20/20 [00:00<00:00, 73.98it/s]\n", "100%|█████████▉| 20/20 [00:01<00:00,  9.9it/s] \n"),
    "bytes": ("a: 100%|███| 1.2M/1.2M [00:00<00:00, 12.3MB/s]", "a: 100%|███| 1.2M/1.2M [00:09<00:00, 1.3kB/s]"),
    "hours": ("  5%|▌         | 5/99 [1:02:03<20:00:00, 745.1s/it]", "  5%|▌         | 5/99 [1:02:04<20:00:01, 745.2s/it]"),
    "named unit": ("Generating: 1000 examples [00:00, 12345.67 examples/s]", "Generating: 1000 examples [00:00, 345.67 examples/s]"),
    "epochs of keras 2": (
        "10/10 [==============================] - 1s 3ms/step - loss: 0.5",
        "10/10 [==============================] - 0s 30us/step - loss: 0.5",
    ),
    "silent keras 2": ("10/10 - 1s - loss: 0.6 - 532ms/epoch - 53ms/step", "10/10 - 0s - loss: 0.6 - 32ms/epoch - 3ms/step"),
    "silent keras 3": ("2/2 - 0s - 26ms/step - loss: 0.2330", "2/2 - 1s - 530ms/step - loss: 0.2330"),
    "jax log": ("INFO:2026-11-22 20:37:57,123:jax._src.xla_bridge:752: x", "INFO:2026-11-22 20:37:58,321:jax._src.xla_bridge:752: x"),
    "bracketed log": ("[2026-11-22 20:37:57] INFO - started 3", "[2026-11-22 20:38:57] INFO - started 3"),
    "xgboost log": ("[20:37:57] WARNING: /src/learner.cc:1115: x", "[20:38:01] WARNING: /src/learner.cc:1115: x"),
    "parse times": ("Compiler  : 123 ms\nParser   : 102 ms\nWall time: 2 s", "Compiler  : 120 ms\nParser   : 101 ms\nWall time: 3.1 s"),
    "windows": ("C:\\env\\lib\\a.py:3: FutureWarning: old", "D:\\lib\\a.py:7: FutureWarning: old"),
}


@pytest.mark.parametrize("pair", HARMLESS.values(), ids=HARMLESS.keys())
def test_known_clock_contexts(pair):
    """Lines that known programs write are equivalent when only their clocks and places differ."""
    assert verdict([stream(pair[0])], [stream(pair[1])]) is Verdict.EQUIVALENT


DATA = {
    "unit": ("took 3 s", "took 4 s"),
    "date": ("2026-11-22 20:37:57.123", "2026-11-22 20:37:58.123"),
    "hash": ("0xdeadbeef", "0xdeadbeff"),
    "md5": ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdee"),
    "postfix": ("9it [00:00, 49.41it/s, loss=0.5]", "9it [00:00, 49.41it/s, loss=0.6]"),
    "metric": ("2/2 - 0s - 26ms/step - loss: 0.2330", "2/2 - 0s - 26ms/step - loss: 0.2331"),
    "log message": ("2026-11-22 20:37:57,123 INFO loss 0.1", "2026-11-22 20:37:57,123 INFO loss 0.2"),
    "warning": ("/a/b.py:3: UserWarning: 3 rows", "/a/b.py:3: UserWarning: 4 rows"),
    "warning type": ("/a/b.py:3: UserWarning: x", "/a/b.py:3: FutureWarning: x"),
    "id": ("140296839358560", "140508064508000"),
    "pid": ("4711", "4712"),
    "secret": ("b'\\x01\\x02'", "b'\\x01\\x03'"),
    "temporary results": ("/data/tmp_results", "/data/tmp_outputs"),
    "runs of timeit": (
        "1 μs ± 2 ns per loop (mean ± std. dev. of 7 runs, 10 loops each)",
        "1 μs ± 2 ns per loop (mean ± std. dev. of 3 runs, 10 loops each)",
    ),
    "name that a renaming gives": ("<A at 0x7f0000001000>", "<A at \ufdd0address-1\ufdd1>"),
    "name without marks": ("<A at 0x7f0000001000>", "<A at address-1>"),
    "name that a rule gives": ("Wall time: 3 s", "Wall time: \ufdd0time-magic\ufdd1"),
}


@pytest.mark.parametrize("pair", DATA.values(), ids=DATA.keys())
def test_data_is_never_masked(pair):
    """Numbers, dates, ids and messages that a notebook prints are data: where they differ, the cell diverges."""
    assert verdict([stream(pair[0])], [stream(pair[1])]) is Verdict.DIVERGED


def test_two_prints_of_one_object_still_agree():
    """Aliasing is compared across the outputs of a cell: one object shown twice is not two objects."""
    a = [stream("<A at 0x7f0000001000>"), html("&lt;A at 0x7f0000001000&gt;")]
    same = [stream("<A at 0x7e0000001000>"), html("&lt;A at 0x7e0000001000&gt;")]
    other = [stream("<A at 0x7e0000001000>"), html("&lt;A at 0x7e0000002000&gt;")]
    assert verdict(a, same) is Verdict.IDENTICAL
    assert verdict(a, other) is Verdict.DIVERGED


def test_aliasing_with_an_output_that_is_equal_to_the_byte():
    """An address in an output with equal bytes keeps its name in the outputs after it."""
    a = [stream("<A at 0x7f0000001000>"), plain_at("0x7f0000001000")]
    b = [stream("<A at 0x7f0000001000>"), plain_at("0x7f0000002000")]
    assert verdict(a, b) is Verdict.DIVERGED


def plain_at(address):
    """Return a result that shows an address."""
    return display(text_plain=f"<A at {address}>")


def test_ids_of_widgets_plots_and_charts():
    """Plots of plotly, bokeh, altair, folium and widgets are identical when only their generated ids differ."""
    first, second = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
    uuid, other = "56a50ea7-3add-4af3-9f34-56842a9a926d", "32ae7d58-df49-4905-9327-52b4c3911230"
    templates = (
        '<div id="{u}" class="plotly-graph-div"></div><script>Plotly.newPlot("{u}", [1])</script>',
        '<div id="{u}" data-root-id="p1004"></div><script>const docs_json = {{"{u}": {{"roots": ["p1004"]}}}};</script>',
        '<div id="altair-viz-{h}"></div><script>document.getElementById("altair-viz-{h}")</script>',
        '<div class="folium-map" id="map_{h}"></div><script>var map_{h} = L.map("map_{h}")</script>',
        '<iframe srcdoc="&lt;div id=&quot;map_{h}&quot;&gt; map_{h}.fit()"></iframe>',
    )
    for template in templates:
        a, b = (template.format(u=u, h=h) for u, h in ((uuid, first), (other, second)))
        assert verdict([html(a)], [html(b)]) is Verdict.IDENTICAL, template
        assert verdict([html(a)], [html(b.replace(second, first, 1).replace(other, uuid, 1))]) is Verdict.DIVERGED, template
    view = "application/vnd.jupyter.widget-view+json"
    widgets = [{**display(), "data": {view: {"model_id": model, "version_major": 2}}} for model in (first, second)]
    assert verdict([widgets[0]], [widgets[1]]) is Verdict.IDENTICAL


@pytest.mark.parametrize("piece", ["<", "1%|", "/tmp/", "1", "\r", "\x08", "\x1b[1A", "(", " at 0x7f00 "])
def test_a_hostile_text_takes_linear_time(piece):
    """A megabyte made to slow patterns down is compared in a moment."""
    text = piece * (1_000_000 // len(piece))
    text += "\r\n/s [= ━ per loop (mean ± std. dev. of CPU times: x Warning: ipykernel_ INFO"
    assert verdict([stream(text)], [stream(text + "1")]) is Verdict.DIVERGED


@pytest.mark.parametrize("piece", ["<", "id=a", "&#x27;me...me&#x27;: array([", '--doc-link-refit_time_;">'])
def test_hostile_html_takes_linear_time(piece):
    """A megabyte of HTML made to slow patterns down is compared in a moment."""
    text = piece * (1_000_000 // len(piece)) + "id= model_id --doc-link-cv_results_ <svg"
    assert verdict([html(text)], [html(text + "1")]) is Verdict.DIVERGED
