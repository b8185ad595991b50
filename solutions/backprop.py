"""What a change of the output says about input, weights and bias: the backward pass of a convolution, and its check.

``grad_y`` (n, f, oh, ow) is the upstream gradient: entry by entry, how the loss changes with ``y``. From it follow
``grad_x`` (n, c, h, w), ``grad_weight`` (f, c/groups, kh, kw) and ``grad_bias`` (f,). Every function accepts any memory
layout, keeps the dtype that NumPy's promotion gives, and leaves its arguments as they were. Layers, which remember
what their backward pass needs, are in :mod:`solutions.layers`.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Padding, Pair, array, pair, whole
from solutions.col2im import col2im
from solutions.strides import check_channels, conv2d, crop, dilate, extent, im2col, out_size, pad, pads, unused

__all__ = [
    "conv1d_backward",
    "conv2d_backward",
    "conv2d_grad_bias",
    "conv2d_grad_weight",
    "conv2d_grad_weight_dilated",
    "conv2d_grad_x",
    "conv2d_grad_x_flipped",
    "conv2d_grad_x_spread",
    "flip",
    "numerical_gradient",
    "relative_error",
    "spread",
]


def numerical_gradient(
    function: Callable[[Array], Array | float], x: Array, grad_y: Array | float = 1.0, step: float = 1e-5
) -> Array:
    """Measure a gradient: nudge one entry of ``x`` up and down, and see how the loss follows.

    Central differences are wrong by about step² from curvature and by 1e-16/step from rounding; a step of 1e-5 keeps
    both near 1e-10 for numbers near 1.

    Args:
        function: takes an array of the shape of ``x`` in float64, and returns an array or a number.
        x: where to measure, any shape; not changed.
        grad_y: upstream gradient, of the output's shape; 1 for a function that returns the loss itself.
        step: how far to nudge, more than 0.

    Returns:
        The gradient, shape of ``x``, float64.

    Raises:
        ValueError: if ``step`` is not positive, or ``grad_y`` does not have the output's shape.
    """
    if not step > 0:
        raise ValueError(f"step is {step}; it must be more than 0, such as 1e-5")
    nudged = np.array(x, float)
    given, needed = np.shape(grad_y), np.shape(function(nudged.copy()))
    if given != needed:
        raise ValueError(f"grad_y has shape {given}; the output has shape {needed}, and they must agree")
    gradient = np.empty_like(nudged)
    for index in np.ndindex(nudged.shape):
        middle = nudged[index]
        nudged[index] = middle + step
        above = np.sum(function(nudged) * grad_y)
        nudged[index] = middle - step
        below = np.sum(function(nudged) * grad_y)
        gradient[index] = (above - below) / (2 * step)
        nudged[index] = middle
    return gradient


def relative_error(got: Array, expected: Array) -> float:
    """Measure how far two arrays are apart, relative to their largest entry.

    Args:
        got, expected: of equal shape.

    Returns:
        max|got - expected| / max(|got|, |expected|); 0 if both are all zeros.

    Raises:
        ValueError: if the shapes differ.
    """
    got, expected = np.asarray(got, float), np.asarray(expected, float)
    if got.shape != expected.shape:
        raise ValueError(f"got has shape {got.shape} and expected {expected.shape}; only equal shapes are compared")
    scale = max(abs(got).max(initial=0), abs(expected).max(initial=0))
    return float(abs(got - expected).max() / scale) if scale else 0.0


def conv1d_backward(grad_y: Array, x: Array, weight: Array, stride: int = 1) -> tuple[Array, Array, Array]:
    """Go back through y[i] = x[i·stride : i·stride + kw] · weight + bias, one window after the other.

    Args:
        grad_y: upstream gradient, shape (ow,).
        x: the row, shape (w,).
        weight: the kernel, shape (kw,).
        stride: distance between the starts of neighbouring windows, 1 or more.

    Returns:
        (grad_x, grad_weight, grad_bias) of shapes (w,), (kw,) and (), dtypes of the products they are sums of.

    Raises:
        ValueError: if an argument is not a row, or ``grad_y`` does not have one entry per window.
    """
    grad_y, x, weight = array("grad_y", grad_y, "ow"), array("x", x, "w"), array("weight", weight, "kw")
    kw = len(weight)
    _, ow = out_size((1, len(x)), (1, kw), (1, whole("stride", stride, 1)))
    if len(grad_y) != ow:
        raise ValueError(
            f"grad_y has {len(grad_y)} entries; a row of {len(x)} has {ow} windows of {kw}, stride {stride}"
        )
    grad_x = np.zeros(len(x), np.result_type(grad_y, weight))
    grad_weight = np.zeros(kw, np.result_type(grad_y, x))
    for i, gradient in enumerate(grad_y):
        window = slice(i * stride, i * stride + kw)
        grad_x[window] += gradient * weight  # what met the weight in this window is moved by the weight …
        grad_weight += gradient * x[window]  # … and the other way round
    return grad_x, grad_weight, grad_y.sum(dtype=grad_y.dtype)


def conv2d_grad_bias(grad_y: Array) -> Array:
    """Add up, for each filter, what all its outputs say: the bias was added to every one of them.

    Args:
        grad_y: upstream gradient, shape (n, f, oh, ow).

    Returns:
        grad_bias, shape (f,), dtype of ``grad_y``.

    Raises:
        ValueError: if ``grad_y`` does not have four axes.
    """
    grad_y = array("grad_y", grad_y, "n", "f", "oh", "ow")
    return np.asarray(grad_y.sum(axis=(0, 2, 3), dtype=grad_y.dtype))


def conv2d_grad_weight(
    grad_y: Array, x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """Give each weight the sum of what it was multiplied with, times how much the product mattered.

    Args:
        grad_y: upstream gradient, shape (n, f, oh, ow).
        x: images that went forward, shape (n, c, h, w).
        kernel_size, stride, padding, dilation: those of the forward pass.

    Returns:
        grad_weight, shape (f, c, kh, kw): ``grad_y``, filters first, as a matrix (f, n·oh·ow), times the columns,
        windows first, as a matrix (n·oh·ow, c·kh·kw).

    Raises:
        ValueError: if an array has the wrong number of axes, or ``grad_y`` does not fit the windows of ``x``.
    """
    grad_y, x = array("grad_y", grad_y, "n", "f", "oh", "ow"), array("x", x, "n", "c", "h", "w")
    _check_grad_y(grad_y, len(x), x.shape[2:], kernel_size, stride, padding, dilation)
    cols = im2col(x, kernel_size, stride, padding, dilation)
    return np.tensordot(grad_y, cols, axes=([0, 2, 3], [0, 4, 5]))


def conv2d_grad_weight_dilated(
    grad_y: Array, x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """Do what :func:`conv2d_grad_weight` does as a convolution of ``x`` with ``grad_y`` as its kernel.

    Weight (i, j) met the pixels i·dy + p·sy, so ``grad_y`` slides in steps of the dilation and is dilated by the
    stride. Images take the part of channels, because a weight sums over images.

    Args, returns and errors are those of :func:`conv2d_grad_weight`.
    """
    grad_y, x = array("grad_y", grad_y, "n", "f", "oh", "ow"), array("x", x, "n", "c", "h", "w")
    _check_grad_y(grad_y, len(x), x.shape[2:], kernel_size, stride, padding, dilation)
    kh, kw = pair("kernel_size", kernel_size)
    sides = pads(padding, x.shape[2:], (kh, kw), stride, dilation)
    images, kernels = x.swapaxes(0, 1), grad_y.swapaxes(0, 1)
    slid = conv2d(images, kernels, stride=dilation, padding=sides, dilation=stride)
    return slid[:, :, :kh, :kw].swapaxes(0, 1)  # where a stride leaves a tail, grad_y can slide on; no weight is there


def conv2d_grad_x(
    grad_y: Array, weight: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """Give each column entry its gradient, and let col2im add up what belongs to one pixel.

    Args:
        grad_y: upstream gradient, shape (n, f, oh, ow).
        weight: kernels, shape (f, c, kh, kw).
        size: (h, w) of the images that went forward, without padding.
        stride, padding, dilation: those of the forward pass.

    Returns:
        grad_x, shape (n, c, h, w), of the dtype that NumPy gives ``grad_y * weight``.

    Raises:
        ValueError: if an array has the wrong number of axes, or ``grad_y`` does not fit ``weight`` and ``size``.
    """
    grad_y, weight = _checked(grad_y, weight, size, stride, padding, dilation)
    grad_cols = np.tensordot(weight, grad_y, axes=(0, 1))  # (c, kh, kw, n, oh, ow)
    return col2im(grad_cols.transpose(3, 0, 1, 2, 4, 5), size, stride, padding, dilation)


def flip(weight: Array) -> Array:
    """Turn every kernel upside down and left to right, and swap the parts of filters and channels.

    Args:
        weight: kernels, shape (f, c, kh, kw).

    Returns:
        Kernels that lead from f channels to c, shape (c, f, kh, kw), dtype of ``weight``; a fresh array.

    Raises:
        ValueError: if ``weight`` does not have four axes.
    """
    weight = array("weight", weight, "f", "c", "kh", "kw")
    return weight[:, :, ::-1, ::-1].swapaxes(0, 1).copy()


def conv2d_grad_x_flipped(grad_y: Array, weight: Array, size: Pair, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Do what :func:`conv2d_grad_x` does for stride 1 as a full convolution of ``grad_y`` with the flipped kernel.

    Args, returns and errors are those of :func:`conv2d_grad_x`.
    """
    grad_y, weight = _checked(grad_y, weight, size, 1, padding, dilation)
    rows, columns = extent(weight.shape[2:], dilation)
    full = conv2d(grad_y, flip(weight), padding=(rows - 1, columns - 1), dilation=dilation)  # every overlap counts
    return crop(full, pads(padding, size, weight.shape[2:], 1, dilation))


def spread(grad_y: Array, stride: Pair, tail: tuple[int, int] = (0, 0)) -> Array:
    """Put zeros where a stride has skipped outputs: a skipped output has no part in the loss.

    Args:
        grad_y: upstream gradient, shape (n, f, oh, ow).
        stride: (sy, sx) of the forward pass; sy - 1 zeros go between neighbouring rows.
        tail: rows and columns of zeros behind the last output, 0 or more.

    Returns:
        Shape (n, f, sy·(oh - 1) + 1 + tail[0], sx·(ow - 1) + 1 + tail[1]), dtype of ``grad_y``.

    Raises:
        ValueError: if ``grad_y`` does not have four axes, or a number is out of range.
    """
    grad_y, (below, right) = array("grad_y", grad_y, "n", "f", "oh", "ow"), pair("tail", tail, least=0)
    return pad(dilate(grad_y, stride), ((0, below), (0, right)))


def conv2d_grad_x_spread(
    grad_y: Array, weight: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """Do what :func:`conv2d_grad_x` does by going back through stride first: a transposed convolution.

    Args, returns and errors are those of :func:`conv2d_grad_x`.
    """
    grad_y, weight = _checked(grad_y, weight, size, stride, padding, dilation)
    sides = pads(padding, size, weight.shape[2:], stride, dilation)  # "same" depends on the stride
    tail = unused(size, weight.shape[2:], stride, sides, dilation)
    return conv2d_grad_x_flipped(spread(grad_y, stride, tail), weight, size, sides, dilation)


def conv2d_backward(
    grad_y: Array,
    x: Array,
    weight: Array,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Go back through ``conv2d``: one matrix product for the kernels, one and col2im for the images.

    Args:
        grad_y: upstream gradient, shape (n, f, oh, ow).
        x: images that went forward, shape (n, c, h, w).
        weight: kernels, shape (f, c/groups, kh, kw).
        stride, padding, dilation, groups: those of the forward pass.

    Returns:
        (grad_x, grad_weight, grad_bias), of the shapes of ``x``, ``weight`` and (f,).

    Raises:
        ValueError: if an array has the wrong number of axes, or the sizes do not suit each other.
    """
    check_channels(x, weight, None, groups)
    grad_y, x, weight = array("grad_y", grad_y, "n", "f", "oh", "ow"), np.asarray(x), np.asarray(weight)
    (n, c, h, w), (f, _, kh, kw) = x.shape, weight.shape
    _check_filters(grad_y, f)
    _check_grad_y(grad_y, len(x), x.shape[2:], (kh, kw), stride, padding, dilation)
    cols = im2col(x, (kh, kw), stride, padding, dilation)
    up = grad_y.reshape(n, groups, f // groups, -1)
    matrices = cols.reshape(n, groups, c // groups * kh * kw, -1)
    kernels = weight.reshape(groups, f // groups, -1)
    grad_weight = (up @ matrices.swapaxes(2, 3)).sum(axis=0, dtype=np.result_type(grad_y, x))
    grad_cols = kernels.swapaxes(1, 2) @ up
    grad_x = col2im(grad_cols.reshape(cols.shape), (h, w), stride, padding, dilation)
    return grad_x, grad_weight.reshape(weight.shape), conv2d_grad_bias(grad_y)


def _checked(
    grad_y: Array, weight: Array, size: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> tuple[Array, Array]:
    grad_y, weight = array("grad_y", grad_y, "n", "f", "oh", "ow"), array("weight", weight, "f", "c", "kh", "kw")
    _check_filters(grad_y, weight.shape[0])
    _check_grad_y(grad_y, len(grad_y), pair("size", size), weight.shape[2:], stride, padding, dilation)
    return grad_y, weight


def _check_filters(grad_y: Array, f: int) -> None:
    if grad_y.shape[1] != f:
        raise ValueError(f"grad_y has {grad_y.shape[1]} channels, but weight has {f} filters; each needs its own")


def _check_grad_y(
    grad_y: Array, n: int, size: tuple[int, ...], kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> None:
    """Refuse an upstream gradient that has not one entry for each window of every image."""
    h, w = size
    oh, ow = out_size((h, w), kernel_size, stride, padding, dilation)
    if (len(grad_y), *grad_y.shape[2:]) != (n, oh, ow):
        windows = f"{n} images of {h} × {w} have {oh} × {ow} windows each"
        raise ValueError(f"grad_y has shape {grad_y.shape}, but {windows}: ({n}, f, {oh}, {ow}) is needed")
