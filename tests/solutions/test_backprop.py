"""The backward pass against its definition as a sum of products, and against gradients measured by nudging."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import backprop
from solutions.conv1d import convolve_full, correlate
from solutions.strides import conv2d, pads
from tests.solutions import oracle
from tests.solutions.drawn import Geometry, Source, geometries, sources

few = st.integers(1, 6)


def upstream(geometry: Geometry, source: Source) -> np.ndarray:
    g = geometry
    return source.array(g.n, g.f, *oracle.out_size(g.size, g.kernel_size, g.stride, g.pads, g.dilation))


@given(geometries(), sources)
@settings(deadline=None)
def test_conv2d_backward_hands_every_product_back_to_its_factors(geometry: Geometry, source: Source) -> None:
    g, x, weight = geometry, source.array(*geometry.x_shape), source.array(*geometry.weight_shape)
    grad_y = upstream(g, source)
    given_arrays = grad_y, x, weight
    kept = [array.copy() for array in given_arrays]
    gradients = backprop.conv2d_backward(grad_y, x, weight, g.stride, g.pads, g.dilation, g.groups)
    expected = oracle.conv2d_backward(grad_y, x, weight, g.stride, g.pads, g.dilation, g.groups)
    for gradient, right in zip(gradients, expected, strict=True):
        assert gradient.dtype == source.dtype
        assert_array_equal(gradient, right)
    for array, before in zip(given_arrays, kept, strict=True):
        assert_array_equal(array, before)


@given(geometries(), sources)
@settings(deadline=None)
def test_every_way_to_a_gradient_gives_the_same_without_groups(geometry: Geometry, source: Source) -> None:
    g = geometry
    x, weight = source.array(*g.x_shape), source.array(g.f, g.c, *g.kernel_size)
    grad_y = upstream(g, source)
    where = g.stride, g.pads, g.dilation
    grad_x, grad_weight, grad_bias = oracle.conv2d_backward(grad_y, x, weight, *where)
    ways = [
        (backprop.conv2d_grad_bias(grad_y), grad_bias),
        (backprop.conv2d_grad_weight(grad_y, x, g.kernel_size, *where), grad_weight),
        (backprop.conv2d_grad_weight_dilated(grad_y, x, g.kernel_size, *where), grad_weight),
        (backprop.conv2d_grad_x(grad_y, weight, g.size, *where), grad_x),
        (backprop.conv2d_grad_x_spread(grad_y, weight, g.size, *where), grad_x),
    ]
    for gradient, right in ways:
        assert gradient.dtype == source.dtype
        assert_array_equal(gradient, right)
    grad_y = source.array(g.n, g.f, *oracle.out_size(g.size, g.kernel_size, (1, 1), g.pads, g.dilation))
    flipped = backprop.conv2d_grad_x_flipped(grad_y, weight, g.size, g.pads, g.dilation)
    assert flipped.dtype == source.dtype
    assert_array_equal(flipped, oracle.conv2d_backward(grad_y, x, weight, (1, 1), g.pads, g.dilation)[0])


@pytest.mark.parametrize("padding", ["same", "valid", 1, (0, 2), ((2, 0), (0, 1))])
@pytest.mark.parametrize(("kernel", "stride", "dilation"), [((2, 3), (2, 1), (1, 2)), ((3, 2), (1, 3), (2, 1))])
def test_every_way_reads_every_form_of_padding(padding: Any, kernel: Any, stride: Any, dilation: Any) -> None:
    rng = np.random.default_rng(1)
    x, weight = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, *kernel))
    where = stride, padding, dilation
    grad_y = rng.normal(size=conv2d(x, weight, None, *where).shape)
    grad_x, grad_weight, _ = backprop.conv2d_backward(grad_y, x, weight, *where)
    sides = pads(padding, (7, 6), kernel, stride, dilation)
    assert_allclose(grad_x, oracle.conv2d_backward(grad_y, x, weight, stride, sides, dilation)[0])
    assert_allclose(backprop.conv2d_grad_x(grad_y, weight, (7, 6), *where), grad_x)
    assert_allclose(backprop.conv2d_grad_x_spread(grad_y, weight, (7, 6), *where), grad_x)
    assert_allclose(backprop.conv2d_grad_weight(grad_y, x, kernel, *where), grad_weight)
    assert_allclose(backprop.conv2d_grad_weight_dilated(grad_y, x, kernel, *where), grad_weight)
    grad_y = rng.normal(size=conv2d(x, weight, None, 1, padding, dilation).shape)
    flipped = backprop.conv2d_grad_x_flipped(grad_y, weight, (7, 6), padding, dilation)
    assert_allclose(flipped, backprop.conv2d_backward(grad_y, x, weight, 1, padding, dilation)[0])


@pytest.mark.parametrize("wide", ["grad_y", "x", "weight"])
def test_two_dtypes_give_the_wider_one(wide: str) -> None:
    grad_y, x, weight = (np.ones(3, "float64" if name == wide else "float32") for name in ("grad_y", "x", "weight"))
    images = [row.reshape(1, 1, 1, -1) for row in (grad_y[:1], x, weight)]
    expected = [np.result_type(grad_y, weight), np.result_type(grad_y, x), grad_y.dtype]
    for gradients in (
        backprop.conv1d_backward(grad_y[:1], x, weight),
        backprop.conv2d_backward(images[0], images[1], images[2]),
    ):
        assert [gradient.dtype for gradient in gradients] == expected


NUDGED = [  # x, weight, stride, padding, dilation, groups: no two axes alike
    ((2, 1, 4, 5), (3, 1, 2, 3), 1, 0, 1, 1),
    ((1, 2, 5, 4), (3, 2, 3, 2), (2, 1), (1, 0), 1, 1),
    ((2, 2, 6, 5), (4, 1, 2, 2), (1, 2), ((1, 0), (2, 1)), (3, 2), 2),
    ((1, 3, 4, 6), (3, 1, 3, 2), (2, 3), "same", (1, 2), 3),
]


@pytest.mark.parametrize("upstream_is", ["random", "ones"])
@pytest.mark.parametrize(("x_shape", "w_shape", "stride", "padding", "dilation", "groups"), NUDGED)
def test_gradients_are_what_nudging_measures(
    x_shape: Any, w_shape: Any, stride: Any, padding: Any, dilation: Any, groups: int, upstream_is: str
) -> None:
    rng = np.random.default_rng(2)
    x, weight, bias = rng.normal(size=x_shape), rng.normal(size=w_shape), rng.normal(size=w_shape[0])
    where = stride, padding, dilation, groups
    y = conv2d(x, weight, bias, *where)
    grad_y = np.ones(y.shape) if upstream_is == "ones" else rng.normal(size=y.shape)
    measured = [
        backprop.numerical_gradient(lambda x: conv2d(x, weight, bias, *where), x, grad_y),
        backprop.numerical_gradient(lambda weight: conv2d(x, weight, bias, *where), weight, grad_y),
        backprop.numerical_gradient(lambda bias: conv2d(x, weight, bias, *where), bias, grad_y),
    ]
    for got, expected in zip(backprop.conv2d_backward(grad_y, x, weight, *where), measured, strict=True):
        assert backprop.relative_error(got, expected) < 1e-8


@given(few, few, st.integers(1, 4), sources)
def test_one_dimension_hands_every_product_back_to_its_factors(w: int, kw: int, stride: int, source: Source) -> None:
    assume(kw <= w)
    x, weight, grad_y = source.array(w), source.array(kw), source.array((w - kw) // stride + 1)
    grad_x, grad_weight = np.zeros(w), np.zeros(kw)
    for i, j in np.ndindex(len(grad_y), kw):
        grad_x[i * stride + j] += grad_y[i] * weight[j]
        grad_weight[j] += grad_y[i] * x[i * stride + j]
    results = backprop.conv1d_backward(grad_y, x, weight, stride)
    assert {result.dtype.name for result in results} == {source.dtype}
    for got, expected in zip(results, (grad_x, grad_weight, grad_y.sum()), strict=True):
        assert_array_equal(got, expected)


def test_in_one_dimension_grad_x_is_the_full_convolution_and_grad_weight_the_valid_correlation() -> None:
    rng = np.random.default_rng(4)
    x, weight, grad_y = rng.normal(size=9), rng.normal(size=4), rng.normal(size=6)
    grad_x, grad_weight, _ = backprop.conv1d_backward(grad_y, x, weight)
    assert_allclose(grad_x, convolve_full(grad_y, weight))
    assert_allclose(grad_weight, correlate(x, grad_y))


@given(geometries(), sources)
def test_spread_puts_outputs_a_stride_apart_and_nothing_between(geometry: Geometry, source: Source) -> None:
    g, grad_y = geometry, source.array(2, 1, *geometry.size)
    (sy, sx), tail = g.stride, (g.kernel_size[0] - 1, g.dilation[1] - 1)
    spread = backprop.spread(grad_y, g.stride, tail)
    h, w = g.size
    assert spread.shape == (2, 1, sy * (h - 1) + 1 + tail[0], sx * (w - 1) + 1 + tail[1])
    assert_array_equal(spread[:, :, : sy * h : sy, : sx * w : sx][:, :, :h, :w], grad_y)
    assert np.count_nonzero(spread) == np.count_nonzero(grad_y)


def test_flip_turns_kernels_and_swaps_the_parts_of_filters_and_channels() -> None:
    weight = np.arange(12).reshape(1, 2, 2, 3)
    flipped = backprop.flip(weight)
    assert_array_equal(flipped[:, 0], [[[5, 4, 3], [2, 1, 0]], [[11, 10, 9], [8, 7, 6]]])
    assert_array_equal(backprop.flip(flipped), weight)
    assert not np.shares_memory(flipped, weight)


FUNCTIONS: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (lambda x: x**3, lambda x: 3 * x**2),
    (np.sin, np.cos),
    (lambda x: 1 / x, lambda x: -1 / x**2),
]


@pytest.mark.parametrize(("function", "derivative"), FUNCTIONS)
def test_numerical_gradient_is_the_derivative_times_the_upstream_gradient(
    function: Callable[..., Any], derivative: Callable[..., Any]
) -> None:
    rng = np.random.default_rng(6)
    x, grad_y = rng.uniform(1, 2, (2, 3)).astype("float32"), rng.normal(size=(2, 3))
    kept = x.copy()
    measured = backprop.numerical_gradient(function, x, grad_y)
    assert measured.dtype == "float64"
    assert_allclose(measured, derivative(x.astype(float)) * grad_y, rtol=1e-8)
    assert_array_equal(x, kept)


def test_numerical_gradient_of_a_loss_needs_no_upstream_gradient() -> None:
    assert_allclose(backprop.numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -2.0])), [2, -4], rtol=1e-9)


def test_large_steps_err_by_curvature_and_small_ones_by_rounding() -> None:
    x = np.array([1.0])
    wrong = {
        step: abs(backprop.numerical_gradient(np.exp, x, np.ones(1), step) - np.e)[0] for step in (1e-1, 1e-5, 1e-11)
    }
    assert wrong[1e-5] < 1e-9
    assert min(wrong[1e-1], wrong[1e-11]) > 1e-6


def test_relative_error_is_symmetric_and_measured_against_the_largest_entry() -> None:
    a, b = np.array([100.0, 1.0]), np.array([100.0, 2.0])
    assert backprop.relative_error(a, b) == backprop.relative_error(b, a) == 0.01
    assert backprop.relative_error(a, -a) == 2
    assert backprop.relative_error(a / 1000, b / 1000) == pytest.approx(0.01)
    assert backprop.relative_error(np.zeros(3), np.zeros(3)) == 0
    assert backprop.relative_error(np.zeros(3), np.ones(3)) == 1


X, WEIGHT, UP = np.ones((1, 2, 4, 5)), np.ones((3, 2, 2, 3)), np.ones((1, 3, 3, 3))
ROW = np.ones(5)
WRONG_UP = np.ones((1, 3, 3, 2))
MISSED = r"grad_y has shape \(1, 3, 3, 2\), but 1 images of 4 × 5 have 3 × 3 windows each: \(1, f, 3, 3\) is needed"
ERRORS: list[tuple[Any, str]] = [
    (lambda: backprop.numerical_gradient(np.sin, ROW, ROW, step=0), "step is 0; it must be more than 0"),
    (lambda: backprop.numerical_gradient(np.sin, ROW), r"grad_y has shape \(\); the output has shape \(5,\)"),
    (lambda: backprop.relative_error(ROW, X), r"got has shape \(5,\) and expected \(1, 2, 4, 5\)"),
    (lambda: backprop.conv1d_backward(ROW, ROW, ROW), "grad_y has 5 entries; a row of 5 has 1 windows of 5, stride 1"),
    (lambda: backprop.conv1d_backward(ROW, ROW, X), r"weight has shape \(1, 2, 4, 5\)"),
    (lambda: backprop.conv1d_backward(ROW, ROW, ROW, 0), "stride is 0"),
    (lambda: backprop.conv1d_backward(ROW, ROW, np.ones(6)), "kernel width 6 does not fit"),
    (lambda: backprop.conv2d_grad_bias(ROW), r"grad_y has shape \(5,\); an array of shape \(n, f, oh, ow\)"),
    (lambda: backprop.conv2d_grad_weight(WRONG_UP, X, (2, 3)), MISSED),
    (lambda: backprop.conv2d_grad_weight(UP, X[0], (2, 3)), r"x has shape \(2, 4, 5\)"),
    (lambda: backprop.conv2d_grad_weight(UP, X, (2, 3), dilation=0), "dilation is 0"),
    (lambda: backprop.conv2d_grad_weight_dilated(WRONG_UP, X, (2, 3)), MISSED),
    (lambda: backprop.conv2d_grad_x(WRONG_UP, WEIGHT, (4, 5)), MISSED),
    (lambda: backprop.conv2d_grad_x(UP[:, :2], WEIGHT, (4, 5)), "grad_y has 2 channels, but weight has 3 filters"),
    (lambda: backprop.conv2d_grad_x(UP, WEIGHT[0], (4, 5)), r"weight has shape \(2, 2, 3\)"),
    (lambda: backprop.conv2d_grad_x_flipped(WRONG_UP, WEIGHT, (4, 5)), MISSED),
    (lambda: backprop.conv2d_grad_x_spread(WRONG_UP, WEIGHT, (4, 5)), MISSED),
    (lambda: backprop.conv2d_grad_x_spread(UP, WEIGHT, (1, 5)), "kernel height 2 does not fit"),
    (lambda: backprop.flip(ROW), r"weight has shape \(5,\)"),
    (lambda: backprop.spread(ROW, 2), r"grad_y has shape \(5,\)"),
    (lambda: backprop.spread(UP, 0), "is 0; it must be 1 or more"),
    (lambda: backprop.spread(UP, 2, (0, -1)), r"tail\[1\] is -1; it must be 0 or more"),
    (lambda: backprop.conv2d_backward(WRONG_UP, X, WEIGHT), MISSED),
    (lambda: backprop.conv2d_backward(UP[:, :2], X, WEIGHT), "grad_y has 2 channels, but weight has 3 filters"),
    (lambda: backprop.conv2d_backward(UP[0], X, WEIGHT), r"grad_y has shape \(3, 3, 3\)"),
    (lambda: backprop.conv2d_backward(UP, X, WEIGHT[:, :1]), "so 1 channels, but a kernel must have 2"),
    (lambda: backprop.conv2d_backward(UP, X, WEIGHT, groups=2), "groups is 2; it must divide the 2 channels"),
    (lambda: backprop.conv2d_backward(UP, X, WEIGHT, padding=-1), "is -1; it must be 0 or more"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
