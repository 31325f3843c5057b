"""What objects of libraries hold: arrays, tables, tensors, models. Only of libraries that the user has imported, and by their own means."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, Callable, Optional

from seednb.insides import dictionary
from seednb.sources.base import complete
from seednb.tables import array_parts, buffers, frame_parts, index_parts, scalar_parts, series_parts

BY_ATTRIBUTES = frozenset({"networkx", "optuna", "scipy", "sklearn"})
"""Packages whose objects are what their attributes are; any other object of an installed package is not compared."""
_SOME = 64
MAX_FETCH = 64_000_000
"""Bytes that are copied from a device for one array."""
Look = Callable[[Any], "Iterable[Any]"]


class Attributes(dict):  # type: ignore[type-arg]
    """An object's own attributes, to be told from a dict that is data."""


class OpaqueError(Exception):
    """A value cannot be digested; its text is the value's type."""


def look_of(kind: type) -> Optional[Look]:
    """Return what yields the parts of an object of a library, or None: a memoryview is taken byte by byte, all else is a value."""
    for base in kind.__mro__:
        package = str(base.__module__).partition(".")[0]
        look = _LOOKS.get((package, base.__name__))
        if look is not None and complete(package) is not None:
            return look
    return None


def size_of(value: Any) -> int:
    """Return about how many bytes a value has, from what is cheaply known of it."""
    try:
        return _size(value, type(value))
    except Exception:  # a sparse tensor has none
        return _SOME


def _size(value: Any, kind: type) -> int:
    if kind in (str, bytes, bytearray):
        return len(value)
    if kind in (list, tuple, dict, set, frozenset):
        return 8 * len(value)
    package = str(kind.__module__).partition(".")[0]
    if package in {"numpy", "jaxlib", "torch", "tensorflow"} and complete(package) is not None:
        return int(getattr(value, "nbytes", _SOME))
    if package == "pandas" and complete(package) is not None and kind.__name__ in {"DataFrame", "Series"}:
        return 8 * int(value.size)
    return _SOME


# -- PyTorch -------------------------------------------------------------------------------------------


def _tensor(value: Any) -> Iterator[Any]:
    torch: Any = sys.modules["torch"]
    with torch._C.DisableTorchFunctionSubclass():
        found = value.detach()
        if found.layout is not torch.strided or found.is_quantized or found.device.type == "meta":
            raise OpaqueError
        yield str(found.dtype)
        yield tuple(found.shape)
        if found.device.type != "cpu":
            if found.numel() * found.element_size() > MAX_FETCH:
                raise OpaqueError
            found = found.cpu()
        found = found.resolve_conj().resolve_neg()
        if found.dtype is torch.bfloat16:
            found = found.view(torch.int16)
        elif found.element_size() == 1:
            found = found.view(torch.uint8)
        yield from buffers(found.numpy())


def _module(value: Any) -> Iterator[Any]:
    """Yield a module's parameters, buffers and modules, and its own plain attributes."""
    attributes = dictionary(value)
    hidden = {name for name in attributes if name.startswith("_") and "hook" in name}
    yield Attributes({name: found for name, found in attributes.items() if name not in hidden})


def _own_attributes(value: Any) -> Iterator[Any]:
    yield dictionary(value)


def _optimizer(value: Any) -> Iterator[Any]:
    attributes = dictionary(value)
    yield list(attributes["state"].values())
    yield attributes["param_groups"]


# -- TensorFlow, Keras, others -------------------------------------------------------------------------


def _eager(value: Any) -> Iterator[Any]:
    yield from array_parts(sys.modules["numpy"].asarray(value.numpy()))


def _keras_variable(value: Any) -> Iterator[Any]:
    yield dictionary(value)["_value"]


def _layer(value: Any) -> Iterator[Any]:
    """Yield a Keras layer's or model's weights; the classes above it may have a `weights` of the user's."""
    base = next(base for base in type(value).__mro__ if base.__name__ == "Layer" and base.__module__.startswith("keras"))
    yield list(base.weights.fget(value))  # type: ignore[attr-defined]


def _keras_optimizer(value: Any) -> Iterator[Any]:
    yield list(dictionary(value).get("_variables", ()))


def _history(value: Any) -> Iterator[Any]:
    attributes = dictionary(value)
    yield attributes.get("history")
    yield attributes.get("epoch")


def _state(value: Any) -> Iterator[Any]:
    """Yield what scikit-learn's own classes in C pickle."""
    yield value.__getstate__()


def _study(value: Any) -> Iterator[Any]:
    """Yield the trials of an Optuna study; its name is a uuid where nobody gave it one, and a database would have to be asked."""
    if type(dictionary(value).get("_storage")).__name__ != "InMemoryStorage":
        raise OpaqueError
    yield value.get_trials(deepcopy=False)


def _jax(value: Any) -> Iterator[Any]:
    if value.nbytes > MAX_FETCH and any(device.platform != "cpu" for device in value.devices()):
        raise OpaqueError
    yield from array_parts(sys.modules["numpy"].asarray(value))


def _image(value: Any) -> Iterator[Any]:
    yield value.mode
    yield value.size
    yield value.tobytes()


def _text(value: Any) -> Iterator[Any]:
    yield str(value)


_LOOKS: dict[tuple[str, str], Look] = {
    ("numpy", "ndarray"): array_parts,
    ("numpy", "generic"): scalar_parts,
    ("numpy", "dtype"): _text,
    ("numpy", "poly1d"): lambda value: [value.coeffs],
    ("pandas", "DataFrame"): frame_parts,
    ("pandas", "Series"): series_parts,
    ("pandas", "Index"): index_parts,
    ("torch", "Tensor"): _tensor,
    ("torch", "Module"): _module,
    ("torch", "Optimizer"): _optimizer,
    ("torch", "dtype"): _text,
    ("torch", "device"): _text,
    ("torch", "Dataset"): _own_attributes,
    ("torch", "Distribution"): _own_attributes,
    ("tensorflow", "EagerTensor"): _eager,
    ("tensorflow", "BaseResourceVariable"): _eager,
    ("tensorflow", "DType"): _text,
    ("tensorflow", "TensorShape"): _text,
    ("keras", "KerasVariable"): _keras_variable,
    ("keras", "Variable"): _keras_variable,
    ("keras", "Layer"): _layer,
    ("keras", "Optimizer"): _keras_optimizer,
    ("keras", "History"): _history,
    ("sklearn", "Tree"): _state,
    ("sklearn", "BinaryTree64"): _state,
    ("optuna", "Study"): _study,
    ("jaxlib", "ArrayImpl"): _jax,
    ("PIL", "Image"): _image,
    ("pathlib", "PurePath"): _text,
}
