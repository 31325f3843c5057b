"""Makes the README's pictures from the real thing: an example run, verified, changed in one line, verified again.

Usage: make pictures (needs a Chromium)
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console

from seednb.replay.report import Report
from seednb.replay.run import RunOptions, run_notebook
from seednb.replay.verify import VerifyOptions, verify_notebook
from seednb.report import page

HERE = Path(__file__).parent
NAME = "montecarlo.ipynb"
SEED = 2026
BEFORE, AFTER = "standard_normal(250_000)", "standard_normal(250_001)"


def change_one_line(path: Path) -> None:
    """Draw one number more in one cell, as someone would who tries something."""
    text = path.read_text(encoding="utf-8")
    assert BEFORE in text
    path.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")


def photograph(html: str, picture: Path) -> None:
    """Take a picture of the upper part of a page."""
    source = Path("report.html").resolve()
    source.write_text(html, encoding="utf-8")
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1000, "height": 1500})
        tab.goto(source.as_uri())
        tab.get_by_text("only cells that differ").click()
        for summary in tab.locator("details.diverged > summary").all()[:-1]:
            summary.click()
        tab.evaluate("scrollTo(0, 0)")
        tab.screenshot(path=picture)
        browser.close()


def main() -> None:
    """Make docs/images/verify.svg and docs/images/report.png."""
    (HERE / "images").mkdir(exist_ok=True)
    console = Console(record=True, width=118, highlight=False, file=io.StringIO())
    report = Report(console=console)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE.parent / "examples" / NAME, folder)
        os.chdir(folder)
        path = Path(NAME)
        console.print(f"[bold]$[/] seednb run {NAME} --seed {SEED}")
        report.ran(run_notebook(path, RunOptions(seed=SEED)))
        console.print(f"\n[bold]$[/] seednb verify {NAME}")
        report.verified(verify_notebook(path, VerifyOptions()))
        change_one_line(path)
        console.print(f"\n[dim]# one line of code changed[/]\n[bold]$[/] seednb verify {NAME}")
        changed = verify_notebook(path, VerifyOptions())
        report.verified(changed)
        photograph(page([changed.facts]), HERE / "images" / "report.png")
        os.chdir(HERE)
    console.save_svg(str(HERE / "images" / "verify.svg"), title="seednb")


if __name__ == "__main__":
    main()
