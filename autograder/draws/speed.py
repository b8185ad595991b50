"""Cases of the chapter ``speed``: measured times, shapes of layers, and small images for every way to convolve."""

from collections.abc import Iterator

import numpy as np

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case

Shape = tuple[int, int, int, int]


def times(rng: Rng) -> Iterator[Case]:
    """Seconds of calls, with a slow first one, for ``fair_speedup``."""
    for name, old, new in [
        ("one shape, steady", [[6, 6, 6, 6]], [[2, 2, 2, 2]]),
        ("a slow first call", [[6, 6, 6, 6]], [[50, 2, 2, 2]]),
        ("one call disturbed", [[8, 8, 8, 8]], [[2, 2, 2, 40]]),
        ("one faster, one slower", [[4, 4], [1, 1]], [[1, 1], [4, 4]]),
        ("other numbers of calls", [[9, 6, 5, 7, 30]], [[12, 2, 4]]),
    ]:
        yield Case(name, {"old": old, "new": new})
    old = (rng.integers(20, 90, (3, 6)) / 10).tolist()
    new = (rng.integers(5, 30, (3, 4)) / 10).tolist()
    for row in (*old, *new):
        row[0] = round(row[0] + float(rng.integers(20, 60)), 1)
        row[2] = round(row[2] + float(rng.integers(10, 30)), 1)
    yield Case("three shapes, disturbed", {"old": old, "new": new})


def layers(rng: Rng) -> Iterator[Case]:
    """Layers and machines for ``roofline``."""
    layer: tuple[tuple[str, Shape, Shape, int, int, float, float], ...] = (
        ("one window", (1, 1, 2, 3), (1, 1, 2, 3), 4, 0, 100.0, 10.0),
        ("a slow processor", (1, 1, 3, 4), (2, 1, 2, 2), 4, 0, 2.0, 64.0),
        ("a slow memory", (1, 2, 3, 4), (3, 2, 2, 2), 4, 0, 1024.0, 8.0),
        ("columns written and read", (1, 2, 3, 5), (3, 2, 2, 3), 4, 2, 1024.0, 16.0),
        ("columns written, not read", (2, 1, 4, 3), (2, 1, 3, 2), 4, 1, 64.0, 16.0),
        ("float64", (2, 3, 4, 5), (4, 3, 2, 3), 8, 2, 512.0, 32.0),
        ("a processor of odd speed", (2, 1, 4, 5), (3, 1, 2, 3), 4, 0, 7.0, 64.0),
        ("1 × 1 kernels", (2, 3, 4, 5), (4, 3, 1, 1), 4, 2, 64.0, 32.0),
    )
    for name, x, weight, itemsize, trips, rate, bandwidth in layer:
        yield Case(name, _layer(x, weight, itemsize) | {"trips": trips, "rate": rate, "bandwidth": bandwidth})
    n, c, h, w, f = (int(k) for k in rng.integers([2, 3, 20, 30, 8], [5, 8, 30, 40, 16]))
    machine = {"trips": 2, "rate": 2e9 * float(rng.integers(1, 60)), "bandwidth": 1e9 * float(rng.integers(5, 20))}
    yield Case("drawn", _layer((n, c, h, w), (f, c, 3, 5), 4) | machine)


def budgets(rng: Rng) -> Iterator[Case]:
    """Layers and buffers for ``row_blocks``."""
    layer: tuple[tuple[str, Shape, Shape, int, int], ...] = (
        ("two blocks of two rows", (1, 1, 5, 4), (1, 1, 2, 2), 4, 96),  # a row of columns has 48 bytes
        ("a block left over", (1, 1, 6, 4), (1, 1, 2, 2), 4, 96),
        ("a buffer that is not quite full", (1, 1, 6, 4), (1, 1, 2, 2), 4, 100),
        ("a buffer with room for all", (1, 1, 5, 4), (1, 1, 2, 2), 4, 4096),
        ("exactly all rows", (1, 1, 5, 4), (1, 1, 2, 2), 4, 192),
        ("a buffer smaller than a row", (1, 1, 4, 4), (1, 1, 2, 2), 4, 40),
        ("channels", (1, 3, 9, 6), (2, 3, 2, 3), 4, 620),
        ("float64, many images", (5, 2, 11, 9), (3, 2, 3, 2), 8, 2500),
        ("high and narrow", (2, 2, 20, 5), (4, 2, 4, 3), 4, 1000),
        ("low and wide", (2, 2, 7, 12), (4, 2, 2, 3), 4, 1500),
    )
    for name, x, weight, itemsize, budget in layer:
        yield Case(name, _layer(x, weight, itemsize) | {"budget": budget})
    c, h, w = (int(k) for k in rng.integers([2, 30, 10], [6, 60, 20]))
    yield Case("drawn", _layer((3, c, h, w), (4, c, 3, 2), 4) | {"budget": c * 4 * 500})


def _layer(x: Shape, weight: Shape, itemsize: int) -> dict[str, object]:
    return {"x_shape": x, "weight_shape": weight, "itemsize": itemsize}


# name, c, size, kernel, dtype, layout
IMAGES: tuple[tuple[str, int, tuple[int, int], tuple[int, int], str, str], ...] = (
    ("one row", 1, (1, 4), (1, 2), "float64", "C"),
    ("one column", 1, (4, 1), (2, 1), "float64", "C"),
    ("2 × 2 windows of 2 × 2", 1, (3, 3), (2, 2), "float64", "C"),
    ("windows of 2 × 3", 1, (3, 5), (2, 3), "float64", "C"),
    ("windows of 3 × 2", 1, (5, 3), (3, 2), "float64", "C"),
    ("two channels", 2, (3, 4), (2, 2), "float64", "C"),
    ("float32", 3, (3, 4), (2, 3), "float32", "C"),
    ("one window", 2, (2, 3), (2, 3), "float64", "C"),
    ("whole numbers", 1, (4, 3), (2, 2), "int64", "C"),
    ("column-major", 2, (4, 3), (3, 2), "float64", "F"),
    ("every second entry", 2, (3, 4), (2, 2), "float64", "strided"),
)


def images(rng: Rng) -> Iterator[Case]:
    """One image and the size of its windows, for ``im2col_wide``."""
    for name, c, size, kernel_size, dtype, layout in IMAGES:
        yield Case(name, {"x": numbers(rng, (c, *size), dtype, layout), "kernel_size": kernel_size})


def runs(rng: Rng) -> Iterator[Case]:
    """Row-wide columns for ``col2im_wide``."""
    for name, c, (h, w), (kh, kw), dtype, layout in IMAGES:
        run = (h - kh) * w + w - kw + 1
        yield Case(name, {"cols": numbers(rng, (c, kh, kw, run), dtype, layout), "size": (h, w)})


def convolutions(rng: Rng) -> Iterator[Case]:
    """Images and kernels for ``kn2row``."""
    for name, x, weight, dtype, layout in [
        ("1 × 1 kernel", (1, 1, 2, 3), (1, 1, 1, 1), "float64", "C"),
        ("one row, two taps", (1, 1, 1, 4), (1, 1, 1, 2), "float64", "C"),
        ("2 × 2 kernel", (1, 1, 3, 4), (1, 1, 2, 2), "float64", "C"),
        ("1 × 3 kernel", (1, 1, 2, 4), (1, 1, 1, 3), "float64", "C"),
        ("two channels", (1, 2, 2, 3), (1, 2, 2, 1), "float64", "C"),
        ("two filters, 2 × 3 kernel", (1, 1, 3, 4), (2, 1, 2, 3), "float64", "C"),
        ("two images, three channels, two filters", (2, 3, 2, 3), (2, 3, 2, 2), "float64", "C"),
        ("float32", (1, 2, 4, 3), (3, 2, 3, 2), "float32", "C"),
        ("column-major", (2, 2, 3, 2), (1, 2, 2, 2), "float64", "F"),
    ]:
        yield Case(name, {"x": numbers(rng, x, dtype, layout), "weight": numbers(rng, weight, dtype, layout)})


def larger(rng: Rng) -> Iterator[Case]:
    """Images and kernels for ``conv2d_quick``."""
    for name, x, weight, budget, dtype, layout in [
        ("one window", (1, 1, 2, 3), (1, 1, 2, 3), None, "float64", "C"),
        ("2 × 2 kernel", (1, 1, 3, 4), (1, 1, 2, 2), None, "float64", "C"),
        ("two channels, two filters", (1, 2, 3, 3), (2, 2, 2, 1), None, "float64", "C"),
        ("three images", (3, 1, 3, 2), (2, 1, 2, 2), None, "float64", "C"),
        ("high, two rows at a time", (1, 1, 8, 2), (1, 1, 2, 1), 64, "float64", "C"),
        ("wide, less than a row at a time", (1, 1, 3, 9), (1, 1, 1, 3), 64, "float64", "C"),
        ("three rows at a time, two images", (2, 2, 8, 4), (3, 2, 2, 3), 576, "float64", "C"),
        ("two images, three channels, four filters", (2, 3, 5, 4), (4, 3, 3, 2), 900, "float64", "C"),
        ("float32", (2, 2, 5, 5), (3, 2, 2, 3), 300, "float32", "C"),
        ("column-major", (2, 2, 4, 3), (3, 2, 2, 2), None, "float64", "F"),
    ]:
        given = {"budget": budget} if budget else {}
        yield Case(name, {"x": numbers(rng, x, dtype, layout), "weight": numbers(rng, weight, dtype, layout), **given})


F_2_3 = (
    ((1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1)),
    ((1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1)),
    ((1, 1, 1, 0), (0, 1, -1, -1)),
)
F_3_2 = (
    ((1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, -1, 0, 1)),
    ((1, 0), (0.5, 0.5), (0.5, -0.5), (0, 1)),
    ((1, 1, 1, 0), (0, 1, -1, 0), (0, 1, 1, 1)),
)


def tiles(rng: Rng) -> Iterator[Case]:
    """Tiles, kernels and the matrices of an algorithm, for ``winograd_tiles``."""
    for name, algorithm, m, c, f, k, dtype in [
        ("one tile", F_2_3, 1, 1, 1, 3, "float64"),
        ("two tiles", F_2_3, 2, 1, 1, 3, "float64"),
        ("two channels", F_2_3, 1, 2, 1, 3, "float64"),
        ("two filters", F_2_3, 1, 1, 2, 3, "float64"),
        ("kernels of 2 × 2", F_3_2, 1, 1, 1, 2, "float64"),
        ("three tiles, two channels, two filters", F_2_3, 3, 2, 2, 3, "float64"),
        ("two tiles, three channels, kernels of 2 × 2", F_3_2, 2, 3, 1, 2, "float64"),
        ("float32", F_2_3, 2, 2, 1, 3, "float32"),
    ]:
        names = ("of_input", "of_kernel", "of_output")
        matrices = {key: np.array(rows, dtype) for key, rows in zip(names, algorithm, strict=True)}
        drawn = {"tiles": numbers(rng, (m, c, 4, 4), dtype), "weight": numbers(rng, (f, c, k, k), dtype)}
        yield Case(name, drawn | matrices)


def rows(rng: Rng) -> Iterator[Case]:
    """Rows and kernels for ``correlate_fft``."""
    for name, w, kw, dtype in [
        ("four entries, one tap", 4, 1, "float64"),
        ("five entries, two taps", 5, 2, "float64"),
        ("four entries, two taps", 4, 2, "float64"),
        ("one entry", 1, 1, "float64"),
        ("as long as the kernel", 5, 5, "float64"),
        ("seven entries, three taps", 7, 3, "float64"),
        ("eight entries, five taps", 8, 5, "float64"),
        ("float32", 9, 4, "float32"),
    ]:
        yield Case(name, {"x": numbers(rng, w, dtype), "weight": numbers(rng, kw, dtype)})
