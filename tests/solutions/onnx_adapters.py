"""ONNX's operators on the references: one thin adapter for each.

Settings are ONNX's attributes, inputs and outputs ONNX's tensors, except that rows become images of one row.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from solutions.arguments import Pairs
from solutions.averages import avg_pool2d
from solutions.col2im import col2im
from solutions.pooling import argmax_backward, max_pool2d_argmax
from solutions.strides import conv2d, extent, out_size, pad, same_pads
from solutions.transposed import conv_transpose2d

Array = np.ndarray
Settings = dict[str, Any]


def run_conv(settings: Settings, x: Array, weight: Array, bias: Array | None = None) -> tuple[Array]:
    x, weight = images(x), images(weight)
    sides = padding(settings, x.shape[2:], weight.shape[2:])
    stride, dilation = both(settings, "strides"), both(settings, "dilations")
    return (conv2d(x, weight, bias, stride, sides, dilation, settings.get("group", 1)),)


def run_conv_integer(
    settings: Settings, x: Array, weight: Array, x_zero: Array | int = 0, weight_zeros: Array | int = 0
) -> tuple[Array]:
    zeros = np.reshape(weight_zeros, (-1, 1, 1, 1)).astype("i4")  # one, or one for each kernel
    return run_conv(settings, np.subtract(x, x_zero, dtype="i4"), weight.astype("i4") - zeros)


def run_conv_transpose(settings: Settings, x: Array, weight: Array, bias: Array | None = None) -> tuple[Array]:
    x, weight = images(x), images(weight)
    stride, dilation = both(settings, "strides"), both(settings, "dilations")
    further = np.array(both(settings, "output_padding", 0))
    sides, auto = padding(settings, x.shape[2:], weight.shape[2:]), settings.get("auto_pad", b"NOTSET")
    wanted = both(settings, "output_shape", 0) if "output_shape" in settings else None
    if auto.startswith(b"SAME"):
        wanted = stride[0] * x.shape[2], stride[1] * x.shape[3]
    if wanted is not None:
        whole = np.multiply(stride, np.subtract(x.shape[2:], 1)) + extent(weight.shape[2:], dilation) + further
        further += np.maximum(wanted - whole, 0)
        less, more = (np.maximum(whole - wanted, 0) // 2, -(-np.maximum(whole - wanted, 0) // 2))
        before, after = (less, more) if auto == b"SAME_UPPER" else (more, less)
        sides = (before[0], after[0]), (before[1], after[1])
    output_padding, groups = (int(further[0]), int(further[1])), settings.get("group", 1)
    return (conv_transpose2d(x, weight, bias, stride, sides, output_padding, dilation, groups=groups),)


def run_max_pool(settings: Settings, x: Array) -> tuple[Array, Array]:
    x, kernel = images(x), both(settings, "kernel_shape")
    n, c, h, w = x.shape
    y, argmax = max_pool2d_argmax(
        x,
        kernel,
        both(settings, "strides"),
        padding(settings, (h, w), kernel),
        both(settings, "dilations"),
        bool(settings.get("ceil_mode", 0)),
    )
    rows, columns = np.divmod(argmax, w)
    numbers = columns * h + rows if settings.get("storage_order", 0) else argmax
    return y, numbers + h * w * np.arange(n * c).reshape(n, c, 1, 1)  # ONNX counts through all channels


def run_average_pool(settings: Settings, x: Array) -> tuple[Array]:
    x, kernel = images(x), both(settings, "kernel_shape")
    sides = padding(settings, x.shape[2:], kernel)
    modes = bool(settings.get("ceil_mode", 0)), bool(settings.get("count_include_pad", 0))
    return (avg_pool2d(x, kernel, both(settings, "strides"), sides, *modes),)


def run_max_unpool(settings: Settings, y: Array, numbers: Array, shape: Array | None = None) -> tuple[Array]:
    (kh, kw), (sy, sx) = both(settings, "kernel_shape"), both(settings, "strides")
    h, w = sy * (y.shape[2] - 1) + kh, sx * (y.shape[3] - 1) + kw
    bottom, right = (0, 0) if shape is None else np.subtract(shape[2:], (h, w)).tolist()
    return (pad(argmax_backward(y, numbers % (h * w), (h, w)), ((0, bottom), (0, right))),)


def run_col2im(settings: Settings, matrix: Array, image_shape: Array, block_shape: Array) -> tuple[Array]:
    (h, w), (kh, kw) = image_shape.tolist(), block_shape.tolist()
    stride, dilation, sides = (
        both(settings, "strides"),
        both(settings, "dilations"),
        padding(settings, (h, w), (kh, kw)),
    )
    out = out_size((h, w), (kh, kw), stride, sides, dilation)
    return (col2im(matrix.reshape(len(matrix), -1, kh, kw, *out), (h, w), stride, sides, dilation),)


ADAPTERS: dict[str, Callable[..., tuple[Array, ...]]] = {
    "AveragePool": run_average_pool,
    "Col2Im": run_col2im,
    "Conv": run_conv,
    "ConvInteger": run_conv_integer,
    "ConvTranspose": run_conv_transpose,
    "GlobalAveragePool": lambda settings, x: run_average_pool(settings | {"kernel_shape": x.shape[2:]}, x),
    "GlobalMaxPool": lambda settings, x: run_max_pool(settings | {"kernel_shape": x.shape[2:]}, x),
    "MaxPool": run_max_pool,
    "MaxUnpool": run_max_unpool,
}


def images(x: Array) -> Array:
    """Turn rows (n, c, w) into images of one row."""
    return x[:, :, np.newaxis] if x.ndim == 3 else x


def both(settings: Settings, name: str, default: int = 1) -> tuple[int, int]:
    """Return an attribute as (y, x); along the rows' missing axis it has its default."""
    y, x = (default, default, *settings.get(name, ()))[-2:]
    return y, x


def padding(settings: Settings, size: tuple[int, ...], kernel: tuple[int, ...]) -> Pairs:
    """Return ((top, bottom), (left, right)) for ONNX's pads, which has both beginnings first, or its auto_pad."""
    auto = settings.get("auto_pad", b"NOTSET")
    if auto.startswith(b"SAME"):
        steps = zip(size, kernel, both(settings, "strides"), both(settings, "dilations"), strict=True)
        (top, bottom), (left, right) = (same_pads(*axis) for axis in steps)
        upper = (top, bottom), (left, right)
        return upper if auto == b"SAME_UPPER" else ((bottom, top), (right, left))  # of an odd number, more in front
    before, after = np.reshape(settings.get("pads", [0, 0]), (2, -1)).tolist()
    (top, left), (bottom, right) = ([0, 0, *ends][-2:] for ends in (before, after))
    return (top, bottom), (left, right)
