"""What the extension costs in a kernel: loading, seeding, each cell, memory over many cells, and seeding by hand; ratios within one run.

Usage: python benchmarks/bench_kernel.py [--rounds N] [--python PYTHON]

PYTHON is the kernel's interpreter. Modules that it lacks are left out. Give it an idle machine.
"""

from __future__ import annotations

import argparse
import ast
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

REPOSITORY = Path(__file__).resolve().parent.parent
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what users install is compiled once, not at each start
HOOKS = """
import gc, time, types
def cycle(number, code="1"):
    hooks = get_ipython()._seednb.cells
    for turn in range(number):
        source = f"{code}#{turn}" if code else ""
        info = types.SimpleNamespace(raw_cell=source, store_history=True, cell_meta={"cellId": f"bench {turn % 50}"})
        if code.strip():
            hooks.pre_run_cell(info)
        hooks.post_run_cell(types.SimpleNamespace(info=info))
def times(number=2000, code="1"):
    hooks, taken = get_ipython()._seednb.cells, []
    for turn in range(number):
        source = f"{code}#{turn % 100}"
        info = types.SimpleNamespace(raw_cell=source, store_history=True, cell_meta={"cellId": f"times {code} {turn % 100}"})
        result = types.SimpleNamespace(info=info)
        begun = time.thread_time()  # the processor's time, which other processes do not disturb
        hooks.pre_run_cell(info)
        hooks.post_run_cell(result)
        taken.append((time.thread_time() - begun) * 1e6)
    taken.sort()
    return taken[number // 2], taken[number * 99 // 100]
def ages(thousands=10):
    medians = []
    for thousand in range(thousands):
        taken = []
        for turn in range(1000):
            key = {"cellId": f"age {thousand} {turn}"}
            info = types.SimpleNamespace(raw_cell=f"{thousand} + {turn}", store_history=True, cell_meta=key)
            begun = time.thread_time()
            get_ipython()._seednb.cells.pre_run_cell(info)
            get_ipython()._seednb.cells.post_run_cell(types.SimpleNamespace(info=info))
            taken.append((time.thread_time() - begun) * 1e6)
        medians.append(sorted(taken)[500])
    return medians
def memory(number=5000):
    import tracemalloc
    ages(1)
    gc.collect(); tracemalloc.start(); before = tracemalloc.get_traced_memory()[0]
    for turn in range(number):
        info = types.SimpleNamespace(raw_cell=f"{turn} - 1", store_history=True, cell_meta={"cellId": f"memory {turn}"})
        get_ipython()._seednb.cells.pre_run_cell(info)
        get_ipython()._seednb.cells.post_run_cell(types.SimpleNamespace(info=info))
    del info; gc.collect(); after = tracemalloc.get_traced_memory()[0]; tracemalloc.stop()
    return (after - before) / number
def growth():
    import resource
    cycle(1000, ""); cycle(1000)
    gc.collect()
    objects, peak = len(gc.get_objects()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cycle(10_000, "")
    cycle(10_000)
    gc.collect()
    return len(gc.get_objects()) - objects, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
"""
BY_HAND = """
import random, time, timeit
import numpy as np
import seednb
state = np.random.RandomState(1).get_state()
calls = {
    "random.seed": lambda: random.seed(1), "np.random.seed": lambda: np.random.seed(1),
    "np.random.set_state": lambda: np.random.set_state(state), "np.random.get_state": lambda: np.random.get_state(),
}
def best(call):
    return min(timeit.repeat(call, number=100, repeat=10, timer=time.process_time)) * 1e4
under, plain = {name: [] for name in calls}, {name: [] for name in calls}
for _ in range(8):
    seednb.seed(42)
    for name, call in calls.items():
        under[name].append(best(call))
    seednb.off()
    for name, call in calls.items():
        plain[name].append(best(call))
print({name: (min(under[name]), min(plain[name])) for name in calls})
"""
QUIET = "get_ipython()._seednb.output.carries_record = False"
READING = "model = data + [x for x in data]\\nprint(model, helper(data))"
HELLO = """get_ipython()._seednb.hello('{"version": 2, "client": "bench", "badges": true}')"""
LIBRARIES = [
    ("Python alone", "import random"),
    ("+ NumPy", "import numpy as np; np.random.rand()"),
    ("+ PyTorch", "import torch; torch.rand(1)"),
    ("+ TensorFlow, Keras", "import tensorflow as tf, keras; tf.random.normal([1])"),
    ("+ tf.random global generator", "tf.random.get_global_generator().normal([1])"),
    ("+ keras.random global generator", "keras.random.normal((1,))"),
    ("+ a sealed generator", "np.random.default_rng()"),
    ("+ Numba, Dask, Faker", "import numba, dask.array, faker; dask.array.random.random(1); faker.Faker().name()"),
]


class Kernel:
    """A kernel process."""

    def __init__(self, python: str) -> None:
        self.manager = KernelManager()
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name="bench", language="python")
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.manager.start_kernel(env=environment, stderr=subprocess.DEVNULL)
        self.client: Any = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code: str, question: str = "None") -> tuple[Any, float, bool]:
        """Run a cell; return the answer to a question, the round trip in milliseconds, and whether the cell succeeded."""
        begun = time.perf_counter()
        options = {"user_expressions": {"answer": question}, "output_hook": lambda _message: None, "timeout": 300, "stop_on_error": False}
        content = self.client.execute_interactive(code, **options)["content"]
        taken = (time.perf_counter() - begun) * 1e3
        answer = content.get("user_expressions", {}).get("answer", {})
        value = ast.literal_eval(answer["data"]["text/plain"]) if answer.get("status") == "ok" else None
        return value, taken, content["status"] == "ok"

    def stop(self) -> None:
        """End the process."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def load_cost(python: str, rounds: int) -> None:
    """Print what `%load_ext seednb` and `%seed 42` take in fresh kernels, beside an empty cell there."""
    empty, loading = [], []
    for _ in range(rounds + 1):
        kernel = Kernel(python)
        for _ in range(5):
            taken = kernel.run("pass")[1]
        empty.append(taken)
        loading.append(kernel.run("%load_ext seednb\n%seed 42")[1])
        kernel.stop()
    cell, load = statistics.median(empty[1:]), statistics.median(loading[1:])
    print(f"%load_ext seednb, %seed 42: {load:.1f} ms; an empty cell: {cell:.1f} ms; difference {load - cell:.1f} ms (limit 30)")


def cell_cost(python: str) -> None:
    """Print what a cell's two hooks take, as more is loaded; with and without the record's output; and the memory they keep."""
    kernel = Kernel(python)
    kernel.run("%load_ext seednb\n%seed 42")
    kernel.run(HOOKS)
    kernel.run("data = list(range(20))\nx = 1\ndef helper(values):\n    return sum(values) + x")
    for name, code in LIBRARIES:
        if not kernel.run(code)[2]:
            continue
        trip = statistics.median(kernel.run("pass")[1] for _ in range(30))
        (shown, _), (quiet, late) = kernel.run("", "times()")[0], kernel.run(QUIET, "times()")[0]
        reading = kernel.run("", f"times(code={READING!r})")[0][0]
        kernel.run(QUIET.replace("False", "True"))
        print(
            f"{name:33} hooks {quiet:6.1f} µs (limit 150), p99 {late:6.1f} (limit 1000), a cell that reads names {reading:6.1f}, with the "
            f"record's output {shown:6.1f}; {quiet / trip / 10:.1f} % of an empty cell's round trip"
        )
    kernel.run(QUIET)
    ages = kernel.run("", "ages()")[0]
    print(f"10,000 new cells: {ages[0]:.1f} µs a cell in the first thousand, {ages[-1]:.1f} in the tenth")
    print(f"memory of a cell that draws nothing: {kernel.run('', 'memory()')[0]:.0f} bytes (limit 1000)")
    objects, kilobytes = kernel.run("", "growth()")[0]
    print(f"10,000 blank and 10,000 other cells: {objects:+d} live objects, {kilobytes:+d} kB peak memory")
    kernel.stop()
    listened = Kernel(python)
    listened.run("%load_ext seednb\n%seed 42")
    listened.run(HOOKS)
    listened.run("; ".join(code for _, code in LIBRARIES[:4]))
    listened.run("", HELLO)
    median, late = listened.run("", "times()")[0]
    print(f"with all but the global generators, and a listener: {median:.1f} µs (limit 250), p99 {late:.1f} (limit 1000)")
    listened.stop()


def import_cost(python: str, rounds: int) -> None:
    """Print what `import seednb` adds to an interpreter that has `typing`."""
    times: dict[str, list[float]] = {"import typing": [], "import typing, seednb": []}
    for _ in range(rounds + 1):
        for code, taken in times.items():
            begun = time.perf_counter()
            subprocess.run([python, "-c", code], env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, check=True)
            taken.append((time.perf_counter() - begun) * 1e3)
    plain, ours = (statistics.median(taken[1:]) for taken in times.values())
    print(f"import seednb: {ours - plain:+.1f} ms beside {plain:.1f} ms for an interpreter with typing (limit 15)")


def by_hand_cost(python: str) -> None:
    """Print what a notebook's own seeding takes under a seed, where NumPy is there."""
    done = subprocess.run([python, "-c", BY_HAND], env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.PIPE, text=True)
    for name, (under, plain) in ast.literal_eval(done.stdout or "{}").items():
        print(f"{name:20} {under:6.2f} µs under a seed, {plain:6.2f} without; difference {under - plain:.2f} µs (limit 2)")


def main() -> None:
    """Print all four."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    import_cost(options.python, 2 * options.rounds)
    by_hand_cost(options.python)
    load_cost(options.python, options.rounds)
    cell_cost(options.python)


if __name__ == "__main__":
    main()
