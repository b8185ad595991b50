"""Convolution of one image, from the definition to one matrix product for every entry of the kernel.

Vocabulary: an image ``x`` is (h, w), its kernel ``weight`` (kh, kw), the output ``y`` (oh, ow). With channels last, as
photographs come, they are (h, w, c), (kh, kw, c, f) and (oh, ow, f). ``stride`` and ``padding`` are one number for both
axes. Every function accepts any memory layout and leaves its arguments as they were.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Pair, array, misfit, pair, whole

__all__ = [
    "by_hand",
    "correlate",
    "exposing",
    "guarded",
    "multiply_adds",
    "out_size",
    "shifted_sum",
    "six_loops",
    "tap_products",
    "test_shifted_sum",
    "unused",
]


def by_hand() -> Array:
    """Return what the kernel (1 2 / 0 -1), slid over the image (3 1 2 0 / 1 4 0 2 / 2 0 1 3), gives."""
    return correlate(np.array([[3, 1, 2, 0], [1, 4, 0, 2], [2, 0, 1, 3]]), np.array([[1, 2], [0, -1]]))


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
        size: (h, w) of the image.
        kernel_size: (kh, kw) of a window.
        stride: distance between neighbouring windows along either axis, 1 or more.
        padding: zeros around the image, on each of its four sides, 0 or more.

    Returns:
        (rows, columns), each less than the stride.

    Raises:
        ValueError, TypeError: if an argument is out of range, or no window fits.
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
        stride: distance between neighbouring windows along either axis, 1 or more.
        padding: zeros around the image, on each of its four sides, 0 or more.

    Returns:
        y, shape (oh, ow); the dtype that ``x·weight`` has.

    Raises:
        ValueError, TypeError: if an argument is no matrix of numbers or out of range, or no window fits.
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
        padding: zeros around the image, on each of its four sides, 0 or more; channels get none.

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
        x: the image, channels last, shape (h, w, c).
        weight: the kernels, shape (kh, kw, c, f), not flipped.
        padding: zeros around the image, on each of its four sides, 0 or more; channels get none.

    Returns:
        y, shape (oh, ow, f): kernel k's sum over its window of all channels; the dtype that ``x·weight`` has.

    Raises:
        ValueError, TypeError: if an array has the wrong axes, the channels differ, or no window fits.
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
        size: (h, w) of the image.
        kernel_size: (kh, kw) of a window.
        channels: c, of the image and of each kernel.
        filters: f, the number of kernels.
        stride: distance between neighbouring windows along either axis, 1 or more.
        padding: zeros around the image, on each of its four sides, 0 or more.

    Returns:
        The count, exact however large.

    Raises:
        ValueError, TypeError: if an argument is out of range, or no window fits.
    """
    oh, ow = out_size(size, kernel_size, stride, padding)
    kh, kw = pair("kernel_size", kernel_size)
    return oh * ow * kh * kw * whole("channels", channels, 1) * whole("filters", filters, 1)


# Answers to the questions that ask for something other than a function of the chapter.

exposing = {"x": [[1], [1]], "weight": [[1]], "padding": 0}


def guarded(x: Array, weight: Array, padding: int = 0) -> Array:
    """Convolve a zero-padded image without building it: a pixel is asked for only if there is one.

    Args:
        x: the image, shape (h, w).
        weight: the kernel, shape (kh, kw), not flipped.
        padding: zeros around the image, on each of its four sides, 0 or more.

    Returns:
        y, shape (h + 2·padding - kh + 1, w + 2·padding - kw + 1), as on an image with zeros around it; the dtype that
        ``x·weight`` has.

    Raises:
        ValueError, TypeError: if an argument is no matrix of numbers, or no window fits.
    """
    x, weight = array("x", x, "h", "w"), array("weight", weight, "kh", "kw")
    (h, w), (oh, ow) = x.shape, out_size(x.shape, weight.shape, 1, padding)
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for p, q in np.ndindex(oh, ow):
        for (i, j), tap in np.ndenumerate(weight):
            row, column = p + i - padding, q + j - padding
            if 0 <= row < h and 0 <= column < w:
                y[p, q] += x[row, column] * tap
    return y


def test_shifted_sum(candidate: Callable[..., Array]) -> None:
    """Raise AssertionError if ``candidate(x, weight, stride, padding)`` is not the convolution of an image.

    Args:
        candidate: a function of x (h, w), weight (kh, kw), stride and padding that should return y (oh, ow), as
            :func:`shifted_sum` does.

    Raises:
        AssertionError: if any output of ``candidate`` is wrong in shape, value or dtype, or if an input changed.
    """
    for x_dtype, dtype in ("f8", "f8"), ("f4", "f4"), ("f4", "f8"), ("f8", "f4"):
        for kh, kw, stride, padding in (1, 1, 1, 0), (2, 3, 1, 0), (3, 2, 2, 0), (2, 3, 1, 1), (3, 2, 3, 2):
            x = (np.arange(35).reshape(5, 7) % 11 - 4).astype(x_dtype)
            weight = np.array([[2, -1, 5], [3, 7, -4], [1, 8, 6]], dtype)[:kh, :kw]
            kept_x, kept_weight = x.copy(), weight.copy()
            y = candidate(x, weight, stride, padding)
            expected = guarded(kept_x, kept_weight, padding)[::stride, ::stride]
            assert y.shape == expected.shape, f"windows {expected.shape} fit, but the output has shape {y.shape}"
            assert y.dtype == expected.dtype, f"{x.dtype} and {weight.dtype} went in, {y.dtype} came out"
            assert np.allclose(y, expected), f"expected {expected}, got {y}"
            assert (x == kept_x).all() and (weight == kept_weight).all(), "an input was changed"
    assert np.array_equal(candidate(x, weight), guarded(x, weight)), (
        "without stride and padding, it should not skip or pad"
    )


def _with_channels(x: Array, weight: Array) -> tuple[Array, Array]:
    x, weight = array("x", x, "h", "w", "c"), array("weight", weight, "kh", "kw", "c", "f")
    if x.shape[2] != weight.shape[2]:
        raise ValueError(f"weight has {weight.shape[2]} channels (shape {weight.shape}), but x has {x.shape[2]}")
    return x, weight
