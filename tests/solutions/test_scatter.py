"""Scatter-add by index arrays against loops that add one number at a time."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import scatter
from solutions.col2im import col2im_windows
from tests.solutions.drawn import Source, sources

few = st.integers(1, 5)


@given(few, few, few, few, sources)
def test_an_indexed_statement_does_what_the_loop_over_windows_does(
    kh: int, kw: int, oh: int, ow: int, source: Source
) -> None:
    cols = source.array(kh, kw, oh, ow)
    x = scatter.scattered(cols)
    assert x.dtype == source.dtype
    assert_array_equal(x, col2im_windows(cols))


@given(few, st.integers(1, 12), st.integers(1, 6), st.randoms(use_true_random=False), sources)
def test_every_number_is_added_in_the_place_that_it_names(
    m: int, k: int, length: int, random: Random, source: Source
) -> None:
    values = source.array(m, k)
    places = np.array([random.randint(-3, length - 1) for _ in range(k)], int)
    kept = values.copy()
    expected = np.zeros((m, length), source.dtype)
    for row in range(m):
        for value, place in zip(values[row], places, strict=True):
            if place >= 0:
                expected[row, place] += value
    sums = scatter.scatter_add(values, places, length)
    assert sums.dtype == source.dtype
    assert_allclose(sums, expected, rtol=1e-5, atol=1e-5)
    assert_array_equal(values, kept)


def test_places_that_do_not_exist_or_are_too_few_are_refused() -> None:
    for places in [3], [0, 1]:
        with pytest.raises(ValueError, match="places must be 1 whole numbers below 3"):
            scatter.scatter_add(np.ones((2, 1)), np.array(places), 3)
