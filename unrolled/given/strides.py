"""Windows with padding, stride and dilation, one window at a time: short to read, slow to run."""

import numpy as np

from unrolled.vocabulary import Array, Padding, Pair, Pairs

__all__ = ["conv2d", "im2col", "out_size", "pad", "pads"]


def two(value: Pair) -> tuple[int, int]:
    """Return (y, x) from one number for both, or from two."""
    y, x = (value, value) if isinstance(value, int) else value
    return y, x


def pads(padding: Padding, size: tuple[int, int], kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1) -> Pairs:
    """Return ((top, bottom), (left, right)); with "same" there are ceil(size / stride) windows."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        y, x = map(_same, size, two(kernel_size), two(stride), two(dilation))
        return y, x
    up, across = (padding, padding) if isinstance(padding, int) else padding
    return two(up), two(across)


def out_size(
    size: tuple[int, int], kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> tuple[int, int]:
    """Return (oh, ow): how many windows fit below each other, and beside each other."""
    settings = zip(
        size,
        two(kernel_size),
        two(stride),
        two(dilation),
        pads(padding, size, kernel_size, stride, dilation),
        strict=True,
    )
    oh, ow = (len(range(0, length + sum(sides) - d * (k - 1), s)) for length, k, s, d, sides in settings)
    return oh, ow


def pad(x: Array, padding: Padding, value: float = 0) -> Array:
    """Return images (n, c, h, w) with a frame of ``value``."""
    return np.pad(x, ((0, 0), (0, 0), *pads(padding, x.shape[-2:], 1)), constant_values=value)


def im2col(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy the windows of images (n, c, h, w) into columns (n, c, kh, kw, oh, ow)."""
    (kh, kw), (sy, sx), (dy, dx) = two(kernel_size), two(stride), two(dilation)
    oh, ow = out_size(x.shape[-2:], kernel_size, stride, padding, dilation)
    x = pad(x, pads(padding, x.shape[-2:], kernel_size, stride, dilation))
    cols = np.empty((*x.shape[:2], kh, kw, oh, ow), x.dtype)
    for i, j in np.ndindex(oh, ow):
        rows, columns = i * sy + dy * np.arange(kh), j * sx + dx * np.arange(kw)
        cols[..., i, j] = x[:, :, rows[:, None], columns]
    return cols


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
    parts = zip(np.split(cols, groups, axis=1), np.split(weight, groups), strict=True)
    y = np.concatenate([np.einsum("ncijyx,fcij->nfyx", part, kernels) for part, kernels in parts], axis=1)
    return y if bias is None else y + bias[:, None, None]


def _same(length: int, k: int, s: int, d: int) -> tuple[int, int]:
    windows = (length + s - 1) // s
    missing = max((windows - 1) * s + d * (k - 1) + 1 - length, 0)
    return missing // 2, missing - missing // 2
