"""Tasks of Dask and Ray draw from streams of their own: the real libraries, in an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.conftest import REPOSITORY, environment

PYTHON = os.environ.get("SEEDNB_TEST_WORKERS_PYTHON", "")

pytestmark = pytest.mark.skipif(not PYTHON, reason="SEEDNB_TEST_WORKERS_PYTHON names no interpreter; `make test-workers` makes one")

RAY_SETTINGS = {"RAY_AUTH_MODE": "disabled", "OPENBLAS_NUM_THREADS": "1"}

DRAW = """
import json, os, random, sys, time
import seednb
seednb.seed(42)
import numpy as np
def draw(index=0, scale=1):
    time.sleep(int.from_bytes(os.urandom(1), "big") / 256 / 20)
    return [index, random.random(), float(np.random.rand()), float(np.random.default_rng().random())]
def join(left, right):
    return [left, right, draw(9)]
"""

LOCAL = (
    DRAW
    + """
import dask, dask.array, dask.bag
from dask import delayed
def block(values):
    time.sleep(int.from_bytes(os.urandom(1), "big") / 256 / 20)
    return values + np.random.default_rng().random(values.shape)
def work():
    tree = delayed(list)([delayed(join)(delayed(draw)(i), delayed(draw)(10 + i)) for i in range(3)])
    return [
        list(dask.compute(*[delayed(draw)(i) for i in range(5)])) + sum(dask.compute(tree)[0], []),
        dask.bag.from_sequence(range(4), npartitions=4).map(draw).compute(),
        dask.array.ones(6, chunks=2).map_blocks(block).compute().tolist(),
    ]
if __name__ == "__main__":
    with dask.config.set(scheduler=SCHEDULER, num_workers=WORKERS):
        print(json.dumps(work()))
"""
)

DISTRIBUTED = (
    DRAW
    + """
import dask
from distributed import Client, LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        futures = [client.submit(draw, i, pure=False) for i in range(4)] + [client.submit(draw, i) for i in range(4)]
        found = client.gather(futures) + client.gather(client.map(draw, range(4)))
        found += dask.compute(*[dask.delayed(draw)(i) for i in range(4)])
        print(json.dumps([found, client.submit(draw, 1).key == futures[5].key]))
"""
)

RAY = (
    DRAW
    + """
import ray
ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
remote = ray.remote(draw)
@ray.remote(num_cpus=0)
def nested():
    return ray.get([remote.remote(i) for i in range(2)])
@ray.remote
def stream():
    yield 1
found = ray.get([remote.remote(i) for i in range(6)] + [remote.remote(index=6), remote.options(name="named").remote(7, scale=2)])
found += ray.get(nested.remote())
try:
    remote.remote(1, 2, 3)
except TypeError as error:
    refused = str(error)
print(json.dumps([found, refused, [ray.get(one) for one in stream.options(num_returns="streaming").remote()]]))
"""
)


def run(script, tmp_path, *, workers, scheduler="processes"):
    """Run a program, which worker processes may import; return the JSON that it printed last."""
    path = tmp_path / "program.py"
    path.write_text(script.replace("WORKERS", str(workers)).replace("SCHEDULER", repr(scheduler)), encoding="utf-8")
    given = environment(PYTHONPATH=str(REPOSITORY), **RAY_SETTINGS)
    done = subprocess.run([PYTHON, str(path)], cwd=tmp_path, env=given, capture_output=True, text=True, timeout=300, check=False)
    if "node timed out during startup" in done.stderr:
        pytest.skip("Ray gives itself 30 s to start, and this machine was too busy for it")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_dasks_processes_draw_the_same_with_any_number_of_workers(tmp_path):
    """Delayed calls, bags and blocks give the same draws with one worker and with three, no two of them alike."""
    one, three = (run(LOCAL, tmp_path, workers=workers) for workers in (1, 3))
    assert one == three
    values = [row[1] for row in one[0][:5]] + [row[3] for row in one[0][:5]] + one[2]
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("scheduler", ["threads", "sync"])
def test_dasks_threads_draw_the_same_from_unseeded_generators(tmp_path, scheduler):
    """Dask's threads share the global generators; the unseeded ones of each task repeat, with any number of threads."""
    one, three = (run(LOCAL, tmp_path, workers=workers, scheduler=scheduler) for workers in (1, 3))
    assert [row[3] for row in one[0][:5]] == [row[3] for row in three[0][:5]]
    assert one[2] == three[2]


def test_dasks_workers_draw_the_same_with_any_number_of_them(tmp_path):
    """What is submitted, mapped or delayed draws the same on one worker and on two, and a pure call keeps its key.

    Python's own `random` is not compared: threads of a worker's own draw from it at any time.
    """
    (one, same), (two, _) = (run(DISTRIBUTED, tmp_path, workers=workers) for workers in (1, 2))
    assert [row[2:] for row in one] == [row[2:] for row in two]
    assert len({row[3] for row in one}) == len(one) == 16
    assert same is True


def test_rays_tasks_draw_the_same_with_any_number_of_workers(tmp_path):
    """Ray's tasks, nested ones too, draw the same on one processor and on two; a wrong call is still refused where it is made."""
    one, two = (run(RAY, tmp_path, workers=workers) for workers in (1, 2))
    assert one == two
    found, refused, streamed = one
    assert len({row[1] for row in found}) == len({row[3] for row in found}) == len(found) == 10
    assert refused == "too many positional arguments"
    assert streamed == [1]
