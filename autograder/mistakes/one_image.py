"""Versions that ``test_one_image`` of ``strides`` examines, and tests that let one of them through."""

import numpy as np

from solutions.arguments import Array, array
from solutions.strides import conv2d

# A right version, wrong ones to be rejected …


def spread_valid(x: Array, weight: Array, sy: int, sx: int, dy: int, dx: int) -> None:
    x, weight = array("x", x, "h", "w"), array("weight", weight, "kh", "kw")
    conv2d(x[np.newaxis, np.newaxis], weight[np.newaxis, np.newaxis], None, (sy, sx), 0, (dy, dx))


def spread_right(x, weight, sy, sx, dy, dx):
    rows, columns = dy * np.arange(weight.shape[0]), dx * np.arange(weight.shape[1])
    y = np.empty((-(-(x.shape[0] - rows[-1]) // sy), -(-(x.shape[1] - columns[-1]) // sx)), np.result_type(x, weight))
    for p, q in np.ndindex(y.shape):
        y[p, q] = (x[np.ix_(p * sy + rows, q * sx + columns)] * weight).sum()
    return y


def spread_ceil(x, weight, sy, sx, dy, dx):
    return spread_right(np.pad(x, ((0, sy - 1), (0, sx - 1))), weight, sy, sx, dy, dx)


def spread_strides_crossed(x, weight, sy, sx, dy, dx):
    return spread_right(x, weight, sx, sy, dy, dx)


def spread_dilations_crossed(x, weight, sy, sx, dy, dx):
    return spread_right(x, weight, sy, sx, dx, dy)


def spread_second_for_both(x, weight, sy, sx, dy, dx):
    return spread_right(x, weight, sy, sx, dx, dx)


def spread_by_height(x, weight, sy, sx, dy, dx):
    ow = (x.shape[1] - dx * (weight.shape[0] - 1) - 1) // sx + 1
    y = spread_right(np.pad(x, ((0, 0), (0, dx * weight.shape[1]))), weight, sy, sx, dy, dx)
    return y[:, :ow].copy()


def spread_dilated_twice(x, weight, sy, sx, dy, dx):
    kh, kw = weight.shape
    spread = np.zeros((dy * (kh - 1) + 1, dx * (kw - 1) + 1), weight.dtype)
    spread[::dy, ::dx] = weight
    return spread_right(x, spread, sy, sx, dy, dx)


def spread_range_by_stride(x, weight, sy, sx, dy, dx):
    y = spread_right(x, weight, sy, sx, dy, dx)
    loop = np.zeros_like(y)
    for p in range(0, y.shape[0], sy):
        for q in range(0, y.shape[1], sx):
            loop[p, q] = (x[p : p + dy * weight.shape[0] : dy, q : q + dx * weight.shape[1] : dx] * weight).sum()
    return loop


def spread_float64(x, weight, sy, sx, dy, dx):
    return spread_right(x, weight, sy, sx, dy, dx).astype(float)


# … and poor tests, which let one of them through


def _is_right(candidate, size, kernel_size, *settings, dtype="float32"):
    x = (np.arange(size[0] * size[1]) * 7 % 11 - 4).reshape(size).astype(dtype)
    weight = np.arange(1, kernel_size[0] * kernel_size[1] + 1).reshape(kernel_size).astype(dtype)
    y, expected = candidate(x, weight, *settings), spread_right(x, weight, *settings)
    assert y.shape == expected.shape
    assert np.array_equal(y, expected) and y.dtype == dtype


def test_where_all_fits(candidate):
    _is_right(candidate, (7, 10), (3, 2), 2, 1, 1, 3)
    _is_right(candidate, (7, 9), (2, 3), 1, 2, 3, 1)


def test_with_equal_strides(candidate):
    _is_right(candidate, (8, 10), (3, 2), 2, 2, 1, 3)
    _is_right(candidate, (8, 10), (2, 3), 3, 3, 3, 1)


def test_with_equal_dilations(candidate):
    _is_right(candidate, (8, 11), (3, 2), 2, 3, 2, 2)
    _is_right(candidate, (8, 11), (2, 3), 3, 2, 2, 2)


def test_in_float64(candidate):
    _is_right(candidate, (8, 11), (3, 2), 2, 3, 1, 3, dtype="float64")
    _is_right(candidate, (8, 11), (2, 3), 3, 2, 3, 1, dtype="float64")


def test_expecting_the_ceiling(candidate):
    x, weight = np.ones((8, 7)), np.ones((3, 3))
    assert candidate(x, weight, 2, 2, 1, 1).shape == (4, 3)
