"""What a convolution has to do and how fast a machine lets it; measured times compared fairly; work cut to a cache."""

import math
from statistics import median

import numpy as np

from solutions.arguments import Array

__all__ = ["counted", "fair_speedup", "roofline", "row_blocks"]


def counted() -> Array:
    """Count for a small layer of float32: operations; bytes of the images, of the columns and of the output."""
    (n, c, h, w), (f, _, kh, kw) = (2, 3, 6, 9), (4, 3, 3, 2)
    oh, ow = h - kh + 1, w - kw + 1
    columns = n * c * kh * kw * oh * ow
    return np.array([2 * f * columns, 4 * n * c * h * w, 4 * columns, 4 * n * f * oh * ow])


def fair_speedup(old: list[list[float]], new: list[list[float]]) -> float:
    """Say how many times as fast the new version is, over several shapes.

    The first call warms up and does not count; of the others the median does. Quotients of several shapes are
    averaged by multiplication, as P. J. Fleming and J. J. Wallace ask ("How not to lie with statistics: the correct
    way to summarize benchmark results", 1986).

    Args:
        old: for each shape the seconds of two or more calls, in the order in which they were made.
        new: as many lists for the new version; they may be of other lengths.

    Returns:
        The geometric mean of the quotients old / new.
    """
    quotients = [median(before[1:]) / median(after[1:]) for before, after in zip(old, new, strict=True)]
    return math.prod(quotients) ** (1 / len(quotients))


def roofline(
    x_shape: tuple[int, ...], weight_shape: tuple[int, ...], itemsize: int, trips: int, rate: float, bandwidth: float
) -> tuple[int, int, float]:
    """Predict how long a convolution takes at least: stride 1, no padding, no bias.

    The model is the roofline of S. Williams, A. Waterman and D. Patterson (2009): arithmetic and traffic overlap, and
    the slower of the two decides.

    Args:
        x_shape: (n, c, h, w).
        weight_shape: (f, c, kh, kw).
        itemsize: bytes of a number.
        trips: how often the columns travel between processor and memory: 2 if they are written and read again, 0 if
            they stay in a cache.
        rate: operations per second.
        bandwidth: bytes per second.

    Returns:
        Operations, a multiplication and an addition for each product; bytes, for x and weight read once, y written
        once, and the columns; and seconds.
    """
    (n, c, h, w), (f, _, kh, kw) = x_shape, weight_shape
    oh, ow = h - kh + 1, w - kw + 1
    columns = n * c * kh * kw * oh * ow
    operations = 2 * f * columns
    numbers = math.prod(x_shape) + math.prod(weight_shape) + n * f * oh * ow + trips * columns
    return operations, itemsize * numbers, max(operations / rate, itemsize * numbers / bandwidth)


def row_blocks(
    x_shape: tuple[int, ...], weight_shape: tuple[int, ...], itemsize: int, budget: int
) -> list[tuple[int, int]]:
    """Cut the output rows of one image into blocks whose columns fit into a buffer: stride 1, no padding.

    Args:
        x_shape: (n, c, h, w).
        weight_shape: (f, c, kh, kw).
        itemsize: bytes of a number.
        budget: bytes of the buffer.

    Returns:
        (start, stop) of each block, in order. Every block but the last has as many rows as fit, or one row where not
        even one fits.
    """
    (_, c, h, w), (_, _, kh, kw) = x_shape, weight_shape
    oh, ow = h - kh + 1, w - kw + 1
    rows = max(budget // (c * kh * kw * ow * itemsize), 1)
    return [(start, min(start + rows, oh)) for start in range(0, oh, rows)]
