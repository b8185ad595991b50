"""Wrong answers to the questions of ``batches``, each as somebody might really write it."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def _columns(x, kernel_size, stride=1):
    (_, _, h, w), (kh, kw) = x.shape, kernel_size
    oh, ow = (h - kh) // stride + 1, (w - kw) // stride + 1
    i, j, p, q = np.ogrid[:kh, :kw, :oh, :ow]
    return x[:, :, i + stride * p, j + stride * q]


def _rows(cols):
    n, c, kh, kw, oh, ow = cols.shape
    return cols.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, c * kh * kw)


def _sum(cols, weight):
    return (cols[:, np.newaxis] * weight[:, :, :, :, np.newaxis, np.newaxis]).sum((2, 3, 4))


def _with_bias(y, bias):
    return y if bias is None else y + bias.reshape(-1, 1, 1)


def version_right(x, weight, bias=None, stride=1):
    """Not a mistake: what is right, from NumPy's own routines, so that it gives nothing away."""
    windows = sliding_window_view(x, weight.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("ncyxij,fcij->nfyx", windows, weight)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


# im2col_batch


def columns_channels_outside(x, kernel_size, stride=1):
    return _columns(x, kernel_size, stride).swapaxes(0, 1).copy()


def columns_kernel_crossed(x, kernel_size, stride=1):
    return _columns(x, kernel_size, stride).swapaxes(2, 3).copy()


def columns_windows_outside(x, kernel_size, stride=1):
    return _columns(x, kernel_size, stride).transpose(0, 1, 4, 5, 2, 3).copy()


def columns_first_channel(x, kernel_size, stride=1):
    cols = _columns(x, kernel_size, stride).copy()
    cols[:] = cols[:, :1]
    return cols


def columns_without_stride(x, kernel_size, stride=1):
    (h, w), (kh, kw) = x.shape[2:], kernel_size
    oh, ow = (h - kh) // stride + 1, (w - kw) // stride + 1
    return _columns(x, kernel_size)[..., :oh, :ow].copy()


def columns_float64(x, kernel_size, stride=1):
    return _columns(x, kernel_size, stride).astype("float64")


# window_rows


def rows_by_reshape(cols):
    n, c, kh, kw, oh, ow = cols.shape
    return cols.reshape(n * oh * ow, c * kh * kw).copy()


def rows_n_last(cols):
    n, c, kh, kw, oh, ow = cols.shape
    return cols.transpose(4, 5, 0, 1, 2, 3).reshape(n * oh * ow, c * kh * kw)


def rows_channels_last(cols):
    n, c, kh, kw, oh, ow = cols.shape
    return cols.transpose(0, 4, 5, 2, 3, 1).reshape(n * oh * ow, c * kh * kw)


def rows_as_columns(cols):
    return _rows(cols).T.copy()


def rows_windows_column_major(cols):
    n, c, kh, kw, oh, ow = cols.shape
    return cols.transpose(0, 5, 4, 1, 2, 3).reshape(n * oh * ow, c * kh * kw)


# from_window_rows


def back_by_reshape(matrix, shape):
    return matrix.reshape(shape).copy()


def back_same_transpose(matrix, shape):
    n, c, kh, kw, oh, ow = shape
    return matrix.reshape(n, oh, ow, c, kh, kw).transpose(0, 4, 5, 1, 2, 3).copy()


def back_n_last(matrix, shape):
    n, c, kh, kw, oh, ow = shape
    return matrix.reshape(oh, ow, n, c, kh, kw).transpose(2, 3, 4, 5, 0, 1).copy()


def back_channels_last(matrix, shape):
    n, c, kh, kw, oh, ow = shape
    return matrix.reshape(n, oh, ow, kh, kw, c).transpose(0, 5, 3, 4, 1, 2).copy()


# conv_all_at_once


def conv_rows_reshaped(x, weight, bias=None, stride=1):
    cols = _columns(x, weight.shape[2:], stride)
    n, _, _, _, oh, ow = cols.shape
    y = _rows(cols) @ weight.reshape(len(weight), -1).T
    return _with_bias(y.reshape(n, len(weight), oh, ow), bias)


def conv_rows_transposed(x, weight, bias=None, stride=1):
    cols = _columns(x, weight.shape[2:], stride)
    n, _, _, _, oh, ow = cols.shape
    y = _rows(cols) @ weight.reshape(len(weight), -1).T
    return _with_bias(y.T.reshape(n, len(weight), oh, ow), bias)


def conv_weight_reshaped(x, weight, bias=None, stride=1):
    cols = _columns(x, weight.shape[2:], stride)
    n, _, _, _, oh, ow = cols.shape
    y = _rows(cols) @ weight.reshape(-1, len(weight))
    return _with_bias(y.reshape(n, oh, ow, -1).transpose(0, 3, 1, 2), bias)


def conv_channels_last_in_weight(x, weight, bias=None, stride=1):
    f, c, kh, kw = weight.shape
    order = weight.transpose(0, 2, 3, 1).reshape(f, c, kh, kw)
    return _with_bias(_sum(_columns(x, (kh, kw), stride), order), bias)


def conv_channels_crossed(x, weight, bias=None, stride=1):
    f, c, kh, kw = weight.shape
    crossed = weight.swapaxes(0, 1).reshape(f, c, kh, kw)
    return _with_bias(_sum(_columns(x, (kh, kw), stride), crossed), bias)


def conv_first_channel(x, weight, bias=None, stride=1):
    cols = _columns(x[:, :1], weight.shape[2:], stride)
    return _with_bias(_sum(cols, weight[:, :1]), bias)


def conv_flipped(x, weight, bias=None, stride=1):
    cols = _columns(x, weight.shape[2:], stride)
    return _with_bias(_sum(cols, weight[:, :, ::-1, ::-1]), bias)


def conv_bias_by_row(x, weight, bias=None, stride=1):
    y = _sum(_columns(x, weight.shape[2:], stride), weight)
    return y if bias is None else y + bias[:, np.newaxis]


def conv_bias_by_column(x, weight, bias=None, stride=1):
    y = _sum(_columns(x, weight.shape[2:], stride), weight)
    return y if bias is None else y + bias


def conv_bias_of_first_kernel(x, weight, bias=None, stride=1):
    y = _sum(_columns(x, weight.shape[2:], stride), weight)
    return y if bias is None else y + bias[0]


def conv_without_bias(x, weight, bias=None, stride=1):
    return _sum(_columns(x, weight.shape[2:], stride), weight)


def conv_without_stride(x, weight, bias=None, stride=1):
    (_, _, h, w), (_, _, kh, kw) = x.shape, weight.shape
    oh, ow = (h - kh) // stride + 1, (w - kw) // stride + 1
    cols = _columns(x, (kh, kw))[..., :oh, :ow]
    return _with_bias(_sum(cols, weight), bias)


def conv_float64(x, weight, bias=None, stride=1):
    cols = _columns(x, weight.shape[2:], stride)
    return _with_bias(_sum(cols, weight).astype("float64"), bias)


# images_within


def _output(image_shape, kernel_size, stride):
    (_, h, w), (kh, kw) = image_shape, kernel_size
    return ((h - kh) // stride + 1) * ((w - kw) // stride + 1)


def memory_one_channel(memory, image_shape, kernel_size, stride=1, dtype="float64"):
    entries = kernel_size[0] * kernel_size[1] * _output(image_shape, kernel_size, stride)
    return memory // (entries * np.dtype(dtype).itemsize)


def memory_of_images(memory, image_shape, kernel_size, stride=1, dtype="float64"):
    return memory // (math.prod(image_shape) * np.dtype(dtype).itemsize)


def memory_in_entries(memory, image_shape, kernel_size, stride=1, dtype="float64"):
    return memory // (image_shape[0] * kernel_size[0] * kernel_size[1] * _output(image_shape, kernel_size, stride))


def memory_eight_bytes(memory, image_shape, kernel_size, stride=1, dtype="float64"):
    entries = image_shape[0] * kernel_size[0] * kernel_size[1] * _output(image_shape, kernel_size, stride)
    return memory // (entries * 8)


def memory_rounded_up(memory, image_shape, kernel_size, stride=1, dtype="float64"):
    entries = image_shape[0] * kernel_size[0] * kernel_size[1] * _output(image_shape, kernel_size, stride)
    return math.ceil(memory / (entries * np.dtype(dtype).itemsize))


# conv_channels_last


def _right(x, weight, bias, stride):
    return _with_bias(_sum(_columns(x, weight.shape[2:], stride), weight), bias)


def _last(x, weight, bias, stride, convolve):
    y = convolve(x.transpose(0, 3, 1, 2), weight.transpose(3, 2, 0, 1), bias, stride)
    return y.transpose(0, 2, 3, 1)


def last_overwriting(x, weight, bias=None, stride=1):
    kh, kw, _, _ = weight.shape
    oh, ow = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    for i in range(kh):
        for j in range(kw):
            y = x[:, i : i + stride * oh : stride, j : j + stride * ow : stride] @ weight[i, j]
    return y if bias is None else y + bias


def last_channels_first(x, weight, bias=None, stride=1):
    return _last(x, weight, bias, stride, _right).transpose(0, 3, 1, 2)


def last_flipped(x, weight, bias=None, stride=1):
    return _last(x, weight, bias, stride, conv_flipped)


def _last_by_taps(x, weight, stride, term):
    kh, kw, _, f = weight.shape
    oh, ow = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(x), oh, ow, f), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += term(x[:, i : i + stride * oh : stride, j : j + stride * ow : stride], weight[i, j])
    return y


def last_channels_crossed(x, weight, bias=None, stride=1):
    y = _last_by_taps(x, weight, stride, lambda block, tap: block @ tap.T)
    return y if bias is None else y + bias


def last_without_stride(x, weight, bias=None, stride=1):
    return _last(x, weight, bias, stride, conv_without_stride)


def last_without_bias(x, weight, bias=None, stride=1):
    return _last(x, weight, bias, stride, conv_without_bias)


def last_bias_at_each_tap(x, weight, bias=None, stride=1):
    return _last_by_taps(x, weight, stride, lambda block, tap: block @ tap + (0 if bias is None else bias))


def last_float64(x, weight, bias=None, stride=1):
    return _last(x, weight, bias, stride, conv_float64)


# conv_kernels_first: the published last line, and ways to mend it that do not


def kernels_first_published(cols, weight):
    (n, taps, oh, ow), f = cols.shape, len(weight)
    y = weight @ cols.swapaxes(0, 1).reshape(taps, n * oh * ow)
    return y.reshape(n, f, oh, ow)


def kernels_first_n_last(cols, weight):
    (n, taps, oh, ow), f = cols.shape, len(weight)
    y = weight @ cols.swapaxes(0, 1).reshape(taps, n * oh * ow)
    return y.reshape(f, oh, ow, n).transpose(3, 0, 1, 2)


def kernels_first_transposed(cols, weight):
    (n, taps, oh, ow), f = cols.shape, len(weight)
    y = weight @ cols.swapaxes(0, 1).reshape(taps, n * oh * ow)
    return y.T.reshape(n, f, oh, ow)


def kernels_first_not_swapped(cols, weight):
    (n, taps, oh, ow), f = cols.shape, len(weight)
    y = weight @ cols.swapaxes(0, 1).reshape(taps, n * oh * ow)
    return y.reshape(f, n, oh, ow)


def kernels_first_oracle(cols, weight):
    """Not a mistake: what is right, from one of NumPy's own routines, so that it gives nothing away."""
    cols, weight = np.asarray(cols), np.asarray(weight)
    if not (cols.ndim == 4 and weight.ndim == 2 and cols.size and weight.size and cols.shape[1] == weight.shape[1]):
        raise ValueError("cols (n, c·kh·kw, oh, ow) and weight (f, c·kh·kw) are needed, with the same c·kh·kw")
    return np.einsum("nkyx,fk->nfyx", cols, weight)


# Versions of conv_all_at_once that test_conv_all_at_once should reject: the right one, spoilt in one respect …


def version_result_reshaped(x, weight, bias=None, stride=1):
    y = version_right(x, weight, None, stride)
    y = y.swapaxes(0, 1).reshape(y.shape)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


def version_first_channel(x, weight, bias=None, stride=1):
    return version_right(x[:, :1], weight[:, :1], bias, stride)


def version_square(x, weight, bias=None, stride=1):
    y = version_right(x, weight, bias, stride)
    n, f, oh, ow = y.shape
    return y.reshape(n, f, ow, oh)


# … and poor tests, which let one of them through


def _compare(candidate, x_shape, weight_shape, bias, stride, dtype="float64"):
    x = np.arange(1, math.prod(x_shape) + 1, dtype=dtype).reshape(x_shape) % 7
    weight = np.arange(1, math.prod(weight_shape) + 1, dtype=dtype).reshape(weight_shape) % 5
    y, expected = candidate(x, weight, bias, stride), version_right(x, weight, bias, stride)
    assert y.shape == expected.shape and y.dtype == expected.dtype and np.allclose(y, expected)


def test_one_image(candidate):
    for dtype, stride in ("float32", 1), ("float64", 2):
        _compare(candidate, (1, 3, 4, 6), (2, 3, 2, 3), np.array([3, -1], dtype), stride, dtype)


def test_one_channel(candidate):
    for dtype, stride in ("float32", 1), ("float64", 2):
        _compare(candidate, (2, 1, 4, 6), (2, 1, 2, 3), np.array([3, -1], dtype), stride, dtype)


def test_one_kernel(candidate):
    for dtype, stride in ("float32", 1), ("float64", 2):
        _compare(candidate, (2, 3, 4, 6), (1, 3, 2, 3), np.array([3], dtype), stride, dtype)


def test_square(candidate):
    for dtype, stride in ("float32", 1), ("float64", 2):
        _compare(candidate, (2, 3, 5, 5), (2, 3, 2, 2), np.array([3, -1], dtype), stride, dtype)


def test_expecting_the_flip(candidate):
    x, weight = np.arange(12.0).reshape(1, 1, 3, 4), np.arange(4.0).reshape(1, 1, 2, 2)
    assert np.allclose(candidate(x, weight, None, 1), conv_flipped(x, weight))
