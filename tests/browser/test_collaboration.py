"""Shared editing with jupyter-collaboration: two browsers, one document."""

from __future__ import annotations

import os

import pytest

from tests.browser.pages import Page
from tests.browser.servers import Server
from tests.browser.test_replay import DRAW, LOAD
from tests.conftest import notebook

PYTHON = os.environ.get("SEEDNB_TEST_COLLABORATION_PYTHON", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="SEEDNB_TEST_COLLABORATION_PYTHON names no interpreter; `make test-browser` makes one"),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Start a server whose notebooks are edited together."""
    started = Server(PYTHON, tmp_path_factory.mktemp("shared"))
    yield started
    started.stop()


@pytest.fixture
def pair(shared, browser, name):
    """Open one notebook in two browsers; neither may complain of us."""
    shared.write(name, notebook(LOAD, DRAW, "print(object())"))
    contexts = [browser.new_context(viewport={"width": 1400, "height": 1000}) for _ in range(2)]
    pages = [Page(shared, context.new_page(), "lab", name) for context in contexts]
    yield pages
    for context in contexts:
        context.close()
    assert [] == [complaint for page in pages for complaint in page.complaints]


def test_the_record_reaches_the_other_browser_and_the_file(pair):
    """What one browser records the other one has, and the file too, without a save."""
    first, second = pair
    assert first.tab.evaluate("jupyterapp.shell.currentWidget.model.collaborative")
    first.run_all()
    record = first.recorded(seed=42)
    assert record == second.recorded(seed=42)
    assert "42 · recorded" == second.state("recorded")
    first.save()
    assert record == first.file()["metadata"]["seednb"]


def test_a_replay_in_one_browser_gives_both_the_recorded_outputs(pair):
    """After an identical replay the document is what it was, in both browsers and in the file."""
    first, second = pair
    first.run_all()
    first.recorded(seed=42)
    first.save()
    before, outputs = first.saved(), [first.outputs(index) for index in range(3)]
    first.replay()
    assert "42 · reproduced" == first.state("reproduced")
    second.text_becomes(2, outputs[2][0]["text"])
    assert outputs == [second.outputs(index) for index in range(3)]
    first.save()
    assert before == first.saved()
