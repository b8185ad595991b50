"""Views and index arrays against columns copied entry by entry."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from solutions import windows
from tests.solutions import oracle
from tests.solutions.drawn import LAYOUTS, Geometry, Source, geometries, laid_out, sources

shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


@given(shapes, st.sampled_from(["int8", "float32", "float64"]), st.sampled_from(["C", "F"]))
def test_byte_strides_are_those_of_a_fresh_array(shape: tuple[int, ...], dtype: str, order: Any) -> None:
    # NumPy may give an axis of length 1 any stride, so only longer axes are compared.
    actual, worked_out = (
        np.zeros(shape, dtype, order).strides,
        windows.byte_strides(shape, np.dtype(dtype).itemsize, order),
    )
    assert [a for a, size in zip(actual, shape, strict=True) if size > 1] == [
        b for b, size in zip(worked_out, shape, strict=True) if size > 1
    ]


@given(sources, shapes)
def test_address_and_span_are_where_entries_lie(source: Source, shape: tuple[int, ...]) -> None:
    x = source.array(*shape)
    start = x.__array_interface__["data"][0]
    offsets = []
    for index in np.ndindex(shape):
        offsets.append(windows.address(index, x.strides))
        entry = x[tuple(slice(number, number + 1) for number in index)]
        assert entry.__array_interface__["data"][0] - start == offsets[-1]
    assert windows.byte_span(x) == max(offsets) - min(offsets) + x.itemsize


@given(geometries(), sources)
def test_views_show_every_window_and_own_nothing(geometry: Geometry, source: Source) -> None:
    g, x = geometry, source.array(*geometry.x_shape)
    if not all(oracle.out_size(g.size, g.kernel_size, g.stride, dilation=g.dilation)):
        return
    expected = oracle.im2col(x, g.kernel_size, g.stride, dilation=g.dilation)
    for view in (
        version(x, g.kernel_size, g.stride, g.dilation)
        for version in (windows.windows_strided, windows.windows_sliding)
    ):
        assert_array_equal(view, expected)
        assert np.shares_memory(view, x)
        assert not view.flags.writeable
        assert windows.byte_span(view) <= windows.byte_span(x)
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 0


@given(geometries(), sources)
def test_columns_by_copy_and_by_index_are_the_definition(geometry: Geometry, source: Source) -> None:
    g, x = geometry, source.array(*geometry.x_shape)
    expected = oracle.im2col(x, g.kernel_size, g.stride, g.pads, g.dilation)
    kept = x.copy()
    for version in windows.im2col_strided, windows.im2col_indices, windows.im2col_flat:
        cols = version(x, g.kernel_size, g.stride, g.pads, g.dilation)
        assert cols.dtype == source.dtype
        assert not np.shares_memory(cols, x)
        assert_array_equal(cols, expected)
    assert_array_equal(x, kept)


@given(geometries(), sources, st.booleans())
@settings(deadline=None)
def test_tensordot_and_einsum_are_the_convolution(geometry: Geometry, source: Source, with_bias: bool) -> None:
    g, x = geometry, source.array(*geometry.x_shape)
    weight, bias = source.array(g.f, g.c, *g.kernel_size), source.array(g.f) if with_bias else None
    expected = oracle.conv2d(x, weight, bias, g.stride, g.pads, g.dilation)
    for version in windows.conv_tensordot, windows.conv_einsum:
        y = version(x, weight, bias, g.stride, g.pads, g.dilation)
        assert y.dtype == source.dtype
        assert_array_equal(y, expected)


def test_same_padding_is_understood() -> None:
    x = np.arange(20.0).reshape(1, 1, 4, 5)
    expected = oracle.im2col(x, (2, 3), pads=((0, 1), (1, 1)))
    for version in windows.im2col_strided, windows.im2col_indices, windows.im2col_flat:
        assert_array_equal(version(x, (2, 3), padding="same"), expected)


def test_index_arrays_of_two_channels_by_hand() -> None:
    k, i, j = windows.index_arrays(2, (3, 3), (2, 2))
    assert_array_equal(k.ravel(), [0, 0, 0, 0, 1, 1, 1, 1])
    assert_array_equal(i[:4], [[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 2, 2], [1, 1, 2, 2]])
    assert_array_equal(j[:4], [[0, 1, 0, 1], [1, 2, 1, 2], [0, 1, 0, 1], [1, 2, 1, 2]])
    assert_array_equal(i[4:], i[:4])
    assert_array_equal(windows.flat_index(2, (3, 3), (2, 2)), 9 * k + 3 * i + j)


def test_overlapping_windows_claim_more_bytes_than_they_span() -> None:
    view = windows.windows_strided(np.zeros((1, 1, 10, 10)), 3)
    assert windows.byte_span(view) == 800
    assert view.nbytes == 9 * 64 * 8


RESHAPES = [  # how an array (2, 3, 4) is made, a new shape, whether that is a copy
    (lambda x: x, (6, 4), False),
    (lambda x: x, -1, False),
    (lambda x: x[:, :, ::2], (6, 2), False),
    (lambda x: x[:, :, ::2], (2, 6), False),
    (lambda x: x[:, :, :3], (6, 3), False),
    (lambda x: x[:, :, :3], (2, 9), True),
    (lambda x: x[:, :2], (4, 4), True),
    (lambda x: x.transpose(0, 2, 1), (8, 3), True),
    (lambda x: x.transpose(0, 2, 1), (2, 12), True),
    (lambda x: x.transpose(2, 0, 1), (4, 6), False),
    (lambda x: x.transpose(1, 0, 2), (6, 4), True),
    (lambda x: x[::-1], (6, 4), True),
    (lambda x: x[:, ::-1], (2, 3, 2, 2), False),
]


@pytest.mark.parametrize(("view", "shape", "copies"), RESHAPES)
def test_reshape_copies_when_no_strides_describe_the_new_shape(view: Any, shape: Any, copies: bool) -> None:
    x = view(np.zeros((2, 3, 4)))
    assert windows.reshape_copies(x, shape) is copies
    assert np.shares_memory(x, x.reshape(shape)) is not copies


def test_making_columns_a_matrix_copies_a_view_of_windows_but_not_columns() -> None:
    x = np.zeros((2, 3, 5, 6))
    assert windows.reshape_copies(windows.windows_strided(x, 3), (2, 27, 12))
    assert not windows.reshape_copies(windows.im2col_strided(x, 3), (2, 27, 12))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_gives_columns_in_c_order(layout: str) -> None:
    x = laid_out(np.arange(60.0).reshape(1, 3, 4, 5), layout)
    cols = windows.im2col_strided(x, (2, 3))
    assert cols.flags.c_contiguous
    assert_array_equal(cols, oracle.im2col(x, (2, 3)))


IMAGE, KERNEL = np.ones((1, 2, 4, 5)), np.ones((2, 2, 3, 3))
ERRORS: list[tuple[Any, str]] = [
    (lambda: windows.byte_strides((2, 0), 8), r"shape\[1\] is 0; it must be 1 or more"),
    (lambda: windows.byte_strides((2, 3), 0), "itemsize is 0"),
    (lambda: windows.byte_strides((2, 3), 8, "A"), "order is 'A'; it may be 'C' or 'F'"),  # type: ignore[arg-type]
    (lambda: windows.address((1, 2), (8,)), r"index \(1, 2\) has 2 numbers, but there are 1 strides"),
    (lambda: windows.address((1, -2), (8, 8)), r"index\[1\] is -2; it must be 0 or more"),
    (lambda: windows.byte_span(IMAGE[:0]), r"x has shape \(0, 2, 4, 5\); an array with entries is needed"),
    (lambda: windows.reshape_copies(IMAGE, (3, 3)), "cannot reshape array of size 40"),
    (lambda: windows.windows_strided(IMAGE[0], 2), r"x has shape \(2, 4, 5\)"),
    (lambda: windows.windows_strided(IMAGE, 3, dilation=(2, 1)), "kernel height 3, dilated to 5, does not fit"),
    (lambda: windows.windows_sliding(IMAGE, (1, 6)), "kernel width 6 does not fit: the padded input is 5 wide"),
    (lambda: windows.windows_sliding(IMAGE, 2, stride=0), "stride is 0"),
    (lambda: windows.im2col_strided(IMAGE, 2, padding=(0, -1)), r"padding\[1\] is -1"),
    (lambda: windows.im2col_indices(IMAGE, 7, padding=1), "kernel height 7 does not fit: the padded input is 6 high"),
    (lambda: windows.im2col_flat(IMAGE[0], 2), r"x has shape \(2, 4, 5\)"),
    (lambda: windows.index_arrays(0, (4, 5), 2), "channels is 0; it must be 1 or more"),
    (lambda: windows.index_arrays(2**40, 2**20, 2**10), "the index arrays would have shape .*: more entries than"),
    (lambda: windows.flat_index(1, (4, 5), (5, 5)), "kernel height 5 does not fit"),
    (lambda: windows.conv_tensordot(IMAGE, KERNEL[:, :1]), r"weight has shape \(2, 1, 3, 3\), so 1 channels"),
    (lambda: windows.conv_einsum(IMAGE, KERNEL, np.ones(3)), "bias has 3 entries; it must have 2"),
    (lambda: windows.conv_einsum(IMAGE, KERNEL[0]), r"weight has shape \(2, 3, 3\)"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:30] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
