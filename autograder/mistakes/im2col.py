"""Wrong answers to the questions of ``im2col``, each as somebody might really write it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def _columns(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    i, j, p, q = np.ogrid[:kh, :kw, : h - kh + 1, : w - kw + 1]
    return x[p + i, q + j]


# im2col_windows


def windows_first(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.empty((oh, ow, kh, kw), x.dtype)
    for p in range(oh):
        for q in range(ow):
            cols[p, q] = x[p : p + kh, q : q + kw]
    return cols


def windows_taps_crossed(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.empty((kw, kh, oh, ow), x.dtype)
    for p in range(oh):
        for q in range(ow):
            cols[:, :, p, q] = x[p : p + kh, q : q + kw].T
    return cols


def windows_places_crossed(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.empty((kh, kw, ow, oh), x.dtype)
    for p in range(oh):
        for q in range(ow):
            cols[:, :, q, p] = x[p : p + kh, q : q + kw]
    return cols


def windows_by_kernel_height(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kh + 1
    cols = np.empty((kh, kw, oh, ow), x.dtype)
    for p in range(oh):
        for q in range(ow):
            cols[:, :, p, q] = x[p : p + kh, q : q + kw]
    return cols


def windows_without_last(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    cols = np.empty((kh, kw, h - kh, w - kw), x.dtype)
    for p in range(h - kh):
        for q in range(w - kw):
            cols[:, :, p, q] = x[p : p + kh, q : q + kw]
    return cols


def windows_float64(x, kernel_size):
    return _columns(x, kernel_size).astype(float)


# index_table


def table_rows_by_height(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    i, j, p, q = np.ogrid[:kh, :kw, : h - kh + 1, : w - kw + 1]
    return ((p + i) * h + q + j).reshape(kh * kw, -1)


def table_down_the_image(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    i, j, p, q = np.ogrid[:kh, :kw, : h - kh + 1, : w - kw + 1]
    return (p + i + (q + j) * h).reshape(kh * kw, -1)


def table_transposed(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    i, j, p, q = np.ogrid[:kh, :kw, : h - kh + 1, : w - kw + 1]
    return ((p + i) * w + q + j).reshape(kh * kw, -1).T


def table_by_output_height(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    table = np.zeros((kh * kw, oh * ow), int)
    for i, j, p, q in np.ndindex(kh, kw, oh, ow):
        table[i * kw + j, p * oh + q] = (p + i) * w + q + j
    return table


def table_by_kernel_height(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    table = np.zeros((kh * kw, oh * ow), int)
    for i, j, p, q in np.ndindex(kh, kw, oh, ow):
        table[i * kh + j, p * ow + q] = (p + i) * w + q + j
    return table


def table_taps_by_kernel_width(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    i, j, p, q = np.ogrid[:kh, :kw, : h - kh + 1, : w - kw + 1]
    return (i * kw + j + p * w + q).reshape(kh * kw, -1)


def table_starts_by_output_width(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    i, j, p, q = np.ogrid[:kh, :kw, :oh, :ow]
    return (i * w + j + p * ow + q).reshape(kh * kw, -1)


def table_places_added(size, kernel_size):
    kh, kw = kernel_size
    taps, windows = kh * kw, (size[0] - kh + 1) * (size[1] - kw + 1)
    return np.arange(taps)[:, np.newaxis] + np.arange(windows)


def table_from_one(size, kernel_size):
    (h, w), (kh, kw) = size, kernel_size
    return _columns(np.arange(1, h * w + 1).reshape(h, w), kernel_size).reshape(kh * kw, -1)


# im2col_taps


def taps_end_too_early(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.zeros((kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = x[i:oh, j:ow]
            cols[i, j, : len(shifted), : shifted.shape[1]] = shifted
    return cols


def taps_end_too_early_raises(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.empty((kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[i, j] = x[i:oh, j:ow]
    return cols


def taps_as_large_as_the_kernel(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.empty((kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[i, j] = x[i : i + kh, j : j + kw]
    return cols


def taps_flipped(x, kernel_size):
    return _columns(x, kernel_size)[::-1, ::-1].copy()


def taps_by_kernel_height(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kh + 1
    cols = np.empty((kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[i, j] = x[i : i + oh, j : j + ow]
    return cols


def taps_as_large_as_x(x, kernel_size):
    cols = np.zeros((*kernel_size, *x.shape), x.dtype)
    for i, j in np.ndindex(*kernel_size):
        cols[i, j, : x.shape[0] - i, : x.shape[1] - j] = x[i:, j:]
    return cols


def taps_in_rows(x, kernel_size):
    cols = _columns(x, kernel_size)
    return cols.reshape(-1, *cols.shape[2:])


def taps_float64(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.zeros((kh, kw, oh, ow))
    for i in range(kh):
        for j in range(kw):
            cols[i, j] = x[i : i + oh, j : j + ow]
    return cols


# window_tiles


def tiles_reshape_only(cols):
    kh, kw, oh, ow = cols.shape
    return cols.reshape(oh * kh, ow * kw)


def tiles_of_taps(cols):
    kh, kw, oh, ow = cols.shape
    return cols.transpose(0, 2, 1, 3).reshape(kh * oh, kw * ow)


def tiles_windows_in_lines(cols):
    kh, kw, oh, ow = cols.shape
    return cols.transpose(2, 3, 0, 1).reshape(oh * kh, ow * kw)


def tiles_windows_turned(cols):
    kh, kw, oh, ow = cols.shape
    return cols.transpose(2, 1, 3, 0).reshape(oh * kw, ow * kh)


# column_major


def downwards_not_at_all(cols):
    kh, kw, oh, ow = cols.shape
    return cols.reshape(kh * kw, oh * ow)


def downwards_taps_only(cols):
    kh, kw, oh, ow = cols.shape
    return cols.transpose(1, 0, 2, 3).reshape(kh * kw, oh * ow)


def downwards_windows_only(cols):
    kh, kw, oh, ow = cols.shape
    return cols.transpose(0, 1, 3, 2).reshape(kh * kw, oh * ow)


def downwards_all_axes_reversed(cols):
    kh, kw, oh, ow = cols.shape
    return cols.T.reshape(kh * kw, oh * ow)


# convolve_by_matrix


def product_window_by_window(x, weight):
    """Not a mistake: right, but one step of Python for each window."""
    places = np.ndindex(x.shape[0] - weight.shape[0] + 1, x.shape[1] - weight.shape[1] + 1)
    windows = sliding_window_view(x, weight.shape)
    sums = [np.vdot(windows[place], weight) for place in places]
    return np.array(sums, np.result_type(x, weight)).reshape(windows.shape[:2])


def product_flipped(x, weight):
    return np.tensordot(weight[::-1, ::-1], _columns(x, weight.shape), 2)


def product_kernel_by_columns(x, weight):
    cols = _columns(x, weight.shape)
    return (weight.T.reshape(-1) @ cols.reshape(weight.size, -1)).reshape(cols.shape[2:])


def product_output_crossed(x, weight):
    cols = _columns(x, weight.shape)
    return (weight.reshape(-1) @ cols.reshape(weight.size, -1)).reshape(cols.shape[:1:-1])


def product_left_flat(x, weight):
    return weight.reshape(1, -1) @ _columns(x, weight.shape).reshape(weight.size, -1)


def product_float64(x, weight):
    cols = _columns(x, weight.shape).astype(float)
    return np.tensordot(weight, cols, 2)


# im2col_entries: the published loops, and ways to mend them that do not


def entries_published(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    matrix = np.zeros((kh * kw, oh * ow), x.dtype)
    for p in range(oh):
        for q in range(ow):
            for i in range(kh):
                for j in range(kw):
                    matrix[i * kh + j, p * ow + q] = x[p + i, q + j]
    return matrix


def entries_by_output_height(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    matrix = np.zeros((kh * kw, oh * ow), x.dtype)
    for i, j, p, q in np.ndindex(kh, kw, oh, ow):
        matrix[i * kw + j, p * oh + q] = x[p + i, q + j]
    return matrix


def entries_downwards(x, kernel_size):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = h - kh + 1, w - kw + 1
    matrix = np.zeros((kh * kw, oh * ow), x.dtype)
    for i, j, p, q in np.ndindex(kh, kw, oh, ow):
        matrix[j * kh + i, p * ow + q] = x[p + i, q + j]
    return matrix


def entries_windows_as_rows(x, kernel_size):
    return _columns(x, kernel_size).reshape(kernel_size[0] * kernel_size[1], -1).T.copy()


def entries_oracle(x, kernel_size):
    """Not a mistake: what is right, from a view of all windows, so that it gives nothing away."""
    x, kernel_size = np.asarray(x), np.asarray(kernel_size)
    if kernel_size.shape != (2,) or kernel_size.dtype.kind not in "iu":
        raise ValueError("kernel_size must be a pair of whole numbers [kh, kw]")
    kh, kw = kernel_size.tolist()
    if x.ndim != 2 or min(kh, kw) < 1 or kh > len(x) or kw > x.shape[1]:
        raise ValueError("an image is needed, and a kernel_size [kh, kw] that is no larger")
    return sliding_window_view(x, (kh, kw)).transpose(2, 3, 0, 1).reshape(kh * kw, -1)
