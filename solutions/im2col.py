"""Columns of one image: every window copied out, so that a convolution becomes one matrix product.

Vocabulary: an image ``x`` is (h, w), its kernel ``weight`` (kh, kw), the output ``y`` (oh, ow), at stride 1 and without
padding. Columns are first ``cols`` (kh, kw, oh, ow), where entry (i, j, p, q) is pixel (p + i, q + j), and then a
matrix (kh·kw, oh·ow): row-major, rows and columns counted along the lines of kernel and output, as NumPy does;
or column-major, counted down their columns, as Matlab does. Every function accepts any memory layout, keeps the dtype,
and leaves its arguments as they were; results are fresh arrays.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Pair, array, countable, pair
from solutions.conv2d import out_size

__all__ = [
    "as_columns",
    "as_matrix",
    "by_hand",
    "column_major",
    "convolve_by_matrix",
    "exposing",
    "from_column_major",
    "im2col_by_table",
    "im2col_entries",
    "im2col_taps",
    "im2col_windows",
    "index_table",
    "tap_tiles",
    "test_im2col_taps",
    "window_tiles",
]


def by_hand() -> Array:
    """Return the matrix of columns, row-major, of the image (3 1 4 1 / 5 9 2 6 / 5 3 5 8) for a 2 × 3 kernel."""
    return as_matrix(im2col_taps(np.array([[3, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8]]), (2, 3)))


def im2col_windows(x: Array, kernel_size: Pair) -> Array:
    """Copy an image into columns, window by window: oh·ow steps.

    Args:
        x: the image, shape (h, w).
        kernel_size: (kh, kw).

    Returns:
        Columns, shape (kh, kw, oh, ow).

    Raises:
        ValueError: if no window fits, naming the axis and the sizes.
        ValueError, TypeError: if ``x`` is no matrix of numbers, or ``kernel_size`` is out of range.
    """
    x, (kh, kw) = array("x", x, "h", "w"), pair("kernel_size", kernel_size)
    cols = _empty_columns(x, (kh, kw))
    oh, ow = cols.shape[2:]
    for p in range(oh):
        for q in range(ow):
            cols[:, :, p, q] = x[p : p + kh, q : q + kw]
    return cols


def im2col_taps(x: Array, kernel_size: Pair) -> Array:
    """Copy an image into columns, tap by tap: kh·kw steps, each of which moves an image of the output's size.

    Args:
        x: the image, shape (h, w).
        kernel_size: (kh, kw).

    Returns:
        Columns, shape (kh, kw, oh, ow).

    Raises:
        ValueError, TypeError: as :func:`im2col_windows`.
    """
    x, (kh, kw) = array("x", x, "h", "w"), pair("kernel_size", kernel_size)
    cols = _empty_columns(x, (kh, kw))
    oh, ow = cols.shape[2:]
    for i in range(kh):
        for j in range(kw):
            cols[i, j] = x[i : i + oh, j : j + ow]
    return cols


def index_table(size: Pair, kernel_size: Pair) -> Array:
    """Say which pixel every entry of the row-major matrix of columns is.

    Args:
        size: (h, w) of the image.
        kernel_size: (kh, kw).

    Returns:
        Shape (kh·kw, oh·ow), integers: the pixel in row r and column s has number r·w + s.

    Raises:
        ValueError, TypeError: if no window fits, or an argument is out of range.
    """
    (h, w), (kh, kw) = pair("size", size), pair("kernel_size", kernel_size)
    oh, ow = out_size((h, w), (kh, kw))
    countable("the table", (kh, kw, oh, ow))
    first_window = w * np.arange(kh)[:, np.newaxis] + np.arange(kw)  # the pixels of window (0, 0)
    starts = w * np.arange(oh)[:, np.newaxis] + np.arange(ow)  # the pixel (0, 0) of every window
    return first_window.reshape(-1, 1) + starts.reshape(1, -1)


def im2col_by_table(x: Array, kernel_size: Pair) -> Array:
    """Copy an image into the row-major matrix of columns in one step, by the numbers of its pixels.

    Args:
        x: the image, shape (h, w).
        kernel_size: (kh, kw).

    Returns:
        The matrix, shape (kh·kw, oh·ow).

    Raises:
        ValueError, TypeError: as :func:`im2col_windows`.
    """
    x = array("x", x, "h", "w")
    return np.asarray(x.reshape(-1)[index_table(x.shape, kernel_size)])


def as_matrix(cols: Array) -> Array:
    """Lay columns out as a row-major matrix: one row for each tap, one column for each window.

    Args:
        cols: columns, shape (kh, kw, oh, ow).

    Returns:
        The matrix, shape (kh·kw, oh·ow): row i·kw + j, column p·ow + q.

    Raises:
        ValueError, TypeError: if ``cols`` has not four axes.
    """
    cols = array("cols", cols, "kh", "kw", "oh", "ow")
    kh, kw, oh, ow = cols.shape
    return cols.reshape(kh * kw, oh * ow).copy()


def as_columns(matrix: Array, size: Pair, kernel_size: Pair) -> Array:
    """Undo :func:`as_matrix`.

    Args:
        matrix: row-major, shape (kh·kw, oh·ow).
        size: (h, w) of the image that it was made from.
        kernel_size: (kh, kw).

    Returns:
        Columns, shape (kh, kw, oh, ow).

    Raises:
        ValueError, TypeError: if the matrix of such an image has another shape, or an argument is out of range.
    """
    matrix, (kh, kw), (oh, ow) = _checked(matrix, size, kernel_size)
    return matrix.reshape(kh, kw, oh, ow).copy()


def column_major(cols: Array) -> Array:
    """Lay columns out as Matlab does: down the columns of a window, and from window to window down the image.

    Args:
        cols: columns, shape (kh, kw, oh, ow).

    Returns:
        The matrix, shape (kh·kw, oh·ow): row j·kh + i, column q·oh + p; a fresh array.

    Raises:
        ValueError, TypeError: if ``cols`` has not four axes.
    """
    cols = array("cols", cols, "kh", "kw", "oh", "ow")
    kh, kw, oh, ow = cols.shape
    return cols.transpose(1, 0, 3, 2).reshape(kw * kh, ow * oh).copy()


def from_column_major(matrix: Array, size: Pair, kernel_size: Pair) -> Array:
    """Undo :func:`column_major`.

    Args:
        matrix: column-major, shape (kh·kw, oh·ow).
        size: (h, w) of the image that it was made from.
        kernel_size: (kh, kw).

    Returns:
        Columns, shape (kh, kw, oh, ow).

    Raises:
        ValueError, TypeError: as :func:`as_columns`.
    """
    matrix, (kh, kw), (oh, ow) = _checked(matrix, size, kernel_size)
    return matrix.reshape(kw, kh, ow, oh).transpose(1, 0, 3, 2).copy()  # what was transposed last comes back first


def convolve_by_matrix(x: Array, weight: Array) -> Array:
    """Convolve by one product: the kernel as a row, times the matrix of columns.

    Args:
        x: the image, shape (h, w).
        weight: the kernel, shape (kh, kw), not flipped.

    Returns:
        y, shape (oh, ow), of dtype ``np.result_type(x, weight)``.

    Raises:
        ValueError, TypeError: if an argument is no matrix of numbers, or the kernel is larger than ``x``.
    """
    weight = array("weight", weight, "kh", "kw")
    cols = im2col_taps(x, weight.shape)
    y = weight.reshape(1, -1) @ as_matrix(cols)
    return np.asarray(y.reshape(cols.shape[2:]))


def tap_tiles(cols: Array) -> Array:
    """Show columns as kh × kw tiles, each a shifted copy of the image: what one step of :func:`im2col_taps` moves.

    Args:
        cols: columns, shape (kh, kw, oh, ow).

    Returns:
        A picture, shape (kh·oh, kw·ow), with tile (i, j) in row i and column j of tiles.

    Raises:
        ValueError, TypeError: if ``cols`` has not four axes.
    """
    cols = array("cols", cols, "kh", "kw", "oh", "ow")
    kh, kw, oh, ow = cols.shape
    return cols.transpose(0, 2, 1, 3).reshape(kh * oh, kw * ow).copy()


def window_tiles(cols: Array) -> Array:
    """Show columns as oh × ow tiles, each a window: what one step of :func:`im2col_windows` moves.

    Args:
        cols: columns, shape (kh, kw, oh, ow).

    Returns:
        A picture, shape (oh·kh, ow·kw), with window (p, q) in row p and column q of tiles; a fresh array.

    Raises:
        ValueError, TypeError: if ``cols`` has not four axes.
    """
    cols = array("cols", cols, "kh", "kw", "oh", "ow")
    kh, kw, oh, ow = cols.shape
    return cols.transpose(2, 0, 3, 1).reshape(oh * kh, ow * kw).copy()


# Answers to the questions that ask for something other than a function of the chapter.

exposing = {"x": [[1], [1]], "kernel_size": [2, 1]}


def im2col_entries(x: Array, kernel_size: tuple[int, int]) -> Array:
    """Copy an image into the row-major matrix of columns, entry by entry.

    Args:
        x: the image, shape (h, w).
        kernel_size: (kh, kw).

    Returns:
        The matrix, shape (kh·kw, oh·ow): row i·kw + j, column p·ow + q.

    Raises:
        ValueError, TypeError: as :func:`im2col_windows`.
    """
    x, (kh, kw) = array("x", x, "h", "w"), pair("kernel_size", tuple(kernel_size))  # an array will do, too
    oh, ow = out_size(x.shape, (kh, kw))
    countable("the matrix", (kh, kw, oh, ow))
    matrix = np.empty((kh * kw, oh * ow), x.dtype)
    for i, j, p, q in np.ndindex(kh, kw, oh, ow):
        matrix[i * kw + j, p * ow + q] = x[p + i, q + j]
    return matrix


def test_im2col_taps(candidate: Callable[[Array, Pair], Array]) -> None:
    """Raise AssertionError if ``candidate(x, kernel_size)`` does not copy every window of an image into columns.

    Args:
        candidate: a function of x (h, w) and kernel_size (kh, kw) that should return columns (kh, kw, oh, ow), as
            :func:`im2col_taps` does.

    Raises:
        AssertionError: if any output of ``candidate`` is wrong in shape, value or dtype, or if ``x`` changed.
    """
    for dtype in (np.float32, np.float64):
        for (h, w), (kh, kw) in ((1, 1), (1, 1)), ((5, 8), (2, 3)), ((7, 4), (3, 2)):
            x = np.arange(1, h * w + 1, dtype=dtype).reshape(h, w)  # every pixel another number
            cols = candidate(x.copy(), (kh, kw))
            assert cols.shape == (kh, kw, h - kh + 1, w - kw + 1), f"the columns have shape {cols.shape}"
            assert cols.dtype == dtype, f"{x.dtype} went in, {cols.dtype} came out"
            for p, q in np.ndindex(cols.shape[2:]):
                window = x[p : p + kh, q : q + kw]
                assert np.array_equal(cols[:, :, p, q], window), f"window {(p, q)} is {window}"
            kept = x.copy()
            candidate(x, (kh, kw))
            assert np.array_equal(x, kept), "x was changed"


def _empty_columns(x: Array, kernel_size: tuple[int, int]) -> Array:
    shape = (*kernel_size, *out_size(x.shape, kernel_size))
    countable("cols", shape)
    return np.empty(shape, x.dtype)


def _checked(matrix: Array, size: Pair, kernel_size: Pair) -> tuple[Array, tuple[int, int], tuple[int, int]]:
    """Return the matrix, (kh, kw) and (oh, ow), if they belong together."""
    matrix, (kh, kw) = array("matrix", matrix, "kh·kw", "oh·ow"), pair("kernel_size", kernel_size)
    oh, ow = out_size(size, (kh, kw))
    if matrix.shape != (kh * kw, oh * ow):
        needed = f"an image of {size} and a kernel of {kernel_size} make one of shape {(kh * kw, oh * ow)}"
        raise ValueError(f"matrix has shape {matrix.shape}, but {needed}")
    return matrix, (kh, kw), (oh, ow)
