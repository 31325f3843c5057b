"""A notebook of 2,000 cells: scrolling stays smooth, with marks on all of them."""

from __future__ import annotations

import pytest

from tests.browser.test_open import RECORD
from tests.conftest import notebook

pytestmark = pytest.mark.slow

CELLS = 2000
LIMIT = 100
SCROLL = """async () => {
  const tasks = [], seen = new PerformanceObserver(list => tasks.push(...list.getEntries().map(entry => entry.duration)));
  seen.observe({ entryTypes: ['longtask'] });
  const nodes = [...document.querySelectorAll('.jp-WindowedPanel-outer, .jp-Notebook')];
  const scroller = nodes.find(node => node.scrollHeight > node.clientHeight + 100);
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let step = 0; step < 200; step += 1) {
    scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * step / 199;
    await frame();
  }
  await frame();
  seen.disconnect();
  return tasks;
}"""


def many(server, name):
    """Write a notebook of many short cells with a record of all of them; return its name."""
    made = notebook("%load_ext seednb\n%seed 42\nimport random", *(["random.random()"] * (CELLS - 1)))
    lines = {cell["id"]: f"b2 s={number:010x} python={number * 7919:010x}" for number, cell in enumerate(made["cells"])}
    made["metadata"]["seednb"] = {**RECORD, "cells": lines}
    return server.write(name, made)


def test_scrolling_a_large_notebook_has_no_long_task(server, open_path, name):
    """While a notebook of 2,000 cells with a record is scrolled from top to bottom, no task is longer than 100 ms more than without us."""
    page = open_path("lab", many(server, name))
    assert "42 · recorded" == page.state("recorded")
    page.tab.evaluate(SCROLL)  # the first time draws what has never been drawn
    tasks = page.tab.evaluate(SCROLL)
    assert [] == [task for task in tasks if task > LIMIT]
