"""How a fresh runtime is reached: by sockets in a folder, or by TCP where the kernel cannot see that folder."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest

from seednb.replay.client import shares_files
from tests.conftest import texts

TRANSPORT = "import json\nfrom ipykernel import get_connection_file\nprint(json.load(open(get_connection_file()))['transport'])"


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, True),
        ({"seednb": {}}, True),
        ({"seednb": {"transport": "ipc"}}, True),
        ({"seednb": {"transport": "tcp"}}, False),
        ({"seednb": "tcp"}, True),
        ({"kernel_provisioner": {"provisioner_name": "local-provisioner"}}, True),
        ({"kernel_provisioner": {"provisioner_name": "seednb-provisioner"}}, True),
        ({"kernel_provisioner": {"provisioner_name": "kubernetes-provisioner"}}, False),
        ({"kernel_provisioner": "kubernetes-provisioner"}, True),
    ],
)
def test_the_kernelspec_decides(metadata, expected):
    """A kernelspec that asks for TCP gets it, and so does one that another provisioner starts; nonsense changes nothing."""
    assert shares_files(SimpleNamespace(metadata=metadata)) is expected


@pytest.mark.parametrize(("metadata", "expected"), [({}, "ipc"), ({"seednb": {"transport": "tcp"}}, "tcp")])
@pytest.mark.skipif(sys.platform == "win32", reason="there are no sockets in folders on Windows")
def test_kernels_are_reached_as_their_spec_asks(seednb, make_notebook, tmp_path, metadata, expected):
    """A kernel runs over sockets in a folder, and over TCP where its kernelspec says so."""
    folder = tmp_path / "share" / "kernels" / "own"
    folder.mkdir(parents=True)
    spec = {"display_name": "own", "language": "python", "name": "own"}
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "metadata": metadata, **spec}))
    path = make_notebook(TRANSPORT, metadata={"kernelspec": spec})
    result = seednb("run", path, JUPYTER_PATH=str(tmp_path / "share"))
    assert result.returncode == 0, result.stderr
    assert texts(path) == [f"{expected}\n"]
