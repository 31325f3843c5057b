"""*Replay in a fresh runtime and compare*: from the panel, by the notebook's file, or by what Colab hands out."""

from __future__ import annotations

import json
import os
import sys

import pytest

from tests.conftest import notebook
from tests.kernel.conftest import PYTHON
from tests.kernel.panels import Panel, lacks

reasons = [reason for module in ("ipywidgets", "nbclient") if (reason := lacks(module))]
pytestmark = pytest.mark.skipif(bool(reasons), reason="; ".join(reasons))

DRAW = "import random\nprint(random.random())"
VIEW = "application/vnd.jupyter.widget-view+json"
RECORD = "application/vnd.seednb.record+json"


def saved(kernel, path, sources, *, changed=None):
    """Run cells, and save the notebook as its front end does, with each cell's printed text and the record."""
    nb = notebook(*sources)
    nb["metadata"]["kernelspec"]["name"] = "here"
    for number, cell in enumerate(nb["cells"], 1):
        printed = kernel.run("".join(cell["source"]), cell=cell["id"]).out
        cell["execution_count"] = number
        if printed:
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [(changed or printed) + "\n"]}]
    (data,) = [data for data in kernel.displays.values() if RECORD in data]
    nb["cells"][0]["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    path.write_text(json.dumps(nb))
    return nb


@pytest.fixture
def start_here(start, tmp_path):
    """Return a function that starts a kernel of a notebook in a folder, whose kernelspec `here` is that kernel's own environment."""
    spec = {"argv": [PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Here", "language": "python"}
    where = tmp_path / "jupyter" / "kernels" / "here"
    where.mkdir(parents=True)
    (where / "kernel.json").write_text(json.dumps(spec))

    def start_one(**variables):
        variables = {"JUPYTER_PATH": str(tmp_path / "jupyter"), "TMPDIR": str(tmp_path), **variables}
        return start(JPY_SESSION_NAME=str(tmp_path / "nb.ipynb"), **variables)

    return start_one


SOURCES = ["%load_ext seednb\n%seed 42", DRAW, "x = random.random()"]


def replayed(panel):
    """Click, wait for the end, and return what the panel then shows of it."""
    assert "replaying nb.ipynb as saved at" in panel.click("fresh")
    return panel.wait("outcome", "replayed in")


def test_a_notebook_that_reproduces(start_here, tmp_path):
    """The panel says so, gives each cell its verdict, and names the report; the notebook's file is as it was."""
    kernel = start_here()
    saved(kernel, tmp_path / "nb.ipynb", SOURCES)
    before = (tmp_path / "nb.ipynb").read_bytes()
    panel = Panel(kernel)
    shown = replayed(panel)
    assert "✓ reproduced in a fresh runtime: 3 cells, outputs compared" in shown
    assert 3 == panel.wait("cells", "identical").count("✓ identical")
    (report,) = tmp_path.glob("seednb-*/seednb-report.html")
    assert f"Report: <code>{report}</code>" in shown
    assert report.read_text().startswith("<!doctype html>")
    assert before == (tmp_path / "nb.ipynb").read_bytes()


def test_a_notebook_that_does_not(start_here, tmp_path):
    """The first cell that differs is named, with its cause and what to do, and what the notebook holds is escaped."""
    kernel = start_here()
    saved(kernel, tmp_path / "nb.ipynb", SOURCES, changed="<script>alert(1)</script>")
    panel = Panel(kernel)
    shown = replayed(panel)
    assert "✗ diverged at the notebook's cell 2" in shown.replace("&#x27;", "'")
    assert ">unknown: There is no evidence for a cause.</td>" in shown
    assert ("<td" in shown, "<script>" in shown) == (True, False)
    assert "✗ diverged" in panel.wait("cells", "diverged")


@pytest.mark.skipif(os.name != "posix", reason="signals and process ids are POSIX's here")
def test_cancelling_ends_the_job(start_here, tmp_path):
    """Cancel ends the other process and its kernel, says so, and another replay can start."""
    kernel = start_here()
    running, go = tmp_path / "running", tmp_path / "go"
    wait = f"import os\nopen({str(running)!r}, 'a').write(f'{{os.getpid()}} ')\nwhile not os.path.exists({str(go)!r}):\n    pass"
    go.touch()
    saved(kernel, tmp_path / "nb.ipynb", [SOURCES[0], wait])
    go.unlink()
    running.unlink()
    panel = Panel(kernel)
    panel.click("fresh")
    assert "not now: a replay is running" in panel.click("fresh")
    panel.wait("outcome", "cell 2 of 2")
    while not (running.exists() and running.read_text().endswith(" ")):
        panel.text("outcome")
    assert "cancelling" in panel.click("cancel")
    assert "the replay has ended: cancelled" in panel.wait("outcome", "ended")
    assert not os.path.exists(f"/proc/{running.read_text().strip()}") or sys.platform == "darwin"
    go.touch()
    replayed(panel)


def test_a_file_that_is_not_there_is_said(start_here, tmp_path):
    """A notebook that was never saved gets one line that says what to do."""
    panel = Panel(start_seeded(start_here))
    path = tmp_path / "nb.ipynb"
    assert f"<b>Not done:</b> there is no file {path}: save the notebook, then replay again" in panel.click("fresh")


def test_a_front_end_that_tells_no_file_is_said(start):
    """Without a path there is one line with the command for a terminal."""
    panel = Panel(start_seeded(start))
    message = panel.click("fresh")
    assert "save it, then in a terminal: seednb verify NOTEBOOK.ipynb" in message


def test_missing_packages_are_named(start_here):
    """Where the kernel's environment lacks what a replay needs, the line names it and what to type."""
    kernel = start_seeded(start_here)
    panel = Panel(kernel)
    hide = "found = u.find_spec\nu.find_spec = lambda name, *more: None if name == 'nbclient' else found(name, *more)"
    kernel.run(f"import importlib.util as u\n{hide}", cell="hides")
    message = panel.click("fresh").replace("&#x27;", "'")
    assert "a replay needs packages that are not installed here (nbclient): pip install 'seednb[cli]'" in message


def start_seeded(start):
    """Start a kernel and seed it."""
    kernel = start()
    kernel.run(SOURCES[0], cell="first")
    return kernel


# -- Colab ---------------------------------------------------------------------------------------------

MESSAGE = """
import json, os, threading

calls = []


def blocking_request(kind, request="", timeout_sec=5, parent=None):
    assert threading.current_thread() is threading.main_thread()
    calls.append([kind, request, timeout_sec])
    with open(os.environ["HANDED_OUT"]) as file:
        return json.load(file)
"""


@pytest.fixture
def colab(start, start_here, tmp_path):
    """Return a kernel as Colab's: its module is loaded, and hands out what is in the file `handed.json`."""
    package = tmp_path / "site" / "google" / "colab"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "_message.py").write_text(MESSAGE)
    from tests.conftest import REPOSITORY

    places = os.pathsep.join([str(tmp_path / "site"), str(REPOSITORY)])
    spec = {"JUPYTER_PATH": str(tmp_path / "jupyter"), "TMPDIR": str(tmp_path), "HANDED_OUT": str(tmp_path / "handed.json")}
    kernel = start(PYTHONPATH=places, **spec)
    kernel.run("import google.colab", cell="before")
    return kernel


def run_in_colab(kernel, source, cell):
    """Run a cell as Colab does, with the id in the place where it sends it."""
    kernel.client.session.metadata = {"colab": {"cell_id": cell}}
    return kernel.run_request(source)


def handed_out(kernel, sources, path, *, changed=None):
    """Run cells in Colab, and let it hand them out as it does: ids in the metadata, no record, minor version 0."""
    nb = notebook(*sources, minor=0)
    nb["metadata"] = {
        "colab": {"name": "../<b>Untitled</b>.ipynb"},
        "kernelspec": {"name": "here", "display_name": "Here", "language": "python"},
    }
    for number, cell in enumerate(nb["cells"]):
        cell["metadata"]["id"], cell["execution_count"] = f"id{number}", number + 2
        printed = run_in_colab(kernel, "".join(cell["source"]), f"id{number}").out
        if printed:
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [(changed or printed) + "\n"]}]
    (data,) = [data for data in kernel.displays.values() if RECORD in data]
    kept = {mime: text for mime, text in data.items() if mime != RECORD}
    nb["cells"][0]["outputs"] = [{"output_type": "display_data", "data": kept, "metadata": {}}]
    path.write_text(json.dumps({"ipynb": nb}))


def test_colabs_notebook_is_replayed(colab, tmp_path):
    """Colab hands its notebook out when the button is clicked; this runtime's record goes along, by Colab's ids."""
    handed_out(colab, SOURCES, tmp_path / "handed.json")
    panel = Panel(colab)
    assert [] == colab.value("__import__('sys').modules.get('google.colab._message', __import__('types').SimpleNamespace(calls=[])).calls")
    assert "replaying the notebook as Colab shows it" in panel.click("fresh")
    shown = panel.wait("outcome", "replayed in")
    assert "✓ reproduced in a fresh runtime: 3 cells, outputs compared" in shown
    assert [["get_ipynb", "", 20.0]] == colab.value("__import__('google.colab._message').colab._message.calls")
    assert 3 == panel.wait("cells", "identical").count("✓ identical")


def test_colabs_notebook_that_does_not_reproduce(colab, tmp_path):
    """The first cell that differs is named."""
    handed_out(colab, SOURCES, tmp_path / "handed.json", changed="0.5")
    panel = Panel(colab)
    panel.click("fresh")
    assert "✗ diverged at the notebook's cell 2" in panel.wait("outcome", "replayed in").replace("&#x27;", "'")


def test_colab_that_hands_nothing_out_is_said(colab, tmp_path):
    """When Colab does not answer in time there is one line with what to do."""
    (tmp_path / "handed.json").write_text("null")
    run_in_colab(colab, SOURCES[0], "id0")
    message = Panel(colab).click("fresh")
    assert "<b>Not done:</b> Colab did not hand out the notebook within 20 s" in message
    assert "run seednb verify on it" in message


def test_colabs_own_words_for_restarting(colab):
    """What is kept for the next run comes with Colab's menus."""
    run_in_colab(colab, SOURCES[0], "id0")
    run_in_colab(colab, DRAW, "id1")
    message = Panel(colab).click("next").replace("&gt;", ">")
    assert "now Runtime > Restart session, then Runtime > Run all: the run is a replay, and is compared" in message


def test_colabs_next_run_replays(colab):
    """After Colab's restart the cells, known by the ids that it sends, are replayed and compared."""
    printed = [run_in_colab(colab, source, f"id{number}").out for number, source in enumerate([SOURCES[0].replace("42", "new"), DRAW])]
    Panel(colab).click("next")
    colab.restart()
    colab.run("import google.colab", cell="before")
    ran = [run_in_colab(colab, source, f"id{number}") for number, source in enumerate([SOURCES[0].replace("42", "new"), DRAW])]
    told = run_in_colab(colab, "%seed replay", "id2").shown[0]
    assert printed == [result.out for result in ran]
    assert told.startswith("seednb: reproduced: 2 cells; ")
