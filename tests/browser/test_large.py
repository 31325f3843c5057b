"""A notebook of 2,000 cells: scrolling stays smooth, with marks on those that have run."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from tests.browser.test_open import RECORD
from tests.browsers import FIREFOX
from tests.conftest import notebook

pytestmark = pytest.mark.slow

CELLS = 2000
RUN = 300
LIMIT = 300_000
"""In µs. Without slices it would be more than a second. The bound of 100 ms is measured in benchmarks/: here other tests run beside it."""
SCROLL = """async () => {
  const nodes = [...document.querySelectorAll('.jp-WindowedPanel-outer, .jp-Notebook')];
  const scroller = nodes.find(node => node.scrollHeight > node.clientHeight + 100);
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let step = 0; step < 200; step += 1) {
    scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * step / 199;
    await frame();
  }
  await frame();
}"""


def many(server, name):
    """Write a notebook of many short cells with a record of all of them; return its name."""
    made = notebook("%load_ext seednb\n%seed 42\nimport random", *(["random.random()"] * (CELLS - 1)))
    lines = {cell["id"]: f"b2 s={number:010x} python={number * 7919:010x}" for number, cell in enumerate(made["cells"])}
    made["metadata"]["seednb"] = {**RECORD, "cells": lines}
    return server.write(name, made)


@contextmanager
def profiled(page):
    """Give a list that has, once the block has ended, the stretches in µs in which the page was busy with our code or what it called."""
    stretches = []
    browser = page.tab.context.new_cdp_session(page.tab)
    browser.send("Profiler.enable")
    browser.send("Profiler.start")
    yield stretches
    profile = browser.send("Profiler.stop")["profile"]
    ours = set()
    for node in profile["nodes"]:  # parents come before their children
        if node["id"] in ours or "seednb" in node["callFrame"]["url"]:
            ours |= {node["id"], *node.get("children", ())}
    was_ours = False
    for sample, duration in zip(profile["samples"][:-1], profile["timeDeltas"][1:], strict=True):
        if sample in ours:
            stretches[len(stretches) - was_ours :] = [duration + (stretches[-1] if was_ours else 0)]
        was_ours = sample in ours


def test_scrolling_a_large_notebook(server, open_path, name):
    """While 2,000 cells are scrolled past, our code never holds the page up for long, and once the marks are drawn, not even in all."""
    if FIREFOX:
        pytest.skip("what a page is busy with is told by Chromium only")
    page = open_path("lab", many(server, name))
    assert "42 · recorded" == page.state("recorded")
    page.tab.evaluate("index => { jupyterapp.shell.currentWidget.content.activeCellIndex = index; }", RUN)
    with profiled(page) as stretches:
        page.command("notebook:run-all-above")
        page.tab.evaluate(SCROLL)
        page.tab.locator(".seednb-state").nth(RUN - 2).wait_for(state="attached")  # all but the first, which draws nothing
    assert stretches, "the profile sees code of ours"
    assert max(stretches) < LIMIT
    with profiled(page) as stretches:
        page.tab.evaluate(SCROLL)
    assert sum(stretches) < LIMIT
