"""R notebooks: recorded by a replay, and replayed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.conftest import notebook

HAS_R = ["R", "--slave", "-e", "stopifnot(requireNamespace('IRkernel', quietly = TRUE))"]

pytestmark = pytest.mark.slow


def test_an_r_notebook_is_recorded_and_replayed(app, server, open_path, name):
    """The first replay seeds and records, the second gives the same again, and leaves the saved file as it was."""
    if shutil.which("R") is None or subprocess.run(HAS_R, capture_output=True).returncode:
        pytest.skip("there is no R with IRkernel on this machine")
    made = notebook("x <- runif(2)\nprint(x)", "rnorm(1)")
    made["metadata"]["kernelspec"] = {"display_name": "R", "language": "R", "name": "ir"}
    page = open_path(app, server.write(name, made))
    page.replay()
    page.state("recorded")
    record = page.recorded()
    page.save()
    before, text = page.saved(), page.text(0)
    page.replay()
    page.state("replaying")
    page.state("reproduced")
    page.save()
    assert (text, before, record) == (page.text(0), page.saved(), page.record())
