"""Convolution as fast as NumPy can make it, in both directions: the same sums, with less traffic through memory.

A matrix product does all the arithmetic in every version; what differs is how its operands get to the processor.
Plain columns are kh·kw times as large as the images, too large for a cache, so they travel to main memory and back.
Here one small buffer of columns is filled again and again (:func:`conv2d_blocked`), or in longer runs
(:func:`conv2d_row_wide`), or the channels are put last (:func:`conv2d_channels_last`). Other ways are in
:mod:`solutions.row_wide`, :mod:`solutions.winograd` and :mod:`solutions.without_columns`. :func:`conv2d_fast` and
:func:`conv2d_fast_backward` pick a version by shape. The plain twins are ``conv2d`` and ``conv2d_backward``: arguments,
results and errors are theirs. dtypes are kept, any memory layout is accepted, and arguments are left as they were.
"""

from dataclasses import replace

import numpy as np

from solutions.arguments import Array, Padding, Pair, array, pair
from solutions.blocks import BUFFER, Blocks, blocks_of, parts_of
from solutions.layers import Conv2d
from solutions.strides import check_channels
from solutions.winograd import as_gradients, conv2d_winograd, conv2d_winograd_backward, winograd_pays

__all__ = [
    "FastConv2d",
    "conv2d_blocked",
    "conv2d_blocked_backward",
    "conv2d_channels_last",
    "conv2d_fast",
    "conv2d_fast_backward",
    "conv2d_row_wide",
    "conv2d_row_wide_backward",
]


def conv2d_fast(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Do what ``conv2d`` does, with the version that suits the shapes.

    Winograd's, where it saves enough arithmetic (many channels, small kernels, floating point of 32 bits or more; it
    rounds about ten times as coarsely); else :func:`conv2d_channels_last`, if there is a stride and a row of a window
    has 512 bytes or more; else :func:`conv2d_blocked`.

    Args, returns and errors are those of ``conv2d``.
    """
    check_channels(x, weight, bias, groups)
    if winograd_pays(x, weight, stride, padding, dilation, groups):
        return conv2d_winograd(x, weight, bias, stride, padding)
    whole_rows = groups == 1 and pair("dilation", dilation) == (1, 1)
    if whole_rows and pair("stride", stride)[1] > 1 and np.asarray(weight)[0, :, 0].nbytes >= 512:
        return conv2d_channels_last(x, weight, bias, stride, padding)
    return conv2d_blocked(x, weight, bias, stride, padding, dilation, groups)


def conv2d_fast_backward(
    grad_y: Array,
    x: Array,
    weight: Array,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Do what ``conv2d_backward`` does, with the version that suits the shapes.

    Winograd's as in :func:`conv2d_fast`; else :func:`conv2d_row_wide_backward`, if less than a twelfth of a
    row-wide column is gaps; else :func:`conv2d_blocked_backward`.

    Args, returns and errors are those of ``conv2d_backward``.
    """
    check_channels(x, weight, None, groups)
    if winograd_pays(x, weight, stride, padding, dilation, groups):
        return conv2d_winograd_backward(grad_y, x, weight, stride, padding)
    wide = blocks_of(x, weight, (stride, padding, dilation), groups, row_wide=True)
    if 12 * (wide.width - wide.out[1]) < wide.width:
        return conv2d_row_wide_backward(grad_y, x, weight, stride, padding, dilation, groups)
    return conv2d_blocked_backward(grad_y, x, weight, stride, padding, dilation, groups)


class FastConv2d(Conv2d):
    """The layer ``Conv2d``, computed by :func:`conv2d_fast` and :func:`conv2d_fast_backward`."""

    def forward(self, x: Array) -> Array:
        """Return y, shape (n, f, oh, ow), for x, shape (n, c, h, w)."""
        y = conv2d_fast(x, self.weight, self.bias, **self._settings)
        self._kept = np.asarray(x), self.weight
        return y

    def backward(self, grad_y: Array) -> Array:
        """Return grad_x, shape (n, c, h, w), for grad_y, shape (n, f, oh, ow), of the last forward pass."""
        x, weight = self._kept
        grad_x, self.grad_weight, self.grad_bias = conv2d_fast_backward(grad_y, x, weight, **self._settings)
        return grad_x


def conv2d_blocked(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Do what ``conv2d`` does, with a few columns at a time.

    One buffer holds the columns of some output rows, or of several small images. They are multiplied while they are
    still in the cache, and the product goes straight to its place in the output. One big product becomes many small
    ones; memory holds the output, and of one block the padded images and the columns.

    Args, returns and errors are those of ``conv2d``.
    """
    check_channels(x, weight, bias, groups)
    return _with_bias(_forward(blocks_of(x, weight, (stride, padding, dilation), groups)), bias)


def conv2d_row_wide(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Do what :func:`conv2d_blocked` does with row-wide columns: each tap is copied as one run of memory.

    In exchange the product has gaps between its rows, which are computed for nothing and dropped.

    Args, returns and errors are those of ``conv2d``.
    """
    check_channels(x, weight, bias, groups)
    return _with_bias(_forward(blocks_of(x, weight, (stride, padding, dilation), groups, row_wide=True)), bias)


def conv2d_blocked_backward(
    grad_y: Array,
    x: Array,
    weight: Array,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Do what ``conv2d_backward`` does, with a few columns at a time.

    The buffer of :func:`conv2d_blocked` serves twice: once its columns have given their part of ``grad_weight``, their
    own gradients take their place, and go back to the pixels.

    Args, returns and errors are those of ``conv2d_backward``.
    """
    grads = _backward(blocks_of(x, weight, (stride, padding, dilation), groups), grad_y)
    return as_gradients(grads, grad_y, x, weight)


def conv2d_row_wide_backward(
    grad_y: Array,
    x: Array,
    weight: Array,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Do what :func:`conv2d_blocked_backward` does with row-wide columns.

    ``grad_y`` gets zeros in the gaps, so that these have no part in any gradient. Long runs pay here more than
    forward, because adding many short ones costs NumPy more than copying them.

    Args, returns and errors are those of ``conv2d_backward``.
    """
    grads = _backward(blocks_of(x, weight, (stride, padding, dilation), groups, row_wide=True), grad_y)
    return as_gradients(grads, grad_y, x, weight)


def conv2d_channels_last(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Padding = 0
) -> Array:
    """Do what ``conv2d`` does, without dilation or groups, with the channels of a pixel next to each other.

    A row of a window, kw pixels of c channels, is then one run of memory, whatever the stride. In exchange images
    are transposed on the way in, and outputs on the way out.

    Args, returns and errors are those of ``conv2d``.
    """
    check_channels(x, weight, bias, 1)
    job = blocks_of(x, weight, (stride, padding, 1))
    (n, c, h, w), (f, _, kh, kw), (oh, ow) = job.x.shape, job.weight.shape, job.out
    (sy, sx), ((top, bottom), (left, right)) = job.stride, job.sides
    kernels = job.weight.transpose(2, 3, 1, 0).reshape(kh * kw * c, f)
    image = np.zeros((top + h + bottom, left + w + right, c), job.x.dtype)
    runs = np.lib.stride_tricks.sliding_window_view(image.reshape(len(image), -1), kw * c, axis=1)[:, :: sx * c]
    y = np.empty((n, f, oh, ow), job.x.dtype)
    row_parts = parts_of(oh, BUFFER // (ow * kernels[:, 0].nbytes))
    buffer = np.empty((row_parts[0].stop, ow, kh, kw * c), y.dtype)
    for k in range(n):
        image[top : top + h, left : left + w] = job.x[k].transpose(1, 2, 0)
        for rows in row_parts:
            cols = buffer[: rows.stop - rows.start]
            for i in range(kh):
                cols[:, :, i] = runs[i + sy * rows.start : i + sy * (rows.stop - 1) + 1 : sy, :ow]
            product = cols.reshape(-1, kh * kw * c) @ kernels
            y[k, :, rows] = product.T.reshape(f, -1, ow)
    return _with_bias(y, bias)


def _forward(job: Blocks) -> Array:
    f, (oh, ow), groups = len(job.weight), job.out, job.groups
    y = np.empty((len(job.x), f, oh, ow), job.x.dtype)
    buffer = job.buffer(job.x.shape[1] * job.weight[0, 0].size)
    gapped = job.buffer(f) if job.row_wide else buffer
    for images, row_parts in job.walk():
        phases = job.split(images)
        m = len(phases)
        for rows in row_parts:
            cols = job.columns(buffer, phases, rows)
            cols = cols.reshape(m, groups, -1, cols[0, 0, 0, 0].size)
            place, r = y[images, :, rows], rows.stop - rows.start
            if not job.row_wide:
                np.matmul(job.kernels(), cols, out=place.reshape(m, groups, f // groups, r * ow))
                continue
            wide = gapped[: m * f * r * job.width].reshape(m, groups, f // groups, r * job.width)
            np.matmul(job.kernels(), cols, out=wide[..., : cols.shape[3]])
            place[...] = wide.reshape(m, f, r, job.width)[..., :ow]
    return y


def _backward(job: Blocks, grad_y: Array) -> tuple[Array, Array]:
    """Return grad_x and grad_weight."""
    grad_y, f, (oh, ow), groups = array("grad_y", grad_y, "n", "f", "oh", "ow"), len(job.weight), job.out, job.groups
    if grad_y.shape != (needed := (len(job.x), f, oh, ow)):
        raise ValueError(f"grad_y has shape {grad_y.shape}, but y has {needed}; give one entry for each of its")
    dtype = np.result_type(job.x, grad_y)
    job = replace(job, x=job.x.astype(dtype, copy=False), weight=job.weight.astype(dtype, copy=False))
    grad_x = np.empty(job.x.shape, dtype)
    transposed = job.kernels().swapaxes(1, 2).copy()
    grad_kernels = np.zeros_like(transposed)
    buffer, gapped = job.buffer(job.x.shape[1] * job.weight[0, 0].size), job.buffer(f)
    for images, row_parts in job.walk():
        phases = job.split(images)
        grad_phases = np.zeros_like(phases)
        m = len(phases)
        for rows in row_parts:
            cols = job.columns(buffer, phases, rows)
            r, run = rows.stop - rows.start, cols[0, 0, 0, 0].size
            wide = gapped[: m * f * r * job.width].reshape(m, f, r, job.width)
            wide[..., :ow], wide[..., ow:] = grad_y[images, :, rows], 0
            up = wide.reshape(m, groups, f // groups, -1)[..., :run]
            matrices = cols.reshape(m, groups, -1, run)
            grad_kernels += (matrices @ up.swapaxes(2, 3)).sum(axis=0, dtype=grad_kernels.dtype)
            np.matmul(transposed, up, out=matrices)
            job.add_back(cols, grad_phases, rows)
        grad_x[images] = job.join(grad_phases)
    return grad_x, grad_kernels.swapaxes(1, 2).reshape(job.weight.shape)


def _with_bias(y: Array, bias: Array | None) -> Array:
    if bias is None:
        return y
    bias = np.asarray(bias)[:, np.newaxis, np.newaxis]
    if np.result_type(y, bias) != y.dtype:
        return np.asarray(y + bias)
    y += bias
    return y
