"""Wrong answers to the questions of ``transposed`` in which channels go separate ways: groups, depthwise, 1 × 1."""

import numpy as np

from unrolled.given.strides import pad
from unrolled.given.windows import im2col


def with_bias(y, bias):
    """Not a mistake: add what each output channel has of its own, if anything."""
    return y if bias is None else y + bias[:, None, None]


# grouped_conv2d


def _grouped(x, weight, bias, groups, stride, padding, dilation):
    """Make columns and multiply them group by group: right."""
    cols = im2col(x, weight.shape[2:], stride, padding, dilation)
    parts = zip(np.split(cols, groups, axis=1), np.split(weight, groups), strict=True)
    return with_bias(np.concatenate([np.einsum("ncijpq,fcij->nfpq", part, w) for part, w in parts], axis=1), bias)


def grouped_bias_of_first_group(x, weight, bias, groups, stride=(1, 1), padding=0, dilation=(1, 1)):
    if bias is not None:
        bias = np.tile(bias[: len(bias) // groups], groups)
    return _grouped(x, weight, bias, groups, stride, padding, dilation)


def grouped_kernels_of_first_group(x, weight, bias, groups, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _grouped(
        x, np.concatenate([weight[: len(weight) // groups]] * groups), bias, groups, stride, padding, dilation
    )


def grouped_channels_interleaved(x, weight, bias, groups, stride=(1, 1), padding=0, dilation=(1, 1)):
    order = [channel for g in range(groups) for channel in range(g, x.shape[1], groups)]
    return _grouped(x[:, order], weight, bias, groups, stride, padding, dilation)


def grouped_outputs_interleaved(x, weight, bias, groups, stride=(1, 1), padding=0, dilation=(1, 1)):
    y = _grouped(x, weight, None, groups, stride, padding, dilation)
    n, f, oh, ow = y.shape
    return with_bias(y.reshape(n, groups, f // groups, oh, ow).swapaxes(1, 2).reshape(n, f, oh, ow), bias)


def grouped_first_channels(x, weight, bias, groups, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _grouped(x[:, : weight.shape[1]], weight, bias, 1, stride, padding, dilation)


# separable_conv2d


def separable_by_windows(x, depthwise, pointwise, bias=None, stride=1, padding=0):
    """Not a mistake: right, and slow."""
    cols = im2col(x, depthwise.shape[1:], stride, padding)
    n, c, _, _, oh, ow = cols.shape
    y = np.zeros((n, len(pointwise), oh, ow), np.result_type(x, depthwise, pointwise))
    for image, channel, p, q in np.ndindex(n, c, oh, ow):
        strength = (cols[image, channel, :, :, p, q] * depthwise[channel]).sum()
        y[image, :, p, q] += strength * pointwise[:, channel]
    return y if bias is None else y + bias[:, None, None]


def _depthwise(x, depthwise, stride, padding):
    """Convolve each channel by itself: right."""
    return np.einsum("ncijpq,cij->ncpq", im2col(x, depthwise.shape[1:], stride, padding), depthwise)


def _mixed(x, pointwise, bias):
    """Mix the channels of each pixel: right."""
    return with_bias(np.einsum("fc,nchw->nfhw", pointwise, x), bias)


def separable_channels_summed(x, depthwise, pointwise, bias=None, stride=(1, 1), padding=0):
    y = _depthwise(x, depthwise, stride, padding).sum(axis=1, keepdims=True)
    return with_bias(y * pointwise.sum(axis=1)[:, None, None], bias)


def separable_stride_twice(x, depthwise, pointwise, bias=None, stride=(1, 1), padding=0):
    sy, sx = stride
    return _mixed(_depthwise(x, depthwise, stride, padding)[:, :, ::sy, ::sx], pointwise, bias)


def separable_padded_twice(x, depthwise, pointwise, bias=None, stride=(1, 1), padding=0):
    return _mixed(pad(_depthwise(x, depthwise, stride, padding), padding), pointwise, bias)


def separable_first_kernel(x, depthwise, pointwise, bias=None, stride=(1, 1), padding=0):
    return _mixed(_depthwise(x, depthwise[:1].repeat(len(depthwise), axis=0), stride, padding), pointwise, bias)


def separable_pixels_mixed(x, depthwise, pointwise, bias=None, stride=(1, 1), padding=0):
    y = _depthwise(x, depthwise, stride, padding)
    n, c, oh, ow = y.shape
    return with_bias((pointwise @ y.reshape(c, -1)).reshape(n, -1, oh, ow), bias)
