"""The ideas of :mod:`solutions.speed`, one at a time: stride 1, no padding, as small as they can be said.

What has every setting is :mod:`solutions.speed`, :mod:`solutions.row_wide`, :mod:`solutions.winograd` and
:mod:`solutions.without_columns`. Arguments are left as they were; dtypes are kept.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from solutions.arguments import Array, Pair, array, pair
from solutions.roofline import row_blocks

__all__ = ["col2im_wide", "conv2d_quick", "correlate_fft", "exposing", "im2col_wide", "kn2row", "winograd_tiles"]

exposing = {"x": [1, 0, 0], "weight": [0, 1]}


def im2col_wide(x: Array, kernel_size: Pair) -> Array:
    """Copy the windows of one image into row-wide columns: one run of memory for each tap and channel.

    Args:
        x: one image, shape (c, h, w).
        kernel_size: (kh, kw).

    Returns:
        Columns, shape (c, kh, kw, (oh - 1)·w + ow), dtype of ``x``. Entry p·w + q of a run belongs to window (p, q)
        if q < ow, and to a gap otherwise: it holds the pixel that lies there in memory. A fresh array.

    Raises:
        ValueError: if ``x`` does not have three axes.
    """
    x, (kh, kw) = array("x", x, "c", "h", "w"), pair("kernel_size", kernel_size)
    c, h, w = x.shape
    run, flat = (h - kh) * w + w - kw + 1, x.reshape(c, h * w)
    cols = np.empty((c, kh, kw, run), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[:, i, j] = flat[:, i * w + j :][:, :run]
    return cols


def col2im_wide(cols: Array, size: Pair) -> Array:
    """Add row-wide columns up where they came from, gaps included.

    Args:
        cols: shape (c, kh, kw, (oh - 1)·w + ow), as :func:`im2col_wide` lays them out.
        size: (h, w) of the image.

    Returns:
        The image, shape (c, h, w), dtype of ``cols``.

    Raises:
        ValueError: if ``cols`` does not have four axes.
    """
    cols, (h, w) = array("cols", cols, "c", "kh", "kw", "run"), pair("size", size)
    c, kh, kw, run = cols.shape
    flat = np.zeros((c, h * w), cols.dtype)
    for i in range(kh):
        for j in range(kw):
            flat[:, i * w + j : i * w + j + run] += cols[:, i, j]
    return flat.reshape(c, h, w)


def kn2row(x: Array, weight: Array) -> tuple[Array, Array]:
    """Convolve without columns: a 1 × 1 convolution for each tap, then shift and add.

    After A. Vasudevan, A. Anderson and D. Gregg, "Parallel Multi Channel Convolution using General Matrix
    Multiplication" (2017).

    Args:
        x: images, shape (n, c, h, w).
        weight: kernels, shape (f, c, kh, kw).

    Returns:
        Planes, shape (kh, kw, n, f, h, w): whole images convolved with one tap each; and y, shape (n, f, oh, ow).

    Raises:
        ValueError: if an argument does not have four axes.
    """
    x, weight = array("x", x, "n", "c", "h", "w"), array("weight", weight, "f", "c", "kh", "kw")
    (n, c, h, w), (f, _, kh, kw) = x.shape, weight.shape
    oh, ow = h - kh + 1, w - kw + 1
    planes = (weight.transpose(2, 3, 0, 1).reshape(kh, kw, 1, f, c) @ x.reshape(n, c, h * w)).reshape(
        kh, kw, n, f, h, w
    )
    y = np.zeros((n, f, oh, ow), planes.dtype)
    for i in range(kh):
        for j in range(kw):
            y += planes[i, j, :, :, i : i + oh, j : j + ow]
    return planes, y


def winograd_tiles(
    tiles: Array, weight: Array, of_input: Array, of_kernel: Array, of_output: Array
) -> tuple[Array, Array]:
    """Convolve tiles with few multiplications: S. Winograd (1980), for networks A. Lavin and S. Gray (2016).

    Args:
        tiles: m tiles of a × a pixels, shape (m, c, a, a).
        weight: kernels, shape (f, c, k, k).
        of_input: transforms a pixels of one axis, shape (a, a).
        of_kernel: transforms k weights of one axis, shape (a, k).
        of_output: makes outputs of a products, shape (a - k + 1, a).

    Returns:
        Products, shape (m, f, a, a), summed over the channels; and y, shape (m, f, a - k + 1, a - k + 1).

    Raises:
        ValueError: if ``tiles`` or ``weight`` does not have four axes.
    """
    tiles, weight = array("tiles", tiles, "m", "c", "a", "a"), array("weight", weight, "f", "c", "k", "k")
    inputs = of_input @ tiles @ of_input.T
    kernels = of_kernel @ weight @ of_kernel.T
    products = (inputs[:, np.newaxis] * kernels).sum(axis=2)
    return products, of_output @ products @ of_output.T


def correlate_fft(x: Array, weight: Array) -> Array:
    """Slide a kernel along a row by multiplying frequencies.

    Args:
        x: the row, shape (w,).
        weight: the kernel, shape (kw,), not longer, not flipped.

    Returns:
        y, shape (w - kw + 1,), dtype of the arrays (float64 for whole numbers).

    Raises:
        ValueError: if an argument does not have one axis.
    """
    x, weight = array("x", x, "w"), array("weight", weight, "kw")
    spectrum = np.fft.rfft(x) * np.fft.rfft(weight, len(x)).conj()
    y: Array = np.fft.irfft(spectrum, len(x))[: len(x) - len(weight) + 1]
    return y


def conv2d_quick(x: Array, weight: Array, budget: int = 2**20) -> Array:
    """Convolve, at least twice as fast as the version of a well-known book.

    Args:
        x: images, shape (n, c, h, w).
        weight: kernels, shape (f, c, kh, kw).
        budget: bytes of columns to hold at a time, if there are columns; the result does not depend on it.

    Returns:
        y, shape (n, f, oh, ow): stride 1, no padding.

    Raises:
        ValueError: if an argument does not have four axes.
    """
    x, weight = array("x", x, "n", "c", "h", "w"), array("weight", weight, "f", "c", "kh", "kw")
    f, kernel_size = len(weight), weight.shape[2:]
    windows = sliding_window_view(x, kernel_size, axis=(2, 3)).transpose(0, 1, 4, 5, 2, 3)
    depth, (oh, ow) = weight[0].size, windows.shape[4:]
    blocks = row_blocks(x.shape, weight.shape, x.itemsize, budget)
    room = np.empty(depth * blocks[0][1] * ow, x.dtype)
    y = np.empty((len(x), f, oh, ow), x.dtype)
    for k in range(len(x)):
        for start, stop in blocks:  # the columns of a few output rows at a time, in one buffer
            block = windows[k, :, :, :, start:stop]
            cols = room[: block.size].reshape(block.shape)
            cols[...] = block
            y[k, :, start:stop] = (weight.reshape(f, depth) @ cols.reshape(depth, -1)).reshape(f, stop - start, ow)
    return y
