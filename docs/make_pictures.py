"""Makes the README's picture from the real thing: an example run, verified, changed in one line, verified again.

Usage: python docs/make_pictures.py
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from pathlib import Path

from rich.console import Console

from seednb.replay.report import Report
from seednb.replay.run import RunOptions, run_notebook
from seednb.replay.verify import VerifyOptions, verify_notebook

HERE = Path(__file__).parent
NAME = "montecarlo.ipynb"
SEED = 2026
BEFORE, AFTER = "standard_normal(250_000)", "standard_normal(250_001)"


def change_one_line(path: Path) -> None:
    """Draw one number more in one cell, as someone would who tries something."""
    text = path.read_text(encoding="utf-8")
    assert BEFORE in text
    path.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")


def main() -> None:
    """Make docs/images/verify.svg."""
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
        report.verified(verify_notebook(path, VerifyOptions()))
        os.chdir(HERE)
    (HERE / "images").mkdir(exist_ok=True)
    console.save_svg(str(HERE / "images" / "verify.svg"), title="seednb")


if __name__ == "__main__":
    main()
