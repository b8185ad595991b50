"""Cases of the chapter ``col2im``: columns to send back, rows to count windows on, numbers with places."""

from collections.abc import Iterator

import numpy as np

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case
from unrolled.given.strides import out_size

Two = tuple[int, int]


def settings(stride: Two, padding: tuple[Two, Two] | None, dilation: Two) -> dict[str, object]:
    """Return the settings that are not at their defaults, so that the first cases name none."""
    chosen: dict[str, object] = {"stride": stride} if stride != (1, 1) else {}
    if padding:
        chosen["padding"] = padding
    return chosen | ({"dilation": dilation} if dilation != (1, 1) else {})


def maps(rng: Rng) -> Iterator[Case]:
    """Sizes for ``entries_of_pixels``."""
    for name, size, kernel_size, stride, padding, dilation in [
        ("two windows that share a pixel", (1, 3), (1, 2), (1, 1), None, (1, 1)),
        ("windows of 2 × 2", (2, 3), (2, 2), (1, 1), None, (1, 1)),
        ("windows of 2 × 3", (3, 4), (2, 3), (1, 1), None, (1, 1)),
        ("stride (2, 1), an unread row", (4, 3), (2, 2), (2, 1), None, (1, 1)),
        ("padding on the left", (2, 3), (2, 2), (1, 1), ((0, 0), (1, 0)), (1, 1)),
        ("padding on three sides", (3, 2), (2, 3), (1, 1), ((1, 0), (2, 1)), (1, 1)),
        ("dilation (1, 2)", (3, 4), (2, 2), (1, 1), None, (1, 2)),
        ("everything at once", (3, 5), (2, 3), (1, 2), ((1, 2), (2, 0)), (2, 1)),
    ]:
        yield Case(name, {"size": size, "kernel_size": kernel_size, **settings(stride, padding, dilation)})
    size = int(rng.integers(3, 6)), int(rng.integers(3, 6))
    yield Case("drawn", {"size": size, "kernel_size": (2, 3), "stride": (2, 1), "padding": ((1, 1), (0, 1))})


def planes(rng: Rng) -> Iterator[Case]:
    """Columns of one plane, stride 1."""
    for name, shape, dtype, layout in [
        ("three windows that overlap", (1, 2, 1, 3), "float64", "C"),
        ("one window", (2, 3, 1, 1), "float64", "C"),
        ("windows of one pixel", (1, 1, 2, 3), "float64", "C"),
        ("2 × 3 windows of 2 × 2", (2, 2, 2, 3), "float64", "C"),
        ("windows of 3 × 2", (3, 2, 2, 4), "float64", "C"),
        ("windows of 2 × 3", (2, 3, 4, 2), "float64", "C"),
        ("float32", (2, 3, 3, 2), "float32", "C"),
        ("whole numbers", (3, 2, 2, 3), "int64", "C"),
        ("column-major", (2, 2, 3, 2), "float64", "F"),
    ]:
        yield Case(name, {"cols": numbers(rng, shape, dtype, layout)})


def rows(rng: Rng) -> Iterator[Case]:
    """Rows for ``counts_in_row``."""
    for name, length, taps, stride, before, after, dilation in [
        ("two windows", 3, 2, 1, 0, 0, 1),
        ("three taps", 6, 3, 1, 0, 0, 1),
        ("a long kernel", 7, 5, 1, 0, 0, 1),
        ("padding in front", 4, 3, 1, 2, 0, 1),
        ("padding behind", 4, 3, 1, 0, 1, 1),
        ("stride 2, overlaps", 7, 3, 2, 0, 0, 1),
        ("stride 2, a tail", 8, 3, 2, 0, 0, 1),
        ("stride 4, gaps", 10, 2, 4, 0, 0, 1),
        ("stride 2, padding 1", 6, 3, 2, 1, 1, 1),
        ("dilation 2", 6, 2, 1, 0, 0, 2),
        ("dilation 3, stride 2, uneven padding", 11, 3, 2, 2, 1, 3),
    ]:
        given = {"stride": stride} if stride > 1 else {}
        given |= {"before": before, "after": after} if before or after else {}
        given |= {"dilation": dilation} if dilation > 1 else {}
        yield Case(name, {"length": length, "taps": taps, **given})
    for _ in range(8):
        low, high = [10, 1, 1, 0, 0, 1], [20, 5, 6, 4, 4, 4]
        drawn = (int(n) for n in rng.integers(low, high))
        names = ("length", "taps", "stride", "before", "after", "dilation")
        yield Case("drawn", dict(zip(names, drawn, strict=True)))


# name, n, c, size, kernel, stride, padding, dilation, dtype, layout, group
COMPLETE: tuple[tuple[str, int, int, Two, Two, Two, tuple[Two, Two] | None, Two, str, str, str], ...] = (
    ("two windows that overlap", 1, 1, (1, 3), (1, 2), (1, 1), None, (1, 1), "float64", "C", "plain"),
    ("one image, two channels", 1, 2, (3, 4), (2, 2), (1, 1), None, (1, 1), "float64", "C", "plain"),
    ("two images, three channels", 2, 3, (3, 2), (2, 1), (1, 1), None, (1, 1), "float64", "C", "plain"),
    ("windows of 3 × 2", 1, 2, (4, 3), (3, 2), (1, 1), None, (1, 1), "float64", "C", "plain"),
    ("float32", 2, 1, (3, 4), (2, 3), (1, 1), None, (1, 1), "float32", "C", "plain"),
    ("column-major", 1, 2, (3, 3), (2, 2), (1, 1), None, (1, 1), "float64", "F", "plain"),
    ("stride (1, 2)", 1, 1, (2, 5), (1, 3), (1, 2), None, (1, 1), "float64", "C", "stride"),
    ("stride (2, 1)", 1, 2, (5, 3), (3, 2), (2, 1), None, (1, 1), "float64", "C", "stride"),
    ("a tail that no window reads", 1, 1, (4, 6), (2, 3), (1, 2), None, (1, 1), "float64", "C", "stride"),
    ("stride (3, 2), gaps between windows", 2, 1, (7, 5), (2, 1), (3, 2), None, (1, 1), "float64", "C", "stride"),
    ("padding 1 all round", 1, 1, (2, 3), (2, 2), (1, 1), ((1, 1), (1, 1)), (1, 1), "float64", "C", "padding"),
    ("padding left and right", 1, 2, (2, 3), (2, 3), (1, 1), ((0, 0), (2, 2)), (1, 1), "float64", "C", "padding"),
    ("four sides", 1, 1, (3, 2), (3, 2), (2, 1), ((2, 1), (0, 3)), (1, 1), "float64", "C", "padding"),
    ("dilation (1, 2)", 1, 1, (1, 4), (1, 2), (1, 1), None, (1, 2), "float64", "C", "dilation"),
    ("dilation (2, 1)", 1, 2, (4, 3), (2, 2), (1, 1), None, (2, 1), "float64", "C", "dilation"),
    ("everything at once", 2, 1, (5, 4), (2, 3), (1, 2), ((1, 0), (2, 1)), (3, 1), "float64", "C", "dilation"),
    ("everything, float32", 1, 2, (4, 6), (3, 2), (2, 1), ((0, 2), (1, 0)), (1, 3), "float32", "C", "dilation"),
)


def columns(rng: Rng) -> Iterator[Case]:
    """Columns for ``col2im``, in four groups."""
    for name, n, c, size, kernel, stride, padding, dilation, dtype, layout, group in COMPLETE:
        windows = out_size(size, kernel, stride, padding or 0, dilation)
        cols = numbers(rng, (n, c, *kernel, *windows), dtype, layout)
        yield Case(name, {"cols": cols, "size": size, **settings(stride, padding, dilation)}, group)


def patches(rng: Rng) -> Iterator[Case]:
    """Columns for ``fold_mean``: every pixel lies in a patch."""
    for name, n, c, size, kernel, stride, padding, dilation, dtype in [
        ("two patches that overlap", 1, 1, (1, 3), (1, 2), (1, 1), None, (1, 1), "float64"),
        ("patches of 2 × 2", 1, 2, (3, 4), (2, 2), (1, 1), None, (1, 1), "float64"),
        ("patches that do not overlap", 1, 1, (2, 4), (2, 2), (2, 2), None, (1, 1), "float64"),
        ("stride (1, 2)", 2, 1, (2, 5), (2, 3), (1, 2), None, (1, 1), "float64"),
        ("padding", 1, 1, (3, 2), (2, 2), (1, 1), ((1, 0), (0, 2)), (1, 1), "float64"),
        ("dilation (1, 2)", 1, 2, (2, 5), (1, 2), (1, 1), None, (1, 2), "float64"),
        ("float32", 1, 2, (4, 3), (3, 2), (1, 1), None, (1, 1), "float32"),
    ]:
        cols = numbers(rng, (n, c, *kernel, *out_size(size, kernel, stride, padding or 0, dilation)), dtype)
        yield Case(name, {"cols": cols, "size": size, **settings(stride, padding, dilation)})


def places(rng: Rng) -> Iterator[Case]:
    """Numbers and where they go, for ``scatter_add``."""
    for name, m, where, length, dtype in [
        ("a place named twice", 1, [0, 0], 1, "float64"),
        ("last places that nobody names", 1, [1, 0, 1], 4, "float64"),
        ("two planes", 2, [2, 0, 2], 3, "float64"),
        ("negative places", 1, [-1, 1, -3, 1, 0], 2, "float64"),
        ("two planes, negative places", 2, [0, -1, 2, -2], 3, "float64"),
        ("float32", 3, [1, -1, 1, 0], 2, "float32"),
        ("whole numbers", 2, [3, 3, 0], 4, "int64"),
        ("drawn", 3, rng.integers(-4, 5, 15).tolist(), 5, "float64"),
    ]:
        values = numbers(rng, (m, len(where)), dtype)
        yield Case(name, {"values": values, "places": np.array(where), "length": length})
