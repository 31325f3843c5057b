"""The parts of NumPy's arrays and pandas's tables: bytes as they lie in memory, a piece at a time, and values."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from seednb.plain import CHUNK

_CLOCK_KEY = re.compile(r"(?:(?:mean|std)_)?(?:fit|score)_time|refit_time_|datetime_(?:start|complete)|_datetime_start|_stop_words_id")
"""Members in which scikit-learn (cross_validate, cv_results_, refit_time_) and Optuna (its trials) keep times, and one that is an id()."""


def is_clock_key(name: str) -> bool:
    """Tell whether a member of this name holds a time, a duration or an address."""
    return ("time" in name or name == "_stop_words_id") and _CLOCK_KEY.fullmatch(name) is not None


def array_parts(value: Any) -> Iterator[Any]:
    """Yield the parts of an array: its type, its shape, its elements."""
    numpy: Any = sys.modules["numpy"]
    yield str(value.dtype.descr if value.dtype.names else value.dtype.str)
    yield tuple(value.shape)
    if type(value).__name__ == "MaskedArray" or hasattr(value, "_mask"):
        yield from array_parts(numpy.ma.getmaskarray(value))
    yield from _elements(numpy.asarray(value))


def _elements(array: Any) -> Iterator[Any]:
    if array.dtype.names:  # between the fields of a record there is memory that nobody has written
        for name in array.dtype.names:
            yield from array_parts(array[name])
    elif array.dtype.hasobject or array.dtype.kind == "T":
        yield array.ravel().tolist()
    elif array.flags.f_contiguous and not array.flags.c_contiguous:  # as it lies in memory: turning it round takes as long as hashing it
        yield "by columns"
        yield from buffers(array.T)
    else:
        yield from buffers(array)


def buffers(array: Any) -> Iterator[memoryview]:
    """Yield an array's bytes in C order, a piece at a time; only a piece of what is not contiguous is ever copied."""
    numpy: Any = sys.modules["numpy"]
    if not array.size or not array.itemsize:
        return
    if array.flags.c_contiguous:
        data = memoryview(array.reshape(-1).view(numpy.uint8))
        for start in range(0, len(data), CHUNK):
            yield data[start : start + CHUNK]
    elif array.nbytes <= CHUNK:
        yield from buffers(numpy.ascontiguousarray(array))
    elif array.shape[0] == 1:
        yield from buffers(array[0])
    else:
        rows = max(1, CHUNK // (array.nbytes // array.shape[0]))
        for start in range(0, array.shape[0], rows):
            yield from buffers(array[start : start + rows])


def scalar_parts(value: Any) -> Iterator[Any]:
    """Yield the parts of one of NumPy's numbers."""
    yield from array_parts(sys.modules["numpy"].asarray(value))


def frame_parts(value: Any) -> Iterator[Any]:
    """Yield the parts of a table, without the columns that hold times."""
    yield value.index
    yield value.columns
    names = list(value.columns)
    trials = "datetime_start" in names  # Optuna's trials_dataframe
    for position, name in enumerate(names):
        if not (type(name) is str and (is_clock_key(name) or (trials and name == "duration"))):
            yield from _extension(value.iloc[:, position].array)


def series_parts(value: Any) -> Iterator[Any]:
    """Yield the parts of a column."""
    yield value.name
    yield value.index
    yield from _extension(value.array)


def index_parts(value: Any) -> Iterator[Any]:
    """Yield the parts of an index."""
    yield list(value.names)
    if type(value).__name__ == "RangeIndex":
        yield (value.start, value.stop, value.step)
    elif hasattr(value, "levels"):
        yield from (part for level, codes in zip(value.levels, value.codes) for part in (level, sys.modules["numpy"].asarray(codes)))
    else:
        yield from _extension(value.array)


def _extension(values: Any) -> Iterator[Any]:
    """Yield the parts of one of pandas's arrays."""
    yield str(values.dtype)
    kind = type(values).__name__
    if kind == "Categorical":
        yield values.categories
        yield sys.modules["numpy"].asarray(values.codes)
    elif hasattr(values, "asi8"):
        yield values.asi8
    elif hasattr(values, "_data") and hasattr(values, "_mask"):
        yield values._mask
        yield values.to_numpy(dtype=values._data.dtype, na_value=values._data.dtype.type())
    else:
        array = values.to_numpy()
        yield array.tolist() if array.dtype.hasobject else array
