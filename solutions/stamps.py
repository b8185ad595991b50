"""Transposed convolution by hand, in a row, and as a test; and a convolution made of two cheap halves.

Vocabulary and rules are those of :mod:`solutions.transposed`. Arguments are left as they were.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, array, whole
from solutions.strides import conv2d
from solutions.transposed import conv1x1, depthwise_conv2d, stamp

__all__ = ["exposing", "separable_conv2d", "stamp_row", "stamped", "test_transposed"]


exposing = {"x": [1], "weight": [0, 1], "stride": 2, "padding": 1, "output_padding": 1}


def stamped() -> Array:
    """Return what a kernel of 2 × 2 stamps for an image of 2 × 2 pixels, stride 1."""
    return stamp(np.array([[2, 1], [3, 4]]), np.array([[1, 3], [2, 5]]))


def stamp_row(x: Array, weight: Array, stride: int = 1, padding: int = 0, output_padding: int = 0) -> Array:
    """Transpose the convolution of a row: stamp, and keep the part of the result that is not padding.

    Args:
        x: row, shape (w,).
        weight: kernel, shape (kw,), not flipped.
        stride: from one stamp to the next.
        padding: places that are cut off at each end.
        output_padding: places at the right end that are spared the cut, less than ``stride``; where nothing was
            stamped, they hold 0.

    Returns:
        y, shape ((w - 1)·stride + kw - 2·padding + output_padding,), of the dtype that NumPy gives ``x * weight``.

    Raises:
        ValueError: if an array is no row, ``output_padding`` is too large, or the padding takes everything away.
        ValueError, TypeError: if a number is out of range, or not whole.
    """
    x, weight, stride = array("x", x, "w"), array("weight", weight, "kw"), whole("stride", stride, 1)
    padding, output_padding = whole("padding", padding, 0), whole("output_padding", output_padding, 0)
    uncut = (len(x) - 1) * stride + len(weight)
    length = uncut - 2 * padding + output_padding
    if output_padding >= stride or uncut < 2 * padding or length < 1:
        raise ValueError(f"output_padding must be less than the stride {stride}, and {length} places are left")
    y = np.zeros(uncut + output_padding, np.result_type(x, weight))
    for q, strength in enumerate(x):
        y[q * stride : q * stride + len(weight)] += strength * weight
    return y[padding : padding + length]


def separable_conv2d(
    x: Array,
    depthwise: Array,
    pointwise: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
) -> Array:
    """Convolve each channel by itself, then mix the channels of each pixel.

    Args:
        x: images, shape (n, c, h, w).
        depthwise: one kernel per channel, shape (c, kh, kw).
        pointwise: how much of each channel goes into each output channel, shape (f, c).
        bias: what is added to each output channel, shape (f,); nothing if None.
        stride, padding: as in ``im2col``, of the first step.

    Returns:
        y, shape (n, f, oh, ow), of the dtype that NumPy gives ``x * depthwise * pointwise + bias``.

    Raises:
        ValueError: if an array has the wrong number of axes, no window fits, or the sizes do not suit.
    """
    return conv1x1(depthwise_conv2d(x, depthwise, None, stride, padding), pointwise, bias)


def test_transposed(candidate: Callable[[Array, Array, Pair, Pairs, Pair], Array]) -> None:
    """Raise AssertionError if ``candidate(x, weight, stride, padding, output_padding)`` is not conv2d transposed.

    Args:
        candidate: a function that should do what ``conv_transpose2d`` does without bias, dilation and groups.

    Raises:
        AssertionError: if an output is wrong in shape, value or dtype, or an argument changed.
    """
    rng = np.random.default_rng(11)
    for stride, padding, more in [
        ((1, 1), ((0, 0), (0, 0)), (0, 0)),
        ((3, 2), ((1, 0), (0, 2)), (2, 1)),
        ((2, 3), ((0, 1), (2, 1)), (1, 2)),
    ]:
        for dtype in np.float64, np.float32:
            x, weight = rng.normal(size=(2, 3, 2, 4)).astype(dtype), rng.normal(size=(3, 2, 2, 3)).astype(dtype)
            oh = stride[0] + 2 - sum(padding[0]) + more[0]
            ow = 3 * stride[1] + 3 - sum(padding[1]) + more[1]
            kept = x.copy(), weight.copy()
            y = candidate(x, weight, stride, padding, more)
            assert y.shape == (2, 2, oh, ow), f"y should have shape {(2, 2, oh, ow)}, not {y.shape}"
            assert y.dtype == dtype, f"{x.dtype} went in, {y.dtype} came out"
            assert (x == kept[0]).all() and (weight == kept[1]).all(), "an argument was changed"
            images = rng.normal(size=y.shape).astype(dtype)
            there = (conv2d(images, weight, None, stride, padding) * x).sum()
            assert abs(there - (images * y).sum()) < 1e-3, "conv2d and the candidate are not transposes of each other"
