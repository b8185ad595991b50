"""Layers: a forward pass that remembers what the backward pass will need.

Every layer has ``forward(x)``, which returns ``y``, and ``backward(grad_y)``, which returns ``grad_x`` for the last
forward pass and leaves the gradients of its parameters in ``grad_weight`` and ``grad_bias``. Gradients are those of one
pass: the next ``backward`` replaces them. Layers keep the dtype that NumPy's promotion gives and change no argument;
training replaces ``weight`` and ``bias`` by new arrays, so a gradient is always that of the weights that went forward.
"""

import copy
import math
from functools import partial
from typing import Any, Protocol

import numpy as np

from solutions.arguments import Array, Padding, Pair, array
from solutions.averages import AvgPool2d
from solutions.backprop import conv2d_backward, numerical_gradient, relative_error
from solutions.losses import cross_entropy, cross_entropy_backward
from solutions.pooling import argmax_backward, max_pool2d_argmax
from solutions.strides import conv2d

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool2d",
    "ReLU",
    "SoftmaxCrossEntropy",
    "gradient_errors",
]


class Layer(Protocol):
    """What every layer can do."""

    def forward(self, x: Array) -> Array:
        """Return ``y``, and remember what :meth:`backward` needs."""
        ...

    def backward(self, grad_y: Array) -> Array:
        """Return ``grad_x`` of the last forward pass."""
        ...


class ReLU:
    """Let positive numbers pass, and turn the others into 0."""

    def forward(self, x: Array) -> Array:
        x = _batch(x)
        self._passed = x > 0
        return np.where(self._passed, x, x.dtype.type(0))

    def backward(self, grad_y: Array) -> Array:
        """Let the gradient pass where the number did; at exactly 0 it stops."""
        passed = _remembered(self, "_passed")
        grad_y = _shaped(grad_y, passed.shape)
        return np.where(passed, grad_y, grad_y.dtype.type(0))


class Flatten:
    """Write everything that belongs to one image into one row: (n, …) becomes (n, numbers per image)."""

    def forward(self, x: Array) -> Array:
        x = _batch(x)
        self._shape = x.shape
        return x.reshape(len(x), -1).copy()

    def backward(self, grad_y: Array) -> Array:
        n, *rest = _remembered(self, "_shape")
        return _shaped(grad_y, (n, math.prod(rest))).reshape(n, *rest).copy()


class Linear:
    """Multiply each row with a matrix: y = x·weightᵀ + bias.

    Args:
        weight: shape (f, c).
        bias: shape (f,).
    """

    def __init__(self, weight: Array, bias: Array) -> None:
        self.weight, self.bias = array("weight", weight, "f", "c"), array("bias", bias, "f")
        if len(self.bias) != len(self.weight):
            raise ValueError(
                f"bias has {len(self.bias)} entries; it must have {len(self.weight)}, one per row of weight"
            )

    def forward(self, x: Array) -> Array:
        """Return y, shape (n, f), for x, shape (n, c)."""
        x = array("x", x, "n", "c")
        if x.shape[1] != self.weight.shape[1]:
            raise ValueError(f"x has {x.shape[1]} numbers per row, but weight has {self.weight.shape[1]} columns")
        self._kept = x, self.weight
        return np.asarray(x @ self.weight.T + self.bias)

    def backward(self, grad_y: Array) -> Array:
        """Return grad_x, shape (n, c), for grad_y, shape (n, f)."""
        x, weight = _remembered(self, "_kept")
        grad_y = _shaped(grad_y, (len(x), len(weight)))
        self.grad_weight = grad_y.T @ x
        self.grad_bias = grad_y.sum(axis=0, dtype=grad_y.dtype)
        return np.asarray(grad_y @ weight)


class Conv2d:
    """Convolve images with kernels.

    Args:
        weight: kernels, shape (f, c/groups, kh, kw).
        bias: shape (f,).
        stride, padding, dilation, groups: as in ``conv2d``.
    """

    def __init__(
        self,
        weight: Array,
        bias: Array,
        stride: Pair = 1,
        padding: Padding = 0,
        dilation: Pair = 1,
        groups: int = 1,
    ) -> None:
        self.weight, self.bias = array("weight", weight, "f", "c/groups", "kh", "kw"), array("bias", bias, "f")
        self._settings: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "groups": groups,
        }

    def forward(self, x: Array) -> Array:
        """Return y, shape (n, f, oh, ow), for x, shape (n, c, h, w)."""
        y = conv2d(x, self.weight, self.bias, **self._settings)
        self._kept = np.asarray(x), self.weight
        return y

    def backward(self, grad_y: Array) -> Array:
        """Return grad_x, shape (n, c, h, w), for grad_y, shape (n, f, oh, ow)."""
        x, weight = _remembered(self, "_kept")
        grad_x, self.grad_weight, self.grad_bias = conv2d_backward(grad_y, x, weight, **self._settings)
        return grad_x


class MaxPool2d:
    """Keep the largest number of each window.

    Args:
        kernel_size, stride, padding, dilation, ceil_mode: as in ``max_pool2d``; without ``stride`` the windows lie side
            by side.
    """

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Padding = 0,
        dilation: Pair = 1,
        ceil_mode: bool = False,
    ) -> None:
        self._settings: tuple[Any, ...] = kernel_size, stride, padding, dilation, ceil_mode

    def forward(self, x: Array) -> Array:
        """Return y, shape (n, c, oh, ow), for x, shape (n, c, h, w)."""
        y, argmax = max_pool2d_argmax(x, *self._settings)
        self._kept = argmax, np.shape(x)[2:]
        return y

    def backward(self, grad_y: Array) -> Array:
        """Send each gradient to the pixel that was the largest of its window."""
        argmax, size = _remembered(self, "_kept")
        return argmax_backward(_shaped(grad_y, argmax.shape), argmax, size)


class SoftmaxCrossEntropy:
    """The end of a network: scores and labels go in, one number, the loss, comes out."""

    def forward(self, scores: Array, labels: Array) -> float:
        """Return the loss for scores (n, classes) and labels (n,)."""
        loss = cross_entropy(scores, labels)
        self._kept = scores, labels
        return loss

    def backward(self) -> Array:
        """Return grad_scores, shape (n, classes)."""
        return cross_entropy_backward(*_remembered(self, "_kept"))


def gradient_errors(layer: Layer, x: Array, seed: int = 0, step: float = 1e-5) -> dict[str, float]:
    """Compare what a layer says on the way back with gradients measured by nudging.

    The upstream gradient is random: with ones, whatever sums to 0 or is merely moved about goes unnoticed.

    Args:
        layer: its parameters should be float64.
        x: what goes forward, float64.
        seed: of the upstream gradient.
        step: how far entries are nudged.

    Returns:
        The relative errors of ``"x"`` and, if the layer has them, ``"weight"`` and ``"bias"``; 1e-7 is good,
        1e-3 a bug.
    """
    y = layer.forward(x)
    grad_y = np.random.default_rng(seed).normal(size=y.shape)
    errors = {
        "x": relative_error(layer.backward(grad_y), numerical_gradient(copy.copy(layer).forward, x, grad_y, step))
    }
    for name in "weight", "bias":
        if hasattr(layer, name):
            measured = numerical_gradient(partial(_forward_with, layer, name, x), getattr(layer, name), grad_y, step)
            errors[name] = relative_error(getattr(layer, f"grad_{name}"), measured)
    return errors


def _forward_with(layer: Layer, name: str, x: Array, value: Array) -> Array:
    other = copy.copy(layer)
    setattr(other, name, value)
    return other.forward(x)


def _batch(x: Array) -> Array:
    return array("x", x, "n", *["…"] * (np.ndim(x) - 1))


def _remembered(layer: object, name: str) -> Any:
    if not hasattr(layer, name):
        raise RuntimeError(f"{type(layer).__name__}.backward was called before forward; there is nothing to go back to")
    return getattr(layer, name)


def _shaped(grad_y: Array, shape: tuple[int, ...]) -> Array:
    """Return an upstream gradient as an array, or refuse one that has not the output's shape."""
    grad_y = np.asarray(grad_y)
    if grad_y.shape != shape:
        raise ValueError(f"grad_y has shape {grad_y.shape}, but the output had {shape}; it needs one entry for each")
    return grad_y
