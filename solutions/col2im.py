"""The way back from columns to images: every entry returns to the pixel that it was copied from, and adds up there.

``cols`` (n, c, kh, kw, oh, ow) are columns as :func:`solutions.strides.im2col` lays them out; ``size`` (h, w) is that
of the images without padding. What lands in the padding is dropped. Every function accepts any memory layout and any
integer or floating dtype, keeps the dtype, returns a fresh array, and leaves its arguments as they were.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, array, countable, pair
from solutions.strides import crop, im2col, out_size, pads

__all__ = [
    "col2im",
    "col2im_add_at",
    "col2im_bincount",
    "col2im_flat",
    "col2im_gather",
    "col2im_taps",
    "col2im_windows",
    "entries_of_pixels",
    "is_adjoint",
    "pixel_numbers",
    "test_col2im",
    "window_size",
]


def window_size(size: Pair, out: Pair) -> tuple[int, int]:
    """Recover how large the windows are from how many there are, for stride 1 and no padding.

    Args:
        size: (h, w) of the image.
        out: (oh, ow), the number of windows along each axis.

    Returns:
        (kh, kw).

    Raises:
        ValueError: if there are more windows than pixels along an axis.
    """
    (h, w), (oh, ow) = pair("size", size), pair("out", out)
    if oh > h or ow > w:
        raise ValueError(f"out is {oh} × {ow}, but an image of {h} × {w} has no more windows than pixels along an axis")
    return h - oh + 1, w - ow + 1


def col2im_windows(cols: Array) -> Array:
    """Add every window back where it came from: one plane, stride 1, a loop over the oh·ow windows.

    Args:
        cols: columns of one plane, shape (kh, kw, oh, ow).

    Returns:
        The image, shape (oh + kh - 1, ow + kw - 1), dtype of ``cols``.

    Raises:
        ValueError: if ``cols`` does not have four axes.
    """
    cols = array("cols", cols, "kh", "kw", "oh", "ow")
    kh, kw, oh, ow = cols.shape
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    for p in range(oh):
        for q in range(ow):
            x[p : p + kh, q : q + kw] += cols[:, :, p, q]  # neighbours overlap: add, do not overwrite
    return x


def col2im_taps(cols: Array) -> Array:
    """Do what :func:`col2im_windows` does in kh·kw steps: entry (i, j) of all windows at once.

    Args, returns and errors are those of :func:`col2im_windows`.
    """
    cols = array("cols", cols, "kh", "kw", "oh", "ow")
    kh, kw, oh, ow = cols.shape
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    for i in range(kh):
        for j in range(kw):
            x[i : i + oh, j : j + ow] += cols[i, j]  # the entries of one tap lie side by side and never meet
    return x


def col2im(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Send every column entry back to the pixel it was copied from, and add up what meets there.

    Args:
        cols: columns, shape (n, c, kh, kw, oh, ow).
        size: (h, w) of the images, without padding.
        stride, padding, dilation: those that the columns were made with.

    Returns:
        Images, shape (n, c, h, w), dtype of ``cols``; pixels that no window covers hold 0.

    Raises:
        ValueError: if ``cols`` does not have six axes, or images of that size do not have (oh, ow) windows.
        ValueError, TypeError: if another argument is out of range.
    """
    cols, padding = _matched(cols, size, stride, padding, dilation)
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    kh, kw, oh, ow = cols.shape[2:]
    x = _padded_zeros(cols, size, padding)
    for i in range(kh):
        for j in range(kw):  # im2col's loop, with the two sides of its assignment swapped, and += for =
            x[:, :, i * dy : i * dy + sy * oh : sy, j * dx : j * dx + sx * ow : sx] += cols[:, :, i, j]
    return crop(x, padding)


def col2im_add_at(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Do what :func:`col2im` does with three index arrays: plane, row and column of every entry.

    ``x[k, i, j] += cols`` would keep one of the entries that meet in a pixel. ``np.add.at`` adds them all, one
    after the other, which is slow. The form is that of CS231n's ``im2col.py``.

    Args, returns and errors are those of :func:`col2im`.
    """
    cols, padding = _matched(cols, size, stride, padding, dilation)
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    n, c, kh, kw, oh, ow = cols.shape
    k = np.arange(n * c).reshape(n * c, 1, 1, 1, 1)
    i = dy * np.arange(kh).reshape(kh, 1, 1, 1) + sy * np.arange(oh).reshape(oh, 1)
    j = dx * np.arange(kw).reshape(kw, 1, 1) + sx * np.arange(ow)
    x = _padded_zeros(cols, size, padding)
    np.add.at(x.reshape(n * c, *x.shape[2:]), (k, i, j), cols.reshape(n * c, kh, kw, oh, ow))
    return crop(x, padding)


def pixel_numbers(size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Tell of every column entry which pixel it is a copy of: im2col, applied to the numbers of the pixels.

    Args:
        size: (h, w) of the image, without padding.
        kernel_size, stride, padding, dilation: as in ``im2col``.

    Returns:
        Whole numbers, shape (kh, kw, oh, ow): i·w + j for pixel (i, j), and -1 for the padding.

    Raises:
        ValueError, TypeError: as ``im2col``.
    """
    h, w = pair("size", size)
    countable("the image", (h, w))
    numbers = np.arange(1, h * w + 1).reshape(1, 1, h, w)  # from 1, since im2col pads with 0
    found: Array = im2col(numbers, kernel_size, stride, padding, dilation)[0, 0] - 1
    return found


def col2im_flat(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Do what :func:`col2im` does with one index array into the flattened images.

    Args, returns and errors are those of :func:`col2im`. ``np.add.at`` is several times as fast with one index array
    as with three.
    """
    cols, padding = _matched(cols, size, stride, padding, dilation)
    x, index = _flat(cols, size, pixel_numbers(size, cols.shape[2:4], stride, padding, dilation))
    np.add.at(x.reshape(-1), index, cols.reshape(-1))
    return x[:, :, 1:].reshape(*cols.shape[:2], *pair("size", size))


def col2im_bincount(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Do what :func:`col2im_flat` does with ``np.bincount``: count how often each pixel is named, weighted.

    Args, returns and errors are those of :func:`col2im`. Sums are made in float64, which rounds whole
    numbers above 2^53.
    """
    cols, padding = _matched(cols, size, stride, padding, dilation)
    x, index = _flat(cols, size, pixel_numbers(size, cols.shape[2:4], stride, padding, dilation))
    sums = np.bincount(index, weights=cols.reshape(-1), minlength=x.size).astype(cols.dtype)
    return sums.reshape(x.shape)[:, :, 1:].reshape(*cols.shape[:2], *pair("size", size))


def entries_of_pixels(
    size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> list[list[int]]:
    """List for each pixel the column entries that are copies of it: those that its gradient is the sum of.

    Args:
        size: (h, w) of the image, without padding.
        kernel_size, stride, padding, dilation: as in ``im2col``.

    Returns:
        h·w lists, row by row, of positions in the flattened columns (kh, kw, oh, ow), ascending.

    Raises:
        ValueError, TypeError: as ``im2col``.
    """
    h, w = pair("size", size)
    numbers = pixel_numbers(size, kernel_size, stride, padding, dilation).reshape(-1)
    return [np.flatnonzero(numbers == pixel).tolist() for pixel in range(h * w)]


def col2im_gather(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Do what :func:`col2im` does the other way round: each pixel fetches its entries, and is written once.

    Args, returns and errors are those of :func:`col2im`.
    """
    cols, padding = _matched(cols, size, stride, padding, dilation)
    (h, w), (n, c, kh, kw) = pair("size", size), cols.shape[:4]
    flat, x = cols.reshape(n, c, -1), np.empty((n, c, h * w), cols.dtype)
    for pixel, entries in enumerate(entries_of_pixels(size, (kh, kw), stride, padding, dilation)):
        x[:, :, pixel] = flat[:, :, entries].sum(axis=-1)
    return x.reshape(n, c, h, w)


def is_adjoint(
    forward: Callable[[Array], Array],
    backward: Callable[[Array], Array],
    x_shape: tuple[int, ...],
    seed: int = 0,
    tolerance: float = 1e-9,
) -> bool:
    """Tell whether ``backward`` is the transpose of the linear function ``forward``.

    The law is ⟨forward(x), y⟩ = ⟨x, backward(y)⟩ for all x and y. Random ones are enough: a backward that is wrong
    somewhere meets the law by chance only, with probability 0.

    Args:
        forward: takes an array of ``x_shape``; its output has any shape.
        backward: takes an array of that output's shape.
        x_shape: shape of the arrays that go forward.
        seed: of the random numbers.
        tolerance: how far the two sides may differ, relative to the lengths of the vectors multiplied.

    Returns:
        True if shapes and law hold.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=x_shape)
    there = forward(x)
    y = rng.normal(size=there.shape)
    back = backward(y)
    scale = np.linalg.norm(there) * np.linalg.norm(y) + np.linalg.norm(x) * np.linalg.norm(back)
    return back.shape == x.shape and bool(abs((there * y).sum() - (x * back).sum()) <= tolerance * scale)


def test_col2im(candidate: Callable[[Array, Pair, Pair, Padding, Pair], Array]) -> None:
    """Raise AssertionError if ``candidate(cols, size, stride, padding, dilation)`` is not the transpose of im2col.

    Args:
        candidate: a function that should do what :func:`col2im` does, for columns (n, c, kh, kw, oh, ow).

    Raises:
        AssertionError: if an image is wrong in shape, value or dtype, or the columns changed.
    """
    rng = np.random.default_rng(7)
    for stride, padding, dilation in ((1, 1), (0, 0), (1, 1)), ((2, 1), (0, 2), (1, 2)), ((1, 3), (1, 0), (2, 1)):
        for dtype in np.float64, np.float32:
            x = rng.normal(size=(2, 3, 5, 7)).astype(dtype)
            cols = rng.normal(size=im2col(x, (2, 3), stride, padding, dilation).shape).astype(dtype)
            kept = cols.copy()
            image = candidate(cols, (5, 7), stride, padding, dilation)
            assert image.shape == x.shape, f"the image should have shape {x.shape}, not {image.shape}"
            assert image.dtype == dtype, f"{cols.dtype} went in, {image.dtype} came out"
            assert (cols == kept).all(), "the columns were changed"
            there, back = (im2col(x, (2, 3), stride, padding, dilation) * cols).sum(), (x * image).sum()
            assert abs(there - back) < 1e-3, f"⟨im2col(x), cols⟩ is {there}, but ⟨x, col2im(cols)⟩ is {back}"


def _matched(cols: Array, size: Pair, stride: Pair, padding: Padding, dilation: Pair) -> tuple[Array, Pairs]:
    """Return the columns and the padding as pairs, or refuse columns that images of that size cannot have given."""
    cols = array("cols", cols, "n", "c", "kh", "kw", "oh", "ow")
    kernel, (h, w) = cols.shape[2:4], pair("size", size)
    sides = pads(padding, (h, w), kernel, stride, dilation)
    oh, ow = out_size((h, w), kernel, stride, sides, dilation)
    if cols.shape[4:] != (oh, ow):
        holds = f"cols hold {cols.shape[4]} × {cols.shape[5]} windows of {kernel[0]} × {kernel[1]}"
        fits = f"images of {h} × {w} have {oh} × {ow} with stride {stride}, padding {padding}, dilation {dilation}"
        raise ValueError(f"{holds}, but {fits}; give the size and the settings that the columns were made with")
    countable("the padded x", (*cols.shape[:2], h + sum(sides[0]), w + sum(sides[1])))
    return cols, sides


def _padded_zeros(cols: Array, size: Pair, sides: Pairs) -> Array:
    (h, w), (up_down, across) = pair("size", size), sides
    return np.zeros((*cols.shape[:2], h + sum(up_down), w + sum(across)), cols.dtype)


def _flat(cols: Array, size: Pair, numbers: Array) -> tuple[Array, Array]:
    """Return zeros (n, c, 1 + h·w) and where each column entry goes in them, flattened; place 0 is the padding."""
    (n, c), (h, w) = cols.shape[:2], pair("size", size)
    planes = np.arange(n * c).reshape(n * c, 1) * (1 + h * w)
    return np.zeros((n, c, 1 + h * w), cols.dtype), (planes + 1 + numbers.reshape(-1)).reshape(-1)
