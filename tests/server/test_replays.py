"""A whole replay in a front end's kernel: planned, restarted, attached, compared cell by cell, ended, saved."""

from __future__ import annotations

import hashlib

from seednb.report.words import ADVICE
from tests.conftest import notebook

DRAWS = ("import random, numpy as np", "random.random()", "print(np.random.rand(3))", "hash('a') % 1000")


def sha256(path):
    """Return the digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def recorded(front_end, *sources, **more):
    """Open a notebook that has just been recorded, and saved."""
    front_end.open(notebook(*sources, **more))
    end, _ = front_end.replay()
    front_end.save()
    front_end.open()
    return end


def test_recorded_then_identical(front_end, work):
    """A notebook without a record is recorded; replayed and saved again, its file has the same bytes."""
    front_end.open(notebook(*DRAWS))
    plan = front_end.plan(seed=7)
    assert (False, 7, "front-end") == (plan["recorded"], plan["seed"], plan["origin"])
    end, said = front_end.replay(seed=7)
    assert {"missing"} == {cell["verdict"] for cell in said}
    assert (7, None, {}) == (end["record"]["seed"], end["recorded"], end["keep"])
    assert "0.323" in front_end.cell("cell-1")["outputs"][0]["data"]["text/plain"]
    front_end.cell("cell-1")["metadata"]["execution"] = {"iopub.status.busy": "2026-11-24T00:00:00Z"}
    front_end.cell("cell-2")["execution_count"] = 17
    front_end.save()
    before = sha256(work / front_end.path)
    front_end.open()
    end, said = front_end.replay()
    assert (True, "identical", None, None) == (end["reproduced"], end["verdict"], end["first"], end["first_id"])
    assert [f"cell-{n}" for n in range(4)] == [cell["id"] for cell in said] == list(end["keep"])
    assert {"identical"} == {cell["verdict"] for cell in said}
    assert {} == end["restore"]
    front_end.save()
    assert before == sha256(work / front_end.path)


def test_diverged(front_end, work):
    """The first cell that differs is named, its new outputs stay with a record of them, and both can be taken back."""
    recorded(front_end, "import random", "random.random()", "import os; print(os.urandom(4).hex())", "random.random()")
    before, held = sha256(work / front_end.path), front_end.cell("cell-2")["outputs"]
    plan = front_end.begin()
    said = [front_end.run(plan, name) for name in plan["cells"]]
    assert ["identical", "identical", "diverged", "identical"] == [cell["verdict"] for cell in said]
    end = front_end.end(plan)
    assert (False, "diverged", 2, "cell-2") == (end["reproduced"], end["verdict"], end["first"], end["first_id"])
    assert "unsealed-entropy" == end["cells"][2]["cause"]
    assert [tuple(ADVICE["unsealed-entropy"])] * 2 == [(cell["meaning"], cell["remedy"]) for cell in (said[2], end["cells"][2])]
    assert {"identical": 3, "diverged": 1} == end["counts"]
    assert (["cell-0", "cell-1", "cell-3"], ["cell-2"]) == (list(end["keep"]), list(end["restore"]))
    assert end["record"]["cells"]["cell-2"] != end["recorded"]["cells"]["cell-2"]
    assert end["record"]["cells"]["cell-3"] == end["recorded"]["cells"]["cell-3"]
    front_end.save()
    assert before != sha256(work / front_end.path)
    front_end.put(end["restore"])
    front_end.nb["metadata"]["seednb"] = end["recorded"]
    front_end.save()
    assert held == front_end.cell("cell-2")["outputs"]
    assert before == sha256(work / front_end.path)


def test_cells_that_follow_a_difference(front_end):
    """Where one cell drew another number of times, the cells after it differ because of it."""
    recorded(front_end, "import random, time", "for _ in range(time.time_ns() % 1000): random.random()", "random.random()")
    _, said = front_end.replay()
    assert ["identical", "diverged", "diverged"] == [cell["verdict"] for cell in said]
    assert "upstream" == said[2]["cause"]


def test_failing(front_end, work):
    """A cell that fails ends the replay; cells that did not run hold what they held, and their lines of the record."""
    (work / "flag").touch()
    before = recorded(front_end, "import os", "assert os.path.exists('flag')", "print(3)")
    (work / "flag").unlink()
    end, said = front_end.replay()
    assert ["identical", "failed"] == [cell["verdict"] for cell in said]
    assert ("failed", "cell-1", 1) == (end["verdict"], end["first_id"], end["failed"]["index"])
    assert "AssertionError" in end["failed"]["reason"]
    assert ["cell-0", "cell-2"] == list(end["keep"])
    assert end["record"]["cells"]["cell-2"] == before["record"]["cells"]["cell-2"]


def test_a_recorded_failure_reproduces(front_end, work):
    """A cell that is tagged to fail, and was recorded failing, is no failure."""
    recorded(front_end, "1 / 0", "2", tags={0: "raises-exception"})
    end, said = front_end.replay()
    assert ["identical", "identical"] == [cell["verdict"] for cell in said]
    assert end["reproduced"]


def test_a_notebook_that_ended_in_a_failure(front_end, work, environment_with_server):
    """A notebook that was recorded up to a cell that fails reproduces when that cell fails in the same way, and both replays say so."""
    recorded(front_end, "import random; random.random()", "1 / 0", "2")
    before = sha256(work / front_end.path)
    end, said = front_end.replay()
    assert (["identical", "identical"], True, None) == ([cell["verdict"] for cell in said], end["reproduced"], end["failed"])
    told = "cell 2 fails in both runs (ZeroDivisionError: division by zero): the comparison ends there"
    assert [told] == end["notices"]
    front_end.save()
    assert before == sha256(work / front_end.path)
    done = environment_with_server.seednb("verify", front_end.path)
    assert 0 == done.returncode, done.stdout
    assert told in done.stderr


def test_stripped_outputs(front_end, work):
    """Outputs that were taken out on purpose are compared by their digests, and stay out."""
    recorded(front_end, "import random", "random.random()")
    for cell in front_end.nb["cells"]:
        cell["outputs"], cell["execution_count"] = [], None
    front_end.save()
    before = sha256(work / front_end.path)
    front_end.open()
    assert front_end.replay()[0]["reproduced"]
    front_end.save()
    assert before == sha256(work / front_end.path)


def test_killed_in_the_middle(front_end, work):
    """A kernel that dies in the middle leaves a notebook that can be put back to what it was."""
    (work / "go on").touch()
    source = "import os, signal\nif not os.path.exists('go on'): os.kill(os.getpid(), signal.SIGKILL)"
    recorded(front_end, "import random; random.random()", source, "random.random()")
    before = sha256(work / front_end.path)
    (work / "go on").unlink()
    plan = front_end.begin()
    front_end.run(plan, "cell-0")
    front_end.send("cell-1")
    front_end.cell("cell-1")["outputs"] = []
    end = front_end.end(plan, alive=False, stopped="the kernel died")
    assert (False, {"index": 1, "reason": "the kernel died"}) == (end["reproduced"], end["failed"])
    assert ["cell-0", "cell-1", "cell-2"] == list(end["keep"])
    assert end["recorded"] == end["record"]
    front_end.save()
    assert before == sha256(work / front_end.path)


def test_another_seed(front_end):
    """Replayed with another seed, a notebook differs, and its record has that seed then."""
    recorded(front_end, "import random; random.random()", "print(1)")
    end, _ = front_end.replay(seed=8)
    assert (["cell-0"], 8, "front-end") == (list(end["restore"]), end["record"]["seed"], end["record"]["origin"])


def test_reseeding_in_the_middle(front_end):
    """A seed that a cell generated in the recorded run is taken again."""
    recorded(front_end, "%load_ext seednb\nimport random", "random.random()", "%seed new", "random.random()")
    end, said = front_end.replay()
    front_end.cell("cell-3")["source"] = "%seed 7\nrandom.random()"
    front_end.execute("cell-3")
    assert "0.323" in front_end.cell("cell-3")["outputs"][-1]["data"]["text/plain"]
    assert (["identical"] * 4, True) == ([cell["verdict"] for cell in said], end["reproduced"])
    assert 1 == len(end["record"]["reseeds"])


def test_updated_by_a_later_cell(front_end, server, work, environment_with_server):
    """What a later cell shows in the place of an earlier one's output is what is compared in the end, on the command line too."""
    recorded(front_end, "from IPython.display import display\nshown = display(1, display_id='mine')", "shown.update(2)")
    assert "2" == front_end.cell("cell-0")["outputs"][0]["data"]["text/plain"]
    end, said = front_end.replay()
    assert (["diverged", "identical"], True) == ([cell["verdict"] for cell in said], end["reproduced"])
    done = environment_with_server.seednb("verify", front_end.path)
    assert 0 == done.returncode, done.stdout


def test_the_next_start_only(front_end):
    """The planned environment is in force before Python starts, in a kernel that loads seednb nowhere, and at that start only."""
    secret = "import ctypes; bytes((ctypes.c_ubyte * 24).in_dll(ctypes.pythonapi, '_Py_HashSecret')) == bytes(24)"
    front_end.open(notebook(secret, "import os; os.environ.get('PYTHONHASHSEED'), os.environ.get('SEEDNB_LAUNCH')"))
    end, _ = front_end.replay()
    assert ["True", "(None, None)"] == [front_end.cell(name)["outputs"][0]["data"]["text/plain"] for name in ("cell-0", "cell-1")]
    assert 0 == end["record"]["hash_seed"]
    front_end.restart()
    front_end.execute("cell-0")
    assert "False" == front_end.cell("cell-0")["outputs"][0]["data"]["text/plain"]


def test_not_restarted(front_end):
    """A kernel that was not restarted, or had its restart before, is not taken for a fresh one."""
    front_end.open(notebook("1"))
    plan = front_end.plan()
    reply = front_end.silent(**plan["attach"])
    answer = front_end.api("POST", f"replays/{plan['id']}/attached", {"reply": reply})
    assert (409, True) == (answer.status, "was not restarted" in answer.json["message"])
    assert 409 == front_end.api("POST", f"replays/{plan['id']}/cells", {"cells": [{"cell": "cell-0"}]}).status


def test_cells_that_come_with_the_end(front_end, work):
    """Cells that a front end did not hand in one by one are compared at the end, as if it had."""
    recorded(front_end, "import random", "random.random()", "import os; print(os.urandom(4).hex())")
    plan = front_end.begin()
    assert "identical" == front_end.run(plan, "cell-0")["verdict"]
    told = [front_end.execute(name) for name in plan["cells"][1:]]
    end = front_end.end(plan, cells=told)
    assert {"identical": 2, "diverged": 1} == end["counts"]
    assert (["cell-0", "cell-1"], ["cell-2"]) == (list(end["keep"]), list(end["restore"]))


def test_withdrawn(front_end):
    """A replay that is taken back plans nothing: the next start is an ordinary one."""
    front_end.open(
        notebook(
            "hash('a') == hash('b')", "import ctypes; bytes((ctypes.c_ubyte * 24).in_dll(ctypes.pythonapi, '_Py_HashSecret')) == bytes(24)"
        )
    )
    plan = front_end.plan()
    assert 204 == front_end.api("DELETE", f"replays/{plan['id']}").status
    front_end.restart()
    front_end.execute("cell-1")
    assert "False" == front_end.cell("cell-1")["outputs"][0]["data"]["text/plain"]
    answer = front_end.api("POST", f"replays/{plan['id']}/end", {"reply": None, "stopped": None})
    assert (404, "this replay has ended, or another has taken its place") == (answer.status, answer.json["message"])


def test_a_second_replay_takes_the_place_of_the_first(front_end):
    """Two tabs that replay in one kernel do not mix: the later one counts."""
    front_end.open(notebook("1"))
    first, second = front_end.plan(), front_end.plan()
    assert 404 == front_end.api("POST", f"replays/{first['id']}/attached", {"reply": None}).status
    front_end.restart()
    front_end.attach(second)
    assert "missing" == front_end.run(second, "cell-0")["verdict"]


def test_a_kernel_side_that_does_not_load(front_end):
    """What keeps the kernel side from loading is told in one line, in the kernel's words."""
    front_end.open(notebook("1"))
    plan = front_end.plan()
    front_end.restart()
    reply = {
        "status": "error",
        "ename": "RuntimeError",
        "evalue": "this kernel runs Python 3.8; seednb needs 3.9 or newer",
        "user_expressions": {},
    }
    attached = f"replays/{plan['id']}/attached"
    assert "code" in front_end.ask("POST", attached, {"reply": reply})["attach"]
    answer = front_end.api("POST", attached, {"reply": reply})
    assert (409, True) == (answer.status, "this kernel runs Python 3.8" in answer.json["message"])


def test_inputs(front_end, work):
    """Files that the notebook read are in the record, and one that has changed is the cause."""
    (work / "numbers.txt").write_text("1")
    end = recorded(front_end, "print(open('numbers.txt').read())")
    assert ["numbers.txt"] == list(end["record"]["inputs"])
    (work / "numbers.txt").write_text("2")
    end, _ = front_end.replay()
    assert ("input-file", "cell-0") == (end["cells"][0]["cause"], end["first_id"])


def test_a_newer_record(front_end, work):
    """A record that a newer seednb has written is replayed as far as it is known, and stays as it is."""
    recorded(front_end, "import random, time; random.random(), time.time_ns()")
    newer = front_end.nb["metadata"]["seednb"] = {**front_end.nb["metadata"]["seednb"], "version": 99, "more": [1]}
    end, _ = front_end.replay()
    assert (newer, newer) == (end["record"], end["recorded"])


def test_ids_that_are_not_stored(front_end):
    """In a notebook of a format without ids the front end's own name the cells; the record does not hold them."""
    nb = notebook("import random", "random.random()", minor=4)
    front_end.open(nb)
    for number, cell in enumerate(front_end.nb["cells"]):
        cell["id"] = f"of-this-page-{number}"
    plan = front_end.begin()
    assert ["of-this-page-0", "of-this-page-1"] == plan["cells"]
    for name in plan["cells"]:
        front_end.run(plan, name)
    end = front_end.end(plan)
    assert all(key.startswith("h-") for key in end["record"]["cells"])
    for number, cell in enumerate(front_end.nb["cells"]):
        cell["id"] = f"of-another-page-{number}"
    end, said = front_end.replay()
    assert (True, "of-another-page-1") == (end["reproduced"], said[1]["id"])


def test_the_report(front_end, server):
    """The report is a page that may run nothing, load nothing, and shows hostile outputs as text."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    front_end.open(
        notebook(f"from IPython.display import HTML, display; import time\ndisplay(HTML({evil!r} + str(time.time_ns())))\nprint({evil!r})")
    )
    front_end.replay()
    end, _ = front_end.replay()
    answer = server.ask("GET", end["report"].lstrip("/"))
    assert (200, "nosniff") == (answer.status, answer.headers["X-Content-Type-Options"])
    assert answer.headers["Content-Type"].startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "<script" not in answer.text
    assert "<img src=x" not in answer.text
    assert "&lt;script&gt;" in answer.text
