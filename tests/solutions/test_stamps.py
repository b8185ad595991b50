"""The chapter's smaller answers agree with the complete transposed convolution and with grouped convolution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import stamps
from solutions.strides import conv2d
from solutions.transposed import conv_transpose2d
from tests.solutions.drawn import Geometry, Source, geometries, sources

few = st.integers(1, 5)


@given(few, few, few, st.integers(0, 2), st.integers(0, 4), sources)
def test_a_row_is_an_image_of_one_row(w: int, kw: int, stride: int, padding: int, more: int, source: Source) -> None:
    more %= stride
    w += 2 * padding
    x, weight = source.array(w), source.array(kw)
    y = stamps.stamp_row(x, weight, stride, padding, more)
    image = x.reshape(1, 1, 1, w), weight.reshape(1, 1, 1, kw)
    expected = conv_transpose2d(*image, None, (1, stride), (0, padding), (0, more))
    assert_array_equal(y, expected[0, 0, 0])
    assert y.dtype == source.dtype


@pytest.mark.parametrize("settings", [(2, 0, 2), (1, 0, 1), (2, 2, 0)])
def test_a_row_refuses_too_much_padding(settings: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="output_padding must be less than the stride"):
        stamps.stamp_row(np.ones(1), np.ones(2), *settings)


@given(geometries(), st.integers(0, 99))
def test_a_separable_convolution_is_one_with_kernels_of_rank_one(geometry: Geometry, seed: int) -> None:
    """One full kernel does the same: kernel (f, c) is depthwise kernel c, as strong as pointwise entry (f, c)."""
    g, rng = geometry, np.random.default_rng(seed)
    c = g.x_shape[1]
    x, depthwise = rng.normal(size=g.x_shape), rng.normal(size=(c, *g.kernel_size))
    pointwise, bias = rng.normal(size=(g.f, c)), rng.normal(size=g.f)
    y = stamps.separable_conv2d(x, depthwise, pointwise, bias, g.stride, g.pads)
    whole = pointwise[:, :, np.newaxis, np.newaxis] * depthwise
    assert_allclose(y, conv2d(x, whole, bias, g.stride, g.pads), atol=1e-9)


def test_the_test_accepts_the_reference() -> None:
    stamps.test_transposed(
        lambda x, weight, stride, padding, more: conv_transpose2d(x, weight, None, stride, padding, more)
    )


def test_by_hand() -> None:
    assert_array_equal(stamps.stamped(), [[2, 7, 3], [7, 25, 17], [6, 23, 20]])
