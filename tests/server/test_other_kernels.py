"""Replays in front ends' kernels of other languages, and in kernels that somebody else's provisioner starts."""

from __future__ import annotations

import json

import pytest

from tests.conftest import notebook
from tests.irkernel.conftest import missing
from tests.replay.test_other_languages import KERNEL
from tests.server.frontend import FrontEnd


def install(prefix, name, argv, language, **more):
    """Install a kernelspec into the server's environment."""
    folder = prefix.root / "share" / "jupyter" / "kernels" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": language, **more}))
    return folder


def opened(front_end: FrontEnd, kernel: str, language: str, *sources: str) -> FrontEnd:
    """Open a notebook of that kernel."""
    spec = {"kernelspec": {"display_name": kernel, "language": language, "name": kernel}}
    front_end.language = language
    front_end.open(notebook(*sources, metadata=spec), kernel=kernel)
    return front_end


@pytest.mark.skipif(bool(missing()), reason=missing() or "R is here")
def test_r(front_end, environment_with_server):
    """An R notebook is recorded and replayed in the front end's own kernel; a seed that R refuses is refused in one line."""
    install(environment_with_server, "seednb-r", ["R", "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"], "R")
    opened(front_end, "seednb-r", "R", "x <- runif(3)", "print(x)", "print(Sys.getpid())")
    body = {"path": front_end.path, "kernel_id": front_end.kernel, "notebook": front_end.nb, "seed": 2**32 - 1}
    refused = front_end.api("POST", "replays", body)
    assert (400, True) == (refused.status, "out of range for R" in refused.json["message"])
    end, _ = front_end.replay(seed=42)
    assert (42, True) == (end["record"]["seed"], "r=" in end["record"]["cells"]["cell-0"])
    assert "0.9148060" in front_end.cell("cell-1")["outputs"][0]["text"]
    end, said = front_end.replay()
    assert (["identical", "identical", "diverged"], "cell-2") == ([cell["verdict"] for cell in said], end["first_id"])
    front_end.cell("cell-2")["source"] = "seednb_seed(7); runif(1)"
    assert "seednb: seed 7" == front_end.execute("cell-2")["outputs"][0]["data"]["text/plain"]
    assert 1 == len(front_end.execute("cell-1")["outputs"])


def test_a_language_that_cannot_be_seeded(front_end, environment_with_server):
    """In a kernel of another language outputs are compared, nothing is sent to it, and a notice says so."""
    folder = install(environment_with_server, "echo", [environment_with_server.python, "", "-f", "{connection_file}"], "echo")
    (folder / "echo.py").write_text(KERNEL)
    install(environment_with_server, "echo", [environment_with_server.python, str(folder / "echo.py"), "-f", "{connection_file}"], "echo")
    opened(front_end, "echo", "echo", "hello", "$SEEDNB_SEED")
    plan = front_end.plan(seed=3)
    assert (None, {}) == (plan["attach"], plan["question"]["expressions"])
    front_end.restart()
    assert "which seednb cannot seed" in front_end.attach(plan)["notices"][0]
    for name in plan["cells"]:
        front_end.run(plan, name)
    assert 3 == front_end.end(plan)["record"]["seed"]
    assert "3" == front_end.cell("cell-1")["outputs"][0]["text"]
    end, said = front_end.replay()
    assert (["identical", "identical"], True) == ([cell["verdict"] for cell in said], end["reproduced"])


def test_another_provisioner(front_end, environment_with_server):
    """Where another provisioner starts the kernel, a notice says that the hash seed is not planned, and none is recorded."""
    argv = [environment_with_server.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    chosen = {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}
    install(environment_with_server, "others", argv, "python", metadata=chosen)
    opened(front_end, "others", "python", "import random; random.random()")
    plan = front_end.plan(seed=7)
    assert [
        "this kernel is not started by seednb's provisioner: its hash seed, threads and flags are as they are, not as recorded"
    ] == plan["notices"]
    end, _ = front_end.replay(seed=7)
    assert (7, None) == (end["record"]["seed"], end["record"]["hash_seed"])
    assert front_end.replay()[0]["reproduced"]
