"""Makes the README's pictures of JupyterLab from the real thing: an example is seeded, run, run again, changed in one line and replayed.

Usage: make pictures, which calls this with a Python that has JupyterLab, what the example needs, and seednb's wheel.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.pages import Page
from tests.browser.servers import Server

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
EXAMPLE = ROOT / "examples" / "montecarlo.ipynb"
SEED = 2026
DARTS, CHANGED = "throw-darts", "antithetic"
BEFORE, AFTER = "standard_normal(250_000)", "standard_normal(250_001)"
SIZE = {"width": 1120, "height": 720}
RERUN_HEIGHT = 480
SCROLL = """([id, block]) => {
  const content = jupyterapp.shell.currentWidget.content, index = content.widgets.findIndex(cell => cell.model.id === id);
  content.activeCellIndex = index;
  content.widgets[index].node.scrollIntoView({ block });
  document.activeElement.blur();
}"""
FADED = "() => !document.querySelector('#jupyterlab-splash') && !document.getAnimations().some(one => one.playState === 'running')"
INDEX = "id => jupyterapp.shell.currentWidget.content.widgets.findIndex(cell => cell.model.id === id)"
SOURCE = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.getSource()"


def main(python: str) -> None:
    """Make docs/images/lab-*.png."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as browsers:
        server = Server(str(Path(python).absolute()), Path(folder))
        server.set(
            "@jupyterlab/apputils-extension:notification", {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
        )
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            shutil.copy(EXAMPLE, server.root)
            page = Page(server, browser.new_page(viewport=SIZE, device_scale_factor=1.5), "lab", EXAMPLE.name)
            page.command("application:toggle-left-area")
            seed_and_run(page)
            run_again(page)
            in_both_themes(page, "rerun", height=RERUN_HEIGHT)
            change_and_replay(page)
            page.popover()
            in_both_themes(page, "replay")
        finally:
            browser.close()
            server.stop()


def seed_and_run(page: Page) -> None:
    """Load seednb, set the seed, run all cells, and save the notebook with its record."""
    page.ask("__import__('matplotlib.font_manager')")  # its first import ever writes into the notebook
    page.press("load")
    page.type_seed(str(SEED))
    page.run_all()
    page.recorded(seed=SEED)
    page.save()


def run_again(page: Page) -> None:
    """Run one cell again: it gets a badge."""
    index = page.tab.evaluate(INDEX, DARTS)
    page.run(index)
    page.badge(index).wait_for()
    page.tab.evaluate(SCROLL, [DARTS, "center"])


def change_and_replay(page: Page) -> None:
    """Draw one number more in one cell of the saved notebook, as someone would who tries something, and replay."""
    page.start("docmanager:reload")
    page.accept()
    page.ready()
    index = page.tab.evaluate(INDEX, CHANGED)
    source = page.tab.evaluate(SOURCE, index)
    assert BEFORE in source
    page.edit(index, source.replace(BEFORE, AFTER))
    page.replay()
    page.state("diverged")
    page.tab.evaluate(SCROLL, [CHANGED, "end"])


def in_both_themes(page: Page, name: str, *, height: int = SIZE["height"]) -> None:
    """Take a picture in the light theme and one in the dark theme."""
    for theme in ("Dark", "Light"):
        page.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        page.tab.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=f"JupyterLab {theme}")
        page.tab.wait_for_function(FADED)
        page.tab.screenshot(path=IMAGES / f"lab-{name}-{theme.lower()}.png", clip={**SIZE, "x": 0, "y": 0, "height": height})


if __name__ == "__main__":
    main(sys.argv[1])
