"""Wrong answers to the questions of ``speed``, each as somebody might really write it."""

import math
from statistics import fmean, median

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# fair_speedup


def speedup_with_warm_up(old, new):
    quotients = [median(before) / median(after) for before, after in zip(old, new, strict=True)]
    return math.prod(quotients) ** (1 / len(quotients))


def speedup_of_means(old, new):
    quotients = [fmean(before[1:]) / fmean(after[1:]) for before, after in zip(old, new, strict=True)]
    return math.prod(quotients) ** (1 / len(quotients))


def speedup_mean_of_quotients(old, new):
    return fmean(median(before[1:]) / median(after[1:]) for before, after in zip(old, new, strict=True))


def speedup_of_sums(old, new):
    return sum(median(before[1:]) for before in old) / sum(median(after[1:]) for after in new)


def speedup_inverted(old, new):
    quotients = [median(after[1:]) / median(before[1:]) for before, after in zip(old, new, strict=True)]
    return math.prod(quotients) ** (1 / len(quotients))


def speedup_of_all_calls(old, new):
    quotients = [fmean(before) / fmean(after) for before, after in zip(old, new, strict=True)]
    return math.prod(quotients) ** (1 / len(quotients))


# roofline


def _sizes(x_shape, weight_shape):
    (n, c, h, w), (f, _, kh, kw) = x_shape, weight_shape
    outputs = n * f * (h - kh + 1) * (w - kw + 1)
    return outputs, outputs // f * c * kh * kw


def _numbers(x_shape, weight_shape, trips):
    outputs, columns = _sizes(x_shape, weight_shape)
    return math.prod(x_shape) + math.prod(weight_shape) + outputs + trips * columns


def roofline_added(x_shape, weight_shape, itemsize, trips, rate, bandwidth):
    operations = 2 * weight_shape[0] * _sizes(x_shape, weight_shape)[1]
    traffic = itemsize * _numbers(x_shape, weight_shape, trips)
    return operations, traffic, operations / rate + traffic / bandwidth


def roofline_of_products(x_shape, weight_shape, itemsize, trips, rate, bandwidth):
    operations = weight_shape[0] * _sizes(x_shape, weight_shape)[1]
    traffic = itemsize * _numbers(x_shape, weight_shape, trips)
    return operations, traffic, max(operations / rate, traffic / bandwidth)


def roofline_of_numbers(x_shape, weight_shape, itemsize, trips, rate, bandwidth):
    operations = 2 * weight_shape[0] * _sizes(x_shape, weight_shape)[1]
    traffic = _numbers(x_shape, weight_shape, trips)
    return operations, traffic, max(operations / rate, traffic / bandwidth)


def roofline_columns_once(x_shape, weight_shape, itemsize, trips, rate, bandwidth):
    operations = 2 * weight_shape[0] * _sizes(x_shape, weight_shape)[1]
    traffic = itemsize * _numbers(x_shape, weight_shape, min(trips, 1))
    return operations, traffic, max(operations / rate, traffic / bandwidth)


def roofline_fastest(x_shape, weight_shape, itemsize, trips, rate, bandwidth):
    operations = 2 * weight_shape[0] * _sizes(x_shape, weight_shape)[1]
    traffic = itemsize * _numbers(x_shape, weight_shape, trips)
    return operations, traffic, min(operations / rate, traffic / bandwidth)


# row_blocks


def _rows(x_shape, weight_shape, itemsize, budget):
    (_, c, _, w), (_, _, kh, kw) = x_shape, weight_shape
    return max(budget // (c * kh * kw * (w - kw + 1) * itemsize), 1)


def _cut(x_shape, weight_shape, rows):
    oh = x_shape[2] - weight_shape[2] + 1
    return [(start, min(start + rows, oh)) for start in range(0, oh, rows)]


def blocks_without_tail(x_shape, weight_shape, itemsize, budget):
    rows, oh = _rows(x_shape, weight_shape, itemsize, budget), x_shape[2] - weight_shape[2] + 1
    return [(k * rows, (k + 1) * rows) for k in range(oh // rows)]


def blocks_over_the_end(x_shape, weight_shape, itemsize, budget):
    rows, oh = _rows(x_shape, weight_shape, itemsize, budget), x_shape[2] - weight_shape[2] + 1
    return [(start, start + rows) for start in range(0, oh, rows)]


def blocks_too_large(x_shape, weight_shape, itemsize, budget):
    (_, c, _, w), (_, _, kh, kw) = x_shape, weight_shape
    return _cut(x_shape, weight_shape, max(-(-budget // (c * kh * kw * (w - kw + 1) * itemsize)), 1))


def blocks_of_whole_width(x_shape, weight_shape, itemsize, budget):
    (_, c, _, w), (_, _, kh, kw) = x_shape, weight_shape
    return _cut(x_shape, weight_shape, max(budget // (c * kh * kw * w * itemsize), 1))


def blocks_of_one_channel(x_shape, weight_shape, itemsize, budget):
    return _cut(x_shape, weight_shape, _rows((1, 1, *x_shape[2:]), weight_shape, itemsize, budget))


def blocks_none(x_shape, weight_shape, itemsize, budget):
    (_, c, _, w), (_, _, kh, kw) = x_shape, weight_shape
    rows = budget // (c * kh * kw * (w - kw + 1) * itemsize)
    return _cut(x_shape, weight_shape, rows) if rows else []


# im2col_wide


def _gather(x, kernel_size, offset, run):
    (c, _, _), (kh, kw) = x.shape, kernel_size
    places = np.array([[offset(i, j) for j in range(kw)] for i in range(kh)])[:, :, None] + np.arange(run)
    return np.pad(x.reshape(c, -1), ((0, 0), (0, places.max() + 1)))[:, places]


def wide_compact(x, kernel_size):
    windows = sliding_window_view(x, kernel_size, axis=(1, 2)).transpose(0, 3, 4, 1, 2)
    return windows.reshape(*windows.shape[:3], -1)


def wide_gap_at_the_end(x, kernel_size):
    h, w = x.shape[1:]
    return _gather(x, kernel_size, lambda i, j: i * w + j, (h - kernel_size[0] + 1) * w)


def wide_by_height(x, kernel_size):
    (h, w), (kh, kw) = x.shape[1:], kernel_size
    return _gather(x, kernel_size, lambda i, j: i * h + j, (h - kh) * w + w - kw + 1)


def wide_by_output_width(x, kernel_size):
    (h, w), (kh, kw) = x.shape[1:], kernel_size
    return _gather(x, kernel_size, lambda i, j: i * (w - kw + 1) + j, (h - kh) * w + w - kw + 1)


def wide_zero_gaps(x, kernel_size):
    (c, h, w), (kh, kw) = x.shape, kernel_size
    cols = np.zeros((c, kh, kw, h - kh + 1, w), x.dtype)
    cols[..., : w - kw + 1] = sliding_window_view(x, kernel_size, axis=(1, 2)).transpose(0, 3, 4, 1, 2)
    return cols.reshape(c, kh, kw, -1)[..., : (h - kh) * w + w - kw + 1]


# col2im_wide


def add_row_by_row(cols, size):
    (c, kh, kw, run), (h, w) = cols.shape, size
    image = np.zeros((c, h * w), cols.dtype)
    for k in range(c):
        for e in range(run):
            for i in range(kh):
                begin = e + i * w
                image[k, begin : begin + kw] += cols[k, i, :, e]
    return image.reshape(c, h, w)


def _back(cols, size, keep=slice(None), step=None):
    (c, kh, kw, run), (h, w) = cols.shape, size
    image = np.zeros((c, h * w + run + kh * kw * (w + h)), cols.dtype)
    for i, j in np.ndindex(kh, kw):
        begin = i * (step or w) + j
        image[:, begin : begin + run] += np.where(keep, cols[:, i, j], 0).astype(cols.dtype)
    return image[:, : h * w].reshape(c, h, w)


def back_overwritten(cols, size):
    (c, kh, kw, run), (h, w) = cols.shape, size
    image = np.zeros((c, h * w), cols.dtype)
    for i, j in np.ndindex(kh, kw):
        image[:, i * w + j : i * w + j + run] = cols[:, i, j]
    return image.reshape(c, h, w)


def back_without_gaps(cols, size):
    w, ow = size[1], size[1] - cols.shape[2] + 1
    return _back(cols, size, np.arange(cols.shape[3]) % w < ow)


def back_by_output_width(cols, size):
    return _back(cols, size, True, size[1] - cols.shape[2] + 1)


def back_by_height(cols, size):
    return _back(cols, size, True, size[0])


def back_float64(cols, size):
    return _back(cols.astype(float), size, True)


# kn2row


def _planes(x, weight):
    (n, c, h, w), (f, _, kh, kw) = x.shape, weight.shape
    kernels = weight.transpose(2, 3, 0, 1).reshape(kh, kw, 1, f, c)
    return (kernels @ x.reshape(n, c, h * w)).reshape(kh, kw, n, f, h, w)


def _shifted(planes, oh, ow, place):
    kh, kw, n, f = planes.shape[:4]
    y = np.zeros((n, f, oh, ow), planes.dtype)
    for i, j in np.ndindex(kh, kw):
        top, left = place(i, j)
        y += planes[i, j, :, :, top : top + oh, left : left + ow]
    return y


def _out(x, weight):
    return x.shape[2] - weight.shape[2] + 1, x.shape[3] - weight.shape[3] + 1


def kn2row_not_shifted(x, weight):
    planes = _planes(x, weight)
    return planes, _shifted(planes, *_out(x, weight), lambda i, j: (0, 0))


def kn2row_shifted_back(x, weight):
    planes, (kh, kw) = _planes(x, weight), weight.shape[2:]
    return planes, _shifted(planes, *_out(x, weight), lambda i, j: (kh - 1 - i, kw - 1 - j))


def kn2row_reshaped(x, weight):
    (n, c, h, w), (f, _, kh, kw) = x.shape, weight.shape
    kernels = weight.reshape(kh, kw, 1, f, c)
    planes = (kernels @ x.reshape(n, c, h * w)).reshape(kh, kw, n, f, h, w)
    return planes, _shifted(planes, *_out(x, weight), lambda i, j: (i, j))


def kn2row_flipped(x, weight):
    planes = _planes(x, weight[:, :, ::-1, ::-1])
    return planes, _shifted(planes, *_out(x, weight), lambda i, j: (i, j))


def kn2row_float64(x, weight):
    (n, _, h, w), (f, _, kh, kw) = x.shape, weight.shape
    planes = np.zeros((kh, kw, n, f, h, w))
    planes += _planes(x, weight)
    return planes, _shifted(planes, *_out(x, weight), lambda i, j: (i, j))


# winograd_tiles


def _products(inputs, kernels, of_output):
    products = np.array([[(tile * kernel).sum(axis=0) for kernel in kernels] for tile in inputs])
    return products, of_output @ products @ of_output.T


def winograd_one_axis(tiles, weight, of_input, of_kernel, of_output):
    kernels = of_kernel @ weight @ of_kernel.T
    return _products(of_input @ tiles, kernels, of_output)


def winograd_not_transposed(tiles, weight, of_input, of_kernel, of_output):
    kernels = of_kernel @ weight @ of_kernel.T
    return _products(of_input @ tiles @ of_input, kernels, of_output)


def winograd_matrix_products(tiles, weight, of_input, of_kernel, of_output):
    inputs, kernels = of_input @ tiles @ of_input.T, of_kernel @ weight @ of_kernel.T
    products = np.array([[(tile @ kernel).sum(axis=0) for kernel in kernels] for tile in inputs])
    return products, of_output @ products @ of_output.T


def winograd_flipped(tiles, weight, of_input, of_kernel, of_output):
    kernels = of_kernel @ weight[..., ::-1, ::-1] @ of_kernel.T
    return _products(of_input @ tiles @ of_input.T, kernels, of_output)


def winograd_mean_of_channels(tiles, weight, of_input, of_kernel, of_output):
    kernels = of_kernel @ weight @ of_kernel.T
    inputs = (of_input @ tiles @ of_input.T / tiles.shape[1]).astype(tiles.dtype)
    return _products(inputs, kernels, of_output)


# correlate_fft


def fft_published(x, weight):
    if len(weight) == 1:
        return x * weight
    spectrum = np.fft.rfft(x) * np.fft.rfft(weight, len(x)).conj()
    return np.fft.irfft(spectrum)[: len(x) - len(weight) + 1]


def fft_oracle(x, weight):
    return np.array([np.dot(window, weight) for window in sliding_window_view(x, len(weight))], dtype=float)


def fft_without_conjugate(x, weight):
    spectrum = np.fft.rfft(x) * np.fft.rfft(weight, len(x))
    return np.fft.irfft(spectrum, len(x))[: len(x) - len(weight) + 1]


def fft_convolution(x, weight):
    spectrum = np.fft.rfft(x) * np.fft.rfft(weight, len(x))
    return np.fft.irfft(spectrum, len(x))[len(weight) - 1 :]


def fft_kept_whole(x, weight):
    spectrum = np.fft.rfft(x) * np.fft.rfft(weight, len(x)).conj()
    return np.fft.irfft(spectrum, len(x))


def fft_one_longer(x, weight):
    spectrum = np.fft.rfft(x) * np.fft.rfft(weight, len(x)).conj()
    return np.fft.irfft(spectrum, 2 * len(spectrum) - 1)[: len(x) - len(weight) + 1]


# conv2d_quick


def conv2d_rows(x, weight):
    """Tap loop and rows of windows, as a well-known book on deep learning has them."""
    (n, c, h, w), (f, _, kh, kw) = x.shape, weight.shape
    oh, ow = h - kh + 1, w - kw + 1
    cols = np.zeros((n, c, kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[:, :, i, j] = x[:, :, i : i + oh, j : j + ow]
    rows = cols.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)
    return (rows @ weight.reshape(f, -1).T).reshape(n, oh, ow, f).transpose(0, 3, 1, 2)


def _by_taps(x, weight, oh, ow):
    y = np.zeros((len(x), len(weight), oh, ow), np.result_type(x, weight))
    for i, j in np.ndindex(weight.shape[2:]):
        y += np.tensordot(weight[:, :, i, j], x[:, :, i : i + oh, j : j + ow], (1, 1)).swapaxes(0, 1)
    return y


def quick_without_tail(x, weight, budget=0):
    oh, ow = _out(x, weight)
    y = _by_taps(x, weight, oh, ow)
    y[:, :, oh // 2 * 2 :] = 0
    return y


def quick_first_image(x, weight, budget=0):
    oh, ow = _out(x, weight)
    return np.repeat(_by_taps(x[:1], weight, oh, ow), len(x), axis=0)


def quick_flipped(x, weight, budget=0):
    return _by_taps(x, weight[:, :, ::-1, ::-1], *_out(x, weight))


def quick_float64(x, weight, budget=0):
    return _by_taps(x.astype(float), weight, *_out(x, weight))


def quick_flat_gaps(x, weight, budget=0):
    (n, _, h, w), (f, _, kh, kw) = x.shape, weight.shape
    oh, ow = _out(x, weight)
    flat, run = x.reshape(n, -1, h * w), (oh - 1) * w + ow
    y = np.zeros((n, f, run), np.result_type(x, weight))
    for i, j in np.ndindex(kh, kw):
        y += weight[:, :, i, j] @ flat[:, :, i * w + j : i * w + j + run]
    return y[:, :, : oh * ow].reshape(n, f, oh, ow)
