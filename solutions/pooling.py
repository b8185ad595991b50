"""Pooling: the largest entry of every window of every channel, and what flows back to it.

Images ``x`` are (n, c, h, w), outputs ``y`` (n, c, oh, ow). Windows lie side by side unless a ``stride`` is given.
``padding`` takes the forms of the chapter ``strides``, and every window must hold at least one pixel of the image. In
``ceil_mode`` a tail that is too short for a window gets one all the same, clipped at the edge, unless it would begin
behind the last row or column of the image. Inputs are left alone and may have any memory layout; dtypes are kept.
Means are in :mod:`solutions.averages`.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, array, pair, whole
from solutions.strides import im2col, out_size, pad, pads, unused

__all__ = [
    "argmax_backward",
    "borders",
    "by_hand",
    "columns",
    "exposing",
    "lowest",
    "matching",
    "max_pool2d",
    "max_pool2d_argmax",
    "max_pool2d_backward",
    "pool_by_reshape",
    "pooled_size",
    "step_of",
    "test_tiles_backward",
    "tiles_backward",
]


def by_hand() -> Array:
    """Return the largest entries of the 2 × 3 windows of a 3 × 5 image, in steps of one row and two columns."""
    x = np.array([[2, 7, 1, 3, 5], [4, 0, 6, 8, 1], [9, 3, 2, 5, 0]])
    return np.asarray(max_pool2d(x[np.newaxis, np.newaxis], (2, 3), (1, 2)).ravel())


def pool_by_reshape(x: Array, k: int) -> Array:
    """Take the largest entry of every k × k tile, by giving each tile two axes of its own.

    Args:
        x: images, shape (n, c, h, w), with h and w multiples of k.
        k: height and width of a tile.

    Returns:
        y, shape (n, c, h / k, w / k), dtype of ``x``.

    Raises:
        ValueError, TypeError: if ``x`` has not four axes, or tiles of k × k do not cover it exactly.
    """
    x, k = array("x", x, "n", "c", "h", "w"), whole("k", k, 1)
    n, c, h, w = x.shape
    if h % k or w % k:
        raise ValueError(f"k is {k}; it must divide the height {h} and the width {w} of x")
    tiles = x.reshape(n, c, h // k, k, w // k, k)
    return np.asarray(tiles.max(axis=(3, 5)))


def lowest(dtype: str | type | np.dtype) -> int | float:
    """Return the number of a dtype that no other is smaller than: the border of an image whose maxima are wanted.

    Args:
        dtype: of integers or floating-point numbers.

    Returns:
        -inf, or the lowest integer.

    Raises:
        TypeError: if it is a dtype of something else.
    """
    kind = np.dtype(dtype)
    if kind.kind not in "iuf":
        raise TypeError(f"dtype is {kind}; one of integers or floating-point numbers is needed")
    return -np.inf if kind.kind == "f" else int(np.iinfo(kind).min)


def pooled_size(
    size: Pair,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Padding = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> tuple[int, int]:
    """Count the windows of a pooling, along each axis.

    Args:
        size: (h, w) of the image.
        kernel_size, stride, padding, dilation, ceil_mode: as in :func:`max_pool2d`.

    Returns:
        (oh, ow): as for a convolution; in ceil mode one more along each axis where a tail is left, unless that window
        would begin behind the last row or column of the image.

    Raises:
        ValueError, TypeError: if not even one whole window fits, or an argument is out of range.
    """
    (h, w), (sy, sx) = pair("size", size), step_of(kernel_size, stride)
    oh, ow = out_size((h, w), kernel_size, (sy, sx), padding, dilation)
    if not ceil_mode:
        return oh, ow
    tail_y, tail_x = unused((h, w), kernel_size, (sy, sx), padding, dilation)
    sides = pads(padding, size=size, kernel_size=kernel_size, stride=(sy, sx), dilation=dilation)
    (top, _), (left, _) = sides
    further_y, further_x = tail_y > 0 and sy * oh < top + h, tail_x > 0 and sx * ow < left + w
    return oh + further_y, ow + further_x


def max_pool2d(
    x: Array,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Padding = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Array:
    """Take the largest entry of every window.

    Args:
        x: images, shape (n, c, h, w).
        kernel_size: (kh, kw).
        stride: (sy, sx), the distance between neighbouring windows; None for the kernel's own size.
        padding: around each image, of -inf, or of the dtype's lowest integer: it is never the largest.
        dilation: (dy, dx), the distance between neighbouring entries of a window.
        ceil_mode: whether a tail too short for a window gets a clipped one.

    Returns:
        y, shape (n, c, oh, ow), dtype of ``x``; nan where a window holds one.

    Raises:
        ValueError: if no window fits, or one holds no pixel of the image.
        ValueError, TypeError: if ``x`` has not four axes, or another argument is out of range.
    """
    x = array("x", x, "n", "c", "h", "w")
    cols = columns(x, lowest(x.dtype), kernel_size, stride, padding, dilation, ceil_mode)
    return np.asarray(cols.max(axis=2))


def max_pool2d_argmax(
    x: Array,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Padding = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Array]:
    """Take the largest entry of every window, and keep where it was.

    Args:
        x, kernel_size, stride, padding, dilation, ceil_mode: as in :func:`max_pool2d`.

    Returns:
        y, as :func:`max_pool2d` gives it, and argmax of the same shape: the pixel's number row·w + column in its
        channel, padding not counted. Of equal entries the first of the window in row-major order is taken.

    Raises:
        ValueError, TypeError: as :func:`max_pool2d`.
    """
    x = array("x", x, "n", "c", "h", "w")
    h, w = x.shape[2:]
    settings = kernel_size, stride, padding, dilation, ceil_mode
    cols = columns(x, lowest(x.dtype), *settings)
    numbers = columns(np.arange(h * w).reshape(1, 1, h, w), -1, *settings)
    y = cols.max(axis=2, keepdims=True)
    is_largest = (numbers >= 0) & ((cols == y) | np.isnan(cols))  # the border may equal the largest, but is no pixel
    tap = is_largest.argmax(axis=2, keepdims=True)
    argmax = np.take_along_axis(np.broadcast_to(numbers, cols.shape), tap, axis=2)
    return y[:, :, 0], argmax[:, :, 0]


def argmax_backward(grad_y: Array, argmax: Array, size: Pair) -> Array:
    """Send the gradient of every window to the pixel that was its largest, and add up what meets there.

    Args:
        grad_y: gradient of the outputs, shape (n, c, oh, ow).
        argmax: as :func:`max_pool2d_argmax` gives it, shape (n, c, oh, ow).
        size: (h, w) of the images.

    Returns:
        grad_x, shape (n, c, h, w), dtype of ``grad_y``.

    Raises:
        ValueError, TypeError: if the shapes differ, or ``argmax`` holds anything but numbers of pixels.
    """
    grad_y, argmax = array("grad_y", grad_y, "n", "c", "oh", "ow"), array("argmax", argmax, "n", "c", "oh", "ow")
    h, w = pair("size", size)
    if argmax.shape != grad_y.shape:
        raise ValueError(f"argmax has shape {argmax.shape}; it must be that of grad_y, {grad_y.shape}")
    if argmax.dtype.kind not in "iu":
        raise TypeError(f"argmax has dtype {argmax.dtype}; integers are needed")
    if argmax.min() < 0 or argmax.max() >= h * w:
        raise ValueError(f"argmax has entries from {argmax.min()} to {argmax.max()}; they must be in 0 … {h * w - 1}")
    n, c = grad_y.shape[:2]
    grad_x = np.zeros((n * c, h * w), grad_y.dtype)
    channels = np.arange(n * c)[:, np.newaxis]  # pixel 0 of one channel is not pixel 0 of the next
    np.add.at(grad_x, (channels, argmax.reshape(n * c, -1)), grad_y.reshape(n * c, -1))
    return grad_x.reshape(n, c, h, w)


def tiles_backward(grad_y: Array, x: Array, k: int) -> Array:
    """Send the gradient of every k × k tile to its largest entry; of equal ones the first in row-major order gets all.

    Args:
        grad_y: gradient of what :func:`pool_by_reshape` returned, shape (n, c, h / k, w / k).
        x: images, shape (n, c, h, w), with h and w multiples of k.
        k: height and width of a tile.

    Returns:
        grad_x, shape (n, c, h, w), dtype of ``grad_y``; all but one entry of a tile are 0.

    Raises:
        ValueError, TypeError: if tiles of k × k do not cover ``x`` exactly, or ``grad_y`` has another shape.
    """
    pooled = pool_by_reshape(x, k)
    grad_y, (n, c, h, w) = matching(grad_y, pooled.shape), np.shape(x)
    tiles = np.reshape(x, (n, c, h // k, k, w // k, k)).transpose(0, 1, 2, 4, 3, 5).reshape(*pooled.shape, k * k)
    is_first = np.arange(k * k) == tiles.argmax(axis=-1)[..., np.newaxis]
    spread = np.where(is_first, grad_y[..., np.newaxis], grad_y.dtype.type(0))
    back = spread.reshape(n, c, h // k, w // k, k, k).transpose(0, 1, 2, 4, 3, 5)
    return np.asarray(back.reshape(n, c, h, w))


exposing = {"grad_y": [[[[1]]]], "x": [[[[1, 1], [0, 0]]]], "k": 2}


def max_pool2d_backward(
    grad_y: Array,
    x: Array,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Padding = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Array:
    """Compute the gradient of the images from that of their maxima.

    Args:
        grad_y: gradient of the outputs, shape (n, c, oh, ow).
        x, kernel_size, stride, padding, dilation, ceil_mode: as :func:`max_pool2d` was given them.

    Returns:
        grad_x, shape (n, c, h, w), dtype of ``grad_y``; of equal entries the first of a window gets all.

    Raises:
        ValueError, TypeError: as :func:`max_pool2d`; if ``grad_y`` has not the shape of its output.
    """
    _, argmax = max_pool2d_argmax(x, kernel_size, stride, padding, dilation, ceil_mode)
    return argmax_backward(matching(grad_y, argmax.shape), argmax, np.shape(x)[2:])


def test_tiles_backward(candidate: Callable[[Array, Array, int], Array]) -> None:
    """Raise AssertionError if ``candidate`` does not send the gradients of tiles to their largest entries.

    Args:
        candidate: a function of grad_y, x and k that should do as :func:`tiles_backward` does.

    Raises:
        AssertionError: if an output is wrong in shape, value or dtype, or if an argument changed.
    """
    for k, x_dtype, dtype in (2, "f8", "f8"), (3, "f8", "f4"), (1, "f4", "f4"):
        x = (np.arange(2 * 3 * 6 * 12) * 7 % 5 / 1000).astype(x_dtype).reshape(2, 3, 6, 12)  # close ones, equal ones
        grad_y = (np.arange(2 * 3 * 6 * 12 // k**2) - 20.5).astype(dtype).reshape(2, 3, 6 // k, 12 // k)
        expected = np.zeros(x.shape, dtype)
        for n, c, i, j in np.ndindex(grad_y.shape):
            pixels = [(row, column) for row in range(i * k, i * k + k) for column in range(j * k, j * k + k)]
            values = [x[n, c, row, column] for row, column in pixels]
            expected[n, c][pixels[values.index(max(values))]] = grad_y[n, c, i, j]  # the first of equals
        kept_x, kept_grad_y = x.copy(), grad_y.copy()
        grad_x = candidate(grad_y, x, k)
        assert grad_x.shape == x.shape, f"x has shape {x.shape}, its gradient {grad_x.shape}"
        assert grad_x.dtype == dtype, f"{grad_y.dtype} went in, {grad_x.dtype} came out"
        assert (grad_x == expected).all(), f"k={k}: a gradient went to the wrong place"
        assert (x == kept_x).all() and (grad_y == kept_grad_y).all(), "an argument was changed"


# Shared by the poolings.


def step_of(kernel_size: Pair, stride: Pair | None) -> tuple[int, int]:
    """Return (sy, sx): the ``stride`` that is given, or the kernel's own size.

    Raises:
        ValueError, TypeError: if it is out of range.
    """
    return pair("kernel_size", kernel_size) if stride is None else pair("stride", stride)


def borders(
    size: Pair, kernel_size: Pair, stride: Pair | None, padding: Padding, dilation: Pair, ceil_mode: bool
) -> tuple[Pairs, Pairs]:
    """Work out what surrounds an image of a pooling; the arguments are those of :func:`max_pool2d`.

    Returns:
        The padding, and around it what clipped windows hang over, each ((top, bottom), (left, right)).

    Raises:
        ValueError: if a window holds no pixel of the image.
        ValueError, TypeError: as :func:`pooled_size`.
    """
    (h, w), kernel, gaps = pair("size", size), pair("kernel_size", kernel_size), pair("dilation", dilation)
    step = step_of(kernel, stride)
    sides = pads(padding, size=size, kernel_size=kernel, stride=step, dilation=gaps)
    out = pooled_size((h, w), kernel, step, sides, gaps, ceil_mode)
    beyond = []
    for axis, length in enumerate((h, w)):
        starts = step[axis] * np.arange(out[axis]) - sides[axis][0]
        entries = starts[:, np.newaxis] + gaps[axis] * np.arange(kernel[axis])
        if not ((entries >= 0) & (entries < length)).any(axis=1).all():
            raise ValueError(f"padding is {padding!r}, so that a window holds no pixel of the image; use less of it")
        beyond.append((0, max(int(entries[-1, -1]) + 1 - length - sides[axis][1], 0)))
    return sides, (beyond[0], beyond[1])


def columns(
    x: Array, value: float, kernel_size: Pair, stride: Pair | None, padding: Padding, dilation: Pair, ceil_mode: bool
) -> Array:
    """Copy the windows of a pooling into columns; the arguments are those of :func:`max_pool2d`.

    Returns:
        Columns, shape (n, c, kh·kw, oh, ow), dtype of ``x``, of the images in a border of ``value``.

    Raises:
        ValueError, TypeError: as :func:`borders`.
    """
    sides, beyond = borders(x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    bordered = pad(pad(x, sides, value), beyond, value)
    cols = im2col(bordered, kernel_size, step_of(kernel_size, stride), 0, dilation)
    return cols.reshape(*cols.shape[:2], -1, *cols.shape[4:])


def matching(grad_y: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient of outputs, as an array.

    Raises:
        ValueError, TypeError: if it has not the outputs' shape (n, c, oh, ow).
    """
    grad_y = array("grad_y", grad_y, "n", "c", "oh", "ow")
    if grad_y.shape != shape:
        raise ValueError(f"grad_y has shape {grad_y.shape}; the output has shape {shape}")
    return grad_y
