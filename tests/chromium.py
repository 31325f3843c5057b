"""The system's Chromium, for tests that look at pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = os.environ.get("SEEDNB_TEST_CHROMIUM") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@contextmanager
def started_chromium(reason: str) -> Iterator[Any]:
    """Start the browser; skip, with what is not tried then, where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason=f"Playwright is not installed: {reason}")
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine (SEEDNB_TEST_CHROMIUM names one)")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
