"""One file per PRNG system. A new system is a new file here, and a line in `builtin`."""

from __future__ import annotations

from seednb.sources.base import EXACT_RESTORE, READABLE, SET_ONLY, SetOnlySource, Source


def builtin() -> list[Source]:
    """Return a new instance of each source, in the order in which hand-written lines seed them."""
    from seednb.sources.caffe import CaffeSource
    from seednb.sources.cupy import CupySource
    from seednb.sources.dask import DaskSource
    from seednb.sources.faker import FakerSource
    from seednb.sources.jax import JaxSource
    from seednb.sources.keras import KerasSource
    from seednb.sources.libc import LibcSource
    from seednb.sources.mxnet import MxnetSource
    from seednb.sources.numba import NumbaSource
    from seednb.sources.numpy import NumpySource
    from seednb.sources.opencv import OpencvSource
    from seednb.sources.paddle import PaddleSource
    from seednb.sources.polars import PolarsSource
    from seednb.sources.python import PythonSource
    from seednb.sources.r import RSource
    from seednb.sources.tensorflow import TensorflowSource
    from seednb.sources.torch import TorchSource

    sources: list[Source] = [PythonSource(), NumpySource(), TorchSource(), TensorflowSource(), KerasSource(), CaffeSource(), LibcSource()]
    sources += [RSource(), JaxSource(), NumbaSource(), DaskSource(), FakerSource(), PolarsSource(), OpencvSource(), CupySource()]
    return [*sources, PaddleSource(), MxnetSource()]


__all__ = ["EXACT_RESTORE", "READABLE", "SET_ONLY", "SetOnlySource", "Source", "builtin"]
