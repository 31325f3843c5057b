"""Workers in real kernels: what a cell's own processes draw, and which of them have a place at all."""

from __future__ import annotations

import sys

import pytest

from tests.kernel.conftest import PYTHON

SCRIPT = "import random; print(random.random())"
WAYS = {
    "a line that begins with !": f'!{{sys.executable}} -c "{SCRIPT}"',
    "the output of such a line": f'found = !{{sys.executable}} -c "{SCRIPT}"\nprint(found[0])',
    "subprocess": f"print(subprocess.run([sys.executable, '-c', {SCRIPT!r}], capture_output=True, text=True).stdout)",
    "%%bash": f"%%bash\n{PYTHON} -c '{SCRIPT}'",
}


@pytest.mark.skipif(PYTHON != sys.executable, reason="this interpreter finds seednb by PYTHONPATH, and so has no seednb.pth")
@pytest.mark.parametrize("way", WAYS)
def test_scripts_that_a_cell_starts_draw_the_same_in_every_runtime(start, way):
    """However a cell starts a Python, it draws its own numbers, the same in two runtimes, and others with another seed."""

    def drawn(seed):
        kernel = start()
        kernel.run("import subprocess, sys\n%load_ext seednb")
        kernel.run(f"%seed {seed}")
        return [float(kernel.run(WAYS[way], cell=f"cell-{number}").out) for number in range(2)]

    first, second, other = drawn(42), drawn(42), drawn(43)
    assert first == second
    assert len({*first, *other}) == 4


def test_cells_that_start_no_python_draw_from_nothing(start):
    """Cells whose shell lines and programs are not Python can be run again without a warning, and no variable is left behind."""
    kernel = start()
    kernel.run("import subprocess\n%load_ext seednb\n%seed 42")
    for code in ("!echo a", "found = !echo a", "%%bash\necho a", "subprocess.run(['echo', 'a']).returncode", "!env | grep -c SEEDNB_PLACE"):
        for _ in range(2):
            result = kernel.run(code, cell=code)
            assert result.err == "", code
    assert result.out == "0"
