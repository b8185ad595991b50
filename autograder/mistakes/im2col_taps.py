"""Versions that ``test_im2col_taps`` of ``im2col`` examines, and tests that let one of them through."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# A right version, wrong ones to be rejected …


def version_right(x, kernel_size):
    return sliding_window_view(x, kernel_size).transpose(2, 3, 0, 1).copy()


def version_square_image(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    i, j, p, q = np.ogrid[:kh, :kw, : h - kh + 1, : w - kw + 1]
    return x.reshape(-1)[((p + i) * h + q + j) % x.size]


def version_square_kernel(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    cols = np.zeros((kh * kw, h - kh + 1, w - kw + 1), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[(i * kh + j) % len(cols)] = x[i : i + cols.shape[1], j : j + cols.shape[2]]
    return cols.reshape(kh, kw, *cols.shape[1:])


def version_square_output(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.zeros((kh, kw, oh * ow), x.dtype)
    for p in range(oh):
        for q in range(ow):
            cols[:, :, (p * oh + q) % (oh * ow)] = x[p : p + kh, q : q + kw]
    return cols.reshape(kh, kw, oh, ow)


def version_changing_x(x, kernel_size):
    cols = sliding_window_view(x, kernel_size).transpose(2, 3, 0, 1).copy()
    x -= x.mean()
    return cols


# … and poor tests, which let one of them through


def _is_right(candidate, size, kernel_size, dtypes=("float32", "float64"), keeps=True):
    for dtype in dtypes:
        x = np.arange(1, size[0] * size[1] + 1).reshape(size).astype(dtype)
        kept = x.copy()
        cols = candidate(x, kernel_size)
        assert cols.shape == (*kernel_size, size[0] - kernel_size[0] + 1, size[1] - kernel_size[1] + 1)
        assert cols.dtype == dtype
        for i, j, p, q in np.ndindex(*cols.shape):
            assert cols[i, j, p, q] == kept[p + i, q + j]
        assert not keeps or np.array_equal(x, kept)


def test_square_images(candidate):
    _is_right(candidate, (5, 5), (2, 3))
    _is_right(candidate, (5, 5), (3, 2))


def test_square_kernels(candidate):
    _is_right(candidate, (4, 6), (2, 2))
    _is_right(candidate, (7, 5), (3, 3))


def test_square_outputs(candidate):
    _is_right(candidate, (4, 5), (2, 3))
    _is_right(candidate, (5, 4), (3, 2))


def test_sorted_entries(candidate):
    x = np.arange(1, 31, dtype="float32").reshape(5, 6)
    cols = candidate(x, (2, 3))
    expected = sliding_window_view(x, (2, 3)).transpose(2, 3, 0, 1)
    assert cols.shape == expected.shape and np.array_equal(np.sort(cols, None), np.sort(expected, None))


def test_float64_only(candidate):
    _is_right(candidate, (4, 6), (2, 3), ("float64",))


def test_all_but_the_image(candidate):
    _is_right(candidate, (4, 6), (2, 3), keeps=False)


def test_expecting_windows_first(candidate):
    assert candidate(np.ones((4, 6)), (2, 3)).shape == (3, 4, 2, 3)
