"""Convolution written once, for arrays on either side: NumPy's on the host, CuPy's on a GPU.

``xp`` is CuPy where there is one, else :mod:`unrolled.device`'s strict stand-in for it. Every function asks
:func:`unrolled.device.get_array_module` for the module of the array that it is given, makes new arrays with that, and
returns its result on the same side. Names of axes and the meaning of ``stride``, ``padding`` and ``dilation`` are those
of :mod:`solutions.strides`; sizes are worked out by the host from shapes, which costs no transfer. dtypes are kept, and
arguments are left as they were. :mod:`solutions.device_times` holds what this chapter says about time.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from solutions.arguments import Array, Padding, Pair, pair
from solutions.strides import out_size, pads
from unrolled.device import asnumpy, get_array_module, scatter_add, xp

__all__ = [
    "Conv2d",
    "col2im_gather",
    "col2im_scatter",
    "fused",
    "im2col",
    "scaled_relu",
    "sides",
    "standardised",
]


def sides() -> Array:
    """Say where eight expressions lie: 0 on the host, 1 on the device, 2 nowhere, for they raise TypeError."""
    a = np.array([1.0, 2.0, 3.0])
    d = xp.asarray(a)
    expressions: list[Callable[[], Any]] = [
        d.sum,
        lambda: asnumpy(d) + a,
        lambda: a + d,
        lambda: np.tanh(d),
        lambda: xp.zeros(3) + 1,
        lambda: float(d.sum()),
        lambda: np.asarray(d),
        lambda: d * 2.0,
    ]
    return np.array([_side(expression) for expression in expressions])


def standardised(x: Array, eps: float = 1e-5) -> Array:
    """Shift and scale every channel to mean 0 and variance 1, over all images and pixels.

    Args:
        x: images, shape (n, c, h, w), on either side.
        eps: added to the variance, so that a channel without any is not divided by 0.

    Returns:
        (x - mean) / sqrt(variance + eps), shape (n, c, h, w), dtype of ``x``, on the side of ``x``.
    """
    module = get_array_module(x)
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    variance = x.var(axis=(0, 2, 3), keepdims=True)
    made: Array = (x - mean) / module.sqrt(variance + eps)
    return made


def im2col(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy every window of every image into columns, on the side where the images lie.

    Args:
        x: images, shape (n, c, h, w), on either side.
        kernel_size, stride, padding, dilation: as ever.

    Returns:
        Columns, shape (n, c, kh, kw, oh, ow), dtype of ``x``, on the side of ``x``; a fresh array.

    Raises:
        ValueError, TypeError: if no window fits, or an argument is out of range.
    """
    module = get_array_module(x)
    (kh, kw), (sy, sx), (dy, dx) = pair("kernel_size", kernel_size), pair("stride", stride), pair("dilation", dilation)
    border = pads(padding, x.shape[2:], (kh, kw), (sy, sx), (dy, dx))
    oh, ow = out_size(x.shape[2:], (kh, kw), (sy, sx), border, (dy, dx))
    x = module.pad(x, ((0, 0), (0, 0), *border))
    cols: Array = module.empty((*x.shape[:2], kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):  # one kernel for each tap: kh·kw launches, however large the images are
            cols[:, :, i, j] = x[:, :, i * dy : i * dy + sy * oh : sy, j * dx : j * dx + sx * ow : sx]
    return cols


def col2im_scatter(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Send every column entry back to its pixel, all at once: entries that meet are added up by ``scatter_add``.

    Args:
        cols: columns, shape (n, c, kh, kw, oh, ow), on either side. On a GPU, of a dtype that CUDA adds atomically:
            floating point, int32, uint32 or uint64.
        size: (h, w) of the images, without padding.
        stride, padding, dilation: those that the columns were made with.

    Returns:
        Images, shape (n, c, h, w), dtype of ``cols``, on the side of ``cols``. On a GPU the order of the additions,
        and with it the last digits, may differ from call to call.
    """
    module = get_array_module(cols)
    (n, c, kh, kw, oh, ow), (h, w) = cols.shape, pair("size", size)
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    (top, bottom), (left, right) = pads(padding, (h, w), (kh, kw), (sy, sx), (dy, dx))
    height, width = top + h + bottom, left + w + right
    row = dy * module.arange(kh).reshape(kh, 1, 1, 1) + sy * module.arange(oh).reshape(oh, 1)
    column = dx * module.arange(kw).reshape(kw, 1, 1) + sx * module.arange(ow)
    place = (row * width + column).reshape(-1)  # of each entry, in the padded image, flattened
    x = module.zeros((n * c, height * width), cols.dtype)
    add: Any = np.add.at if module is np else scatter_add
    add(x, (slice(None), place), cols.reshape(n * c, -1))
    padded: Array = x.reshape(n, c, height, width)
    return padded[:, :, top : top + h, left : left + w].copy()


def col2im_gather(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Let every pixel fetch its column entries, one for each tap that reads it: nothing is written twice.

    Args:
        cols: columns, shape (n, c, kh, kw, oh, ow), on either side, of any dtype.
        size: (h, w) of the images, without padding.
        stride, padding, dilation: those that the columns were made with.

    Returns:
        Images, shape (n, c, h, w), dtype of ``cols``, on the side of ``cols``; the same bits in every call.
    """
    module = get_array_module(cols)
    (n, c, kh, kw, oh, ow), (h, w) = cols.shape, pair("size", size)
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    (top, _), (left, _) = pads(padding, (h, w), (kh, kw), (sy, sx), (dy, dx))
    x: Array = module.zeros((n, c, h, w), cols.dtype)
    nothing = module.zeros((), cols.dtype)
    for i in range(kh):
        p, in_p = _window_of(module, h, top - i * dy, sy, oh)
        for j in range(kw):
            q, in_q = _window_of(module, w, left - j * dx, sx, ow)
            fetched = cols[:, :, i, j][:, :, p[:, None], q]
            x += module.where(in_p[:, None] & in_q, fetched, nothing)
    return x


class Conv2d:
    """A convolution that goes where its images lie: its parameters follow them, once.

    Attributes:
        weight: kernels (f, c, kh, kw), and ``bias`` (f,), on the side of the last images.
        grad_weight: gradient of the last ``backward``, and ``grad_bias``, on the same side.
    """

    def __init__(self, weight: Array, bias: Array, stride: Pair = 1) -> None:
        self.weight, self.bias, self.stride = weight, bias, stride

    def forward(self, x: Array) -> Array:
        """Return y, shape (n, f, oh, ow), for x, shape (n, c, h, w), on the side of x."""
        if get_array_module(self.weight) is not get_array_module(x):
            bring = asnumpy if get_array_module(x) is np else xp.asarray
            self.weight, self.bias = bring(self.weight), bring(self.bias)
        f, _, kh, kw = self.weight.shape
        self._size = x.shape[2:]
        self._cols = im2col(x, (kh, kw), self.stride)  # (n, c, kh, kw, oh, ow)
        n, oh, ow = len(x), *self._cols.shape[4:]
        rows = self.weight.reshape(f, -1) @ self._cols.reshape(n, -1, oh * ow)  # (n, f, oh·ow)
        y: Array = rows + self.bias[:, None]
        return y.reshape(n, f, oh, ow)

    def backward(self, grad_y: Array) -> Array:
        """Return grad_x, shape (n, c, h, w), for grad_y, shape (n, f, oh, ow), of the last forward pass."""
        n, f = grad_y.shape[:2]
        rows = grad_y.reshape(n, f, -1)  # (n, f, oh·ow)
        matrix = self._cols.reshape(n, -1, rows.shape[2])  # (n, c·kh·kw, oh·ow)
        self.grad_weight = (rows @ matrix.swapaxes(1, 2)).sum(axis=0).reshape(self.weight.shape)
        self.grad_bias = grad_y.sum(axis=(0, 2, 3))
        grad_cols = self.weight.reshape(f, -1).T @ rows  # (n, c·kh·kw, oh·ow)
        return col2im_gather(grad_cols.reshape(self._cols.shape), self._size, self.stride)


def scaled_relu(x: Array, scale: float, shift: float) -> Array:
    """Return max(scale·x + shift, 0), on the side of ``x``: a kernel for each of the three operations.

    Args:
        x: of any shape and floating dtype, which is kept.
        scale, shift: numbers.
    """
    made: Array = get_array_module(x).maximum(x * scale + shift, 0)
    return made


def fused(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make one kernel of an elementwise function, by ``cupy.fuse``, where there is a GPU; else leave it as it is.

    The function has a name, which the kernel gets (a lambda has none), and uses operators and CuPy's functions only.
    Keep what is returned: each call of ``fused`` compiles anew.
    """
    fuse = getattr(xp, "fuse", None)  # the stand-in has none
    return fuse(function) if fuse else function


def _side(expression: Callable[[], Any]) -> int:
    try:
        return int(get_array_module(expression()) is not np)
    except TypeError:
        return 2


def _window_of(module: Any, length: int, offset: int, stride: int, windows: int) -> tuple[Any, Any]:
    """Say for each place of an axis which window reads it with one tap, and whether there is one (else window 0)."""
    start = module.arange(length) + offset  # where that window would have to start
    window = start // stride
    there = (start >= 0) & (start % stride == 0) & (window < windows)
    return window * there, there
