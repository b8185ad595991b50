"""Exhibits: numbers that are right, in memory that is not, or in a type that cannot hold them."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from museum.exhibit import Exhibit
from solutions.windows import windows_sliding


def windows_of_c_order(x, k):
    h, w = x.shape
    step = x.itemsize
    strides = (w * step, step) * 2  # wrong
    return as_strided(x, (k, k, h - k + 1, w - k + 1), strides).copy()


def windows_of_any_order(x, k):
    return windows_sliding(x[None, None], k)[0, 0].copy()


def a_transpose_has_windows_too(windows):
    x = np.arange(6).reshape(2, 3).T
    assert windows(x, 1)[0, 0].tolist() == [[0, 3], [1, 4], [2, 5]]


def centred_in_place(x, k):
    windows = np.lib.stride_tricks.sliding_window_view(x, k, writeable=True)
    for window in windows:
        window -= window.mean()  # wrong
    return windows.copy()


def centred(x, k):
    windows = np.lib.stride_tricks.sliding_window_view(x, k)
    return windows - windows.mean(axis=1, keepdims=True)


def every_window_has_mean_zero(centred):
    assert np.allclose(centred(np.array([2.0, 4, 9]), 2).mean(axis=1), 0)


def one_entry_for_all(value, count):
    many = as_strided(np.array([value]), (count,), (0,))
    for place in range(count):
        many[place] += 1  # wrong
    return many.copy()


def entries_of_their_own(value, count):
    if count < 1:
        raise ValueError("one entry at least")
    return np.full(count, value) + 1


def adding_one_adds_one(many):
    assert many(3, 2).tolist() == [4, 4]


def there_and_back_even(x):
    return np.fft.irfft(np.fft.rfft(x))  # wrong


def there_and_back(x):
    return x.astype(float)


def odd_rows_come_back(again):
    for w in (2, 3, 4, 5):
        assert np.allclose(again(np.arange(1.0, w + 1)), np.arange(1.0, w + 1))


def offset_in_32_bits(image, channels, h, w):
    with np.errstate(over="ignore"):
        return int(np.int32(image) * np.int32(channels) * np.int32(h) * np.int32(w))  # wrong


def offset_exact(image, channels, h, w):
    return image * channels * h * w


def far_images_have_large_offsets(offset):
    assert offset(16, 400, 400, 65536) == 16 * 400 * 400 * 65536


def size_in_32_bits(pixels, taps):
    size = np.multiply(pixels, taps, dtype=np.int32)  # wrong
    return int(size[0])


def size_exact(pixels, taps):
    return int(pixels[0]) * int(taps[0])


def large_columns_have_large_sizes(size):
    assert size(np.array([2800 * 2800]), np.array([32 * 3 * 3])) == 2_257_920_000


def row_above_as_unsigned(i, padding, h):
    row = np.uint32((i - padding) % 2**32)
    return bool(row >= 0)  # wrong


def row_is_inside(i, padding, h):
    if min(i, padding) < 0 or h < 1:
        raise ValueError("an image has one row at least")
    return 0 <= i - padding < h


def rows_above_are_outside(inside):
    assert not inside(0, 1, 5)
    assert inside(1, 1, 5)


EXHIBITS = [
    Exhibit(
        id="strides-computed",
        theme="Layout and dtype",
        title="Strides are computed, and not read",
        where="MyGrad, its sliding windows (pull request 48)",
        link="https://github.com/rsokl/MyGrad/pull/48",
        stood="until 2018",
        told="The steps to the next row and column were worked out from the shape. That is right for an array that "
        "lies row by row. In a transposed one the windows hold other numbers, or reach beyond the array, which "
        "ended the program.",
        wrong=windows_of_c_order,
        right=windows_of_any_order,
        args={"x": np.asfortranarray(np.arange(4).reshape(2, 2)), "k": 1},
        caught_by=a_transpose_has_windows_too,
    ),
    Exhibit(
        id="write-through-windows",
        theme="Layout and dtype",
        title="Windows that overlap are written to",
        where="NumPy's sliding_window_view, whose warning was asked for (issue 29677)",
        link="https://github.com/numpy/numpy/issues/29677",
        stood="",
        told="Neighbouring windows share their bytes. What is subtracted from one is gone from the next before its "
        "turn comes. That is why such views are read-only unless one insists.",
        wrong=centred_in_place,
        right=centred,
        args={"x": np.array([2.0, 4.0, 9.0]), "k": 2},
        caught_by=every_window_has_mean_zero,
    ),
    Exhibit(
        id="stride-zero",
        theme="Layout and dtype",
        title="One number poses as many",
        where="NumPy, on arrays whose stride is 0 (issue 4868)",
        link="https://github.com/numpy/numpy/issues/4868",
        stood="",
        told="An array with a stride of 0 shows the same number in every place. Adding in place adds to that number "
        "again and again.",
        wrong=one_entry_for_all,
        right=entries_of_their_own,
        args={"value": 0, "count": 2},
        caught_by=adding_one_adds_one,
    ),
    Exhibit(
        id="odd-length",
        theme="Layout and dtype",
        title="A row of odd length comes back shorter",
        where="Autoformer (issue 133), and questions to PyTorch (63943) and NumPy (8800)",
        link="https://github.com/thuml/Autoformer/issues/133",
        stood="at least until it was reported in 2023",
        told="The strengths of a row's waves do not say whether the row was even or odd. irfft assumes even, unless "
        "it is told the length.",
        wrong=there_and_back_even,
        right=there_and_back,
        args={"x": np.array([1.0, 2.0, 3.0])},
        caught_by=odd_rows_come_back,
    ),
    Exhibit(
        id="offset-overflow",
        theme="Layout and dtype",
        title="The way to a far image does not fit into 32 bits",
        where="MIOpen, im2col and col2im (pull request 3099)",
        link="https://github.com/ROCm/MIOpen/pull/3099",
        stood="until July 2024",
        told="Where an image begins is the product of its number and of sizes. Beyond 2,147,483,647 a signed 32-bit "
        "number wraps around and may be negative, and memory is read that belongs to something else. It takes large "
        "batches to see it, and tests are small.",
        wrong=offset_in_32_bits,
        right=offset_exact,
        args={"image": 2**16, "channels": 2**15, "h": 1, "w": 1},
        caught_by=far_images_have_large_offsets,
    ),
    Exhibit(
        id="buffer-overflow",
        theme="Layout and dtype",
        title="The columns are too many to be counted by an int",
        where="TensorFlow Lite, im2col (issue 47525)",
        link="https://github.com/tensorflow/tensorflow/issues/47525",
        stood="at least until it was reported in March 2021",
        told="With 32 channels and windows of 3 × 3, an output of 2800 × 2800 needs columns of 2,257,920,000 entries. "
        "A signed 32-bit number counts to 2,147,483,647.",
        wrong=size_in_32_bits,
        right=size_exact,
        args={"pixels": np.array([2800 * 2800]), "taps": np.array([32 * 3 * 3])},
        caught_by=large_columns_have_large_sizes,
    ),
    Exhibit(
        id="unsigned-row",
        theme="Layout and dtype",
        title="The row above the image is a large number",
        where="tf-approximate, im2col on the GPU (issue 7)",
        link="https://github.com/ehw-fit/tf-approximate/issues/7",
        stood="at least until June 2020",
        told="With padding, the first rows of a window lie above the image and have negative numbers. In an unsigned "
        "type there are none, and the check for “not below 0” is always true. Another check happened to catch "
        "it.",
        wrong=row_above_as_unsigned,
        right=row_is_inside,
        args={"i": 0, "padding": 1, "h": 1},
        caught_by=rows_above_are_outside,
    ),
]
