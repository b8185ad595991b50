"""The ideas one at a time against their twins that have every setting, and against plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import quick, roofline
from solutions.row_wide import col2im_row_wide, im2col_row_wide
from solutions.strides import conv2d
from solutions.winograd import OF_INPUT, OF_KERNEL, OF_OUTPUT
from tests.solutions.drawn import Source, sources

few = st.integers(1, 4)


@given(few, few, few, few, few, sources)
def test_row_wide_columns_are_those_of_the_complete_version(
    c: int, oh: int, ow: int, kh: int, kw: int, source: Source
) -> None:
    size = oh + kh - 1, ow + kw - 1
    x = source.array(c, *size)
    cols = quick.im2col_wide(x, (kh, kw))
    assert cols.dtype == source.dtype
    assert_array_equal(cols, im2col_row_wide(x[np.newaxis], (kh, kw))[0])
    back = quick.col2im_wide(cols, size)
    assert back.dtype == source.dtype
    assert_allclose(back, col2im_row_wide(cols[np.newaxis], size)[0], rtol=1e-5)


@given(st.tuples(few, few, few), few, few, few, few, st.integers(1, 500), sources)
def test_convolutions_without_columns_and_in_blocks_are_convolutions(
    counts: tuple[int, int, int], oh: int, ow: int, kh: int, kw: int, budget: int, source: Source
) -> None:
    n, c, f = counts
    x, weight = source.array(n, c, oh + kh - 1, ow + kw - 1), source.array(f, c, kh, kw)
    expected = conv2d(x, weight)
    planes, y = quick.kn2row(x, weight)
    assert planes.shape == (kh, kw, n, f, *x.shape[2:])
    for found in y, quick.conv2d_quick(x, weight, budget):
        assert found.dtype == expected.dtype
        assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_tiles_of_winograd_are_convolutions_with_36_products() -> None:
    rng = np.random.default_rng(0)
    tiles, weight = rng.normal(size=(5, 3, 6, 6)), rng.normal(size=(2, 3, 3, 3))
    products, y = quick.winograd_tiles(tiles, weight, np.array(OF_INPUT), np.array(OF_KERNEL), np.array(OF_OUTPUT))
    assert products.shape == (5, 2, 6, 6)
    assert_allclose(y, conv2d(tiles, weight), atol=1e-10)


@given(st.integers(1, 12), few)
def test_frequencies_give_what_a_sliding_kernel_gives(ow: int, kw: int) -> None:
    rng = np.random.default_rng(ow)
    x, weight = rng.normal(size=ow + kw - 1), rng.normal(size=kw)
    assert_allclose(quick.correlate_fft(x, weight), np.correlate(x, weight, "valid"), atol=1e-10)


@given(st.integers(1, 30), few, few, few, st.integers(0, 2000))
def test_blocks_tile_the_rows_and_fit_the_buffer_if_a_row_does(oh: int, c: int, kh: int, kw: int, budget: int) -> None:
    blocks = roofline.row_blocks((2, c, oh + kh - 1, kw + 4), (3, c, kh, kw), 4, budget)
    assert [row for start, stop in blocks for row in range(start, stop)] == list(range(oh))
    row = 4 * c * kh * kw * 5
    assert all((stop - start) * row <= budget or stop - start == 1 for start, stop in blocks)
    assert all((stop - start + 1) * row > budget for start, stop in blocks[:-1])


def test_a_speedup_and_its_inverse_multiply_to_one() -> None:
    old, new = [[9.0, 4.0, 4.0], [9.0, 1.0, 1.0]], [[7.0, 1.0, 1.0], [9.0, 3.0, 3.0, 80.0]]
    assert roofline.fair_speedup(old, new) == pytest.approx((4 / 3) ** 0.5)
    assert roofline.fair_speedup(old, new) * roofline.fair_speedup(new, old) == pytest.approx(1)


def test_the_slower_of_arithmetic_and_traffic_decides() -> None:
    layer = (2, 3, 6, 9), (4, 3, 3, 2), 4
    operations, traffic, seconds = roofline.roofline(*layer, 0, 1e9, 1.0)
    assert (operations, traffic) == (9216, 1296 + 288 + 1024)
    assert seconds == traffic
    assert roofline.roofline(*layer, 0, 1.0, 1e9)[2] == operations
