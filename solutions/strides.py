"""Where windows may stand: stride, padding and dilation, and the convolution that has them all.

Vocabulary: images ``x`` (n, c, h, w), kernels ``weight`` (f, c, kh, kw), ``bias`` (f,), outputs ``y`` (n, f, oh, ow).
``stride`` (sy, sx) is the distance between neighbouring windows, ``dilation`` (dy, dx) the distance between
neighbouring entries of one window; each is one number for both axes or a pair. ``padding`` is a number, a pair
(y, x), the four sides ((top, bottom), (left, right)), or one of the words "same" and "valid". Every function accepts
any memory layout, keeps the dtype that NumPy's promotion gives, and leaves its arguments as they were.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, array, countable, misfit, pair, pairs_of_padding, whole

__all__ = [
    "by_hand",
    "check_channels",
    "conv2d",
    "crop",
    "dilate",
    "dilated",
    "exposing",
    "extent",
    "half_pixel",
    "im2col",
    "out_size",
    "pad",
    "pads",
    "same_pads",
    "test_one_image",
    "thin_out",
    "unused",
]


def extent(kernel_size: Pair, dilation: Pair = 1) -> tuple[int, int]:
    """Measure how many rows and columns a dilated kernel spans, the gaps between its entries included.

    Args:
        kernel_size: (kh, kw), each 1 or more.
        dilation: (dy, dx), each 1 or more; at 1 there are no gaps.

    Returns:
        (rows, columns); kh entries have kh - 1 steps of dy between them.

    Raises:
        ValueError, TypeError: if an argument is out of range, or no whole number or pair of them.
    """
    (kh, kw), (dy, dx) = pair("kernel_size", kernel_size), pair("dilation", dilation)
    return dy * (kh - 1) + 1, dx * (kw - 1) + 1


def same_pads(length: int, taps: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Find the padding of one axis that makes ceil(length / stride) windows fit: "same" padding.

    Args:
        length: of the axis, h or w.
        taps: entries of the kernel along this axis, kh or kw.
        stride: distance between neighbouring windows.
        dilation: distance between neighbouring entries of a window.

    Returns:
        (before, after), the fewest zeros that do; of an odd number the one left over goes behind (bottom or right),
        as TensorFlow, ONNX's SAME_UPPER and PyTorch have it.

    Raises:
        ValueError, TypeError: if an argument is no whole number of at least 1.
    """
    length, taps = whole("length", length, 1), whole("taps", taps, 1)
    stride, dilation = whole("stride", stride, 1), whole("dilation", dilation, 1)
    windows = -(-length // stride)  # rounded up
    last_end = (windows - 1) * stride + dilation * (taps - 1) + 1
    total = max(last_end - length, 0)
    return total // 2, total - total // 2


def pads(padding: Padding, size: Pair, kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1) -> Pairs:
    """Say what any form of ``padding`` means for an image of a given size.

    Args:
        padding: a number, (y, x), ((top, bottom), (left, right)), "same" or "valid".
        size: (h, w) of the image.
        kernel_size, stride, dilation: as in :func:`im2col`; they matter to "same" only.

    Returns:
        ((top, bottom), (left, right)). "valid" is no padding; "same" is :func:`same_pads` along each axis.

    Raises:
        ValueError, TypeError: if ``padding`` is none of these forms, or an argument is out of range.
    """
    (h, w), (kh, kw) = pair("size", size), pair("kernel_size", kernel_size)
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"padding is {padding!r}; the words that it may be are 'same' and 'valid'")
        padding = (same_pads(h, kh, sy, dy), same_pads(w, kw, sx, dx)) if padding == "same" else 0
    return pairs_of_padding(padding)


def out_size(
    size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> tuple[int, int]:
    """Count the windows that fit into a padded image, along each axis.

    Args:
        size: (h, w) of the image.
        kernel_size, stride, padding, dilation: as in :func:`im2col`.

    Returns:
        (oh, ow). A step that would take the window over the edge is not made: sizes are rounded down.

    Raises:
        ValueError: if no window fits, naming the axis and the sizes.
        ValueError, TypeError: if an argument is out of range, or of no accepted form.
    """
    (h, w), kernel, steps = pair("size", size), pair("kernel_size", kernel_size), pair("stride", stride)
    (top, bottom), (left, right) = pads(padding, (h, w), kernel, steps, dilation)
    rows, columns = extent(kernel, dilation)
    slack_y, slack_x = h + top + bottom - rows, w + left + right - columns
    if slack_y < 0:
        raise ValueError(misfit("height", kernel[0], h, (top, bottom), rows))
    if slack_x < 0:
        raise ValueError(misfit("width", kernel[1], w, (left, right), columns))
    return slack_y // steps[0] + 1, slack_x // steps[1] + 1


def unused(
    size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> tuple[int, int]:
    """Count the rows at the bottom and the columns at the right of the padded image that no window reaches.

    Args:
        size: (h, w) of the image.
        kernel_size, stride, padding, dilation: as in :func:`im2col`.

    Returns:
        (rows, columns), each less than the stride: the tail that the rounding in :func:`out_size` drops.

    Raises:
        ValueError, TypeError: as :func:`out_size`.
    """
    oh, ow = out_size(size, kernel_size, stride, padding, dilation)
    (h, w), (sy, sx), (rows, columns) = pair("size", size), pair("stride", stride), extent(kernel_size, dilation)
    (top, bottom), (left, right) = pads(padding, size, kernel_size, stride, dilation)
    last_row, last_column = sy * (oh - 1) + rows, sx * (ow - 1) + columns
    return top + h + bottom - last_row, left + w + right - last_column


def pad(x: Array, padding: Pair | Pairs, value: float = 0) -> Array:
    """Put a border around every image.

    Args:
        x: images, shape (n, c, h, w).
        padding: a number, (y, x) or ((top, bottom), (left, right)); the words need :func:`pads`.
        value: what the border holds; the dtype of ``x`` must have it.

    Returns:
        Shape (n, c, top + h + bottom, left + w + right), dtype of ``x``; a fresh array, even without a border.

    Raises:
        ValueError, TypeError: if ``x`` has not four axes, or ``padding`` or ``value`` does not suit.
    """
    x = array("x", x, "n", "c", "h", "w")
    (top, bottom), (left, right) = pairs_of_padding(padding)
    if np.result_type(x, value) != x.dtype:
        raise TypeError(f"value is {value!r}, which an array of dtype {x.dtype} cannot hold; convert x first")
    n, c, h, w = x.shape
    shape = n, c, top + h + bottom, left + w + right
    countable("the padded x", shape)
    padded = np.full(shape, value, x.dtype)
    padded[:, :, top : top + h, left : left + w] = x
    return padded


def crop(x: Array, padding: Pair | Pairs) -> Array:
    """Take a border away from every image: ``crop(pad(x, padding), padding)`` is ``x`` again.

    Args:
        x: images, shape (n, c, h, w), border included.
        padding: a number, (y, x) or ((top, bottom), (left, right)).

    Returns:
        Shape (n, c, h - top - bottom, w - left - right), dtype of ``x``; a fresh array.

    Raises:
        ValueError, TypeError: if ``x`` has not four axes, ``padding`` does not suit, or nothing would be left.
    """
    x = array("x", x, "n", "c", "h", "w")
    (top, bottom), (left, right) = pairs_of_padding(padding)
    h, w = x.shape[2:]
    if top + bottom >= h or left + right >= w:
        raise ValueError(f"padding {padding} leaves nothing of images that are {h} high and {w} wide; use less of it")
    return x[:, :, top : h - bottom, left : w - right].copy()  # not -bottom: with no border, x[:-0] is empty


def im2col(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy every window of every image into columns.

    Args:
        x: images, shape (n, c, h, w).
        kernel_size: (kh, kw), or one number for both.
        stride: (sy, sx), the distance between neighbouring windows.
        padding: zeros around each image: a number, (y, x), ((top, bottom), (left, right)), "same" or "valid".
        dilation: (dy, dx), the distance between neighbouring entries of a window.

    Returns:
        Columns, shape (n, c, kh, kw, oh, ow), dtype of ``x``; entry (i, j) of window (p, q) is the padded image's
        pixel (p·sy + i·dy, q·sx + j·dx). A fresh array.

    Raises:
        ValueError: if no window fits, naming the axis and the sizes; if there would be too many columns to count.
        ValueError, TypeError: if ``x`` has not four axes, or another argument is out of range.
    """
    x = array("x", x, "n", "c", "h", "w")
    (kh, kw), (sy, sx), (dy, dx) = pair("kernel_size", kernel_size), pair("stride", stride), pair("dilation", dilation)
    padding = pads(padding, x.shape[2:], (kh, kw), (sy, sx), (dy, dx))
    oh, ow = out_size(x.shape[2:], (kh, kw), (sy, sx), padding, (dy, dx))
    shape = (*x.shape[:2], kh, kw, oh, ow)
    countable("cols", shape)
    x, cols = pad(x, padding), np.empty(shape, x.dtype)
    for i in range(kh):
        for j in range(kw):  # kh·kw steps, not oh·ow: each moves the (i, j) entries of all windows at once
            cols[:, :, i, j] = x[:, :, i * dy : i * dy + sy * oh : sy, j * dx : j * dx + sx * ow : sx]
    return cols


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Convolve images with kernels: columns, one matrix product for each image and group, bias.

    Args:
        x: images, shape (n, c, h, w).
        weight: kernels, shape (f, c/groups, kh, kw), not flipped.
        bias: what is added to each output channel, shape (f,); nothing if None.
        stride, padding, dilation: as in :func:`im2col`.
        groups: the channels of ``x`` and the kernels are cut into so many equal parts; kernels of one part see the
            channels of that part only. ``groups=c`` is a depthwise convolution.

    Returns:
        y, shape (n, f, oh, ow), of the dtype that NumPy gives ``x * weight + bias``.

    Raises:
        ValueError: if no window fits, or channels, kernels, bias and groups do not suit each other.
        ValueError, TypeError: if an array has the wrong number of axes, or another argument is out of range.
    """
    check_channels(x, weight, bias, groups)
    weight = np.asarray(weight)
    f, _, kh, kw = weight.shape
    cols = im2col(x, (kh, kw), stride, padding, dilation)
    n, _, _, _, oh, ow = cols.shape
    matrices = cols.reshape(n, groups, -1, oh * ow)  # rows: the channels of a group, and of each the kh·kw taps
    kernels = weight.reshape(groups, f // groups, -1)
    y: Array = (kernels @ matrices).reshape(n, f, oh, ow)
    return y if bias is None else y + np.asarray(bias)[:, np.newaxis, np.newaxis]


def dilate(weight: Array, dilation: Pair) -> Array:
    """Write the gaps of a dilated kernel as zeros, so that a convolution without dilation gives the same output.

    Args:
        weight: kernels, shape (f, c, kh, kw).
        dilation: (dy, dx).

    Returns:
        Shape (f, c, dy·(kh - 1) + 1, dx·(kw - 1) + 1), dtype of ``weight``; a fresh array.

    Raises:
        ValueError, TypeError: if ``weight`` has not four axes, or ``dilation`` is out of range.
    """
    weight, (dy, dx) = array("weight", weight, "f", "c", "kh", "kw"), pair("dilation", dilation)
    shape = (*weight.shape[:2], *extent(weight.shape[2:], (dy, dx)))
    countable("the dilated weight", shape)
    spread = np.zeros(shape, weight.dtype)
    spread[:, :, ::dy, ::dx] = weight
    return spread


def thin_out(y: Array, stride: Pair) -> Array:
    """Keep every sy-th row and every sx-th column: what a stride leaves of the output at stride 1.

    Args:
        y: outputs at stride 1, or any other images, shape (n, f, oh, ow).
        stride: (sy, sx).

    Returns:
        Shape (n, f, ceil(oh / sy), ceil(ow / sx)), dtype of ``y``; a fresh array. It undoes :func:`dilate`.

    Raises:
        ValueError, TypeError: if ``y`` has not four axes, or ``stride`` is out of range.
    """
    y, (sy, sx) = array("y", y, "n", "f", "oh", "ow"), pair("stride", stride)
    return y[:, :, ::sy, ::sx].copy()


def check_channels(x: Array, weight: Array, bias: Array | None, groups: int) -> None:
    """Refuse images, kernels and bias whose channels do not suit each other.

    Args:
        x: images, shape (n, c, h, w).
        weight: kernels, shape (f, c/groups, kh, kw).
        bias: shape (f,), or None.
        groups: how many parts the channels and the kernels are cut into.

    Raises:
        ValueError: naming the sizes that do not suit.
        TypeError: if an argument is no array of numbers, or ``groups`` no whole number.
    """
    x, weight = array("x", x, "n", "c", "h", "w"), array("weight", weight, "f", "c", "kh", "kw")
    c, f, groups = x.shape[1], weight.shape[0], whole("groups", groups, 1)
    if c % groups or f % groups:
        raise ValueError(f"groups is {groups}; it must divide the {c} channels of x and the {f} kernels of weight")
    if weight.shape[1] != c // groups:
        per_group = f"a kernel must have {c // groups} (x has {c}, in groups={groups})"
        raise ValueError(f"weight has shape {weight.shape}, so {weight.shape[1]} channels, but {per_group}")
    if bias is not None and len(array("bias", bias, "f")) != f:
        raise ValueError(f"bias has {len(bias)} entries; it must have {f}, one for each kernel of weight")


def by_hand() -> Array:
    """Return oh, ow, and the unused rows and columns of a 10 × 9 image, a 3 × 4 kernel and stride (2, 3)."""
    return np.array([*out_size((10, 9), (3, 4), (2, 3)), *unused((10, 9), (3, 4), (2, 3))])


def half_pixel() -> Array:
    """Return what "same" needs for a 7 × 6 image and a 2 × 4 kernel, and what comes of rounding its half up.

    Returns:
        Zeros in all along the height and the width; height and width of the image when half of each, rounded up,
        stands on both sides; and oh and ow of that image.
    """
    size, kernel_size = (7, 6), (2, 4)
    total = np.array([sum(same_pads(length, taps)) for length, taps in zip(size, kernel_size, strict=True)])
    y, x = (int(both) for both in (total + 1) // 2)
    return np.array([*total, size[0] + 2 * y, size[1] + 2 * x, *out_size(size, kernel_size, padding=(y, x))])


exposing = {"x": [[1], [1]], "weight": [[1], [1]], "dilation": [1, 2]}


def dilated(x: Array, weight: Array, dilation: tuple[int, int] = (1, 1)) -> Array:
    """Convolve one image with one kernel whose entries stand apart.

    Args:
        x: the image, shape (h, w).
        weight: the kernel, shape (kh, kw), not flipped.
        dilation: (dy, dx), the distance between neighbouring entries of a window.

    Returns:
        y, shape (oh, ow), where y[p, q] sums weight[i, j] · x[p + i·dy, q + j·dx]; the dtype that ``x * weight`` has.

    Raises:
        ValueError: if no window fits, naming the axis and the sizes.
        ValueError, TypeError: if an array has not two axes, or ``dilation`` is out of range or no pair.
    """
    x, weight = array("x", x, "h", "w"), array("weight", weight, "kh", "kw")
    dy, dx = pair("dilation", tuple(dilation))  # an array will do, too
    (h, w), (rows, columns) = x.shape, extent(weight.shape, (dy, dx))
    if rows > h:
        raise ValueError(misfit("height", weight.shape[0], h, (0, 0), rows))
    if columns > w:
        raise ValueError(misfit("width", weight.shape[1], w, (0, 0), columns))
    oh, ow = h - rows + 1, w - columns + 1
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for (i, j), tap in np.ndenumerate(weight):
        y += tap * x[i * dy : i * dy + oh, j * dx : j * dx + ow]
    return y


def test_one_image(candidate: Callable[[Array, Array, int, int, int, int], Array]) -> None:
    """Raise AssertionError if ``candidate(x, weight, sy, sx, dy, dx)`` is not the convolution with these settings.

    Args:
        candidate: a function of an image x (h, w), a kernel (kh, kw), strides and dilations, which should return
            y (oh, ow) with the dtype of ``x * weight``.

    Raises:
        AssertionError: if any output of ``candidate`` is wrong in shape, value or dtype.
    """
    for (h, w), (kh, kw), (sy, sx), (dy, dx) in [
        ((4, 5), (2, 3), (1, 1), (1, 1)),
        ((8, 10), (3, 2), (2, 3), (1, 1)),
        ((8, 9), (2, 3), (1, 1), (3, 2)),
        ((9, 12), (3, 2), (3, 2), (2, 4)),
    ]:
        for dtype, other in ("f4", "f4"), ("f8", "f8"), ("f4", "f8"), ("f8", "f4"):
            x = (np.arange(h * w) * 7 % 11 - 4).reshape(h, w).astype(dtype)
            weight = np.arange(1, kh * kw + 1).reshape(kh, kw).astype(other)
            rows, columns = range(0, h - dy * (kh - 1), sy), range(0, w - dx * (kw - 1), sx)
            windows = [[x[p : p + dy * kh : dy, q : q + dx * kw : dx] for q in columns] for p in rows]
            expected = np.array([[(window * weight).sum() for window in line] for line in windows])
            y = candidate(x, weight, sy, sx, dy, dx)
            assert y.shape == expected.shape, f"{expected.shape} windows fit, the output has shape {y.shape}"
            assert y.dtype == np.result_type(x, weight), f"{x.dtype} and {weight.dtype} went in, {y.dtype} came out"
            assert np.allclose(y, expected), f"expected {expected}, got {y}"
