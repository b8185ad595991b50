"""Columns of many images of many channels, the matrices they are laid out as, and the products with the kernels.

Vocabulary: images ``x`` (n, c, h, w), kernels ``weight`` (f, c, kh, kw), ``bias`` (f,), outputs ``y`` (n, f, oh, ow);
columns ``cols`` (n, c, kh, kw, oh, ow). ``stride`` is one number for both axes, and there is no padding. Every function
accepts any memory layout, keeps the dtype that NumPy's promotion gives, and leaves its arguments as they were.
"""

import math
from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Pair, array, countable, pair, whole
from solutions.conv2d import out_size
from solutions.memory import layer_shapes

__all__ = [
    "add_bias",
    "arrange",
    "by_hand",
    "conv_all_at_once",
    "conv_by_image",
    "conv_channels_last",
    "conv_kernels_first",
    "conv_n_last",
    "from_window_rows",
    "im2col_batch",
    "restore",
    "to_channels_first",
    "to_channels_last",
    "weight_to_channels_last",
    "window_rows",
]

AXES = ("n", "c", "kh", "kw", "oh", "ow")  # of columns


def im2col_batch(x: Array, kernel_size: Pair, stride: int = 1) -> Array:
    """Copy every window of every channel of every image into columns.

    Args:
        x: images, shape (n, c, h, w).
        kernel_size: (kh, kw).
        stride: distance between neighbouring windows along either axis.

    Returns:
        Columns, shape (n, c, kh, kw, oh, ow), dtype of ``x``; a fresh array.

    Raises:
        ValueError: if no window fits, naming the axis and the sizes.
        ValueError, TypeError: if ``x`` has not four axes, or another argument is out of range.
    """
    x, (kh, kw) = array("x", x, "n", "c", "h", "w"), pair("kernel_size", kernel_size)
    oh, ow = out_size(x.shape[2:], (kh, kw), stride)
    shape = (*x.shape[:2], kh, kw, oh, ow)
    countable("cols", shape)
    cols = np.empty(shape, x.dtype)
    for i in range(kh):
        for j in range(kw):  # the same kh·kw slices as for one image: the first two axes come along
            cols[:, :, i, j] = x[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride]
    return cols


def window_rows(cols: Array) -> Array:
    """Lay columns out with one window in each row, image by image: the left factor of ``rows @ kernels``.

    Args:
        cols: columns, shape (n, c, kh, kw, oh, ow).

    Returns:
        The matrix, shape (n·oh·ow, c·kh·kw); a fresh array.

    Raises:
        ValueError, TypeError: if ``cols`` has not six axes.
    """
    cols = array("cols", cols, *AXES)
    width = math.prod(cols.shape[1:4])  # of a window
    return cols.transpose(0, 4, 5, 1, 2, 3).reshape(cols.size // width, width).copy()


def from_window_rows(matrix: Array, shape: tuple[int, int, int, int, int, int]) -> Array:
    """Undo :func:`window_rows`.

    Args:
        matrix: shape (n·oh·ow, c·kh·kw).
        shape: (n, c, kh, kw, oh, ow) of the columns.

    Returns:
        Columns of that shape; a fresh array.

    Raises:
        ValueError, TypeError: if the matrix of such columns has another shape.
    """
    return restore(matrix, shape, "n oh ow", "c kh kw")


def arrange(cols: Array, rows: str, columns: str) -> Array:
    """Lay columns out as a matrix in any order of axes.

    Args:
        cols: columns, shape (n, c, kh, kw, oh, ow).
        rows: the axes that are counted along the rows, slowest first, such as ``"c kh kw"``.
        columns: the other axes, which are counted along the columns, slowest first.

    Returns:
        The matrix; a fresh array. Some orders in use: ``"n oh ow", "c kh kw"`` is :func:`window_rows`;
        ``"c kh kw", "n oh ow"`` has n first, ``"c kh kw", "oh ow n"`` n last (Stanford's CS231n), and
        ``"c kw kh", "n ow oh"`` is column-major (Matlab).

    Raises:
        ValueError, TypeError: if ``cols`` has not six axes, or these are not all named once.
    """
    cols = array("cols", cols, *AXES)
    order = _order(rows, columns)
    sizes = [cols.shape[axis] for axis in order]
    height = math.prod(sizes[: len(rows.split())])
    return cols.transpose(order).reshape(height, cols.size // height).copy()


def restore(matrix: Array, shape: tuple[int, int, int, int, int, int], rows: str, columns: str) -> Array:
    """Undo :func:`arrange`.

    Args:
        matrix: as :func:`arrange` lays it out.
        shape: (n, c, kh, kw, oh, ow) of the columns.
        rows, columns: as :func:`arrange` was given them.

    Returns:
        Columns of that shape; a fresh array.

    Raises:
        ValueError, TypeError: if the matrix of such columns has another shape, or the six axes are not all named once.
    """
    matrix, order = array("matrix", matrix, "rows", "columns"), _order(rows, columns)
    if len(shape) != len(AXES):
        raise ValueError(f"shape is {shape}; the sizes of ({', '.join(AXES)}) are needed")
    sizes = [whole(f"shape[{axis}]", shape[axis], 1) for axis in order]
    height = math.prod(sizes[: len(rows.split())])
    needed = height, math.prod(sizes) // height
    if matrix.shape != needed:
        raise ValueError(f"matrix has shape {matrix.shape}; columns of shape {tuple(shape)} make one of shape {needed}")
    return matrix.reshape(sizes).transpose(np.argsort(order)).copy()  # argsort of an order is the way back


def add_bias(y: Array, bias: Array | None) -> Array:
    """Add one number to every output channel.

    Args:
        y: outputs, shape (n, f, oh, ow).
        bias: shape (f,), or None for nothing.

    Returns:
        The sum, shape (n, f, oh, ow).

    Raises:
        ValueError, TypeError: if an array has the wrong axes, or there is not one entry for each channel.
    """
    y = array("y", y, "n", "f", "oh", "ow")
    if bias is None:
        return y.copy()
    bias = array("bias", bias, "f")
    if len(bias) != y.shape[1]:
        raise ValueError(f"bias has {len(bias)} entries; it must have {y.shape[1]}, one for each output channel")
    return np.asarray(y + bias[:, np.newaxis, np.newaxis])


def conv_all_at_once(x: Array, weight: Array, bias: Array | None = None, stride: int = 1) -> Array:
    """Convolve all images by one product: windows as rows, times kernels as columns.

    Args:
        x: images, shape (n, c, h, w).
        weight: kernels, shape (f, c, kh, kw), not flipped.
        bias: shape (f,), or None.
        stride: distance between neighbouring windows along either axis.

    Returns:
        y, shape (n, f, oh, ow), of dtype ``np.result_type(x, weight)`` (with the bias, if there is one).

    Raises:
        ValueError, TypeError: if an array has the wrong axes, sizes do not suit each other, or no window fits.
    """
    x, weight = _layer(x, weight)
    cols = im2col_batch(x, weight.shape[2:], stride)
    n, _, _, _, oh, ow = cols.shape
    f = len(weight)
    y = window_rows(cols) @ weight.reshape(f, weight.size // f).T  # (n·oh·ow, c·kh·kw) @ (c·kh·kw, f)
    return add_bias(y.reshape(n, oh, ow, f).transpose(0, 3, 1, 2), bias)


def conv_n_last(x: Array, weight: Array, bias: Array | None = None, stride: int = 1) -> Array:
    """Convolve all images by one product, as Stanford's CS231n does: kernels as rows, windows as columns, n last.

    Args:
        x, weight, bias, stride: as in :func:`conv_all_at_once`.

    Returns:
        y, shape (n, f, oh, ow), as :func:`conv_all_at_once` gives it.

    Raises:
        ValueError, TypeError: as :func:`conv_all_at_once`.
    """
    x, weight = _layer(x, weight)
    cols = im2col_batch(x, weight.shape[2:], stride)
    n, _, _, _, oh, ow = cols.shape
    f = len(weight)
    y = weight.reshape(f, -1) @ arrange(cols, "c kh kw", "oh ow n")
    return add_bias(y.reshape(f, oh, ow, n).transpose(3, 0, 1, 2), bias)  # n was last, so it is the last axis here


def conv_by_image(x: Array, weight: Array, bias: Array | None = None, stride: int = 1) -> Array:
    """Convolve one image after the other: the columns of a single image are all that is ever kept.

    Args:
        x, weight, bias, stride: as in :func:`conv_all_at_once`.

    Returns:
        y, shape (n, f, oh, ow), as :func:`conv_all_at_once` gives it.

    Raises:
        ValueError, TypeError: as :func:`conv_all_at_once`.
    """
    x, weight = _layer(x, weight)
    f, _, kh, kw = weight.shape
    oh, ow = out_size(x.shape[2:], (kh, kw), stride)
    y = np.empty((len(x), f, oh * ow), np.result_type(x, weight))
    for image, out in zip(x, y, strict=True):
        cols = im2col_batch(image[np.newaxis], (kh, kw), stride)
        out[...] = weight.reshape(f, -1) @ cols.reshape(-1, oh * ow)  # of one image, no transpose is needed
    return add_bias(y.reshape(len(x), f, oh, ow), bias)


def to_channels_last(x: Array) -> Array:
    """Turn images (n, c, h, w) into (n, h, w, c); a fresh, C-ordered array.

    Raises:
        ValueError, TypeError: if ``x`` has not four axes.
    """
    return array("x", x, "n", "c", "h", "w").transpose(0, 2, 3, 1).copy()


def to_channels_first(x: Array) -> Array:
    """Turn images (n, h, w, c) into (n, c, h, w); a fresh, C-ordered array.

    Raises:
        ValueError, TypeError: if ``x`` has not four axes.
    """
    return array("x", x, "n", "h", "w", "c").transpose(0, 3, 1, 2).copy()


def weight_to_channels_last(weight: Array) -> Array:
    """Turn kernels (f, c, kh, kw) into (kh, kw, c, f), which suit images with channels last; a fresh, C-ordered array.

    Raises:
        ValueError, TypeError: if ``weight`` has not four axes.
    """
    return array("weight", weight, "f", "c", "kh", "kw").transpose(2, 3, 1, 0).copy()


def conv_channels_last(x: Array, weight: Array, bias: Array | None = None, stride: int = 1) -> Array:
    """Convolve images with channels last: a product for every tap, and nothing to transpose before or after.

    Args:
        x: images, shape (n, h, w, c).
        weight: kernels, shape (kh, kw, c, f), not flipped.
        bias: shape (f,), or None.
        stride: distance between neighbouring windows along either axis.

    Returns:
        y, shape (n, oh, ow, f), of dtype ``np.result_type(x, weight)`` (with the bias, if there is one).

    Raises:
        ValueError, TypeError: if an array has the wrong axes, sizes do not suit each other, or no window fits.
    """
    x, weight = array("x", x, "n", "h", "w", "c"), array("weight", weight, "kh", "kw", "c", "f")
    kh, kw, c, f = weight.shape
    if x.shape[3] != c:
        raise ValueError(f"weight has {c} channels (shape {weight.shape}), but x has {x.shape[3]}")
    if bias is not None and len(array("bias", bias, "f")) != f:
        raise ValueError(f"bias has {len(bias)} entries; it must have {f}, one for each output channel")
    oh, ow = out_size(x.shape[1:3], (kh, kw), stride)
    y = np.zeros((len(x), oh, ow, f), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += x[:, i : i + stride * oh : stride, j : j + stride * ow : stride] @ weight[i, j]
    return y if bias is None else np.asarray(y + bias)


# Answers to the questions that ask for something other than a function of this module.


exposing = {"cols": [[[[1]]], [[[2]]]], "weight": [[1], [10]]}


def by_hand() -> list[int]:
    """Return the sizes that ``layer_shapes`` finds for 16 images (3, 31, 47) and 20 kernels 5 × 3 at stride 2."""
    return [size for shape in layer_shapes((16, 3, 31, 47), (20, 3, 5, 3), 2) for size in shape]


def conv_kernels_first(cols: Array, weight: Array) -> Array:
    """Multiply kernels as rows by windows as columns, image by image.

    Args:
        cols: columns whose windows are already merged, shape (n, c·kh·kw, oh, ow).
        weight: kernels, merged in the same order, shape (f, c·kh·kw).

    Returns:
        y, shape (n, f, oh, ow), of dtype ``np.result_type(cols, weight)``.

    Raises:
        ValueError, TypeError: if an array has the wrong axes, or a kernel has not as many entries as a window.
    """
    cols, weight = array("cols", cols, "n", "c·kh·kw", "oh", "ow"), array("weight", weight, "f", "c·kh·kw")
    n, taps, oh, ow = cols.shape
    f = len(weight)
    if weight.shape[1] != taps:
        raise ValueError(f"weight has shape {weight.shape}; windows of {taps} entries need ({f}, {taps})")
    y = weight @ cols.swapaxes(0, 1).reshape(taps, n * oh * ow)
    return np.asarray(y.reshape(f, n, oh, ow).swapaxes(0, 1))  # the rows were kernels, so f comes first


def test_conv_all_at_once(candidate: Callable[..., Array]) -> None:
    """Raise AssertionError if ``candidate(x, weight, bias, stride)`` is not the convolution of a batch of images.

    Args:
        candidate: a function of x (n, c, h, w), weight (f, c, kh, kw), bias (f,) or None, and stride, that should
            return y (n, f, oh, ow), as ``conv_all_at_once`` does.

    Raises:
        AssertionError: if an output of ``candidate`` is wrong in shape, value or dtype, or if an input changed.
    """
    for dtype, stride in ("f8", 1), ("f4", 2):
        x = np.arange(2 * 3 * 4 * 6, dtype=dtype).reshape(2, 3, 4, 6) % 7 - 2
        weight = np.arange(5 * 3 * 2 * 3, dtype=dtype).reshape(5, 3, 2, 3) % 11 - 4
        for bias in (np.array([3, -1, 4, 1, -5], dtype), None):
            kept_x, kept_weight = x.copy(), weight.copy()
            y = candidate(x, weight, bias, stride)
            oh, ow = (4 - 2) // stride + 1, (6 - 3) // stride + 1
            assert y.shape == (2, 5, oh, ow), f"the output should have shape {(2, 5, oh, ow)}, not {y.shape}"
            assert y.dtype == x.dtype, f"{x.dtype} went in, {y.dtype} came out"
            for n, f, p, q in np.ndindex(y.shape):
                window = x[n, :, p * stride : p * stride + 2, q * stride : q * stride + 3]
                expected = (window * weight[f]).sum() + (0 if bias is None else bias[f])
                assert np.isclose(y[n, f, p, q], expected), f"entry {(n, f, p, q)} is {y[n, f, p, q]}, not {expected}"
            assert (x == kept_x).all() and (weight == kept_weight).all(), "an input was changed"
    plain = candidate(np.ones((1, 1, 2, 3)), np.ones((1, 1, 2, 2)))
    assert plain.tolist() == [[[[4.0, 4.0]]]], "bias and stride have defaults"


# Shared checks of arguments.


def _order(rows: str, columns: str) -> list[int]:
    names = [*rows.split(), *columns.split()]
    if sorted(names) != sorted(AXES):
        raise ValueError(f"rows {rows!r} and columns {columns!r} must together name {', '.join(AXES)}, each once")
    return [AXES.index(name) for name in names]


def _layer(x: Array, weight: Array) -> tuple[Array, Array]:
    x, weight = array("x", x, "n", "c", "h", "w"), array("weight", weight, "f", "c", "kh", "kw")
    if x.shape[1] != weight.shape[1]:
        raise ValueError(f"weight has {weight.shape[1]} channels (shape {weight.shape}), but x has {x.shape[1]}")
    return x, weight
