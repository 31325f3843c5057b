from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from seednb._files import check_writable, holds, replace, sweep
from seednb.errors import NotebookError

OLD, NEW = b"old" * 200_000, b"new" * 700_000
STEPS = ["created", "part", "written", "synced"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file in a folder of its own."""
    path = tmp_path / "folder" / "nb.ipynb"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 1 MiB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a real full disk was NOT tried: mount is not permitted here ({done.stderr.strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def alone(path: Path, data: bytes) -> bool:
    """Tell whether a file has these bytes and its folder holds nothing else."""
    return path.read_bytes() == data and os.listdir(path.parent) == [path.name]


def test_a_file_is_replaced(path: Path) -> None:
    """The file has the new bytes, and nothing is left beside it."""
    replace(path, NEW)
    assert alone(path, NEW)


def test_a_file_is_made(path: Path) -> None:
    """A file that was not there is made, with the permissions that any new file gets."""
    plain = path.parent / "plain"
    plain.touch()
    path.unlink()
    replace(path, NEW)
    assert path.read_bytes() == NEW
    assert path.stat().st_mode == plain.stat().st_mode


def test_steps_come_in_order(path: Path) -> None:
    """The temporary is filled and synced before it takes the file's place."""
    seen: list[str] = []
    replace(path, NEW, _step=seen.append)
    assert seen == ["created", "part", "part", "part", "written", "synced", "replaced"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o420])
def test_permissions_stay(path: Path, mode: int) -> None:
    """A replaced file keeps its mode."""
    path.chmod(mode)
    replace(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(path: Path) -> None:
    """A replaced file keeps its owner and group where this user may give it to them, and its set-id bits."""
    os.chown(path, 1234, 4321)
    path.chmod(0o6750)
    replace(path, NEW)
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 4321, 0o6750)


def test_extended_attributes_stay(path: Path) -> None:
    """A replaced file keeps its extended attributes, and so its access lists."""
    try:
        os.setxattr(path, "user.seednb", b"x")
    except OSError as error:
        pytest.skip(f"this file system has no extended attributes: {error}")
    replace(path, NEW)
    assert os.getxattr(path, "user.seednb") == b"x"


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    """Through a link its target is replaced, in the target's folder."""
    link = tmp_path / "link.ipynb"
    link.symlink_to(path)
    replace(link, NEW)
    assert link.is_symlink()
    assert alone(path, NEW)
    assert sorted(os.listdir(tmp_path)) == ["folder", "link.ipynb"]


def test_a_long_name_is_no_obstacle(path: Path) -> None:
    """A name as long as file systems allow leaves room for the temporary's."""
    long = path.with_name("ü" * 127)
    replace(long, NEW)
    sweep(long)
    assert long.read_bytes() == NEW


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EIO, "Input/output error")], ids=["ENOSPC", "EIO"]
)
def test_an_error_leaves_the_old_file(path: Path, step: str, error: OSError) -> None:
    """Whatever step fails: one line that names the file, the old bytes, and no temporary."""

    def fail(name: str) -> None:
        if name == step:
            raise error

    with pytest.raises(NotebookError, match=f"{path} cannot be written: .*; what was there is as it was") as caught:
        replace(path, NEW, _step=fail)
    assert str(caught.value).isprintable()
    assert alone(path, OLD)


@pytest.mark.parametrize("step", STEPS)
def test_ctrl_c_leaves_the_old_file(path: Path, step: str) -> None:
    """Ctrl-C before the file is replaced leaves the old bytes and no temporary."""

    def interrupt(name: str) -> None:
        if name == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(path, NEW, _step=interrupt)
    assert alone(path, OLD)


def test_a_full_disk_leaves_the_old_file(small_disk: Path) -> None:
    """On a real disk without room the old bytes stay, the temporary goes, and the error says why."""
    path = small_disk / "nb.ipynb"
    path.write_bytes(OLD)
    with pytest.raises(NotebookError, match="no space left on device"):
        replace(path, NEW)
    assert alone(path, OLD)


def test_a_sweep_leaves_a_living_writer_alone(path: Path) -> None:
    """A sweep at any step of a writer that lives takes nothing from it."""
    replace(path, NEW, _step=lambda _: sweep(path))
    assert alone(path, NEW)


def test_a_sweep_takes_only_temporaries_of_this_file(path: Path) -> None:
    """A sweep removes what a killed writer of this file has left, and nothing that is called otherwise or is no file."""
    others = [".nb.ipynb.seednb-0123456789abcdef.tmpx", ".nb.ipynb.seednb-0123.tmp", ".other.ipynb.seednb-0123456789abcdef.tmp", "x.tmp"]
    for name in [*others, ".nb.ipynb.seednb-0123456789abcdef.tmp"]:
        (path.parent / name).write_bytes(b"")
    folder, pipe, link = (path.parent / f".nb.ipynb.seednb-000000000000000{number}.tmp" for number in range(3))
    folder.mkdir()
    os.mkfifo(pipe)
    link.symlink_to(path)
    sweep(path)
    assert sorted(os.listdir(path.parent)) == sorted([*others, path.name, folder.name, pipe.name, link.name])


def test_a_sweep_of_nowhere_is_quiet(tmp_path: Path) -> None:
    """A sweep beside a file whose folder does not exist does nothing."""
    sweep(tmp_path / "none" / "nb.ipynb")


def test_bytes_are_compared(path: Path) -> None:
    """`holds` tells equal bytes from others, and a missing file from both."""
    assert holds(path, OLD)
    assert not holds(path, OLD[:-1] + b"x")
    assert not holds(path, NEW)
    assert not holds(path.parent, NEW)
    assert not holds(path.with_name("none"), b"")


# -- refused in time ---------------------------------------------------------------------------------


def test_what_can_be_written_is_not_refused(path: Path) -> None:
    """A writable file, and a new one in a writable folder, are fine."""
    check_writable(path)
    check_writable(path.with_name("new.ipynb"))


@pytest.mark.parametrize("mode", [0o444, 0o400, 0o555])
def test_a_read_only_file_is_refused(path: Path, mode: int) -> None:
    """A file that nobody may write is refused by its mode, to root too."""
    path.chmod(mode)
    with pytest.raises(NotebookError, match="is read-only"):
        check_writable(path)


def test_what_is_no_place_for_a_notebook_is_refused(path: Path) -> None:
    """A missing folder, a folder, a file in the place of a folder, a pipe and a path that cannot be are refused."""
    os.mkfifo(path.with_name("pipe"))
    path.with_name("dangling").symlink_to("none/nb.ipynb")
    for name, said in {
        "none/nb.ipynb": "the folder .* does not exist",
        "dangling": "the folder .* does not exist",
        ".": "is a folder",
        "nb.ipynb/x": "the folder .* does not exist",
        "pipe": "is not a regular file",
        "x" * 300: "file name too long",
        "a\0b": "embedded null",
    }.items():
        with pytest.raises(NotebookError, match=said) as caught:
            check_writable(path.parent / name)
        assert str(caught.value).isprintable()


def test_a_read_only_folder_is_refused() -> None:
    """A folder in which this user can make no file, and a file that is another user's, are refused."""
    script = """
import os, sys
from pathlib import Path
from seednb._files import check_writable
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for name in ("folder/new.ipynb", "theirs.ipynb"):
    try:
        check_writable(Path(sys.argv[1], name))
    except ValueError as error:
        print(error)
"""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "folder").mkdir(mode=0o555)
        Path(name, "theirs.ipynb").touch(mode=0o644 if os.geteuid() == 0 else 0o444)
        os.chmod(name, 0o755)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", script, name], capture_output=True, text=True, env=environment, check=True)
    folder, theirs = done.stdout.splitlines()
    assert folder.endswith("folder is read-only")
    assert "theirs.ipynb is read-only" in theirs
