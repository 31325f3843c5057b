"""The files of `seednb enable`: where they go, and whose they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seednb import startup
from seednb.errors import SettingsError


@pytest.fixture
def where(tmp_path):
    """Return the place of an environment in the test's folder."""
    return startup.place(startup.ENVIRONMENT, prefix=tmp_path)


def test_enable_and_disable(where, tmp_path):
    """Disable removes exactly what enable wrote, and both may be said twice."""
    assert [where.startup, where.server] == startup.enable(where)
    assert startup.enable(where) == []
    assert startup.is_current(where)
    assert json.loads(where.server.read_text()) == {"ServerApp": {"jpserver_extensions": {"seednb.server": True}}}
    assert [where.startup, where.server] == startup.disable(where)
    assert startup.disable(where) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_places(tmp_path):
    """The user's place follows HOME, IPYTHONDIR and JUPYTER_CONFIG_DIR; the system's is where IPython and Jupyter read."""
    home = startup.place(startup.USER, environ={"HOME": "/h"})
    assert Path("/h/.ipython/profile_default/startup/10-seednb.py") == home.startup
    assert Path("/h/.jupyter/jupyter_server_config.d/seednb.json") == home.server
    moved = startup.place(startup.USER, environ={"HOME": "/h", "IPYTHONDIR": "/i", "JUPYTER_CONFIG_DIR": "/j"})
    assert Path("/i/profile_default/startup/10-seednb.py") == moved.startup
    assert Path("/j/jupyter_server_config.d/seednb.json") == moved.server
    assert Path("/usr/local/etc/ipython/startup/10-seednb.py") == startup.place(startup.SYSTEM).startup


@pytest.mark.parametrize("which", ["startup", "server"])
def test_others_files_stay(where, which):
    """A file that seednb did not write is neither overwritten nor removed, and nothing else is written beside it."""
    path = getattr(where, which)
    path.parent.mkdir(parents=True)
    path.write_text("somebody else's")
    with pytest.raises(SettingsError, match="was not written by seednb: move it away"):
        startup.enable(where)
    assert startup.disable(where) == []
    assert path.read_text() == "somebody else's"
    assert not getattr(where, "server" if which == "startup" else "startup").exists()


def test_old_version(where):
    """A start-up file of another version counts as ours, and enable brings it up to date."""
    where.startup.parent.mkdir(parents=True)
    where.startup.write_text(startup.MARK + "\nprint('old')\n")
    assert startup.is_ours(where.startup)
    assert not startup.is_current(where)
    startup.enable(where)
    assert startup.is_current(where)


def test_cannot_write(tmp_path):
    """Where a folder cannot be made, one line says the exact way out."""
    (tmp_path / "etc").write_text("a file in the way")
    where = startup.place(startup.ENVIRONMENT, prefix=tmp_path)
    with pytest.raises(SettingsError, match=r"cannot be written: .*; try: sudo seednb enable, or: seednb enable --user$"):
        startup.enable(where)
