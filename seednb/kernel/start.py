"""What runs when a kernel starts: the start-up file of `seednb enable` calls it before the first cell."""

from __future__ import annotations

import json
import os
from typing import Any

from seednb.kernel import load
from seednb.kernel.restart import take_told
from seednb.launch import HASH_SEED, LAUNCH, put_back

_RESTORED = frozenset({HASH_SEED})
_MAX_LAUNCH = 1000


def start(shell: Any) -> None:
    """Load the extension into a kernel's shell, so that a seed is in force before the first cell. Terminals are left alone.

    A kernel that has restarted in place takes over what the old process has told.
    """
    restore_environment()
    if getattr(shell, "kernel", None) is None:
        return
    told = take_told()
    if getattr(shell, "_seednb", None) is None:
        load(shell, at_start=True)
    extension = getattr(shell, "_seednb", None)
    if extension is not None and told is not None:
        extension.go_on(told)


def restore_environment() -> None:
    """Put back what the launcher has set for this process only, so that the processes that it starts are not affected."""
    text = os.environ.pop(LAUNCH, "")
    try:
        told = json.loads(text[:_MAX_LAUNCH]) if text else {}
        restore = told.get("restore", {}) if isinstance(told, dict) else {}
        items = list(restore.items()) if isinstance(restore, dict) else []
    except (ValueError, RecursionError):  # not from our launcher
        return
    put_back({name: value for name, value in items if name in _RESTORED and _is_value(value)})


def _is_value(value: Any) -> bool:
    return value is None or (isinstance(value, str) and "\0" not in value)
