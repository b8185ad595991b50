"""Arrays on a GPU: CuPy's where there is one, else a stand-in that is as strict about what lies where.

    from unrolled.device import asnumpy, get_array_module, scatter_add, xp

    a = xp.asarray(x)             # to the device
    y = asnumpy(xp.sqrt(a) + 1)   # and back

The stand-in computes with NumPy. Like CuPy's arrays, its arrays do not mix with NumPy's: what would need a hidden copy
between host and device raises ``TypeError``, and a sum over a whole array stays on the device, as an array without
axes. It says nothing about speed, and it lacks what NumPy lacks (such as CUDA code).

    ``ON_GPU``             whether the arrays are CuPy's
    ``xp``                 ``cupy``, or the stand-in for it
    ``Array``              the class of the arrays
    ``get_array_module``   ``xp`` if an argument is an array on the device, else ``numpy``
    ``asnumpy``            a NumPy array with the contents of an array, wherever it lies
    ``scatter_add``        ``a[index] += value`` where an index that occurs twice counts twice, as cupyx has it
"""

import importlib
import operator
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from unrolled import gpu

__all__ = ["ON_GPU", "Array", "asnumpy", "get_array_module", "scatter_add", "xp"]

TAKERS = frozenset(["array", "asarray", "ascontiguousarray", "asfortranarray"])  # what brings data to the device
TYPES = (type, np.dtype)
ON_HOST = frozenset(["base", "ctypes", "data", "flat"])  # of NumPy's arrays, that would let look into host memory


class StandIn(NDArrayOperatorsMixin):
    """An array that pretends to lie on a device; see the module."""

    def __init__(self, host: np.ndarray) -> None:
        self._host = host

    def get(self) -> np.ndarray:
        """Copy to the host."""
        return np.array(self._host)

    def tolist(self) -> Any:
        """Copy to the host, as a list of lists."""
        return self._host.tolist()

    def tobytes(self) -> bytes:
        """Copy to the host, as bytes."""
        return self._host.tobytes()

    def set(self, values: np.ndarray) -> None:
        """Copy values from the host."""
        self._host[...] = values

    @property
    def T(self) -> "StandIn":  # noqa: N802  (NumPy's name)
        """The array with its axes reversed."""
        return StandIn(self._host.T)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute as a NumPy array has it; methods take and give arrays on the device."""
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ON_HOST:
            raise AttributeError(f"an array on the device has no {name!r} that could be used here")
        value = getattr(self._host, name)
        return _on_device(value) if callable(value) else _wrapped(value)

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise TypeError("this array lies on the device; NumPy gets a copy of it by asnumpy(array) or array.get()")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
        """Compute an operator or an elementwise function."""
        return _on_device(getattr(ufunc, method))(*args, **kwargs)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        """Compute another of NumPy's functions."""
        return _on_device(function)(*args, **kwargs)

    def __getitem__(self, index: Any) -> "StandIn":
        part: StandIn = _wrapped(np.asarray(self._host[_index(index)]))
        return part

    def __setitem__(self, index: Any, value: Any) -> None:
        self._host[_index(index)] = _unwrapped(value)

    def __len__(self) -> int:
        return len(self._host)

    def __iter__(self) -> Iterator["StandIn"]:
        return map(_wrapped, self._host)

    def __repr__(self) -> str:
        return repr(self._host)

    def __bool__(self) -> bool:
        return bool(self._host)

    def __int__(self) -> int:
        return int(self._host)

    def __float__(self) -> float:
        return float(self._host)

    def __index__(self) -> int:
        return operator.index(self._host)


class StandInModule(ModuleType):
    """NumPy, or a part of it, with arrays on the device; what NumPy lacks, such as kernels, raises AttributeError."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(module.__name__.replace("numpy", "xp"))
        self._module = module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        if isinstance(value, ModuleType):
            return StandInModule(value)
        if value is np.ndarray:
            return StandIn
        if name in TAKERS:
            return _taking(value)
        return _on_device(value) if callable(value) and not isinstance(value, TYPES) else value


def _on_device(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make of a function of NumPy one that takes arrays on the device, and no others, and gives such arrays."""

    def on_device(*args: Any, **kwargs: Any) -> Any:
        unwrapped = {name: _unwrapped(value) for name, value in kwargs.items()}
        return _wrapped(function(*map(_unwrapped, args), **unwrapped))

    return on_device


def _taking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make of a function that makes arrays one that copies to the device what does not lie there."""

    def taking(values: Any, *args: Any, **kwargs: Any) -> StandIn:
        if isinstance(values, StandIn):
            return StandIn(function(values._host, *args, **kwargs))
        return StandIn(np.array(function(values, *args, **kwargs)))

    return taking


def _unwrapped(value: Any) -> Any:
    if isinstance(value, StandIn):
        return value._host
    if isinstance(value, tuple | list):
        return list(map(_unwrapped, value)) if isinstance(value, list) else tuple(map(_unwrapped, value))
    if isinstance(value, np.ndarray) and value.ndim:
        raise TypeError("a NumPy array lies on the host; bring it to the device first, by xp.asarray(array)")
    return value


def _index(index: Any) -> Any:
    """Positions may lie on either side."""
    if isinstance(index, StandIn):
        return index._host
    return tuple(map(_index, index)) if isinstance(index, tuple) else index


def _wrapped(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return StandIn(value)
    if isinstance(value, np.generic):  # a number of NumPy's; on a device it is an array without axes
        return StandIn(np.asarray(value))
    if isinstance(value, tuple | list):
        made = map(_wrapped, value)
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    return value


def _standin_asnumpy(array: Any) -> np.ndarray:
    return array.get() if isinstance(array, StandIn) else np.asarray(array)


def _standin_scatter_add(array: StandIn, index: Any, value: Any) -> None:
    np.add.at(array._host, _index(index), _unwrapped(value))


def _standin_array_module(*args: Any) -> Any:
    return _standin() if any(isinstance(arg, StandIn) for arg in args) else np


@cache
def _standin() -> StandInModule:
    return StandInModule(np)


_cupy, _ = gpu.found()
ON_GPU = _cupy is not None
if ON_GPU:
    xp, Array = _cupy, _cupy.ndarray
    asnumpy, get_array_module = _cupy.asnumpy, _cupy.get_array_module
    scatter_add = importlib.import_module("cupyx").scatter_add
else:
    xp, Array = _standin(), StandIn
    asnumpy, get_array_module, scatter_add = _standin_asnumpy, _standin_array_module, _standin_scatter_add
