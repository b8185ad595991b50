"""Columns of batches against windows copied entry by entry, and the matrix orders entry by entry."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from solutions import batches, memory
from tests.solutions import oracle
from tests.solutions.drawn import Source, sources

small, further = st.integers(1, 3), st.integers(0, 3)
Shape6 = tuple[int, int, int, int, int, int]
column_shapes = st.tuples(small, small, small, small, small, small)


@st.composite
def layers(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Shapes of x and weight, and a stride."""
    n, c, f, kh, kw, stride = (draw(small) for _ in range(6))
    return (n, c, kh + draw(further), kw + draw(further)), (f, c, kh, kw), stride


@given(layers(), sources)
def test_columns_are_the_windows(layer: Any, source: Source) -> None:
    x_shape, (_, _, kh, kw), stride = layer
    x = source.array(*x_shape)
    cols = batches.im2col_batch(x, (kh, kw), stride)
    assert cols.dtype == source.dtype
    assert not np.shares_memory(cols, x)
    assert_array_equal(cols, oracle.im2col(x, (kh, kw), (stride, stride)))


@given(layers(), sources, st.booleans())
@settings(deadline=None)
def test_every_product_is_the_convolution(layer: Any, source: Source, with_bias: bool) -> None:
    x_shape, weight_shape, stride = layer
    x, weight = source.array(*x_shape), source.array(*weight_shape)
    bias = source.array(len(weight)) if with_bias else None
    kept = x.copy(), weight.copy()
    expected = oracle.conv2d(x, weight, bias, (stride, stride))
    for version in batches.conv_all_at_once, batches.conv_n_last, batches.conv_by_image:
        y = version(x, weight, bias, stride)
        assert y.dtype == source.dtype
        assert_array_equal(y, expected)
    last = batches.conv_channels_last(
        batches.to_channels_last(x), batches.weight_to_channels_last(weight), bias, stride
    )
    assert last.dtype == source.dtype
    assert_array_equal(batches.to_channels_first(last), expected)
    assert_array_equal(x, kept[0])
    assert_array_equal(weight, kept[1])


def number(place: tuple[int, ...], sizes: tuple[int, ...]) -> int:
    """The number of a place when the last axis is counted first."""
    result = 0
    for at, size in zip(place, sizes, strict=True):
        result = result * size + at
    return result


@given(column_shapes, sources)
def test_window_rows_and_the_way_back(shape: Shape6, source: Source) -> None:
    cols = source.array(*shape)
    sizes_n, sizes_c, sizes_kh, sizes_kw, sizes_oh, sizes_ow = shape
    matrix = batches.window_rows(cols)
    for n, c, i, j, p, q in np.ndindex(shape):
        row = number((n, p, q), (sizes_n, sizes_oh, sizes_ow))
        assert matrix[row, number((c, i, j), (sizes_c, sizes_kh, sizes_kw))] == cols[n, c, i, j, p, q]
    assert matrix.dtype == source.dtype
    assert not np.shares_memory(matrix, cols)
    assert_array_equal(batches.from_window_rows(matrix, shape), cols)


@given(column_shapes, sources, st.permutations(batches.AXES), st.integers(0, 6))
def test_any_order_has_every_entry_in_its_place_and_goes_back(
    shape: Shape6, source: Source, order: list[str], split: int
) -> None:
    cols, (rows, columns) = source.array(*shape), (order[:split], order[split:])
    matrix = batches.arrange(cols, " ".join(rows), " ".join(columns))
    sizes = dict(zip(batches.AXES, shape, strict=True))
    assert matrix.shape == (math.prod(sizes[a] for a in rows), math.prod(sizes[a] for a in columns))
    for place in np.ndindex(shape):
        at = dict(zip(batches.AXES, place, strict=True))
        row, column = (number(tuple(at[a] for a in axes), tuple(sizes[a] for a in axes)) for axes in (rows, columns))
        assert matrix[row, column] == cols[place]
    assert not np.shares_memory(matrix, cols)
    assert_array_equal(batches.restore(matrix, shape, " ".join(rows), " ".join(columns)), cols)


def test_reversed_names_are_the_column_major_order_of_matlab() -> None:
    cols = np.arange(3 * 2 * 2 * 3 * 4 * 2).reshape(3, 2, 2, 3, 4, 2)
    matrix = batches.arrange(cols, "c kw kh", "n ow oh")
    height_first = cols.transpose(2, 3, 1, 4, 5, 0)  # (kh, kw, c, oh, ow, n), as Matlab has the axes
    assert_array_equal(matrix, height_first.reshape(12, 24, order="F"))


def test_the_sizes_of_alexnets_first_layer() -> None:
    kernels, columns, y = memory.layer_shapes((1, 3, 227, 227), (96, 3, 11, 11), 4)
    assert (kernels, columns, y) == ((96, 363), (363, 3025), (1, 96, 55, 55))
    assert memory.layer_shapes((10, 3, 227, 227), (96, 3, 11, 11), 4)[1] == (363, 30250)


@given(layers(), sources)
def test_the_memory_bill_is_that_of_the_columns(layer: Any, source: Source) -> None:
    x_shape, (_, _, kh, kw), stride = layer
    cols = batches.im2col_batch(source.array(*x_shape), (kh, kw), stride)
    assert memory.column_bytes(x_shape, (kh, kw), stride, source.dtype) == cols.nbytes
    one = cols[:1].nbytes
    for room in 0, one - 1, one, 3 * one, 4 * one - 1:
        assert memory.images_within(room, x_shape[1:], (kh, kw), stride, source.dtype) == room // one


@given(sources)
def test_channels_last_is_undone_by_channels_first(source: Source) -> None:
    x, weight = source.array(2, 3, 4, 5), source.array(2, 3, 4, 5)
    last, kernels = batches.to_channels_last(x), batches.weight_to_channels_last(weight)
    for n, c, h, w in np.ndindex(x.shape):
        assert last[n, h, w, c] == x[n, c, h, w]
        assert kernels[h, w, c, n] == weight[n, c, h, w]
    assert last.flags.c_contiguous
    assert kernels.flags.c_contiguous
    assert_array_equal(batches.to_channels_first(last), x)


def test_a_bias_is_added_to_each_channel_and_widens_the_dtype() -> None:
    y = np.zeros((2, 3, 1, 2), "float32")
    added = batches.add_bias(y, np.array([1.0, 2.0, 3.0]))
    assert added.dtype == "float64"
    assert_array_equal(added, np.broadcast_to([[[1], [1]], [[2], [2]], [[3], [3]]], (2, 3, 2, 1)).transpose(0, 1, 3, 2))
    assert not np.shares_memory(batches.add_bias(y, None), y)


IMAGE, KERNEL, COLS = np.ones((2, 2, 4, 5)), np.ones((3, 2, 3, 3)), np.ones((2, 1, 2, 2, 3, 4))
LAST, LAST_KERNEL = np.ones((2, 4, 5, 2)), np.ones((3, 3, 2, 4))
ERRORS: list[tuple[Any, str]] = [
    (lambda: batches.im2col_batch(IMAGE[0], 2), r"x has shape \(2, 4, 5\); an array of shape \(n, c, h, w\)"),
    (lambda: batches.im2col_batch(IMAGE, (5, 1)), "kernel height 5 does not fit: the padded input is 4 high"),
    (lambda: batches.im2col_batch(IMAGE, 2, 0), "stride is 0; it must be 1 or more"),
    (lambda: batches.window_rows(IMAGE), r"cols has shape \(2, 2, 4, 5\); an array of shape \(n, c, kh, kw, oh, ow\)"),
    (
        lambda: batches.from_window_rows(np.ones((4, 24)), (2, 1, 2, 2, 3, 4)),
        r"matrix has shape \(4, 24\); columns of shape \(2, 1, 2, 2, 3, 4\) make one of shape \(24, 4\)",
    ),
    (lambda: batches.arrange(COLS, "n oh", "c kh kw"), "rows 'n oh' and columns 'c kh kw' must together name n, c, kh"),
    (lambda: batches.arrange(COLS, "n oh ow c", "c kh kw"), "each once"),
    (lambda: batches.restore(COLS, (2, 1, 2, 2, 3, 4), "n oh ow", "c kh kw"), "matrix has shape .* needed"),
    (lambda: batches.restore(IMAGE[0, 0], (4, 5), "n oh ow", "c kh kw"), r"shape is \(4, 5\)"),  # type: ignore[arg-type]
    (lambda: batches.restore(IMAGE[0, 0], (0, 1, 2, 2, 3, 4), "n oh ow", "c kh kw"), r"shape\[0\] is 0"),
    (lambda: batches.add_bias(IMAGE, np.ones(3)), "bias has 3 entries; it must have 2, one for each output channel"),
    (lambda: batches.add_bias(IMAGE[0], None), r"y has shape \(2, 4, 5\)"),
    (lambda: batches.conv_all_at_once(IMAGE, KERNEL[:, :1]), r"weight has 1 channels .* but x has 2"),
    (lambda: batches.conv_all_at_once(IMAGE, KERNEL, np.ones(2)), "bias has 2 entries; it must have 3"),
    (lambda: batches.conv_n_last(IMAGE, KERNEL[0]), r"weight has shape \(2, 3, 3\)"),
    (lambda: batches.conv_by_image(IMAGE, KERNEL, stride=-1), "stride is -1"),
    (lambda: batches.conv_by_image(IMAGE, KERNEL, np.ones((3, 1))), r"bias has shape \(3, 1\)"),
    (lambda: batches.conv_channels_last(LAST, LAST_KERNEL[:, :, :1]), r"weight has 1 channels .* but x has 2"),
    (lambda: batches.conv_channels_last(LAST, LAST_KERNEL, np.ones(3)), "bias has 3 entries; it must have 4"),
    (lambda: batches.conv_channels_last(LAST, np.ones((5, 1, 2, 1))), "kernel height 5 does not fit"),
    (lambda: batches.to_channels_last(IMAGE[0]), r"x has shape \(2, 4, 5\); an array of shape \(n, c, h, w\)"),
    (lambda: batches.to_channels_first(IMAGE[0]), r"x has shape \(2, 4, 5\); an array of shape \(n, h, w, c\)"),
    (lambda: batches.weight_to_channels_last(KERNEL[0]), r"weight has shape \(2, 3, 3\)"),
    (lambda: memory.layer_shapes((1, 3, 4, 4), (1, 2, 2, 2)), r"weight_shape is \(1, 2, 2, 2\), so 2 channels, but"),
    (lambda: memory.layer_shapes((1, 3, 0, 4), (1, 3, 2, 2)), r"x_shape\[2\] is 0"),
    (lambda: memory.layer_shapes((1, 3, 4), (1, 3, 2, 2)), r"x_shape is \(1, 3, 4\)"),  # type: ignore[arg-type]
    (lambda: memory.column_bytes((1, 2, 4, 4), 5), "kernel height 5 does not fit"),
    (lambda: memory.images_within(-1, (2, 4, 4), 2), "memory is -1; it must be 0 or more"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:30] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
