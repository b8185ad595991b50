"""Convolution run backwards as a layer of its own, and the ways to make kernels cheaper: groups, depthwise, 1 × 1.

Vocabulary: ``x`` (n, c, h, w), ``y`` (n, f, oh, ow). The kernels of a transposed convolution are laid out (c, f/groups,
kh, kw): the same array leads a convolution from f channels to c, and its transpose from c back to f. Every function
accepts any memory layout, keeps the dtype that NumPy's promotion gives, and leaves its arguments as they were.
"""

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, array, countable, pair, pairs_of_padding, whole
from solutions.col2im import col2im
from solutions.overlaps import counts_in_row
from solutions.strides import check_channels, conv2d, extent, im2col

__all__ = [
    "checkerboard",
    "conv1x1",
    "conv_transpose2d",
    "depthwise_conv2d",
    "grouped_conv2d",
    "multiplications",
    "stamp",
    "transposed_out_size",
]


def transposed_out_size(
    size: Pair,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Pair | Pairs = 0,
    output_padding: Pair = 0,
    dilation: Pair = 1,
) -> tuple[int, int]:
    """Compute how large the output of a transposed convolution is.

    With a stride of 2, images of 6 and of 7 rows both become 3 rows (kernel 2); ``output_padding`` tells which it was.

    Args:
        size: (h, w) of the input.
        kernel_size, stride, padding, dilation: those of the convolution that is transposed. Padding makes the output
            smaller here.
        output_padding: rows at the bottom and columns at the right of the output that no kernel needs to reach, less
            than the stride or the dilation.

    Returns:
        (oh, ow).

    Raises:
        ValueError: if ``output_padding`` is too large, or the padding takes everything away.
        ValueError, TypeError: if an argument is out of range, or of no accepted form.
    """
    (h, w), (sy, sx), (dy, dx) = pair("size", size), pair("stride", stride), pair("dilation", dilation)
    (top, bottom), (left, right) = pairs_of_padding(padding)
    more_y, more_x = pair("output_padding", output_padding, least=0)
    if more_y >= max(sy, dy) or more_x >= max(sx, dx):
        bounds = f"stride {(sy, sx)} and dilation {(dy, dx)}"
        raise ValueError(
            f"output_padding is {output_padding}; it must be less than the larger of {bounds} on each axis"
        )
    rows, columns = extent(kernel_size, dilation)
    oh = (h - 1) * sy + rows - top - bottom + more_y
    ow = (w - 1) * sx + columns - left - right + more_x
    if oh < 1 or ow < 1:
        raise ValueError(f"padding {padding} leaves an output of {oh} × {ow}; use less padding or a larger input")
    return oh, ow


def stamp(x: Array, weight: Array, stride: Pair = 1) -> Array:
    """Press the kernel onto the output once for each pixel, as strongly as the pixel says; overlaps add up.

    Args:
        x: one plane, shape (h, w).
        weight: one kernel, shape (kh, kw), not flipped.
        stride: (sy, sx) from one stamp to the next.

    Returns:
        y, shape ((h - 1)·sy + kh, (w - 1)·sx + kw), of the dtype that NumPy gives ``x * weight``.

    Raises:
        ValueError: if an array does not have two axes, or ``stride`` is out of range.
    """
    x, weight, (sy, sx) = array("x", x, "h", "w"), array("weight", weight, "kh", "kw"), pair("stride", stride)
    kh, kw = weight.shape
    y = np.zeros(transposed_out_size(x.shape, (kh, kw), (sy, sx)), np.result_type(x, weight))
    for p, q in np.ndindex(x.shape):
        y[p * sy : p * sy + kh, q * sx : q * sx + kw] += x[p, q] * weight
    return y


def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Pair | Pairs = 0,
    output_padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Do forwards what a convolution does to gradients on the way back: one matrix product, then col2im.

    Args:
        x: input, shape (n, c, h, w).
        weight: kernels, shape (c, f/groups, kh, kw), not flipped.
        bias: what is added to each output channel, shape (f,); nothing if None.
        stride, padding, output_padding, dilation: as in :func:`transposed_out_size`.
        groups: the channels are cut into so many equal parts; each output part sees its input part only.

    Returns:
        y, shape (n, f, oh, ow), of the dtype that NumPy gives ``x * weight + bias``.

    Raises:
        ValueError: if an array has the wrong number of axes, or channels, bias and groups do not suit each other.
        ValueError, TypeError: as :func:`transposed_out_size`.
    """
    x, weight, bias = _checked_transposed(x, weight, bias, groups)
    (n, c, h, w), (_, per_group, kh, kw) = x.shape, weight.shape
    oh, ow = transposed_out_size((h, w), (kh, kw), stride, padding, output_padding, dilation)
    (top, _), (left, _) = pairs_of_padding(padding)
    matrices = weight.reshape(groups, c // groups, per_group * kh * kw).swapaxes(1, 2)
    cols = matrices @ x.reshape(n, groups, c // groups, h * w)
    uncut = transposed_out_size((h, w), (kh, kw), stride, dilation=dilation)
    stamped = col2im(cols.reshape(n, per_group * groups, kh, kw, h, w), uncut, stride, dilation=dilation)
    countable("y", (n, per_group * groups, oh, ow))
    y = np.zeros((n, per_group * groups, oh, ow), stamped.dtype)
    seen = stamped[:, :, top : top + oh, left : left + ow]
    y[:, :, : seen.shape[2], : seen.shape[3]] = seen  # output_padding can reach past what was stamped
    return y if bias is None else y + bias[:, np.newaxis, np.newaxis]


def conv1x1(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Mix the channels of each pixel by itself: a convolution whose columns are the image.

    Args:
        x: images, shape (n, c, h, w).
        weight: shape (f, c), or kernels (f, c, 1, 1).
        bias: shape (f,), or None.

    Returns:
        y, shape (n, f, h, w), of the dtype that NumPy gives ``x * weight + bias``.

    Raises:
        ValueError: if an array has the wrong number of axes, a kernel is not 1 × 1, or the sizes do not suit.
    """
    x = array("x", x, "n", "c", "h", "w")
    if np.ndim(weight) == 4 and np.shape(weight)[2:] == (1, 1):
        weight = np.asarray(weight)[:, :, 0, 0]
    weight = array("weight", weight, "f", "c")
    n, c, h, w = x.shape
    if weight.shape[1] != c:
        raise ValueError(f"weight has shape {weight.shape}, so {weight.shape[1]} channels, but x has {c}")
    y: Array = (weight @ x.reshape(n, c, h * w)).reshape(n, -1, h, w)
    return y if bias is None else y + _checked_bias(bias, len(weight))[:, np.newaxis, np.newaxis]


def grouped_conv2d(
    x: Array,
    weight: Array,
    bias: Array | None,
    groups: int,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
) -> Array:
    """Cut the channels into groups, convolve each with its own kernels, and put the outputs together.

    Args:
        x: images, shape (n, c, h, w).
        weight: kernels, shape (f, c/groups, kh, kw); the first f/groups belong to the first group.
        bias: shape (f,), or None.
        groups: must divide c and f.
        stride, padding, dilation: as in ``im2col``.

    Returns:
        y, shape (n, f, oh, ow), of the dtype that NumPy gives ``x * weight + bias``.

    Raises:
        ValueError, TypeError: as ``conv2d``.
    """
    check_channels(x, weight, bias, groups)
    parts = zip(np.split(np.asarray(x), groups, axis=1), np.split(np.asarray(weight), groups), strict=True)
    y = np.concatenate([conv2d(part, kernels, None, stride, padding, dilation) for part, kernels in parts], axis=1)
    return (
        y if bias is None else y + np.asarray(bias)[:, np.newaxis, np.newaxis]
    )  # bias is one per filter, not per group


def depthwise_conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
) -> Array:
    """Convolve each channel with a kernel of its own: a convolution with as many groups as channels.

    Args:
        x: images, shape (n, c, h, w).
        weight: one kernel per channel, shape (c, kh, kw).
        bias: shape (c,), or None.
        stride, padding, dilation: as in ``im2col``.

    Returns:
        y, shape (n, c, oh, ow), of the dtype that NumPy gives ``x * weight + bias``.

    Raises:
        ValueError: if an array has the wrong number of axes, no window fits, or the sizes do not suit.
    """
    x, weight = array("x", x, "n", "c", "h", "w"), array("weight", weight, "c", "kh", "kw")
    if len(weight) != x.shape[1]:
        raise ValueError(f"weight has {len(weight)} kernels, but x has {x.shape[1]} channels; each needs one")
    cols = im2col(x, weight.shape[1:], stride, padding, dilation)
    y: Array = np.einsum("ncijpq,cij->ncpq", cols, weight)  # nothing is summed over channels
    return y if bias is None else y + _checked_bias(bias, len(weight))[:, np.newaxis, np.newaxis]


def multiplications(c: int, f: int, kernel_size: Pair, out: Pair, groups: int = 1) -> int:
    """Count the multiplications that a convolution makes for one image.

    Args:
        c, f: channels of input and output.
        kernel_size: (kh, kw).
        out: (oh, ow).
        groups: must divide c and f.

    Returns:
        f·(c/groups)·kh·kw·oh·ow.

    Raises:
        ValueError, TypeError: if an argument is out of range, or ``groups`` does not divide c and f.
    """
    c, f, groups = whole("c", c, 1), whole("f", f, 1), whole("groups", groups, 1)
    if c % groups or f % groups:
        raise ValueError(f"groups is {groups}; it must divide c={c} and f={f}")
    (kh, kw), (oh, ow) = pair("kernel_size", kernel_size), pair("out", out)
    return f * (c // groups) * kh * kw * oh * ow


def checkerboard(size: Pair, kernel_size: Pair, stride: Pair = 1) -> Array:
    """Count for each output pixel of a transposed convolution the stamps that reach it.

    The counts of the inner pixels are equal, so that no checkerboard shows, if and only if the stride divides the
    kernel size along both axes.

    Args:
        size: (h, w) of the input.
        kernel_size, stride: of the transposed convolution, without padding and dilation.

    Returns:
        Whole numbers, shape (oh, ow).

    Raises:
        ValueError, TypeError: if an argument is out of range.
    """
    oh, ow = transposed_out_size(size, kernel_size, stride)
    (kh, kw), (sy, sx) = pair("kernel_size", kernel_size), pair("stride", stride)
    return np.outer(counts_in_row(oh, kh, sy), counts_in_row(ow, kw, sx))


def _checked_transposed(x: Array, weight: Array, bias: Array | None, groups: int) -> tuple[Array, Array, Array | None]:
    x, weight = array("x", x, "n", "c", "h", "w"), array("weight", weight, "c", "f/groups", "kh", "kw")
    c, groups = x.shape[1], whole("groups", groups, 1)
    if len(weight) != c:
        raise ValueError(f"weight has shape {weight.shape}, so {len(weight)} input channels, but x has {c}")
    if c % groups:
        raise ValueError(f"groups is {groups}; it must divide the {c} channels of x")
    return x, weight, None if bias is None else _checked_bias(bias, groups * weight.shape[1])


def _checked_bias(bias: Array, f: int) -> Array:
    bias = array("bias", bias, "f")
    if len(bias) != f:
        raise ValueError(f"bias has {len(bias)} entries; it must have {f}, one for each output channel")
    return bias
