"""The bytes of small arrays, tensors and tables, of libraries that the user has imported."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from seednb.sources.base import complete

MAX_BYTES = 200_000
"""Bytes that are digested for one cell; what does not fit is unknown."""


class UnknownError(Exception):
    """A value cannot be digested, or not within the limits."""


def array_of(value: Any, kind: type) -> Optional[list[bytes]]:
    """Return the bytes of an array, tensor or table, or None where it is none. Raises UnknownError for a large one."""
    package = kind.__module__.partition(".")[0]
    if package not in {"numpy", "pandas", "torch", "tensorflow"} or complete(package) is None:
        return None
    for base in kind.__mro__:
        look = _ARRAYS.get((package, base.__name__))
        if look is not None:
            return look(value)
    return None


def _numpy(value: Any) -> list[bytes]:
    if value.nbytes > MAX_BYTES:
        raise UnknownError
    data = repr(value.tolist()).encode() if value.dtype.hasobject else value.tobytes()
    return [str(value.dtype).encode(), repr(value.shape).encode(), data]


def _pandas(value: Any) -> list[bytes]:
    if value.size > MAX_BYTES // 8 or value.ndim > 2:
        raise UnknownError
    columns = [value[:]] if value.ndim == 1 else [value.iloc[:, index] for index in range(value.shape[1])]
    labels = [] if not hasattr(value, "axes") else [repr(axis.tolist()).encode() for axis in getattr(value, "axes", [])]
    return [*labels, *(part for column in columns for part in _numpy(column.to_numpy()))]


def _torch(value: Any) -> list[bytes]:
    if value.device.type != "cpu" or value.layout is not sys.modules["torch"].strided or value.numel() * value.element_size() > MAX_BYTES:
        raise UnknownError
    return [str(value.dtype).encode(), repr(tuple(value.shape)).encode(), value.detach().contiguous().view(-1).numpy().tobytes()]


def _tensorflow(value: Any) -> list[bytes]:
    return _numpy(value.numpy())


_ARRAYS: dict[tuple[str, str], Callable[[Any], list[bytes]]] = {
    ("numpy", "ndarray"): _numpy,
    ("numpy", "generic"): _numpy,
    ("numpy", "dtype"): lambda value: [str(value).encode()],
    ("pandas", "DataFrame"): _pandas,
    ("pandas", "Series"): _pandas,
    ("pandas", "Index"): _pandas,
    ("torch", "Tensor"): _torch,
    ("torch", "dtype"): lambda value: [str(value).encode()],
    ("torch", "device"): lambda value: [str(value).encode()],
    ("tensorflow", "EagerTensor"): _tensorflow,
}
