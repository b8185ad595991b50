"""Convolution of one row of numbers, from the loop to the two matrices behind it.

Vocabulary: ``x`` (w,) is the input, ``weight`` (kw,) the kernel, ``y`` (ow,) the output. "Convolution" means
cross-correlation, as in deep learning, except in :func:`convolve_full`. Every function accepts any memory
layout and any integer or floating dtype, keeps the dtype that NumPy's promotion gives, and leaves its
arguments as they were.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import array, whole

__all__ = [
    "banded",
    "by_hand",
    "col2im_1d",
    "convolve_full",
    "correlate",
    "correlate_same",
    "exposing",
    "im2col_1d",
    "out_size",
    "shifted_sum",
    "strided",
    "test_correlate",
]


def out_size(w: int, kw: int, stride: int = 1, padding: int = 0) -> int:
    """Count the windows of ``kw`` entries that fit into a padded row.

    Args:
        w: length of the row, 0 or more.
        kw: length of a window, 1 or more.
        stride: distance between the starts of neighbouring windows, 1 or more.
        padding: zeros added at each end of the row, 0 or more.

    Returns:
        The number of starts ``i·stride`` (i = 0, 1, …) whose window ends inside the padded row; 0 if none does.
    """
    w, kw = whole("w", w, 0), whole("kw", kw, 1)
    stride, padding = whole("stride", stride, 1), whole("padding", padding, 0)
    slack = w + 2 * padding - kw  # how far the first window can slide before it leaves the row
    return max(slack // stride + 1, 0)


def by_hand() -> np.ndarray:
    """Return what the kernel 1 2 -1, slid along the row 2 0 1 3 -1, gives."""
    return correlate(np.array([2, 0, 1, 3, -1]), np.array([1, 2, -1]))


def correlate(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Slide a kernel along a row and sum the products ("valid": only windows that lie inside).

    Args:
        x: the row, shape (w,).
        weight: the kernel, shape (kw,), not flipped.

    Returns:
        y, shape (w - kw + 1,), with y[i] = x[i]·weight[0] + x[i+1]·weight[1] + …; the dtype that ``x·weight`` has.

    Raises:
        ValueError: if an argument is not a row, or the kernel is longer than ``x``.
    """
    x, weight = array("x", x, "w"), array("weight", weight, "kw")
    kw = len(weight)
    y = np.empty(_fitting(len(x), kw), np.result_type(x, weight))
    for i in range(len(y)):
        y[i] = x[i : i + kw] @ weight
    return y


def convolve_full(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Convolve in the mathematician's sense: the kernel is flipped and may hang over both ends.

    Args:
        x: the row, shape (w,).
        weight: the kernel, shape (kw,).

    Returns:
        y, shape (w + kw - 1,), with y[k] the sum of x[i]·weight[j] over all i + j = k: the coefficients of the
        product of two polynomials.

    Raises:
        ValueError: if an argument is not a row, or is empty.
    """
    x, weight = array("x", x, "w"), array("weight", weight, "kw")
    return correlate(_pad(x, len(weight) - 1, len(weight) - 1), weight[::-1])


def correlate_same(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Slide a kernel along a zero-padded row so that the output is as long as the input.

    Args:
        x: the row, shape (w,).
        weight: the kernel, shape (kw,), not flipped.

    Returns:
        y, shape (w,). The row gets kw - 1 zeros in all, half of them in front; of an odd number, the one left
        over goes behind.

    Raises:
        ValueError: if an argument is not a row, or is empty.
    """
    x, weight = array("x", x, "w"), array("weight", weight, "kw")
    before = (len(weight) - 1) // 2
    return correlate(_pad(x, before, len(weight) - 1 - before), weight)


def shifted_sum(x: np.ndarray, weight: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Convolve by adding up kw shifted copies of the row, each scaled by one entry of the kernel.

    Args:
        x: the row, shape (w,).
        weight: the kernel, shape (kw,), not flipped.
        stride: distance between the starts of neighbouring windows, 1 or more.
        padding: zeros added at each end of the row, 0 or more.

    Returns:
        y, shape (ow,) with ow = out_size(w, kw, stride, padding); the dtype that ``x·weight`` has.

    Raises:
        ValueError: if an argument is not a row, stride or padding is out of range, or no window fits.
    """
    x, weight = array("x", x, "w"), array("weight", weight, "kw")
    ow = _fitting(len(x), len(weight), stride, padding)
    x = _pad(x, padding, padding)
    y = np.zeros(ow, np.result_type(x, weight))
    for j, tap in enumerate(weight):  # kw steps, not ow: each adds a whole row
        y += tap * x[j : j + stride * ow : stride]
    return y


def banded(weight: np.ndarray, w: int, stride: int = 1) -> np.ndarray:
    """Write the convolution as a matrix: ``banded(weight, w, stride) @ x`` is the output for a row ``x`` (w,).

    Args:
        weight: the kernel, shape (kw,), not flipped.
        w: length of the rows that the matrix is to be applied to.
        stride: distance between the starts of neighbouring windows, 1 or more.

    Returns:
        The matrix, shape (ow, w), dtype of ``weight``: row i holds the kernel from column i·stride on, and zeros.

    Raises:
        ValueError: if ``weight`` is not a row, ``stride`` is out of range, or no window fits.
    """
    weight = array("weight", weight, "kw")
    kw = len(weight)
    matrix = np.zeros((_fitting(w, kw, stride), w), weight.dtype)
    for i, row in enumerate(matrix):
        row[i * stride : i * stride + kw] = weight
    return matrix


def im2col_1d(x: np.ndarray, kw: int, stride: int = 1) -> np.ndarray:
    """Copy every window of the row into a column of its own.

    Args:
        x: the row, shape (w,).
        kw: length of a window, 1 or more.
        stride: distance between the starts of neighbouring windows, 1 or more.

    Returns:
        Columns, shape (kw, ow), dtype of ``x``; column i is the window that starts at i·stride. A fresh array.

    Raises:
        ValueError: if ``x`` is not a row, ``stride`` is out of range, or no window fits.
    """
    x = array("x", x, "w")
    ow = _fitting(len(x), kw, stride)
    cols = np.empty((kw, ow), x.dtype)
    for j in range(kw):
        cols[j] = x[j : j + stride * ow : stride]
    return cols


def col2im_1d(cols: np.ndarray, w: int, stride: int = 1) -> np.ndarray:
    """Send every column entry back to the place of the row it was copied from, and add up what meets there.

    Args:
        cols: columns, shape (kw, ow), as :func:`im2col_1d` lays them out.
        w: length of the row.
        stride: distance between the starts of neighbouring windows, 1 or more.

    Returns:
        The row, shape (w,), dtype of ``cols``; places that no window covers hold 0.

    Raises:
        ValueError: if ``cols`` is not a matrix, or a row of w entries does not have ow such windows.
    """
    cols = array("cols", cols, "kw", "ow")
    kw, ow = cols.shape
    if ow != _fitting(w, kw, stride):
        fits = f"a row of {w} has {out_size(w, kw, stride)} windows of {kw} at stride {stride}"
        raise ValueError(f"cols has {ow} columns, but {fits}; give the w that the columns were made from")
    x = np.zeros(w, cols.dtype)
    for j in range(kw):
        x[j : j + stride * ow : stride] += cols[j]
    return x


# Answers to the questions that ask for something other than a function of arrays.

exposing = {"x": [0, 0, 1], "weight": [1], "stride": 2}


def strided(x: np.ndarray, weight: np.ndarray, stride: int = 1) -> np.ndarray:
    """Slide a kernel along a row in steps of ``stride``.

    Args:
        x: the row, shape (w,).
        weight: the kernel, shape (kw,), not flipped.
        stride: distance between the starts of neighbouring windows, 1 or more.

    Returns:
        y, shape (ow,) with ow = out_size(w, kw, stride); y[i] belongs to the window that starts at i·stride.

    Raises:
        ValueError: if an argument is not a row, ``stride`` is out of range, or no window fits.
    """
    x, weight = array("x", x, "w"), array("weight", weight, "kw")
    kw = len(weight)
    y = np.empty(_fitting(len(x), kw, stride), np.result_type(x, weight))
    for i in range(len(y)):
        y[i] = x[i * stride : i * stride + kw] @ weight
    return y


def test_correlate(candidate: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    """Raise AssertionError if ``candidate(x, weight)`` is not the cross-correlation of two rows.

    Args:
        candidate: a function of x (w,) and weight (kw,) that should return y (w - kw + 1,), as ``correlate`` does.

    Raises:
        AssertionError: if any output of ``candidate`` is wrong in length, value or dtype, or if an input changed.
    """
    for x_dtype, dtype in ("f8", "f8"), ("f4", "f4"), ("f4", "f8"), ("f8", "f4"):
        x = np.array([3, -1, 4, 1, -5, 9], x_dtype)
        for weight in (np.array([2], dtype), np.array([2, 7], dtype), np.array([1, -2, 3, 5, 8, 13], dtype)):
            kept_x, kept_weight = x.copy(), weight.copy()
            y = candidate(x, weight)
            expected = [sum(x[i + j] * weight[j] for j in range(len(weight))) for i in range(7 - len(weight))]
            assert y.shape == (len(expected),), f"{len(expected)} windows fit, but the output has shape {y.shape}"
            assert y.dtype == np.result_type(x, weight), f"{x.dtype} and {weight.dtype} went in, {y.dtype} came out"
            assert np.allclose(y, expected), f"expected {expected}, got {y}"
            assert (x == kept_x).all() and (weight == kept_weight).all(), "an input was changed"


# Shared checks of arguments.


def _fitting(w: int, kw: int, stride: int = 1, padding: int = 0) -> int:
    ow = out_size(w, kw, stride, padding)
    if ow == 0:
        padded = f"the padded row is {w + 2 * padding} long (w={w}, padding {padding})"
        raise ValueError(f"kernel length {kw} does not fit: {padded}; use a shorter kernel or more padding")
    return ow


def _pad(x: np.ndarray, before: int, after: int) -> np.ndarray:
    return np.concatenate([np.zeros(before, x.dtype), x, np.zeros(after, x.dtype)])
