"""Stride, padding and dilation against windows found by trying every place."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import strides
from tests.solutions import oracle
from tests.solutions.drawn import Geometry, Source, geometries, sources

few = st.integers(1, 6)


@given(geometries())
def test_out_size_counts_the_windows(geometry: Geometry) -> None:
    g = geometry
    expected = oracle.out_size(g.size, g.kernel_size, g.stride, g.pads, g.dilation)
    assert strides.out_size(g.size, g.kernel_size, g.stride, g.pads, g.dilation) == expected


@given(geometries())
def test_unused_counts_the_rows_and_columns_behind_the_last_window(geometry: Geometry) -> None:
    g = geometry
    places = [place[4:] for place in oracle.windows(g.size, g.kernel_size, g.stride, g.pads, g.dilation)]
    ends = g.size[0] + g.pads[0][1], g.size[1] + g.pads[1][1]
    expected = tuple(ends[axis] - 1 - max(place[axis] for place in places) for axis in (0, 1))
    assert strides.unused(g.size, g.kernel_size, g.stride, g.pads, g.dilation) == expected


@given(few, few, st.integers(1, 4), st.integers(1, 3))
def test_same_pads_are_the_fewest_that_give_a_window_for_every_step(
    length: int, taps: int, stride: int, dilation: int
) -> None:
    assert strides.same_pads(length, taps, stride, dilation) == oracle.same_pads(length, taps, stride, dilation)


@given(few, few, few, few, st.integers(1, 3), st.integers(1, 3))
def test_same_gives_the_size_of_the_input_over_the_stride_rounded_up(
    h: int, w: int, kh: int, kw: int, sy: int, dx: int
) -> None:
    assert strides.out_size((h, w), (kh, kw), (sy, 1), "same", (1, dx)) == (-(-h // sy), w)


PADS = [  # padding, size, kernel_size, stride → the four sides
    (0, (4, 4), (2, 2), 1, ((0, 0), (0, 0))),
    (2, (4, 4), (2, 2), 1, ((2, 2), (2, 2))),
    ((1, 3), (4, 4), (2, 2), 1, ((1, 1), (3, 3))),
    (((1, 2), (3, 0)), (4, 4), (2, 2), 1, ((1, 2), (3, 0))),
    ("valid", (4, 4), (2, 2), 1, ((0, 0), (0, 0))),
    ("same", (4, 4), (3, 5), 1, ((1, 1), (2, 2))),
    ("same", (4, 4), (2, 2), 1, ((0, 1), (0, 1))),  # "half a pixel": one row and one column, at the end
    ("same", (5, 6), (3, 3), 2, ((1, 1), (0, 1))),
    ("same", (5, 5), 1, 3, ((0, 0), (0, 0))),
]


@pytest.mark.parametrize(("padding", "size", "kernel_size", "stride", "sides"), PADS)
def test_pads_reads_every_form(padding: Any, size: Any, kernel_size: Any, stride: Any, sides: Any) -> None:
    assert strides.pads(padding, size, kernel_size, stride) == sides


@given(geometries(), sources)
def test_im2col_copies_every_window(geometry: Geometry, source: Source) -> None:
    g, x = geometry, source.array(*geometry.x_shape)
    cols = strides.im2col(x, g.kernel_size, g.stride, g.pads, g.dilation)
    assert cols.dtype == source.dtype
    assert not np.shares_memory(cols, x)
    assert_array_equal(cols, oracle.im2col(x, g.kernel_size, g.stride, g.pads, g.dilation))


@given(geometries(), sources, st.booleans())
@settings(deadline=None)
def test_conv2d_is_the_definition(geometry: Geometry, source: Source, with_bias: bool) -> None:
    g, x, weight = geometry, source.array(*geometry.x_shape), source.array(*geometry.weight_shape)
    bias = source.array(g.f) if with_bias else None
    kept = x.copy(), weight.copy()
    y = strides.conv2d(x, weight, bias, g.stride, g.pads, g.dilation, g.groups)
    assert y.dtype == source.dtype
    assert_array_equal(y, oracle.conv2d(x, weight, bias, g.stride, g.pads, g.dilation, g.groups))
    assert_array_equal(x, kept[0])
    assert_array_equal(weight, kept[1])


@given(geometries(), sources)
def test_a_dilated_convolution_is_one_with_zeros_in_the_kernel(geometry: Geometry, source: Source) -> None:
    g, x, weight = geometry, source.array(*geometry.x_shape), source.array(*geometry.weight_shape)
    spread = strides.dilate(weight, g.dilation)
    assert spread.shape[2:] == strides.extent(g.kernel_size, g.dilation)
    assert_array_equal(
        strides.conv2d(x, spread, None, g.stride, g.pads, 1, g.groups),
        strides.conv2d(x, weight, None, g.stride, g.pads, g.dilation, g.groups),
    )
    assert_array_equal(strides.thin_out(spread, g.dilation), weight)


@given(geometries(), sources)
def test_a_stride_keeps_some_outputs_of_stride_one(geometry: Geometry, source: Source) -> None:
    g, x, weight = geometry, source.array(*geometry.x_shape), source.array(*geometry.weight_shape)
    dense = strides.conv2d(x, weight, None, 1, g.pads, g.dilation, g.groups)
    strided = strides.conv2d(x, weight, None, g.stride, g.pads, g.dilation, g.groups)
    assert_array_equal(strides.thin_out(dense, g.stride), strided)


@given(geometries(), sources)
def test_crop_undoes_pad(geometry: Geometry, source: Source) -> None:
    x = source.array(*geometry.x_shape)
    padded = strides.pad(x, geometry.pads, 7)
    (top, _), (left, _) = geometry.pads
    expected = [
        [oracle.at(x[0, 0], row - top, column - left, 7) for column in range(padded.shape[3])]
        for row in range(padded.shape[2])
    ]
    assert_array_equal(padded[0, 0], expected)
    cropped = strides.crop(padded, geometry.pads)
    assert_array_equal(cropped, x)
    assert padded.dtype == cropped.dtype == source.dtype
    assert not np.shares_memory(cropped, padded)


def channels_last_example() -> tuple[np.ndarray, np.ndarray]:
    """The input and kernels of source C, moved to channels first and cut to a corner that is quick to convolve."""
    weight = np.random.RandomState(100).random_sample((3, 3, 8, 16))
    return np.ones((1, 8, 12, 11)), weight.transpose(3, 2, 0, 1)


def test_strides_one_two_and_dilation_two_have_the_sizes_and_values_that_the_source_shows() -> None:
    x, weight = channels_last_example()
    y = strides.conv2d(x, weight, padding=1)
    published = [17.6167424, 16.46092477, 16.71833326, 15.7476869, 16.24364858, 15.14112872]
    assert_allclose(y[0, [0, 1, 2, -3, -2, -1], 0, 0], published, rtol=1e-8)
    assert strides.conv2d(x, weight, stride=(1, 2), padding=1).shape == (1, 16, 12, 6)
    dilated = strides.conv2d(x, weight, padding=2, dilation=2)
    assert dilated.shape == (1, 16, 12, 11)
    assert_allclose(dilated[0, :, 0, 0], y[0, :, 0, 0])  # of an image of ones, both corners see the same four taps


def test_bias_of_a_wider_dtype_widens_the_output() -> None:
    x, weight = np.ones((1, 1, 2, 2), "float32"), np.ones((2, 1, 1, 1), "float32")
    assert strides.conv2d(x, weight, np.ones(2)).dtype == "float64"


IMAGE, KERNEL = np.ones((1, 2, 4, 5)), np.ones((2, 2, 3, 3))
ERRORS: list[tuple[Any, str]] = [
    (lambda: strides.extent((2, 0)), r"kernel_size\[1\] is 0; it must be 1 or more"),
    (lambda: strides.extent(2, (1, 2, 3)), r"dilation is \(1, 2, 3\); one whole number or a pair"),  # type: ignore[arg-type]
    (lambda: strides.same_pads(0, 2), "length is 0; it must be 1 or more"),
    (lambda: strides.same_pads(2, 2.0), "taps is 2.0; a whole number is needed"),  # type: ignore[arg-type]
    (lambda: strides.pads("full", 4, 2), "padding is 'full'; the words that it may be are 'same' and 'valid'"),  # type: ignore[arg-type]
    (lambda: strides.pads(-1, 4, 2), r"padding\[0\] is -1; it must be 0 or more|padding is -1"),
    (lambda: strides.pads(((1, 1), (2, -3)), 4, 2), r"padding\[1\]\[1\] is -3"),
    (lambda: strides.pads((1, 2, 3), 4, 2), r"padding is \(1, 2, 3\); a number, \(y, x\) or"),  # type: ignore[arg-type]
    (
        lambda: strides.out_size((4, 9), (5, 2)),
        r"kernel height 5 does not fit: the padded input is 4 high \(h=4, padding 0\); use a smaller kernel",
    ),
    (
        lambda: strides.out_size((9, 4), 3, 1, ((0, 0), (1, 2)), (1, 4)),
        r"kernel width 3, dilated to 9, does not fit: the padded input is 7 wide \(w=4, padding 1 and 2\)",
    ),
    (lambda: strides.out_size(4, 2, stride=0), "stride is 0; it must be 1 or more"),
    (lambda: strides.unused(4, 2, stride=(2, -1)), r"stride\[1\] is -1"),
    (lambda: strides.pad(IMAGE[0], 1), r"x has shape \(2, 4, 5\); an array of shape \(n, c, h, w\) is needed"),
    (lambda: strides.pad(IMAGE.astype(int), 1, -np.inf), "value is -inf, which an array of dtype int64 cannot hold"),
    (lambda: strides.pad(IMAGE, 2**62), r"the padded x would have shape .*: more entries than an index can count"),
    (lambda: strides.crop(IMAGE, 2), "padding 2 leaves nothing of images that are 4 high and 5 wide"),
    (lambda: strides.im2col(IMAGE, 2, dilation=0), "dilation is 0"),
    (lambda: strides.im2col(IMAGE, 6), "kernel height 6 does not fit"),
    (lambda: strides.im2col(IMAGE > 0, 2), "x has dtype bool; integers or floating-point numbers are needed"),
    (lambda: strides.im2col(IMAGE, 2**31, padding=2**32), "cols would have shape .*: more entries than an index"),
    (lambda: strides.dilate(KERNEL[0], 2), r"weight has shape \(2, 3, 3\)"),
    (lambda: strides.dilate(KERNEL, 2**60), "the dilated weight would have shape"),
    (lambda: strides.thin_out(KERNEL, 0), "stride is 0"),
    (lambda: strides.conv2d(IMAGE[0], KERNEL), r"x has shape \(2, 4, 5\)"),
    (lambda: strides.conv2d(IMAGE, KERNEL[0]), r"weight has shape \(2, 3, 3\)"),
    (
        lambda: strides.conv2d(IMAGE, KERNEL[:, :1]),
        r"weight has shape \(2, 1, 3, 3\), so 1 channels, but a kernel must have 2 \(x has 2, in groups=1\)",
    ),
    (lambda: strides.conv2d(IMAGE, KERNEL, groups=3), "groups is 3; it must divide the 2 channels of x and the 2"),
    (lambda: strides.conv2d(IMAGE, KERNEL, groups=0), "groups is 0; it must be 1 or more"),
    (lambda: strides.conv2d(IMAGE, KERNEL, np.ones(3)), "bias has 3 entries; it must have 2"),
    (lambda: strides.conv2d(IMAGE, KERNEL, np.ones((2, 1))), r"bias has shape \(2, 1\)"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:30] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_an_array_on_a_gpu_is_refused_with_the_way_back() -> None:
    class OnGpu:
        __cuda_array_interface__ = None

    with pytest.raises(TypeError, match=r"x lives on a GPU.*cupy.asnumpy\(x\)"):
        strides.conv2d(OnGpu(), KERNEL)  # type: ignore[arg-type]
