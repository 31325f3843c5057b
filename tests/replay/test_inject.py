"""The kernel side reaches kernels that cannot read this machine's files: it travels in the request."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from seednb.launch import plan_environment
from seednb.replay import inject
from seednb.replay.client import FreshRuntime
from seednb.replay.doors import PythonDoor
from seednb.replay.execute import make_plan
from tests.conftest import REPOSITORY, notebook

WHERE = "import seednb.runtime, sys\nprint(seednb.runtime.__file__ if hasattr(seednb.runtime, '__file__') else None, len(sys.meta_path))"
DRAW = "import random\nprint(random.random())"


def run_with_archive(folder: Path) -> list[str]:
    """Attach by archive to a kernel, run two cells, and return what they printed."""
    cells = notebook(DRAW, WHERE)["cells"]
    variables = {name: value for name, value in plan_environment().variables.items() if name != "PYTHONPATH"}
    environment = plan_environment(variables)

    async def go() -> list[str]:
        runtime = await FreshRuntime.start("python3", PythonDoor(), cwd=folder, variables=environment.variables, timeout=60)
        try:
            await runtime.ready(cells, {})
            code, question = inject.attach_code(make_plan(42, "command-line", environment), archive=True)
            assert inject.answer(await runtime._ask(code, question))["seed"] == 42
            results = [await runtime.run_cell(index, f"key-{index}") for index in range(2)]
            assert [result.event["key"] for result in results] == ["key-0", "key-1"]
            return [result.outputs[0]["text"] for result in results]
        finally:
            await runtime.kill()

    return asyncio.run(go())


def test_the_archive_seeds_a_kernel_that_cannot_read_our_files(tmp_path):
    """A kernel that got the kernel side as texts is seeded and reports its cells, and keeps no importer of ours."""
    drawn, where = run_with_archive(tmp_path)
    assert drawn == "0.6394267984578837\n"
    assert where.startswith("None ")


def test_the_archive_is_the_kernel_side_and_nothing_else():
    """The archive holds every module that the kernel side imports, none of the runner's, and stays small."""
    sources = inject.kernel_side()
    code = f"""
import json, sys
sys.path.insert(0, {str(REPOSITORY)!r})
before = set(sys.modules)
import seednb.kernel
print(json.dumps(sorted(name for name in set(sys.modules) - before if name.startswith("seednb"))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {name.removesuffix(".__init__") for name in sources}
    assert set(json.loads(done.stdout)) <= names
    assert not any(part in name for name in names for part in ("replay", "compare", "record", "cli", "notebook"))
    assert sum(len(text) for text in sources.values()) < 500_000


def test_an_answer_that_is_an_error_is_told():
    """What a kernel says instead of an answer becomes the error's text."""
    reply = {"content": {"status": "error", "ename": "RuntimeError", "evalue": "this kernel runs Python 3.8"}}
    with pytest.raises(ValueError, match=r"^RuntimeError: this kernel runs Python 3\.8$"):
        inject.answer(reply)
