"""Convolution with fewer multiplications: Winograd's minimal filtering.

Two neighbouring outputs of a kernel with three taps take six multiplications; with sums of inputs and of weights made
first, four are enough: F(2, 3). Four outputs take six instead of twelve: F(4, 3). In two dimensions, rows and columns
together, tiles of 4 × 4 outputs take 36 multiplications instead of 144. The algorithms are those of S. Winograd
("Arithmetic Complexity of Computations", 1980), for convolutional networks by A. Lavin and S. Gray ("Fast Algorithms
for Convolutional Neural Networks", 2016).

The sums have large coefficients that cancel in the end, so rounding is coarser, by about a digit for F(4, 3); a
number that is infinite or not a number spreads over its whole tile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from solutions.arguments import Array, Padding, Pair, Pairs, array, pair
from solutions.backprop import conv2d_grad_bias
from solutions.blocks import parts_of
from solutions.phases import join_phases, split_phases
from solutions.strides import check_channels, out_size, pads

__all__ = ["as_gradients", "conv2d_winograd", "conv2d_winograd_backward", "correlate_winograd", "winograd_pays"]

WORKSPACE = 15 * 2**18  # bytes of tiles at a time

# F(4, 3), from the interpolation points 0, 1, -1, 2, -2 and ∞. An output tile is OF_OUTPUT @ (products), and the
# products are (OF_INPUT @ six inputs) * (OF_KERNEL @ three weights).
OF_INPUT = (
    (4, 0, -5, 0, 1, 0),
    (0, -4, -4, 1, 1, 0),
    (0, 4, -4, -1, 1, 0),
    (0, -2, -1, 2, 1, 0),
    (0, 2, -1, -2, 1, 0),
    (0, 4, 0, -5, 0, 1),
)
OF_KERNEL = (
    (1 / 4, 0, 0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0, 0, 1),
)
OF_OUTPUT = ((1, 1, 1, 1, 1, 0), (0, 1, -1, 2, -2, 0), (0, 1, 1, 4, 4, 0), (0, 1, -1, 8, -8, 1))


def correlate_winograd(x: Array, weight: Array) -> Array:
    """Slide a kernel with three taps along a row: F(2, 3), four multiplications for each two outputs.

    Args:
        x: the row, shape (w,).
        weight: the kernel, shape (3,), not flipped.

    Returns:
        y, shape (w - 2,), as ``correlate`` gives it; whole numbers become floating point, because of a division by two.

    Raises:
        ValueError: if ``x`` is no row of at least three entries, or ``weight`` has not three.
    """
    x, weight = array("x", x, "w"), array("weight", weight, "kw")
    if len(weight) != 3 or len(x) < 3:
        raise ValueError(f"x has {len(x)} entries and weight {len(weight)}; F(2, 3) needs three or more, and three")
    ow = len(x) - 2
    even = np.zeros(ow + ow % 2 + 2, np.result_type(x, weight, np.float16))
    even[: len(x)] = x
    d0, d1, d2, d3 = even[:-2:2], even[1:-2:2], even[2::2], even[3::2]
    g0, g1, g2 = weight.astype(even.dtype)
    first, last = (d0 - d2) * g0, (d1 - d3) * g2
    plus, minus = (d1 + d2) * ((g0 + g1 + g2) / 2), (d2 - d1) * ((g0 - g1 + g2) / 2)
    y = np.empty(ow + ow % 2, even.dtype)
    y[::2], y[1::2] = first + plus + minus, plus - minus - last
    return y[:ow]


def conv2d_winograd(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Padding = 0
) -> Array:
    """Do what ``conv2d`` does, without dilation or groups, by F(4, 3) in two dimensions.

    Each of the three transformations is a matrix product itself, and the 36 products of all channels and tiles are 36
    matrix products. A stride becomes 1 over the phases of the image, which count as channels then; so a kernel may
    have up to three times the stride of taps along each axis.

    Args:
        x, weight, bias, stride, padding: as in ``conv2d``; float32 or float64.

    Returns:
        y, shape (n, f, oh, ow).

    Raises:
        ValueError: if a kernel is larger than three times the stride; else as ``conv2d``.
        TypeError: if the numbers are not of float32 or float64.
    """
    check_channels(x, weight, bias, 1)
    job = _tiling(x, weight, stride, padding)
    of_input, of_output = (_both_axes(matrix, job.x.dtype) for matrix in (OF_INPUT, OF_OUTPUT))
    kernels = job.transformed_kernels()
    _, f, c = kernels.shape
    y = np.empty((len(x), f, *job.out), kernels.dtype)
    here, there = job.room(36 * max(f, c)), job.room(max(36 * c, 16 * f))
    for images, row_parts in job.walk():
        phases = job.split(images)
        for rows in row_parts:
            m = len(phases) * (rows.stop - rows.start) * job.tiles[1]
            tiles = job.cut(phases, rows, here)  # (c, 36, m)
            inputs = _front(there, 36, c, m)
            np.matmul(of_input, tiles, out=inputs.swapaxes(0, 1))
            products = _front(here, 36, f, m)
            np.matmul(kernels, inputs, out=products)
            outputs = np.matmul(of_output, products.swapaxes(0, 1), out=_front(there, f, 16, m))
            for tile, place in job.meetings(outputs, y[images], rows):
                place[...] = tile
    return y if bias is None else y + np.asarray(bias)[:, np.newaxis, np.newaxis]


def conv2d_winograd_backward(
    grad_y: Array, x: Array, weight: Array, stride: Pair = 1, padding: Padding = 0
) -> tuple[Array, Array, Array]:
    """Do what ``conv2d_backward`` does, by going back through :func:`conv2d_winograd` step by step.

    Every step was a matrix product, so every step back is one with the transposed matrix.

    Args, returns and errors are those of ``conv2d_backward`` and :func:`conv2d_winograd`.
    """
    check_channels(x, weight, None, 1)
    grad_y = array("grad_y", grad_y, "n", "f", "oh", "ow")
    dtype = np.result_type(grad_y, x, weight)
    job = _tiling(np.asarray(x, dtype), np.asarray(weight, dtype), stride, padding)
    if grad_y.shape != (needed := (len(x), len(weight), *job.out)):
        raise ValueError(f"grad_y has shape {grad_y.shape}, but y has {needed}; give one entry for each of its")
    of_input, of_output = (_both_axes(matrix, job.x.dtype) for matrix in (OF_INPUT, OF_OUTPUT))
    kernels = job.transformed_kernels()
    _, f, c = kernels.shape
    transposed, grad_kernels, grad_x = (
        kernels.swapaxes(1, 2).copy(),
        np.zeros_like(kernels),
        np.empty(np.shape(x), dtype),
    )
    here, there, up = job.room(max(36 * c, 16 * f)), job.room(36 * c), job.room(36 * f)
    for images, row_parts in job.walk():
        phases = job.split(images)
        grad_phases = np.zeros_like(phases)
        for rows in row_parts:
            m = len(phases) * (rows.stop - rows.start) * job.tiles[1]
            inputs = _front(there, 36, c, m)
            np.matmul(of_input, job.cut(phases, rows, here), out=inputs.swapaxes(0, 1))
            outputs = _front(here, f, 16, m)
            outputs[...] = 0
            for tile, place in job.meetings(outputs, grad_y[images], rows):
                tile[...] = place
            products = _front(up, 36, f, m)
            np.matmul(of_output.T, outputs, out=products.swapaxes(0, 1))
            grad_kernels += products @ inputs.swapaxes(1, 2)
            np.matmul(transposed, products, out=inputs)
            tiles = np.matmul(of_input.T, inputs.swapaxes(0, 1), out=_front(here, c, 36, m))
            job.add_back(tiles, grad_phases, rows)
        grad_x[images] = job.join(grad_phases)
    return as_gradients((grad_x, job.kernels_back(grad_kernels)), grad_y, x, weight)


def as_gradients(grads: tuple[Array, Array], grad_y: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Complete grad_x and grad_weight by grad_bias, each of the dtype of the products that it is a sum of."""
    of_x, of_weight = np.result_type(grad_y, weight), np.result_type(grad_y, x)
    grad_x, grad_weight = grads[0].astype(of_x, copy=False), grads[1].astype(of_weight, copy=False)
    return grad_x, grad_weight, conv2d_grad_bias(grad_y)


def winograd_pays(
    x: Array, weight: Array, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1, groups: int = 1
) -> bool:
    """Tell whether :func:`conv2d_winograd` can do a convolution, with less than 0.6 of the multiplications.

    Those of the transformations count as well; what is saved beyond that is lost in moving tiles about.

    Args:
        x, weight, stride, padding, dilation, groups: as in ``conv2d``.

    Raises:
        ValueError, TypeError: as ``conv2d``.
    """
    (f, c, kh, kw), (sy, sx) = np.shape(weight), pair("stride", stride)
    oh, ow = out_size(np.shape(x)[2:], (kh, kw), (sy, sx), padding, dilation)
    floating = np.result_type(x, weight) in (np.float32, np.float64)
    if not floating or groups != 1 or pair("dilation", dilation) != (1, 1) or kh > 3 * sy or kw > 3 * sx:
        return False
    phases = c * sy * sx
    with_tiles = -(-oh // 4) * -(-ow // 4) * (36 * f * phases + 36 * 36 * phases + 16 * 36 * f)
    return bool(10 * with_tiles < 6 * oh * ow * f * c * kh * kw)


@dataclass(frozen=True)
class _Tiling:
    """A convolution cut into tiles of 4 × 4 windows, which read 6 × 6 pixels of the phases; these count as channels."""

    x: Array
    weight: Array
    stride: tuple[int, int]
    sides: Pairs
    out: tuple[int, int]
    tiles: tuple[int, int]  # down and across

    def walk(self) -> Iterator[tuple[slice, list[slice]]]:
        """Yield images, and parts of their rows of tiles."""
        (f, c), (down, across) = self.weight.shape[:2], self.tiles
        row_bytes = 72 * max(f, c * prod(self.stride)) * across * self.x.itemsize
        row_parts = parts_of(down, WORKSPACE // row_bytes)
        for images in parts_of(len(self.x), WORKSPACE // (row_bytes * down)):
            yield images, row_parts

    def room(self, numbers: int) -> Array:
        """Return room for so many numbers for each tile of the largest block."""
        images, row_parts = next(self.walk())
        return np.empty(numbers * images.stop * row_parts[0].stop * self.tiles[1], self.x.dtype)

    def split(self, images: slice) -> Array:
        sy, sx = self.stride
        phases = split_phases(self.x[images], (3 * sy, 3 * sx), self.stride, self.sides)
        return phases.reshape(len(phases), -1, *phases.shape[4:])

    def join(self, phases: Array) -> Array:
        (sy, sx), (m, _, ph, pw) = self.stride, phases.shape
        phases = phases.reshape(m, -1, sy, sx, ph, pw)
        return join_phases(phases, self.x.shape[2:], (3 * sy, 3 * sx), self.stride, self.sides)

    def transformed_kernels(self) -> Array:
        """Return the kernels, filled up with zeros to 3 × 3 taps of each phase, as 36 matrices (f, channels)."""
        (f, c, kh, kw), (sy, sx) = self.weight.shape, self.stride
        filled = np.zeros((f, c, 3 * sy, 3 * sx), self.weight.dtype)
        filled[:, :, :kh, :kw] = self.weight
        phases = filled.reshape(f, c, 3, sy, 3, sx).transpose(2, 4, 0, 1, 3, 5)
        matrices: Array = _both_axes(OF_KERNEL, filled.dtype) @ phases.reshape(9, -1)
        return matrices.reshape(36, f, c * sy * sx)

    def kernels_back(self, grad_kernels: Array) -> Array:
        """Return the gradient of the kernels from that of :meth:`transformed_kernels`."""
        (f, c, kh, kw), (sy, sx) = self.weight.shape, self.stride
        phases = _both_axes(OF_KERNEL, grad_kernels.dtype).T @ grad_kernels.reshape(36, -1)
        filled = phases.reshape(3, 3, f, c, sy, sx).transpose(2, 3, 0, 4, 1, 5).reshape(f, c, 3 * sy, 3 * sx)
        return np.array(filled[:, :, :kh, :kw])

    def cut(self, phases: Array, rows: slice, room: Array) -> Array:
        """Copy the tiles of some rows, 6 × 6 pixels every 4, into a matrix for each channel: (c, 36, m)."""
        r, across = rows.stop - rows.start, self.tiles[1]
        windows = np.lib.stride_tricks.sliding_window_view(phases, (6, 6), axis=(2, 3))
        tiles = windows[:, :, 4 * rows.start : 4 * rows.stop : 4, : 4 * across : 4]
        cut = _front(room, phases.shape[1], 6, 6, len(phases), r, across)
        cut[...] = tiles.transpose(1, 4, 5, 0, 2, 3)
        return cut.reshape(len(cut), 36, -1)

    def add_back(self, tiles: Array, phases: Array, rows: slice) -> None:
        """Add the pixels of all tiles to the places that :meth:`cut` copied them from."""
        r, across = rows.stop - rows.start, self.tiles[1]
        tiles = tiles.reshape(len(tiles), 6, 6, len(phases), r, across).transpose(1, 2, 3, 0, 4, 5)
        for i in range(6):
            for j in range(6):
                top = 4 * rows.start + i
                phases[:, :, top : top + 4 * r - 3 : 4, j : j + 4 * across - 3 : 4] += tiles[i, j]

    def meetings(self, outputs: Array, y: Array, rows: slice) -> Iterator[tuple[Array, Array]]:
        """Yield matching views of tiles (f, 16, m) and of outputs (m, f, oh, ow); tiles may hang over the edges."""
        tiles = outputs.reshape(len(outputs), 4, 4, len(y), -1, self.tiles[1]).transpose(1, 2, 3, 0, 4, 5)
        for i in range(4):
            for j in range(4):
                place = y[:, :, 4 * rows.start + i : 4 * rows.stop : 4, j::4]
                yield tiles[i, j, :, :, : place.shape[2], : place.shape[3]], place


def _tiling(x: Array, weight: Array, stride: Pair, padding: Padding) -> _Tiling:
    dtype, (kh, kw), (sy, sx) = np.result_type(x, weight), np.shape(weight)[2:], pair("stride", stride)
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"x and weight make {dtype}; Winograd's sums need float32 or float64, so convert one of them")
    if kh > 3 * sy or kw > 3 * sx:
        raise ValueError(f"kernels of {kh} × {kw} are more than three times the stride {sy, sx}; use conv2d_blocked")
    x, weight = np.asarray(x, dtype), np.asarray(weight, dtype)
    (h, w), sides = x.shape[2:], pads(padding, x.shape[2:], (kh, kw), stride)
    oh, ow = out_size((h, w), (kh, kw), stride, sides)
    (top, _), (left, _) = sides
    down, across = -(-oh // 4), -(-ow // 4)
    bottom = max(0, sy * (4 * down + 2) - top - h)  # as far as the tiles reach, which may hang over the edge
    right = max(0, sx * (4 * across + 2) - left - w)
    return _Tiling(x, weight, (sy, sx), ((top, bottom), (left, right)), (oh, ow), (down, across))


def _both_axes(matrix: tuple[tuple[float, ...], ...], dtype: np.dtype) -> Array:
    """Return the matrix that transforms the rows and the columns of a flattened tile."""
    return np.kron(matrix, matrix).astype(dtype)


def _front(room: Array, *shape: int) -> Array:
    """Return the beginning of a flat array, in a shape."""
    return room[: prod(shape)].reshape(shape)
