"""Other people's ways to convolve, in the form in which they are published, to compare with.

All take ``x`` (n, c, h, w), ``weight`` (f, c, kh, kw), one stride and one padding.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import numba
import numpy as np
import scipy.signal
import torch

from benchmarks.timing import milliseconds
from solutions.arguments import Array
from solutions.strides import out_size, pad

torch.set_num_threads(1)


def out_of(x: Array, weight: Array, stride: int, padding: int) -> tuple[int, int]:
    """Return (oh, ow)."""
    return out_size(x.shape[2:], weight.shape[2:], stride, padding)


def six_loops(x: Array, weight: Array, stride: int, padding: int, seconds: float = 0.5) -> float:
    """Return the milliseconds that nested loops over single numbers would take, from a part of the output."""
    padded, (f, c, kh, kw), (oh, ow) = pad(x, padding), weight.shape, out_of(x, weight, stride, padding)

    def one_output(p: int, q: int) -> Any:
        total = 0.0
        for i in range(kh):
            for j in range(kw):
                for k in range(c):
                    total += padded[0, k, p * stride + i, q * stride + j] * weight[0, k, i, j]
        return total

    return _extrapolated(lambda m: one_output(m % oh, m % ow), len(x) * f * oh * ow, seconds)


def scipy_correlate(x: Array, weight: Array, stride: int, padding: int, seconds: float = 0.5) -> float:
    """Return the milliseconds of ``scipy.signal.correlate`` for each image and filter, from some of them."""
    padded, pairs = pad(x, padding), list(product(range(len(x)), range(len(weight))))

    def one_pair(m: int) -> Any:
        image, filter_ = pairs[m % len(pairs)]
        return scipy.signal.correlate(padded[image], weight[filter_], mode="valid")[0, ::stride, ::stride]

    return _extrapolated(one_pair, len(pairs), seconds)


def _extrapolated(part: Callable[[int], object], parts: int, seconds: float) -> float:
    part(0)
    done, spent = 0, 0.0
    while spent < 1000 * seconds and done < parts:
        spent += milliseconds(lambda: part(done))  # noqa: B023 - called before `done` changes
        done += 1
    return spent / done * parts


def tap_columns(x: Array, kernel_size: tuple[int, int], stride: int, padding: int, out: tuple[int, int]) -> Array:
    """Return im2col by a loop over taps, as in "Deep Learning from Scratch": rows are windows."""
    (kh, kw), (oh, ow), padded = kernel_size, out, pad(x, padding)
    cols = np.zeros((*x.shape[:2], kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[:, :, i, j] = padded[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride]
    rows: Array = cols.transpose(0, 4, 5, 1, 2, 3)
    return rows.reshape(len(x) * oh * ow, -1)


def tap_images(rows: Array, x: Array, kernel_size: tuple[int, int], stride: int, padding: int) -> Array:
    """Return col2im by a loop over taps, from rows that are windows."""
    (kh, kw), (n, c, h, w) = kernel_size, x.shape
    oh, ow = out_size((h, w), kernel_size, stride, padding)
    cols = rows.reshape(n, oh, ow, c, kh, kw).transpose(0, 3, 4, 5, 1, 2)
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), rows.dtype)
    for i in range(kh):
        for j in range(kw):
            padded[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride] += cols[:, :, i, j]
    return padded[:, :, padding : padding + h, padding : padding + w]


def tap_forward(x: Array, weight: Array, stride: int, padding: int) -> Array:
    """Convolve as "Deep Learning from Scratch" does."""
    oh, ow = out_of(x, weight, stride, padding)
    rows = tap_columns(x, weight.shape[2:], stride, padding, (oh, ow))
    y: Array = rows @ weight.reshape(len(weight), -1).T
    return y.reshape(len(x), oh, ow, -1).transpose(0, 3, 1, 2)


def tap_backward(grad_y: Array, x: Array, weight: Array, stride: int, padding: int) -> tuple[Array, Array, Array]:
    """Go back as "Deep Learning from Scratch" does; the columns are made again, as in all versions here."""
    f = len(weight)
    rows = tap_columns(x, weight.shape[2:], stride, padding, grad_y.shape[2:])
    up = grad_y.transpose(0, 2, 3, 1).reshape(-1, f)
    grad_weight = (rows.T @ up).T.reshape(weight.shape)
    grad_x = tap_images(up @ weight.reshape(f, -1), x, weight.shape[2:], stride, padding)
    return grad_x, grad_weight, up.sum(axis=0)


def index_arrays(x: Array, weight: Array, stride: int, padding: int) -> tuple[Array, Array, Array]:
    """Return CS231n's (k, i, j): channel, row and column of every column entry."""
    (_, c, kh, kw), (oh, ow) = weight.shape, out_of(x, weight, stride, padding)
    i = np.tile(np.repeat(np.arange(kh), kw), c)[:, np.newaxis] + stride * np.repeat(np.arange(oh), ow)
    j = np.tile(np.arange(kw), kh * c)[:, np.newaxis] + stride * np.tile(np.arange(ow), oh)
    return np.repeat(np.arange(c), kh * kw)[:, np.newaxis], i, j


def index_columns(x: Array, weight: Array, stride: int, padding: int) -> Array:
    """Return CS231n's im2col: the batch last."""
    k, i, j = index_arrays(x, weight, stride, padding)
    cols: Array = pad(x, padding)[:, k, i, j].transpose(1, 2, 0)
    return cols.reshape(len(k), -1)


def index_images(cols: Array, x: Array, weight: Array, stride: int, padding: int) -> Array:
    """Return CS231n's col2im, with ``np.add.at``."""
    n, c, h, w = x.shape
    k, i, j = index_arrays(x, weight, stride, padding)
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), cols.dtype)
    places: Any = (slice(None), k, i, j)
    np.add.at(padded, places, cols.reshape(len(k), -1, n).transpose(2, 0, 1))
    return padded[:, :, padding : padding + h, padding : padding + w]


def index_forward(x: Array, weight: Array, stride: int, padding: int) -> Array:
    """Convolve as CS231n does."""
    f, (oh, ow) = len(weight), out_of(x, weight, stride, padding)
    y: Array = weight.reshape(f, -1) @ index_columns(x, weight, stride, padding)
    return y.reshape(f, oh, ow, len(x)).transpose(3, 0, 1, 2)


def index_backward(grad_y: Array, x: Array, weight: Array, stride: int, padding: int) -> tuple[Array, Array, Array]:
    """Go back as CS231n does; the columns are made again, as in all versions here."""
    f = len(weight)
    up = grad_y.transpose(1, 2, 3, 0).reshape(f, -1)
    grad_weight = (up @ index_columns(x, weight, stride, padding).T).reshape(weight.shape)
    grad_x = index_images(weight.reshape(f, -1).T @ up, x, weight, stride, padding)
    return grad_x, grad_weight, up.sum(axis=1)


def torch_forward(x: Array, weight: Array, stride: int, padding: int) -> torch.Tensor:
    """Convolve with PyTorch."""
    return torch.nn.functional.conv2d(torch.from_numpy(x), torch.from_numpy(weight), None, stride, padding)


def torch_backward(grad_y: Array, x: Array, weight: Array, stride: int, padding: int) -> tuple[torch.Tensor, ...]:
    """Go back with PyTorch, without what autograd needs around it."""
    tensors = [torch.from_numpy(array) for array in (grad_y, x, weight)]
    setting = [len(weight)], [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, [True, True, True]
    return tuple(torch.ops.aten.convolution_backward(*tensors, *setting))


def _loops(x: Array, weight: Array, stride: int, y: Array) -> None:
    """Add the convolution of padded images to ``y``; the innermost loop runs along a row, for the compiler's sake."""
    (n, f, oh, ow), (_, c, kh, kw) = y.shape, weight.shape
    for k in range(n):
        for m in range(f):
            for ch in range(c):
                for p in range(oh):
                    for i in range(kh):
                        for j in range(kw):
                            tap = weight[m, ch, i, j]
                            for q in range(ow):
                                y[k, m, p, q] += tap * x[k, ch, p * stride + i, q * stride + j]


def _loops_back(grad_y: Array, x: Array, weight: Array, stride: int, grads: tuple[Array, Array]) -> None:
    """Add to the gradients of padded images and of the kernels."""
    (n, f, oh, ow), (_, c, kh, kw), (grad_x, grad_weight) = grad_y.shape, weight.shape, grads
    for k in range(n):
        for m in range(f):
            for ch in range(c):
                for p in range(oh):
                    for i in range(kh):
                        for j in range(kw):
                            tap = weight[m, ch, i, j]
                            total = tap * 0
                            for q in range(ow):
                                up = grad_y[k, m, p, q]
                                grad_x[k, ch, p * stride + i, q * stride + j] += tap * up
                                total += up * x[k, ch, p * stride + i, q * stride + j]
                            grad_weight[m, ch, i, j] += total


compiled_loops = numba.njit(fastmath=True)(_loops)
compiled_loops_back = numba.njit(fastmath=True)(_loops_back)


def numba_forward(x: Array, weight: Array, stride: int, padding: int) -> Array:
    """Convolve with compiled loops."""
    y = np.zeros((len(x), len(weight), *out_of(x, weight, stride, padding)), x.dtype)
    compiled_loops(pad(x, padding), weight, stride, y)
    return y


def numba_backward(grad_y: Array, x: Array, weight: Array, stride: int, padding: int) -> tuple[Array, Array, Array]:
    """Go back with compiled loops."""
    padded, (h, w), grad_weight = pad(x, padding), x.shape[2:], np.zeros_like(weight)
    grad_padded = np.zeros_like(padded)
    compiled_loops_back(grad_y, padded, weight, stride, (grad_padded, grad_weight))
    grad_x = grad_padded[:, :, padding : padding + h, padding : padding + w]
    return grad_x, grad_weight, grad_y.sum(axis=(0, 2, 3))
