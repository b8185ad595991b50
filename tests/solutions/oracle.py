"""What the operations of the course mean, as loops over single numbers: slow, and right by reading.

Positions are those of the image without its padding, so windows begin at negative rows and columns, and whatever
lies outside the image is the border's value. ``pads`` is always ((top, bottom), (left, right)). Results have dtype
float64, or int64 where the inputs are integers.
"""

from collections.abc import Iterator

import numpy as np

Array = np.ndarray
Pair = tuple[int, int]
Pairs = tuple[Pair, Pair]
NO_PADS = ((0, 0), (0, 0))


def starts(length: int, taps: int, stride: int = 1, sides: Pair = (0, 0), dilation: int = 1) -> list[int]:
    """Where windows begin along one axis, found by trying every place of the padded axis."""
    before, after = sides
    places = range(-before, length + after, stride)
    return [start for start in places if start + dilation * (taps - 1) < length + after]


def starts_ceil(length: int, taps: int, stride: int = 1, sides: Pair = (0, 0), dilation: int = 1) -> list[int]:
    """The same in ceil mode: one more window may hang over the end, if it begins in front of the padding behind."""
    inside = starts(length, taps, stride, sides, dilation)
    further = inside[-1] + stride
    uncovered = inside[-1] + dilation * (taps - 1) + 1 < length + sides[1]
    return [*inside, further] if uncovered and further < length else inside


def same_pads(length: int, taps: int, stride: int = 1, dilation: int = 1) -> Pair:
    """The least padding with which as many windows fit as there are places 0, stride, 2·stride, … in the axis."""
    wanted = len(range(0, length, stride))
    total = 0
    while len(starts(length, taps, stride, (0, total), dilation)) < wanted:
        total += 1
    return total // 2, total - total // 2


def at(image: Array, row: int, column: int, outside: float = 0) -> float:
    """A pixel, or the value of the border."""
    h, w = image.shape
    return image[row, column].item() if 0 <= row < h and 0 <= column < w else outside


def is_inside(row: int, column: int, size: Pair) -> bool:
    return 0 <= row < size[0] and 0 <= column < size[1]


def windows(
    size: Pair, kernel: Pair, stride: Pair = (1, 1), pads: Pairs = NO_PADS, dilation: Pair = (1, 1)
) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield i, j, p, q, row, column: entry (i, j) of window (p, q) stands at that row and column."""
    for p, top in enumerate(starts(size[0], kernel[0], stride[0], pads[0], dilation[0])):
        for q, left in enumerate(starts(size[1], kernel[1], stride[1], pads[1], dilation[1])):
            for i in range(kernel[0]):
                for j in range(kernel[1]):
                    yield i, j, p, q, top + i * dilation[0], left + j * dilation[1]


def out_size(size: Pair, kernel: Pair, stride: Pair = (1, 1), pads: Pairs = NO_PADS, dilation: Pair = (1, 1)) -> Pair:
    oh = len(starts(size[0], kernel[0], stride[0], pads[0], dilation[0]))
    return oh, len(starts(size[1], kernel[1], stride[1], pads[1], dilation[1]))


def im2col(x: Array, kernel: Pair, stride: Pair = (1, 1), pads: Pairs = NO_PADS, dilation: Pair = (1, 1)) -> Array:
    """x (n, c, h, w) → cols (n, c, kh, kw, oh, ow)."""
    n, c, *size = x.shape
    cols = np.zeros((n, c, *kernel, *out_size((size[0], size[1]), kernel, stride, pads, dilation)), _wide(x))
    for image in np.ndindex(n, c):
        for i, j, p, q, row, column in windows((size[0], size[1]), kernel, stride, pads, dilation):
            cols[(*image, i, j, p, q)] = at(x[image], row, column)
    return cols


def col2im(cols: Array, size: Pair, stride: Pair = (1, 1), pads: Pairs = NO_PADS, dilation: Pair = (1, 1)) -> Array:
    """cols (n, c, kh, kw, oh, ow) → x (n, c, h, w): every entry is added to the pixel it was copied from."""
    n, c, kh, kw = cols.shape[:4]
    x = np.zeros((n, c, *size), _wide(cols))
    for image in np.ndindex(n, c):
        for i, j, p, q, row, column in windows(size, (kh, kw), stride, pads, dilation):
            if is_inside(row, column, size):
                x[(*image, row, column)] += cols[(*image, i, j, p, q)]
    return x


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = (1, 1),
    pads: Pairs = NO_PADS,
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """x (n, c, h, w), weight (f, c/groups, kh, kw) → y (n, f, oh, ow)."""
    f, per_group, kh, kw = weight.shape
    n, _, h, w = x.shape
    y = np.zeros((n, f, *out_size((h, w), (kh, kw), stride, pads, dilation)), _wide(x, weight, bias))
    for image, kernel in np.ndindex(n, f):
        if bias is not None:
            y[image, kernel] = bias[kernel]
        first = kernel // (f // groups) * per_group  # channel of x that the kernel's channel 0 meets
        for channel in range(per_group):
            for i, j, p, q, row, column in windows((h, w), (kh, kw), stride, pads, dilation):
                pixel = at(x[image, first + channel], row, column)
                y[image, kernel, p, q] += pixel * weight[kernel, channel, i, j].item()
    return y


def conv2d_backward(
    grad_y: Array,
    x: Array,
    weight: Array,
    stride: Pair = (1, 1),
    pads: Pairs = NO_PADS,
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """→ grad_x, grad_weight, grad_bias: each product of the forward pass hands its share back to its two factors."""
    f, per_group, kh, kw = weight.shape
    n, _, h, w = x.shape
    wide = _wide(grad_y, x, weight)
    grad_x, grad_weight, grad_bias = (np.zeros(shape, wide) for shape in (x.shape, weight.shape, (f,)))
    for image, kernel in np.ndindex(n, f):
        for p, q in np.ndindex(*grad_y.shape[2:]):
            grad_bias[kernel] += grad_y[image, kernel, p, q]
        first = kernel // (f // groups) * per_group
        for channel in range(per_group):
            for i, j, p, q, row, column in windows((h, w), (kh, kw), stride, pads, dilation):
                if is_inside(row, column, (h, w)):
                    grad = grad_y[image, kernel, p, q].item()
                    grad_x[image, first + channel, row, column] += grad * weight[kernel, channel, i, j].item()
                    grad_weight[kernel, channel, i, j] += grad * x[image, first + channel, row, column].item()
    return grad_x, grad_weight, grad_bias


def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = (1, 1),
    pads: Pairs = NO_PADS,
    output_padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    *,
    groups: int = 1,
) -> Array:
    """x (n, c, h, w), weight (c, f/groups, kh, kw) → y (n, f, oh, ow): every pixel stamps the kernel onto the output.

    In units of the output: ``stride`` lies between stamps, and ``pads`` is taken away from the stamped area.
    """
    n, c, h, w = x.shape
    _, per_group, kh, kw = weight.shape
    oh = stride[0] * (h - 1) + dilation[0] * (kh - 1) + 1 + output_padding[0] - sum(pads[0])
    ow = stride[1] * (w - 1) + dilation[1] * (kw - 1) + 1 + output_padding[1] - sum(pads[1])
    y = np.zeros((n, per_group * groups, oh, ow), _wide(x, weight, bias))
    if bias is not None:
        y += bias[:, np.newaxis, np.newaxis]
    for image, channel, p, q, kernel, i, j in np.ndindex(n, c, h, w, per_group, kh, kw):
        row = p * stride[0] + i * dilation[0] - pads[0][0]
        column = q * stride[1] + j * dilation[1] - pads[1][0]
        if is_inside(row, column, (oh, ow)):
            first = channel // (c // groups) * per_group  # output channel that the group's kernel 0 writes
            product = x[image, channel, p, q].item() * weight[channel, kernel, i, j].item()
            y[image, first + kernel, row, column] += product
    return y


def _wide(*arrays: Array | None) -> type[np.generic]:
    integers = all(array is None or array.dtype.kind in "iu" for array in arrays)
    return np.int64 if integers else np.float64
