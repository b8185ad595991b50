"""Layers that go forward and back, one tap at a time: no columns, and short to read.

Each has ``forward(x)`` and ``backward(grad_y)``, which returns the gradient of the last ``x`` and leaves those of the
parameters in ``grad_weight`` and ``grad_bias``, replacing older ones. Training replaces ``weight`` and ``bias``.
"""

from collections.abc import Iterator

import numpy as np

from unrolled.given.strides import out_size, pad, pads, two
from unrolled.vocabulary import Array, Padding, Pair

__all__ = ["Conv2d", "Flatten", "Linear", "MaxPool2d", "ReLU", "SoftmaxCrossEntropy"]


class Conv2d:
    """Convolve images (n, c, h, w) with kernels ``weight`` (f, c, kh, kw) and ``bias`` (f,) into (n, f, oh, ow)."""

    def __init__(self, weight: Array, bias: Array, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> None:
        self.weight, self.bias = weight, bias
        self.stride, self.padding, self.dilation = stride, padding, dilation

    def forward(self, x: Array) -> Array:
        size, kernel_size = x.shape[2:], self.weight.shape[2:]
        self._sides = pads(self.padding, size, kernel_size, self.stride, self.dilation)
        self._x, self._kept = pad(x, self._sides), self.weight
        self._out = out_size(size, kernel_size, self.stride, self.padding, self.dilation)
        y = np.zeros((len(x), len(self.weight), *self._out), np.result_type(x, self.weight, self.bias))
        for i, j, place in self._taps():
            y += _channels(self.weight[:, :, i, j], self._x[place])
        y += self.bias[:, None, None]
        return y

    def backward(self, grad_y: Array) -> Array:
        grad_x = np.zeros(self._x.shape, np.result_type(grad_y, self._kept))
        self.grad_weight = np.empty(self._kept.shape, np.result_type(grad_y, self._x))
        self.grad_bias = grad_y.sum(axis=(0, 2, 3), dtype=grad_y.dtype)
        for i, j, place in self._taps():
            self.grad_weight[:, :, i, j] = np.tensordot(grad_y, self._x[place], axes=((0, 2, 3), (0, 2, 3)))
            grad_x[place] += _channels(self._kept[:, :, i, j].T, grad_y)
        return _inner(grad_x, self._sides)

    def _taps(self) -> Iterator[tuple[int, int, tuple[slice, ...]]]:
        return _taps(self._kept.shape[2:], self.stride, self.dilation, self._out)


class MaxPool2d:
    """Keep the largest number of each window; of equal ones, the first gets the gradient."""

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Padding = 0, dilation: Pair = 1) -> None:
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation

    def forward(self, x: Array) -> Array:
        size = x.shape[2:]
        self._sides = pads(self.padding, size, self.kernel_size, self.stride, self.dilation)
        self._x = pad(x, self._sides, -np.inf) if np.any(self._sides) else x.copy()
        self._out = out_size(size, self.kernel_size, self.stride, self.padding, self.dilation)
        self._y = np.full((*x.shape[:2], *self._out), -np.inf, x.dtype)
        for _, _, place in self._taps():
            np.maximum(self._y, self._x[place], out=self._y)
        return self._y.copy()

    def backward(self, grad_y: Array) -> Array:
        grad_x, waiting = np.zeros(self._x.shape, grad_y.dtype), np.ones(self._y.shape, bool)
        for _, _, place in self._taps():
            here = waiting & (self._x[place] == self._y)
            grad_x[place] += np.where(here, grad_y, grad_y.dtype.type(0))
            waiting &= ~here
        return _inner(grad_x, self._sides)

    def _taps(self) -> Iterator[tuple[int, int, tuple[slice, ...]]]:
        return _taps(two(self.kernel_size), self.stride, self.dilation, self._out)


class ReLU:
    """Let positive numbers pass, and turn the others into 0."""

    def forward(self, x: Array) -> Array:
        self._passed = x > 0
        return x * self._passed

    def backward(self, grad_y: Array) -> Array:
        return grad_y * self._passed


class Flatten:
    """Write everything that belongs to one image into one row: (n, …) becomes (n, numbers per image)."""

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        return x.reshape(len(x), -1).copy()

    def backward(self, grad_y: Array) -> Array:
        return grad_y.reshape(self._shape).copy()


class Linear:
    """Multiply each row of x (n, c) with ``weight`` (f, c), add ``bias`` (f,): y (n, f)."""

    def __init__(self, weight: Array, bias: Array) -> None:
        self.weight, self.bias = weight, bias

    def forward(self, x: Array) -> Array:
        self._x, self._kept = x, self.weight
        y: Array = np.einsum("nc,fc->nf", x, self.weight) + self.bias
        return y

    def backward(self, grad_y: Array) -> Array:
        self.grad_weight = np.einsum("nf,nc->fc", grad_y, self._x)
        self.grad_bias = np.einsum("nf->f", grad_y)
        grad_x: Array = np.einsum("nf,fc->nc", grad_y, self._kept)
        return grad_x


class SoftmaxCrossEntropy:
    """The end of a network: scores (n, classes) and labels (n,) go in, the mean loss comes out."""

    def forward(self, scores: Array, labels: Array) -> float:
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        sums = powers.sum(axis=1, keepdims=True)
        truth = np.eye(scores.shape[1], dtype=scores.dtype)[labels]
        self._grad: Array = (powers / sums - truth) / scores.dtype.type(len(scores))
        largest = scores.max(axis=1)
        return float(np.mean(np.log(sums[:, 0]) + largest - (scores * truth).sum(axis=1)))

    def backward(self) -> Array:
        return self._grad.copy()


def _taps(
    kernel_size: tuple[int, ...], stride: Pair, dilation: Pair, out: tuple[int, int]
) -> Iterator[tuple[int, int, tuple[slice, ...]]]:
    """Yield every tap with the part of the padded images that it reads."""
    (sy, sx), (dy, dx), (oh, ow) = two(stride), two(dilation), out
    for i, j in np.ndindex(*kernel_size):
        rows = slice(i * dy, i * dy + sy * (oh - 1) + 1, sy)
        yield i, j, (slice(None), slice(None), rows, slice(j * dx, j * dx + sx * (ow - 1) + 1, sx))


def _channels(matrix: Array, x: Array) -> Array:
    """Mix the channels of images (n, c, h, w) by a matrix (f, c)."""
    n, c, h, w = x.shape
    mixed: Array = (matrix @ x.reshape(n, c, h * w)).reshape(n, len(matrix), h, w)
    return mixed


def _inner(x: Array, sides: tuple[tuple[int, int], tuple[int, int]]) -> Array:
    (top, bottom), (left, right) = sides
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right].copy()
