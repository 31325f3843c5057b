"""Which kernels the provisioner plans for, and that it never breaks a launch."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from seednb import provisioner, startup


@pytest.fixture
def python(tmp_path):
    """Return the path of an interpreter whose environment has seednb enabled."""
    startup.enable(startup.place(startup.ENVIRONMENT, prefix=tmp_path / "prefix"))
    return str(tmp_path / "prefix" / "bin" / "python")


@pytest.fixture
def environ(tmp_path):
    """Return the environment of a user who has enabled nothing."""
    return {"HOME": str(tmp_path), "PATH": ""}


def spec(python, **extra):
    """Return a kernel specification."""
    return KernelSpec(**{"argv": [python, "-m", "ipykernel_launcher"], "language": "python", "display_name": "x", **extra})


def test_wants_a_plan(python, environ, tmp_path):
    """Python kernels whose own environment loads seednb get a plan; other languages and other environments do not."""
    assert provisioner.wants_plan(spec(python), environ, tmp_path)
    assert not provisioner.wants_plan(spec(python, language="R"), environ, tmp_path)
    assert not provisioner.wants_plan(spec(str(tmp_path / "other" / "bin" / "python")), environ, tmp_path)
    assert not provisioner.wants_plan(spec(python, argv=[]), environ, tmp_path)


def test_enabled_for_the_user(environ, tmp_path):
    """Enabled for a user, every interpreter of that user counts."""
    startup.enable(startup.place(startup.USER, environ=environ))
    assert provisioner.wants_plan(spec("/somewhere/bin/python"), environ, tmp_path)


@pytest.mark.parametrize("where", ["server", "kernelspec", "pyproject"])
def test_opted_out(python, environ, tmp_path, where):
    """SEEDNB=off in the server or the kernel specification, and `enabled = false` at the working directory, win."""
    if where == "pyproject":
        (tmp_path / "pyproject.toml").write_text("[tool.seednb]\nenabled = false\n")
    off = {"SEEDNB": "off"}
    given = {**environ, **off} if where == "server" else environ
    assert not provisioner.wants_plan(spec(python, env=off if where == "kernelspec" else {}), given, tmp_path)


def test_plan(environ):
    """The plan sets the hash seed to 0 and tells the kernel to take it away again; a hash seed of the user's stays."""
    planned = provisioner.planned(environ)
    assert planned["PYTHONHASHSEED"] == "0"
    assert {"restore": {"PYTHONHASHSEED": None}} == json.loads(planned["SEEDNB_LAUNCH"])
    own = provisioner.planned({**environ, "PYTHONHASHSEED": "7"})
    assert own["PYTHONHASHSEED"] == "7"
    assert {"restore": {"PYTHONHASHSEED": "7"}} == json.loads(own["SEEDNB_LAUNCH"])


def test_prefix(environ, tmp_path):
    """An interpreter's prefix is where it stands, links unresolved; plain `python` is this process's, as jupyter_client has it."""
    (tmp_path / "v" / "bin").mkdir(parents=True)
    (tmp_path / "v" / "bin" / "python").symlink_to(sys.executable)
    assert provisioner.prefix_of(str(tmp_path / "v" / "bin" / "python"), environ) == tmp_path / "v"
    assert str(provisioner.prefix_of("python3", environ)) == sys.prefix


def test_broken_settings(python, environ, tmp_path, monkeypatch):
    """What goes wrong while planning leaves the launch as the local provisioner would make it."""
    (tmp_path / "pyproject.toml").write_text("[tool.seednb\n")
    seen = []

    async def local(_self, **kwargs):
        seen.append(kwargs)
        return kwargs

    monkeypatch.setattr(LocalProvisioner, "pre_launch", local)
    ours = provisioner.SeednbProvisioner(kernel_id="x", kernel_spec=spec(python))
    asyncio.run(ours.pre_launch(env=dict(environ), cwd=str(tmp_path)))
    assert environ == seen[-1]["env"]
    (tmp_path / "pyproject.toml").unlink()
    asyncio.run(ours.pre_launch(env=dict(environ), cwd=str(tmp_path)))
    assert seen[-1]["env"]["PYTHONHASHSEED"] == "0"


def test_announced_starts():
    """What is announced of a kernel's start is there once, for a minute, and the latest counts."""
    now = [0.0]
    announced = provisioner.Announcements(clock=lambda: now[0])
    first, second = announced.announce("a", dict), announced.announce("a", dict)
    announced.withdraw("a", first)
    assert second is announced.take("a")
    assert None is announced.take("a")
    third = announced.announce("a", dict)
    announced.withdraw("a", third)
    assert None is announced.take("a")
    announced.announce("a", dict)
    now[0] = provisioner.PATIENCE
    assert None is announced.take("a")


def test_an_announced_start(environ, tmp_path):
    """A kernel that loads seednb nowhere starts once with the announced environment; a planner that fails keeps none from starting."""
    local = provisioner.SeednbProvisioner(kernel_id="k", kernel_spec=spec("/other/bin/python"))
    used = provisioner.ANNOUNCED.announce("k", lambda given: {**given, "PLANNED": "yes"})
    assert not used.used
    launched = [asyncio.run(local.pre_launch(env=dict(environ), cwd=str(tmp_path), extra_arguments=[])) for _ in range(2)]
    assert (["yes", None], True) == ([one["env"].get("PLANNED") for one in launched], used.used)
    broken = provisioner.ANNOUNCED.announce("k", lambda given: {"x": given["not there"]})
    assert "PLANNED" not in asyncio.run(local.pre_launch(env=dict(environ), cwd=str(tmp_path), extra_arguments=[]))["env"]
    assert not broken.used
