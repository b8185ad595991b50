"""Wrong answers to the questions of ``windows``. No view of theirs leaves the memory of its array."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from solutions.strides import out_size


def _two(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _right(x, kernel_size, stride=1, dilation=1):
    (kh, kw), (sy, sx), (dy, dx) = _two(kernel_size), _two(stride), _two(dilation)
    oh, ow = (x.shape[2] - dy * (kh - 1) - 1) // sy + 1, (x.shape[3] - dx * (kw - 1) - 1) // sx + 1
    of_n, of_c, of_h, of_w = x.strides
    steps = of_n, of_c, dy * of_h, dx * of_w, sy * of_h, sx * of_w
    return as_strided(x, (*x.shape[:2], kh, kw, oh, ow), steps, writeable=False)


def _padded(x, kernel_size, stride=1, padding=0, dilation=1):
    settings = zip(x.shape[2:], _two(kernel_size), _two(stride), _two(dilation), strict=True)
    if padding == "same":
        missing = [max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0) for n, k, s, d in settings]
        sides = [(total // 2, total - total // 2) for total in missing]
    else:
        sides = [_two(side) for side in _two(0 if padding == "valid" else padding)]
    return np.pad(x, ((0, 0), (0, 0), *sides))


# windows_strided and windows_sliding


def strided_as_if_c(x, kernel_size, stride=1, dilation=1):
    (kh, kw), (sy, sx), (dy, dx) = _two(kernel_size), _two(stride), _two(dilation)
    (n, c, h, w), size = x.shape, x.itemsize
    oh, ow = (h - dy * (kh - 1) - 1) // sy + 1, (w - dx * (kw - 1) - 1) // sx + 1
    steps = c * h * w, h * w, dy * w, dx, sy * w, sx
    return as_strided(x, (n, c, kh, kw, oh, ow), [step * size for step in steps], writeable=False)


def strided_without_stride(x, kernel_size, stride=1, dilation=1):
    oh, ow = _right(x, kernel_size, stride, dilation).shape[4:]
    return _right(x, kernel_size, 1, dilation)[..., :oh, :ow]


def strided_crossed(x, kernel_size, stride=1, dilation=1):
    return _right(x, kernel_size, _two(stride)[::-1], dilation)


def strided_windows_first(x, kernel_size, stride=1, dilation=1):
    return _right(x, kernel_size, stride, dilation).transpose(0, 1, 4, 5, 2, 3)


def strided_side_by_side(x, kernel_size, stride=1, dilation=1):
    (kh, kw), (dy, dx) = _two(kernel_size), _two(dilation)
    return _right(x, kernel_size, (dy * (kh - 1) + 1, dx * (kw - 1) + 1), dilation)


def strided_roles_exchanged(x, kernel_size, stride=1, dilation=1):
    (sy, sx), (dy, dx) = _two(stride), _two(dilation)
    of_n, of_c, of_h, of_w = x.strides
    steps = of_n, of_c, sy * of_h, sx * of_w, dy * of_h, dx * of_w
    return as_strided(x, _right(x, kernel_size, stride, dilation).shape, steps, writeable=False)


def strided_without_dilation(x, kernel_size, stride=1, dilation=1):
    (sy, sx), (of_n, of_c, of_h, of_w) = _two(stride), x.strides
    steps = of_n, of_c, of_h, of_w, sy * of_h, sx * of_w
    return as_strided(x, _right(x, kernel_size, stride, dilation).shape, steps, writeable=False)


def sliding_taps_stepped(x, kernel_size, stride=1, dilation=1):
    (kh, kw), (sy, sx), (dy, dx) = _two(kernel_size), _two(stride), _two(dilation)
    dense = sliding_window_view(x, (dy * (kh - 1) + 1, dx * (kw - 1) + 1), axis=(2, 3))
    return dense[:, :, ::dy, ::dx, ::sy, ::sx].transpose(0, 1, 4, 5, 2, 3)


def sliding_gaps_kept(x, kernel_size, stride=1, dilation=1):
    (kh, kw), (sy, sx), (dy, dx) = _two(kernel_size), _two(stride), _two(dilation)
    dense = sliding_window_view(x, (dy * (kh - 1) + 1, dx * (kw - 1) + 1), axis=(2, 3))
    return dense[:, :, ::sy, ::sx].transpose(0, 1, 4, 5, 2, 3)


def sliding_gap_behind(x, kernel_size, stride=1, dilation=1):
    (kh, kw), (sy, sx), (dy, dx) = _two(kernel_size), _two(stride), _two(dilation)
    dense = sliding_window_view(x, (dy * kh, dx * kw), axis=(2, 3))
    return dense[:, :, ::sy, ::sx, ::dy, ::dx].transpose(0, 1, 4, 5, 2, 3)


def sliding_reshaped(x, kernel_size, stride=1, dilation=1):
    windows = _right(x, kernel_size, stride, dilation)
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(windows.shape)


# im2col_strided


def columns_view(x, kernel_size, stride=1, padding=0, dilation=1):
    x = x if padding == 0 else _padded(x, kernel_size, stride, padding, dilation)
    return _right(x, kernel_size, stride, dilation)


def columns_float64(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _right(_padded(x, kernel_size, stride, padding, dilation), kernel_size, stride, dilation)
    cols = np.empty(windows.shape)
    cols[...] = windows
    return cols


def columns_reshaped(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _right(_padded(x, kernel_size, stride, padding, dilation), kernel_size, stride, dilation)
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(windows.shape)


def columns_unpadded(x, kernel_size, stride=1, padding=0, dilation=1):
    return _right(x, kernel_size, stride, dilation).copy()


# index_arrays


def _indices(channels, size, kernel_size, stride=1, dilation=1):
    (h, w), (kh, kw), (sy, sx), (dy, dx) = _two(size), _two(kernel_size), _two(stride), _two(dilation)
    oh, ow = (h - dy * (kh - 1) - 1) // sy + 1, (w - dx * (kw - 1) - 1) // sx + 1
    k, i, j = (index.reshape(-1, 1) for index in np.indices((channels, kh, kw)))
    p, q = (index.reshape(1, -1) for index in np.indices((oh, ow)))
    return k, i, j, p, q, (sy, sx), (dy, dx), (oh, ow)


def indices_channels_alternating(channels, size, kernel_size, stride=1, dilation=1):
    k, i, j, p, q, (sy, sx), (dy, dx), _ = _indices(channels, size, kernel_size, stride, dilation)
    alternating = np.tile(np.arange(channels), len(k) // channels).reshape(-1, 1)
    return alternating, sy * p + dy * i, sx * q + dx * j


def indices_taps_column_major(channels, size, kernel_size, stride=1, dilation=1):
    k, i, j, p, q, (sy, sx), (dy, dx), _ = _indices(channels, size, kernel_size, stride, dilation)
    kh, kw = _two(kernel_size)
    i = np.tile(np.arange(kh), kw * channels).reshape(-1, 1)
    j = np.tile(np.repeat(np.arange(kw), kh), channels).reshape(-1, 1)
    return k, sy * p + dy * i, sx * q + dx * j


def indices_windows_column_major(channels, size, kernel_size, stride=1, dilation=1):
    k, i, j, _, _, (sy, sx), (dy, dx), (oh, ow) = _indices(channels, size, kernel_size, stride, dilation)
    p, q = np.tile(np.arange(oh), ow), np.repeat(np.arange(ow), oh)
    return k, sy * p + dy * i, sx * q + dx * j


def indices_without_stride(channels, size, kernel_size, stride=1, dilation=1):
    k, i, j, p, q, _, (dy, dx), _ = _indices(channels, size, kernel_size, stride, dilation)
    return k, p + dy * i, q + dx * j


def indices_without_dilation(channels, size, kernel_size, stride=1, dilation=1):
    k, i, j, p, q, (sy, sx), _, _ = _indices(channels, size, kernel_size, stride, dilation)
    return k, sy * p + i, sx * q + j


# conv_tensordot


def _summed(x, weight, stride, padding, dilation):
    kernel_size = weight.shape[2:]
    view = _right(_padded(x, kernel_size, stride, padding, dilation), kernel_size, stride, dilation)
    return np.tensordot(view, weight, axes=((1, 2, 3), (1, 2, 3)))


def _biased(y, bias):
    return y if bias is None else y + bias[:, None, None]


def conv_kernels_last(x, weight, bias=None, stride=1, padding=0, dilation=1):
    y = _summed(x, weight, stride, padding, dilation)
    return y if bias is None else y + bias


def conv_reshaped(x, weight, bias=None, stride=1, padding=0, dilation=1):
    y = _summed(x, weight, stride, padding, dilation)
    n, oh, ow, f = y.shape
    return _biased(y.reshape(n, f, oh, ow), bias)


def conv_flipped(x, weight, bias=None, stride=1, padding=0, dilation=1):
    y = _summed(x, weight[:, :, ::-1, ::-1], stride, padding, dilation)
    return _biased(y.transpose(0, 3, 1, 2), bias)


def conv_bias_along_columns(x, weight, bias=None, stride=1, padding=0, dilation=1):
    y = _summed(x, weight, stride, padding, dilation).transpose(0, 3, 1, 2)
    return y if bias is None else y + np.resize(bias, y.shape[3])


def conv_without_bias(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return _summed(x, weight, stride, padding, dilation).transpose(0, 3, 1, 2)


# fitted: the published check, and ways to mend it that do not


def fitted_published(x, kernel_size, stride):
    (h, w), (kh, kw) = x.shape, kernel_size
    assert (h - kh) % stride == 0
    assert (w - kh) % stride == 0
    oh, ow = (h - kh) // stride + 1, (w - kw) // stride + 1
    i = np.repeat(np.arange(kh), kw).reshape(-1, 1) + stride * np.repeat(np.arange(oh), ow)
    j = np.tile(np.arange(kw), kh).reshape(-1, 1) + stride * np.tile(np.arange(ow), oh)
    return x[i, j]


def fitted_taps_by_column(x, kernel_size, stride):
    cols, (kh, kw) = fitted_oracle(x, kernel_size, stride), kernel_size
    return cols.reshape(kh, kw, -1).transpose(1, 0, 2).reshape(cols.shape)


def fitted_windows_as_rows(x, kernel_size, stride):
    return fitted_oracle(x, kernel_size, stride).T.copy()


def fitted_windows_crossed(x, kernel_size, stride):
    (h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = (h - kh) // stride + 1, (w - kw) // stride + 1
    i = np.repeat(np.arange(kh), kw).reshape(-1, 1) + stride * np.tile(np.arange(oh), ow)
    j = np.tile(np.arange(kw), kh).reshape(-1, 1) + stride * np.repeat(np.arange(ow), oh)
    return x[i, j]


def fitted_oracle(x, kernel_size, stride):
    """Not a mistake: what is right, one window after the other."""
    x, (kh, kw) = np.asarray(x), kernel_size
    if not all(isinstance(number, int | np.integer) for number in (kh, kw, stride)):
        raise TypeError("kernel_size and stride are whole numbers")
    if x.ndim != 2 or min(kh, kw, stride) < 1 or kh > x.shape[0] or kw > x.shape[1]:
        raise ValueError("an image (h, w), a kernel that fits into it and a stride of 1 or more are needed")
    if (x.shape[0] - kh) % stride or (x.shape[1] - kw) % stride:
        raise ValueError("the last window must end where the image does, on both axes")
    rows, columns = range(0, x.shape[0] - kh + 1, stride), range(0, x.shape[1] - kw + 1, stride)
    return np.array([x[p : p + kh, q : q + kw].reshape(-1) for p in rows for q in columns], x.dtype).T


# test_flat_index: a right version, wrong ones to be rejected …


def flat_valid(size: tuple[int, int], kernel_size: tuple[int, int], stride: tuple[int, int]) -> None:
    out_size(size, kernel_size, stride)


def flat_right(size, kernel_size, stride):
    (h, w), (kh, kw), (sy, sx) = size, kernel_size, stride
    starts = [p * w + q for p in range(0, h - kh + 1, sy) for q in range(0, w - kw + 1, sx)]
    taps = [i * w + j for i in range(kh) for j in range(kw)]
    return np.array([[start + tap for start in starts] for tap in taps])


def flat_by_height(size, kernel_size, stride):
    (h, w), (kh, kw), (sy, sx) = size, kernel_size, stride
    starts = [p * h + q for p in range(0, h - kh + 1, sy) for q in range(0, w - kw + 1, sx)]
    taps = [i * h + j for i in range(kh) for j in range(kw)]
    return np.array([[start + tap for start in starts] for tap in taps])


def flat_strides_crossed(size, kernel_size, stride):
    return flat_right(size, kernel_size, stride[::-1])


def flat_transposed(size, kernel_size, stride):
    return flat_right(size, kernel_size, stride).T.copy()


def flat_taps_column_major(size, kernel_size, stride):
    kh, kw = kernel_size
    right = flat_right(size, kernel_size, stride)
    return right.reshape(kh, kw, -1).transpose(1, 0, 2).reshape(right.shape)


def flat_ceil(size, kernel_size, stride):
    (h, w), (kh, kw), (sy, sx) = size, kernel_size, stride
    oh, ow = -(-(h - kh) // sy) + 1, -(-(w - kw) // sx) + 1
    starts = [p * sy * w + q * sx for p in range(oh) for q in range(ow)]
    taps = [i * w + j for i in range(kh) for j in range(kw)]
    return np.array([[start + tap for start in starts] for tap in taps])


def flat_float(size, kernel_size, stride):
    return flat_right(size, kernel_size, stride).astype("float32")


# … and poor tests, which let one of them through


def _is_right(candidate, size, kernel_size, stride):
    found, right = candidate(size, kernel_size, stride), flat_right(size, kernel_size, stride)
    assert found.shape == right.shape and (found == right).all()
    assert found.dtype.kind == "i"


def test_on_squares(candidate):
    _is_right(candidate, (8, 8), (3, 2), (2, 3))


def test_with_equal_strides(candidate):
    _is_right(candidate, (8, 6), (3, 2), (2, 2))


def test_where_all_fits(candidate):
    _is_right(candidate, (7, 8), (3, 2), (2, 3))


def test_of_values(candidate):
    found, right = candidate((8, 6), (3, 2), (2, 3)), flat_right((8, 6), (3, 2), (2, 3))
    assert found.shape == right.shape and (found == right).all()


def test_expecting_windows_as_rows(candidate):
    assert candidate((5, 6), (3, 2), (1, 1)).shape == (15, 6)


# medians


def medians_one_by_one(x, kernel_size):
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    y = np.empty((x.shape[0] - kh + 1, x.shape[1] - kw + 1), x.dtype)
    for p, q in np.ndindex(y.shape):
        y[p, q] = np.median(x[p : p + kh, q : q + kw])
    return y


def medians_as_means(x, kernel_size):
    return sliding_window_view(x, kernel_size).mean(axis=(2, 3)).astype(x.dtype)


def medians_of_medians(x, kernel_size):
    return np.median(np.median(sliding_window_view(x, kernel_size), axis=3), axis=2)


def medians_upper(x, kernel_size):
    windows = sliding_window_view(x, kernel_size)
    entries = np.sort(windows.reshape(*windows.shape[:2], -1), axis=2)
    return entries[:, :, entries.shape[2] // 2]


def medians_float64(x, kernel_size):
    return np.median(sliding_window_view(x, kernel_size).astype(float), axis=(2, 3))
