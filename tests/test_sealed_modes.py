"""The calls that people make without a seed, again: in a thread pool, in tasks, after a rewind, in cells of their own in any order."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY, environment
from tests.processes import QUIET

SCRIPT = """
import asyncio, concurrent.futures, json, random, sys
mode, seed = sys.argv[1], int(sys.argv[2])
del sys.argv[1:]
from tests.sealed_calls import CALLS, digest
import seednb
seednb.seed(seed)
from seednb.runtime import session
runtime = session()

def one(name):
    return name, digest(CALLS[name]())

def cell(key, work):
    runtime.begin_cell(key)
    found = work()
    return found, runtime.end_cell()

async def tasks():
    async def task(name):
        await asyncio.sleep(0)
        return one(name)
    return await asyncio.gather(*(task(name) for name in CALLS))

if mode == "pool":
    # One worker: many of these draw from global generators, which threads share.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        found, facts = cell("pool", lambda: list(pool.map(one, CALLS)))
elif mode == "tasks":
    found, facts = cell("tasks", lambda: asyncio.run(tasks()))
elif mode == "rewind":
    first, facts = cell("calls", lambda: [one(name) for name in CALLS])
    cell("others", lambda: [one(name) for name in list(CALLS)[:9]])
    runtime.rewind("calls")
    found, facts = cell("calls", lambda: [one(name) for name in CALLS])
    found = [(name, [digest, dict(first)[name]]) for name, digest in found]
else:
    runtime.set_mode("per-cell")
    order = sorted(CALLS) if mode == "cells" else random.Random(seed).sample(sorted(CALLS), len(CALLS))
    found = []
    for name in order:
        (result,), facts = cell(name, lambda: [one(name)])
        found.append(result)
kinds = {note["kind"] for note in facts.notes}
sys.stdout.write(json.dumps([dict(found), sorted(kinds)]) + "\\n")
"""


@pytest.fixture(scope="module")
def calls():
    """Return what the calls gave in each mode, twice with one seed and once with another; two processes at a time."""
    wanted = [(mode, seed, turn) for mode in ("pool", "tasks", "rewind", "cells", "shuffled") for seed, turn in ((42, 0), (42, 1), (43, 0))]
    wanted = [key for key in wanted if key[1:] == (42, 0) or key[0] in {"pool", "tasks"}]
    running, results = [], {}
    for key in wanted:
        command = [sys.executable, "-c", SCRIPT, key[0], str(key[1])]
        running.append((key, subprocess.Popen(command, cwd=REPOSITORY, env=environment(**QUIET), stdout=subprocess.PIPE, text=True)))
        if len(running) == 2 or key == wanted[-1]:
            for done, process in running:
                with process:
                    results[done] = json.loads(process.communicate()[0].splitlines()[-1])
            running.clear()
    return results


@pytest.mark.parametrize("mode", ["pool", "tasks"])
def test_calls_in_threads_and_tasks_repeat(calls, mode):
    """With one seed every call gives the same in two processes, with another seed something else; nothing kept its own entropy."""
    (first, kinds), (second, _), (other, _) = (calls[mode, seed, turn] for seed, turn in ((42, 0), (42, 1), (43, 0)))
    assert len(first) >= 40
    assert first == second
    assert [name for name in first if first[name] == other[name]] == []
    assert kinds == ["sealed"]


def test_calls_after_a_rewind_repeat(calls):
    """After `rewind` every call of a cell gives what it gave in the cell's first run."""
    found, _ = calls["rewind", 42, 0]
    assert len(found) >= 40
    assert [name for name, (again, first) in found.items() if again != first] == []


def test_calls_in_cells_of_their_own_do_not_depend_on_the_order(calls):
    """In per-cell mode every call gives the same in whatever order the cells run."""
    assert len(calls["cells", 42, 0][0]) >= 40
    assert calls["cells", 42, 0][0] == calls["shuffled", 42, 0][0]
