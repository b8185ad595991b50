"""Transposed, pointwise and depthwise convolutions against stamps of single numbers, and convolution as a matrix."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from solutions import sparse, transposed
from solutions.backprop import conv2d_grad_x_spread
from solutions.col2im import is_adjoint
from solutions.strides import conv2d, unused
from tests.solutions import oracle
from tests.solutions.drawn import Geometry, Source, geometries, sources

few = st.integers(1, 5)


def output_padding_of(geometry: Geometry, seed: int) -> tuple[int, int]:
    """Anything that is allowed: less than the stride or the dilation."""
    (sy, sx), (dy, dx) = geometry.stride, geometry.dilation
    return seed % max(sy, dy), seed // 3 % max(sx, dx)


@given(geometries(), sources, st.booleans(), st.integers(0, 8))
@settings(deadline=None)
def test_every_pixel_stamps_the_kernel_onto_the_output(
    geometry: Geometry, source: Source, with_bias: bool, seed: int
) -> None:
    g = geometry
    more = output_padding_of(g, seed)
    x = source.array(g.n, g.c, g.size[0] + 2, g.size[1] + 2)  # + 2, so that the padding leaves something
    weight = source.array(g.c, g.f // g.groups, g.kernel_size[0] + 2, g.kernel_size[1] + 2)
    bias = source.array(g.f) if with_bias else None
    kept = x.copy(), weight.copy()
    y = transposed.conv_transpose2d(x, weight, bias, g.stride, g.pads, more, g.dilation, groups=g.groups)
    assert y.dtype == source.dtype
    assert_array_equal(y, oracle.conv_transpose2d(x, weight, bias, g.stride, g.pads, more, g.dilation, groups=g.groups))
    size = x.shape[2:], weight.shape[2:]
    assert y.shape[2:] == transposed.transposed_out_size(*size, g.stride, g.pads, more, g.dilation)
    assert_array_equal(x, kept[0])
    assert_array_equal(weight, kept[1])


@given(geometries(), st.integers(0, 99))
def test_conv_transpose2d_is_the_adjoint_of_conv2d_with_the_same_weights(geometry: Geometry, seed: int) -> None:
    g = geometry
    weight = np.random.default_rng(seed).normal(size=g.weight_shape)
    tail = unused(g.size, g.kernel_size, g.stride, g.pads, g.dilation)  # what the stride has dropped comes back
    assert is_adjoint(
        lambda x: conv2d(x, weight, None, g.stride, g.pads, g.dilation, g.groups),
        lambda y: transposed.conv_transpose2d(y, weight, None, g.stride, g.pads, tail, g.dilation, groups=g.groups),
        g.x_shape,
    )


@given(geometries(), sources)
def test_conv_transpose2d_is_the_backward_pass_by_spreading(geometry: Geometry, source: Source) -> None:
    g = geometry
    weight = source.array(g.f, g.c, *g.kernel_size)
    y = source.array(g.n, g.f, *oracle.out_size(g.size, g.kernel_size, g.stride, g.pads, g.dilation))
    tail = unused(g.size, g.kernel_size, g.stride, g.pads, g.dilation)
    assert_array_equal(
        transposed.conv_transpose2d(y, weight, None, g.stride, g.pads, tail, g.dilation),
        conv2d_grad_x_spread(y, weight, g.size, g.stride, g.pads, g.dilation),
    )


@given(few, few, few, few, st.integers(1, 3), st.integers(1, 3), sources)
def test_stamp_is_the_transposed_convolution_of_one_plane(
    h: int, w: int, kh: int, kw: int, sy: int, sx: int, source: Source
) -> None:
    x, weight = source.array(h, w), source.array(kh, kw)
    y = transposed.stamp(x, weight, (sy, sx))
    assert y.dtype == source.dtype
    assert_array_equal(y, oracle.conv_transpose2d(x[None, None], weight[None, None], None, (sy, sx))[0, 0])


SIZES = [  # size, kernel_size, stride, padding, output_padding, dilation → output
    ((3, 4), (3, 2), 1, 0, 0, 1, (5, 5)),
    ((3, 4), (3, 2), 2, 0, 0, 1, (7, 8)),
    ((3, 4), (4, 4), 2, 1, 0, 1, (6, 8)),  # doubles the size
    ((3, 4), 3, 2, 1, 1, 1, (6, 8)),  # so does this
    ((3, 4), 3, (2, 1), (1, 0), (1, 0), 1, (6, 6)),
    ((1, 5), (2, 3), 1, ((0, 1), (2, 0)), (0, 1), (1, 2), (1, 8)),
]


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "more", "dilation", "out"), SIZES)
def test_transposed_out_size(
    size: Any, kernel: Any, stride: Any, padding: Any, more: Any, dilation: Any, out: Any
) -> None:
    assert transposed.transposed_out_size(size, kernel, stride, padding, more, dilation) == out


def test_output_padding_adds_no_zeros_to_an_output_that_was_cropped() -> None:
    x, weight = np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3))
    y = transposed.conv_transpose2d(x, weight, stride=2, padding=1, output_padding=1)
    assert_array_equal(y[0, 0], [[1, 2, 1, 1], [2, 4, 2, 2], [1, 2, 1, 1], [1, 2, 1, 1]])


@given(geometries(), sources, st.booleans(), st.booleans())
def test_a_pointwise_convolution_is_one_with_kernels_of_one_by_one(
    geometry: Geometry, source: Source, with_bias: bool, as_kernels: bool
) -> None:
    g = geometry
    x, weight = source.array(*g.x_shape), source.array(g.f, g.c, 1, 1)
    bias = source.array(g.f) if with_bias else None
    y = transposed.conv1x1(x, weight if as_kernels else weight[:, :, 0, 0], bias)
    assert y.dtype == source.dtype
    assert not np.shares_memory(y, x)
    assert_array_equal(y, oracle.conv2d(x, weight, bias))


@given(geometries(), sources, st.booleans())
def test_a_depthwise_convolution_is_one_with_a_group_per_channel(
    geometry: Geometry, source: Source, with_bias: bool
) -> None:
    g = geometry
    x, weight = source.array(*g.x_shape), source.array(g.c, *g.kernel_size)
    bias = source.array(g.c) if with_bias else None
    y = transposed.depthwise_conv2d(x, weight, bias, g.stride, g.pads, g.dilation)
    assert y.dtype == source.dtype
    assert_array_equal(y, oracle.conv2d(x, weight[:, None], bias, g.stride, g.pads, g.dilation, g.c))


@given(geometries(), sources, st.booleans())
def test_a_grouped_convolution_lets_each_group_see_its_own_channels(
    geometry: Geometry, source: Source, with_bias: bool
) -> None:
    g = geometry
    x, weight = source.array(*g.x_shape), source.array(*g.weight_shape)
    bias = source.array(g.f) if with_bias else None
    y = transposed.grouped_conv2d(x, weight, bias, g.groups, g.stride, g.pads, g.dilation)
    assert y.dtype == source.dtype
    assert_array_equal(y, oracle.conv2d(x, weight, bias, g.stride, g.pads, g.dilation, g.groups))


def test_a_depthwise_separable_convolution_multiplies_less() -> None:
    full = transposed.multiplications(64, 128, 3, (56, 56))
    depthwise = transposed.multiplications(64, 64, 3, (56, 56), groups=64)
    pointwise = transposed.multiplications(64, 128, 1, (56, 56))
    assert full == 128 * 64 * 9 * 56 * 56
    assert full / (depthwise + pointwise) == pytest.approx(1 / (1 / 128 + 1 / 9))


@given(geometries(), sources)
def test_the_matrix_convolves_and_its_transpose_leads_back(geometry: Geometry, source: Source) -> None:
    g = geometry
    x, weight = source.array(1, 1, *g.size), source.array(*g.kernel_size)
    where = g.size, g.stride, g.pads, g.dilation
    y = oracle.conv2d(x, weight[None, None], None, *where[1:])
    matrix = sparse.conv_matrix(weight, *where)
    assert matrix.dtype == source.dtype
    assert_array_equal(matrix @ x.ravel(), y.ravel())
    entries = sparse.conv_entries(weight, *where)
    rows, columns, values = entries
    product = sparse.apply_entries(entries, x.ravel(), y.size)
    assert product.dtype == source.dtype
    assert_array_equal(product, y.ravel())
    up = source.array(y.size)
    back = sparse.apply_entries((columns, rows, values), up, x.size)
    assert_array_equal(back, matrix.T @ up)
    assert_array_equal(
        back.reshape(g.size),
        oracle.conv2d_backward(up.reshape(y.shape), x, weight[None, None], *where[1:])[0][0, 0],
    )


def test_the_matrix_of_a_two_by_two_kernel_on_a_two_by_three_plane() -> None:
    matrix = sparse.conv_matrix(np.array([[1, 2], [3, 4]]), (2, 3))
    assert_array_equal(matrix, [[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]])


def test_two_dtypes_give_the_wider_one() -> None:
    ones = [np.ones((2, 2), dtype) for dtype in ("float32", "float64")]
    for one, other in ones, ones[::-1]:
        planes, kernels = one[np.newaxis, np.newaxis], other[np.newaxis, np.newaxis]
        results = [
            transposed.stamp(one, other),
            transposed.conv_transpose2d(planes, kernels),
            transposed.conv1x1(planes, kernels[:, :, :1, :1]),
            transposed.depthwise_conv2d(planes, kernels[0]),
            transposed.grouped_conv2d(planes, kernels, None, 1),
            sparse.apply_entries(sparse.conv_entries(one, 2), other.ravel(), 1),
        ]
        assert {result.dtype.name for result in results} == {"float64"}


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_no_checkerboard_shows_exactly_if_the_stride_divides_the_kernel(kernel: int, stride: int) -> None:
    counted = transposed.checkerboard((9, 8), kernel, stride)
    assert_array_equal(counted, transposed.stamp(np.ones((9, 8), int), np.ones((kernel, kernel), int), stride))
    inner = counted[kernel:-kernel, kernel:-kernel]
    assert (inner.min() == inner.max()) == (kernel % stride == 0)


X, WEIGHT = np.ones((1, 2, 3, 3)), np.ones((2, 3, 2, 2))
ENTRIES = np.array([0, 1]), np.array([0, 2]), np.array([5.0, 6.0])
ERRORS: list[tuple[Any, str]] = [
    (lambda: transposed.transposed_out_size(3, 2, 2, 0, 2), r"output_padding is 2; it must be less than the larger of"),
    (lambda: transposed.transposed_out_size(3, 2, output_padding=-1), "output_padding is -1; it must be 0 or more"),
    (lambda: transposed.transposed_out_size(3, 2, 1, 2), "padding 2 leaves an output of 0 × 0; use less padding"),
    (lambda: transposed.transposed_out_size(3, 0), "kernel_size is 0"),
    (lambda: transposed.transposed_out_size(3, 2, padding="same"), r"padding\[0\] is 'same'; a whole"),  # type: ignore[arg-type]
    (lambda: transposed.stamp(X, WEIGHT), r"x has shape \(1, 2, 3, 3\); an array of shape \(h, w\) is needed"),
    (lambda: transposed.stamp(X[0, 0], WEIGHT[0, 0], 0), "stride is 0"),
    (lambda: transposed.conv_transpose2d(X[0], WEIGHT), r"x has shape \(2, 3, 3\)"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT[0]), r"weight has shape \(3, 2, 2\)"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT[:1]), "so 1 input channels, but x has 2"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT, groups=3), "groups is 3; it must divide the 2 channels of x"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT, groups=0), "groups is 0; it must be 1 or more"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT, np.ones(2)), "bias has 2 entries; it must have 3"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT, np.ones(3), groups=2), "bias has 3 entries; it must have 6"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT, stride=-1), "stride is -1"),
    (lambda: transposed.conv_transpose2d(X, WEIGHT, stride=2**62), "more entries than an index can count"),
    (lambda: transposed.conv1x1(X, WEIGHT), r"weight has shape \(2, 3, 2, 2\); an array of shape \(f, c\) is needed"),
    (lambda: transposed.conv1x1(X, np.ones((4, 3))), r"weight has shape \(4, 3\), so 3 channels, but x has 2"),
    (lambda: transposed.conv1x1(X, np.ones((4, 2)), np.ones(2)), "bias has 2 entries; it must have 4"),
    (
        lambda: transposed.grouped_conv2d(X, np.ones((3, 1, 2, 2)), None, 2),
        "groups is 2; it must divide the 2 channels",
    ),
    (lambda: transposed.grouped_conv2d(X, np.ones((4, 1, 2, 2)), np.ones(2), 2), "bias has 2 entries; it must have 4"),
    (lambda: transposed.depthwise_conv2d(X, WEIGHT), r"an array of shape \(c, kh, kw\) is needed"),
    (lambda: transposed.depthwise_conv2d(X, WEIGHT[0]), "weight has 3 kernels, but x has 2 channels; each needs one"),
    (lambda: transposed.depthwise_conv2d(X, WEIGHT[0, :2], np.ones(3)), "bias has 3 entries; it must have 2"),
    (lambda: transposed.depthwise_conv2d(X, np.ones((2, 4, 1))), "kernel height 4 does not fit"),
    (lambda: transposed.multiplications(4, 6, 3, 5, groups=4), "groups is 4; it must divide c=4 and f=6"),
    (lambda: transposed.multiplications(0, 6, 3, 5), "c is 0; it must be 1 or more"),
    (lambda: sparse.conv_entries(X, 3), r"an array of shape \(kh, kw\) is needed"),
    (lambda: sparse.conv_matrix(X[0, 0], 2), "kernel height 3 does not fit"),
    (lambda: sparse.conv_matrix(X, 3), r"an array of shape \(kh, kw\) is needed"),
    (lambda: sparse.conv_matrix(X[0, 0], 2**31), "the matrix would have shape .*: more entries than an index can"),
    (lambda: sparse.apply_entries(ENTRIES, X, 2), r"x has shape \(1, 2, 3, 3\)"),
    (
        lambda: sparse.apply_entries(ENTRIES, np.ones(2), 2),
        "columns of the entries run from 0 to 2, but there are 2",
    ),
    (lambda: sparse.apply_entries(ENTRIES, np.ones(3), 1), "rows of the entries run from 0 to 1, but there are 1"),
    (lambda: transposed.checkerboard(3, 2, 0), "stride is 0"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
