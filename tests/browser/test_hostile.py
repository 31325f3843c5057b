"""Hostile notebooks: what stands in metadata and outputs is shown as text, or not at all, and runs nowhere."""

from __future__ import annotations

import pytest

from tests.browser.test_open import RECORD
from tests.conftest import notebook

pytestmark = pytest.mark.slow

HTML = "<img src=x onerror='window.hacked = 1'><script>window.hacked = 2</script>"
RECORDS = {
    "html": {**RECORD, "origin": HTML, "mode": HTML, "environment": {"python": HTML, "packages": {HTML: HTML}}, "cells": {"cell-0": HTML}},
    "wrong-types": {"version": 1, "seed": HTML, "cells": [HTML], "reseeds": HTML, "environment": HTML},
    "huge": {**RECORD, "origin": "x" * 1_000_000, "cells": {f"c{number}": "y" * 300 for number in range(20_000)}},
    "deep": {**RECORD, "environment": {"packages": [[[[[[[[[[HTML]]]]]]]]]]}},
    "no-object": HTML,
    "newer": {**RECORD, "version": 99, "cells": {"cell-0": HTML}},
}


@pytest.mark.parametrize("kind", RECORDS)
def test_a_hostile_record_is_shown_as_text(kind, app, server, open_path, name):
    """No script runs, no dialog opens; the pill works, and what is shown of the record is text."""
    made = notebook("print(1)", metadata={"seednb": RECORDS[kind]})
    page = open_path(app, server.write(name, made))
    page.state("recorded", "not-loaded")
    popover = page.popover()
    page.press("load")
    popover.locator('[data-seednb="seed"]').wait_for()
    assert 0 == popover.locator("img, script").count()
    assert len(popover.inner_text()) < 5_000
    page.run(0)
    assert "1\n" == page.text(0)
    assert page.tab.evaluate("window.hacked === undefined")
    # The browser itself tells of each refused request; the server refuses to compare runtimes with what is no record.
    page.complaints = [complaint for complaint in page.complaints if "status of 400" not in complaint or "/differences" not in complaint]


def test_hostile_outputs_are_compared_as_text(app, open_notebook):
    """A replay of cells whose outputs are scripts and markup marks them, and its report runs nothing."""
    hostile = f"print({HTML!r})\nraise ValueError({HTML!r} + __import__('secrets').token_hex(4))"
    page = open_notebook(app, "%load_ext seednb\n%seed 42", hostile, tags={1: "raises-exception"})
    page.run_all()
    page.recorded(seed=42)
    page.replay()
    page.state("diverged", "failed")
    page.verdict(1, "diverged")
    popover = page.popover()
    assert 0 == popover.locator("img, script").count()
    assert 0 == page.tab.locator(".seednb-verdict img, .seednb-verdict script, .seednb-badge img").count()
    with page.tab.context.expect_page() as opened:
        page.press("report")
    report = opened.value
    report.wait_for_load_state()
    assert report.get_by_text("window.hacked").first.is_visible()
    assert report.evaluate("window.hacked === undefined")
    assert page.tab.evaluate("window.hacked === undefined")
