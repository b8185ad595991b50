"""Wrong answers to the questions of ``cupy_arrays`` about arrays."""

import numpy as np

from solutions.cupy_arrays import Conv2d
from solutions.strides import out_size, pads
from unrolled.device import asnumpy, get_array_module, scatter_add, xp

# standardised


def _standardised(x, eps, axes, module):
    mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / module.sqrt(variance + eps)


def standardised_at_home(x, eps=1e-5):
    return _standardised(asnumpy(x), eps, (0, 2, 3), np)


def standardised_away(x, eps=1e-5):
    return _standardised(xp.asarray(x), eps, (0, 2, 3), xp)


def standardised_by_hidden_copy(x, eps=1e-5):
    return _standardised(np.asarray(x), eps, (0, 2, 3), np)


def standardised_each_image(x, eps=1e-5):
    return _standardised(x, eps, (2, 3), get_array_module(x))


def standardised_all_channels(x, eps=1e-5):
    return _standardised(x, eps, None, get_array_module(x))


def standardised_eps_outside(x, eps=1e-5):
    axes = (0, 2, 3)
    spread = get_array_module(x).sqrt(x.var(axis=axes, keepdims=True))
    return (x - x.mean(axis=axes, keepdims=True)) / (spread + eps)


def standardised_without_root(x, eps=1e-5):
    axes = (0, 2, 3)
    return (x - x.mean(axis=axes, keepdims=True)) / (x.var(axis=axes, keepdims=True) + eps)


# im2col


def _columns(module, make, x, kernel_size, stride, padding, dilation, order=1):
    (kh, kw), (sy, sx), (dy, dx) = kernel_size, stride, dilation
    padding = pads(padding, x.shape[2:], kernel_size, stride, dilation)[::order]
    size = (x.shape[2] + sum(padding[0]), x.shape[3] + sum(padding[1]))
    oh, ow = out_size(size, kernel_size, stride, 0, dilation)
    x = module.pad(x, ((0, 0), (0, 0), *padding))
    cols = make((*x.shape[:2], kh, kw, oh, ow))
    for i in range(kh):
        for j in range(kw):
            cols[:, :, i, j] = x[:, :, i * dy : i * dy + sy * oh : sy, j * dx : j * dx + sx * ow : sx]
    return cols


def im2col_array_of_numpy(x, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    module = get_array_module(x)
    make = lambda shape: np.empty(shape, x.dtype)  # noqa: E731
    return _columns(module, make, x, kernel_size, stride, padding, dilation)


def im2col_always_away(x, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    x = xp.asarray(x)
    make = lambda shape: xp.empty(shape, x.dtype)  # noqa: E731
    return _columns(xp, make, x, kernel_size, stride, padding, dilation)


def im2col_float64(x, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    module = get_array_module(x)
    return _columns(module, module.empty, x, kernel_size, stride, padding, dilation)


def im2col_stride_crossed(x, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    module, like = get_array_module(x), x.dtype
    make = lambda shape: module.empty(shape, like)  # noqa: E731
    return _columns(module, make, x, kernel_size, stride[::-1], padding, dilation)


def im2col_padding_swapped(x, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    module, like = get_array_module(x), x.dtype
    make = lambda shape: module.empty(shape, like)  # noqa: E731
    return _columns(module, make, x, kernel_size, stride, padding, dilation, -1)


def im2col_first_windows(x, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    """The right number of windows, but all beside each other."""
    module, like = get_array_module(x), x.dtype
    (kh, kw), (dy, dx), border = kernel_size, dilation, pads(padding, x.shape[2:], kernel_size, stride, dilation)
    oh, ow = out_size(x.shape[2:], kernel_size, stride, border, dilation)
    x = module.pad(x, ((0, 0), (0, 0), *border))
    cols = module.empty((*x.shape[:2], kh, kw, oh, ow), like)
    for i in range(kh):
        for j in range(kw):
            cols[:, :, i, j] = x[:, :, i * dy : i * dy + oh, j * dx : j * dx + ow]
    return cols


def im2col_without_dilation(x, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    module, like = get_array_module(x), x.dtype
    make = lambda shape: module.empty(shape, like)  # noqa: E731
    return _columns(module, make, x, kernel_size, stride, padding, (1, 1))


# col2im, by scatter


def _places(cols, size, stride, padding, dilation):
    """Row and column of each entry in the padded image, the sides of the padding, and its height and width."""
    module, (kh, kw, oh, ow) = get_array_module(cols), cols.shape[2:]
    (sy, sx), (dy, dx) = stride, dilation
    sides = pads(padding, size, (kh, kw), stride, dilation)
    row = dy * module.arange(kh).reshape(kh, 1, 1, 1) + sy * module.arange(oh).reshape(oh, 1)
    column = dx * module.arange(kw).reshape(kw, 1, 1) + sx * module.arange(ow)
    return row, column, sides, (size[0] + sum(sides[0]), size[1] + sum(sides[1]))


def _scattered(cols, place, shape, dtype):
    module, (n, c) = get_array_module(cols), cols.shape[:2]
    x = module.zeros((n * c, shape[0] * shape[1]), dtype)
    add = np.add.at if module is np else scatter_add
    add(x, (slice(None), place.reshape(-1)), cols.reshape(n * c, -1).astype(dtype))
    return x.reshape(n, c, *shape)


def _inside(x, size, sides):
    (top, _), (left, _) = sides
    return x[:, :, top : top + size[0], left : left + size[1]].copy()


def scatter_named_once(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    module, (n, c) = get_array_module(cols), cols.shape[:2]
    row, column, sides, (height, width) = _places(cols, size, stride, padding, dilation)
    x = module.zeros((n * c, height * width), cols.dtype)
    x[:, (row * width + column).reshape(-1)] += cols.reshape(n * c, -1)
    return _inside(x.reshape(n, c, height, width), size, sides)


def scatter_by_numpy(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    n, c = cols.shape[:2]
    row, column, sides, (height, width) = _places(cols, size, stride, padding, dilation)
    x = np.zeros((n * c, height * width), cols.dtype)
    np.add.at(x, (slice(None), (row * width + column).reshape(-1)), cols.reshape(n * c, -1))
    return _inside(x.reshape(n, c, height, width), size, sides)


def scatter_float64(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    row, column, sides, shape = _places(cols, size, stride, padding, dilation)
    return _inside(_scattered(cols, row * shape[1] + column, shape, "f8"), size, sides)


def scatter_narrow(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    row, column, sides, shape = _places(cols, size, stride, padding, dilation)
    return _inside(_scattered(cols, row * size[1] + column, shape, cols.dtype), size, sides)


def scatter_padding_kept(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    row, column, _, shape = _places(cols, size, stride, padding, dilation)
    return _scattered(cols, row * shape[1] + column, shape, cols.dtype)


def scatter_corner(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    row, column, _, shape = _places(cols, size, stride, padding, dilation)
    x = _scattered(cols, row * shape[1] + column, shape, cols.dtype)
    return x[:, :, : size[0], : size[1]].copy()


# col2im, by gather


def _gathered(cols, size, window, dtype=None):
    """``window(start, stride, windows)`` says which window reads a place with a tap, and whether one does."""

    def gather(stride, padding, dilation, sign=1):
        module, (n, c, kh, kw, oh, ow) = get_array_module(cols), cols.shape
        (sy, sx), (dy, dx) = stride, dilation
        (top, _), (left, _) = pads(padding, size, (kh, kw), stride, dilation)
        x = module.zeros((n, c, *size), dtype or cols.dtype)
        for i in range(kh):
            p, in_p = window(module.arange(size[0]) + sign * top - i * dy, sy, oh)
            for j in range(kw):
                q, in_q = window(module.arange(size[1]) + sign * left - j * dx, sx, ow)
                x += cols[:, :, i, j][:, :, p[:, None], q] * (in_p[:, None] & in_q)
        return x

    return gather


def _right_window(start, stride, windows):
    there = (start >= 0) & (start % stride == 0) & (start // stride < windows)
    return (start // stride) * there, there


def _any_remainder(start, stride, windows):
    there = (start >= 0) & (start // stride < windows)
    return (start // stride) * there, there


def _beyond_the_last(start, stride, windows):
    there = (start >= 0) & (start % stride == 0)
    return (start // stride).clip(0, windows - 1), there


def _before_the_first(start, stride, windows):
    there = (start % stride == 0) & (start // stride < windows)
    return (start // stride).clip(0, windows - 1), there


def gather_any_remainder(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _gathered(cols, size, _any_remainder)(stride, padding, dilation)


def gather_beyond_the_last(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _gathered(cols, size, _beyond_the_last)(stride, padding, dilation)


def gather_before_the_first(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _gathered(cols, size, _before_the_first)(stride, padding, dilation)


def gather_padding_sign(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _gathered(cols, size, _right_window)(stride, padding, dilation, -1)


def gather_without_dilation(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _gathered(cols, size, _right_window)(stride, padding, (1, 1))


def gather_float64(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _gathered(cols, size, _right_window, "f8")(stride, padding, dilation)


# Conv2d


class Conv2dAtHome(Conv2d):
    def forward(self, x):
        return super().forward(asnumpy(x))

    def backward(self, grad_y):
        return super().backward(asnumpy(grad_y))


class Conv2dStaying(Conv2d):
    """Its parameters never move."""

    def forward(self, x):
        if get_array_module(x) is not get_array_module(self.weight):
            raise TypeError("Unsupported type")
        return super().forward(x)


class Conv2dGradientsAtHome(Conv2d):
    def backward(self, grad_y):
        grad_x = super().backward(grad_y)
        self.grad_weight, self.grad_bias = asnumpy(self.grad_weight), asnumpy(self.grad_bias)
        return grad_x


class Conv2dMeanOfImages(Conv2d):
    def backward(self, grad_y):
        grad_x = super().backward(grad_y)
        self.grad_weight = self.grad_weight / len(grad_y)
        return grad_x


class Conv2dUnstrided(Conv2d):
    """Steps back as if the stride were 1."""

    def backward(self, grad_y):
        grad_x = super().backward(grad_y)
        sy, sx = self.stride if isinstance(self.stride, tuple) else (self.stride, self.stride)
        kh, kw = self.weight.shape[2:]
        oh, ow = grad_y.shape[2:]
        squeezed = grad_x * 0
        f = len(self.weight)
        grad_cols = (self.weight.reshape(f, -1).T @ grad_y.reshape(*grad_y.shape[:2], -1)).reshape(self._cols.shape)
        for i in range(kh):
            for j in range(kw):
                squeezed[:, :, i : i + oh, j : j + ow] += grad_cols[:, :, i, j]
        return squeezed if (sy, sx) != (1, 1) else grad_x


class Conv2dBiasOfPixels(Conv2d):
    def backward(self, grad_y):
        grad_x = super().backward(grad_y)
        self.grad_bias = grad_y.mean(axis=(2, 3)).sum(axis=0)
        return grad_x
