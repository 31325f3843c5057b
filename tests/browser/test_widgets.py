"""Live widgets: after a replay they belong to the new runtime."""

from __future__ import annotations

import pytest

from tests.browser.test_replay import DRAW, LOAD, recorded

pytestmark = pytest.mark.slow

WIDGETS = """
import ipywidgets
slider = ipywidgets.IntSlider(3, description="steps")
box = ipywidgets.HBox([slider, ipywidgets.Label("beside")])
box
"""
VIEW = "application/vnd.jupyter.widget-view+json"


def test_widgets_are_alive_after_a_replay(app, open_notebook):
    """The notebook reproduces, and the slider that is shown follows the new kernel, which follows the slider."""
    page = open_notebook(app, LOAD, WIDGETS, DRAW)
    before = recorded(page)
    (shown,) = page.outputs(1)
    page.replay()
    assert "42 · reproduced" == page.state("reproduced")
    page.verdict(1, "identical")
    (now,) = page.outputs(1)
    assert shown["data"][VIEW]["model_id"] != now["data"][VIEW]["model_id"]
    assert repr(now["data"][VIEW]["model_id"]) == page.ask("box.model_id")

    output = page.cell(1).locator(".jp-OutputArea-output")
    readout = output.locator(".widget-readout")
    readout.get_by_text("3", exact=True).wait_for()
    assert output.get_by_text("beside").is_visible()
    page.ask("setattr(slider, 'value', 7)")
    readout.get_by_text("7", exact=True).wait_for()
    readout.fill("5")
    readout.press("Enter")
    page.tab.wait_for_function(ASK_BECOMES, arg=["slider.value", "5"])
    assert 0 == page.tab.get_by_text("Error displaying widget").count()
    page.save()
    assert before == page.saved().replace(now["data"][VIEW]["model_id"], shown["data"][VIEW]["model_id"])


ASK_BECOMES = """async ([code, wanted]) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const content = { code: '', silent: true, store_history: false, user_expressions: { value: code } };
  return (await kernel.requestExecute(content).done).content.user_expressions.value.data['text/plain'] === wanted;
}"""
