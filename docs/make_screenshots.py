"""Makes the pictures of JupyterLab from the real thing: an example seeded, run, run again, changed in one line and replayed; and a panel.

Usage: make pictures, which calls this with a Python that has JupyterLab, what the example needs, and seednb's wheel.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.pages import Page
from tests.browser.servers import Server
from tests.conftest import notebook

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
EXAMPLE = ROOT / "examples" / "montecarlo.ipynb"
SEED = 2026
DARTS, CHANGED = "throw-darts", "antithetic"
BEFORE, AFTER = "standard_normal(250_000)", "standard_normal(250_001)"
SIZE = {"width": 1120, "height": 720}
RERUN_HEIGHT = 480
PANEL = (
    "%load_ext seednb\n%seed 42",
    "import random\nimport numpy as np\nsample = np.random.normal(size=1000)",
    "sample.mean()",
    "random.choice(['heads', 'tails'])",
    "%seed panel",
)
PANEL_SIZE = {"width": 1250, "height": 1300}
SCROLL = """([id, block]) => {
  const content = jupyterapp.shell.currentWidget.content, index = content.widgets.findIndex(cell => cell.model.id === id);
  content.activeCellIndex = index;
  content.widgets[index].node.scrollIntoView({ block });
  document.activeElement.blur();
}"""
FADED = "() => !document.querySelector('#jupyterlab-splash') && !document.getAnimations().some(one => one.playState === 'running')"
RELOADED = "() => !jupyterapp.shell.currentWidget.context.model.dirty"
INDEX = "id => jupyterapp.shell.currentWidget.content.widgets.findIndex(cell => cell.model.id === id)"
SOURCE = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.getSource()"


def main(python: str) -> None:
    """Make docs/images/lab-*.png and panel.png."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as browsers:
        server = Server(str(Path(python).absolute()), Path(folder))
        server.set(
            "@jupyterlab/apputils-extension:notification", {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
        )
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            shutil.copy(EXAMPLE, server.root)
            page = opened(browser, server, EXAMPLE.name, SIZE)
            page.command("application:toggle-left-area")
            seed_and_run(page)
            run_again(page)
            in_both_themes(page, "rerun", height=RERUN_HEIGHT)
            change_and_replay(page)
            page.popover()
            in_both_themes(page, "replay")
            replay_from_panel(opened(browser, server, server.write("panel.ipynb", notebook(*PANEL)), PANEL_SIZE))
        finally:
            browser.close()
            server.stop()


def opened(browser: Any, server: Server, name: str, size: dict[str, int]) -> Page:
    """Open a notebook in a window of that size."""
    return Page(server, browser.new_page(viewport=size, device_scale_factor=1.5), "lab", name)


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
    page.tab.wait_for_function(RELOADED)
    index = page.tab.evaluate(INDEX, CHANGED)
    source = page.tab.evaluate(SOURCE, index)
    assert BEFORE in source
    page.edit(index, source.replace(BEFORE, AFTER))
    page.replay()
    page.state("diverged")
    page.tab.evaluate(SCROLL, [CHANGED, "end"])


def replay_from_panel(page: Page) -> None:
    """Run a notebook that shows the panel, replay it from there, and take a picture of the panel."""
    page.run_all()
    page.save()
    page.tab.get_by_role("button", name="Replay in a fresh runtime and compare").click()
    page.tab.get_by_text("✓ identical").first.wait_for()
    page.tab.locator(".jp-OutputArea-child:has(button)").last.screenshot(path=IMAGES / "panel.png")


def in_both_themes(page: Page, name: str, *, height: int = SIZE["height"]) -> None:
    """Take a picture in the light theme and one in the dark theme."""
    for theme in ("Dark", "Light"):
        page.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        page.tab.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=f"JupyterLab {theme}")
        page.tab.wait_for_function(FADED)
        page.tab.screenshot(path=IMAGES / f"lab-{name}-{theme.lower()}.png", clip={**SIZE, "x": 0, "y": 0, "height": height})


if __name__ == "__main__":
    main(sys.argv[1])
