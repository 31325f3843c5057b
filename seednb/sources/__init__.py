"""One file per PRNG system. A new system is a new file here, and a line in `builtin`."""

from __future__ import annotations

from seednb.sources.base import EXACT_RESTORE, READABLE, SET_ONLY, Source


def builtin() -> list[Source]:
    """Return a new instance of each source, in the order in which hand-written lines seed them."""
    from seednb.sources.caffe import CaffeSource
    from seednb.sources.keras import KerasSource
    from seednb.sources.libc import LibcSource
    from seednb.sources.numpy import NumpySource
    from seednb.sources.python import PythonSource
    from seednb.sources.r import RSource
    from seednb.sources.tensorflow import TensorflowSource
    from seednb.sources.torch import TorchSource

    return [PythonSource(), NumpySource(), TorchSource(), TensorflowSource(), KerasSource(), CaffeSource(), LibcSource(), RSource()]


__all__ = ["EXACT_RESTORE", "READABLE", "SET_ONLY", "Source", "builtin"]
