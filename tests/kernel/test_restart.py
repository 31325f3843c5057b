"""`%seed restart`: a fresh runtime in the same process, behind the same connection; refused where it cannot be honest."""

from __future__ import annotations

import random
import sys
import time

import pytest

from tests.kernel.test_asked import ask
from tests.kernel.test_listeners import hello

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="restarting in place works on Linux only")

ENVIRONMENT = "[__import__('os').environ.get(name) for name in ('PYTHONHASHSEED', 'SEEDNB_RESTART', 'SEEDNB_LAUNCH')]"
EPOCH = "get_ipython()._seednb.runtime.epoch"
PID = "__import__('os').getpid()"
RESTARTED = "seednb: restarted in place: a fresh runtime, with the hash seed in force; now run all cells"
LIMIT = 10.0


def epoch_after(kernel, before):
    """Ask for the epoch until there is another one, at most ten seconds; return it."""
    begun = time.monotonic()
    while time.monotonic() - begun < LIMIT:
        request = kernel.client.execute("", silent=True, store_history=False, user_expressions={"v": EPOCH})
        answer = arrived(kernel, request)
        if answer.get("status") == "ok" and answer["data"]["text/plain"].strip("'") != before:
            return answer["data"]["text/plain"].strip("'")
    raise AssertionError("no new epoch within ten seconds")


def arrived(kernel, request):
    """Return the answer to a question, or an empty one where the kernel was gone when it came."""
    from queue import Empty

    try:
        while True:
            reply = kernel.client.get_shell_msg(timeout=1)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"].get("user_expressions", {}).get("v", {})
    except Empty:
        return {}


def update(kernel, before=None):
    """Return the text that replaces what the restarting cell showed; `before` tells it from an earlier restart's, which is repeated."""
    while True:
        message = kernel.client.get_iopub_msg(timeout=LIMIT)
        if message["msg_type"] == "update_display_data":
            text = message["content"]["data"]["text/plain"]
            if "restart" in text and (before is None or message["content"]["transient"]["display_id"] == f"seednb-restart-{before}"):
                return text


def restart(kernel):
    """Restart, and wait for the new runtime; return the old and the new epoch."""
    before = kernel.value(EPOCH)
    shown = kernel.run("%seed restart", cell="restarts").shown[0]
    assert shown.startswith("seednb: restarting in place …; if this line does not change within 10 s, use the front end's own Restart")
    assert update(kernel, before) == RESTARTED
    return before, epoch_after(kernel, before)


def test_a_restart_gives_a_fresh_runtime_in_the_same_process(start):
    """Twice: another epoch, the same process, an empty namespace, the hash seed in force and gone from the environment."""
    kernel = start()
    kernel.run("%load_ext seednb\n%seed 42\nmine = 1", cell="first")
    pid, seen = kernel.value(PID), []
    for _ in range(2):
        before, after = restart(kernel)
        seen.append((kernel.value("hash('a')"), kernel.value("'mine' in globals()"), kernel.value(ENVIRONMENT)))
        assert (kernel.value(PID), after != before) == (pid, True)
    assert seen[0] == seen[1]
    assert seen[0][1:] == (False, [None, None, None])
    assert kernel.value("sum('again.py' in word for word in getattr(__import__('sys'), 'orig_argv', []))") <= 1


def test_the_restarting_cell_is_told(seeded):
    """The line in the cell that asked changes once the new process runs."""
    seeded.run("%seed restart", cell="restarts")
    assert update(seeded) == RESTARTED


def test_a_generated_seed_survives_and_a_named_one_wins(start):
    """The first cell after the restart draws from the old start seed, before the notebook names another one."""
    kernel = start()
    kernel.run("%load_ext seednb\n%seed new\nimport random", cell="first")
    first = kernel.run("print(random.random())", cell="draws").out
    restart(kernel)
    assert kernel.run("import random\nprint(random.random())", cell="draws").out == first
    kernel.run("%load_ext seednb\n%seed 42", cell="first")
    restart(kernel)
    assert kernel.run("%load_ext seednb\n%seed 43\nimport random\nprint(random.random())").out == "0.038551839337380045"


def test_a_seed_that_was_set_between_cells_survives(seeded):
    """Who sets a seed in the panel and restarts has it from the first cell on; one that a cell sets is that cell's to set again."""
    seeded.run("import random\nrandom.random()", cell="draws")
    ask(seeded, "seed", 7)
    restart(seeded)
    assert seeded.run("import random\nprint(random.random())", cell="draws").out == str(random.Random(7).random())
    seeded.run("%seed 8", cell="sets")
    restart(seeded)
    assert seeded.run("import random\nprint(random.random())", cell="draws").out == str(random.Random(7).random())


def test_the_mode_survives(seeded):
    """Cells go on drawing from streams of their own."""
    seeded.run("%seed per-cell\nimport random", cell="mode")
    first = seeded.run("print(random.random())", cell="draws").out
    restart(seeded)
    assert seeded.run("import random\nprint(random.random())", cell="draws").out == first


def test_strictness_survives_and_is_in_force_from_the_start(seeded):
    """What came too late for strict is in force in the new runtime, which says so; relaxed before a restart ends it."""
    seeded.run("%seed strict", cell="strict")
    before = seeded.value(EPOCH)
    seeded.run("%seed restart", cell="restarts")
    strict = "seednb: restarted in place: a fresh runtime, with the hash seed in force, and strict; now run all cells"
    assert update(seeded, before) == strict
    assert seeded.value("get_ipython()._seednb.current()['determinism']") == {"strict": True}
    assert "too late" not in seeded.run("%seed strict", cell="strict").shown[0]
    seeded.run("%seed relaxed", cell="relaxed")
    restart(seeded)
    assert seeded.value("get_ipython()._seednb.current()['determinism']") == {}


def test_display_ids_survive(seeded):
    """Display ids follow the seed in the new runtime too."""
    seeded.run("%seed ids on", cell="ids")
    restart(seeded)
    assert seeded.value("get_ipython()._seednb.current()['determinism']") == {"display_ids": True}
    seeded.run("1", cell="begins")
    assert "; display ids follow it; " in seeded.run("%seed", cell="status").shown[0]


def test_listeners_are_told_and_must_say_hello_again(seeded):
    """A listener hears that the kernel restarts; the new runtime knows none, and answers hello with another epoch."""
    before = hello(seeded)["current"]["epoch"]
    kinds = [
        message["content"]["event"] for message in seeded.run("%seed restart", cell="x").messages if message["msg_type"] == "seednb_event"
    ]
    assert kinds == ["restart", "cell"]
    assert update(seeded, before) == RESTARTED
    assert [message["msg_type"] for message in seeded.run("1", cell="y").messages if message["msg_type"] == "seednb_event"] == []
    assert hello(seeded)["current"]["epoch"] != before


def test_foreign_modules_beside_the_notebook_are_not_imported(seeded, tmp_path):
    """The new process loads seednb from its own place, whatever stands in the notebook's folder."""
    for name in ("seednb.py", "tomllib.py"):
        (tmp_path / name).write_text("import builtins\nbuiltins.foreign = True\n")
    restart(seeded)
    assert seeded.value("hasattr(__import__('builtins'), 'foreign')") is False


WAITS = "from seednb.kernel.restart import queued\nwhile not queued(get_ipython().kernel):\n    pass\n"


def test_refused_while_cells_are_queued(seeded):
    """With a cell waiting there is one line, and the waiting cell runs in the old runtime."""

    def then():
        seeded.client.execute("after = mine + 1", stop_on_error=False)

    result = seeded.run(f"mine = 1\nprint('ready', flush=True)\n{WAITS}%seed restart", cell="restarts", then=then)
    assert result.err == "seednb: not now: cells are waiting to run; when they have run, restart again"
    assert seeded.value("after") == 2


def test_called_off_if_a_cell_comes_in_meanwhile(seeded):
    """A cell that arrives between the answer and the restart is not lost: the kernel goes on, and the line says so."""
    seeded.run("import seednb.kernel.restart as r\nr.queued = lambda kernel: asked.append(1) or len(asked) > 1\nasked = []", cell="a")
    seeded.run("%seed restart", cell="restarts")
    assert update(seeded) == "seednb: not restarted: cells came in meanwhile; restart again"
    assert seeded.value("len(asked)") == 2


@pytest.mark.parametrize("source", ["after = mine + 1", "import asyncio\nawait asyncio.sleep(0)\nafter = mine + 1"])
def test_called_off_if_a_cell_has_run_meanwhile(seeded, source):
    """A runner sends the next cell at once: it runs in the old runtime, which goes on, and the line says so."""
    seeded.run("mine = 1", cell="a")
    seeded.run("%seed restart", cell="restarts")
    seeded.run(source, cell="next")
    assert update(seeded) == "seednb: not restarted: cells came in meanwhile; restart again"
    assert seeded.value("after") == 2


REFUSED = {
    "in a run of seednb's": ("get_ipython()._seednb.magic.plan = {}", "this notebook is run by seednb, in a fresh runtime"),
    "without a connection file": (
        "import os, ipykernel.kernelapp as k\nos.remove(k.IPKernelApp.instance().abs_connection_file)",
        "the kernel's connection file is gone",
    ),
    "outside of ipykernel": ("import sys\nsys.modules['ipykernel.kernelapp'] = None", "this is no kernel of ipykernel's"),
    "where seednb came as texts": (
        "import seednb.kernel.restart as r\nr._AGAIN = None",
        "seednb is not installed in this kernel's environment",
    ),
    "on another platform": ("import sys\nsys.platform = 'darwin'", "restarting in place works on Linux only"),
    "while the debugger is attached": (
        "import types\nkernel = get_ipython().kernel\nkept, kernel.debugger = kernel.debugger, types.SimpleNamespace(is_started=True)",
        "the debugger is attached",
    ),
    "beside a cell in a subshell": ("get_ipython()._seednb.runtime.elsewhere = 1", "not now: another cell is running beside this one"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(start, name):
    """Where it cannot be done there is one line that says why and what to do, and the kernel goes on."""
    prepare, reason = REFUSED[name]
    kernel = start()
    kernel.run("%load_ext seednb\n%seed 42", cell="first")
    kernel.run(prepare, cell="prepare")
    result = kernel.run("%seed restart\nstill = 'here'", cell="restarts")
    assert result.err.startswith(f"seednb: {reason}")
    assert "\n" not in result.err
    assert kernel.value("still") == "here"


def test_refused_below_another_event_loop(seeded):
    """Where no asyncio loop runs the cell, nothing could restart the kernel later: it says so at once."""
    hide = "import asyncio\nloop = asyncio.get_running_loop()\nasyncio._set_running_loop(None)"
    result = seeded.run(f"{hide}\n%seed restart\nasyncio._set_running_loop(loop)", cell="restarts")
    assert result.err.startswith("seednb: this kernel runs no event loop that could restart it")
    assert result.shown == []


def test_open_files_do_not_pile_up(seeded):
    """What the old process had open is closed by the restart."""
    count = "len(__import__('os').listdir('/proc/self/fd'))"
    restart(seeded)
    before = seeded.value(count)
    seeded.run("import os, socket\nopened = [open('/dev/null') for _ in range(20)] + [socket.socket() for _ in range(20)]", cell="opens")
    restart(seeded)
    assert abs(seeded.value(count) - before) <= 3


def test_a_refused_exec_leaves_the_kernel_working(seeded):
    """If the system refuses, the old runtime goes on, its streams too, and the cell says so."""
    seeded.run("import os, sys\nsys.executable = '/nowhere/python'\nmine = 7", cell="a")
    seeded.run("%seed restart", cell="restarts")
    assert update(seeded).startswith("seednb: not restarted: No such file or directory; use the front end's own Restart")
    assert seeded.run("print(mine)", cell="b").out == "7"
