"""Wrong answers to the questions of ``backprop`` about the way back as a slide over spread gradients."""

import numpy as np

from autograder.mistakes.backprop import padded_size
from unrolled.given.strides import pad, pads
from unrolled.given.windows import conv2d

# conv2d_grad_x_flipped


def _full(grad_y, weight, size, padding, dilation):
    """Convolve with kernels (c, f, kh, kw) over every overlap, and cut the padding off."""
    (dy, dx), (kh, kw) = dilation, weight.shape[2:]
    full = conv2d(grad_y, weight, None, 1, (dy * (kh - 1), dx * (kw - 1)), dilation)
    (top, _), (left, _) = pads(padding, size, (kh, kw))
    return full[:, :, top : top + size[0], left : left + size[1]].copy()


def full_not_turned(grad_y, weight, size, padding=0, dilation=(1, 1)):
    return _full(grad_y, weight.swapaxes(0, 1), size, padding, dilation)


def full_rows_only(grad_y, weight, size, padding=0, dilation=(1, 1)):
    return _full(grad_y, weight[:, :, ::-1].swapaxes(0, 1), size, padding, dilation)


def full_all_axes(grad_y, weight, size, padding=0, dilation=(1, 1)):
    return _full(grad_y, np.flip(weight).swapaxes(0, 1), size, padding, dilation)


def full_filters_kept(grad_y, weight, size, padding=0, dilation=(1, 1)):
    return _full(grad_y, weight[:, :, ::-1, ::-1], size, padding, dilation)


def full_cut_by_minus_0(grad_y, weight, size, padding=0, dilation=(1, 1)):
    (top, bottom), (left, right) = pads(padding, size, weight.shape[2:])
    padded = padded_size(size, weight, padding)
    full = _full(grad_y, weight[:, :, ::-1, ::-1].swapaxes(0, 1), padded, 0, dilation)
    return full[:, :, top:-bottom, left:-right]


def full_without_dilation(grad_y, weight, size, padding=0, dilation=(1, 1)):
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    (kh, kw), (h, w) = weight.shape[2:], padded_size(size, weight, padding)
    full = conv2d(pad(grad_y, ((kh - 1, h), (kw - 1, w))), turned, None, 1, 0, dilation)
    (top, _), (left, _) = pads(padding, size, (kh, kw))
    return full[:, :, top : top + size[0], left : left + size[1]].copy()


def full_float64(grad_y, weight, size, padding=0, dilation=(1, 1)):
    return _full(grad_y.astype(float), weight[:, :, ::-1, ::-1].swapaxes(0, 1), size, padding, dilation)


# spread


def _spread(grad_y, gaps, tail, dtype=None):
    n, f, oh, ow = grad_y.shape
    (sy, sx), (below, right) = gaps, tail
    wide = np.zeros((n, f, sy * (oh - 1) + 1 + below, sx * (ow - 1) + 1 + right), dtype or grad_y.dtype)
    wide[:, :, : sy * (oh - 1) + 1 : sy, : sx * (ow - 1) + 1 : sx] = grad_y
    return wide


def spread_one_zero_more(grad_y, stride, tail=(0, 0)):
    sy, sx = stride
    return _spread(grad_y, (sy + 1 if sy > 1 else 1, sx + 1 if sx > 1 else 1), tail)


def spread_zeros_behind(grad_y, stride, tail=(0, 0)):
    return _spread(grad_y, stride, (tail[0] + stride[0] - 1, tail[1] + stride[1] - 1))


def spread_repeated(grad_y, stride, tail=(0, 0)):
    (below, right), (sy, sx), (n, f, oh, ow) = tail, stride, grad_y.shape
    wide = np.zeros((n, f, sy * (oh - 1) + 1 + below, sx * (ow - 1) + 1 + right), grad_y.dtype)
    inner = wide[:, :, : sy * (oh - 1) + 1, : sx * (ow - 1) + 1]
    inner[:] = grad_y.repeat(sy, axis=2).repeat(sx, axis=3)[:, :, : inner.shape[2], : inner.shape[3]]
    return wide


def spread_without_tail(grad_y, stride, tail=(0, 0)):
    return _spread(grad_y, stride, (0, 0))


def spread_float64(grad_y, stride, tail=(0, 0)):
    return _spread(grad_y, stride, tail, float)
