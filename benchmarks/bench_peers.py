"""seednb beside nbval, pytest-notebook and nbmake: false alarms, changes caught, and what a large notebook costs.

Usage: PYTHONPATH=. python benchmarks/bench_peers.py [--megabytes N] [--environment FOLDER] [--write]

The other comparers are installed into an environment of their own. All run each notebook in a kernel that gives stored outputs, so that
all see the same. --write puts the table into docs/comparison.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers import sets
from benchmarks.peers.tools import LIMIT, TOOLS, Outcome, Places

PEERS = ("nbval==0.11.0", "pytest-notebook==0.11.0", "nbmake==1.5.5", "ipykernel")
PAGE = sets.REPOSITORY / "docs" / "comparison.md"
KERNEL = "seednb-echo"
HEAD = (
    "| comparer | false alarms | nondeterminism seen | changes caught | caught where honest runs pass | large notebook: time | memory |\n"
)


def environment(folder: Path) -> Path | None:
    """Return the interpreter of an environment with the other comparers, or None where they cannot be installed."""
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    done = subprocess.run([python, "-m", "pip", "install", "-qq", *PEERS], capture_output=True, text=True)
    return python if done.returncode == 0 else None


def install_kernel(folder: Path, python: Path) -> None:
    """Write the kernelspec of the echo kernel."""
    spec = folder / "kernels" / KERNEL
    spec.mkdir(parents=True)
    argv = [str(python), str(Path(__file__).parent / "peers" / "echo_kernel.py"), "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "echo", "language": "echo"}), encoding="utf-8")


def row(name: str, found: dict[str, Outcome], cells: dict[str, list[sets.Cell]]) -> str:
    """Return a comparer's row of the table."""
    alarms, seen, caught = (found[which].cells for which in ("harmless", "nondeterministic", "changed"))
    texts = []
    for told, which in ((alarms, "harmless"), (seen, "nondeterministic"), (caught, "changed")):
        texts.append(f"> {LIMIT} s" if told is None else f"{len(told)} of {len(cells[which])}")
    passing = "" if alarms is None else {cell.kind for number, cell in enumerate(cells["harmless"]) if number not in alarms}
    places = [number for number, cell in enumerate(cells["changed"]) if cell.kind in passing]
    texts.append("" if caught is None else f"{len(caught.intersection(places))} of {len(places)}")
    big = found["large"]
    cost = [f"> {LIMIT} s", ""] if big.cells is None else [f"{big.seconds:.1f} s", f"{big.peak / 1e6:.0f} MB"]
    return f"| {name} | {' | '.join([*texts, *cost])} |\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--environment", type=Path, default=sets.REPOSITORY / ".venv-peers")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    python = environment(options.environment)
    if python is None:
        print(f"SKIPPED: bench_peers: {', '.join(PEERS)} cannot be installed here")
        return
    with tempfile.TemporaryDirectory() as name:
        table = HEAD + re.sub(r"[^|\n]+", "---", HEAD) + "".join(measured(Path(name), python, options.megabytes))
    print(table)
    if options.write:
        where = f"Measured on {date.today()}, Python {platform.python_version()}, {platform.machine()}, {', '.join(PEERS[:3])}."  # noqa: DTZ011
        text = PAGE.read_text(encoding="utf-8")
        text = re.sub(r"(?<=<!-- peers -->\n)(?:\|[^\n]*\n)*\n[^\n]*\n", lambda _: f"{table}\n{where}\n", text, count=1)
        PAGE.write_text(text, encoding="utf-8")


def measured(folder: Path, python: Path, megabytes: int) -> list[str]:
    """Return the rows of all comparers, on all sets."""
    install_kernel(folder / "jupyter", python)
    cells = {
        "harmless": sets.harmless(),
        "nondeterministic": sets.nondeterministic(folder),
        "changed": sets.changed(),
        "large": sets.large(megabytes),
    }
    notebooks = {which: sets.write(folder / which, each, KERNEL) for which, each in cells.items()}
    places = Places(python, folder / "jupyter")
    rows = []
    for name, tool in TOOLS.items():
        found = {}
        for which, nb in notebooks.items():
            found[which] = tool(nb, places)
            told = "nothing in time" if found[which].cells is None else len(found[which].cells or ())
            print(
                f"{name:16} {which:18} {told} differ, {found[which].seconds:.1f} s, {found[which].peak / 1e6:.0f} MB",
                file=sys.stderr,
                flush=True,
            )
        rows.append(row(name, found, cells))
    return rows


if __name__ == "__main__":
    main()
