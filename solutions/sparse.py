"""Convolution of one plane as a matrix that is mostly zeros: as a list of its entries, and written out.

``weight`` (kh, kw) is one kernel, not flipped; ``size`` (h, w) is that of the plane without padding. The matrix has a
row for each of the oh·ow windows and a column for each of the h·w pixels. Arguments are left as they were.
"""

import numpy as np

from solutions.arguments import Array, Padding, Pair, array, countable, pair, whole
from solutions.col2im import pixel_numbers
from solutions.strides import out_size

__all__ = ["apply_entries", "conv_entries", "conv_matrix"]


def conv_entries(
    weight: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> tuple[Array, Array, Array]:
    """List the entries of the matrix of a convolution that are not zero by construction.

    Args:
        weight: one kernel, shape (kh, kw), not flipped.
        size: (h, w) of the plane that the matrix is for.
        stride, padding, dilation: as in ``im2col``.

    Returns:
        (rows, columns, values), each of shape (entries,): row p·ow + q is window (p, q), column i·w + j is pixel
        (i, j), the value is the weight that meets it there. In the order of the flattened columns; padding left out.

    Raises:
        ValueError: if ``weight`` does not have two axes, or no window fits.
    """
    weight = array("weight", weight, "kh", "kw")
    columns = pixel_numbers(size, weight.shape, stride, padding, dilation).reshape(weight.size, -1)
    taps, rows = np.nonzero(columns >= 0)  # every pair of a tap and a window that meets a pixel
    return rows, columns[taps, rows], weight.reshape(-1)[taps]


def apply_entries(entries: tuple[Array, Array, Array], x: Array, count: int) -> Array:
    """Multiply a matrix that is given by its entries with a vector. Swap rows and columns to multiply its transpose.

    Args:
        entries: (rows, columns, values), each of shape (entries,); entries in one place add up.
        x: vector, shape (columns of the matrix,).
        count: rows of the matrix.

    Returns:
        The product, shape (count,), of the dtype that NumPy gives ``values * x``.

    Raises:
        ValueError: if ``x`` is no vector, or an entry lies outside the matrix.
    """
    (rows, columns, values), x, count = entries, array("x", x, "columns"), whole("count", count, 1)
    for name, places, end in ("rows", rows, count), ("columns", columns, len(x)):
        if len(places) and not 0 <= places.min() <= places.max() < end:
            raise ValueError(f"{name} of the entries run from {places.min()} to {places.max()}, but there are {end}")
    product = np.zeros(count, np.result_type(values, x))
    np.add.at(product, rows, values * x[columns])
    return product


def conv_matrix(weight: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Write a convolution as a matrix: times a flattened plane it gives the flattened output.

    Its transpose leads back: ``conv_matrix(...).T @ y`` is the transposed convolution.

    Args:
        weight: one kernel, shape (kh, kw), not flipped.
        size: (h, w) of the plane, without padding.
        stride, padding, dilation: as in ``im2col``.

    Returns:
        The matrix, shape (oh·ow, h·w), dtype of ``weight``: row p·ow + q is window (p, q), column i·w + j is pixel
        (i, j). Most entries are 0.

    Raises:
        ValueError: if ``weight`` does not have two axes, or no window fits.
    """
    weight, (h, w) = array("weight", weight, "kh", "kw"), pair("size", size)
    oh, ow = out_size((h, w), weight.shape, stride, padding, dilation)
    countable("the matrix", (oh * ow, h * w))
    matrix = np.zeros((oh * ow, h * w), weight.dtype)
    rows, columns, values = conv_entries(weight, (h, w), stride, padding, dilation)
    matrix[rows, columns] = values
    return matrix
