"""Wrong answers to the questions of ``conv2d``, each as somebody might really write it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# correlate


def correlate_flipped(x, weight):
    (h, w), (kh, kw) = x.shape, weight.shape
    y = np.zeros((h - kh + 1, w - kw + 1), np.result_type(x, weight))
    for p in range(h - kh + 1):
        for q in range(w - kw + 1):
            y[p, q] = (x[p : p + kh, q : q + kw] * weight[::-1, ::-1]).sum()
    return y


def correlate_kernel_crossed(x, weight):
    (h, w), (kh, kw) = x.shape, weight.shape
    y = np.zeros((h - kh + 1, w - kw + 1), np.result_type(x, weight))
    for p in range(h - kh + 1):
        for q in range(w - kw + 1):
            for i in range(kh):
                for j in range(kw):
                    y[p, q] += x[p + i, q + j] * weight[j, i]
    return y


def correlate_without_last(x, weight):
    (h, w), (kh, kw) = x.shape, weight.shape
    y = np.zeros((h - kh, w - kw), np.result_type(x, weight))
    for p in range(h - kh):
        for q in range(w - kw):
            y[p, q] = (x[p : p + kh, q : q + kw] * weight).sum()
    return y


def correlate_overwriting(x, weight):
    (h, w), (kh, kw) = x.shape, weight.shape
    y = np.zeros((h - kh + 1, w - kw + 1), np.result_type(x, weight))
    for p in range(h - kh + 1):
        for q in range(w - kw + 1):
            for i in range(kh):
                for j in range(kw):
                    y[p, q] = x[p + i, q + j] * weight[i, j]
    return y


def correlate_float64(x, weight):
    (h, w), (kh, kw) = x.shape, weight.shape
    y = np.zeros((h - kh + 1, w - kw + 1))
    for p in range(h - kh + 1):
        for q in range(w - kw + 1):
            y[p, q] = (x[p : p + kh, q : q + kw] * weight).sum()
    return y


# unused


def unused_by_kernel_height(size, kernel_size, stride=1, padding=0):
    (h, w), (kh, _) = size, kernel_size
    return (h + 2 * padding - kh) % stride, (w + 2 * padding - kh) % stride


def unused_without_kernel(size, kernel_size, stride=1, padding=0):
    h, w = size
    return (h + 2 * padding) % stride, (w + 2 * padding) % stride


def unused_padding_once(size, kernel_size, stride=1, padding=0):
    (h, w), (kh, kw) = size, kernel_size
    return (h + padding - kh) % stride, (w + padding - kw) % stride


def unused_behind_last_start(size, kernel_size, stride=1, padding=0):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return h + 2 * padding - stride * (oh - 1) - 1, w + 2 * padding - stride * (ow - 1) - 1


# shifted_sum


def shifts_flipped(x, weight, stride=1, padding=0):
    return shifts(x, weight[::-1, ::-1], stride, padding)


def shifts_end_without_stride(x, weight, stride=1, padding=0):
    (kh, kw), x = weight.shape, np.pad(x, padding)
    oh, ow = (x.shape[0] - kh) // stride + 1, (x.shape[1] - kw) // stride + 1
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += weight[i, j] * x[i : i + oh : stride, j : j + ow : stride]
    return y


def shifts_stride_down_only(x, weight, stride=1, padding=0):
    (kh, kw), x = weight.shape, np.pad(x, padding)
    oh, ow = (x.shape[0] - kh) // stride + 1, x.shape[1] - kw + 1
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += weight[i, j] * x[i : i + stride * oh : stride, j : j + ow]
    return y


def shifts_padding_cropped(x, weight, stride=1, padding=0):
    kh, kw = weight.shape
    oh, ow = (x.shape[0] - kh) // stride + 1, (x.shape[1] - kw) // stride + 1
    return shifts(x, weight, stride, padding)[:oh, :ow]


def shifts_padding_in_front(x, weight, stride=1, padding=0):
    return shifts(np.pad(x, ((padding, 0), (padding, 0))), weight, stride, 0)


def shifts_by_kernel_height(x, weight, stride=1, padding=0):
    (kh, kw), x = weight.shape, np.pad(x, padding)
    oh, ow = (x.shape[0] - kh) // stride + 1, (x.shape[1] - kh) // stride + 1
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += weight[i, j] * x[i : i + stride * oh : stride, j : j + stride * ow : stride]
    return y


def shifts_float64(x, weight, stride=1, padding=0):
    return shifts(x, weight, stride, padding).astype(np.float64)


def shifts(x, weight, stride, padding):
    """Not a mistake: add up a shifted copy of the image for every tap."""
    (kh, kw), x = weight.shape, np.pad(x, padding)
    oh, ow = (x.shape[0] - kh) // stride + 1, (x.shape[1] - kw) // stride + 1
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += weight[i, j] * x[i : i + stride * oh : stride, j : j + stride * ow : stride]
    return y


# tap_products


def taps_transposed(x, weight, padding=0):
    return _taps(x, weight.swapaxes(2, 3), padding)


def taps_padding_channels(x, weight, padding=0):
    return _taps(np.pad(x, padding), weight, 0)


def taps_first_channel(x, weight, padding=0):
    return _taps(x[:, :, :1], weight[:, :, :1], padding)


def taps_overwriting(x, weight, padding=0):
    (kh, kw, _, f), x = weight.shape, np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    oh, ow = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    y = np.zeros((oh, ow, f), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y[:] = x[i : i + oh, j : j + ow] @ weight[i, j]
    return y


def taps_float64(x, weight, padding=0):
    return _taps(x, weight, padding).astype(np.float64)


def taps_without_padding(x, weight, padding=0):
    return _taps(x, weight, 0)


def _taps(x, weight, padding):
    (kh, kw, _, f), x = weight.shape, np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    oh, ow = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    y = np.zeros((oh, ow, f), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += x[i : i + oh, j : j + ow] @ weight[i, j]
    return y


# multiply_adds


def work_overflowing(size, kernel_size, channels=1, filters=1, stride=1, padding=0):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return int(np.prod(np.array([oh, ow, kh, kw, channels, filters], np.int64)))


def work_by_pixel(size, kernel_size, channels=1, filters=1, stride=1, padding=0):
    (h, w), (kh, kw) = size, kernel_size
    return h * w * kh * kw * channels * filters


def work_of_one_kernel(size, kernel_size, channels=1, filters=1, stride=1, padding=0):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return oh * ow * kh * kw * channels


def work_twice(size, kernel_size, channels=1, filters=1, stride=1, padding=0):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return 2 * oh * ow * kh * kw * channels * filters


def work_channels_added(size, kernel_size, channels=1, filters=1, stride=1, padding=0):
    (h, w), (kh, kw) = size, kernel_size
    oh, ow = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return oh * ow * (kh * kw + channels) * filters


# guarded: the published bounds check, and ways to mend it that do not


def guarded_published(x, weight, padding=0):
    (h, w), (kh, kw) = x.shape, weight.shape
    oh, ow = h + 2 * padding - kh + 1, w + 2 * padding - kw + 1
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for p in range(oh):
        for q in range(ow):
            for i in range(kh):
                for j in range(kw):
                    row, column = p + i - padding, q + j - padding
                    if row >= 0 and column >= 0 and row < w and column < h:
                        y[p, q] += x[row, column] * weight[i, j]
    return y


def guarded_height_twice(x, weight, padding=0):
    return _guarded(x, weight, padding, lambda row, column, h, w: 0 <= row < h and 0 <= column < h)


def guarded_inclusive(x, weight, padding=0):
    return _guarded(x, weight, padding, lambda row, column, h, w: 0 <= row <= h and 0 <= column <= w)


def guarded_from_behind(x, weight, padding=0):
    return _guarded(x, weight, padding, lambda row, column, h, w: row < h and column < w)


def _guarded(x, weight, padding, inside):
    (h, w), (kh, kw) = x.shape, weight.shape
    oh, ow = h + 2 * padding - kh + 1, w + 2 * padding - kw + 1
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for p in range(oh):
        for q in range(ow):
            for i in range(kh):
                for j in range(kw):
                    row, column = p + i - padding, q + j - padding
                    if inside(row, column, h, w):
                        y[p, q] += x[row, column] * weight[i, j]
    return y


def guarded_oracle(x, weight, padding=0):
    """Not a mistake: what is right, from a view of all windows, so that it gives nothing away."""
    x, weight = np.asarray(x), np.asarray(weight)
    if not (x.ndim == weight.ndim == 2 and x.size and weight.size and padding >= 0):
        raise ValueError("two matrices with entries are needed, and a padding of 0 or more")
    return np.einsum("pqij,ij->pq", sliding_window_view(np.pad(x, padding), weight.shape), weight)


# test_shifted_sum: a right version, wrong ones to be rejected …


def version_right(x, weight, stride=1, padding=0):
    sides = padding, padding  # of an array of numbers, NumPy would make other sides
    windows = sliding_window_view(np.pad(x, (sides, sides)), weight.shape)[::stride, ::stride]
    return np.einsum("pqij,ij->pq", windows, weight)


def version_padding_edges(x, weight, stride=1, padding=0):
    windows = sliding_window_view(np.pad(x, padding, "edge"), weight.shape)[::stride, ::stride]
    return np.einsum("pqij,ij->pq", windows, weight)


def version_changing_x(x, weight, stride=1, padding=0):
    windows = sliding_window_view(np.pad(x, padding), weight.shape)[::stride, ::stride]
    y = np.einsum("pqij,ij->pq", windows, weight)
    x -= x.mean()
    return y


# … and poor tests, which let one of them through


def test_symmetric_kernel(candidate):
    for dtype in (np.float32, np.float64):
        _expect_all(candidate, dtype, np.array([[1, 2, -3], [-3, 2, 1]], dtype), [(1, 0), (2, 0), (1, 1), (2, 1)])


def test_square_kernels(candidate):
    for dtype in (np.float32, np.float64):
        _expect_all(candidate, dtype, np.array([[1, 2], [3, 5]], dtype), [(1, 0), (2, 0), (1, 1), (2, 1)])


def test_without_stride(candidate):
    for dtype in (np.float32, np.float64):
        _expect_all(candidate, dtype, np.array([[1, 2, -3], [3, 5, 1]], dtype), [(1, 0), (1, 1), (1, 2)])


def test_without_padding(candidate):
    for dtype in (np.float32, np.float64):
        _expect_all(candidate, dtype, np.array([[1, 2, -3], [3, 5, 1]], dtype), [(1, 0), (2, 0), (3, 0)])


def test_float64_only(candidate):
    _expect_all(candidate, np.float64, np.array([[1.0, 2.0, -3.0], [3.0, 5.0, 1.0]]), [(1, 0), (2, 0), (1, 1), (3, 2)])


def test_expecting_the_flip(candidate):
    x, weight = np.arange(20.0).reshape(4, 5), np.array([[1.0, 2.0, -3.0], [3.0, 5.0, 1.0]])
    assert candidate(x, weight, 1, 0)[0, 0] == (x[:2, :3] * weight[::-1, ::-1]).sum()


def _expect_all(candidate, dtype, weight, settings):
    kh, kw = weight.shape
    for stride, padding in settings:
        x = (np.arange(42).reshape(6, 7) % 11 - 3).astype(dtype)
        kept, padded = x.copy(), np.pad(x, padding)
        y = candidate(x, weight, stride, padding)
        rows, columns = range(0, padded.shape[0] - kh + 1, stride), range(0, padded.shape[1] - kw + 1, stride)
        expected = np.array([[(padded[p : p + kh, q : q + kw] * weight).sum() for q in columns] for p in rows], dtype)
        assert y.shape == expected.shape and y.dtype == dtype
        assert (y == expected).all() and (x == kept).all()
