"""What every chapter does with its arguments: check them, name what is wrong with them, say what would be right."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

__all__ = ["Array", "Padding", "Pair", "Pairs", "array", "countable", "misfit", "pair", "pairs_of_padding", "whole"]

Array = np.ndarray
Pair = int | tuple[int, int]  # (y, x), or one number for both
Pairs = tuple[tuple[int, int], tuple[int, int]]  # ((top, bottom), (left, right))
Padding = int | tuple[int, int] | Pairs | Literal["same", "valid"]


def array(name: str, value: Any, *axes: str) -> Array:
    """Return an array of numbers with the named axes, or say which axes are needed.

    Args:
        name: of the argument, for the message.
        value: an array or nested lists.
        axes: a name for each axis, such as ``"n", "c", "h", "w"``.

    Raises:
        ValueError: if the number of axes is not that of ``axes``, or an axis is empty.
        TypeError: if ``value`` lives on a GPU, or does not hold integers or floating-point numbers.
    """
    if hasattr(value, "__cuda_array_interface__"):
        raise TypeError(f"{name} lives on a GPU, and NumPy works in main memory; copy it with cupy.asnumpy({name})")
    given = np.asarray(value)
    shape = f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
    if given.ndim != len(axes):
        raise ValueError(f"{name} has shape {given.shape}; an array of shape {shape} is needed")
    if given.size == 0:
        empty = axes[given.shape.index(0)]
        raise ValueError(f"{name} has shape {given.shape}; its axis {empty} is empty, of {shape} all must have entries")
    if given.dtype.kind not in "iuf":
        raise TypeError(f"{name} has dtype {given.dtype}; integers or floating-point numbers are needed")
    return given


def whole(name: str, value: Any, least: int) -> int:
    """Return a whole number of at least ``least``.

    Raises:
        TypeError: if it is no whole number; ``True`` is none, and 2.0 neither.
        ValueError: if it is smaller.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}; a whole number is needed")
    if value < least:
        raise ValueError(f"{name} is {value}; it must be {least} or more")
    return int(value)


def pair(name: str, value: Any, least: int = 1) -> tuple[int, int]:
    """Return (y, x) from one whole number for both, or from two.

    Raises:
        TypeError: if it is neither.
        ValueError: if a number is smaller than ``least``, or there are not two.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        both = whole(name, value, least)
        return both, both
    if len(value) != 2:
        raise ValueError(f"{name} is {value!r}; one whole number or a pair (y, x) is needed")
    y, x = value
    return whole(f"{name}[0]", y, least), whole(f"{name}[1]", x, least)


def pairs_of_padding(padding: Any) -> Pairs:
    """Return ((top, bottom), (left, right)) from one number, a pair (y, x), or those pairs themselves.

    Raises:
        TypeError, ValueError: if it is none of these, or a number is negative.
    """
    sides = padding if isinstance(padding, Sequence) and not isinstance(padding, str) else (padding, padding)
    if len(sides) != 2:
        raise ValueError(f"padding is {padding!r}; a number, (y, x) or ((top, bottom), (left, right)) is needed")
    top_bottom, left_right = (pair(f"padding[{axis}]", side, least=0) for axis, side in enumerate(sides))
    return top_bottom, left_right


def countable(name: str, shape: Sequence[int]) -> None:
    """Refuse an array that has more entries than an index can count.

    Raises:
        ValueError: if the product of the sizes overflows the index type.
    """
    if math.prod(shape) > np.iinfo(np.intp).max:
        raise ValueError(f"{name} would have shape {tuple(shape)}: more entries than an index can count")


def misfit(axis: Literal["height", "width"], taps: int, length: int, sides: tuple[int, int], span: int) -> str:
    """Word the message of the ValueError for a kernel that no window of the padded image is large enough for.

    Args:
        axis: of the kernel.
        taps: its entries along that axis.
        length: of the image along that axis, h or w.
        sides: the padding at both ends.
        span: what the kernel spans when dilated.
    """
    letter, adjective = ("h", "high") if axis == "height" else ("w", "wide")
    dilated = "" if span == taps else f", dilated to {span},"
    border = f"padding {sides[0]}" if sides[0] == sides[1] else f"padding {sides[0]} and {sides[1]}"
    padded = f"the padded input is {length + sum(sides)} {adjective} ({letter}={length}, {border})"
    return f"kernel {axis} {taps}{dilated} does not fit: {padded}; use a smaller kernel or more padding"
