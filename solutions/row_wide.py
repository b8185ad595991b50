"""Columns that keep the whole width of a padded row, so that every tap is one run of memory.

Columns of ow windows for each output row are copied, and added back, in short runs with a jump after each. If windows
that hang over the right edge of the padded image are allowed, the jumps are gone: the window after the last of a row
begins in that row and ends in the next. These extra columns, dx·(kw - 1) // sx for each row, are *gaps*. They belong to
nobody; the product with them is dropped forward, and must be zero backward. The plain twins are ``im2col`` and
``col2im``; :mod:`solutions.speed` uses this layout block by block.
"""

from math import prod

import numpy as np

from solutions.arguments import Array, Padding, Pair, array, countable, pair
from solutions.blocks import BUFFER, parts_of
from solutions.phases import join_phases, phase_shape, split_phases, taps_of
from solutions.strides import out_size

__all__ = ["col2im_row_wide", "im2col_row_wide"]


def im2col_row_wide(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy windows into columns that keep the whole width of a padded row.

    Args:
        x, kernel_size, stride, padding, dilation: as in ``im2col``.

    Returns:
        Columns, shape (n, c, kh, kw, (oh - 1)·width + ow), dtype of ``x``. ``width`` is that of a phase: of the
        padded image at stride 1, in general ow + dx·(kw - 1) // sx. Entry p·width + q belongs to window (p, q) for
        q < ow, and to the gap otherwise. A fresh array.

    Raises:
        ValueError, TypeError: as ``im2col``.
    """
    phases = split_phases(x, kernel_size, stride, padding, dilation)
    (kh, kw), run = pair("kernel_size", kernel_size), _run(np.shape(x)[2:], kernel_size, stride, padding, dilation)
    shape = (*phases.shape[:2], kh, kw, run)
    countable("cols", shape)
    cols = np.empty(shape, phases.dtype)
    flat, width = phases.reshape(*phases.shape[:4], -1), phases.shape[-1]
    for i, j, a, b, top, left in taps_of((kh, kw), stride, dilation):
        cols[:, :, i, j] = flat[:, :, a, b, top * width + left :][..., :run]
    return cols


def col2im_row_wide(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Do what ``col2im`` does for row-wide columns: add every entry, those in gaps too, to the pixel it came from.

    A few planes at a time, so that the sums stay in the cache while kh·kw runs are added to them. Gaps that are to
    have no part must hold zeros, as they do in a product with a ``grad_y`` that has zeros there.

    Args:
        cols: columns, shape (n, c, kh, kw, (oh - 1)·width + ow), as :func:`im2col_row_wide` lays them out.
        size, stride, padding, dilation: as in ``col2im``.

    Returns:
        Images, shape (n, c, h, w), dtype of ``cols``.

    Raises:
        ValueError: if ``cols`` does not have five axes, or its runs do not have the length for images of that size.
    """
    cols, (h, w) = array("cols", cols, "n", "c", "kh", "kw", "run"), pair("size", size)
    n, c, kh, kw, run = cols.shape
    if run != (needed := _run((h, w), (kh, kw), stride, padding, dilation)):
        raise ValueError(f"cols has runs of {run} entries, but images of {h} × {w} with these settings need {needed}")
    shape = phase_shape((h, w), (kh, kw), stride, padding, dilation)
    countable("x", (n, c, *shape))
    planes, x = cols.reshape(n * c, kh, kw, run), np.empty((n * c, 1, h, w), cols.dtype)
    parts = parts_of(n * c, BUFFER // (prod(shape) * cols.itemsize))
    room = np.empty((parts[0].stop, *shape), cols.dtype)
    for part in parts:
        sums = room[: part.stop - part.start]
        sums[...] = 0
        flat = sums.reshape(*sums.shape[:3], -1)
        for i, j, a, b, top, left in taps_of((kh, kw), stride, dilation):
            there = flat[:, a, b, top * shape[3] + left :][:, :run]
            there += planes[part, i, j]
        x[part] = join_phases(sums[:, np.newaxis], (h, w), (kh, kw), stride, padding, dilation)
    return x.reshape(n, c, h, w)


def _run(size: Pair, kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair) -> int:
    """Return how long the runs of row-wide columns are."""
    oh, ow = out_size(size, kernel_size, stride, padding, dilation)
    return (oh - 1) * phase_shape(size, kernel_size, stride, padding, dilation)[3] + ow
