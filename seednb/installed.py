"""Which code is installed, and which is the user's own: told by where its file lies."""

from __future__ import annotations

import os

_STDLIB = os.path.join(os.path.dirname(os.__file__), "")
_PACKAGES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def in_packages(file: str) -> bool:
    """Tell whether a file belongs to an installed package."""
    return any(part in file for part in _PACKAGES)


def within_package(file: str) -> str:
    """Return an installed package's file without the folder that packages are installed in, with `/`; nothing for other files."""
    for part in _PACKAGES:
        if part in file:
            return file.rpartition(part)[2].replace(os.sep, "/")
    return ""


def is_installed(file: str) -> bool:
    """Tell whether a file belongs to the standard library or an installed package."""
    return file.startswith(_STDLIB) or in_packages(file)
