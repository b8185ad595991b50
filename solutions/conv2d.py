"""Convolution of one image, from the definition to one matrix product for every entry of the kernel.

Vocabulary: an image ``x`` is (h, w), its kernel ``weight`` (kh, kw), the output ``y`` (oh, ow). With channels last, as
photographs come, they are (h, w, c), (kh, kw, c, f) and (oh, ow, f). ``stride`` and ``padding`` are one number for both
axes. Every function accepts any memory layout and leaves its arguments as they were.
"""

import numpy as np

from solutions.arguments import Array, Pair, array, misfit, pair, whole

__all__ = [
    "by_hand",
    "correlate",
    "edge_strength",
    "factors",
    "gaussian",
    "multiply_adds",
    "out_size",
    "outer",
    "same",
    "separable",
    "shifted_sum",
    "six_loops",
    "tap_products",
    "unused",
]


def by_hand() -> Array:
    """Return what the kernel (1 0 / 0 -1), slid over the image (1 2 3 / 4 5 6 / 7 8 0), gives."""
    return correlate(np.array([[1, 2, 3], [4, 5, 6], [7, 8, 0]]), np.array([[1, 0], [0, -1]]))


def out_size(size: Pair, kernel_size: Pair, stride: int = 1, padding: int = 0) -> tuple[int, int]:
    """Count the windows that fit into a padded image, along each axis.

    Args:
        size: (h, w) of the image.
        kernel_size: (kh, kw) of a window.
        stride: distance between neighbouring windows along either axis, 1 or more.
        padding: zeros around the image, on each of its four sides, 0 or more.

    Returns:
        (oh, ow): along each axis, the starts 0, stride, 2·stride, … whose window ends inside the padded image.

    Raises:
        ValueError: if no window fits, naming the axis and the sizes.
        ValueError, TypeError: if an argument is out of range.
    """
    (h, w), (kh, kw) = pair("size", size), pair("kernel_size", kernel_size)
    stride, padding = whole("stride", stride, 1), whole("padding", padding, 0)
    slack_y, slack_x = h + 2 * padding - kh, w + 2 * padding - kw  # how far the first window can slide
    if slack_y < 0:
        raise ValueError(misfit("height", kh, h, (padding, padding), kh))
    if slack_x < 0:
        raise ValueError(misfit("width", kw, w, (padding, padding), kw))
    return slack_y // stride + 1, slack_x // stride + 1


def unused(size: Pair, kernel_size: Pair, stride: int = 1, padding: int = 0) -> tuple[int, int]:
    """Count the rows at the bottom and the columns at the right of the padded image that no window reaches.

    Args:
        size, kernel_size, stride, padding: as in :func:`out_size`.

    Returns:
        (rows, columns), each less than the stride.

    Raises:
        ValueError, TypeError: as :func:`out_size`.
    """
    oh, ow = out_size(size, kernel_size, stride, padding)
    (h, w), (kh, kw) = pair("size", size), pair("kernel_size", kernel_size)
    return h + 2 * padding - (stride * (oh - 1) + kh), w + 2 * padding - (stride * (ow - 1) + kw)


def correlate(x: Array, weight: Array) -> Array:
    """Slide a kernel over an image and sum the products: the definition, as four loops.

    Args:
        x: the image, shape (h, w).
        weight: the kernel, shape (kh, kw), not flipped.

    Returns:
        y, shape (h - kh + 1, w - kw + 1), with y[p, q] the sum of x[p + i, q + j]·weight[i, j] over the kernel's
        entries (i, j); the dtype that ``x·weight`` has.

    Raises:
        ValueError, TypeError: if an argument is no matrix of numbers, or the kernel is larger than ``x``.
    """
    x, weight = array("x", x, "h", "w"), array("weight", weight, "kh", "kw")
    (kh, kw), (oh, ow) = weight.shape, out_size(x.shape, weight.shape)
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for p in range(oh):
        for q in range(ow):
            for i in range(kh):
                for j in range(kw):
                    y[p, q] += x[p + i, q + j] * weight[i, j]
    return y


def shifted_sum(x: Array, weight: Array, stride: int = 1, padding: int = 0) -> Array:
    """Convolve by adding up kh·kw shifted copies of the image, each scaled by one entry of the kernel.

    Args:
        x: the image, shape (h, w).
        weight: the kernel, shape (kh, kw), not flipped.
        stride, padding: as in :func:`out_size`.

    Returns:
        y, shape (oh, ow); the dtype that ``x·weight`` has.

    Raises:
        ValueError, TypeError: if an argument is no matrix of numbers, or as :func:`out_size`.
    """
    x, weight = array("x", x, "h", "w"), array("weight", weight, "kh", "kw")
    oh, ow = out_size(x.shape, weight.shape, stride, padding)
    x = np.pad(x, padding)
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for (i, j), tap in np.ndenumerate(weight):  # kh·kw steps, not oh·ow: each adds a whole image
        y += tap * x[i : i + stride * oh : stride, j : j + stride * ow : stride]
    return y


def six_loops(x: Array, weight: Array, padding: int = 0) -> Array:
    """Convolve an image of many channels with many kernels, one product at a time.

    Args:
        x: the image, channels last, shape (h, w, c).
        weight: the kernels, shape (kh, kw, c, f), not flipped.
        padding: as in :func:`out_size`.

    Returns:
        y, shape (oh, ow, f): kernel k's sum over its window of all channels; the dtype that ``x·weight`` has.

    Raises:
        ValueError, TypeError: if an array has the wrong axes, the channels differ, or as :func:`out_size`.
    """
    x, weight = _with_channels(x, weight)
    kh, kw, c, f = weight.shape
    oh, ow = out_size(x.shape[:2], (kh, kw), 1, padding)
    x = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    y = np.zeros((oh, ow, f), np.result_type(x, weight))
    for p in range(oh):
        for q in range(ow):
            for k in range(f):
                for i in range(kh):
                    for j in range(kw):
                        for channel in range(c):
                            y[p, q, k] += x[p + i, q + j, channel] * weight[i, j, channel, k]
    return y


def tap_products(x: Array, weight: Array, padding: int = 0) -> Array:
    """Convolve an image of many channels with many kernels: one matrix product for every tap, added up.

    Args:
        x, weight, padding: as in :func:`six_loops`.

    Returns:
        y, shape (oh, ow, f), as :func:`six_loops` gives it.

    Raises:
        ValueError, TypeError: as :func:`six_loops`.
    """
    x, weight = _with_channels(x, weight)
    kh, kw, _, f = weight.shape
    oh, ow = out_size(x.shape[:2], (kh, kw), 1, padding)
    x = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    y = np.zeros((oh, ow, f), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += x[i : i + oh, j : j + ow] @ weight[i, j]  # (oh, ow, c) @ (c, f)
    return y


def multiply_adds(
    size: Pair, kernel_size: Pair, channels: int = 1, filters: int = 1, stride: int = 1, padding: int = 0
) -> int:
    """Count the products that a convolution adds up, those with padded zeros included.

    Args:
        size, kernel_size, stride, padding: as in :func:`out_size`.
        channels: c, of the image and of each kernel.
        filters: f, the number of kernels.

    Returns:
        The count, exact however large.

    Raises:
        ValueError, TypeError: as :func:`out_size`.
    """
    oh, ow = out_size(size, kernel_size, stride, padding)
    kh, kw = pair("kernel_size", kernel_size)
    return oh * ow * kh * kw * whole("channels", channels, 1) * whole("filters", filters, 1)


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
        y, shape (h - kh + 1, w - kw + 1), as ``correlate(x, outer(column, row))`` gives it.

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
    difference, average = np.array([-1, 0, 1], np.int8), np.array([1, 2, 1], np.int8)
    x = array("x", x, "h", "w")
    x = x if x.dtype.kind == "f" else x.astype(np.float64)  # unsigned pixels have no negative differences
    down, right = same(x, outer(difference, average)), same(x, outer(average, difference))
    return np.asarray(np.hypot(down, right))


def _with_channels(x: Array, weight: Array) -> tuple[Array, Array]:
    x, weight = array("x", x, "h", "w", "c"), array("weight", weight, "kh", "kw", "c", "f")
    if x.shape[2] != weight.shape[2]:
        raise ValueError(f"weight has {weight.shape[2]} channels (shape {weight.shape}), but x has {x.shape[2]}")
    return x, weight
