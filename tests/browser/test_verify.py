"""Verify in background: the saved file replayed in another kernel, while the user's own one goes on."""

from __future__ import annotations

import os
import select

import psutil
import pytest

from seednb.report.words import ADVICE
from tests.browser.test_replay import DRAW, LOAD, recorded
from tests.conftest import notebook

pytestmark = pytest.mark.slow

BLOCK = """
import os, pathlib, time
if pathlib.Path("told").exists():
    pathlib.Path("told").write_text(f"{os.getpid()}\\n")
    while True:
        time.sleep(0.02)
"""


def test_a_verification_leaves_the_users_kernel_alone(app, open_notebook):
    """It ends with a verdict and a report; process, outputs and file of the user's notebook are what they were."""
    page = open_notebook(app, LOAD, DRAW, "x = 1")
    before, process = recorded(page), page.process()
    page.press("verify")
    page.state("verifying")
    page.run(2)
    assert "42 · reproduced" == page.state("reproduced")
    assert process == page.process()
    assert before == page.saved()


def test_a_verification_names_what_differs(app, open_notebook):
    """The first cell that differs is named, and says why; nothing is changed."""
    page = open_notebook(app, LOAD, DRAW, "import secrets\nprint(secrets.token_hex(8))")
    before, text = recorded(page), page.text(2)
    page.press("verify")
    assert "42 · diverged at 3" == page.state("diverged")
    assert page.why(2).startswith(" ".join(ADVICE["unsealed-entropy"]) + "\n")
    assert text == page.text(2)
    page.save()
    assert before == page.saved()


def test_a_verification_can_be_cancelled(app, server, open_notebook):
    """Stop ends it at once, and its kernel's process with it."""
    page = open_notebook(app, LOAD, BLOCK, DRAW)
    before = recorded(page)
    told = server.root / "told"
    os.mkfifo(told)
    end = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    try:
        page.press("verify")
        assert select.select([end], [], [], 60)[0]
        process = psutil.Process(int(os.read(end, 100)))
        page.press("stop")
        assert "42 · recorded" == page.state("recorded")
        process.wait(30)
    finally:
        os.close(end)
        told.unlink()
    assert before == page.saved()


WAITS = """
import pathlib, time
while pathlib.Path("hold").exists():
    time.sleep(0.02)
"""


def test_two_notebooks_are_verified_at_once(app, server, open_notebook, open_path, name):
    """Each gets its own verdict, also in a new tab in the place of one that was closed meanwhile; a third is refused in one line."""
    first = open_notebook(app, LOAD, WAITS, DRAW)
    names = [name.replace(".", f"-{number}.") for number in (2, 3)]
    second = open_path(app, server.write(names[0], notebook(LOAD, WAITS, "import secrets\nprint(secrets.token_hex(8))")))
    third = open_path(app, server.write(names[1], notebook(DRAW)))
    third.save()
    before = [recorded(page) for page in (first, second)]
    hold = server.root / "hold"
    hold.touch()
    try:
        for page in (first, second):
            page.press("verify")
            page.pill.get_by_text("verifying 2/3").wait_for()
        third.press("verify")
        third.popover().get_by_text("2 verifications are running: wait until one has ended, or stop one").wait_for()
        third.state("not-loaded")
        first.tab.close()
        first = open_path(app, first.name)
        first.pill.get_by_text("verifying 2/3").wait_for()
    finally:
        hold.unlink()
    assert "42 · reproduced" == first.state("reproduced")
    assert "42 · diverged at 3" == second.state("diverged")
    assert before == [page.saved() for page in (first, second)]
    third.complaints = [told for told in third.complaints if "429" not in told]  # Chromium tells of each refused request
