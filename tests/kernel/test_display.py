"""`%seed ids`: what the libraries themselves show in real kernels is the same, byte for byte, in each fresh one, and never twice in one."""

from __future__ import annotations

import json
import re

import pytest

from seednb.display import MAKERS
from tests.kernel.conftest import PYTHON, Kernel
from tests.kernel.test_strict import needs

ON = "%load_ext seednb\n%seed 42\n%seed ids on"
OFF = "%load_ext seednb\n%seed 42\n%seed ids off"
FIGURE = """import io, matplotlib.pyplot as plt
figure, text = plt.figure(), io.StringIO()
lines = figure.subplots().plot([1, 2], marker='o')
"""
SHOWN = {
    "altair": """import altair, pandas
html = altair.renderers.enable('html')
altair.Chart(pandas.DataFrame({'a': [1]})).mark_bar().encode(x='a')""",
    "bokeh": """import bokeh.embed, bokeh.plotting, bokeh.resources
plot = bokeh.plotting.figure()
print(bokeh.embed.components(plot), bokeh.embed.file_html(plot, bokeh.resources.CDN))""",
    "bokeh in a notebook": """import bokeh.io, bokeh.plotting
bokeh.io.output_notebook(hide_banner=True)
bokeh.io.show(bokeh.plotting.figure())""",
    "folium": """import folium
map = folium.Map([0, 0])
mark = folium.Marker([0, 0]).add_to(map)
print(map._repr_html_())""",
    "ipywidgets": "import ipywidgets\nipywidgets.VBox([ipywidgets.IntSlider(), ipywidgets.Text()])",
    "matplotlib": f"{FIGURE}figure.savefig(text, format='svg')\nprint(text.getvalue())",
    "matplotlib in a notebook": f"%config InlineBackend.figure_formats = ['svg']\n%matplotlib inline\n{FIGURE}",
    "matplotlib in a cell that awaits": f"""%config InlineBackend.figure_formats = ['svg']
%matplotlib inline
import asyncio
await asyncio.sleep(0)
{FIGURE}""",
    "matplotlib's animations": f"""import matplotlib.animation
{FIGURE}print(matplotlib.animation.FuncAnimation(figure, lambda frame: [], frames=2).to_jshtml())
plt.close()""",
    "pandas": "import pandas\npandas.DataFrame({'a': [1]}).style._repr_html_()",
    "plotly": """import plotly.graph_objects as go
print(go.Figure(go.Scatter(y=[1, 2])).to_html(include_plotlyjs=False))""",
    "treescope": "import treescope\nprint(treescope.render_to_html([1, 2]))",
}
"""Cells that show something with an identifier in it, by library."""

ID = re.compile(
    r"""(?<!data-)(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])|T_[0-9a-f]{5}|"[mp][0-9a-f]{10}\b"""
)
"""What the libraries' identifiers look like; Altair names its data by a digest of them."""

WIDGETS = "import ipywidgets\nfirst, second = ipywidgets.IntSlider(), ipywidgets.IntSlider()\nprint(first.model_id, second.model_id)"
BINDINGS = f"""
def bindings():
    import importlib, sys
    found = {{}}
    for module in {sorted(MAKERS)!r}:
        try:
            loaded = importlib.import_module(module)
        except ImportError:
            continue
        found[module] = {{name: value for name, value in vars(loaded).items() if name in ('uuid', 'uuid4', 'urandom')}}
    return found
before = bindings()
"""
SAME = (
    "all(now[module].keys() == before[module].keys() and all(now[module][name] is before[module][name] for name in now[module])"
    " for module in before)"
)


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """Return two fresh kernels in which display ids follow the seed, and two in which they do not; all with the hash seed in force."""
    made = [Kernel(tmp_path_factory.mktemp("kernel"), PYTHON, {"PYTHONHASHSEED": "0"}) for _ in range(4)]
    for kernel, head in zip(made, (ON, ON, OFF, OFF), strict=True):
        kernel.run(head, cell="head")
    yield made
    for kernel in made:
        kernel.stop()


def shown(kernel, name):
    """Return what a cell shows, and what its widgets' models hold."""
    result = kernel.run(SHOWN[name], cell=name)
    assert result.status == "ok", result.reply["content"]
    kinds = {"display_data", "execute_result", "comm_open", "comm_msg"}
    contents = [message["content"] for message in result.messages if message["msg_type"] in kinds]
    # What is printed comes in one message or several, as the clock has it.
    return json.dumps([result.out, result.err, *([content.get("comm_id"), content["data"]] for content in contents)])


@pytest.mark.parametrize("name", SHOWN)
def test_outputs_are_the_same_in_fresh_kernels(kernels, name):
    """Two fresh kernels with one seed show the same bytes while display ids follow it, and others while they do not."""
    needs(kernels[0], re.split(r"\W", name)[0])
    first, second, third, fourth = (shown(kernel, name) for kernel in kernels)
    assert first == second
    assert third != fourth


@pytest.mark.parametrize("name", SHOWN)
def test_a_cell_that_runs_again_shows_other_ids(kernels, name):
    """The k-th run of a cell shows the same in each kernel, and no identifier that an earlier run has shown."""
    needs(kernels[0], re.split(r"\W", name)[0])
    runs = [shown(kernels[0], name) for _ in range(3)]
    assert runs == [shown(kernels[1], name) for _ in range(3)]
    found = [set(ID.findall(text)) for text in runs]
    assert all(found)
    assert sum(map(len, found)) == len(set.union(*found))


def test_widgets_of_a_cell_that_runs_again_work(start):
    """Widgets made by runs of one cell have ids of their own, can be changed and closed, and no comm is lost."""
    kernel = start()
    needs(kernel, "ipywidgets")
    kernel.run(ON)
    seen = []
    for _ in range(20):
        result = kernel.run(WIDGETS, cell="widgets")
        assert (result.status, result.err) == ("ok", "")
        seen += result.out.split()
        kernel.run("first.value = 7\nkept = [*globals().get('kept', []), first]\nsecond.close()")
    assert len(set(seen)) == 40
    assert kernel.run("[widget.close() for widget in kept]\nprint(len(kept))").out == "20"
    kernel.run("%seed 42\n%seed ids on")
    assert set(kernel.run(WIDGETS, cell="widgets").out.split()).isdisjoint(seen)


def test_others_identifiers_are_left_alone(start):
    """What user code, plain comms, secrets and IPython's displays use is other in each kernel, though display ids follow the seed."""
    code = "import uuid, secrets, tempfile, os, comm\nfrom IPython.display import display\nhandle = display(1, display_id=True)\n"
    code += "print(uuid.uuid4(), secrets.token_hex(8), tempfile.mktemp(), os.urandom(8).hex(), handle)\n"
    code += "print(comm.create_comm(target_name='x').comm_id)"
    made = []
    for _ in range(2):
        kernel = start()
        needs(kernel, "comm")
        kernel.run(ON, cell="head")
        made.append(kernel.run(code, cell="others").out.split())
    assert [first for first, second in zip(*made, strict=True) if first == second] == ["<DisplayHandle"]


def test_everything_is_put_back(start):
    """`%seed ids off`, `%seed off` and unloading leave each library's names as they were found."""
    kernel = start()
    kernel.run(BINDINGS)
    if not kernel.value("len(before)"):
        pytest.skip("no library that makes display ids in the kernel's environment")
    kernel.run("%load_ext seednb\n%seed 42")
    for undo in ("%seed ids off", "%seed off", "%unload_ext seednb"):
        kernel.run("%load_ext seednb\n%seed 42\n%seed ids on\nnow = bindings()")
        assert kernel.value(SAME) is False
        assert kernel.value("__import__('os').environ.get('SOURCE_DATE_EPOCH')") == "315532800"
        kernel.run(f"{undo}\nnow = bindings()")
        assert kernel.value(SAME) is True, undo
        assert kernel.value("__import__('os').environ.get('SOURCE_DATE_EPOCH')") is None


def test_the_verb_says_whose_ids_follow(start):
    """`%seed ids on` names the libraries, `%seed` tells that it is on, `ids off` that it is not; anything else is refused in one line."""
    kernel = start()
    needs(kernel, "pandas")
    kernel.run("%load_ext seednb\n%seed 42\nimport pandas.io.formats.style_render")
    (text,) = kernel.run("%seed ids on").shown
    assert re.match(r"seednb: display ids follow seed 42: (ipywidgets, )?pandas; at their import: altair, ", text)
    assert "; display ids follow it; covers " in kernel.run("%seed").shown[0]
    assert kernel.run("%seed ids off").shown == ["seednb: display ids: left to the operating system"]
    assert "display ids" not in kernel.run("%seed").shown[0]
    for argument in ("", "maybe", "on off"):
        result = kernel.run(f"%seed ids {argument}")
        assert result.err == f"seednb: {f'%seed ids {argument}'.rstrip()}: give on or off, for example: %seed ids on"
        assert result.shown == []


@pytest.mark.parametrize(
    ("variables", "pyproject", "expected"),
    [
        ({"SEEDNB_DISPLAY_IDS": "1"}, "", True),
        ({"SEEDNB_DISPLAY_IDS": "0"}, "display_ids = true", None),
        ({}, "display_ids = true", True),
        ({}, "display_ids = false", None),
        ({}, "", None),
    ],
)
@pytest.mark.parametrize("at_start", [False, True])
def test_settings_switch_ids_on(start, tmp_path, variables, pyproject, expected, at_start):
    """SEEDNB_DISPLAY_IDS, else pyproject.toml, lets display ids follow the seed, which the record tells; they do not by default."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\nseed = 42\n{pyproject}\n", encoding="utf-8")
    kernel = start(**variables)
    kernel.run("import seednb.kernel\nseednb.kernel.load(get_ipython(), at_start=True)" if at_start else "%load_ext seednb")
    kernel.run("1", cell="one")
    (record,) = kernel.records
    assert (record["seed"], record["determinism"].get("display_ids")) == (42, expected)


@pytest.mark.parametrize(
    ("variables", "pyproject", "reason"),
    [
        ({"SEEDNB_DISPLAY_IDS": "maybe"}, "", "SEEDNB_DISPLAY_IDS=maybe: give 1 or 0"),
        ({}, "display_ids = 7", "[tool.seednb] display_ids = 7: give true or false"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_line(start, tmp_path, variables, pyproject, reason):
    """It is named once, in the cell that loads seednb, which is seeded all the same."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.seednb]\n{pyproject}\n", encoding="utf-8")
    kernel = start(**variables)
    texts = kernel.run("%load_ext seednb\n%seed 42").shown
    assert [text.startswith("seednb: ") and text.endswith(reason) for text in texts] == [False, True]
    assert kernel.run("1").shown == []
    assert kernel.value("get_ipython()._seednb.runtime.seed") == 42
