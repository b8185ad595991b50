"""A convolution cut into blocks whose columns fit in a cache.

:class:`Blocks` is what the blocked versions of :mod:`solutions.speed` have in common, forward and backward: sizes
worked out once, a loop over groups of images and of output rows, and one buffer of columns that all blocks reuse.
Columns come in two layouts. *Compact* ones hold ow windows for each output row, as ``im2col`` has them. *Row-wide* ones
keep the whole width of a padded row: windows that hang over its right edge fill the gap between one output row and the
next, so that a tap reads a single run of memory. What the gaps hold is nobody's output.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, countable, pair
from solutions.phases import join_phases, split_phases, taps_of
from solutions.strides import check_channels, out_size, pads

__all__ = ["BUFFER", "Blocks", "blocks_of", "parts_of"]

BUFFER = 2 * 2**20  # bytes of columns at a time: few enough to stay in a cache, enough to keep a matrix product busy


def parts_of(count: int, most: int) -> list[slice]:
    """Cut 0 … count - 1 into parts of nearly equal length, none longer than ``most`` (or than 1)."""
    pieces = -(-count // max(most, 1))
    length = -(-count // pieces)
    return [slice(begin, min(begin + length, count)) for begin in range(0, count, length)]


@dataclass(frozen=True)
class Blocks:
    """A convolution of ``x`` with ``weight``, block by block; made by :func:`blocks_of`.

    Attributes:
        x, weight: of one dtype.
        stride, dilation: as pairs.
        sides: the padding as ((top, bottom), (left, right)).
        groups: as in ``conv2d``.
        out: (oh, ow).
        width: how many windows an output row has in the columns: ow, or with the gap if ``row_wide``.
        row_wide: which layout the columns have.
    """

    x: Array
    weight: Array
    stride: tuple[int, int]
    sides: Pairs
    dilation: tuple[int, int]
    groups: int
    out: tuple[int, int]
    width: int
    row_wide: bool

    def kernels(self) -> Array:
        """Return the kernels as matrices, shape (groups, f/groups, c/groups·kh·kw)."""
        return self.weight.reshape(self.groups, len(self.weight) // self.groups, -1)

    def walk(self) -> Iterator[tuple[slice, list[slice]]]:
        """Yield images, and the parts of their output rows, so that the columns of each block fit in the buffer."""
        row_bytes = prod(self.weight.shape[1:]) * self.groups * self.width * self.x.itemsize
        row_parts = parts_of(self.out[0], BUFFER // row_bytes)
        for images in parts_of(len(self.x), BUFFER // (row_bytes * self.out[0])):
            yield images, row_parts

    def buffer(self, channels: int) -> Array:
        """Return room for the largest block of something that has so many numbers for each window."""
        images, row_parts = next(self.walk())
        return np.empty(images.stop * channels * row_parts[0].stop * self.width, self.x.dtype)

    def split(self, images: slice) -> Array:
        """Return the phases of some images; at stride 1 and without padding, these are the images, not copied."""
        if self.stride == (1, 1) and self.sides == ((0, 0), (0, 0)):
            return np.ascontiguousarray(self.x[images])[:, :, np.newaxis, np.newaxis]
        return split_phases(self.x[images], self.weight.shape[2:], self.stride, self.sides, self.dilation)

    def join(self, phases: Array) -> Array:
        """Return the images of some phases."""
        return join_phases(phases, self.x.shape[2:], self.weight.shape[2:], self.stride, self.sides, self.dilation)

    def columns(self, buffer: Array, phases: Array, rows: slice) -> Array:
        """Fill the buffer with the windows of some output rows.

        Returns:
            A view of it, shape (m, c, kh, kw, r, ow), or (m, c, kh, kw, run) if row-wide.
        """
        places = list(taps_of(self.weight.shape[2:], self.stride, self.dilation))
        first = self.window(phases, rows, *places[0][2:])
        shape = (*phases.shape[:2], *self.weight.shape[2:], *first.shape[2:])
        cols = buffer[: prod(shape)].reshape(shape)
        for i, j, *place in places:
            cols[:, :, i, j] = self.window(phases, rows, *place)
        return cols

    def add_back(self, cols: Array, phases: Array, rows: slice) -> None:
        """Add every column entry to the place in the phases that :meth:`columns` copied it from."""
        for i, j, *place in taps_of(self.weight.shape[2:], self.stride, self.dilation):
            there = self.window(phases, rows, *place)
            there += cols[:, :, i, j]

    def window(self, phases: Array, rows: slice, a: int, b: int, top: int, left: int) -> Array:
        """Return a view of what one tap reads for some output rows, shape (m, c, r, ow), or (m, c, run) if row-wide."""
        phase, ow = phases[:, :, a, b], self.out[1]
        if not self.row_wide:
            return phase[:, :, top + rows.start : top + rows.stop, left : left + ow]
        begin, last = (top + rows.start) * self.width + left, (top + rows.stop - 1) * self.width + left
        return phase.reshape(*phase.shape[:2], -1)[:, :, begin : last + ow]


def blocks_of(
    x: Array, weight: Array, settings: tuple[Pair, Padding, Pair], groups: int = 1, *, row_wide: bool = False
) -> Blocks:
    """Check the arguments of a convolution, and work its sizes out.

    Args:
        x, weight, groups: as in ``conv2d``.
        settings: stride, padding and dilation, as in ``conv2d``.
        row_wide: which layout the columns are to have.

    Raises:
        ValueError, TypeError: as ``conv2d``.
    """
    check_channels(x, weight, None, groups)
    dtype = np.result_type(x, weight)
    x, weight, (stride, padding, dilation) = np.asarray(x, dtype), np.asarray(weight, dtype), settings
    size, kernel_size = x.shape[2:], weight.shape[2:]
    sides = pads(padding, size, kernel_size, stride, dilation)
    oh, ow = out_size(size, kernel_size, stride, sides, dilation)
    countable("y", (len(x), len(weight), oh, ow))
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    width = ow + dx * (kernel_size[1] - 1) // sx if row_wide else ow
    return Blocks(x, weight, (sy, sx), sides, (dy, dx), groups, (oh, ow), width, row_wide)
