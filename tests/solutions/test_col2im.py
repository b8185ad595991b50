"""The way back from columns against a scatter of single numbers, and the law that it is the transpose of im2col."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import col2im, overlaps
from solutions.strides import im2col
from tests.solutions import oracle
from tests.solutions.drawn import Geometry, Source, geometries, sources

COMPLETE = [
    col2im.col2im,
    col2im.col2im_add_at,
    col2im.col2im_flat,
    col2im.col2im_bincount,
    col2im.col2im_gather,
]
few = st.integers(1, 5)


def cols_of(geometry: Geometry, source: Source) -> np.ndarray:
    g = geometry
    windows = oracle.out_size(g.size, g.kernel_size, g.stride, g.pads, g.dilation)
    return source.array(g.n, g.c, *g.kernel_size, *windows)


@pytest.mark.parametrize("version", COMPLETE)
@given(geometries(), sources)
def test_every_entry_is_added_to_the_pixel_it_was_copied_from(
    version: Callable[..., np.ndarray], geometry: Geometry, source: Source
) -> None:
    g, cols = geometry, cols_of(geometry, source)
    kept = cols.copy()
    x = version(cols, g.size, g.stride, g.pads, g.dilation)
    assert x.dtype == source.dtype
    assert not np.shares_memory(x, cols)
    assert_array_equal(x, oracle.col2im(cols, g.size, g.stride, g.pads, g.dilation))
    assert_array_equal(cols, kept)


@pytest.mark.parametrize("version", [col2im.col2im_windows, col2im.col2im_taps])
@given(few, few, few, few, sources)
def test_one_plane_of_stride_one_is_the_complete_version_with_every_setting_at_its_default(
    version: Callable[..., np.ndarray], kh: int, kw: int, oh: int, ow: int, source: Source
) -> None:
    cols = source.array(kh, kw, oh, ow)
    x = version(cols)
    assert x.dtype == source.dtype
    assert_array_equal(x, oracle.col2im(cols[np.newaxis, np.newaxis], (oh + kh - 1, ow + kw - 1))[0, 0])
    assert col2im.window_size(x.shape, (oh, ow)) == (kh, kw)


@given(geometries())
def test_col2im_is_the_adjoint_of_im2col(geometry: Geometry) -> None:
    g = geometry
    assert col2im.is_adjoint(
        lambda x: im2col(x, g.kernel_size, g.stride, g.pads, g.dilation),
        lambda cols: col2im.col2im(cols, g.size, g.stride, g.pads, g.dilation),
        g.x_shape,
    )


@pytest.mark.parametrize("padding", ["same", "valid", 1, (0, 2), ((2, 0), (0, 1))])
def test_every_form_of_padding_goes_back_as_it_came(padding: Any) -> None:
    x = np.random.default_rng(3).normal(size=(2, 1, 7, 6))
    cols = im2col(x, (2, 3), (2, 1), padding, (1, 2))
    for version in COMPLETE:
        back = version(cols, (7, 6), (2, 1), padding, (1, 2))
        assert_allclose(back[0, 0], x[0, 0] * overlaps.counts((7, 6), (2, 3), (2, 1), padding, (1, 2)))


WRONG_WAYS_BACK = [
    lambda cols: 2 * col2im.col2im(cols, (4, 5)),
    lambda cols: col2im.col2im(cols, (4, 5)) / overlaps.counts((4, 5), (2, 3)),
    lambda cols: col2im.col2im(cols[:, :, ::-1], (4, 5)),
    lambda cols: col2im.col2im(cols, (4, 5)) + 1e-6,
    lambda cols: col2im.col2im(cols, (4, 5))[:, :, :-1],
]


@pytest.mark.parametrize("backward", WRONG_WAYS_BACK)
def test_no_wrong_way_back_passes_for_the_adjoint(backward: Callable[..., np.ndarray]) -> None:
    assert not col2im.is_adjoint(lambda x: im2col(x, (2, 3)), backward, (2, 1, 4, 5))


def test_columns_and_back_multiplies_the_numbers_one_to_nine_by_four_six_and_nine() -> None:
    x = np.arange(1, 10).reshape(1, 1, 3, 3)
    back = col2im.col2im(im2col(x, 3, padding=1), 3, padding=1)
    assert_array_equal(back[0, 0], [[4, 12, 12], [24, 45, 36], [28, 48, 36]])
    assert_array_equal(overlaps.counts(3, 3, padding=1), [[4, 6, 4], [6, 9, 6], [4, 6, 4]])


def test_the_index_table_of_a_five_by_five_image_under_a_three_by_three_kernel() -> None:
    table = col2im.pixel_numbers(5, 3).reshape(9, 9)
    assert_array_equal(table[:, 0], [0, 1, 2, 5, 6, 7, 10, 11, 12])
    assert_array_equal(table[0], [0, 1, 2, 5, 6, 7, 10, 11, 12])
    assert_array_equal(table[:, -1], [12, 13, 14, 17, 18, 19, 22, 23, 24])
    assert col2im.entries_of_pixels(5, 3)[12] == [8, 16, 24, 32, 40, 48, 56, 64, 72]  # the middle: once in every window


@given(geometries())
def test_entries_of_pixels_lists_every_entry_that_is_not_padding_once(geometry: Geometry) -> None:
    g = geometry
    numbers = col2im.pixel_numbers(g.size, g.kernel_size, g.stride, g.pads, g.dilation)
    for i, j, p, q, row, column in oracle.windows(g.size, g.kernel_size, g.stride, g.pads, g.dilation):
        inside = oracle.is_inside(row, column, g.size)
        assert numbers[i, j, p, q] == (row * g.size[1] + column if inside else -1)
    listed = col2im.entries_of_pixels(g.size, g.kernel_size, g.stride, g.pads, g.dilation)
    assert [len(entries) for entries in listed] == [np.count_nonzero(numbers == k) for k in range(len(listed))]
    assert all(numbers.flat[entry] == pixel for pixel, entries in enumerate(listed) for entry in entries)


@given(geometries())
def test_counts_by_formula_are_the_counts_by_adding_up_ones(geometry: Geometry) -> None:
    g = geometry
    expected = np.zeros(g.size, int)
    for _, _, _, _, row, column in oracle.windows(g.size, g.kernel_size, g.stride, g.pads, g.dilation):
        if oracle.is_inside(row, column, g.size):
            expected[row, column] += 1
    for count in overlaps.counts, overlaps.counts_by_col2im:
        assert_array_equal(count(g.size, g.kernel_size, g.stride, g.pads, g.dilation), expected)


def test_counts_in_a_row_rise_to_the_kernel_and_fall_again() -> None:
    assert overlaps.counts_in_row(6, 3).tolist() == [1, 2, 3, 3, 2, 1]
    assert overlaps.counts_in_row(7, 3, stride=2).tolist() == [1, 1, 2, 1, 2, 1, 1]
    assert overlaps.counts_in_row(4, 4, before=2, after=1).tolist() == [3, 4, 3, 2]
    assert overlaps.counts_in_row(5, 2, dilation=3).tolist() == [1, 1, 0, 1, 1]


@given(few, few, few, few, sources)
def test_the_mean_of_overlapping_patches_gives_the_image_back(kh: int, kw: int, h: int, w: int, source: Source) -> None:
    x = source.array(2, 1, h + kh, w + kw)
    folded = overlaps.fold_mean(im2col(x, (kh, kw)), x.shape[2:])
    assert folded.dtype == (source.dtype if source.dtype.startswith("float") else "float64")
    assert_array_equal(folded, x)


def noisy_hills() -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:32, :40]
    clean = np.sin(x / 5) + (y > 15)
    return clean, clean + 0.3 * np.random.default_rng(0).normal(size=clean.shape)


def error(image: np.ndarray) -> float:
    return float(np.sqrt(((image - noisy_hills()[0]) ** 2).mean()))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_denoising_leaves_less_than_half_of_the_noise(dtype: str) -> None:
    noisy = noisy_hills()[1].astype(dtype)
    kept = noisy.copy()
    cleaned = overlaps.denoise(noisy, (5, 4), keep=3)
    assert cleaned.dtype == dtype
    assert error(cleaned) < 0.45 * error(noisy)
    assert_array_equal(noisy, kept)


def test_denoising_with_every_direction_changes_nothing_and_with_none_blurs_all() -> None:
    _, noisy = noisy_hills()
    assert_allclose(overlaps.denoise(noisy, 3, keep=9), noisy)
    assert overlaps.denoise(noisy, 3, keep=0).std() < 0.1 * noisy.std()
    columns_alike = overlaps.denoise(noisy, (32, 1), keep=0)  # patches are whole columns: their mean is left
    assert_allclose(columns_alike, np.repeat(noisy.mean(axis=1, keepdims=True), 40, axis=1))
    assert overlaps.denoise(np.arange(12).reshape(3, 4), 2, keep=4).dtype == "float64"


@pytest.mark.parametrize("version", COMPLETE)
def test_the_test_that_students_write_lets_every_right_version_pass(version: Callable[..., np.ndarray]) -> None:
    col2im.test_col2im(version)


WRONG_VERSIONS: list[tuple[Callable[..., np.ndarray], str]] = [
    (lambda c, s, *a: col2im.col2im(c, s, *a)[:, :, 1:], "should have shape"),
    (lambda c, s, *a: col2im.col2im(c, s, *a).astype(float), "float32 went in, float64 came out"),
    (lambda c, s, *a: col2im.col2im(c, s, *a) / 2, "⟨im2col"),
    (lambda c, s, *a: col2im.col2im(c, s, *a)[:, :, ::-1], "⟨im2col"),
    (lambda c, s, *a: col2im.col2im(np.multiply(c, 2, out=c), s, *a) / 2, "the columns were changed"),
]


@pytest.mark.parametrize(("version", "message"), WRONG_VERSIONS)
def test_the_test_that_students_write_stops_wrong_versions(version: Callable[..., np.ndarray], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        col2im.test_col2im(version)


COLS = np.ones((1, 2, 2, 3, 3, 4))
ERRORS: list[tuple[Any, str]] = [
    (lambda: col2im.window_size((3, 4), (4, 4)), "out is 4 × 4, but an image of 3 × 4 has no more windows"),
    (lambda: col2im.window_size((3, 0), 1), r"size\[1\] is 0; it must be 1 or more"),
    (lambda: col2im.col2im_windows(COLS), r"cols has shape \(1, 2, 2, 3, 3, 4\); an array of shape \(kh, kw, oh, ow\)"),
    (lambda: col2im.col2im_taps(COLS[0, 0] > 0), "cols has dtype bool"),
    (lambda: col2im.pixel_numbers((4, 2), 3), "kernel width 3 does not fit: the padded input is 2 wide"),
    (lambda: col2im.pixel_numbers(2**32, 3), "the image would have shape .*: more entries than an index can count"),
    (lambda: col2im.entries_of_pixels(4, 0), "kernel_size is 0; it must be 1 or more"),
    (lambda: overlaps.counts(4, 5), "taps is 5: no window fits into 4 places, padding included"),
    (lambda: overlaps.counts_by_col2im(4, 2, stride=0), "stride is 0; it must be 1 or more"),
    (lambda: overlaps.counts_in_row(4, 2, before=-1), "before is -1; it must be 0 or more"),
    (lambda: overlaps.fold_mean(COLS, (4, 5)), "cols hold 3 × 4 windows of 2 × 3, but images of 4 × 5 have 3 × 3"),
    (lambda: overlaps.fold_mean(COLS, (8, 9), (3, 2)), r"pixel \(2, 0\) lies in no patch: use a smaller stride"),
    (lambda: overlaps.denoise(COLS, 2, 1), r"x has shape .*; an array of shape \(h, w\) is needed"),
    (lambda: overlaps.denoise(COLS[0, 0, 0, 0], 2, 5), "keep is 5, but patches of 2 × 2 differ along 4 directions"),
    (lambda: overlaps.denoise(COLS[0, 0, 0, 0], 2, -1), "keep is -1; it must be 0 or more"),
    (lambda: overlaps.denoise(COLS[0, 0, 0, 0], 4, 1), "kernel height 4 does not fit"),
    *[
        case
        for version in COMPLETE
        for case in [
            (lambda v=version: v(COLS[0], (4, 6)), r"cols has shape \(2, 2, 3, 3, 4\); an array of shape \(n, c, kh"),
            (
                lambda v=version: v(COLS, (4, 6), 1, 1),
                "cols hold 3 × 4 windows of 2 × 3, but images of 4 × 6 have 5 × 6 with stride 1, padding 1, dilation 1",
            ),
            (lambda v=version: v(COLS, (1, 6)), "kernel height 2 does not fit"),
            (lambda v=version: v(COLS, (4, 6), -1), "stride is -1; it must be 1 or more"),
            (lambda v=version: v(COLS, (4, 6), 1, "full"), "padding is 'full'"),
            (
                lambda v=version: v(COLS, (2**62, 2), (2**61, 1), 2),
                "the padded x would have shape .*: more entries than an index",
            ),
        ]
    ],
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
