"""Who does what on a GPU, worked out in Python: grids for sizes, memory that a warp touches, threads one by one."""

import numpy as np

from solutions.arguments import Array, array

__all__ = [
    "bias_launch", "conv2d_blocks", "exposing", "im2col_threads", "launched", "matmul_blocks", "pixels_launch",
    "sectors",
]  # fmt: skip


exposing = {"x": [[0.0, 1.0]], "k": 1, "pad": 0}


def launched() -> Array:
    """Work out a launch over 1000 elements in blocks of 96 threads.

    Returns:
        Blocks; threads in all; threads without an element; the element of thread 50 in block 7; block and thread of
        element 700. Everything is counted from 0.
    """
    elements, block = 1000, 96
    blocks = -(-elements // block)
    return np.array([blocks, blocks * block, blocks * block - elements, 7 * block + 50, *divmod(700, block)])


def bias_launch(n: int, f: int, oh: int, ow: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return grid, block and bytes of shared memory for a thread for each of n * f * oh * ow elements."""
    return (-(-n * f * oh * ow // 128),), (128,), 0


def pixels_launch(m: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return grid, block and bytes of shared memory for a thread for each of m numbers."""
    return (-(-m // 32),), (32,), 0


def matmul_blocks(m: int, n: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return grid, block and bytes of shared memory for a product of m rows and n columns in tiles of 4 x 4."""
    return (-(-n // 4), -(-m // 4)), (4, 4), 0


def conv2d_blocks(n: int, f: int, oh: int, ow: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return grid, block and bytes of shared memory for f rows and n * oh * ow columns in tiles of 4 x 4."""
    return matmul_blocks(f, n * oh * ow)


def sectors(elements: Array, itemsize: int) -> int:
    """Count the pieces of memory that the warps of a launch fetch, each warp for itself.

    Memory comes in sectors of 32 bytes, and 32 threads that follow each other are a warp, as the CUDA C++ Best
    Practices Guide describes it for global memory.

    Args:
        elements: which element of an array each thread reads, in the order of the threads, whole numbers, 1-D. The
            array begins at a multiple of 32 bytes.
        itemsize: bytes of an element: 1, 2, 4, 8, 16 or 32.

    Returns:
        For every warp the number of different sectors in which its elements lie, summed over the warps.

    Raises:
        ValueError: if ``elements`` is not 1-D.
    """
    elements = array("elements", elements, "threads")
    warps = [elements[start : start + 32] for start in range(0, len(elements), 32)]
    return sum(len(np.unique(warp * itemsize // 32)) for warp in warps)


def im2col_threads(x: Array, k: int, pad: int) -> Array:
    """Make columns of one plane as a kernel does, a thread for each window, one after the other.

    Args:
        x: the plane, shape (h, w).
        k: height and width of a window.
        pad: rows and columns of zeros on every side.

    Returns:
        Columns, shape (k, k, oh, ow), dtype of ``x``; the stride is 1.

    Raises:
        ValueError: if ``x`` does not have two axes.
    """
    x = array("x", x, "h", "w")
    h, w = x.shape
    oh, ow = h + 2 * pad - k + 1, w + 2 * pad - k + 1
    memory, cols = x.ravel(), np.zeros((k, k, oh, ow), x.dtype)
    for thread in range(oh * ow):
        p, q = divmod(thread, ow)
        for i in range(k):
            for j in range(k):
                row, column = p + i - pad, q + j - pad
                if 0 <= row < h and 0 <= column < w:
                    cols[i, j, p, q] = memory[row * w + column]
    return cols
