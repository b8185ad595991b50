"""Columns without a Python loop: a view of all windows, copied once."""

from numpy.lib.stride_tricks import sliding_window_view

from unrolled.given.strides import pad, pads, two
from unrolled.vocabulary import Array, Padding, Pair

__all__ = ["conv2d", "im2col"]


def im2col(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy the windows of images (n, c, h, w) into columns (n, c, kh, kw, oh, ow)."""
    (kh, kw), (sy, sx), (dy, dx) = two(kernel_size), two(stride), two(dilation)
    x = pad(x, pads(padding, x.shape[-2:], kernel_size, stride, dilation))
    windows = sliding_window_view(x, (dy * (kh - 1) + 1, dx * (kw - 1) + 1), axis=(2, 3))
    return windows[:, :, ::sy, ::sx, ::dy, ::dx].transpose(0, 1, 4, 5, 2, 3).copy()


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Convolve images (n, c, h, w) with kernels (f, c/groups, kh, kw) into (n, f, oh, ow).

    Raises:
        ValueError: if the kernels are made for another number of channels.
    """
    if x.shape[1] != groups * weight.shape[1]:
        raise ValueError(f"x has {x.shape[1]} channels, but the kernels are for {groups * weight.shape[1]}")
    cols = im2col(x, weight.shape[-2:], stride, padding, dilation)
    n, oh, ow = len(x), *cols.shape[-2:]
    rows = cols.reshape(n, groups, -1, oh * ow)
    y: Array = (weight.reshape(groups, len(weight) // groups, -1) @ rows).reshape(n, -1, oh, ow)
    return y if bias is None else y + bias[:, None, None]
