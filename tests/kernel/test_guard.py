"""The guard in real kernels: what front ends draw is put back, and what users' code draws is never seen twice."""

from __future__ import annotations

import random

import pytest

DRAW = "random.random()"
ROUNDS = 22


def usual(count):
    """Return the first numbers of `random.seed(42)`."""
    stream = random.Random(42)
    return [stream.random() for _ in range(count)]


@pytest.fixture
def ready(seeded):
    """Return a seeded kernel with `random` and a list of what was drawn."""
    seeded.run("import random\ndrawn = []", cell="ready")
    return seeded


def draw(kernel, number):
    """Run a cell that draws."""
    return kernel.run(f"drawn.append({DRAW})", cell=f"cell {number}")


def notes(kernel):
    """Return what the guard has seen."""
    return kernel.value("[[between.names, between.reason] for between in get_ipython()._seednb.runtime.guard.seen]")


def test_requests_of_the_front_end_move_no_stream(ready):
    """Silent requests that draw, and the banner that IPython makes with a tip of the day, are put back."""
    for number in range(5):
        draw(ready, number)
        ready.client.execute(DRAW, silent=True, store_history=False)
        ready.client.kernel_info(reply=True, timeout=60)
        ready.value(DRAW)
    draw(ready, 5)
    assert ready.value("drawn") == usual(6)
    assert notes(ready) == [[["python"], ""]]


PREPARE_THREAD = """
import threading, queue
orders, done = queue.Queue(), queue.Queue()
def work():
    while orders.get():
        drawn.append(random.random())
        done.put(1)
threading.Thread(target=work, daemon=True).start()
"""
PREPARE_POOL = """
import concurrent.futures
pool = concurrent.futures.ThreadPoolExecutor(1)
pool.submit(int).result()
def work():
    drawn.append(random.random())
"""


@pytest.mark.parametrize(
    ("prepare", "between"),
    [(PREPARE_THREAD, "[orders.put(1), done.get()]"), (PREPARE_POOL, "pool.submit(work).result()")],
    ids=["thread", "pool"],
)
def test_a_threads_draws_between_cells_are_never_seen_twice(ready, prepare, between):
    """A thread that a cell has started and that draws between cells shares the stream; no value comes twice, and one line says so."""
    ready.run(prepare, cell="prepare")
    errors = []
    for number in range(ROUNDS):
        ready.value(between)
        errors.append(draw(ready, number).err)
    assert ready.value("drawn") == usual(2 * ROUNDS)
    assert notes(ready) == [[["python"], "a thread or task that a cell started was running"]]
    assert ["GuardWarning: something drew from python between cells" in error for error in errors] == [True] + [False] * (ROUNDS - 1)


def test_a_thread_that_has_ended_since_is_not_forgotten(ready):
    """A thread that ran when the last cell ended, and has ended before the next one begins, has its draws too."""
    work = "lambda: [go.wait(), drawn.append(random.random())]"
    ready.run(f"import threading\ngo = threading.Event()\nthread = threading.Thread(target={work})\nthread.start()")
    ready.value("[go.set(), thread.join()]")
    draw(ready, 0)
    assert ready.value("drawn") == usual(2)


PREPARE_TASK = """
import asyncio
orders = asyncio.Queue()
async def work():
    while await orders.get():
        drawn.append(random.random())
task = asyncio.ensure_future(work())
await asyncio.sleep(0)
"""
PREPARE_TIMER = "import asyncio\nloop = asyncio.get_running_loop()\nawait asyncio.sleep(0)"
TIMER = "loop.call_later(0.001, lambda: drawn.append(random.random()))"


def until(kernel, count):
    """Wait until so many numbers were drawn."""
    while len(kernel.value("drawn")) < count:
        pass


def test_an_asyncio_tasks_draws_between_cells_are_never_seen_twice(ready):
    """A task that a cell has started and that draws between cells shares the stream; no value comes twice."""
    ready.run(PREPARE_TASK, cell="prepare")
    for number in range(ROUNDS):
        ready.value("orders.put_nowait(1)")
        until(ready, 2 * number + 1)
        draw(ready, number)
    assert ready.value("drawn") == usual(2 * ROUNDS)
    assert notes(ready) == [[["python"], "a thread or task that a cell started was running"]]


def test_a_timers_draws_between_cells_are_never_seen_twice(ready):
    """What a cell has scheduled with call_later draws between cells; no value comes twice."""
    ready.run(PREPARE_TIMER, cell="prepare")
    for number in range(ROUNDS):
        ready.run(TIMER, cell=f"timer {number}")
        until(ready, 2 * number + 1)
        draw(ready, number)
    assert ready.value("drawn") == usual(2 * ROUNDS)


PREPARE_WIDGET = """
import ipywidgets
slider = ipywidgets.IntSlider(max=1000)
panel = ipywidgets.interactive(lambda value: drawn.append(random.random()), value=slider)
"""


def move(kernel, model, value):
    """Move a slider, as a front end does, and wait until the kernel has seen it."""
    content = {"comm_id": model, "data": {"method": "update", "state": {"value": value}, "buffer_paths": []}}
    message = kernel.client.session.msg("comm_msg", content)
    kernel.client.shell_channel.send(message)


def test_a_widgets_callback_between_cells_is_never_seen_twice(ready):
    """A callback of `interact` draws when the slider moves, between cells; no value comes twice, and one line says so."""
    if ready.run(PREPARE_WIDGET, cell="prepare").status == "error":
        pytest.skip("no ipywidgets in the kernel's environment")
    ready.run("%seed 42\ndrawn.clear()", cell="ready")
    model = ready.value("slider.model_id")
    errors = []
    for number in range(ROUNDS):
        move(ready, model, number + 1)
        until(ready, 2 * number + 1)
        errors.append(draw(ready, number).err)
    assert ready.value("drawn") == usual(2 * ROUNDS)
    assert notes(ready) == [[["python"], "a widget's callback has run"]]
    assert sum("GuardWarning" in error for error in errors) == 1


def test_the_warning_can_be_silenced(ready):
    """`warnings.filterwarnings` on GuardWarning has the say, and the note stays."""
    ready.run("import warnings, seednb\nwarnings.filterwarnings('ignore', category=seednb.GuardWarning)")
    ready.run(PREPARE_POOL)
    ready.value("pool.submit(work).result()")
    assert draw(ready, 0).err == ""
    assert len(notes(ready)) == 1


def test_draws_between_cells_are_put_back_in_every_framework(seeded):
    """NumPy's and PyTorch's generators are put back too, where they are installed."""
    if seeded.run("import random, numpy as np, numpy.random").status == "error":
        pytest.skip("no NumPy in the kernel's environment")
    torch = seeded.run("import torch").status == "ok"
    seeded.run("%seed 42", cell="first")
    silent = "random.random(), np.random.rand()" + (", torch.rand(1)" if torch else "")
    shown = f"print(random.random(), np.random.rand(){', torch.rand(1).item()' if torch else ''})"
    first = seeded.run(shown, cell="a").out
    seeded.run("%seed 42", cell="first")
    seeded.client.execute(silent, silent=True, store_history=False)
    assert seeded.run(shown, cell="a").out == first


@pytest.fixture
def subshell(ready):
    """Return the id of a subshell of the kernel."""
    if not ready.value("bool(getattr(get_ipython().kernel, '_supports_kernel_subshells', False))"):
        pytest.skip("this ipykernel has no subshells")
    control = ready.client.control_channel
    control.send(ready.client.session.msg("create_subshell_request", {}))
    return control.get_msg(timeout=60)["content"]["subshell_id"]


def start_in(kernel, subshell, code):
    """Send a cell to a subshell; return the id of the request."""
    message = kernel.client.session.msg("execute_request", {"code": code, "silent": False, "store_history": True, "allow_stdin": False})
    message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)
    return message["header"]["msg_id"]


def test_a_subshells_draws_between_cells_are_never_seen_twice(ready, subshell):
    """A cell in a subshell shares the streams: what it draws between two cells is not put back, and one line says so."""
    for number in range(3):
        kernel_done = start_in(ready, subshell, "drawn.append(random.random())")
        ready._until_idle(kernel_done, None)
        draw(ready, number)
    assert ready.value("drawn") == usual(6)
    assert notes(ready) == [[["python"], "a cell has run in a subshell"]]


def test_beside_a_subshells_cell_nothing_is_rewound(ready, subshell):
    """While a cell runs in a subshell, `%seed rewind` and `%%seed` answer `not now`; afterwards they work."""
    ready.run("import threading\nrunning, go = threading.Event(), threading.Event()", cell="prepare")
    start_in(ready, subshell, "running.set(); go.wait()")
    ready.run("running.wait()", cell="waits")
    reason = "not now: another cell is running beside this one, in a subshell"
    assert ready.run("%seed rewind ready", cell="rewinds").err == f"seednb: {reason}"
    assert ready.run("%%seed 7\nran = True", cell="own").err == f"UsageError: seednb: {reason}; the cell did not run"
    ready.run("go.set()", cell="goes")
    while ready.value("get_ipython()._seednb.runtime.elsewhere"):
        pass
    assert ready.run("%seed rewind ready", cell="rewinds").err == ""
