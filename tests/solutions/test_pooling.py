"""Pooling against windows whose pixels are collected one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import averages, pooling
from tests.solutions import oracle
from tests.solutions.drawn import Geometry, Source, geometries, sources

Entry = tuple[int, int]


def window_starts(g: Geometry, dilation: Entry, ceil_mode: bool) -> tuple[list[int], list[int]]:
    starts = oracle.starts_ceil if ceil_mode else oracle.starts
    rows, columns = (
        starts(g.size[axis], g.kernel_size[axis], g.stride[axis], g.pads[axis], dilation[axis]) for axis in (0, 1)
    )
    return rows, columns


def window_entries(g: Geometry, dilation: Entry, ceil_mode: bool) -> dict[Entry, list[Entry]]:
    """For every output place, the rows and columns of its window: pixels and padding, nothing beyond the padding."""
    rows, columns = window_starts(g, dilation, ceil_mode)
    ends = g.size[0] + g.pads[0][1], g.size[1] + g.pads[1][1]
    return {
        (p, q): [
            (row + i * dilation[0], column + j * dilation[1])
            for i, j in np.ndindex(*g.kernel_size)
            if row + i * dilation[0] < ends[0] and column + j * dilation[1] < ends[1]
        ]
        for p, row in enumerate(rows)
        for q, column in enumerate(columns)
    }


def pixels(g: Geometry, entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if oracle.is_inside(*entry, g.size)]


def poolable(g: Geometry, dilation: Entry, ceil_mode: bool) -> bool:
    fits = all(oracle.out_size(g.size, g.kernel_size, g.stride, g.pads, dilation))
    return fits and all(pixels(g, entries) for entries in window_entries(g, dilation, ceil_mode).values())


@given(geometries(), sources, st.booleans())
@settings(deadline=None, max_examples=200)
def test_max_pooling_and_its_gradient_are_the_definition(geometry: Geometry, source: Source, ceil_mode: bool) -> None:
    g, x = geometry, source.array(*geometry.x_shape)
    assume(poolable(g, g.dilation, ceil_mode))
    chosen = (g.kernel_size, g.stride, g.pads, g.dilation, ceil_mode)
    y, argmax = pooling.max_pool2d_argmax(x, *chosen)
    grad_y = source.array(*y.shape)
    grad_x = np.zeros(x.shape)
    for n, c in np.ndindex(g.n, g.c):
        for place, entries in window_entries(g, g.dilation, ceil_mode).items():
            row, column = max(pixels(g, entries), key=lambda entry: x[n, c][entry])  # the first of equals
            assert y[(n, c, *place)] == x[n, c, row, column]
            assert argmax[(n, c, *place)] == row * g.size[1] + column
            grad_x[n, c, row, column] += grad_y[(n, c, *place)]
    result = pooling.max_pool2d_backward(grad_y, x, *chosen)
    assert y.dtype == result.dtype == source.dtype
    assert pooling.pooled_size(g.size, *chosen) == y.shape[2:]
    assert_array_equal(pooling.max_pool2d(x, *chosen), y)
    assert_array_equal(result, grad_x)


@given(geometries(), sources, st.booleans(), st.booleans())
@settings(deadline=None, max_examples=200)
def test_average_pooling_and_its_gradient_are_the_definition(
    geometry: Geometry, source: Source, ceil_mode: bool, count_include_pad: bool
) -> None:
    g, x = geometry, source.array(*geometry.x_shape)
    assume(poolable(g, (1, 1), ceil_mode))
    chosen = (g.kernel_size, g.stride, g.pads, ceil_mode, count_include_pad)
    y = averages.avg_pool2d(x, *chosen)
    grad_y = source.array(*y.shape)
    grad_x = np.zeros(x.shape)
    for n, c in np.ndindex(g.n, g.c):
        for place, entries in window_entries(g, (1, 1), ceil_mode).items():
            counted = entries if count_include_pad else pixels(g, entries)
            total = sum(oracle.at(x[n, c], *entry) for entry in entries)
            assert_allclose(y[(n, c, *place)], total / len(counted), rtol=1e-3)
            for entry in pixels(g, entries):
                grad_x[(n, c, *entry)] += grad_y[(n, c, *place)] / len(counted)
    result = averages.avg_pool2d_backward(grad_y, g.size, *chosen)
    assert y.dtype == result.dtype == (source.dtype if source.dtype.startswith("float") else "float64")
    assert_allclose(result, grad_x, rtol=1e-2, atol=2e-2 if source.dtype == "float16" else 1e-5)


@given(sources, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_tiles_of_a_reshaped_image_are_windows_side_by_side(source: Source, k: int, rows: int, columns: int) -> None:
    x = source.array(2, 3, k * rows, k * columns)
    assert_array_equal(pooling.pool_by_reshape(x, k), pooling.max_pool2d(x, k))


CEIL = [  # length, taps, stride, padding, windows rounded down, windows in ceil mode
    (5, 2, 2, 0, 2, 3),
    (6, 2, 2, 0, 3, 3),
    (5, 3, 2, 0, 2, 2),
    (6, 3, 2, 0, 2, 3),
    (55, 3, 2, 0, 27, 27),
    (3, 2, 2, 1, 2, 2),  # a third window would begin in the padding behind
    (2, 2, 3, 1, 1, 1),
    (4, 2, 3, 1, 2, 2),
]


@pytest.mark.parametrize(("length", "taps", "stride", "padding", "down", "up"), CEIL)
def test_ceil_mode_adds_a_clipped_window_unless_it_begins_in_the_padding(
    length: int, taps: int, stride: int, padding: int, down: int, up: int
) -> None:
    for ceil_mode, expected in (False, down), (True, up):
        along_y = pooling.pooled_size((length, 4), (taps, 1), (stride, 1), (padding, 0), ceil_mode=ceil_mode)
        assert along_y == (expected, 4)
        along_x = pooling.pooled_size((4, length), (1, taps), (1, stride), (0, padding), ceil_mode=ceil_mode)
        assert along_x == (4, expected)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float16", "float32", "float64"])
def test_padding_is_never_the_largest_even_among_lowest_entries(dtype: str) -> None:
    bottom = pooling.lowest(dtype)
    x = np.full((1, 2, 2, 2), bottom, dtype)
    y, argmax = pooling.max_pool2d_argmax(x, 2, 1, 1)
    assert_array_equal(y, np.full((1, 2, 3, 3), bottom, dtype))
    assert_array_equal(argmax[0, 1], [[0, 0, 1], [0, 0, 1], [2, 2, 3]])


def test_all_negative_images_keep_negative_maxima_beside_the_padding() -> None:
    assert_array_equal(pooling.max_pool2d(-np.ones((1, 1, 3, 3)), 3, 2, 1), -np.ones((1, 1, 2, 2)))


def test_nan_is_kept_and_found() -> None:
    x = np.array([[1.0, np.nan, 5.0, 6.0]]).reshape(1, 1, 1, 4)
    y, argmax = pooling.max_pool2d_argmax(x, (1, 2))
    assert_array_equal(y.ravel(), [np.nan, 6])
    assert_array_equal(argmax.ravel(), [1, 3])


def test_of_equal_entries_the_first_in_row_major_order_gets_the_gradient() -> None:
    x = np.array([[0.0, 3.0], [3.0, 3.0]]).reshape(1, 1, 2, 2)
    assert_array_equal(pooling.max_pool2d_backward(np.full((1, 1, 1, 1), 7.0), x, 2)[0, 0], [[0, 7], [0, 0]])


def test_divisors_count_pixels_and_padding_but_nothing_beyond() -> None:
    assert_array_equal(averages.divisors((3, 3), 2, 2, 0, True), [[4, 2], [2, 1]])
    assert_array_equal(averages.divisors((2, 2), 2, 1, 1, False, False), [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    assert_array_equal(averages.divisors((2, 2), 2, 1, 1), np.full((3, 3), 4))
    assert_array_equal(averages.divisors((4, 1), (3, 1), (3, 1), ((1, 1), (0, 0)), True), [[3], [3]])


def test_inputs_are_left_alone() -> None:
    x, grad_y = np.arange(24.0).reshape(1, 2, 3, 4), np.ones((1, 2, 2, 2))
    kept = x.copy(), grad_y.copy()
    pooling.max_pool2d_backward(grad_y, x, 2, ceil_mode=True)
    averages.avg_pool2d_backward(grad_y, (3, 4), 2, ceil_mode=True)
    assert_array_equal(x, kept[0])
    assert_array_equal(grad_y, kept[1])


IMAGE, GRAD = np.ones((1, 2, 4, 5)), np.ones((1, 2, 2, 2))
ERRORS: list[tuple[Any, str]] = [
    (lambda: pooling.pool_by_reshape(IMAGE, 2), "k is 2; it must divide the height 4 and the width 5 of x"),
    (lambda: pooling.pool_by_reshape(IMAGE[0], 2), r"x has shape \(2, 4, 5\)"),
    (lambda: pooling.lowest(bool), "dtype is bool; one of integers or floating-point numbers is needed"),
    (lambda: pooling.pooled_size((4, 5), (5, 1)), "kernel height 5 does not fit: the padded input is 4 high"),
    (lambda: pooling.pooled_size((4, 5), 5, ceil_mode=True), "kernel height 5 does not fit"),
    (lambda: pooling.max_pool2d(IMAGE[0], 2), r"x has shape \(2, 4, 5\); an array of shape \(n, c, h, w\)"),
    (lambda: pooling.max_pool2d(IMAGE, 2, 0), "stride is 0; it must be 1 or more"),
    (lambda: pooling.max_pool2d(IMAGE, 2, padding=2), "padding is 2, so that a window holds no pixel of the image"),
    (lambda: pooling.max_pool2d(IMAGE, 2, padding=-1), r"padding\[0\] is -1|padding is -1"),
    (lambda: pooling.max_pool2d(IMAGE, (1, 6), dilation=2), "kernel width 6, dilated to 11, does not fit"),
    (lambda: pooling.max_pool2d_argmax(IMAGE > 0, 2), "x has dtype bool"),
    (lambda: pooling.max_pool2d_argmax(IMAGE[:, :, :1], 2, 1, 1, (2, 1)), "a window holds no pixel of the image"),
    (lambda: pooling.argmax_backward(GRAD, np.zeros((1, 2, 2, 1), int), 4), r"argmax has shape \(1, 2, 2, 1\); it"),
    (lambda: pooling.argmax_backward(GRAD, GRAD, 4), "argmax has dtype float64; integers are needed"),
    (lambda: pooling.argmax_backward(GRAD, np.full((1, 2, 2, 2), 20), (4, 5)), r"from 20 to 20; .* in 0 … 19"),
    (lambda: pooling.argmax_backward(GRAD, -np.ones((1, 2, 2, 2), int), (4, 5)), r"from -1 to -1; .* in 0 … 19"),
    (
        lambda: pooling.max_pool2d_backward(GRAD, IMAGE, 2, 1),
        r"grad_y has shape \(1, 2, 2, 2\); the output has shape \(1, 2, 3, 4\)",
    ),
    (lambda: averages.divisors(4, 2, padding=3), "padding is 3, so that a window holds no pixel"),
    (lambda: averages.avg_pool2d(IMAGE, 2, padding="full"), "padding is 'full'"),  # type: ignore[arg-type]
    (lambda: averages.avg_pool2d(IMAGE, (2, 7)), "kernel width 7 does not fit"),
    (lambda: averages.avg_pool2d_backward(GRAD[0], (4, 5), 2), r"grad_y has shape \(2, 2, 2\)"),
    (lambda: averages.avg_pool2d_backward(GRAD, (4, 5), 3), r"grad_y has shape .* the output has shape \(1, 2, 1, 1\)"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:30] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
