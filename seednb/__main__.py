"""The door of the command line: `seednb`, `jupyter seednb`, `python -m seednb`. It says what is missing, in one line."""

from __future__ import annotations

import sys

OLDEST = (3, 10)
BAD_INPUT = 2


def main() -> None:
    """Run the command line and exit."""
    if sys.version_info < OLDEST:
        sys.exit(_refuse(f"the command line needs Python 3.10 or newer; this is Python {sys.version_info[0]}.{sys.version_info[1]}"))
    try:
        from seednb.cli import main as run

        run()
    except ModuleNotFoundError as error:
        if (error.name or "seednb").partition(".")[0] == "seednb":
            raise
        sys.exit(_refuse(f'the command line needs {error.name}, which is not installed: pip install "seednb[cli]"'))


def _refuse(message: str) -> int:
    sys.stderr.write(f"seednb: {message}\n")
    return BAD_INPUT


if __name__ == "__main__":
    main()
