"""Seconds to compile a kernel for the CPU, and to run it with every access checked.

Run ``python -m benchmarks.cuda_emulation``. The kernels are those of the tests; images have the shape (8, 64, 56, 56)
of a layer of ResNet, kernels 3×3, padding 1.
"""

import os
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from tests.cuda import sources
from unrolled.cuda import compiler
from unrolled.cuda.emulation import RawKernel

IMAGES, SIZE, BLOCK = 8 * 64, 56, 256
REPETITIONS = 3


def seconds(action: Callable[[], object]) -> float:
    """Return the wall time of an action."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def report(which: str, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
    """Print one line: compiling, which happens once, and the median of several launches."""
    code, name, *options = sources.ALL[which]
    kernel = RawKernel(code, name, options)
    compiling = seconds(kernel.compile)
    running = median(seconds(lambda: kernel(grid, block, args)) for _ in range(REPETITIONS))
    print(f"{which:24}{compiling:10.2f}{running:10.2f}")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[compiler.CACHE_VARIABLE] = folder  # so that everything is compiled
        print(f"the runtime, once per machine: {seconds(compiler.runtime):.2f} s to compile")
        print(f"{'seconds':24}{'compile':>10}{'launch':>10}")
        rng = np.random.default_rng(0)
        images = rng.standard_normal((IMAGES, SIZE, SIZE), np.float32)
        cols = rng.standard_normal((IMAGES, 3, 3, SIZE, SIZE), np.float32)
        geometry = (SIZE, SIZE, 3, 3, 1, 1, 1, 1, 1, 1, SIZE, SIZE)
        for which, args, threads in (
            ("im2col", (images, cols), cols.size),
            ("col2im by atomics", (cols, images), cols.size),
            ("col2im by gathering", (cols, images), images.size),
        ):
            report(which, (-(-threads // BLOCK),), (BLOCK,), (*args, *geometry, threads))
        a = rng.standard_normal((256, 256), np.float32)
        report("tiled product", (32, 32), (8, 8), (a, a, np.empty_like(a), 256, 256, 256))


if __name__ == "__main__":
    main()
