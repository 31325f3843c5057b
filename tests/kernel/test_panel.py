"""`%seed panel` in real kernels: of ipywidgets 8 here, of 7.7.1 with Colab's versions, and without it."""

from __future__ import annotations

import json
import sys

import pytest

from tests.kernel.panels import FORM, MODES, Panel, lacks

DRAW = "import random\nprint(random.random())"
VIEW = "application/vnd.jupyter.widget-view+json"
widgets = pytest.mark.skipif(bool(lacks("ipywidgets")), reason=lacks("ipywidgets"))


@pytest.fixture
def panel(seeded):
    """Return the panel of a kernel that is seeded with 42."""
    return Panel(seeded)


# -- with widgets --------------------------------------------------------------------------------------


@widgets
def test_the_form_is_displayed_with_a_text_beside_it(panel):
    """The output is a view of the form, and a text for where it cannot be shown that no run changes."""
    (shown,) = [message["content"] for message in panel.result.messages if message["msg_type"] == "display_data"]
    assert {"text/plain", VIEW} == shown["data"].keys()
    assert "seednb: the panel of this runtime; %seed tells the same where it cannot be shown" == shown["data"]["text/plain"]
    assert panel.id("root") == shown["data"][VIEW]["model_id"]


@widgets
def test_the_form_shows_the_runtime(panel):
    """Seed, origin, mode, draws, warnings, and for each cell its number, state and sources."""
    panel.kernel.run(DRAW, cell="draws")
    cells = panel.wait("cells", "[3]")
    assert "seed 42 (given to %seed); all cells draw from one stream" in panel.text("summary")
    assert "Draws: python in 2 cells" in panel.text("summary")
    assert "Warnings so far: 0" in panel.text("summary")
    assert "cell [3]: random state B, drew from python" in cells
    assert "42" == panel.text("seed")


@widgets
def test_warnings_are_counted_and_shown(panel):
    """A cell that is run again is in the panel as in its output."""
    panel.kernel.run(DRAW, cell="draws")
    panel.kernel.run(DRAW, cell="draws")
    panel.wait("summary", "Warnings so far: 1")
    assert "draws from python" in panel.text("summary")


@widgets
def test_a_seed_is_set(panel):
    """Set seeds what comes after it as `%seed` does."""
    panel.move("seed", value="7")
    assert "seed 7 (given in the front end)" in panel.click("set")
    assert "0.32383276483316237" == panel.kernel.run(DRAW, cell="draws").out


@widgets
def test_what_is_being_typed_is_not_lost(panel):
    """A cell that ends while somebody types a seed leaves it there."""
    panel.move("seed", value="12")
    panel.kernel.run(DRAW, cell="draws")
    panel.wait("cells", "[3]")
    assert "12" == panel.text("seed")


@widgets
def test_a_new_seed_is_generated(panel):
    """New gives another seed, and shows it."""
    assert "(newly generated)" in panel.click("new")
    assert "42" != panel.text("seed")
    assert panel.text("seed") == str(panel.kernel.value("get_ipython()._seednb.runtime.seed"))


@widgets
@pytest.mark.parametrize("text", ["", "forty-two", "-1", "4294967296", "<script>alert(1)</script>"])
def test_what_is_no_seed_is_refused_in_one_line(panel, text):
    """What is not a seed changes nothing; the line says what is one, and shows what was typed as text."""
    panel.move("seed", value=text)
    message = panel.click("set")
    assert "<b>Not done:</b>" in message
    assert "give an integer from 0 to 4294967295" in message
    assert "<script>" not in message
    assert 42 == panel.kernel.value("get_ipython()._seednb.runtime.seed")


@widgets
def test_the_mode_is_switched_both_ways(panel):
    """The list switches the mode, and shows what `%seed stream` made of it since."""
    assert "each cell draws from its own stream of seed 42" in panel.move("mode", index=MODES.index("per-cell"))
    assert "per-cell" == panel.kernel.value("get_ipython()._seednb.runtime.mode")
    panel.kernel.run("%seed stream", cell="mode")
    panel.wait("summary", "all cells draw from one stream")
    assert "stream" == panel.text("mode")


@widgets
def test_strict_is_switched_on(panel):
    """The switch says what is in force and what came too late."""
    assert "strict: " in panel.move("strict", value=True)
    assert panel.kernel.value("get_ipython()._seednb.runtime.switches.strict_now") is True
    assert "relaxed: " in panel.move("strict", value=False)


@widgets
def test_variables_are_digested_when_asked(panel):
    """Variables cost time, so that they are digested only from where someone asks."""
    panel.kernel.run("x = [1, 2]", cell="before")
    assert "from the next cell on" in panel.move("variables", value=True)
    panel.kernel.run("x = [1, 2, 3]", cell="after")
    panel.move("variables", value=False)
    panel.kernel.run("x = [1]", cell="last")
    assert [False, True, False] == [" v=" in panel.kernel.cells[cell] for cell in ("before", "after", "last")]


@widgets
def test_nothing_is_done_while_a_cell_runs(panel):
    """A button that code clicks in a cell says that it is not the time."""
    panel.kernel.run(f"{FORM}.buttons['new'].click()", cell="clicks")
    assert "not now: a cell is running" in panel.text("message")
    assert 42 == panel.kernel.value("get_ipython()._seednb.runtime.seed")


@widgets
def test_a_click_in_another_thread_is_done_in_the_main_one(panel):
    """Front ends may let widgets speak to a subshell: what they ask for is done all the same."""
    panel.kernel.value(f"[__import__('threading').Thread(target={FORM}.buttons['new'].click).start(), 1][1]")
    panel.wait("message", "(newly generated)")
    assert 42 != panel.kernel.value("get_ipython()._seednb.runtime.seed")


@widgets
def test_names_of_cells_and_texts_are_escaped(panel):
    """A warning that holds HTML is shown as text: ipywidgets would run it."""
    panel.kernel.run("<img src=x onerror=alert(1)>".join(["x = '", "'"]), cell="<b>id</b>")
    hostile = "<img src=x onerror=alert(1)>"
    panel.kernel.value(f"[get_ipython()._seednb.listeners.warning('k', 're-run', {hostile!r}, sources=[], names=[]), 1][1]")
    panel.kernel.run("1", cell="next")
    panel.wait("summary", "Warnings so far: 1")
    assert hostile not in panel.text("summary") + panel.text("cells")
    assert "&lt;img src=x onerror=alert(1)&gt;" in panel.text("summary")


@widgets
def test_many_cells_are_cut(panel):
    """Of many cells the last hundred are shown, and how many there are before these."""
    for number in range(110):
        panel.kernel.run("1", cell=f"c{number}")
    panel.wait("cells", "[112]")
    assert 100 == panel.text("cells").count("<tr>") - 1
    assert "12 earlier cells are not shown" in panel.text("cells")


@widgets
def test_a_second_panel_takes_the_place_of_the_first(panel):
    """One panel lives: the widgets of the one before are closed."""
    first = panel.id("root")
    panel.kernel.run("%seed panel", cell="panel")
    assert first != panel.id("root")
    assert panel.kernel.value(f"{first!r} in [w.model_id for w in {ALIVE}]") is False


ALIVE = "(getattr(__import__('ipywidgets').widgets.widget, '_instances', None) or __import__('ipywidgets').Widget.widgets).values()"


@widgets
def test_unloading_closes_the_panel(panel):
    """After `%unload_ext seednb` no widget of the panel is left."""
    assert panel.kernel.value(f"len({ALIVE})") > 0
    panel.kernel.run("%unload_ext seednb", cell="unload")
    assert 0 == panel.kernel.value(f"len({ALIVE})")


PAYS = """import sys
panel, called = get_ipython()._seednb.desk.panel, []
if panel._handle is not None:
    panel._handle.cancel()
    panel._handle = None
def profile(frame, event, _):
    if event in ("call", "c_call"):
        called.append(frame.f_code.co_name)
def once():
    sys.setprofile(profile)
    panel.cell_done("a")
    sys.setprofile(None)
once()
waits = panel._handle is not None"""


@widgets
def test_a_cell_pays_next_to_nothing_for_the_panel(panel):
    """What a cell waits for makes at most thirty calls and sends nothing; the form is brought up to date after it."""
    panel.kernel.run("pass", cell="a")
    panel.kernel.run(PAYS, cell="b")
    called = panel.kernel.value("called")
    assert "cell_done" == called[0]
    assert "call_later" in called
    assert panel.kernel.value("waits") is True
    assert "send" not in called
    assert len(called) <= 30, called


@widgets
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="restarting in place works on Linux only")
def test_restarting_in_place_from_the_panel(panel):
    """The old panel says that the kernel has restarted, its buttons are disabled, and the new runtime has the seed."""
    before, message, button = panel.kernel.value("get_ipython()._seednb.runtime.epoch"), panel.id("message"), panel.id("buttons['new']")
    assert "seednb: restarting in place …" in panel.click("restart")
    told = panel.kernel.from_widget(message, "value", lambda value: "restarted in place" in value)
    assert "now run all cells; %seed panel there gives a new panel" in told
    assert panel.kernel.from_widget(button, "disabled", bool) is True
    panel.kernel.client.wait_for_ready(timeout=20)
    assert before != panel.kernel.value("get_ipython()._seednb.runtime.epoch")
    assert "0.6394267984578837" == panel.kernel.run(DRAW, cell="draws").out


# -- without widgets -----------------------------------------------------------------------------------


@pytest.fixture
def plain(seeded):
    """Return a seeded kernel in which ipywidgets cannot be imported."""
    seeded.run("import sys\nsys.modules['ipywidgets'] = None", cell="without")
    return seeded


def test_without_widgets_the_same_facts_are_text(plain):
    """Seed, mode, draws, warnings and the cells are text and HTML, with what to install and what to type."""
    plain.run(DRAW, cell="draws")
    messages = plain.run("%seed panel", cell="panel").messages
    (data,) = [message["content"]["data"] for message in messages if message["msg_type"] == "display_data"]
    assert {"text/plain", "text/html"} == data.keys()
    lines = data["text/plain"].splitlines()
    assert "seednb: seed 42 (given to %seed); all cells draw from one stream" == lines[0]
    assert ["draws: python in 2 cells", "warnings: 0"] == lines[1:3]
    assert ["cell    state     verdict                     draws from", "python", "nothing", "python"] == [
        lines[4],
        *(line.split()[-1] for line in lines[5:8]),
    ]
    assert "pip install 'seednb[widgets]'" in lines[-1]
    assert "<table" in data["text/html"]


def test_nothing_of_the_notebooks_folder_is_imported(seeded, tmp_path):
    """An ipywidgets.py beside the notebook is not taken for ipywidgets."""
    (tmp_path / "ipywidgets.py").write_text("import builtins\nbuiltins.foreign = True\n")
    seeded.run("%seed panel", cell="panel")
    assert seeded.value("hasattr(__import__('builtins'), 'foreign')") is False


def test_no_panel_no_import(seeded):
    """Until someone asks, nothing of the panel and of ipywidgets is imported."""
    modules = json.loads(seeded.run("import json, sys\nprint(json.dumps(sorted(sys.modules)))", cell="a").out)
    assert [] == [name for name in modules if name.startswith(("ipywidgets", "seednb.kernel.panel", "seednb.kernel.nextrun"))]


def test_switched_off_it_says_so(start):
    """With SEEDNB=off there is no panel, but a line."""
    kernel = start(SEEDNB="off")
    kernel.run("%load_ext seednb")
    assert ["seednb: switched off by SEEDNB=off"] == kernel.run("%seed panel").shown
