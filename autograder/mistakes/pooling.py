"""Wrong answers to the questions of ``pooling``, each as somebody might really write it."""

import numpy as np

from unrolled.given.strides import im2col

# pool_by_reshape


def tiles_axes_crossed(x, k):
    n, c, h, w = x.shape
    return x.reshape(n, c, k, h // k, k, w // k).max(axis=(2, 4))


def tiles_over_tiles(x, k):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // k, k, w // k, k).max(axis=(2, 4))


def tiles_axes_exchanged(x, k):
    n, c, h, w = x.shape
    return x.reshape(n, c, k, h // k, k, w // k).max(axis=(3, 5))


def tiles_as_runs(x, k):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // k, w // k, k * k).max(axis=-1)


def tiles_corner(x, k):
    return x[:, :, ::k, ::k].copy()


# pooled_size


def _size(size, kernel_size, stride, padding, dilation, further):
    stride = kernel_size if stride is None else stride
    out = []
    for axis in range(2):
        before, after = padding[axis] if padding else (0, 0)
        slack = size[axis] + before + after - dilation[axis] * (kernel_size[axis] - 1) - 1
        count = slack // stride[axis] + 1
        out.append(count + further(slack % stride[axis], stride[axis] * count, size[axis], before, after))
    return tuple(out)


def size_every_tail(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    return _size(size, kernel_size, stride, padding, dilation, lambda tail, *_: ceil_mode and tail > 0)


def size_in_padding(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def further(tail, start, length, before, after):
        return ceil_mode and tail > 0 and start < before + length + after

    return _size(size, kernel_size, stride, padding, dilation, further)


def size_without_front(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def further(tail, start, length, before, after):
        return ceil_mode and tail > 0 and start < length

    return _size(size, kernel_size, stride, padding, dilation, further)


def size_always_ceil(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def further(tail, start, length, before, after):
        return tail > 0 and start < before + length

    return _size(size, kernel_size, stride, padding, dilation, further)


def size_one_more(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    return _size(size, kernel_size, stride, padding, dilation, lambda *_: int(ceil_mode))


def size_floor_only(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    return _size(size, kernel_size, stride, padding, dilation, lambda *_: 0)


def size_start_only(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def further(tail, start, length, before, after):
        return ceil_mode and start < before + length

    return _size(size, kernel_size, stride, padding, dilation, further)


def size_all_starts(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    steps = kernel_size if stride is None else stride
    down = _size(size, kernel_size, stride, padding, dilation, lambda *_: 0)
    if not ceil_mode:
        return down
    ends = [length + (padding[axis][0] if padding else 0) for axis, length in enumerate(size)]
    return tuple(max(count, len(range(0, end, step))) for count, end, step in zip(down, ends, steps, strict=True))


def size_padding_left_out(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def further(tail, start, length, before, after):
        return ceil_mode and tail > 0 and start < length

    return _size(size, kernel_size, stride, 0, dilation, further)


def size_stride_one(size, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def further(tail, start, length, before, after):
        return ceil_mode and tail > 0 and start < before + length

    return _size(size, kernel_size, (1, 1) if stride is None else stride, padding, dilation, further)


# max_pool2d: one more border for the windows that hang over, and what goes into the border


def bordered(x, kernel_size, stride, padding, dilation, ceil_mode, value, further=size_always_ceil):
    """Not a mistake: surround the image by what its windows reach; also return the stride that is meant."""
    stride = kernel_size if stride is None else stride
    size = x.shape[2:]
    counts = (further if ceil_mode else size_every_tail)(size, kernel_size, stride, padding, dilation, ceil_mode)
    sides = []
    for axis in range(2):
        before, after = padding[axis] if padding else (0, 0)
        end = stride[axis] * (counts[axis] - 1) + dilation[axis] * (kernel_size[axis] - 1) + 1
        sides.append((before, max(after, end - before - size[axis])))
    return np.pad(x, ((0, 0), (0, 0), *sides), constant_values=value), stride


def _lowest_of(x):
    return -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min


def max_border_of_zeros(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, stride = bordered(x, kernel_size, stride, padding, dilation, ceil_mode, 0)
    return im2col(padded, kernel_size, stride, 0, dilation).max(axis=(2, 3))


def max_border_of_99(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, stride = bordered(x, kernel_size, stride, padding, dilation, ceil_mode, -99)
    return im2col(padded, kernel_size, stride, 0, dilation).max(axis=(2, 3))


def max_border_of_smallest_pixel(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, stride = bordered(x, kernel_size, stride, padding, dilation, ceil_mode, x.min())
    return im2col(padded, kernel_size, stride, 0, dilation).max(axis=(2, 3))


def max_border_finite(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    value = np.finfo(x.dtype).min if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    padded, stride = bordered(x, kernel_size, stride, padding, dilation, ceil_mode, value)
    return im2col(padded, kernel_size, stride, 0, dilation).max(axis=(2, 3))


def max_float64(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, stride = bordered(x.astype(float), kernel_size, stride, padding, dilation, ceil_mode, -np.inf)
    return im2col(padded, kernel_size, stride, 0, dilation).max(axis=(2, 3))


def max_through_float(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    return max_float64(x, kernel_size, stride, padding, dilation, ceil_mode).astype(x.dtype)


def max_floor_only(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, stride = bordered(x, kernel_size, stride, padding, dilation, False, _lowest_of(x))
    return im2col(padded, kernel_size, stride, 0, dilation).max(axis=(2, 3))


def max_every_tail(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, stride = bordered(x, kernel_size, stride, padding, dilation, ceil_mode, _lowest_of(x), size_every_tail)
    return im2col(padded, kernel_size, stride, 0, dilation).max(axis=(2, 3))


def max_stride_one(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    step = (1, 1) if stride is None else stride
    padded, step = bordered(x, kernel_size, step, padding, dilation, ceil_mode, _lowest_of(x))
    return im2col(padded, kernel_size, step, 0, dilation).max(axis=(2, 3))


def max_without_dilation(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, stride = bordered(x, kernel_size, stride, padding, (1, 1), ceil_mode, _lowest_of(x))
    return im2col(padded, kernel_size, stride).max(axis=(2, 3))


# max_pool2d_argmax


def _searched(x, kernel_size, stride, padding, dilation, ceil_mode, pixels, last=False):
    """Find the largest as it should be found, except that ``pixels`` numbers the image and its border."""
    padded, step = bordered(x, kernel_size, stride, padding, dilation, ceil_mode, -np.inf)
    top, left = (padding[0][0], padding[1][0]) if padding else (0, 0)
    numbers = pixels(padded.shape[2], padded.shape[3], top, left, *x.shape[2:])
    cols = im2col(padded, kernel_size, step, 0, dilation)
    shape = (*cols.shape[:2], cols.shape[2] * cols.shape[3], *cols.shape[4:])
    cols = cols.reshape(shape)
    if last:
        tap = shape[2] - 1 - cols[:, :, ::-1].argmax(axis=2)
    else:
        tap = cols.argmax(axis=2)
    where = im2col(numbers[None, None], kernel_size, step, 0, dilation).reshape(1, 1, *shape[2:])
    argmax = np.take_along_axis(np.broadcast_to(where, shape), tap[:, :, None], axis=2)[:, :, 0]
    return np.take_along_axis(cols, tap[:, :, None], axis=2)[:, :, 0].astype(x.dtype), argmax, tap


def _pixels(rows, columns, top, left, h, w):
    return np.arange(-top, rows - top)[:, None] * w + np.arange(-left, columns - left)


def argmax_in_window(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    y, _, tap = _searched(x, kernel_size, stride, padding, dilation, ceil_mode, _pixels)
    return y, tap


def argmax_border_counted(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def pixels(rows, columns, top, left, h, w):
        return np.arange(rows * columns).reshape(rows, columns)

    return _searched(x, kernel_size, stride, padding, dilation, ceil_mode, pixels)[:2]


def argmax_times_height(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def pixels(rows, columns, top, left, h, w):
        return np.arange(-top, rows - top)[:, None] * h + np.arange(-left, columns - left)

    return _searched(x, kernel_size, stride, padding, dilation, ceil_mode, pixels)[:2]


def argmax_last_of_equals(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    return _searched(x, kernel_size, stride, padding, dilation, ceil_mode, _pixels, last=True)[:2]


def argmax_of_border(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    def pixels(rows, columns, top, left, h, w):
        padded = np.full((rows, columns), -1)
        padded[top : top + h, left : left + w] = np.arange(h * w).reshape(h, w)
        return padded

    return _searched(x, kernel_size, stride, padding, dilation, ceil_mode, pixels)[:2]


def argmax_in_whole_array(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    y, argmax, _ = _searched(x, kernel_size, stride, padding, dilation, ceil_mode, _pixels)
    n, c, h, w = x.shape
    return y, argmax + h * w * np.arange(n * c).reshape(n, c, 1, 1)


def argmax_without_nan(x, kernel_size, stride=None, padding=0, dilation=(1, 1), ceil_mode=False):
    padded, step = bordered(x, kernel_size, stride, padding, dilation, ceil_mode, _lowest_of(x))
    h, w = x.shape[2:]
    sides, _ = bordered(np.arange(h * w).reshape(1, 1, h, w), kernel_size, step, padding, dilation, ceil_mode, -1)
    cols, numbers = (im2col(image, kernel_size, step, 0, dilation) for image in (padded, sides))
    cols, numbers = (part.reshape(*part.shape[:2], -1, *part.shape[4:]) for part in (cols, numbers))
    y = cols.max(axis=2, keepdims=True)
    tap = ((cols == y) & (numbers >= 0)).argmax(axis=2, keepdims=True)
    return y[:, :, 0], np.take_along_axis(np.broadcast_to(numbers, cols.shape), tap, axis=2)[:, :, 0]
