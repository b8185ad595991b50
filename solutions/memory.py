"""The memory bill: which matrices meet in a layer of the chapter ``batches``, and how many bytes its columns fill.

Images are (n, c, h, w), kernels (f, c, kh, kw); ``stride`` is one number for both axes, and there is no padding.
"""

import numpy as np

from solutions.arguments import Pair, pair, whole
from solutions.conv2d import out_size

__all__ = ["column_bytes", "images_within", "layer_shapes"]


def layer_shapes(
    x_shape: tuple[int, int, int, int], weight_shape: tuple[int, int, int, int], stride: int = 1
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int, int, int]]:
    """Say which shapes meet in a layer that multiplies kernels as rows by windows as columns.

    Args:
        x_shape: (n, c, h, w).
        weight_shape: (f, c, kh, kw).
        stride: distance between neighbouring windows along either axis.

    Returns:
        The shapes of the kernels (f, c·kh·kw), of the columns (c·kh·kw, n·oh·ow) and of the output (n, f, oh, ow).

    Raises:
        ValueError, TypeError: if the channels differ, no window fits, or a size is out of range.
    """
    (n, c, h, w), (f, channels, kh, kw) = _four("x_shape", x_shape), _four("weight_shape", weight_shape)
    if channels != c:
        raise ValueError(f"weight_shape is {tuple(weight_shape)}, so {channels} channels, but x has {c}")
    oh, ow = out_size((h, w), (kh, kw), stride)
    return (f, c * kh * kw), (c * kh * kw, n * oh * ow), (n, f, oh, ow)


def column_bytes(
    x_shape: tuple[int, int, int, int], kernel_size: Pair, stride: int = 1, dtype: str | np.dtype = "float64"
) -> int:
    """Count the bytes of memory that the columns of some images fill.

    Args:
        x_shape: (n, c, h, w).
        kernel_size: (kh, kw).
        stride: distance between neighbouring windows along either axis.
        dtype: of the images.

    Returns:
        The count, exact however large.

    Raises:
        ValueError, TypeError: if no window fits, or a size is out of range.
    """
    (n, c, h, w), (kh, kw) = _four("x_shape", x_shape), pair("kernel_size", kernel_size)
    oh, ow = out_size((h, w), (kh, kw), stride)
    return n * c * kh * kw * oh * ow * np.dtype(dtype).itemsize


def images_within(
    memory: int,
    image_shape: tuple[int, int, int],
    kernel_size: Pair,
    stride: int = 1,
    dtype: str | np.dtype = "float64",
) -> int:
    """Count the images whose columns fit into some bytes of memory at a time.

    Args:
        memory: in bytes, 0 or more.
        image_shape: (c, h, w).
        kernel_size: (kh, kw).
        stride: distance between neighbouring windows along either axis.
        dtype: of the images.

    Returns:
        The count; 0 if not even one image's columns fit.

    Raises:
        ValueError, TypeError: if no window fits, a size is out of range, or ``memory`` is negative.
    """
    return whole("memory", memory, 0) // column_bytes((1, *image_shape), kernel_size, stride, dtype)


def _four(name: str, shape: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if len(shape) != 4:
        raise ValueError(f"{name} is {shape}; four sizes are needed")
    a, b, c, d = (whole(f"{name}[{axis}]", size, 1) for axis, size in enumerate(shape))
    return a, b, c, d
