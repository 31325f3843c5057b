"""Task paths: threads, jobs and asyncio tasks have names that do not depend on who is quicker, and the seal follows them."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import inspect
import multiprocessing.pool
import threading

import pytest

from seednb.tasks import Path, Tasks
from tests.processes import once


@pytest.fixture
def tasks():
    """Return tasks that are installed, with a cell in flight."""
    made = Tasks()
    made.install()
    made.enter("cell")
    yield made
    made.uninstall()


def path(tasks):
    """Return where the calling code is, without the cell."""
    at = tasks.current()
    return None if at is None else at.path


def in_thread(work):
    """Run something in a new thread; return what it gave."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def test_the_cells_own_code_has_the_empty_path(tasks):
    """Code of the cell itself is named by the cell, between cells by nothing."""
    assert tasks.current() == Path("cell", "")
    tasks.leave()
    assert tasks.current() == Path("", "")


def test_threads_are_named_by_the_order_in_which_they_start(tasks):
    """The k-th thread of a cell is T<k>, and a thread's own threads stand under it."""
    assert [in_thread(lambda: path(tasks)) for _ in range(3)] == ["/T0", "/T1", "/T2"]
    assert in_thread(lambda: [in_thread(lambda: path(tasks)) for _ in range(2)]) == ["/T3/T0", "/T3/T1"]
    tasks.enter("next")
    assert in_thread(tasks.current) == Path("next", "/T0")


def test_a_thread_keeps_the_cell_that_started_it(tasks):
    """A thread that outlives its cell is named by that cell."""
    go, found = threading.Event(), []
    thread = threading.Thread(target=lambda: (go.wait(), found.append(tasks.current())))
    thread.start()
    tasks.leave()
    tasks.enter("other")
    go.set()
    thread.join()
    assert found == [Path("cell", "/T0")]


def test_jobs_are_named_by_the_order_in_which_they_are_submitted(tasks):
    """The k-th job of a cell is J<k>, whichever worker takes it; workers use up no names of threads."""
    gates = [threading.Event() for _ in range(4)]

    def job(number):
        gates[number].wait()
        if number:
            gates[number - 1].set()
        return number, path(tasks)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(job, number) for number in range(4)]
        gates[3].set()
        assert [future.result() for future in futures] == [(number, f"/J{number}") for number in range(4)]
        assert list(pool.map(lambda _: path(tasks), range(3))) == ["/J4", "/J5", "/J6"]
    assert in_thread(lambda: path(tasks)) == "/T0"


def test_thread_pools_of_multiprocessing_are_named_too(tasks):
    """Each item of map, starmap and imap, and each applied job, has a path of its own, whatever the chunks are."""
    with multiprocessing.pool.ThreadPool(3) as pool:
        assert pool.apply(lambda: path(tasks)) == "/J0"
        assert pool.map(lambda item: (item, path(tasks)), "ab", chunksize=2) == [("a", "/J1[0]"), ("b", "/J1[1]")]
        assert pool.starmap(lambda a, b: (a + b, path(tasks)), [(1, 2), (3, 4)]) == [(3, "/J2[0]"), (7, "/J2[1]")]
        assert list(pool.imap(lambda item: (item, path(tasks)), [5, 6])) == [(5, "/J3[0]"), (6, "/J3[1]")]
        assert sorted(pool.imap_unordered(lambda item: (item, path(tasks)), [5, 6], 2)) == [(5, "/J4[0]"), (6, "/J4[1]")]
        with pytest.raises(ZeroDivisionError):
            pool.map(lambda item: 1 / item, [0])
    assert in_thread(lambda: path(tasks)) == "/T0"


def test_asyncio_tasks_are_named_by_the_order_in_which_they_are_made(tasks):
    """The k-th task is A<k>, in whatever order they run and end; to_thread and executors are jobs of their task."""

    async def worker(number, events):
        await events[number].wait()
        if number:
            events[number - 1].set()
        inner = await asyncio.gather(*(leaf() for _ in range(2)))
        return path(tasks), inner, await asyncio.get_running_loop().run_in_executor(None, path, tasks)

    async def leaf():
        await asyncio.sleep(0)
        return path(tasks)

    async def main():
        events = [asyncio.Event() for _ in range(3)]
        events[2].set()
        return path(tasks), await asyncio.gather(*(worker(number, events) for number in range(3)))

    own, found = asyncio.run(main())
    assert own == "/A0"
    assert [item[0] for item in found] == ["/A0/A0", "/A0/A1", "/A0/A2"]
    assert found[1] == ("/A0/A1", ["/A0/A1/A0", "/A0/A1/A1"], "/A0/A1/J0")


def test_to_thread_is_a_job_of_its_task(tasks):
    """asyncio.to_thread runs a copy of the task's context in another thread, and has a path of its own there."""

    async def main():
        return await asyncio.gather(*(asyncio.to_thread(path, tasks) for _ in range(3)))

    assert len(set(asyncio.run(main()))) == 3


def test_threads_that_nobody_named_have_no_path(tasks):
    """A thread that was started before, or past Thread.start, has no stable path."""
    import _thread

    found, done = [], threading.Event()
    _thread.start_new_thread(lambda: (found.append(tasks.current()), done.set()), ())
    done.wait()
    assert found == [None]


def test_what_a_job_raises_arrives_unchanged(tasks):
    """An error in a job is the job's own, with one frame of ours in its traceback."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        error = pool.submit(lambda: 1 / 0).exception()
    assert isinstance(error, ZeroDivisionError)
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame.f_code.co_filename)
        traceback = traceback.tb_next
    assert sum("seednb" in name and "tasks.py" in name and "test" not in name for name in frames) <= 2


def test_alive_tells_of_threads_tasks_and_timers_of_cells(tasks):
    """What a cell has started counts until it has ended; what is started between cells does not."""
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait)
    assert not tasks.alive()
    thread.start()
    assert tasks.alive()
    gate.set()
    thread.join()
    assert not tasks.alive()

    async def main():
        tasks.enter("async")
        loop = asyncio.get_running_loop()
        states = [tasks.alive()]
        task = asyncio.ensure_future(asyncio.Event().wait())
        states.append(tasks.alive())
        task.cancel()
        await asyncio.wait([task])
        states.append(tasks.alive())
        timer = loop.call_later(3600, print)
        states.append(tasks.alive())
        timer.cancel()
        states.append(tasks.alive())
        tasks.leave()
        other = asyncio.ensure_future(asyncio.Event().wait())
        states.append(tasks.alive())
        other.cancel()
        return states

    tasks.leave()
    assert asyncio.run(main()) == [False, True, False, True, False, False]


REPLACED = {
    "Thread.start": lambda: threading.Thread.start,
    "create_task": lambda: asyncio.base_events.BaseEventLoop.create_task,
    "submit": lambda: concurrent.futures.ThreadPoolExecutor.submit,
    "ThreadPool": lambda: [vars(multiprocessing.pool.ThreadPool).get(n) for n in ("__init__", "apply_async", "_map_async", "imap")],
}


def test_everything_is_put_back():
    """After uninstall all that was replaced is the very object that it was, and what others have put there since stays."""
    before = {name: get() for name, get in REPLACED.items()}
    made = Tasks()
    made.install()
    made.install()
    assert all(get() != before[name] for name, get in REPLACED.items())
    assert inspect.signature(threading.Thread.start) == inspect.signature(before["Thread.start"])
    made.uninstall()
    made.uninstall()
    assert {name: get() for name, get in REPLACED.items()} == before
    made.install()
    ours = threading.Thread.start
    threading.Thread.start = theirs = lambda thread: ours(thread)
    made.uninstall()
    try:
        assert threading.Thread.start is theirs
        assert in_thread(lambda: 7) == 7
    finally:
        threading.Thread.start = before["Thread.start"]


DRAWS = """
import asyncio, concurrent.futures, json, multiprocessing.pool, random, threading
import numpy as np, seednb
from seednb.runtime import session
seednb.seed(42)
runtime = session()
order = [0, 1, 2, 3, 4, 5, 6, 7]
def draw():
    return [random.Random().random(), np.random.default_rng().random()]
class Turns:
    def __init__(self): self.gates = {n: threading.Event() for n in order}; self.gates[order[0]].set()
    def __call__(self, number):
        self.gates[number].wait()
        values = draw()
        following = order.index(number) + 1
        if following < len(order): self.gates[order[following]].set()
        return values
runtime.begin_cell("executor")
with concurrent.futures.ThreadPoolExecutor(8) as pool: found = {"executor": list(pool.map(Turns(), range(8)))}
runtime.end_cell(); runtime.begin_cell("pool")
with multiprocessing.pool.ThreadPool(8) as pool: found["pool"] = pool.map(Turns(), range(8), chunksize=1)
runtime.end_cell(); runtime.begin_cell("threads")
turns, results = Turns(), {}
threads = [threading.Thread(target=lambda n=n: results.__setitem__(n, turns(n))) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
found["threads"] = [results[n] for n in range(8)]
runtime.end_cell(); runtime.begin_cell("tasks")
async def main():
    gates = {n: asyncio.Event() for n in order}; gates[order[0]].set()
    async def one(n):
        await gates[n].wait()
        values = draw()
        following = order.index(n) + 1
        if following < len(order): gates[order[following]].set()
        return values
    return await asyncio.gather(*(one(n) for n in range(8)))
found["tasks"] = asyncio.run(main())
facts = runtime.end_cell()
print(json.dumps([found, [note["kind"] for note in facts.notes]]))
"""


def test_sealed_draws_do_not_depend_on_who_is_quicker():
    """In executors, pools, threads and tasks each job draws the same in two processes, whatever the order of execution is."""
    first, second = once(DRAWS), once(DRAWS.replace("[0, 1, 2, 3, 4, 5, 6, 7]", "[7, 3, 1, 0, 6, 2, 5, 4]"))
    assert first == second
    found, kinds = first
    assert set(kinds) == {"sealed"}
    values = [value for drawn in found.values() for pair in drawn for value in pair]
    assert len(set(values)) == len(values) == 4 * 8 * 2
