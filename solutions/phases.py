"""Images cut apart so that every tap of a strided kernel reads one slice without steps.

At stride (sy, sx) a tap reads every sy-th row and every sx-th column. Pixels whose row and column leave the same
remainders (a, b) when divided by the stride make one *phase*, a small image of its own. A tap reads from a single
phase, and there neighbouring windows read neighbouring pixels: a convolution with a stride is one without, over the
phases. At stride 1 there is one phase, the padded image itself.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, array, countable, pair
from solutions.strides import extent, out_size, pads

__all__ = ["Tap", "join_phases", "phase_shape", "split_phases", "taps_of"]


class Tap(NamedTuple):
    """Where entry (i, j) of a kernel reads: phase (a, b), from row ``top`` and column ``left`` on."""

    i: int
    j: int
    a: int
    b: int
    top: int
    left: int


def taps_of(kernel_size: Pair, stride: Pair = 1, dilation: Pair = 1) -> Iterator[Tap]:
    """Say of each entry of a kernel which phase it reads, and where it starts there.

    Args:
        kernel_size, stride, dilation: as in ``im2col``.

    Yields:
        One :class:`Tap` for each entry, row by row: in window (p, q) it reads pixel (top + p, left + q) of its phase.
    """
    (kh, kw), (sy, sx), (dy, dx) = pair("kernel_size", kernel_size), pair("stride", stride), pair("dilation", dilation)
    for i in range(kh):
        for j in range(kw):
            (top, a), (left, b) = divmod(i * dy, sy), divmod(j * dx, sx)
            yield Tap(i, j, a, b, top, left)


def phase_shape(
    size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> tuple[int, int, int, int]:
    """Work out how many phases there are, and how large.

    Args:
        size, kernel_size, stride, padding, dilation: as in ``out_size``.

    Returns:
        (py, px, ph, pw). There are py = sy rows of phases, or fewer if the kernel spans fewer rows, since phases
        that no tap reads are left out; each has ph = oh rows, and as many more as the kernel's last tap is moved
        down. px and pw follow in the same way.

    Raises:
        ValueError, TypeError: as ``out_size``.
    """
    oh, ow = out_size(size, kernel_size, stride, padding, dilation)
    (rows, columns), (sy, sx) = extent(kernel_size, dilation), pair("stride", stride)
    return min(sy, rows), min(sx, columns), oh + (rows - 1) // sy, ow + (columns - 1) // sx


def split_phases(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Pad images and sort their pixels into phases.

    Args:
        x: images, shape (n, c, h, w).
        kernel_size, stride, padding, dilation: as in ``im2col``.

    Returns:
        Phases, shape (n, c, py, px, ph, pw), dtype of ``x``; a fresh array. Entry (a, b, p, q) is the padded image's
        pixel (a + p·sy, b + q·sx), or 0 beyond its edge.

    Raises:
        ValueError, TypeError: as ``im2col``.
    """
    x, stride, size = array("x", x, "n", "c", "h", "w"), pair("stride", stride), np.shape(x)[2:]
    sides = pads(padding, size, kernel_size, stride, dilation)
    shape = (*x.shape[:2], *phase_shape(size, kernel_size, stride, sides, dilation))
    countable("the phases", shape)
    phases = np.zeros(shape, x.dtype)
    for phase, pixels in _places(shape[2:], size, stride, sides):
        phases[(..., *phase)] = x[(..., *pixels)]
    return phases


def join_phases(
    phases: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """Put the pixels of phases back to their places in the images, and drop the padding.

    Args:
        phases: shape (n, c, py, px, ph, pw), as :func:`split_phases` makes them.
        size: (h, w) of the images, without padding.
        kernel_size, stride, padding, dilation: those that the phases were made with.

    Returns:
        Images, shape (n, c, h, w), dtype of ``phases``; pixels that are in no phase hold 0.

    Raises:
        ValueError, TypeError: if ``phases`` does not have six axes, or another argument is out of range.
    """
    phases = array("phases", phases, "n", "c", "py", "px", "ph", "pw")
    size, stride = pair("size", size), pair("stride", stride)
    sides = pads(padding, size, kernel_size, stride, dilation)
    x = np.zeros((*phases.shape[:2], *size), phases.dtype)
    for phase, pixels in _places(phases.shape[2:], size, stride, sides):
        x[(..., *pixels)] = phases[(..., *phase)]
    return x


def _places(
    shape: tuple[int, ...], size: Pair, stride: tuple[int, int], sides: Pairs
) -> Iterator[tuple[tuple[int | slice, ...], tuple[slice, slice]]]:
    """Yield for each phase where its pixels are: in the phases (the last four axes), and in the images."""
    (py, px, ph, pw), (h, w), (sy, sx), ((top, _), (left, _)) = shape, pair("size", size), stride, sides
    for a in range(py):
        for b in range(px):
            rows, image_rows = _meeting(a - top, sy, ph, h)
            columns, image_columns = _meeting(b - left, sx, pw, w)
            yield (a, b, rows, columns), (image_rows, image_columns)


def _meeting(first: int, step: int, count: int, length: int) -> tuple[slice, slice]:
    """Of the places first, first + step, … (``count`` of them), find those inside 0 … length - 1: which, and where."""
    begin = max(0, -(first // step))
    end = max(begin, min(count, -((first - length) // step)))
    return slice(begin, end), slice(first + step * begin, max(first + step * end, 0), step)
