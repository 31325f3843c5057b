"""Fresh interpreters: what a test asks of imports, seeds and entropy must not depend on what the tests have imported."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from typing import Any

from tests.conftest import REPOSITORY, environment

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def fresh(script: str, *options: str, **variables: str) -> Any:
    """Run a script in a fresh interpreter; return the JSON of the last line that it prints."""
    command = [sys.executable, *options, "-c", script]
    given = environment(**{**QUIET, **variables})
    done = subprocess.run(command, cwd=REPOSITORY, env=given, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@functools.cache
def once(script: str, *options: str, **variables: str) -> Any:
    """Return what `fresh` does, from one process for all that ask."""
    return fresh(script, *options, **variables)
