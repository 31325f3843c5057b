"""Without a mouse, and with a screen reader."""

from __future__ import annotations

import pytest

from tests.browser.test_replay import DRAW, LOAD, recorded

pytestmark = pytest.mark.slow

FOCUSED = "() => document.activeElement.dataset.seednb ?? document.activeElement.className"


def test_the_popover_works_with_the_keyboard(app, open_notebook):
    """Enter opens it with the focus inside, Tab stays inside, Escape closes it and gives the focus back."""
    page = open_notebook(app, LOAD, DRAW)
    recorded(page)
    keyboard = page.tab.keyboard
    page.pill.focus()
    assert "dialog" == page.pill.get_attribute("aria-haspopup")
    assert "42" in page.pill.get_attribute("aria-label")
    keyboard.press("Enter")
    popover = page.tab.locator(".seednb-popover[role=dialog]")
    popover.wait_for()
    page.tab.wait_for_function("() => document.activeElement.dataset.seednb === 'seed'")
    assert "true" == page.pill.get_attribute("aria-expanded")
    seen = []
    for _ in range(20):
        keyboard.press("Tab")
        assert page.tab.evaluate("() => document.querySelector('.seednb-popover').contains(document.activeElement)")
        seen.append(page.tab.evaluate(FOCUSED))
    assert {"set-seed", "new-seed", "replay", "verify", "strict", "seed"} <= set(seen)
    keyboard.press("Escape")
    popover.wait_for(state="detached")
    assert page.pill.evaluate("node => node === document.activeElement")


def test_every_control_has_a_name(app, open_notebook):
    """Each button and field of the popover has a name that a screen reader reads."""
    page = open_notebook(app, LOAD, DRAW)
    recorded(page)
    nameless = (
        page.popover()
        .locator("button, input, summary, progress")
        .evaluate_all(
            "nodes => nodes.filter(node => !(node.ariaLabel || node.textContent.trim() || node.labels?.length)).map(node => node.outerHTML)"
        )
    )
    assert [] == nameless


def test_a_replay_by_keyboard_alone(app, open_notebook):
    """From the pill to the verdict without a mouse."""
    page = open_notebook(app, LOAD, DRAW)
    before = recorded(page)
    keyboard = page.tab.keyboard
    page.pill.focus()
    keyboard.press("Enter")
    page.tab.wait_for_function("() => document.activeElement.dataset.seednb === 'seed'")
    for _ in range(20):
        if page.tab.evaluate(FOCUSED) == "replay":
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    page.tab.locator(".jp-Dialog").wait_for()
    keyboard.press("Enter")
    assert "42 · reproduced" == page.state("reproduced")
    page.save()
    assert before == page.saved()


def test_the_popover_keeps_the_focus_while_the_notebook_opens(app, open_notebook):
    """The popover stays where JupyterLab gives an opening notebook the focus, and has it back; a press elsewhere closes it."""
    page = open_notebook(app, LOAD, DRAW)
    popover = page.popover()
    page.tab.wait_for_function("() => document.querySelector('.seednb-popover').contains(document.activeElement)")
    before = page.tab.evaluate(FOCUSED)
    page.tab.evaluate("() => { jupyterapp.shell.currentWidget.content.activate(); jupyterapp.shell.currentWidget.content.node.focus(); }")
    page.tab.wait_for_function("() => document.querySelector('.seednb-popover')?.contains(document.activeElement)")
    assert before == page.tab.evaluate(FOCUSED)
    page.cell(1).click(position={"x": 20, "y": 10})
    popover.wait_for(state="detached")
