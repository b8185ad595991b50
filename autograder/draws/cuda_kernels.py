"""Cases of the chapter ``cuda_kernels``: arguments in the order of the kernels, and what NumPy makes of them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case
from solutions.col2im import col2im
from solutions.strides import im2col
from unrolled.given.strides import out_size
from unrolled.judge.kernels import unwritten

Two = tuple[int, int]
Pads = tuple[Two, Two]
NONE: Pads = ((0, 0), (0, 0))

# name, n, c, size, kernel, stride, padding, dilation, group
GEOMETRIES: tuple[tuple[str, int, int, Two, Two, Two, Pads, Two, str], ...] = (
    ("windows of 1 × 2", 1, 1, (2, 3), (1, 2), (1, 1), NONE, (1, 1), "plain"),
    ("windows of 2 × 3, wide", 1, 1, (3, 7), (2, 3), (1, 1), NONE, (1, 1), "plain"),
    ("windows of 3 × 2, high", 1, 2, (6, 4), (3, 2), (1, 1), NONE, (1, 1), "plain"),
    ("two images of three channels", 2, 3, (5, 6), (2, 3), (1, 1), NONE, (1, 1), "plain"),
    ("stride (2, 1)", 1, 2, (6, 4), (3, 2), (2, 1), NONE, (1, 1), "stride"),
    ("stride (1, 3), a tail", 2, 1, (3, 9), (2, 2), (1, 3), NONE, (1, 1), "stride"),
    ("padding (1, 0)", 1, 1, (3, 4), (3, 2), (1, 1), ((1, 1), (0, 0)), (1, 1), "padding"),
    ("padding (0, 2)", 1, 2, (4, 3), (2, 3), (1, 1), ((0, 0), (2, 2)), (1, 1), "padding"),
    ("padding on three sides", 1, 2, (3, 5), (2, 3), (1, 1), ((1, 0), (2, 1)), (1, 1), "padding"),
    ("dilation (2, 3)", 1, 2, (5, 7), (2, 2), (1, 1), NONE, (2, 3), "dilation"),
    ("everything at once", 2, 1, (6, 8), (3, 2), (2, 3), ((2, 1), (1, 2)), (1, 3), "dilation"),
)


def settings(size: Two, kernel: Two, stride: Two, padding: Pads, dilation: Two) -> dict[str, np.int32]:
    """Return the sizes that kernels get, by name, in their order."""
    names = ("h", "w", "kh", "kw", "sy", "sx", "py", "px", "dy", "dx", "oh", "ow")
    windows = out_size(size, kernel, stride, padding, dilation)
    values = (*size, *kernel, *stride, padding[0][0], padding[1][0], *dilation, *windows)
    return {name: np.int32(value) for name, value in zip(names, values, strict=True)}


def geometries() -> Iterator[tuple[str, int, int, dict[str, np.int32], str]]:
    for name, n, c, size, kernel, stride, padding, dilation, group in GEOMETRIES:
        yield name, n, c, settings(size, kernel, stride, padding, dilation), group


def shape(sizes: dict[str, np.int32], *names: str) -> tuple[int, ...]:
    return tuple(int(sizes[name]) for name in names)


def images(rng: Rng) -> Iterator[Case]:
    """Images for ``im2col_kernel``."""
    for name, n, c, sizes, group in geometries():
        x = numbers(rng, (n, c, *shape(sizes, "h", "w")), "float32")
        cols = unwritten((n, c, *shape(sizes, "kh", "kw", "oh", "ow")))
        yield Case(name, {"x": x, "cols": cols, "planes": np.int32(n * c), **sizes}, group)


def scattered(rng: Rng) -> Iterator[Case]:
    """Columns for ``scatter_kernel``, which adds to zeros."""
    for name, n, c, sizes, _ in geometries():
        cols = numbers(rng, (n, c, *shape(sizes, "kh", "kw", "oh", "ow")), "float32")
        x = np.zeros((n, c, *shape(sizes, "h", "w")), np.float32)
        yield Case(name, {"cols": cols, "x": x, "planes": np.int32(n * c), **sizes})


def gathered(rng: Rng) -> Iterator[Case]:
    """Columns for ``gather_kernel``, which writes every pixel."""
    for name, n, c, sizes, group in geometries():
        cols = numbers(rng, (n, c, *shape(sizes, "kh", "kw", "oh", "ow")), "float32")
        x = unwritten((n, c, *shape(sizes, "h", "w")))
        yield Case(name, {"cols": cols, "x": x, "planes": np.int32(n * c), **sizes}, group)


def maps(rng: Rng) -> Iterator[Case]:
    """Outputs and biases for ``bias_kernel``."""
    for name, n, f, oh, ow in [
        ("two filters of 1 × 3", 1, 2, 1, 3),
        ("three filters of 2 × 2", 1, 3, 2, 2),
        ("two images", 2, 3, 2, 4),
        ("more than a block", 3, 5, 4, 6),
    ]:
        sizes = {"n": np.int32(n), "f": np.int32(f), "oh": np.int32(oh), "ow": np.int32(ow)}
        bias, y = numbers(rng, f, "float32"), numbers(rng, (n, f, oh, ow), "float32")
        yield Case(name, {"bias": bias, "y": y, **sizes})


def entries(rng: Rng) -> Iterator[Case]:
    """Numbers of entries for ``pixels_kernel``: of columns that fit on a page, and of columns that fill a GPU."""
    for name, planes, size, kernel, m in [
        ("one plane of 3 × 4", 1, (3, 4), (2, 3), 5),
        ("two planes of 4 × 3", 2, (4, 3), (3, 2), 12),
        ("six planes of 5 × 7", 6, (5, 7), (2, 3), 20),
        ("64 images of 64 channels, 224 × 200", 64 * 64, (224, 200), (3, 5), 24),
        ("256 images of 256 channels, 256 × 320", 256 * 256, (256, 320), (5, 3), 24),
    ]:
        oh, ow = out_size(size, kernel)
        total = planes * kernel[0] * kernel[1] * oh * ow
        drawn = np.sort(rng.integers(0, total, m, dtype=np.int64))
        drawn[-1] = total - 1
        sizes = dict(zip(("h", "w", "kh", "kw", "oh", "ow"), map(np.int32, (*size, *kernel, oh, ow)), strict=True))
        yield Case(name, {"entries": drawn, "pixel": unwritten((m,), "int64"), "m": np.int32(m), **sizes})


def factors(rng: Rng) -> Iterator[Case]:
    """Matrices for ``matmul_kernel``."""
    for name, m, n, k in [
        ("one tile", 4, 4, 4),
        ("less than a tile", 2, 3, 1),
        ("three tiles in a row", 4, 4, 12),
        ("2 × 3 blocks", 8, 12, 4),
        ("a sum of 6", 4, 4, 6),
        ("edges everywhere", 5, 11, 7),
        ("edges, high", 9, 3, 10),
    ]:
        a, b = numbers(rng, (m, k), "float32"), numbers(rng, (k, n), "float32")
        sizes: dict[str, Any] = {"m": np.int32(m), "n": np.int32(n), "k": np.int32(k)}
        yield Case(name, {"a": a, "b": b, "c": unwritten((m, n)), **sizes})


def layers(rng: Rng) -> Iterator[Case]:
    """Images and kernels for ``conv2d_kernel``."""
    for (name, n, c, sizes, group), f in zip(geometries(), (1, 2, 3, 5, 2, 3, 2, 3, 5, 3, 2), strict=True):
        x = numbers(rng, (n, c, *shape(sizes, "h", "w")), "float32")
        weight = numbers(rng, (f, c, *shape(sizes, "kh", "kw")), "float32")
        counts = {"n": np.int32(n), "c": np.int32(c), "f": np.int32(f)}
        y = unwritten((n, f, *shape(sizes, "oh", "ow")))
        yield Case(name, {"x": x, "weight": weight, "y": y, **counts, **sizes}, group)


def reads(rng: Rng) -> Iterator[Case]:
    """Elements that threads read, for ``sectors``."""
    threads = np.arange(32)
    for name, elements, itemsize in [
        ("a warp side by side", threads, 4),
        ("a warp, three further on", threads + 3, 4),
        ("eight threads, the same element", np.full(8, 5), 4),
        ("every second element", 2 * threads, 4),
        ("every twentieth element", 20 * threads, 4),
        ("two rows of an image", threads % 16 + threads // 16 * 40, 4),
        ("bytes", threads + 30, 1),
        ("float64", threads, 8),
        ("two warps that read the same", np.tile(threads, 2), 4),
        ("one warp and a half, backwards", np.arange(48)[::-1].copy(), 4),
        ("drawn", rng.integers(0, 200, 40), 4),
        ("drawn, float64", rng.integers(0, 90, 70), 8),
    ]:
        yield Case(name, {"elements": elements, "itemsize": itemsize})


def planes(rng: Rng) -> Iterator[Case]:
    """Planes for ``im2col_threads``."""
    for name, size, k, pad, dtype in [
        ("three pixels side by side", (1, 3), 1, 0, "float64"),
        ("three pixels, one below the other", (3, 1), 1, 0, "float64"),
        ("square", (3, 3), 2, 0, "float64"),
        ("square, padded", (2, 2), 2, 1, "float64"),
        ("wide", (2, 4), 2, 0, "float64"),
        ("wide, padded", (2, 3), 2, 1, "float32"),
        ("high, padded", (4, 2), 3, 1, "float64"),
        ("padded by 2", (3, 2), 3, 2, "float64"),
    ]:
        yield Case(name, {"x": numbers(rng, size, dtype), "k": k, "pad": pad})


# What is expected


def in_pairs(size: Any, kernel: Any, stride: Any, first: Any, dilation: Any, windows: Any) -> dict[str, Any]:
    """Return settings as NumPy's references take them; a kernel is told of a padding only what is in front."""

    def sides(axis: int) -> tuple[int, int]:
        end = (windows[axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
        return int(first[axis]), max(int(end - size[axis] - first[axis]), 0)

    pairs = {"stride": stride, "dilation": dilation}
    return {name: tuple(map(int, value)) for name, value in pairs.items()} | {"padding": (sides(0), sides(1))}


def of_kernel(args: dict[str, Any]) -> dict[str, Any]:
    names = (("h", "w"), ("kh", "kw"), ("sy", "sx"), ("py", "px"), ("dy", "dx"), ("oh", "ow"))
    return in_pairs(*[[args[name] for name in pair] for pair in names])


def columns_of(x: np.ndarray, kh: np.int32, kw: np.int32, **rest: Any) -> np.ndarray:
    cols: np.ndarray = im2col(x, (int(kh), int(kw)), **of_kernel({"kh": kh, "kw": kw, **rest}))
    return cols


def images_of(cols: np.ndarray, h: np.int32, w: np.int32, **rest: Any) -> np.ndarray:
    x: np.ndarray = col2im(cols, (int(h), int(w)), **of_kernel({"h": h, "w": w, **rest}))
    return x


def outputs_of(x: np.ndarray, weight: np.ndarray, **rest: Any) -> np.ndarray:
    cols = im2col(x, weight.shape[2:], **of_kernel(rest))
    y: np.ndarray = np.einsum("ncijpq,fcij->nfpq", cols, weight)
    return y


def with_bias(bias: np.ndarray, y: np.ndarray, **_: Any) -> np.ndarray:
    return np.asarray(y + bias[:, np.newaxis, np.newaxis])


def product(a: np.ndarray, b: np.ndarray, **_: Any) -> np.ndarray:
    return np.asarray(a @ b)


def pixels_of(entries: np.ndarray, kh: Any, kw: Any, h: Any, w: Any, oh: Any, ow: Any, **_: Any) -> np.ndarray:
    planes = int(entries.max()) // int(kh * kw * oh * ow) + 1
    plane, i, j, p, q = np.unravel_index(entries, (planes, int(kh), int(kw), int(oh), int(ow)))
    return np.asarray((plane * int(h) + p + i) * int(w) + q + j)
