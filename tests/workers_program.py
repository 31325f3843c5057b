"""A program whose workers draw: what each task drew, as JSON, with work of random length so that scheduling differs each time."""

from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
import os
import random
import sys
import time

import numpy as np

DRAWS = 64


def draw(index=0):
    """Draw from every generator, after a pause that no seed decides; return the draws and the process that made them."""
    time.sleep(int.from_bytes(os.urandom(2), "big") / 2**16 / 50)
    python = [random.random() for _ in range(DRAWS)]
    sealed = [float(value) for value in np.random.default_rng().random(DRAWS)]
    return index, python, [float(value) for value in np.random.rand(DRAWS)], sealed, random.Random().random()


def put(queue, index):
    """Draw in a process of its own."""
    queue.put(draw(index))


def pools(context, workers):
    """Return what the jobs of a pool drew, by the way in which they were handed in."""
    with context.Pool(workers) as pool:
        return {
            "map": pool.map(draw, range(6)),
            "map in chunks": pool.map(draw, range(5), chunksize=3),
            "starmap": pool.starmap(draw, [(index,) for index in range(3)]),
            "imap_unordered": sorted(pool.imap_unordered(draw, range(4))),
            "apply_async": [job.get() for job in [pool.apply_async(draw, (index,)) for index in range(3)]],
        }


def processes(context, workers):
    """Return what processes drew that were started one after the other."""
    queue = context.Queue()
    started = [context.Process(target=put, args=(queue, index)) for index in range(4)]
    for process in started:
        process.start()
    found = sorted(queue.get() for _ in started)
    for process in started:
        process.join()
    return {"process": found}


def executors(context, workers):
    """Return what the jobs of an executor drew."""
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
        return {"map": list(pool.map(draw, range(6))), "submit": [job.result() for job in [pool.submit(draw, index) for index in range(3)]]}


def joblibs(backend, workers):
    """Return what the tasks of joblib drew."""
    import joblib

    return {backend: joblib.Parallel(n_jobs=workers, backend=backend)(joblib.delayed(draw)(index) for index in range(8))}


def forks(_context, _workers):
    """Return what plain forks drew."""
    found = []
    for index in range(3):
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, json.dumps(draw(index)).encode())
            os._exit(0)
        os.wait()
        found.append(json.loads(os.read(read, 1 << 20)))
        os.close(read)
        os.close(write)
    return {"fork": found}


KINDS = {"pools": pools, "processes": processes, "executors": executors, "forks": forks}

if __name__ == "__main__":
    import seednb

    kind, method, workers, seed = sys.argv[1:]
    seednb.seed(int(seed))
    run = joblibs if kind == "joblib" else KINDS[kind]
    result = run(method if kind == "joblib" else multiprocessing.get_context(method), int(workers))
    print(json.dumps([result, random.random()]))
