"""The chapter's operations by kernels in CUDA C, which are in :mod:`solutions.cuda_texts`.

Arrays are float32 and lie where :class:`unrolled.cuda.RawKernel` wants them: CuPy's with a GPU, NumPy's with the
emulation. The functions ``…_launch`` choose grid and block for sizes.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from solutions.arguments import Padding, Pair, pair
from solutions.cuda_texts import (
    COL2IM_ATOMIC,
    COL2IM_FIXED,
    COL2IM_GATHER,
    CONV2D,
    CONV2D_REGISTERS,
    IM2COL,
    IM2COL_FIXED,
    IM2COL_WINDOWS,
    IM2COL_WINDOWS_FIXED,
    MATMUL,
    SIZES,
)
from solutions.strides import out_size, pads
from unrolled.cuda import RawKernel

__all__ = [
    "col2im_atomic", "col2im_fixed", "col2im_gather", "col2im_launch", "conv2d", "conv2d_launch", "conv2d_registers",
    "im2col", "im2col_fixed", "im2col_launch", "im2col_windows", "im2col_windows_fixed", "matmul", "matmul_launch",
]  # fmt: skip

Launch = tuple[tuple[int, ...], tuple[int, ...], int]  # grid, block, bytes of shared memory
Array = Any  # NumPy's or CuPy's

BLOCK = 256
TILE = 16
WIDE, DEPTH = 64, 16  # of CONV2D_REGISTERS: a block makes WIDE × WIDE outputs, DEPTH entries of the sums at a time


def im2col_launch(planes: int, kh: int, kw: int, oh: int, ow: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return grid, block and bytes of shared memory for a thread for each entry of the columns."""
    return (max(-(-planes * kh * kw * oh * ow // BLOCK), 1),), (BLOCK,), 0


def col2im_launch(planes: int, h: int, w: int) -> Launch:
    """Return grid, block and bytes of shared memory for a thread for each pixel."""
    return (max(-(-planes * h * w // BLOCK), 1),), (BLOCK,), 0


def matmul_launch(m: int, n: int, tile: int = TILE) -> Launch:
    """Return grid, block and bytes of shared memory for a product of m rows and n columns."""
    return (max(-(-n // tile), 1), max(-(-m // tile), 1)), (tile, tile), 0


def conv2d_launch(n: int, f: int, oh: int, ow: int, tile: int = TILE) -> Launch:
    """Return grid, block and bytes of shared memory for outputs (n, f, oh, ow): filters down, windows across."""
    return matmul_launch(f, n * oh * ow, tile)


def im2col(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Copy the windows of images into columns, a thread for each entry.

    Args:
        x: images, shape (n, c, h, w), float32.
        kernel_size, stride, padding, dilation: as in :func:`solutions.strides.im2col`.

    Returns:
        Columns, shape (n, c, kh, kw, oh, ow).

    Raises:
        ValueError, TypeError: as :func:`solutions.strides.im2col`, and if an array is not float32.
    """
    sizes = _sizes(x.shape[-2:], kernel_size, stride, padding, dilation)
    return _run_im2col(x, sizes, IM2COL, "im2col", (), sizes.values())


def im2col_fixed(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """As :func:`im2col`, by a kernel that is compiled for these sizes, and for less than 2³¹ entries."""
    sizes = _sizes(x.shape[-2:], kernel_size, stride, padding, dilation)
    _require_narrow(x.shape[0] * x.shape[1], sizes)
    return _run_im2col(x, sizes, IM2COL_FIXED, "im2col_fixed", _constants(sizes), ())


def im2col_windows(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """As :func:`im2col`, a thread for each window of each plane, so that few indices are divided."""
    sizes = _sizes(x.shape[-2:], kernel_size, stride, padding, dilation)
    return _run_im2col(x, sizes, IM2COL_WINDOWS, "im2col_windows", (), sizes.values())


def im2col_windows_fixed(
    x: Array, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """As :func:`im2col_windows`, by a kernel that is compiled for these sizes, and for less than 2³¹ entries."""
    sizes = _sizes(x.shape[-2:], kernel_size, stride, padding, dilation)
    _require_narrow(x.shape[0] * x.shape[1], sizes)
    return _run_im2col(x, sizes, IM2COL_WINDOWS_FIXED, "im2col_windows_fixed", _constants(sizes), ())


def col2im_atomic(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Add columns up where they came from: a thread for each entry, which adds atomically, in no fixed order.

    Args:
        cols: shape (n, c, kh, kw, oh, ow), float32.
        size: (h, w) of the images.
        stride, padding, dilation: as in :func:`solutions.col2im.col2im`.

    Returns:
        Images, shape (n, c, h, w).

    Raises:
        ValueError, TypeError: as :func:`solutions.strides.im2col`, and if an array is not float32.
    """
    sizes = _sizes(size, cols.shape[2:4], stride, padding, dilation)
    x = _room(cols, (*cols.shape[:2], sizes["h"], sizes["w"]))
    x[...] = 0
    planes = cols.shape[0] * cols.shape[1]
    launch = im2col_launch(planes, *cols.shape[2:])
    _run(COL2IM_ATOMIC, "col2im_atomic", (), launch, cols, x, planes, *sizes.values())
    return x


def col2im_gather(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """As :func:`col2im_atomic`, by a thread for each pixel, which looks for its copies: the same sum every time."""
    sizes = _sizes(size, cols.shape[2:4], stride, padding, dilation)
    return _run_col2im(cols, sizes, COL2IM_GATHER, "col2im_gather", (), sizes.values())


def col2im_fixed(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """As :func:`col2im_gather`, by a kernel that is compiled for these sizes, and for less than 2³¹ entries."""
    sizes = _sizes(size, cols.shape[2:4], stride, padding, dilation)
    _require_narrow(cols.shape[0] * cols.shape[1], sizes)
    return _run_col2im(cols, sizes, COL2IM_FIXED, "col2im_fixed", _constants(sizes), ())


def matmul(a: Array, b: Array) -> Array:
    """Multiply matrices (m, k) and (k, n), float32, through tiles in shared memory.

    Raises:
        ValueError: if the inner sizes differ.
        TypeError: if an array is not float32.
    """
    (m, k), (inner, n) = a.shape, b.shape
    if k != inner:
        raise ValueError(f"a has {k} columns, b has {inner} rows; they should be as many")
    c = _room(a, (m, n))
    _run(MATMUL, "matmul", (f"-DTILE={TILE}",), matmul_launch(m, n), a, b, c, m, n, k)
    return c


def conv2d(
    x: Array, weight: Array, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1, *, registers: bool = False
) -> Array:
    """Convolve images without columns in memory: a product whose second matrix is fetched from the images themselves.

    The idea, an implicit matrix product, is S. Chetlur et al., "cuDNN: Efficient primitives for deep learning" (2014).

    Args:
        x: images, shape (n, c, h, w), float32.
        weight: kernels, shape (f, c, kh, kw), float32.
        stride, padding, dilation: as in :func:`solutions.strides.im2col`.
        registers: whether each thread makes 4 × 4 outputs.

    Returns:
        Shape (n, f, oh, ow).

    Raises:
        ValueError, TypeError: as :func:`solutions.strides.im2col`, and if an array is not float32.
    """
    sizes = _sizes(x.shape[-2:], weight.shape[-2:], stride, padding, dilation)
    (n, c), f = x.shape[:2], len(weight)
    if weight.shape[1] != c:
        raise ValueError(f"weight has {weight.shape[1]} channels, x has {c}")
    y = _room(x, (n, f, sizes["oh"], sizes["ow"]))
    if not registers:
        launch = conv2d_launch(n, f, sizes["oh"], sizes["ow"])
        _run(CONV2D, "conv2d", (f"-DTILE={TILE}",), launch, x, weight, y, n, c, f, *sizes.values())
        return y
    options = tuple(f"-D{name}={value}" for name, value in (("WIDE", WIDE), ("DEPTH", DEPTH)))
    options += tuple(f"-D{name.upper()}={sizes[name]}" for name in ("kh", "kw"))
    grid, _, shared = conv2d_launch(n, f, sizes["oh"], sizes["ow"], WIDE)
    rest = [value for name, value in sizes.items() if name not in ("kh", "kw")]
    _run(CONV2D_REGISTERS, "conv2d_registers", options, (grid, (16, 16), shared), x, weight, y, n, c, f, *rest)
    return y


def conv2d_registers(x: Array, weight: Array, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """As :func:`conv2d`, each thread 4 × 4 outputs."""
    return conv2d(x, weight, stride, padding, dilation, registers=True)


def _run_im2col(
    x: Array, sizes: dict[str, int], code: str, name: str, options: tuple[str, ...], numbers: Sequence[int] | Any
) -> Array:
    """Make columns with one of the kernels, a thread for each entry or for each window."""
    (n, c), shape = x.shape[:2], tuple(sizes[axis] for axis in ("kh", "kw", "oh", "ow"))
    cols = _room(x, (n, c, *shape))
    per_window = name.startswith("im2col_windows")
    launch = col2im_launch(n * c, *shape[2:]) if per_window else im2col_launch(n * c, *shape)
    _run(code, name, options, launch, x, cols, n * c, *numbers)
    return cols


def _run_col2im(
    cols: Array, sizes: dict[str, int], code: str, name: str, options: tuple[str, ...], numbers: Sequence[int] | Any
) -> Array:
    """Make images with one of the two kernels that gather."""
    (n, c), size = cols.shape[:2], (sizes["h"], sizes["w"])
    x = _room(cols, (n, c, *size))
    _run(code, name, options, col2im_launch(n * c, *size), cols, x, n * c, *numbers)
    return x


def _sizes(size: Pair, kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair) -> dict[str, int]:
    """Return the numbers that kernels ask for, by the names in SIZES; of a padding they need what is in front."""
    (h, w), kernel = pair("size", size), pair("kernel_size", kernel_size)
    steps, gaps = pair("stride", stride), pair("dilation", dilation)
    (top, _), (left, _) = pads(padding, (h, w), kernel, steps, gaps)
    windows = out_size((h, w), kernel, steps, padding, gaps)
    return dict(zip(SIZES, (h, w, *kernel, *steps, top, left, *gaps, *windows), strict=True))


def _constants(sizes: dict[str, int]) -> tuple[str, ...]:
    return tuple(f"-D{name.upper()}={value}" for name, value in sizes.items())


def _require_narrow(planes: int, sizes: dict[str, int]) -> None:
    """Refuse arrays whose indices, of threads beyond the end too, do not fit 32 bits.

    Raises:
        ValueError: with the number of entries.
    """
    entries = planes * max(sizes["kh"] * sizes["kw"] * sizes["oh"] * sizes["ow"], sizes["h"] * sizes["w"])
    if entries > 2**31 - BLOCK:
        raise ValueError(f"{entries} entries; kernels that are compiled for one size count to 2³¹, take another")


def _room(like: Array, shape: tuple[int, ...]) -> Array:
    """Return an array to be filled, on the same side as another."""
    return np.empty_like(like, shape=shape, order="C")


@cache
def _kernel(code: str, name: str, options: tuple[str, ...]) -> Any:
    return RawKernel(code, name, options)


def _run(code: str, name: str, options: tuple[str, ...], launch: Launch, *args: Any) -> None:
    """Launch a kernel with arrays, brought into C order if need be, and ints of 32 bits.

    Raises:
        TypeError: if an array is not float32.
    """
    given = [np.int32(arg) if isinstance(arg, int | np.integer) else _plain(arg) for arg in args]
    grid, block, shared = launch
    _kernel(code, name, options)(grid, block, tuple(given), shared_mem=shared)


def _plain(array: Array) -> Array:
    if array.dtype != np.float32:
        raise TypeError(f"these kernels are for float32, not {array.dtype}")
    return array if array.flags.c_contiguous else array.copy(order="C")
