"""A whole replay in a front end's kernel: planned, restarted, attached, compared cell by cell, ended, saved."""

from __future__ import annotations

import hashlib

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
