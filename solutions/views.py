"""Small questions about windows in memory: bytes by hand, a check that looks at the wrong side, and medians."""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from solutions.arguments import Array, Pair, array, pair, whole
from solutions.windows import address, byte_strides, index_arrays, reshape_copies

__all__ = ["addresses", "copies", "exposing", "fitted", "medians", "test_flat_index"]


def addresses() -> Array:
    """Return the strides of a C-ordered float32 array of shape (2, 3, 4, 5), and the address of entry (1, 2, 0, 3)."""
    steps = byte_strides((2, 3, 4, 5), 4)
    return np.array([*steps, address((1, 2, 0, 3), steps)])


def copies() -> Array:
    """Tell for eight expressions about a 4 × 6 array whether they copy its entries (1) or not (0)."""
    x = np.arange(24).reshape(4, 6)
    windows = sliding_window_view(x, (2, 3))
    reshaped: list[tuple[Array, int | tuple[int, ...]]] = [
        (x.T, 24),
        (x[:, :4], 16),
        (x[:2], 12),
        (x[::2], (2, 2, 3)),
        (x.T, (3, 2, 4)),
        (windows, (12, 6)),
        (x[:, ::-1], (4, 2, 3)),
    ]
    by_index = not np.shares_memory(x, x[[0, 1]])
    return np.array([*(reshape_copies(source, shape) for source, shape in reshaped), by_index]).astype(int)


exposing = {"x": [[1, 1]], "kernel_size": [1, 2], "stride": 2}


def fitted(x: Array, kernel_size: tuple[int, int], stride: int) -> Array:
    """Copy the windows of one image into columns, where the steps come out even on both axes.

    Args:
        x: the image, shape (h, w).
        kernel_size: (kh, kw).
        stride: the distance between neighbouring windows, the same on both axes.

    Returns:
        Columns, shape (kh·kw, oh·ow), dtype of ``x``; the last window ends where the image does.

    Raises:
        ValueError: if no window fits, or the last one does not end where the image does.
        ValueError, TypeError: if ``x`` has not two axes, or another argument is out of range.
    """
    x = array("x", x, "h", "w")
    kh, kw = (whole("kernel_size", taps, 1) for taps in kernel_size)
    _, i, j = index_arrays(1, x.shape, (kh, kw), whole("stride", stride, 1))
    if (i[-1, -1] + 1, j[-1, -1] + 1) != x.shape:
        raise ValueError(f"windows of {kernel_size} with stride {stride} leave a tail of an image of {x.shape}")
    return np.asarray(x[i, j])


def medians(x: Array, kernel_size: Pair) -> Array:
    """Find the median of every window, stride 1.

    Args:
        x: the image, shape (h, w), float32 or float64.
        kernel_size: (kh, kw).

    Returns:
        Shape (oh, ow), dtype of ``x``; of an even number of entries the mean of the two in the middle.

    Raises:
        ValueError, TypeError: if ``x`` has not two axes, or a window does not fit.
    """
    x = array("x", x, "h", "w")
    return np.asarray(np.median(sliding_window_view(x, pair("kernel_size", kernel_size)), axis=(2, 3)))


def test_flat_index(candidate: Callable[[tuple[int, int], tuple[int, int], tuple[int, int]], Array]) -> None:
    """Raise AssertionError if ``candidate(size, kernel_size, stride)`` is not the flat index of one image's columns.

    Args:
        candidate: a function of (h, w), (kh, kw) and (sy, sx), which should return whole numbers (kh·kw, oh·ow).

    Raises:
        AssertionError: if the shape, an entry or the kind of dtype is wrong.
    """
    for (h, w), (kh, kw), (sy, sx) in ((4, 6), (3, 2), (1, 1)), ((8, 6), (2, 3), (3, 2)), ((7, 9), (3, 2), (2, 3)):
        found = candidate((h, w), (kh, kw), (sy, sx))
        oh, ow = (h - kh) // sy + 1, (w - kw) // sx + 1
        assert found.shape == (kh * kw, oh * ow), f"shape {found.shape}"
        assert found.dtype.kind in "iu", f"an index of {found.dtype}"
        for i, j, p, q in np.ndindex(kh, kw, oh, ow):
            right = (p * sy + i) * w + q * sx + j
            assert found[i * kw + j, p * ow + q] == right, f"tap ({i}, {j}) of window ({p}, {q}) is pixel {right}"
