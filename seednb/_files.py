"""Replace a file so that a kill, a full disk or Ctrl-C leaves the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from seednb.errors import NotebookError, SettingsError

# Windows has no fcntl, and there a file that its writer has open cannot be removed: that does what the lock does elsewhere.
_fcntl: Any = import_module("fcntl") if find_spec("fcntl") else None

MAX_BYTES = 2**30
_CHUNK = 2**20
_MAX_NAME = 200  # bytes of the notebook's name in its temporary's name, of the 255 that file systems allow
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_PROBE = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)


def shown(path: Path | str) -> str:
    """Return a path for a message of one line."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(path))


def read(path: Path) -> bytes:
    """Return a regular file's bytes; raise NotebookError where there is none, or too large a one."""
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _READ)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise NotebookError(f"{shown(path)} is not a regular file")
            if status.st_size > MAX_BYTES:
                raise NotebookError(f"{shown(path)} is larger than 1 GiB: clear the outputs of its largest cells")
            return file.read()
    except NotebookError:
        raise
    except FileNotFoundError:
        raise NotebookError(f"{shown(path)} does not exist") from None
    except IsADirectoryError:
        raise NotebookError(f"{shown(path)} is a folder: name a notebook in it") from None
    except (OSError, ValueError) as error:
        raise NotebookError(f"{shown(path)} cannot be read: {_reason(error)}") from None


def holds(path: Path, data: bytes) -> bool:
    """Tell whether a file has these bytes."""
    view = memoryview(data)
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size != len(data):
                return False
            return all(file.read(_CHUNK) == view[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))
    except OSError:
        return False


def check_writable(path: Path | str) -> None:
    """Raise NotebookError if a file cannot be replaced or made: now, and not after hours of running.

    A file without write permission for anyone is refused to root as well: its mode says that it shall stay as it is.
    """
    try:
        target = Path(os.path.realpath(path))
        old = _status(target)
        if old is not None and not stat.S_ISREG(old.st_mode):
            kind = "a folder" if stat.S_ISDIR(old.st_mode) else "not a regular file"
            raise NotebookError(f"{shown(path)} is {kind}: a notebook cannot be written there")
        if old is not None and not (old.st_mode & 0o222 and os.access(target, os.W_OK)):
            raise NotebookError(f"{shown(path)} is read-only: make it writable, or write to another file")
        if not target.parent.is_dir():
            raise NotebookError(f"{shown(path)} cannot be written: the folder {shown(target.parent)} does not exist")
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise NotebookError(f"{shown(path)} cannot be written: the folder {shown(target.parent)} is read-only")
    except NotebookError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise NotebookError(f"{shown(path)} cannot be written: {_reason(error)}") from None


def write_setting(path: Path, data: bytes, remedy: str) -> None:
    """Write a file of settings, and its folder where there is none. Raises SettingsError, in one line that ends with the remedy."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, data)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}; {remedy}") from None
    except NotebookError as error:
        raise SettingsError(f"{error}; {remedy}") from None


def replace(path: Path, data: bytes, *, _step: Callable[[str], None] = lambda _: None) -> None:
    """Give a file new bytes, through a synced temporary beside it. Its permissions stay; a link stays a link.

    Raises NotebookError, with the old file as it was. `_step` is told of each step: `created`, `part`, `written`,
    `synced`, `replaced`.
    """
    try:
        target = Path(os.path.realpath(path))
        old = _status(target)
        descriptor, temporary = _create(target, 0o666 if old is None else 0o600)
        try:
            try:
                _fill(descriptor, data, target, old, _step)
                if _fcntl is not None:
                    os.replace(temporary, target)
            finally:
                os.close(descriptor)
            if _fcntl is None:
                os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except (OSError, ValueError) as error:
        raise NotebookError(f"{shown(path)} cannot be written: {_reason(error)}; what was there is as it was") from error
    _step("replaced")
    _sync_folder(target.parent)


def sweep(path: Path | str) -> None:
    """Remove the temporaries that killed writers of this file have left beside it; one whose writer lives is locked, and stays."""
    with contextlib.suppress(OSError, ValueError):
        target = Path(os.path.realpath(path))
        name = re.compile(re.escape(_prefix(target.name)) + r"[0-9a-f]{16}\.tmp")
        with os.scandir(target.parent) as entries:
            found = [entry.path for entry in entries if name.fullmatch(entry.name)]
        for temporary in found:
            _discard(temporary)


def _fill(descriptor: int, data: bytes, target: Path, old: os.stat_result | None, step: Callable[[str], None]) -> None:
    if old is not None:
        _inherit(descriptor, target, old)
    step("created")
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view[:_CHUNK]) :]
        step("part")
    step("written")
    os.fsync(descriptor)
    step("synced")


def _create(target: Path, mode: int) -> tuple[int, str]:
    """Create and lock a temporary; a sweep that came between the two has removed it, and another one is made."""
    while True:
        temporary = os.path.join(target.parent, f"{_prefix(target.name)}{os.urandom(8).hex()}.tmp")
        descriptor = os.open(temporary, _CREATE, mode)
        if _lock(descriptor) is not False and _is_at(descriptor, temporary):
            return descriptor, temporary
        os.close(descriptor)


def _lock(descriptor: int) -> bool | None:
    """Return whether the lock could be taken; None where there are no locks."""
    if _fcntl is None:
        return None
    try:
        _fcntl.flock(descriptor, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_at(descriptor: int, temporary: str) -> bool:
    if _fcntl is None:
        return True
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(temporary))
    except FileNotFoundError:
        return False


def _discard(temporary: str) -> None:
    with contextlib.suppress(OSError):
        if _fcntl is None:
            os.unlink(temporary)
            return
        descriptor = os.open(temporary, _PROBE)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode) and _lock(descriptor):
                os.unlink(temporary)
        finally:
            os.close(descriptor)


def _inherit(descriptor: int, target: Path, old: os.stat_result) -> None:
    """Give a temporary the owner, the mode and the access lists of the file that it will replace, as far as this user may."""
    if not hasattr(os, "fchown"):
        return
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        for owner in (old.st_uid, -1):
            with contextlib.suppress(OSError):
                os.fchown(descriptor, owner, old.st_gid)
                break
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(target):
                with contextlib.suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(target, name))


def _prefix(name: str) -> str:
    while len(os.fsencode(name)) > _MAX_NAME:
        name = name[:-1]
    return f".{name}.seednb-"


def _status(target: Path) -> os.stat_result | None:
    try:
        return os.stat(target)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return shown(reason[:1].lower() + reason[1:])
