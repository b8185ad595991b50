"""Convolution with all settings as a loop over windows, forward and back, and geometries of any kind to try it on."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st


class Geometry(NamedTuple):
    n: int
    c: int
    f: int
    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]
    dilation: tuple[int, int]
    groups: int


@st.composite
def geometries(draw: st.DrawFn, plain: bool = False, taps: Callable[[int], int] = lambda _: 4) -> Geometry:
    """Draw sizes whose windows fit; ``plain`` ones have neither dilation nor groups."""

    def whole(least: int, most: int) -> int:
        return draw(st.integers(least, most))

    def axis() -> tuple[int, int, int, tuple[int, int], int]:
        step, gap = whole(1, 3), 1 if plain else whole(1, 3)
        kernel, sides = whole(1, taps(step)), (whole(0, 3), whole(0, 3))
        least = max(1, gap * (kernel - 1) + 1 - sum(sides))
        return whole(least, least + 9), kernel, step, sides, gap

    groups = 1 if plain else whole(1, 3)
    channels = groups * whole(1, 3), groups * whole(1, 3)
    (h, kh, sy, above_below, dy), (w, kw, sx, left_right, dx) = axis(), axis()
    sides = above_below, left_right
    return Geometry(whole(1, 4), *channels, (h, w), (kh, kw), (sy, sx), sides, (dy, dx), groups)


def arrays(g: Geometry, dtype: str = "float64", seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = (g.n, g.c, *g.size), (g.f, g.c // g.groups, *g.kernel)
    x, weight = (rng.integers(-4, 5, shape).astype(dtype) for shape in shapes)
    return x, weight


def windows(g: Geometry, x_shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Every output entry (image, filter, row, column), and the part of the padded images that it sees."""
    (kh, kw), (sy, sx), (dy, dx) = g.kernel, g.stride, g.dilation
    h, w = (length + sum(sides) for length, sides in zip(g.size, g.padding, strict=True))
    tops, lefts = range(0, h - dy * (kh - 1), sy), range(0, w - dx * (kw - 1), sx)
    per_group, filters = g.c // g.groups, g.f // g.groups
    for k, f, (p, top), (q, left) in product(range(x_shape[0]), range(g.f), enumerate(tops), enumerate(lefts)):
        first = f // filters * per_group
        rows, columns = slice(top, top + dy * (kh - 1) + 1, dy), slice(left, left + dx * (kw - 1) + 1, dx)
        yield (k, f, p, q), (slice(k, k + 1), slice(first, first + per_group), rows, columns)


def slow_conv2d(x: np.ndarray, weight: np.ndarray, g: Geometry) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (0, 0), *g.padding))
    values = {place: (padded[seen][0] * weight[place[1]]).sum(dtype=x.dtype) for place, seen in windows(g, x.shape)}
    y = np.zeros([1 + max(axis) for axis in zip(*values, strict=True)], x.dtype)
    for place, value in values.items():
        y[place] = value
    return y


def slow_backward(
    grad_y: np.ndarray, x: np.ndarray, weight: np.ndarray, g: Geometry
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    padded = np.pad(x, ((0, 0), (0, 0), *g.padding))
    grad_padded, grad_weight, grad_bias = (
        np.zeros_like(padded),
        np.zeros_like(weight),
        np.zeros_like(grad_y[0, :, 0, 0]),
    )
    for place, seen in windows(g, x.shape):
        grad_padded[seen] += grad_y[place] * weight[place[1]]
        grad_weight[place[1]] += grad_y[place] * padded[seen][0]
        grad_bias[place[1]] += grad_y[place]
    (top, _), (left, _) = g.padding
    return grad_padded[:, :, top : top + g.size[0], left : left + g.size[1]], grad_weight, grad_bias
