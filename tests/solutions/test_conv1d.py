"""The references of ``conv1d`` against their definitions, written out as honest loops over scalars."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import conv1d
from unrolled.wire import lay_out

GEOMETRIES = [  # w, kw, stride, padding
    (1, 1, 1, 0),
    (5, 2, 1, 0),
    (7, 3, 2, 0),
    (8, 3, 2, 0),  # a tail is left
    (4, 4, 1, 2),
    (9, 2, 4, 0),  # gaps between windows
    (6, 4, 3, 1),
    (2, 5, 1, 2),  # fits only because of the padding
]
DTYPES = ["int64", "float32", "float64"]


def starts(w: int, kw: int, stride: int, padding: int) -> list[int]:
    """The starts of all windows, found by trying every place."""
    return [start for start in range(0, w + 2 * padding, stride) if start + kw <= w + 2 * padding]


def scalar_convolution(x: Any, weight: Any, stride: int = 1, padding: int = 0) -> list[float]:
    padded = [0.0] * padding + [float(value) for value in x] + [0.0] * padding
    return [
        sum(padded[start + j] * float(weight[j]) for j in range(len(weight)))
        for start in starts(len(x), len(weight), stride, padding)
    ]


def draw(rng: np.random.Generator, size: int, dtype: str = "float64") -> np.ndarray:
    return rng.integers(-9, 10, size).astype(dtype)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@given(st.integers(0, 30), st.integers(1, 12), st.integers(1, 7), st.integers(0, 6))
def test_out_size_counts_the_windows(w: int, kw: int, stride: int, padding: int) -> None:
    assert conv1d.out_size(w, kw, stride, padding) == len(starts(w, kw, stride, padding))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("w", "kw", "stride", "padding"), GEOMETRIES)
def test_shifted_sum_is_the_definition(
    w: int, kw: int, stride: int, padding: int, dtype: str, rng: np.random.Generator
) -> None:
    x, weight = draw(rng, w, dtype), draw(rng, kw, dtype)
    y = conv1d.shifted_sum(x, weight, stride, padding)
    assert y.dtype == dtype
    assert_allclose(y, scalar_convolution(x, weight, stride, padding))


@pytest.mark.parametrize(("w", "kw", "stride"), [g[:3] for g in GEOMETRIES if g[0] >= g[1]])
def test_every_form_gives_the_same_output(w: int, kw: int, stride: int, rng: np.random.Generator) -> None:
    x, weight = draw(rng, w), draw(rng, kw)
    expected = scalar_convolution(x, weight, stride)
    assert_allclose(conv1d.strided(x, weight, stride), expected)
    assert_allclose(conv1d.banded(weight, w, stride) @ x, expected)
    assert_allclose(weight @ conv1d.im2col_1d(x, kw, stride), expected)
    if stride == 1:
        assert_allclose(conv1d.correlate(x, weight), expected)


@pytest.mark.parametrize(("w", "kw"), [(5, 1), (5, 2), (5, 3), (4, 4), (2, 5), (1, 2)])
def test_same_keeps_the_length_with_the_extra_zero_behind(w: int, kw: int, rng: np.random.Generator) -> None:
    x, weight = draw(rng, w), draw(rng, kw)
    before = (kw - 1) // 2
    padded = [0.0] * before + list(x) + [0.0] * (kw - 1 - before)
    assert_allclose(conv1d.correlate_same(x, weight), scalar_convolution(padded, weight))


def test_convolve_full_is_the_flipped_convolution_that_numpy_has(rng: np.random.Generator) -> None:
    x, weight = draw(rng, 6), draw(rng, 3)
    assert_allclose(conv1d.convolve_full(x, weight), np.convolve(x, weight))


@pytest.mark.parametrize(("w", "kw", "stride"), [g[:3] for g in GEOMETRIES if g[0] >= g[1]])
def test_col2im_is_the_adjoint_of_im2col(w: int, kw: int, stride: int, rng: np.random.Generator) -> None:
    x, cols = rng.normal(size=w), rng.normal(size=(kw, conv1d.out_size(w, kw, stride)))
    assert_allclose((cols * conv1d.im2col_1d(x, kw, stride)).sum(), conv1d.col2im_1d(cols, w, stride) @ x)


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_layouts_and_dtypes_are_accepted_and_arguments_left_alone(layout: str, rng: np.random.Generator) -> None:
    x, weight = lay_out(draw(rng, 8, "float32"), layout), lay_out(draw(rng, 3, "float32"), layout)
    kept = x.copy(), weight.copy()
    results = [
        conv1d.correlate(x, weight),
        conv1d.correlate_same(x, weight),
        conv1d.shifted_sum(x, weight, 2, 1),
        conv1d.banded(weight, 8),
        conv1d.im2col_1d(x, 3, 2),
        conv1d.col2im_1d(lay_out(draw(rng, 6, "float32").reshape(2, 3), layout), 4),
        conv1d.strided(x, weight, 2),
    ]
    assert {result.dtype.name for result in results} == {"float32"}
    assert not any(np.shares_memory(result, x) for result in results)
    assert_array_equal(x, kept[0])
    assert_array_equal(weight, kept[1])


ROW, KERNEL = np.arange(4.0), np.arange(5.0)
ERRORS = [
    (lambda: conv1d.out_size(4, 0), "kw is 0; it must be 1 or more"),
    (lambda: conv1d.out_size(4, 2, stride=-1), "stride is -1; it must be 1 or more"),
    (lambda: conv1d.shifted_sum(ROW, ROW, padding=-2), "padding is -2; it must be 0 or more"),
    (
        lambda: conv1d.correlate(ROW, KERNEL),
        r"kernel length 5 does not fit: the padded row is 4 long \(w=4, padding 0\)",
    ),
    (lambda: conv1d.correlate(ROW.reshape(2, 2), ROW), r"x has shape \(2, 2\); an array of shape \(w,\) is needed"),
    (lambda: conv1d.correlate(ROW, np.array(["a"])), "weight has dtype <U1"),
    (lambda: conv1d.banded(KERNEL, True), "w is True; a whole number is needed"),
    (lambda: conv1d.correlate_same(ROW, ROW[:0]), r"weight has shape \(0,\)"),
    (lambda: conv1d.banded(KERNEL, 4), "kernel length 5 does not fit"),
    (lambda: conv1d.im2col_1d(ROW, 2, stride=0), "stride is 0"),
    (lambda: conv1d.col2im_1d(ROW, 4), r"cols has shape \(4,\)"),
    (lambda: conv1d.col2im_1d(np.ones((2, 5)), 4), "cols has 5 columns, but a row of 4 has 3 windows of 2 at stride 1"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:24] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
