"""Wrong answers to the questions of ``col2im`` about overlaps: how many there are, and the mean of what they say."""

import numpy as np

from autograder.mistakes.col2im import NO_SIDES, folded, overwritten
from unrolled.given.strides import out_size

# counts_in_row


def row_by_minimum(length, taps, stride=1, before=0, after=0, dilation=1):
    i = np.arange(length)
    return np.minimum(np.minimum(i + 1, length - i), min(taps, length - taps + 1))


def row_padding_not_shifted(length, taps, stride=1, before=0, after=0, dilation=1):
    counts, windows = np.zeros(before + length + after, int), _windows(length, taps, stride, before + after, dilation)
    for p in range(windows):
        counts[p * stride : p * stride + dilation * (taps - 1) + 1 : dilation] += 1
    return counts[:length]


def row_padding_left_out(length, taps, stride=1, before=0, after=0, dilation=1):
    counts = np.zeros(length, int)
    for p in range(_windows(length, taps, stride, 0, dilation)):
        counts[p * stride : p * stride + dilation * (taps - 1) + 1 : dilation] += 1
    return counts


def row_window_over_the_end(length, taps, stride=1, before=0, after=0, dilation=1):
    counts = np.zeros(before + length + after, int)
    for start in range(0, before + length + after, stride):
        counts[start : start + dilation * (taps - 1) + 1 : dilation] += 1
    return counts[before : before + length]


def row_dilation_filled(length, taps, stride=1, before=0, after=0, dilation=1):
    counts, windows = np.zeros(before + length + after, int), _windows(length, taps, stride, before + after, dilation)
    for p in range(windows):
        counts[p * stride : p * stride + dilation * (taps - 1) + 1] += 1
    return counts[before : before + length]


def _windows(length, taps, stride, padding, dilation):
    return max((length + padding - dilation * (taps - 1) - 1) // stride + 1, 0)


# fold_mean


def mean_by_patch_size(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return folded(cols, size, stride, padding, dilation) / cols.dtype.type(cols.shape[2] * cols.shape[3])


def mean_sum(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return folded(cols, size, stride, padding, dilation)


def mean_padding_forgotten(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    ones = np.ones((1, 1, *cols.shape[2:4], *out_size(size, cols.shape[2:4], stride, 0, dilation)), cols.dtype)
    return folded(cols, size, stride, padding, dilation) / np.maximum(folded(ones, size, stride, 0, dilation), 1)


def mean_last_patch(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return overwritten(cols, size, stride, padding, dilation)


def mean_float64_counts(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (sy, sx), (dy, dx), (kh, kw, oh, ow) = stride, dilation, cols.shape[2:]
    (top, bottom), (left, right) = padding or NO_SIDES
    x = np.zeros((*cols.shape[:2], top + size[0] + bottom, left + size[1] + right), cols.dtype)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i * dy : i * dy + sy * oh : sy, j * dx : j * dx + sx * ow : sx] += cols[:, :, i, j]
    counts = folded(np.ones(cols.shape), size, stride, padding, dilation)
    return x[:, :, top : top + size[0], left : left + size[1]] / counts


def mean_float64(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    counts = folded(np.ones(cols.shape), size, stride, padding, dilation)
    return folded(cols.astype(float), size, stride, padding, dilation) / counts
