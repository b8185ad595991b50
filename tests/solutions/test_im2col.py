"""Columns of one image against windows copied entry by entry."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from solutions import im2col
from tests.solutions import oracle
from tests.solutions.drawn import Source, sources

taps, further = st.integers(1, 3), st.integers(0, 4)


def columns(x: np.ndarray, kernel_size: tuple[int, int]) -> np.ndarray:
    return np.asarray(oracle.im2col(x[None, None], kernel_size)[0, 0])


@given(sources, taps, taps, further, further)
def test_every_version_copies_every_window(source: Source, kh: int, kw: int, more_h: int, more_w: int) -> None:
    x = source.array(kh + more_h, kw + more_w)
    expected = columns(x, (kh, kw))
    by_window, by_tap = im2col.im2col_windows(x, (kh, kw)), im2col.im2col_taps(x, (kh, kw))
    by_table = im2col.im2col_by_table(x, (kh, kw))
    assert_array_equal(im2col.im2col_entries(x, (kh, kw)), by_table)
    assert by_window.dtype == by_tap.dtype == by_table.dtype == source.dtype
    assert_array_equal(by_window, expected)
    assert_array_equal(by_tap, expected)
    assert_array_equal(by_table, im2col.as_matrix(by_tap))
    assert not any(np.shares_memory(x, result) for result in (by_window, by_tap, by_table))


@given(sources, taps, taps, further, further)
def test_a_matrix_has_every_entry_in_its_place_and_goes_back(
    source: Source, kh: int, kw: int, more_h: int, more_w: int
) -> None:
    size = kh + more_h, kw + more_w
    cols = source.array(kh, kw, more_h + 1, more_w + 1)
    oh, ow = cols.shape[2:]
    rows, downwards = im2col.as_matrix(cols), im2col.column_major(cols)
    by_tap, by_window = im2col.tap_tiles(cols), im2col.window_tiles(cols)
    for i, j, p, q in np.ndindex(cols.shape):
        assert rows[i * kw + j, p * ow + q] == cols[i, j, p, q]
        assert downwards[j * kh + i, q * oh + p] == cols[i, j, p, q]
        assert by_tap[i * oh + p, j * ow + q] == cols[i, j, p, q]
        assert by_window[p * kh + i, q * kw + j] == cols[i, j, p, q]
    back = im2col.as_columns(rows, size, (kh, kw)), im2col.from_column_major(downwards, size, (kh, kw))
    for result in back:
        assert_array_equal(result, cols)
    for result in (rows, downwards, by_tap, by_window):
        assert result.dtype == source.dtype
        assert not np.shares_memory(result, cols)


@given(sources, taps, taps, further, further)
def test_column_major_is_the_row_major_matrix_of_the_transposed_image(
    source: Source, kh: int, kw: int, more_h: int, more_w: int
) -> None:
    x = source.array(kh + more_h, kw + more_w)
    turned = im2col.im2col_by_table(x.T, (kw, kh))
    assert_array_equal(im2col.column_major(im2col.im2col_taps(x, (kh, kw))), turned)


@given(sources, taps, taps, further, further)
def test_one_product_is_the_convolution(source: Source, kh: int, kw: int, more_h: int, more_w: int) -> None:
    x, weight = source.array(kh + more_h, kw + more_w), source.array(kh, kw)
    y = im2col.convolve_by_matrix(x, weight)
    assert y.dtype == source.dtype
    assert_array_equal(y, oracle.conv2d(x[None, None], weight[None, None])[0, 0])


def test_the_published_index_table_of_a_5x5_image_and_a_3x3_kernel() -> None:
    published = [
        [0, 1, 2, 5, 6, 7, 10, 11, 12],
        [1, 2, 3, 6, 7, 8, 11, 12, 13],
        [2, 3, 4, 7, 8, 9, 12, 13, 14],
        [5, 6, 7, 10, 11, 12, 15, 16, 17],
        [6, 7, 8, 11, 12, 13, 16, 17, 18],
        [7, 8, 9, 12, 13, 14, 17, 18, 19],
        [10, 11, 12, 15, 16, 17, 20, 21, 22],
        [11, 12, 13, 16, 17, 18, 21, 22, 23],
        [12, 13, 14, 17, 18, 19, 22, 23, 24],
    ]
    assert_array_equal(im2col.index_table((5, 5), (3, 3)), published)


def test_a_3x3_image_and_a_2x2_kernel_by_hand() -> None:
    x, weight = np.arange(1, 10).reshape(3, 3), np.array([[1, 2], [3, 4]])
    matrix = im2col.as_matrix(im2col.im2col_taps(x, (2, 2)))
    assert_array_equal(matrix, [[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]])
    assert_array_equal(im2col.convolve_by_matrix(x, weight), [[37, 47], [67, 77]])
    by_hand = [[3, 1, 5, 9], [1, 4, 9, 2], [4, 1, 2, 6], [5, 9, 5, 3], [9, 2, 3, 5], [2, 6, 5, 8]]
    assert_array_equal(im2col.by_hand(), by_hand)


IMAGE, MATRIX = np.ones((4, 5)), np.ones((6, 12))
ERRORS: list[tuple[Any, str]] = [
    (lambda: im2col.im2col_windows(IMAGE, (5, 1)), "kernel height 5 does not fit: the padded input is 4 high"),
    (lambda: im2col.im2col_taps(IMAGE, (1, 6)), "kernel width 6 does not fit: the padded input is 5 wide"),
    (lambda: im2col.im2col_taps(IMAGE, 0), "kernel_size is 0; it must be 1 or more"),
    (lambda: im2col.im2col_by_table(IMAGE[0], 2), r"x has shape \(5,\); an array of shape \(h, w\) is needed"),
    (lambda: im2col.im2col_windows(IMAGE, 1.0), "kernel_size is 1.0; a whole number is needed"),  # type: ignore[arg-type]
    (lambda: im2col.index_table((4, -5), 2), r"size\[1\] is -5"),
    (lambda: im2col.index_table(2**40, 2), "the table would have shape .*: more entries than an index can count"),
    (lambda: im2col.im2col_entries(IMAGE, (1, 6)), "kernel width 6 does not fit: the padded input is 5 wide"),
    (lambda: im2col.as_matrix(IMAGE), r"cols has shape \(4, 5\); an array of shape \(kh, kw, oh, ow\)"),
    (lambda: im2col.column_major(IMAGE), r"cols has shape \(4, 5\)"),
    (lambda: im2col.tap_tiles(IMAGE), r"cols has shape \(4, 5\)"),
    (lambda: im2col.window_tiles(IMAGE), r"cols has shape \(4, 5\)"),
    (
        lambda: im2col.as_columns(MATRIX, (4, 4), (2, 3)),
        r"matrix has shape \(6, 12\), but an image of \(4, 4\) and a kernel of \(2, 3\) make one of shape \(6, 6\)",
    ),
    (lambda: im2col.from_column_major(MATRIX[0], (4, 4), 2), r"matrix has shape \(12,\)"),
    (lambda: im2col.convolve_by_matrix(IMAGE, IMAGE[0]), r"weight has shape \(5,\)"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message[:30] for _, message in ERRORS])
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
