"""The JupyterLab extension agrees with the package that it comes with, and with what its documentation says."""

from __future__ import annotations

import json
import re
from typing import Any

import seednb
from seednb.wire import EVENT_TYPE, RECORD_VERSION, WIRE_VERSION
from tests.conftest import REPOSITORY

SOURCE = REPOSITORY / "labextension"
DOCUMENTATION = (REPOSITORY / "docs" / "jupyterlab.md").read_text(encoding="utf-8")


def read(name: str) -> Any:
    """Return a JSON file of the extension."""
    return json.loads((SOURCE / name).read_text(encoding="utf-8"))


def constant(name: str) -> str:
    """Return a constant of `wire.ts`."""
    found = re.search(rf"^export const {name} = (.+);$", (SOURCE / "src" / "wire.ts").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, name
    return found[1].strip("'")


def test_both_have_one_version():
    """The npm package, its lock and the Python package name the same version."""
    lock = read("package-lock.json")
    assert [seednb.__version__] * 3 == [read("package.json")["version"], lock["version"], lock["packages"][""]["version"]]


def test_both_speak_one_version_of_the_messages():
    """Kernel and extension name the same versions and the same message type."""
    theirs = [constant(name) for name in ("WIRE_VERSION", "RECORD_VERSION", "EVENT_TYPE")]
    assert [str(WIRE_VERSION), str(RECORD_VERSION), EVENT_TYPE] == theirs


def test_the_lock_names_no_host():
    """Packages come from whatever registry npm is configured for."""
    packages = read("package-lock.json")["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]


def test_jupyter_finds_the_built_extension():
    """`_jupyter_labextension_paths` names the folder and the name that the build and the wheel use."""
    package = read("package.json")
    assert [{"src": "labextension", "dest": package["name"]}] == seednb._jupyter_labextension_paths()
    assert "../seednb/labextension" == package["jupyterlab"]["outputDir"]


def test_every_command_in_menus_and_shortcuts_exists_and_is_documented():
    """Menus and shortcuts name commands that the extension adds, and docs/jupyterlab.md lists all of them with their shortcuts."""
    schema = read("schema/plugin.json")
    commands = set(re.findall(r"'(seednb:[a-z-]+)'", (SOURCE / "src" / "commands.ts").read_text(encoding="utf-8")))
    items = [item["command"] for item in schema["jupyter.lab.menus"]["main"][0]["items"] if "command" in item]
    keys = {item["command"]: item["keys"][0] for item in schema["jupyter.lab.shortcuts"]}
    assert {*items, *keys} <= commands
    rows = dict(re.findall(r"^\| `(seednb:[a-z-]+)` \|.*\| *`?([^|`]*?)`? *\|$", DOCUMENTATION, re.MULTILINE))
    assert commands == set(rows)
    shown = {command: key.replace("Accel", "Ctrl").replace(" ", "+") for command, key in keys.items()}
    assert shown == {command: key for command, key in rows.items() if key}


def test_every_setting_is_documented():
    """docs/jupyterlab.md lists the settings of the schema."""
    settings = DOCUMENTATION.partition("\n## Settings\n")[2].partition("\n## ")[0]
    names = set(re.findall(r"^\| `([a-zA-Z]+)` \|", settings, re.MULTILINE))
    assert set(read("schema/plugin.json")["properties"]) == names
