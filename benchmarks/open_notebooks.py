"""Run public notebooks twice with one seed, and twice without seednb; change an output, and see whether compare finds it.

Usage: python benchmarks/open_notebooks.py INDEX.json OUT_FOLDER [--only 3,7]

INDEX.json is a list of {"nn": "03", "file": "/path/to/notebook.ipynb"}; the notebooks are other people's work and are not
in this repository. The interpreter that runs this script must have seednb[cli] and what the notebooks import.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SEED = "42"
NUMBER = re.compile(r"(?<![\w.-])[0-9]+(?![\w-])")
"""A number that is no part of an address or an id, which mean nothing."""
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
PLAIN = """
import sys, nbformat, os
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(nb, kernel_name="python3", timeout=900, resources={"metadata": {"path": os.path.dirname(sys.argv[1])}}).execute()
nbformat.write(nb, sys.argv[2])
"""


def seednb(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run([sys.executable, "-m", "seednb", *arguments], capture_output=True, text=True, env=ENVIRONMENT)


def compare(first: Path, second: Path) -> dict[str, Any]:
    """Return the command line's comparison of two notebooks."""
    answer: dict[str, Any] = json.loads(seednb("compare", str(first), str(second), "--json").stdout)
    return answer


def rules_of(comparison: dict[str, Any]) -> dict[str, int]:
    """Return how often each rule fired in a comparison."""
    total: dict[str, int] = {}
    for cell in comparison["cells"]:
        for name, count in cell["rules"].items():
            total[name] = total.get(name, 0) + count
    return total


def mutate(notebook: dict[str, Any], rng: random.Random) -> tuple[int, str] | None:
    """Change one digit, one pixel or one line of one output; return the cell's index and what was changed."""
    places = []
    for index, cell in enumerate(notebook["cells"]):
        for output in cell.get("outputs", []) if cell["cell_type"] == "code" else []:
            data = output.get("data", {})
            if "image/png" in data:
                places.append((index, output, "pixel"))
            elif "text" in output or "text/plain" in data:
                text = "".join(output.get("text", data.get("text/plain", "")))
                places.append((index, output, "digit" if NUMBER.search(text) else "line"))
    rng.shuffle(places)
    for index, output, kind in places:
        if kind == "pixel":
            _change_pixel(output["data"], rng)
        else:
            holder, key = (output, "text") if "text" in output else (output["data"], "text/plain")
            text = "".join(holder[key])
            changed = (
                _change_digit(text, rng) if kind == "digit" else "\n".join(text.split("\n")[1:]) if "\n" in text.strip() else text + "x"
            )
            if changed == text:
                continue
            holder[key] = changed
        return index, kind
    return None


def _change_digit(text: str, rng: random.Random) -> str:
    place = rng.choice([match.start() for match in NUMBER.finditer(text)])
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


def _change_pixel(data: dict[str, Any], rng: random.Random) -> None:
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode("".join(data["image/png"])))).convert("RGBA")
    place = rng.randrange(image.width), rng.randrange(image.height)
    red, *rest = image.getpixel(place)
    image.putpixel(place, ((red + 1) % 256, *rest))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    data["image/png"] = base64.b64encode(buffer.getvalue()).decode()


def measure(entry: dict[str, Any], out: Path) -> dict[str, Any]:
    """Run one notebook twice with seednb and twice without, and compare."""
    source = Path(entry["file"])
    runs = [out / f"{entry['nn']}-{name}.ipynb" for name in ("a", "b", "plain-a", "plain-b")]
    row: dict[str, Any] = {"nn": entry["nn"], "notebook": source.name}
    begun = time.monotonic()
    for target in runs[:2]:
        result = seednb("run", str(source), "-o", str(target), "--seed", SEED, "--timeout", "900", "-q")
        if result.returncode:
            return {**row, "error": (result.stderr or result.stdout).strip()[-300:]}
    row["seconds"] = round(time.monotonic() - begun, 1)
    comparison = compare(runs[0], runs[1])
    row.update(verdict=comparison["verdict"], rules=rules_of(comparison))
    row["differs"] = [
        (cell["index"], cell["cause"], cell["detail"][:160])
        for cell in comparison["cells"]
        if cell["verdict"] not in ("identical", "equivalent")
    ]
    notebook = json.loads(runs[1].read_text())
    changed = mutate(notebook, random.Random(int(entry["nn"])))
    if changed is not None:
        mutant = out / f"{entry['nn']}-mutant.ipynb"
        mutant.write_text(json.dumps(notebook))
        verdicts = {cell["index"]: cell["verdict"] for cell in compare(runs[0], mutant)["cells"]}
        row["mutation"] = [*changed, verdicts[changed[0]]]
    for target in runs[2:]:
        subprocess.run([sys.executable, "-c", PLAIN, str(source), str(target)], capture_output=True, env=ENVIRONMENT, check=True)
    row["plain"] = compare(runs[2], runs[3])["verdict"]
    return row


def main() -> None:
    """Measure, print a line a notebook, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path, nargs="?")
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    if options.index is None or options.out is None:
        print("SKIPPED: open_notebooks.py needs the notebooks, which are not in this repository: INDEX.json OUT_FOLDER")
        return
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = {name for name in options.only.split(",") if name}
    rows = []
    for entry in json.loads(options.index.read_text()):
        if not wanted or entry["nn"] in wanted:
            rows.append(measure(entry, options.out))
            print(json.dumps(rows[-1]), flush=True)
    (options.out / "rows.json").write_text(json.dumps(rows, indent=1))
    print(f"{len(rows)} notebooks")
    print("identical with seednb:", sum(row.get("verdict") == "identical" for row in rows))
    print("… with no rule but order:", sum(row.get("verdict") == "identical" and not set(row["rules"]) - {"order"} for row in rows))
    print(
        "changed outputs seen:",
        sum(row.get("mutation", [0, 0, ""])[2] == "diverged" for row in rows),
        "of",
        sum("mutation" in row for row in rows),
    )
    print("differ without seednb:", sum(row.get("plain") not in ("identical", "equivalent", None) for row in rows))


if __name__ == "__main__":
    main()
