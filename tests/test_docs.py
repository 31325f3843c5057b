"""The README and the docs say what is so: their commands and code are run, and their lists are compared with the code."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, command, environment

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what the README's commands need into a folder."""
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    return tmp_path


def test_the_commands_of_the_readme_run(checkout):
    """Every `$ seednb …` line of the README exits with 0, in their order."""
    lines = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ seednb ")]
    assert lines
    for line in lines:
        done = subprocess.run(command(*shlex.split(line)[1:]), cwd=checkout, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"


def test_the_python_of_the_readme_runs(checkout):
    """The README's Python blocks run, and their assertions hold."""
    found = blocks("python")
    assert any("assert" in block for block in found)
    for block in found:
        done = subprocess.run([sys.executable, "-c", block], cwd=checkout, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_lines_for_notebooks_run(checkout):
    """The lines that a notebook user types run in a notebook, but for the installation, and seed it."""
    lines = [line for block in blocks("ipython") for line in block.splitlines() if line and not line.startswith("%pip")]
    assert "%load_ext seednb" in lines
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [
        {**cell, "source": "\n".join(lines)},
        {**cell, "id": "b", "source": "import random\nassert random.random() == 0.6394267984578837"},
    ]
    (checkout / "nb.ipynb").write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    done = subprocess.run(command("run", "nb.ipynb"), cwd=checkout, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_pictures_and_links_are_there():
    """Every file that the README and the docs link to exists."""
    for path in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert "://" in target or (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_published_deny_list_is_the_one_in_force():
    """docs/seal.md names the packages whose generators are not sealed, and no others."""
    from seednb.callers import DENIED

    text = (REPOSITORY / "docs" / "seal.md").read_text(encoding="utf-8")
    published = re.search(r"cache keys:\n((?:`[\w-]+`[,.]\s*)+)", text)
    assert published is not None
    assert set(re.findall(r"`([\w-]+)`", published[1])) == DENIED - {"seednb"}


def test_the_published_allow_list_is_the_one_in_force():
    """docs/seal.md names the packages whose own random.Random() follows the seed, and no others."""
    from seednb.callers import ALLOWED

    text = (REPOSITORY / "docs" / "seal.md").read_text(encoding="utf-8")
    published = re.search(r"draw samples with it:\n((?:`[\w-]+`[,.]\s*)+)", text)
    assert published is not None
    assert set(re.findall(r"`([\w-]+)`", published[1])) == ALLOWED


def test_the_published_settings_are_those_that_are_restored():
    """docs/determinism.md names each flag and each value that a replay may restore."""
    from seednb.launch import RESTORED_FLAGS

    text = (REPOSITORY / "docs" / "determinism.md").read_text(encoding="utf-8")
    rows = {name: set(re.findall(r"`([^`]+)`", values)) for name, values in re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE)}
    assert rows == {name: set(values) for name, values in RESTORED_FLAGS.items()}


def test_the_published_calls_are_those_of_the_r_side():
    """docs/r.md has each function that an R notebook may call, and no others."""
    text = (REPOSITORY / "docs" / "r.md").read_text(encoding="utf-8")
    side = (REPOSITORY / "seednb" / "irkernel" / "api.R").read_text(encoding="utf-8")
    assert set(re.findall(r"`(seednb_\w+)\(", text)) == set(re.findall(r"^  (seednb_\w+) = function", side, re.MULTILINE))


SOURCES = (REPOSITORY / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_published_sources_are_those_in_force():
    """docs/sources.md names each source with its module and its traits, in the order in which they are seeded."""
    from seednb.sources import builtin

    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \| .*? \| ([a-z, -]+) \| .* \|$", SOURCES, re.MULTILINE)
    assert rows == [(source.name, source.module, ", ".join(sorted(source.traits))) for source in builtin()]


def test_the_published_third_partys_source_is_the_one_that_is_tested():
    """The package in docs/sources.md is the one that the tests build, install and use."""
    package = REPOSITORY / "tests" / "plugin" / "dice"
    (code,) = re.findall(r"^```python\n(.*?)^```", SOURCES, re.MULTILINE | re.DOTALL)
    assert code == (package / "seednb_dice.py").read_text(encoding="utf-8")
    declared = re.findall(r"^```toml\n(.*?)^```", SOURCES, re.MULTILINE | re.DOTALL)[-1]
    assert declared in (package / "pyproject.toml").read_text(encoding="utf-8")


def test_the_published_display_ids_are_those_that_follow_the_seed():
    """docs/display.md names each module whose identifiers may follow the seed, with its library and those that may ask it."""
    from seednb.display import MAKERS

    text = (REPOSITORY / "docs" / "display.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (`.*`) \| (.*) \|$", text, re.MULTILINE)
    published = {module: library for library, modules, _ in rows for module in re.findall(r"`([^`]+)`", modules)}
    assert published == {module: maker.library for module, maker in MAKERS.items()}
    for library, _, what in rows:
        askers = {asker for maker in MAKERS.values() if maker.library == library for asker in maker.askers}
        assert set(re.findall(r"`([\w.]+)`", what.partition(", for ")[2])) == askers


def test_the_published_report_is_the_one_that_is_written():
    """docs/report.md has each cause with its words, and each member of the JSON, and no others."""
    from seednb.report.words import ADVICE

    text = (REPOSITORY / "docs" / "report.md").read_text(encoding="utf-8")
    causes, members = text.split("## Causes")[1].split("## The JSON")
    rows = re.findall(r"^\| `([\w-]+)` \| (.*) \| (.*) \|$", causes, re.MULTILINE)
    assert rows == [(name, words.cause, words.remedy) for name, words in ADVICE.items()]
    schema = json.loads((REPOSITORY / "seednb" / "report.schema.json").read_text(encoding="utf-8"))
    assert re.findall(r"^\| `(\w+)` \|", members, re.MULTILINE) == list(schema["$defs"]["report"]["properties"])


def test_the_published_addresses_are_those_that_the_server_answers():
    """docs/server.md lists the addresses of the server's part, with their methods, and its bounds."""
    from seednb.server.handlers import ROUTES
    from seednb.server.reports import MAX_REPORTS
    from seednb.server.requests import MAX_BODY, Handler
    from seednb.server.service import MOST_REPLAYS
    from seednb.server.verifications import MOST_KEPT, MOST_RUNNING

    text = (REPOSITORY / "docs" / "server.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([a-zA-Z/]+)` \| ([A-Z, ]+) \|", text, re.MULTILINE))
    methods = {name: [verb for verb in ("GET", "POST", "DELETE") if verb.lower() in vars(handler)] for name, handler in ROUTES.items()}
    assert issubclass(ROUTES["hello"], Handler)
    assert {name: ", ".join(verbs) for name, verbs in methods.items()} == listed
    assert f"| verifications that run | {MOST_RUNNING} |" in text
    assert MAX_REPORTS == MOST_KEPT
    assert f"| verifications and reports that are remembered | {MOST_KEPT} each |" in text
    assert f"| replays in front ends' kernels | {MOST_REPLAYS}, one a kernel;" in text
    assert f"| a request | {MAX_BODY // 1_000_000} MB |" in text


def test_the_changelog_names_the_version():
    """The changelog's newest part speaks of the package's version."""
    from seednb import __version__

    newest = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1]
    assert __version__ in newest


PANEL = (REPOSITORY / "docs" / "panel.md").read_text(encoding="utf-8")


def table(text: str, head: str) -> list[list[str]]:
    """Return the rows of the table that begins with this head."""
    rows = text.partition(f"| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_published_controls_are_those_of_the_panel():
    """docs/panel.md names each button of the panel, and each list and switch."""
    from seednb.kernel.panel.form import BUTTONS

    switches = {"Cells draw from", "Strict", "Compare variables"}
    names = [row[0] for row in table(PANEL, "control | what it does")]
    assert [text for text, _ in BUTTONS.values()] == [name for name in names if name not in switches]
    assert switches <= set(names)


def test_the_published_ways_to_restart_are_those_that_are_said():
    """docs/panel.md has for each front end the words that the panel uses."""
    from seednb.kernel import frontend

    rows = table(PANEL, "front end | restart and run all")
    assert [list(found) for found in (frontend.COLAB, frontend.JUPYTER, frontend.VSCODE, frontend.OTHER)] == rows


def test_the_published_keys_are_those_that_are_kept(tmp_path):
    """docs/panel.md names each key of the file that keeps what is to be replayed, and the switches that it may set."""
    from seednb.determinism import RESTORED_SWITCHES
    from seednb.kernel.intent import KEYS

    rows = table(PANEL, "key | what is taken from it")
    assert sorted(KEYS) == sorted(name for row in rows for name in re.findall(r"`(\w+)`", row[0]))
    assert RESTORED_SWITCHES == set(re.findall(r"`(\w+)`", next(row[1] for row in rows if row[0] == "`settings`")))


def test_the_verbs_are_in_the_help_of_the_magic():
    """`%seed?` names each verb of the magic, and docs/panel.md is about two of them."""
    from seednb.kernel.magic import SeedMagic

    text = SeedMagic.seed.__doc__ or ""
    assert {"panel", "replay"} <= set(re.findall(r"%seed (\S+)", text))
    assert {"panel", "replay"} <= set(re.findall(r"`%seed (\w+)`", PANEL))
