"""The page in a real browser: nothing runs, nothing is loaded, it fits a phone, and keys and switches work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seednb.report import page
from tests.browsers import FIREFOX, started_browser
from tests.report.made import display, facts, of_all_verdicts, stream
from tests.report.test_page import HOSTILE


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start the system's browser."""
    with started_browser("the page is not tried in a browser") as started:
        yield started


def opened(browser: Any, path: Path, text: str, *, width: int = 1200, scheme: str = "light") -> tuple[Any, list[str]]:
    """Open a page; return it, and what it asked for beside itself and what the browser complained of."""
    path.write_text(text, encoding="utf-8")
    tab = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    seen: list[str] = []
    tab.on("request", lambda request: None if request.url.startswith(("data:image/", path.as_uri())) else seen.append(request.url))
    tab.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
    tab.on("console", lambda message: seen.append(message.text))
    tab.on("pageerror", lambda problem: seen.append(str(problem)))
    tab.goto(path.as_uri())
    return tab, seen


def test_hostile_outputs_do_nothing(browser, tmp_path):
    """With hostile outputs the page makes no request, opens no dialog, and breaks no rule of its policy."""
    mimes = {"text__html": "", "image__svg_xml": "", "text__plain": "", "application__javascript": ""}
    one = [[display(**dict.fromkeys(mimes, hostile))] for hostile in HOSTILE]
    other = [[display(**dict.fromkeys(mimes, hostile + "b"))] for hostile in HOSTILE]
    tab, seen = opened(browser, tmp_path / "page.html", page([facts(HOSTILE, one, other)]))
    tab.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
    assert tab.locator("img").first.is_visible()
    tab.evaluate("Promise.all([...document.images].map(image => image.decode().catch(() => 0)))")
    assert [] == seen
    assert tab.evaluate("document.scripts.length + document.querySelectorAll('iframe, object, embed, link, base').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_it_fits_the_screen(browser, tmp_path, width, scheme):
    """The page is no wider than the screen, on a phone and on a desk, long lines and many cells included."""
    sources = ["print('x' * 500)"] * 60
    outputs = [[stream("word " * 300 + "y" * 500 + "\n")]] * 60
    long = facts(sources, outputs, [*outputs[1:], [stream("z" * 900)]])
    tab, seen = opened(browser, tmp_path / "page.html", page([of_all_verdicts(), long]), width=width, scheme=scheme)
    bar = "innerWidth - document.documentElement.clientWidth"  # Firefox has a scroll bar beside the page
    assert width == tab.evaluate(f"document.documentElement.scrollWidth + {bar}")
    assert [] == seen


@pytest.mark.parametrize(("scheme", "other", "back"), [("light", "Dark", "ArrowLeft"), ("dark", "Light", "ArrowRight")])
def test_the_switch_wins_over_the_system(browser, tmp_path, scheme, other, back):
    """The colours follow the system until the switch says otherwise, by mouse or by key."""
    if FIREFOX and scheme == "dark":
        pytest.skip("Playwright cannot tell Firefox that the system is dark")
    tab, _ = opened(browser, tmp_path / "page.html", page([of_all_verdicts()]), scheme=scheme)
    shades = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}
    shade = "getComputedStyle(document.body).backgroundColor"
    assert shades[scheme] == tab.evaluate(shade)
    tab.get_by_text(other, exact=True).click()
    assert shades[other.lower()] == tab.evaluate(shade)
    tab.keyboard.press(back)
    assert shades[scheme] == tab.evaluate(shade)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_has_a_shade(browser, tmp_path, scheme):
    """Each block of the strip, each badge and each mark has a colour of its own in both schemes, other than the page's."""
    tab, _ = opened(browser, tmp_path / "page.html", page([of_all_verdicts()]), scheme=scheme)
    found = tab.evaluate(
        "[...document.querySelectorAll('.strip i.s.drew, .badge, del, ins')].map(node => getComputedStyle(node).backgroundColor)"
    )
    assert len(found) > 10
    assert not set(found) & {"rgba(0, 0, 0, 0)", tab.evaluate("getComputedStyle(document.body).backgroundColor")}


def test_the_strip_leads_to_the_cell_by_key(browser, tmp_path):
    """A column of the strip takes the focus, and Enter leads to its cell."""
    tab, _ = opened(browser, tmp_path / "page.html", page([of_all_verdicts()]), width=360)
    tab.locator(".strip a").nth(5).focus()
    tab.keyboard.press("Enter")
    assert tab.url.endswith("#n1-c5")
    assert tab.locator("details.cell:has(.anchor:target)").is_visible()
    assert "cell 6" in tab.locator("details.cell:has(.anchor:target)").inner_text()


def test_identical_cells_can_be_hidden(browser, tmp_path):
    """One switch leaves only the cells that differ."""
    tab, _ = opened(browser, tmp_path / "page.html", page([of_all_verdicts()]))
    assert tab.locator("details.cell.identical").first.is_visible()
    tab.get_by_text("only cells that differ").click()
    assert not tab.locator("details.cell.identical").first.is_visible()
    assert tab.locator("details.cell.diverged").first.is_visible()
