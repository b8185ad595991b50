"""Kernels for photographs: those that come apart into a column and a row, blurs, and the search for edges.

Vocabulary as in :mod:`solutions.conv2d`: an image ``x`` is (h, w), its kernel ``weight`` (kh, kw), the output ``y``
(oh, ow). Every function accepts any memory layout and leaves its arguments as they were.
"""

import numpy as np

from solutions.arguments import Array, array, whole
from solutions.conv2d import shifted_sum

__all__ = ["edge_strength", "factors", "gaussian", "outer", "same", "separable"]


def outer(column: Array, row: Array) -> Array:
    """Multiply every entry of a column by every entry of a row.

    Args:
        column: shape (kh,).
        row: shape (kw,).

    Returns:
        The kernel, shape (kh, kw), with entry (i, j) equal to column[i]·row[j].

    Raises:
        ValueError, TypeError: if an argument is no row of numbers.
    """
    column, row = array("column", column, "kh"), array("row", row, "kw")
    return np.asarray(column[:, np.newaxis] * row)


def separable(x: Array, column: Array, row: Array) -> Array:
    """Convolve with the kernel ``outer(column, row)`` in two passes: kh + kw products for each output, not kh·kw.

    Args:
        x: the image, shape (h, w).
        column: shape (kh,).
        row: shape (kw,).

    Returns:
        y, shape (h - kh + 1, w - kw + 1), the dtype that ``x·column·row`` has; ``outer(column, row)`` is the kernel,
        shape (kh, kw), whose entry (i, j) is column[i]·row[j].

    Raises:
        ValueError, TypeError: if an array has the wrong axes, or the kernel is larger than ``x``.
    """
    column, row = array("column", column, "kh"), array("row", row, "kw")
    return shifted_sum(shifted_sum(x, column[:, np.newaxis]), row[np.newaxis, :])


def factors(weight: Array) -> tuple[Array, Array] | None:
    """Find a column and a row whose outer product is the kernel, if there are any: if its rank is 1, or 0.

    Args:
        weight: the kernel, shape (kh, kw).

    Returns:
        (column, row), floating-point, shapes (kh,) and (kw,), with ``row`` 1 where ``weight`` is largest in size; None
        if no outer product comes as near as rounding allows.

    Raises:
        ValueError, TypeError: if ``weight`` is no matrix of numbers.
    """
    weight = array("weight", weight, "kh", "kw")
    weight = weight.astype(weight.dtype if weight.dtype.kind == "f" else np.float64)
    i, j = np.unravel_index(np.abs(weight).argmax(), weight.shape)
    largest = weight[i, j]
    if largest == 0:
        return weight[:, 0], weight[0]
    column, row = weight[:, j].copy(), weight[i] / largest
    nearness = 4 * np.finfo(weight.dtype).eps * abs(largest)
    return (column, row) if (np.abs(outer(column, row) - weight) <= nearness).all() else None


def gaussian(radius: int, sigma: float) -> Array:
    """Make a bell-shaped row of weights with sum 1, for a blur.

    Args:
        radius: how many entries stand on each side of the middle, 0 or more.
        sigma: the width of the bell, in pixels, more than 0.

    Returns:
        Shape (2·radius + 1,), float64, proportional to exp(-d² / (2·sigma²)) at the distance d from the middle.

    Raises:
        ValueError, TypeError: if an argument is out of range.
    """
    if not (np.isfinite(sigma) and sigma > 0):
        raise ValueError(f"sigma is {sigma}; it must be more than 0")
    distance = np.arange(-whole("radius", radius, 0), radius + 1)
    bell = np.exp(-((distance / sigma) ** 2) / 2)
    return np.asarray(bell / bell.sum())


def same(x: Array, weight: Array) -> Array:
    """Convolve a photograph so that it keeps its size: the pixels at its edges are repeated outwards.

    Args:
        x: the photograph, shape (h, w).
        weight: the kernel, shape (kh, kw), not flipped.

    Returns:
        y, shape (h, w). There are kh - 1 more rows, half of them above; of an odd number, the one left over goes
        below. Columns likewise, left and right. Repeated pixels, unlike zeros, do not darken the edges.

    Raises:
        ValueError, TypeError: if an argument is no matrix of numbers.
    """
    x, weight = array("x", x, "h", "w"), array("weight", weight, "kh", "kw")
    kh, kw = weight.shape
    top, left = (kh - 1) // 2, (kw - 1) // 2
    return shifted_sum(np.pad(x, ((top, kh - 1 - top), (left, kw - 1 - left)), mode="edge"), weight)


def edge_strength(x: Array) -> Array:
    """Measure how steeply a photograph changes at every pixel (Sobel and Feldman's operator).

    Args:
        x: the photograph, shape (h, w).

    Returns:
        Shape (h, w), floating-point: the length of the vector of the changes downwards and to the right, each a
        difference of pixels two apart, averaged across with weights 1 2 1 but not divided by their sum.

    Raises:
        ValueError, TypeError: if ``x`` is no matrix of numbers.
    """
    x = array("x", x, "h", "w")
    x = x if x.dtype.kind == "f" else x.astype(np.float64)  # unsigned pixels have no negative differences
    down = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], np.int8)
    padded = np.pad(x, 1, mode="edge")
    return np.asarray(np.hypot(shifted_sum(padded, down), shifted_sum(padded, down.T)))
