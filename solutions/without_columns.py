"""Convolution without columns: one product for each tap, or one multiplication for each frequency.

Both take another side of the same sums. The plain twin is ``conv2d``: arguments and errors are its.
"""

import numpy as np

from solutions.arguments import Array, Padding, Pair, pair
from solutions.phases import split_phases, taps_of
from solutions.strides import check_channels, dilate, out_size, pad, pads

__all__ = ["conv2d_fft", "conv2d_kn2row"]


def conv2d_kn2row(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Do what ``conv2d`` does, with one matrix product for each tap: "kernel to row" instead of image to column.

    A 1 × 1 convolution needs no columns, and a kernel is kh·kw of those, shifted and added. No pixel is copied more
    than once; in exchange every output is read and written kh·kw times, by products that are kh·kw times as small.
    After A. Vasudevan, A. Anderson and D. Gregg, "Parallel Multi Channel Convolution using General Matrix
    Multiplication" (2017).

    Args, returns and errors are those of ``conv2d``.
    """
    check_channels(x, weight, bias, groups)
    dtype = np.result_type(x, weight)
    weight, size, n = np.asarray(weight, dtype), np.shape(x)[2:], len(x)
    f, c, kh, kw = weight.shape
    oh, ow = out_size(size, (kh, kw), stride, padding, dilation)
    phases = split_phases(np.asarray(x, dtype), (kh, kw), stride, padding, dilation)
    flat, width = phases.reshape(n, groups, c, *phases.shape[2:4], -1), phases.shape[-1]
    run = (oh - 1) * width + ow
    kernels = weight.transpose(2, 3, 0, 1).reshape(kh, kw, groups, f // groups, c)
    y = np.zeros((n, groups, f // groups, oh * width), dtype)
    for i, j, a, b, top, left in taps_of((kh, kw), stride, dilation):
        begin = top * width + left  # all pixels that the tap reads, and those between two rows of them, in one run
        y[..., :run] += kernels[i, j] @ flat[:, :, :, a, b, begin : begin + run]
    y = y.reshape(n, f, oh, width)[..., :ow].copy()
    return y if bias is None else y + np.asarray(bias)[:, np.newaxis, np.newaxis]


def conv2d_fft(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Do what ``conv2d`` does by multiplying frequencies: the convolution theorem.

    The work per output hardly grows with the kernel, so large kernels gain. In exchange kernels become as large as
    images, and a stride computes all outputs and drops most. Rounding errors spread: each is relative to the largest
    number of the image, not to the window's.

    Args, returns and errors are those of ``conv2d``, and:

    Raises:
        TypeError: if neither ``x`` nor ``weight`` is of floating point.
    """
    check_channels(x, weight, bias, groups)
    dtype, (sy, sx) = np.result_type(x, weight), pair("stride", stride)
    if dtype.kind != "f":
        raise TypeError(f"x and weight make {dtype}; frequencies are fractions, so convert one of them to float64")
    weight, n, f = np.asarray(weight, dtype), len(x), len(weight)
    sides = pads(padding, np.shape(x)[2:], weight.shape[2:], stride, dilation)
    oh, ow = out_size(np.shape(x)[2:], weight.shape[2:], stride, sides, dilation)
    images = pad(np.asarray(x, dtype), sides)
    size = images.shape[2:]  # what wraps around the edge meets only windows that do not fit
    of_images = np.fft.rfft2(images).reshape(n, groups, -1, size[0], size[1] // 2 + 1)
    of_kernels = np.fft.rfft2(dilate(weight, dilation), size).conj()  # conjugated: cross-correlation
    of_kernels = of_kernels.reshape(groups, f // groups, *of_kernels.shape[1:])
    of_y = np.einsum("ngcuv,gfcuv->ngfuv", of_images, of_kernels, optimize=True)
    y = np.fft.irfft2(of_y, size).reshape(n, f, *size)[:, :, : sy * oh : sy, : sx * ow : sx].astype(dtype)
    return y if bias is None else y + np.asarray(bias)[:, np.newaxis, np.newaxis]
