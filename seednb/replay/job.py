"""`python -m seednb.replay.job`: a verification in a process of its own, which tells how it goes in lines of JSON."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import IO, Any

from seednb.errors import SeednbError
from seednb.notebook import Notebook
from seednb.replay.run import refuse_when_off
from seednb.replay.verify import Verification, VerifyOptions, verify_read
from seednb.settings import check_seed

OK, BAD_INPUT, STOPPED = 0, 2, 130


class Teller:
    """Writes one event a line; it is the progress of a verification with so many runs."""

    def __init__(self, out: IO[str], runs: int) -> None:
        self._out = out
        self._runs = runs
        self._run = 0

    def tell(self, event: str, **more: Any) -> None:
        """Write an event."""
        print(json.dumps({"event": event, **more}), file=self._out, flush=True)

    def launched(self) -> None:
        """A kernel's process has been started."""

    def started(self, cells: int) -> None:
        """A run is about to start."""
        self._run += 1
        self.tell("started", run=self._run, runs=self._runs, cells=cells)

    def cell(self, position: int, index: int) -> None:
        """A cell begins."""
        self.tell("cell", run=self._run, position=position, index=index)

    def stream(self, name: str, text: str) -> None:
        """A cell has written to a stream."""

    def ended(self) -> None:
        """A run has ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a notebook, tell how it goes on standard output, and return the exit code."""
    given = _parser().parse_args(arguments)
    out = sys.stdout
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if given.tied:
        threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        with redirect_stdout(sys.stderr):
            return _verify(given, out)
    except SeednbError as error:
        Teller(out, 0).tell("error", text=str(error))
        return BAD_INPUT
    except KeyboardInterrupt:
        return STOPPED


def _end_with_input() -> None:
    os.read(sys.stdin.fileno(), 1)
    signal.raise_signal(signal.SIGTERM)


def _verify(given: argparse.Namespace, out: IO[str]) -> int:
    asked = VerifyOptions(
        seed=None if given.seed is None else check_seed(given.seed, where="--seed"), folder=given.folder, kernel=given.kernel
    )
    refuse_when_off(asked.folder or given.notebook.parent)
    notebook = Notebook.read(given.notebook)
    teller = Teller(out, 2 if notebook.record() is None else 1)
    result = verify_read(notebook, asked, teller)
    if result.interrupted:
        return STOPPED
    _tell_result(teller, result, given.html)
    return OK


def _tell_result(teller: Teller, result: Verification, html: Path | None) -> None:
    from seednb._files import replace
    from seednb.report import document, page

    if html is not None:
        replace(html, page([result.facts]).encode("utf-8"))
    teller.tell("done", result=document(result.facts), report=None if html is None else str(html), notices=list(result.notices))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m seednb.replay.job", description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--folder", type=Path, help="where the kernel works; the notebook's folder if it is not given")
    parser.add_argument("--seed", help="in place of the recorded one")
    parser.add_argument("--kernel", help="in place of the one that the notebook names")
    parser.add_argument(
        "--tied", action="store_true", help="end when standard input is closed, as it is when the process at its other end dies"
    )
    parser.add_argument("--html", type=Path, help="write the report to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
