"""Windows without a copy, and windows by index: what NumPy's strides and index arrays can do for a convolution.

Vocabulary: images ``x`` (n, c, h, w), kernels ``weight`` (f, c, kh, kw), ``bias`` (f,), outputs ``y`` (n, f, oh, ow);
windows and columns are (n, c, kh, kw, oh, ow). ``stride`` and ``dilation`` are one number or a pair (y, x), ``padding``
has the forms of the chapter ``strides``. A view shares the memory of ``x``, and its entries overlap: it is read-only.
Every function accepts any memory layout, keeps the dtype that NumPy's promotion gives, and leaves its arguments as they
were.
"""

import math
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from solutions.arguments import Array, Padding, Pair, array, countable, pair, whole
from solutions.strides import check_channels, extent, out_size, pad, pads

__all__ = [
    "address",
    "byte_span",
    "byte_strides",
    "conv_einsum",
    "conv_tensordot",
    "flat_index",
    "im2col_flat",
    "im2col_indices",
    "im2col_strided",
    "index_arrays",
    "reshape_copies",
    "windows_sliding",
    "windows_strided",
]


def byte_strides(shape: tuple[int, ...], itemsize: int, order: Literal["C", "F"] = "C") -> tuple[int, ...]:
    """Work out how many bytes lie between neighbours along each axis of an array without gaps.

    Args:
        shape: of the array, each size 1 or more.
        itemsize: bytes of one entry.
        order: "C" if the last axis runs fastest, "F" if the first does.

    Returns:
        The strides, one for each axis, as NumPy has them.

    Raises:
        ValueError, TypeError: if a size or ``itemsize`` is out of range, or ``order`` is neither.
    """
    sizes = [whole(f"shape[{axis}]", size, 1) for axis, size in enumerate(shape)]
    itemsize = whole("itemsize", itemsize, 1)
    if order not in ("C", "F"):
        raise ValueError(f"order is {order!r}; it may be 'C' or 'F'")
    faster = [sizes[axis + 1 :] if order == "C" else sizes[:axis] for axis in range(len(sizes))]
    return tuple(itemsize * math.prod(axes) for axes in faster)


def address(index: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """Find an entry in memory.

    Args:
        index: one number for each axis, none negative.
        strides: in bytes, one for each axis; these may be negative or 0.

    Returns:
        How many bytes behind entry (0, 0, …) the entry begins; negative if it is in front.

    Raises:
        ValueError, TypeError: if there are more of one than of the other, or an index is negative.
    """
    if len(index) != len(strides):
        raise ValueError(f"index {index} has {len(index)} numbers, but there are {len(strides)} strides")
    steps = [whole(f"index[{axis}]", number, 0) for axis, number in enumerate(index)]
    return sum(step * stride for step, stride in zip(steps, strides, strict=True))


def byte_span(x: Array) -> int:
    """Measure the stretch of memory from the first byte of an array's entries to the last.

    Args:
        x: an array of any shape, dtype and layout, not empty.

    Returns:
        The length in bytes: ``x.nbytes`` if there are neither gaps nor overlaps, less for overlapping windows.

    Raises:
        ValueError: if ``x`` has no entries.
    """
    x = np.asarray(x)
    if x.size == 0:
        raise ValueError(f"x has shape {x.shape}; an array with entries is needed")
    lengths = ((size - 1) * abs(step) for size, step in zip(x.shape, x.strides, strict=True))
    return int(x.itemsize + sum(lengths))


def reshape_copies(x: Array, shape: int | tuple[int, ...]) -> bool:
    """Tell whether ``x.reshape(shape)`` is a copy, because no strides could describe the new shape.

    Args:
        x: an array of any shape, dtype and layout, not empty.
        shape: as for ``reshape``.

    Raises:
        ValueError: if ``x`` has not as many entries.
    """
    x = np.asarray(x)
    return not np.may_share_memory(x, x.reshape(shape))


def windows_strided(x: Array, kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1) -> Array:
    """View every window of every image, by strides worked out from those of ``x``.

    Args:
        x: images, shape (n, c, h, w).
        kernel_size, stride, dilation: as in ``strides.im2col``.

    Returns:
        A read-only view, shape (n, c, kh, kw, oh, ow).

    Raises:
        ValueError: if no window fits, naming the axis and the sizes.
        ValueError, TypeError: if ``x`` has not four axes, or another argument is out of range.
    """
    x = array("x", x, "n", "c", "h", "w")
    (kh, kw), (sy, sx), (dy, dx) = pair("kernel_size", kernel_size), pair("stride", stride), pair("dilation", dilation)
    oh, ow = out_size(x.shape[2:], (kh, kw), (sy, sx), 0, (dy, dx))
    of_n, of_c, of_h, of_w = x.strides  # read, not computed: x need not be C-ordered
    shape = (*x.shape[:2], kh, kw, oh, ow)
    steps = (of_n, of_c, dy * of_h, dx * of_w, sy * of_h, sx * of_w)
    return as_strided(x, shape, steps, writeable=False)


def windows_sliding(x: Array, kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1) -> Array:
    """View every window of every image: every dense window of the dilated kernel's span, then slices of them.

    Args:
        x, kernel_size, stride, dilation: as in :func:`windows_strided`.

    Returns:
        A read-only view, shape (n, c, kh, kw, oh, ow).

    Raises:
        ValueError, TypeError: as :func:`windows_strided`.
    """
    x, (sy, sx), (dy, dx) = array("x", x, "n", "c", "h", "w"), pair("stride", stride), pair("dilation", dilation)
    out_size(x.shape[2:], kernel_size, (sy, sx), 0, (dy, dx))  # refuses what does not fit, in the words of this course
    dense = sliding_window_view(x, extent(kernel_size, (dy, dx)), axis=(2, 3))  # the window's axes come last
    return dense[:, :, ::sy, ::sx, ::dy, ::dx].transpose(0, 1, 4, 5, 2, 3)


def im2col_strided(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy every window into columns in one step: a copy of the view.

    Args:
        x, kernel_size, stride, padding, dilation: as in ``strides.im2col``.

    Returns:
        Columns, shape (n, c, kh, kw, oh, ow), dtype of ``x``; a fresh array.

    Raises:
        ValueError, TypeError: as ``strides.im2col``.
    """
    return windows_strided(_bordered(x, kernel_size, stride, padding, dilation), kernel_size, stride, dilation).copy()


def index_arrays(
    channels: int, size: Pair, kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1
) -> tuple[Array, Array, Array]:
    """Say which entry of an image every entry of its matrix of columns is (the k, i, j of Stanford's CS231n).

    Args:
        channels: c.
        size: (h, w) of the image, padding included.
        kernel_size, stride, dilation: as in ``strides.im2col``.

    Returns:
        Channels k (c·kh·kw, 1), rows i and columns j (c·kh·kw, oh·ow), all int64: ``x[:, k, i, j]`` are the columns,
        shape (n, c·kh·kw, oh·ow).

    Raises:
        ValueError, TypeError: if no window fits, or an argument is out of range.
    """
    channels, (kh, kw) = whole("channels", channels, 1), pair("kernel_size", kernel_size)
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    oh, ow = out_size(size, (kh, kw), (sy, sx), 0, (dy, dx))
    countable("the index arrays", (channels, kh, kw, oh, ow))
    k, i, j = (index.reshape(-1, 1) for index in np.indices((channels, kh, kw)))  # one row for each tap
    p, q = (index.reshape(1, -1) for index in np.indices((oh, ow)))  # one column for each window
    return k, sy * p + dy * i, sx * q + dx * j


def flat_index(channels: int, size: Pair, kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1) -> Array:
    """Say the same in one number: the place of the entry in an image that is laid out as one row, C-ordered.

    Args:
        channels, size, kernel_size, stride, dilation: as in :func:`index_arrays`.

    Returns:
        Shape (c·kh·kw, oh·ow), integers: ``x.reshape(n, -1)[:, index]`` are the columns.

    Raises:
        ValueError, TypeError: as :func:`index_arrays`.
    """
    k, i, j = index_arrays(channels, size, kernel_size, stride, dilation)
    h, w = pair("size", size)
    return np.asarray((k * h + i) * w + j)


def im2col_indices(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy every window into columns by three index arrays.

    Args:
        x, kernel_size, stride, padding, dilation: as in ``strides.im2col``.

    Returns:
        Columns, shape (n, c, kh, kw, oh, ow), dtype of ``x``; a fresh array.

    Raises:
        ValueError, TypeError: as ``strides.im2col``.
    """
    padded = _bordered(x, kernel_size, stride, padding, dilation)
    n, c, h, w = padded.shape
    k, i, j = index_arrays(c, (h, w), kernel_size, stride, dilation)
    out = out_size((h, w), kernel_size, stride, 0, dilation)
    return padded[:, k, i, j].reshape(n, c, *pair("kernel_size", kernel_size), *out)


def im2col_flat(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy every window into columns by one flat index.

    Args:
        x, kernel_size, stride, padding, dilation: as in ``strides.im2col``.

    Returns:
        Columns, shape (n, c, kh, kw, oh, ow), dtype of ``x``; a fresh array.

    Raises:
        ValueError, TypeError: as ``strides.im2col``.
    """
    padded = _bordered(x, kernel_size, stride, padding, dilation)
    n, c, h, w = padded.shape
    index = flat_index(c, (h, w), kernel_size, stride, dilation)
    out = out_size((h, w), kernel_size, stride, 0, dilation)
    return padded.reshape(n, -1).take(index, axis=1).reshape(n, c, *pair("kernel_size", kernel_size), *out)


def conv_tensordot(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
) -> Array:
    """Convolve by summing windows times kernels over channels and taps; the copy into columns is tensordot's own.

    Args:
        x, weight, bias, stride, padding, dilation: as in ``strides.conv2d``, without groups.

    Returns:
        y, shape (n, f, oh, ow), of the dtype that NumPy gives ``x * weight + bias``.

    Raises:
        ValueError, TypeError: as ``strides.conv2d``.
    """
    view = _view_for(x, weight, bias, stride, padding, dilation)
    y = np.tensordot(view, weight, axes=((1, 2, 3), (1, 2, 3))).transpose(0, 3, 1, 2)  # f comes out last
    return y if bias is None else np.asarray(y + np.asarray(bias)[:, np.newaxis, np.newaxis])


def conv_einsum(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
) -> Array:
    """Convolve by writing the sum down: no columns are made, and none of the speed of a matrix product is had.

    Args:
        x, weight, bias, stride, padding, dilation: as in ``strides.conv2d``, without groups.

    Returns:
        y, shape (n, f, oh, ow), of the dtype that NumPy gives ``x * weight + bias``.

    Raises:
        ValueError, TypeError: as ``strides.conv2d``.
    """
    view = _view_for(x, weight, bias, stride, padding, dilation)
    y = np.einsum("ncijpq,fcij->nfpq", view, weight)
    return np.asarray(y if bias is None else y + np.asarray(bias)[:, np.newaxis, np.newaxis])


def _bordered(x: Array, kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Array:
    x = array("x", x, "n", "c", "h", "w")
    return pad(x, pads(padding, x.shape[2:], kernel_size, stride, dilation))


def _view_for(x: Array, weight: Array, bias: Array | None, stride: Pair, padding: Padding, dilation: Pair) -> Array:
    check_channels(x, weight, bias, groups=1)
    kernel_size = np.shape(weight)[2:]
    return windows_strided(_bordered(x, kernel_size, stride, padding, dilation), kernel_size, stride, dilation)
