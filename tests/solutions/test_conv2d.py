"""Convolution of one image against the definition, written out over scalars."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import conv2d, filters
from tests.solutions import oracle
from tests.solutions.drawn import Source, sources

lengths, tap_counts = st.integers(1, 9), st.integers(1, 4)
several = st.integers(1, 3)
paddings = st.integers(0, 3)


def around(padding: int) -> oracle.Pairs:
    return (padding, padding), (padding, padding)


def convolve(x: np.ndarray, weight: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """One image of one channel, by the oracle."""
    return np.asarray(oracle.conv2d(x[None, None], weight[None, None], None, (stride, stride), around(padding))[0, 0])


@given(lengths, lengths, tap_counts, tap_counts, several, paddings)
def test_sizes_and_tail_are_those_of_the_windows_that_fit(
    h: int, w: int, kh: int, kw: int, stride: int, padding: int
) -> None:
    if min(h - kh, w - kw) + 2 * padding < 0:
        return
    places = [oracle.starts(length, k, stride, (padding, padding)) for length, k in ((h, kh), (w, kw))]
    tails = tuple(
        length + padding - (starts[-1] + k) for length, starts, k in zip((h, w), places, (kh, kw), strict=True)
    )
    assert conv2d.out_size((h, w), (kh, kw), stride, padding) == (len(places[0]), len(places[1]))
    assert conv2d.unused((h, w), (kh, kw), stride, padding) == tails


@given(sources, several, several, st.integers(0, 4), st.integers(0, 4), several, paddings)
def test_loops_and_shifted_images_are_the_definition(
    source: Source, kh: int, kw: int, more_h: int, more_w: int, stride: int, padding: int
) -> None:
    x, weight = source.array(kh + more_h, kw + more_w), source.array(kh, kw)
    kept = x.copy(), weight.copy()
    guarded = conv2d.guarded(x, weight, padding)
    y, strided = conv2d.correlate(x, weight), conv2d.shifted_sum(x, weight, stride, padding)
    assert y.dtype == strided.dtype == guarded.dtype == source.dtype
    assert_array_equal(y, convolve(x, weight))
    assert_array_equal(strided, convolve(x, weight, stride, padding))
    assert_array_equal(guarded, convolve(x, weight, 1, padding))
    assert_array_equal(x, kept[0])
    assert_array_equal(weight, kept[1])


@given(sources, several, several, several, several, st.integers(0, 3), paddings)
@settings(deadline=None)
def test_channels_last_versions_are_the_definition(
    source: Source, kh: int, kw: int, c: int, f: int, more: int, padding: int
) -> None:
    x, weight = source.array(kh + more, kw + 1, c), source.array(kh, kw, c, f)
    first = oracle.conv2d(x.transpose(2, 0, 1)[None], weight.transpose(3, 2, 0, 1), pads=around(padding))
    for version in conv2d.six_loops, conv2d.tap_products:
        y = version(x, weight, padding)
        assert y.dtype == source.dtype
        assert_array_equal(y, first[0].transpose(1, 2, 0))


def test_the_published_values_of_the_channels_last_example() -> None:
    weight = np.random.RandomState(100).random_sample((3, 3, 8, 16))
    published = [17.6167424, 16.46092477, 16.71833326, 15.7476869, 16.24364858, 15.14112872]
    for version, side in (conv2d.six_loops, 5), (conv2d.tap_products, 224):
        y = version(np.ones((side, side, 8)), weight, padding=1)
        assert y.shape == (side, side, 16)
        assert_allclose(y[0, 0, [0, 1, 2, -3, -2, -1]], published, rtol=1e-8)


def test_multiply_adds_are_the_steps_of_the_loops() -> None:
    assert conv2d.multiply_adds((224, 224), 3, 8, 16, padding=1) == 57_802_752
    steps = 6 * sum(1 for _ in oracle.windows((5, 7), (3, 2), (2, 2), around(1)))
    assert conv2d.multiply_adds((5, 7), (3, 2), channels=2, filters=3, stride=2, padding=1) == steps
    assert conv2d.multiply_adds(2**40, 1, 2**20, 2**20) == 2**120


@given(sources, several, several)
def test_two_passes_are_one_convolution_with_the_outer_product(source: Source, kh: int, kw: int) -> None:
    x, column, row = source.array(6, 5), source.array(kh), source.array(kw)
    kernel = filters.outer(column, row)
    assert [[entry.item() for entry in line] for line in kernel] == [[a * b for b in row] for a in column]
    y = filters.separable(x, column, row)
    assert y.dtype == source.dtype
    assert_array_equal(y, convolve(x, kernel))


@given(sources, st.integers(1, 5), st.integers(1, 5))
def test_factors_of_an_outer_product_give_it_back(source: Source, kh: int, kw: int) -> None:
    kernel = filters.outer(source.array(kh), source.array(kw)) / np.asarray(7, source.dtype)
    kernel = kernel if source.dtype.startswith("float") else kernel.astype("float64")
    found = filters.factors(kernel)
    assert found is not None
    assert found[0].dtype == kernel.dtype
    assert_allclose(filters.outer(*found), kernel, rtol=8 * np.finfo(kernel.dtype).eps)


@pytest.mark.parametrize(
    "kernel",
    [np.eye(2), [[1, 2], [2, 4.001]], [[0, 1, 0], [1, 4, 1], [0, 1, 0]], [[1, 2, 3], [2, 4, 6], [3, 6, 8]]],
    ids=["eye", "nearly", "cross", "one-entry-off"],
)
def test_kernels_of_rank_two_have_no_factors(kernel: Any) -> None:
    assert np.linalg.matrix_rank(kernel) > 1
    assert filters.factors(np.asarray(kernel)) is None


def test_a_kernel_of_zeros_has_factors() -> None:
    found = filters.factors(np.zeros((2, 3), int))
    assert found is not None
    assert_array_equal(filters.outer(*found), np.zeros((2, 3)))


def test_a_gaussian_is_a_bell_with_sum_one() -> None:
    bell = filters.gaussian(4, 1.5)
    assert_allclose(bell.sum(), 1)
    assert_allclose(bell, bell[::-1])
    assert_allclose(bell[4 + 3] / bell[4], np.exp(-(3**2) / (2 * 1.5**2)))
    assert_array_equal(filters.gaussian(0, 2), [1])


@given(sources, several, several, st.integers(1, 5), st.integers(1, 5))
def test_same_repeats_the_pixels_at_the_edges(source: Source, kh: int, kw: int, h: int, w: int) -> None:
    x, weight = source.array(h, w), source.array(kh, kw)
    rows = np.clip(np.arange(h + kh - 1) - (kh - 1) // 2, 0, h - 1)
    columns = np.clip(np.arange(w + kw - 1) - (kw - 1) // 2, 0, w - 1)
    y = filters.same(x, weight)
    assert y.shape == x.shape
    assert_array_equal(y, convolve(x[rows][:, columns], weight))


def test_a_flat_photograph_stays_flat_under_a_blur_and_has_no_edges() -> None:
    flat = np.full((5, 6), 200, "uint8")
    bell = filters.gaussian(2, 1.0)
    assert_allclose(filters.same(flat, filters.outer(bell, bell)), 200)
    assert_array_equal(filters.edge_strength(flat), np.zeros((5, 6)))


def test_edge_strength_of_a_slope_is_its_steepness_in_either_direction() -> None:
    row, column = np.indices((6, 7))
    slope = (3 * row + 4 * column).astype("uint8")[::-1]  # falls downwards, which unsigned pixels cannot express
    assert_allclose(filters.edge_strength(slope)[1:-1, 1:-1], 5 * 8)
    assert filters.edge_strength(slope.astype("float32")).dtype == "float32"


def test_by_hand() -> None:
    assert_array_equal(conv2d.by_hand(), [[1, 5, 0], [9, 3, 1]])


IMAGE, KERNEL = np.ones((4, 5)), np.ones((3, 3))
ERRORS: list[tuple[Any, str]] = [
    (
        lambda: conv2d.out_size((4, 9), (5, 2)),
        r"kernel height 5 does not fit: the padded input is 4 high \(h=4, padding 0\); use a smaller kernel",
    ),
    (
        lambda: conv2d.out_size((9, 4), 7, padding=1),
        r"kernel width 7 does not fit: the padded input is 6 wide \(w=4, padding 1\); use a smaller kernel",
    ),
    (lambda: conv2d.out_size(4, 2, 0), "stride is 0; it must be 1 or more"),
    (lambda: conv2d.out_size(4, 2, padding=-1), "padding is -1; it must be 0 or more"),
    (lambda: conv2d.unused((4, 0), 2), r"size\[1\] is 0; it must be 1 or more"),
    (lambda: conv2d.correlate(IMAGE[0], KERNEL), r"x has shape \(5,\); an array of shape \(h, w\) is needed"),
    (lambda: conv2d.correlate(KERNEL, IMAGE), "kernel height 4 does not fit"),
    (lambda: conv2d.correlate(IMAGE + 1j, KERNEL), "x has dtype complex128"),
    (lambda: conv2d.shifted_sum(IMAGE, KERNEL[:0]), r"weight has shape \(0, 3\); its axis kh is empty"),
    (lambda: conv2d.shifted_sum(IMAGE, KERNEL, 1.5), "stride is 1.5; a whole number is needed"),  # type: ignore[arg-type]
    (lambda: conv2d.guarded(IMAGE[0], KERNEL), r"x has shape \(5,\)"),
    (lambda: conv2d.six_loops(np.ones((4, 4, 2)), np.ones((3, 3, 1, 2))), r"weight has 1 channels \(shape .* x has 2"),
    (lambda: conv2d.tap_products(IMAGE, np.ones((3, 3, 1, 2))), r"x has shape \(4, 5\); an array of shape \(h, w, c\)"),
    (lambda: conv2d.multiply_adds(4, 2, channels=0), "channels is 0; it must be 1 or more"),
    (lambda: conv2d.multiply_adds(4, 2, filters=-2), "filters is -2; it must be 1 or more"),
    (lambda: filters.outer(IMAGE, IMAGE[0]), r"column has shape \(4, 5\); an array of shape \(kh,\)"),
    (lambda: filters.separable(IMAGE, IMAGE[0], IMAGE[0]), "kernel height 5 does not fit"),
    (lambda: filters.factors(IMAGE[0]), r"weight has shape \(5,\)"),
    (lambda: filters.gaussian(-1, 1.0), "radius is -1"),
    (lambda: filters.gaussian(1, 0.0), "sigma is 0.0; it must be more than 0"),
    (lambda: filters.same(IMAGE, KERNEL[0]), r"weight has shape \(3,\)"),
    (lambda: filters.edge_strength(IMAGE[0]), r"x has shape \(5,\)"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:30] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
