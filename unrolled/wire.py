"""Trees of plain values and arrays as bytes, and back, without trusting the bytes.

A message is a 4-byte length, a JSON header of that length, then the arrays' data end to end. The header holds
the tree, with each array replaced by its number, and a list that tells every array's dtype, shape and layout.
Nothing is allocated before its size has been checked, and nothing is ever unpickled.
"""

import json
import math
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
MOST_DIGITS = 40  # of an integer
DTYPES = frozenset(["bool", *WHOLE, "float16", "float32", "float64", "complex64", "complex128"])
NAMES = {np.dtype(name): name for name in DTYPES}  # which NumPy itself takes a while to find


@dataclass(frozen=True)
class Limits:
    """What a message may hold: bytes of header, bytes of arrays, number of arrays, depth of the tree."""

    header: int = 256 * 1024
    data: int = 64 * 1024 * 1024
    arrays: int = 1000
    depth: int = 8
    device: bool = False  # whether arrays may be put on the device


TRUSTED = Limits(header=2**30, data=2**32, arrays=10**6, depth=32, device=True)


class WireError(ValueError):
    """The bytes are not a message, or one that is larger than allowed."""


class UnsupportedValueError(TypeError):
    """A value is of a type that messages do not carry."""


def pack(tree: Any, limits: Limits = TRUSTED) -> bytes:
    """Encode a tree of None, bool, int, float, str, list, tuple, dict with string keys, and arrays.

    Raises:
        UnsupportedValueError: naming the type that cannot be carried, or the size that is too large.
    """
    encoded, arrays = _taken_apart(tree, limits)
    about = [{"dtype": NAMES[a.dtype], "shape": a.shape, "layout": layout_of(a)} for a in arrays]
    header = json.dumps({"tree": encoded, "arrays": about}).encode()
    return b"".join([len(header).to_bytes(4, "little"), header, *(a.tobytes() for a in arrays)])


def unpack(message: bytes, limits: Limits = TRUSTED) -> Any:
    """Decode what :func:`pack` made; arrays come back fresh, writable and in the layout they had.

    Raises:
        WireError: if the message is malformed or exceeds ``limits``.
    """
    length = int.from_bytes(message[:4], "little")
    if length > limits.header or len(message) < 4 + length:
        raise WireError(f"the header claims {length} bytes; allowed are {limits.header}, present {len(message) - 4}")
    try:
        header = json.loads(message[4 : 4 + length])
        about, tree = list(header["arrays"]), header["tree"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WireError("the header is not the JSON it should be") from error
    arrays = _read_arrays(about, memoryview(message)[4 + length :], limits)
    return _decode(tree, arrays, limits.depth, limits.device)


def copied(tree: Any, limits: Limits = TRUSTED) -> Any:
    """Return what :func:`unpack` would make of :func:`pack`'s message, without the message.

    Raises:
        UnsupportedValueError: as :func:`pack`.
    """
    encoded, arrays = _taken_apart(tree, limits)
    copies: list[np.ndarray | None] = [lay_out(array, layout_of(array)) for array in arrays]
    return _decode(encoded, copies, limits.depth, limits.device)


def lies_on_device(value: Any) -> bool:
    """Tell whether a value is an array of :mod:`unrolled.device`, without importing that, for it looks for a GPU."""
    return "unrolled.device" in sys.modules and isinstance(value, _device().Array)


def _device() -> Any:
    return import_module("unrolled.device")


def layout_of(array: np.ndarray) -> str:
    """Name an array's memory layout: ``"C"``, ``"F"`` or ``"strided"`` (gaps between the entries)."""
    if array.flags.c_contiguous:
        return "C"
    return "F" if array.flags.f_contiguous else "strided"


def lay_out(array: np.ndarray, layout: str) -> np.ndarray:
    """Copy an array into the layout that :func:`layout_of` names; the copy owns its memory or is a view of it."""
    if layout != "strided" or array.ndim == 0:
        return np.array(array, order="F" if layout == "F" else "C")
    roomy = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    gaps = roomy[..., ::2]
    gaps[...] = array
    return gaps


def _taken_apart(tree: Any, limits: Limits) -> tuple[Any, list[np.ndarray]]:
    """Return a tree that JSON can spell, and the arrays whose places in it hold numbers."""
    arrays: list[np.ndarray] = []
    encoded = _encode(tree, arrays, limits.depth)
    if len(arrays) > limits.arrays:
        raise UnsupportedValueError(f"{len(arrays)} arrays")
    if (size := sum(array.nbytes for array in arrays)) > limits.data:
        raise UnsupportedValueError(f"{size / 2**20:.0f} MB of arrays")
    return encoded, arrays


def _encode(value: Any, arrays: list[np.ndarray], depth: int) -> Any:
    """Encode a value; of a subclass's there is left what the class itself would make of it."""
    if depth == 0:
        raise UnsupportedValueError("a value nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        if array.dtype not in NAMES:
            raise UnsupportedValueError(f"an array of dtype {array.dtype}")
        arrays.append(array)
        return {"array": len(arrays) - 1, "scalar": isinstance(value, np.generic)}
    if lies_on_device(value):
        arrays.append(_device().asnumpy(value))
        return {"device": len(arrays) - 1}
    if isinstance(value, int):
        return _encode_int(int.__int__(value))
    if isinstance(value, float):
        return float.__float__(value) if math.isfinite(value) else {"float": float.__repr__(value)}
    if isinstance(value, list):
        return [_encode(item, arrays, depth - 1) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_encode(item, arrays, depth - 1) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: _encode(item, arrays, depth - 1) for key, item in value.items()}}
    raise UnsupportedValueError(f"a value of type {type(value).__name__}")


def _encode_int(value: int) -> Any:
    """Spell a number that JSON's readers might round, in digits."""
    if abs(value) < 2**53:
        return value
    if abs(value) >= 10 ** (MOST_DIGITS - 1):
        raise UnsupportedValueError(f"an integer of {MOST_DIGITS} digits or more")
    return {"int": str(value)}


def _decode(node: Any, arrays: list[np.ndarray | None], depth: int, device: bool) -> Any:
    """Decode a node; what there is most of comes first, for this takes much of the time of a message."""
    if depth == 0:
        raise WireError("the tree is nested too deeply")
    if isinstance(node, str):
        return _whole(node)
    if isinstance(node, list):
        return [_decode(item, arrays, depth - 1, device) for item in node]
    if not isinstance(node, dict):
        return _in_bounds(node) if isinstance(node, int) else node
    match node:
        case {"dict": dict(items), **rest} if not rest:
            return {_whole(key): _decode(item, arrays, depth - 1, device) for key, item in items.items()}
        case {"array": int(number), "scalar": bool(scalar)}:
            array = _taken_out(arrays, number)
            return array[()] if scalar and array.ndim == 0 else array
        case {"device": int(number)} if device:
            return _device().xp.asarray(_taken_out(arrays, number))
        case {"int": str(digits)} if len(digits) <= MOST_DIGITS:  # one may be a sign
            try:
                return _in_bounds(int(digits))
            except ValueError as error:
                raise WireError("an integer that is none") from error
        case {"float": "nan" | "inf" | "-inf" as name}:
            return float(name)
        case {"tuple": list(items)}:
            return tuple([_decode(item, arrays, depth - 1, device) for item in items])
    raise WireError("the tree holds a node of no known kind")


def _in_bounds(value: int) -> int:
    """Return an integer of which a message can be made again, and a float."""
    if abs(value) >= 10 ** (MOST_DIGITS - 1):
        raise WireError(f"an integer of {MOST_DIGITS} digits or more")
    return value


def _taken_out(arrays: list[np.ndarray | None], number: int) -> np.ndarray:
    """Return an array, once: named again and again, a small one would fill the memory of whoever puts them together."""
    array = arrays[number] if 0 <= number < len(arrays) else None
    if array is None:
        raise WireError("the tree names an array that is not there, or names one twice")
    arrays[number] = None
    return array


def _whole(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can spell and nothing else can write."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _read_arrays(about: list[Any], data: memoryview, limits: Limits) -> list[np.ndarray | None]:
    if len(about) > limits.arrays:
        raise WireError(f"{len(about)} arrays; allowed are {limits.arrays}")
    arrays: list[np.ndarray | None] = []
    start = 0
    for entry in about:
        name, shape, layout = _described(entry)
        stop = start + math.prod(shape) * np.dtype(name).itemsize
        spelt = math.prod(max(length, 1) for length in shape)  # without a limit, NumPy and lists of nothing have theirs
        if stop > min(len(data), limits.data) or spelt > limits.data:
            raise WireError(f"the arrays need {stop} bytes; allowed are {limits.data}, present {len(data)}")
        arrays.append(lay_out(np.frombuffer(data[start:stop], name).reshape(shape), layout))
        start = stop
    if start != len(data):
        raise WireError(f"{len(data) - start} bytes are left over")
    return arrays


def _described(entry: Any) -> tuple[str, list[int], str]:
    """Return dtype, shape and layout of an array that a header tells of."""
    match entry:
        case {"dtype": str(name), "shape": list(shape), "layout": "C" | "F" | "strided" as layout} if (
            name in DTYPES and len(shape) <= 16 and all(type(size) is int and size >= 0 for size in shape)
        ):
            return name, shape, layout
    raise WireError("an array of no known dtype, shape or layout")
