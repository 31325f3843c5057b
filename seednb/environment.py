"""What beside the seed decides a result: versions, threads, processor, flags. Reads, imports nothing, changes nothing."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from functools import lru_cache, partial
from typing import Any, Callable, Optional

from seednb.settings import JAX_OFFSET
from seednb.sources.base import complete

FLAGS = (
    "ATEN_CPU_CAPABILITY",
    "CUBLAS_WORKSPACE_CONFIG",
    "KERAS_BACKEND",
    "MKL_CBWR",
    "NPY_DISABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    JAX_OFFSET,
    "TF_CUDNN_DETERMINISTIC",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "XLA_FLAGS",
)
"""Environment variables that change the bits of results without changing the code."""

THREADS = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")

PACKAGES = frozenset(
    "caffe catboost cupy cv2 dask datasets faker flax gymnasium jax jaxlib keras lightgbm lightning matplotlib mxnet networkx "
    "numba numpy optax optuna paddle pandas polars scipy seaborn skimage sklearn statsmodels tensorflow tensorflow_probability torch "
    "torchvision transformers umap xgboost".split()
)
"""Packages that draw or compute, by import name; the versions of those that the notebook loaded are recorded."""

_CPU_FLAGS = frozenset({"avx", "avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "neon", "asimd", "sve"})
_BLAS = re.compile(r"/((?:lib)?(?:scipy_)?(?:openblas|mkl_rt|blis|blas|gomp|omp|iomp5|flexiblas)[\w.-]*\.(?:so|dylib)[\w.]*)$")
_MAX_TEXT = 200


def environment() -> dict[str, Any]:
    """Return the record's description of this process: no clock times, no paths, the same for the same set-up."""
    import platform  # here and below: only what describes needs it, and it takes milliseconds

    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": f"{platform.system()}-{platform.machine()}",
        "cpu": cpu(),
        "cores": cores(),
        "threads": threads(),
        "blas": math_libraries(),
        "flags": {name: os.environ[name][:_MAX_TEXT] for name in FLAGS if name in os.environ},
        "devices": devices(),
        "packages": packages(),
    }


def hash_seed() -> Optional[int]:
    """Return the hash seed if it is 0; any other one cannot be told from a random one inside the process."""
    secret = ask(lambda: bytes((ctypes.c_ubyte * 24).in_dll(ctypes.pythonapi, "_Py_HashSecret")))
    return 0 if secret == bytes(24) else None


@lru_cache(maxsize=1)
def cpu() -> str:
    """Return the processor's name and those of its instruction sets that libraries choose their kernels by."""
    import platform

    model, flags = platform.machine(), ""
    for line in (ask(_cpuinfo) or "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            model = value.strip()
        elif name.strip() in {"flags", "Features"}:
            flags = " ".join(sorted(_CPU_FLAGS.intersection(value.split())))
            break
    return f"{model} ({flags})"[:_MAX_TEXT] if flags else model[:_MAX_TEXT]


def cores() -> int:
    """Return how many processor cores this process may use."""
    affinity: Optional[Callable[[int], set[int]]] = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def threads() -> dict[str, int]:
    """Return the thread counts that are set in the environment, or that loaded frameworks report."""
    counts = {name: int(os.environ[name]) for name in THREADS if os.environ.get(name, "").isdecimal()}
    count = ask(lambda: int(sys.modules["torch"].get_num_threads())) if complete("torch") is not None else None
    return counts if count is None else {**counts, "torch": count}


def math_libraries() -> list[str]:
    """Return the file names of the loaded BLAS and OpenMP libraries (their builds carry a hash in the name), sorted."""
    return list(_math_libraries(len(sys.modules)))


def devices() -> list[str]:
    """Return the accelerators that the user's code has initialised; asking for others would initialise them."""
    names = []
    for kind in ("cuda", "xpu"):
        module: Any = getattr(complete("torch"), kind, None)
        if module is not None and ask(module.is_initialized):
            names += [str(ask(partial(module.get_device_name, index)) or kind) for index in range(module.device_count())]
    return names


def packages() -> dict[str, str]:
    """Return the versions of the loaded packages that draw or compute."""
    versions = {name: ask(partial(_version, name)) for name in sorted(PACKAGES & sys.modules.keys())}
    return {name: version[:_MAX_TEXT] for name, version in versions.items() if isinstance(version, str)}


def _version(name: str) -> Any:
    return getattr(complete(name), "__version__", None)


@lru_cache(maxsize=1)
def _math_libraries(_modules: int) -> tuple[str, ...]:
    """Look through the memory map again only when modules have been imported: it is a long file."""
    text = ask(lambda: _read("/proc/self/maps")) or ""
    return tuple(sorted({match[1] for line in text.splitlines() if (match := _BLAS.search(line))}))


def _cpuinfo() -> str:
    return _read("/proc/cpuinfo", limit=16_384)


def _read(path: str, *, limit: int = -1) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(limit)


def ask(question: Callable[[], Any]) -> Any:
    """Return the answer, or None where this platform or version has none: a description must not fail."""
    try:
        return question()
    except Exception:
        return None
