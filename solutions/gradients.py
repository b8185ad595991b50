"""Gradients by hand, by a matrix product and by measurement, and a test for a whole backward pass.

Names and shapes are those of :mod:`solutions.backprop`.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Padding, Pair, array
from solutions.backprop import conv1d_backward, numerical_gradient
from solutions.strides import conv2d

__all__ = ["by_hand", "exposing", "grad_weight_of_rows", "measured_grad_weight", "test_conv2d_backward"]


def by_hand() -> list[float]:
    """Return grad_x, grad_weight and grad_bias, one after the other, for a row of four numbers and two weights."""
    gradients = conv1d_backward(np.array([2, -1, 1]), np.array([1, 4, -2, 3]), np.array([3, -1]))
    return [float(number) for gradient in gradients for number in np.atleast_1d(gradient)]


exposing = {"grad_y": [[[[0, 1]], [[0, 0]]]], "rows": [[1], [0]]}


def grad_weight_of_rows(grad_y: Array, rows: Array) -> Array:
    """Multiply the upstream gradient with windows that stand in the rows of a matrix.

    Args:
        grad_y: upstream gradient, shape (n, f, oh, ow).
        rows: windows, shape (n·oh·ow, k), images first, then window rows, then window columns.

    Returns:
        grad_weight as a matrix, shape (f, k).

    Raises:
        ValueError: if an argument has the wrong number of axes, or there is not one row for each window.
    """
    grad_y, rows = array("grad_y", grad_y, "n", "f", "oh", "ow"), array("rows", rows, "n·oh·ow", "k")
    up = grad_y.swapaxes(0, 1).reshape(grad_y.shape[1], -1)
    if up.shape[1] != len(rows):
        raise ValueError(f"there are {len(rows)} rows, but grad_y {grad_y.shape} has {up.shape[1]} windows")
    return np.asarray(up @ rows)


def measured_grad_weight(x: Array, weight: Array, grad_y: Array, step: float = 1e-5) -> Array:
    """Measure the gradient of the kernels of y = tanh(conv2d(x, weight)) by central differences.

    Args:
        x: images, shape (n, c, h, w).
        weight: kernels, shape (f, c, kh, kw); not changed.
        grad_y: upstream gradient, shape (n, f, oh, ow).
        step: how far each weight is nudged, up and down.

    Returns:
        grad_weight, shape of ``weight``, float64 whatever the dtypes of the arguments.

    Raises:
        ValueError: if the shapes do not suit, or ``step`` is not positive.
    """
    return numerical_gradient(lambda nudged: np.tanh(conv2d(x, nudged)), weight, grad_y, step)


def test_conv2d_backward(
    candidate: Callable[[Array, Array, Array, Pair, Padding], tuple[Array, Array, Array]],
) -> None:
    """Raise AssertionError if ``candidate(grad_y, x, weight, stride, padding)`` is no backward pass of conv2d.

    A convolution is linear in the images, in the kernels and in the bias. So nudges need not be small: the loss
    (y * grad_y).sum() changes by (nudge * gradient).sum() for a nudge of any size, and a random one meets every entry.

    Args:
        candidate: a function that should return (grad_x, grad_weight, grad_bias).

    Raises:
        AssertionError: if a gradient is wrong in shape, value or dtype, or an argument changed.
    """
    rng = np.random.default_rng(5)
    for stride, padding in ((1, 1), 0), ((2, 1), ((0, 2), (1, 0))), ((1, 3), ((1, 0), (0, 2))):
        for dtype in np.float64, np.float32:
            x, dx = rng.normal(size=(2, 2, 3, 5, 7)).astype(dtype)
            weight, dweight = rng.normal(size=(2, 4, 3, 2, 3)).astype(dtype)
            dy = {"x": conv2d(dx, weight, stride=stride, padding=padding)}
            dy["weight"] = conv2d(x, dweight, stride=stride, padding=padding)
            grad_y, dbias = rng.normal(size=dy["x"].shape).astype(dtype), rng.normal(size=4).astype(dtype)
            dy["bias"] = np.broadcast_to(dbias[:, None, None], grad_y.shape)
            given = grad_y.copy(), x.copy(), weight.copy()
            found = candidate(*given, stride, padding)
            for name, gradient, nudge in zip(("x", "weight", "bias"), found, (dx, dweight, dbias), strict=True):
                assert gradient.shape == nudge.shape, f"grad_{name} should have shape {nudge.shape}"
                assert gradient.dtype == dtype, f"grad_{name} should have dtype {np.dtype(dtype)}"
                assert abs((dy[name] * grad_y).sum() - (nudge * gradient).sum()) < 1e-3, f"grad_{name} is wrong"
            for before, after in zip((grad_y, x, weight), given, strict=True):
                assert np.array_equal(before, after), "an argument was changed"
