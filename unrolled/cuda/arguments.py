"""Grids, blocks and arguments of a launch, checked before anything runs."""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.cuda.errors import ArgumentError, LaunchError

MOST_BLOCKS = (2**31 - 1, 65535, 65535)
MOST_THREADS, MOST_THREADS_IN_ALL = (1024, 1024, 64), 1024
MOST_SHARED = 48 << 10


class RawParameter(ctypes.Structure):
    """As a kernel's library describes its parameters."""

    _fields_ = [
        ("pointer", ctypes.c_int),
        ("constant", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("size", ctypes.c_int),
    ]


@dataclass(frozen=True)
class Parameter:
    """A kernel's parameter; ``dtype`` is of what a pointer points to, None for void and for structs."""

    name: str
    pointer: bool
    constant: bool
    dtype: np.dtype[Any] | None
    size: int

    @classmethod
    def described(cls, name: str, raw: RawParameter) -> "Parameter":
        kind = chr(raw.kind)
        dtype = np.dtype(f"{kind}{raw.size}") if kind in "fiub" else None
        return cls(name, bool(raw.pointer), bool(raw.constant), dtype, raw.size)


def check_launch(grid: Sequence[int], block: Sequence[int], shared: int, static_shared: int) -> None:
    """Refuse what a GPU refuses.

    Raises:
        LaunchError: naming the number that is too large, or not positive.
    """
    for name, sizes, most in (("grid", grid, MOST_BLOCKS), ("block", block, MOST_THREADS)):
        if (
            not isinstance(sizes, tuple)
            or not 1 <= len(sizes) <= 3
            or not all(isinstance(s, int | np.integer) for s in sizes)
        ):
            raise LaunchError(f"the {name} must be a tuple of one to three ints, like (4, 2), not {sizes!r}")
        for axis, size, limit in zip("xyz", sizes, most, strict=False):
            if not 1 <= size <= limit:
                raise LaunchError(f"{name} {axis} is {size}; it must be between 1 and {limit}")
    if (threads := math.prod(block)) > MOST_THREADS_IN_ALL:
        raise LaunchError(f"a block of {block} has {threads} threads; at most {MOST_THREADS_IN_ALL} are possible")
    if shared < 0 or shared + static_shared > MOST_SHARED:
        raise LaunchError(
            f"{shared} bytes of dynamic and {static_shared} of static shared memory; a block has {MOST_SHARED}"
        )


def check_array(parameter: Parameter, array: object) -> np.ndarray:
    """Return the array for a pointer.

    Raises:
        ArgumentError: saying which argument does not fit, and how to make it fit.
    """
    name = parameter.name
    if not isinstance(array, np.ndarray):
        raise ArgumentError(f"{name} is a pointer and needs an array, not {type(array).__name__}")
    if parameter.dtype is not None and array.dtype != parameter.dtype:
        raise ArgumentError(
            f"{name} points to {parameter.dtype.name}, but the array has dtype {array.dtype.name}; "
            f"pass {name}.astype({_numpy(parameter.dtype)}), or change the parameter's type"
        )
    if parameter.dtype is None and array.dtype.hasobject:
        raise ArgumentError(f"{name} holds Python objects, which a kernel cannot use")
    if not array.flags.c_contiguous:
        raise ArgumentError(
            f"{name} is not C-contiguous (strides {array.strides}), and a kernel sees memory, not strides; "
            f"pass np.ascontiguousarray({name})"
        )
    if not parameter.constant and not array.flags.writeable:
        raise ArgumentError(f"{name} is read-only; declare the parameter const, or pass a copy")
    return array


def scalar(parameter: Parameter, value: object) -> np.generic:
    """Return the value for a parameter that is no pointer.

    NumPy scalars must have the parameter's type, Python numbers must mean the same in CuPy: an int any integer type
    that holds it, a float ``double``, a bool ``bool``.

    Raises:
        ArgumentError: saying what to pass instead.
    """
    name, dtype = parameter.name, parameter.dtype
    if dtype is None:
        raise ArgumentError(f"{name} is a struct; only numbers and pointers can be passed here")
    advice = f"pass {_numpy(dtype)}(...)"
    if isinstance(value, np.generic):
        if value.dtype != dtype:
            raise ArgumentError(f"{name} is {dtype.name}, but the argument is {value.dtype.name}; {advice}")
        return value
    if isinstance(value, bool) and dtype.kind == "b":
        return np.bool_(value)
    if isinstance(value, int) and not isinstance(value, bool) and dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if not limits.min <= value <= limits.max:
            raise ArgumentError(f"{name} is {dtype.name}, which cannot hold {value}; use a wider type in the kernel")
        number: np.generic = dtype.type(value)
        return number
    if isinstance(value, float) and dtype == np.float64:
        return np.float64(value)
    if isinstance(value, float) and dtype == np.float32:
        advice = f"pass np.float32({value!r}): CuPy hands over a Python float as a double"
    raise ArgumentError(f"{name} is {dtype.name}, but the argument is of type {type(value).__name__}; {advice}")


def _numpy(dtype: np.dtype[Any]) -> str:
    return "np.bool_" if dtype.kind == "b" else f"np.{dtype.name}"
