"""The system's browser, for tests that look at pages: Chromium, or Firefox where one is named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FIREFOX = os.environ.get("SEEDNB_TEST_FIREFOX")
CHROMIUM = os.environ.get("SEEDNB_TEST_CHROMIUM") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@contextmanager
def started_browser(reason: str) -> Iterator[Any]:
    """Start the browser; skip, with what is not tried then, where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason=f"Playwright is not installed: {reason}")
    if not (FIREFOX or CHROMIUM):
        pytest.skip("there is no Chromium on this machine (SEEDNB_TEST_CHROMIUM names one)")
    with playwright.sync_playwright() as started:
        browser = _firefox(started) if FIREFOX else started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def _firefox(started: Any) -> Any:
    """Start Firefox as its users have it: without the channel, Playwright asks for a patched one."""
    return started.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)
