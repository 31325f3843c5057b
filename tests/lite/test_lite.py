"""JupyterLite: the wheel in its real Python kernel, on Pyodide in Node."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from seednb.wire import RECORD_MIME
from tests.conftest import REPOSITORY, environment

PLACE = os.environ.get("SEEDNB_TEST_LITE", "")

pytestmark = pytest.mark.skipif(not PLACE, reason="SEEDNB_TEST_LITE names no folder with Pyodide; `make test-lite` makes one")

TRACES = """
import sys
shell, kinds = get_ipython(), ("pre_execute", "post_execute", "pre_run_cell", "post_run_cell")
hooks = [hook for kind in kinds for hook in shell.events.callbacks[kind]]
ours = [hook for hook in [*hooks, *sys.meta_path, random.seed, random.Random.__init__] if "seednb" in str(getattr(hook, "__module__", ""))]
print([hook.__module__ for hook in ours], hasattr(shell, "_seednb"), "seed" in shell.magics_manager.magics["line"])
"""
CELLS = [
    ("load", "import random\n%load_ext seednb"),
    ("seed", "%seed 42"),
    ("first", "print([random.random() for _ in range(3)])"),
    ("first", "print([random.random() for _ in range(3)])"),
    ("rewind", "%seed rewind first"),
    ("again", "print([random.random() for _ in range(3)])"),
    ("awaits", "import asyncio\nawait asyncio.sleep(0)\nprint(random.random())"),
    ("after", "print(random.random())"),
    ("status", "%seed"),
    ("restart", "%seed restart"),
    ("per-cell", "%seed per-cell"),
    ("own", "print(random.random())"),
    ("own", "print(random.random())"),
    ("sealed", "print(random.Random().random() == random.Random().random())"),
    ("unload", "%unload_ext seednb"),
    ("traces", TRACES),
]


class Ran(NamedTuple):
    """How often cells of a name came, each with its reply."""

    replies: list[tuple[str, dict[str, Any]]]

    def texts(self, name: str) -> list[str]:
        """Return what each run of a cell has shown, warnings too."""
        return ["".join(shown(output) for output in reply["outputs"]) for cell, reply in self.replies if cell == name]


def shown(output: dict[str, Any]) -> str:
    """Return an output's text; updates of an earlier cell's output show nothing here."""
    if output["type"] == "stream":
        return str(output["text"])
    return str(output["data"]["text/plain"]) if output["type"] != "update_display_data" else ""


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Ran:
    """Build the wheel, and run all cells with it in one kernel."""
    site = tmp_path_factory.mktemp("site")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(site),
        str(REPOSITORY),
    ]
    done = subprocess.run(install, env=environment(SKIP_JUPYTER_BUILDER="1"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    place = Path(PLACE)
    command = ["node", str(Path(__file__).with_name("drive.mjs")), str(place / "node_modules" / "pyodide"), str(site), str(place / "site")]
    done = subprocess.run(command, input=json.dumps(CELLS), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return Ran(list(zip([name for name, _ in CELLS], json.loads(done.stdout))))


def numbers(count: int) -> list[float]:
    """Return the first numbers that CPython draws from seed 42."""
    generator = random.Random(42)
    return [generator.random() for _ in range(count)]


def test_no_cell_fails(ran):
    """Every magic and every cell is answered without an error."""
    assert [] == [(name, reply) for name, reply in ran.replies if reply["status"] != "ok"]


def test_draws_are_those_of_cpython(ran):
    """Seed 42 gives in the browser what it gives everywhere, and after a rewind again."""
    text = f"{numbers(3)}\n"
    assert text == ran.texts("first")[0]
    assert [text] == ran.texts("again")


def test_a_rerun_is_warned_of(ran):
    """A cell that has run before says so, and draws the next numbers."""
    first, second = ran.texts("first")
    assert "RerunWarning" not in first
    assert "RerunWarning: this cell has run before in this runtime: it draws from python" in second
    assert second.endswith(f"{numbers(6)[3:]}\n")


def test_a_cell_that_awaits_is_recorded_with_its_own_draws(ran):
    """Asynchronous cells, which the kernel runs past IPython's hooks, stand in the record, and so do those that follow."""
    assert [f"{numbers(4)[3]}\n"] == ran.texts("awaits")
    outputs = next(reply["outputs"] for name, reply in ran.replies if name == "after")
    records = [output["data"][RECORD_MIME] for output in outputs if RECORD_MIME in output.get("data", {})]
    cells = records[-1]["cells"]
    assert ["python="] * 3 == [cells[name].split()[-1][:7] for name in ("again", "awaits", "after")]


def test_the_status_says_what_is_not_available(ran):
    """`%seed` tells the seed, and what a kernel in the browser cannot do."""
    (text,) = ran.texts("status")
    assert text.startswith("seednb: seed 42 (given to %seed); covers python")
    told = "this kernel runs in the browser: no hash seed is set, and there are no worker processes, no restart in place, no replay"
    assert text.endswith(told)


def test_a_restart_is_refused_in_one_line(ran):
    """`%seed restart` says what to do in its place."""
    assert ["seednb: a kernel in the browser cannot restart itself: use the front end's own Restart\n"] == ran.texts("restart")


def test_per_cell_streams_and_the_seal_work(ran):
    """A cell with its own stream draws the same again; unseeded generators differ from each other."""
    first, second = ran.texts("own")
    assert first == second.splitlines(keepends=True)[-1]
    assert ["False\n"] == ran.texts("sealed")


def test_unloading_leaves_no_trace(ran):
    """No hook, no magic and no wrapped function stays behind."""
    assert ["[] False False\n"] == ran.texts("traces")
