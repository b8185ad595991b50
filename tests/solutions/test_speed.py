"""The fast convolutions against :mod:`tests.solutions.definition`, written out as a loop over windows."""

import contextlib
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import speed
from solutions.backprop import conv2d_backward
from solutions.blocks import parts_of
from solutions.cnn import digits_network, parameters
from solutions.col2im import col2im
from solutions.layers import Conv2d
from solutions.phases import join_phases, phase_shape, split_phases, taps_of
from solutions.row_wide import col2im_row_wide, im2col_row_wide
from solutions.strides import conv2d, im2col
from solutions.winograd import conv2d_winograd, conv2d_winograd_backward, correlate_winograd, winograd_pays
from solutions.without_columns import conv2d_fft, conv2d_kn2row
from tests.solutions.definition import Geometry, arrays, geometries, slow_backward, slow_conv2d
from unrolled.wire import lay_out

FORWARD = [speed.conv2d_fast, speed.conv2d_blocked, speed.conv2d_row_wide, conv2d_kn2row]
BACKWARD = [speed.conv2d_fast_backward, speed.conv2d_blocked_backward, speed.conv2d_row_wide_backward]
GRADIENTS = Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]
BUFFERS = [1, 2000, 2 * 2**20]  # bytes: one row of one image at a time, a few rows or images, everything at once

# How far a version may be off, in units of the largest possible output. Versions that form the sums as they stand
# are exact here, because the numbers drawn are small and whole. Winograd's F(4, 3) adds numbers up to 100 times as
# large as the output, and frequencies are fractions.
ROUNDING = {"float32": 3e-5, "float64": 1e-13}


def largest(*factors: np.ndarray, terms: int) -> float:
    return float(terms * np.prod([abs(factor).max() for factor in factors])) or 1.0


@contextlib.contextmanager
def buffers_of(size: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("blocks.BUFFER", "speed.BUFFER", "row_wide.BUFFER", "winograd.WORKSPACE"):
            patch.setattr(f"solutions.{name}", size)
        yield


@pytest.mark.parametrize("version", FORWARD)
@given(g=geometries(), dtype=st.sampled_from(["float32", "float64", "int64"]), buffer=st.sampled_from(BUFFERS))
@settings(max_examples=100, deadline=None)
def test_forward_is_the_definition(version: Callable[..., np.ndarray], g: Geometry, dtype: str, buffer: int) -> None:
    x, weight = arrays(g, dtype)
    bias = np.arange(g.f).astype(dtype)
    with buffers_of(buffer):
        y = version(x, weight, bias, g.stride, g.padding, g.dilation, g.groups)
    assert y.dtype == dtype
    assert_array_equal(y, slow_conv2d(x, weight, g) + bias[:, np.newaxis, np.newaxis])


@pytest.mark.parametrize("version", BACKWARD)
@given(g=geometries(), dtype=st.sampled_from(["float32", "float64", "int64"]), buffer=st.sampled_from(BUFFERS))
@settings(max_examples=100, deadline=None)
def test_backward_is_the_definition(version: GRADIENTS, g: Geometry, dtype: str, buffer: int) -> None:
    x, weight = arrays(g, dtype)
    grad_y = np.random.default_rng(1).integers(-4, 5, slow_conv2d(x, weight, g).shape).astype(dtype)
    with buffers_of(buffer):
        gradients = version(grad_y, x, weight, g.stride, g.padding, g.dilation, g.groups)
    for got, expected in zip(gradients, slow_backward(grad_y, x, weight, g), strict=True):
        assert got.dtype == dtype
        assert_array_equal(got, expected)


@given(g=geometries(plain=True), buffer=st.sampled_from(BUFFERS))
@settings(max_examples=100, deadline=None)
def test_channels_last_is_the_definition(g: Geometry, buffer: int) -> None:
    x, weight = arrays(g)
    with buffers_of(buffer):
        y = speed.conv2d_channels_last(x, weight, None, g.stride, g.padding)
    assert_array_equal(y, slow_conv2d(x, weight, g))


@given(
    g=geometries(plain=True, taps=lambda step: 3 * step),
    dtype=st.sampled_from(list(ROUNDING)),
    buffer=st.sampled_from(BUFFERS),
)
@settings(max_examples=80, deadline=None)
def test_winograd_is_the_definition_in_both_directions(g: Geometry, dtype: str, buffer: int) -> None:
    x, weight = arrays(g, dtype)
    expected = slow_conv2d(x, weight, g)
    grad_y = np.random.default_rng(1).integers(-4, 5, expected.shape).astype(dtype)
    with buffers_of(buffer):
        y = conv2d_winograd(x, weight, None, g.stride, g.padding)
        gradients = conv2d_winograd_backward(grad_y, x, weight, g.stride, g.padding)
    scale = largest(x, weight, terms=weight[0].size)
    assert_allclose(y, expected, rtol=0, atol=ROUNDING[dtype] * scale)
    terms = grad_y.size, g.n * grad_y[0, 0].size, 1  # of a pixel, of a weight, of a bias at most
    factors = weight, x, np.ones(1)
    for got, want, factor, count in zip(gradients, slow_backward(grad_y, x, weight, g), factors, terms, strict=True):
        assert got.dtype == dtype
        assert_allclose(got, want, rtol=0, atol=ROUNDING[dtype] * largest(grad_y, factor, terms=count))


@given(g=geometries(), dtype=st.sampled_from(list(ROUNDING)))
@settings(max_examples=100, deadline=None)
def test_fft_is_the_definition(g: Geometry, dtype: str) -> None:
    x, weight = arrays(g, dtype)
    y = conv2d_fft(x, weight, None, g.stride, g.padding, g.dilation, g.groups)
    assert y.dtype == dtype
    scale = largest(x, weight, terms=weight[0].size)
    assert_allclose(y, slow_conv2d(x, weight, g), rtol=0, atol=ROUNDING[dtype] * scale)


@given(st.integers(3, 20), st.sampled_from(["float32", "float64", "int64"]))
def test_f23_is_the_sliding_sum(w: int, dtype: str) -> None:
    rng = np.random.default_rng(w)
    x, weight = rng.integers(-9, 10, w).astype(dtype), rng.integers(-9, 10, 3).astype(dtype)
    y = correlate_winograd(x, weight)
    assert y.dtype == np.result_type(dtype, np.float16)
    assert_array_equal(y, np.correlate(x, weight))  # halves of whole numbers are exact


@given(geometries())
@settings(deadline=None)
def test_every_tap_reads_one_slice_of_one_phase(g: Geometry) -> None:
    x, _ = arrays(g)
    phases = split_phases(x, g.kernel, g.stride, g.padding, g.dilation)
    assert phases.shape[2:] == phase_shape(g.size, g.kernel, g.stride, g.padding, g.dilation)
    cols = im2col(x, g.kernel, g.stride, g.padding, g.dilation)
    oh, ow = cols.shape[4:]
    for i, j, a, b, top, left in taps_of(g.kernel, g.stride, g.dilation):
        assert_array_equal(phases[:, :, a, b, top : top + oh, left : left + ow], cols[:, :, i, j])


@given(geometries())
@settings(deadline=None)
def test_join_phases_is_the_adjoint_of_split_phases(g: Geometry) -> None:
    x, _ = arrays(g)
    split = split_phases(x, g.kernel, g.stride, g.padding, g.dilation)
    drawn = np.random.default_rng(2).integers(-4, 5, split.shape).astype(float)
    joined = join_phases(drawn, g.size, g.kernel, g.stride, g.padding, g.dilation)
    assert (split * drawn).sum() == (x * joined).sum()


@given(g=geometries(), buffer=st.sampled_from(BUFFERS))
@settings(deadline=None)
def test_row_wide_columns_are_columns_with_gaps(g: Geometry, buffer: int) -> None:
    x, _ = arrays(g)
    setting = g.stride, g.padding, g.dilation
    cols, wide = im2col(x, g.kernel, *setting), im2col_row_wide(x, g.kernel, *setting)
    (oh, ow), width = cols.shape[4:], phase_shape(g.size, g.kernel, *setting)[3]
    assert wide.shape[4] == (oh - 1) * width + ow
    for p in range(oh):
        assert_array_equal(wide[..., p * width : p * width + ow], cols[..., p, :])
    without = np.zeros_like(wide)
    for p in range(oh):
        without[..., p * width : p * width + ow] = cols[..., p, :]
    drawn = np.random.default_rng(2).integers(-4, 5, wide.shape).astype(float)
    with buffers_of(buffer):
        assert_array_equal(col2im_row_wide(without, g.size, *setting), col2im(cols, g.size, *setting))
        assert (wide * drawn).sum() == (x * col2im_row_wide(drawn, g.size, *setting)).sum()


# name, x, weight, stride, padding, dtype: the shapes that are measured in benchmarks/conv.py
SHAPES = [
    ("S1", (1, 8, 224, 224), (16, 8, 3, 3), 1, 1, "float64"),
    ("S2", (1, 3, 227, 227), (96, 3, 11, 11), 4, 0, "float32"),
    ("S3", (100, 1, 28, 28), (30, 1, 5, 5), 1, 0, "float64"),
    ("S4", (100, 3, 31, 31), (25, 3, 3, 3), 2, 1, "float64"),
    ("S5", (8, 64, 56, 56), (64, 64, 3, 3), 1, 1, "float32"),
    ("S6", (8, 64, 56, 56), (64, 64, 3, 3), 2, 1, "float32"),
]


def of_shape(shape: tuple[Any, ...]) -> tuple[np.ndarray, np.ndarray, int, int]:
    _, x_shape, weight_shape, stride, padding, dtype = shape
    rng = np.random.default_rng(3)
    return rng.normal(size=x_shape).astype(dtype), rng.normal(size=weight_shape).astype(dtype), stride, padding


@pytest.mark.parametrize("shape", SHAPES, ids=[shape[0] for shape in SHAPES])
def test_forward_needs_little_memory_beside_its_output(shape: tuple[Any, ...]) -> None:
    x, weight, stride, padding = of_shape(shape)
    n, c, h, w = x.shape
    padded = n * c * (h + 2 * padding) * (w + 2 * padding) * x.itemsize
    tracemalloc.start()
    y = speed.conv2d_fast(x, weight, None, stride, padding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= y.nbytes + padded + 4 * 2**20


@pytest.mark.parametrize("shape", SHAPES, ids=[shape[0] for shape in SHAPES])
def test_backward_is_the_adjoint_of_forward_at_full_size(shape: tuple[Any, ...]) -> None:
    x, weight, stride, padding = of_shape(shape)
    y = speed.conv2d_fast(x, weight, None, stride, padding)
    grad_y = np.random.default_rng(4).normal(size=y.shape).astype(y.dtype)
    grad_x, grad_weight, grad_bias = speed.conv2d_fast_backward(grad_y, x, weight, stride, padding)
    product_of_outputs = np.vdot(y.astype(float), grad_y)  # y is linear in x, and in weight
    rounding = {"float32": 1e-4, "float64": 1e-11}[x.dtype.name] * np.linalg.norm(y) * np.linalg.norm(grad_y) / 1e2
    assert abs(np.vdot(x.astype(float), grad_x) - product_of_outputs) < rounding
    assert abs(np.vdot(weight.astype(float), grad_weight) - product_of_outputs) < rounding
    assert_allclose(grad_bias, grad_y.sum((0, 2, 3), dtype=float), atol=1e-2)


@pytest.mark.parametrize(
    ("x", "weight", "setting", "pays"),
    [
        ((8, 64, 56, 56), (64, 64, 3, 3), {"padding": 1}, True),
        ((1, 3, 227, 227), (96, 3, 11, 11), {"stride": 4}, True),  # 48 phases of 3 × 3 taps
        ((8, 64, 56, 56), (64, 64, 3, 3), {"stride": 2, "padding": 1}, False),  # 256 phases, most taps of them 0
        ((1, 8, 224, 224), (16, 8, 3, 3), {"padding": 1}, False),  # too few channels
        ((8, 64, 56, 56), (64, 64, 5, 5), {}, False),  # too large a kernel
        ((8, 64, 56, 56), (64, 32, 3, 3), {"groups": 2}, False),
        ((8, 64, 56, 56), (64, 64, 3, 3), {"dilation": 2}, False),
        ((8, 64, 5, 5), (64, 64, 3, 3), {"padding": 1}, False),  # tiles of 8 × 8 for 5 × 5 outputs
    ],
)
def test_winograd_is_taken_where_it_saves_arithmetic(
    x: tuple[int, ...], weight: tuple[int, ...], setting: dict[str, int], pays: bool
) -> None:
    assert winograd_pays(np.zeros(x, "f4"), np.zeros(weight, "f4"), **setting) is pays
    assert not winograd_pays(np.zeros(x, "f2"), np.zeros(weight, "f2"), **setting)


@pytest.mark.parametrize(
    ("x", "weight", "setting"),
    [
        ((2, 32, 9, 13), (32, 32, 3, 3), {"padding": 1}),  # Winograd
        ((2, 64, 9, 13), (4, 64, 3, 3), {"stride": 2}),  # channels last
        ((2, 64, 9, 13), (4, 64, 3, 3), {"stride": 2, "dilation": 2}),
        ((2, 128, 9, 13), (4, 64, 3, 3), {"stride": 2, "groups": 2}),
        ((2, 3, 9, 13), (4, 3, 3, 3), {"padding": "same"}),  # blocked
    ],
)
def test_whatever_version_is_picked_the_plain_twin_agrees(
    x: tuple[int, ...], weight: tuple[int, ...], setting: dict[str, Any]
) -> None:
    rng = np.random.default_rng(6)
    images, kernels, bias = rng.normal(size=x), rng.normal(size=weight), rng.normal(size=weight[0])
    y = conv2d(images, kernels, bias, **setting)
    assert_allclose(speed.conv2d_fast(images, kernels, bias, **setting), y, atol=1e-10)
    grad_y = rng.normal(size=y.shape)
    gradients = speed.conv2d_fast_backward(grad_y, images, kernels, **setting)
    for got, expected in zip(gradients, conv2d_backward(grad_y, images, kernels, **setting), strict=True):
        assert_allclose(got, expected, atol=1e-9)


VERSIONS = [*FORWARD, conv2d_fft, speed.conv2d_channels_last, conv2d_winograd]


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
@pytest.mark.parametrize("version", VERSIONS)
def test_layouts_are_accepted_and_arguments_left_alone(version: Callable[..., np.ndarray], layout: str) -> None:
    g = Geometry(2, 3, 4, (7, 6), (3, 2), (1, 1), ((1, 1), (0, 0)), (1, 1), 1)
    x, weight = (lay_out(array, layout) for array in arrays(g, "float32"))
    kept = x.copy(), weight.copy()
    y = version(x, weight, None, 1, (1, 0))
    assert y.dtype == "float32"
    assert_allclose(y, slow_conv2d(x, weight, g), atol=1e-4)
    assert_allclose(
        version(x, weight, np.arange(4.0), 1, (1, 0)) - y, np.full(y.shape, np.arange(4).reshape(4, 1, 1)), atol=1e-4
    )
    assert_array_equal(x, kept[0])
    assert_array_equal(weight, kept[1])


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
@pytest.mark.parametrize("version", [*BACKWARD, conv2d_winograd_backward])
def test_gradients_accept_layouts_and_leave_arguments_alone(version: GRADIENTS, layout: str) -> None:
    g = Geometry(2, 3, 4, (7, 6), (3, 2), (1, 1), ((1, 1), (0, 0)), (1, 1), 1)
    x, weight = (lay_out(array, layout) for array in arrays(g, "float32"))
    grad_y = lay_out(slow_conv2d(x, weight, g), layout)
    kept = grad_y.copy(), x.copy(), weight.copy()
    gradients = version(grad_y, x, weight, 1, (1, 0))
    for got, expected in zip(gradients, slow_backward(grad_y, x, weight, g), strict=True):
        assert got.dtype == "float32"
        assert_allclose(got, expected, atol=2e-2)  # of numbers up to 10 000
    for array, before in zip((grad_y, x, weight), kept, strict=True):
        assert_array_equal(array, before)


@pytest.mark.parametrize("dtypes", [("f4", "f4", "f8"), ("f4", "f8", "f4"), ("f8", "f4", "f4"), ("f4", "i2", "f4")])
@pytest.mark.parametrize("version", [*BACKWARD, conv2d_winograd_backward])
def test_gradients_have_the_dtypes_of_the_plain_twin(version: GRADIENTS, dtypes: tuple[str, ...]) -> None:
    g = Geometry(2, 3, 4, (7, 6), (3, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), 1)
    x, weight = arrays(g)
    grad_y = conv2d(x, weight).astype(dtypes[0])
    x, weight = x.astype(dtypes[1]), weight.astype(dtypes[2])
    for got, expected in zip(version(grad_y, x, weight), conv2d_backward(grad_y, x, weight), strict=True):
        assert got.dtype == expected.dtype
        assert_allclose(got, expected, atol=2e-2)


@pytest.mark.parametrize("version", [*FORWARD, conv2d_fft, speed.conv2d_channels_last])
def test_half_precision_is_kept(version: Callable[..., np.ndarray]) -> None:
    g = Geometry(2, 3, 4, (7, 6), (3, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), 1)
    x, weight = arrays(g, "float16")
    y = version(x, weight)
    assert y.dtype == "float16"
    assert_allclose(y, slow_conv2d(x.astype(float), weight.astype(float), g), atol=0.1)


@pytest.mark.parametrize("version", VERSIONS)
def test_same_padding_means_the_same_as_in_the_plain_twin(version: Callable[..., np.ndarray]) -> None:
    g = Geometry(1, 2, 3, (6, 7), (2, 3), (1, 1), ((0, 1), (1, 1)), (1, 1), 1)
    x, weight = arrays(g)
    assert_allclose(version(x, weight, padding="same"), slow_conv2d(x, weight, g), atol=1e-9)


@given(st.integers(1, 40), st.integers(0, 50))
def test_parts_cover_everything_once(count: int, most: int) -> None:
    parts = parts_of(count, most)
    assert [index for part in parts for index in range(part.start, part.stop)] == list(range(count))
    assert max(part.stop - part.start for part in parts) <= max(most, 1)


X, K = np.zeros((2, 3, 5, 6)), np.zeros((4, 3, 3, 2))
ERRORS = [
    (lambda v: v(X[0], K), r"x has shape \(3, 5, 6\); an array of shape \(n, c, h, w\) is needed"),
    (lambda v: v(X, K[:, :2]), "a kernel must have 3"),
    (lambda v: v(X, K, np.zeros(3)), "bias has 3 entries; it must have 4"),
    (lambda v: v(X, K, None, 0), "stride is 0; it must be 1 or more"),
    (lambda v: v(X, K, None, (1, -1)), r"stride\[1\] is -1; it must be 1 or more"),
    (lambda v: v(X, K, None, 1, -1), "is -1; it must be 0 or more"),
    (lambda v: v(X, K, None, 1, "full"), "the words that it may be are 'same' and 'valid'"),
    (lambda v: v(X[:, :, :2], K), "kernel height 3 does not fit: the padded input is 2 high"),
    (lambda v: v(X.astype(complex), K), "x has dtype complex128"),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:24] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(
    call: Callable[..., Any], message: str, version: Callable[..., np.ndarray]
) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call(version)


REFUSED = [
    (lambda: conv2d_winograd(X, np.zeros((4, 3, 4, 2))), "4 × 2 are more than three times the stride"),
    (lambda: conv2d_winograd(X.astype(int), K.astype(int)), "make int64; Winograd's sums need float32 or float64"),
    (lambda: conv2d_winograd(X.astype("f2"), K.astype("f2")), "make float16"),
    (lambda: conv2d_fft(X.astype(int), K.astype(int)), "make int64; frequencies are fractions"),
    (lambda: correlate_winograd(np.ones(4), np.ones(2)), "weight 2; F"),
    (lambda: correlate_winograd(np.ones(2), np.ones(3)), "x has 2 entries"),
    (lambda: col2im_row_wide(np.zeros((1, 1, 2, 2, 9)), (4, 5)), "runs of 9 entries, but images of 4 × 5 .* need 14"),
    (lambda: col2im_row_wide(np.zeros((1, 2, 2, 9)), (4, 5)), r"cols has shape \(1, 2, 2, 9\)"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[message[:24] for _, message in REFUSED])
def test_what_a_version_cannot_do_it_says(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize("version", [*BACKWARD, conv2d_winograd_backward])
def test_grad_y_must_have_the_shape_of_y(version: GRADIENTS) -> None:
    with pytest.raises(ValueError, match=r"grad_y has shape \(2, 4, 3, 4\), but y has \(2, 4, 3, 5\)"):
        version(np.zeros((2, 4, 3, 4)), X, K)


def test_a_network_of_fast_layers_goes_there_and_back_like_one_of_plain_layers() -> None:
    plain, fast = (digits_network(np.random.default_rng(3), conv=conv) for conv in (Conv2d, speed.FastConv2d))
    x = np.random.default_rng(4).normal(size=(5, 1, 8, 8)).astype("f4")
    y = plain.forward(x)
    assert_allclose(fast.forward(x), y, rtol=1e-4, atol=1e-5)
    assert_allclose(fast.backward(y), plain.backward(y), rtol=1e-4, atol=1e-5)
    for one, other in zip(parameters(plain), parameters(fast), strict=True):
        ours, theirs = (getattr(layer, f"grad_{name}") for layer, name in (other, one))
        assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)
