"""Cases of the chapter ``im2col``: images of one channel, kernels, sizes and columns."""

from collections.abc import Iterator

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case

SETTINGS = [  # what it is, (h, w), (kh, kw), dtype, layout: no two sizes alike, so that a swap shows
    ("one window", (2, 3), (2, 3), "float64", "C"),
    ("one tap", (2, 3), (1, 1), "float64", "C"),
    ("windows of two beside each other", (1, 4), (1, 2), "float64", "C"),
    ("a square kernel", (3, 4), (2, 2), "float64", "C"),
    ("three taps beside each other", (2, 4), (1, 3), "float64", "C"),
    ("a wide kernel", (4, 6), (2, 3), "float64", "C"),
    ("a tall kernel", (5, 3), (4, 2), "float64", "C"),
    ("a wide output", (3, 6), (2, 1), "float64", "C"),
    ("a tall output", (6, 4), (2, 3), "float64", "C"),
    ("float32", (4, 5), (3, 2), "float32", "C"),
    ("whole numbers", (3, 5), (2, 2), "int64", "C"),
    ("column-major", (4, 5), (2, 3), "float64", "F"),
    ("every second pixel of a larger image", (5, 4), (3, 2), "float32", "strided"),
]


def images(rng: Rng) -> Iterator[Case]:
    """Arguments of the functions that copy windows."""
    for name, size, kernel_size, dtype, layout in SETTINGS:
        yield Case(name, {"x": numbers(rng, size, dtype, layout), "kernel_size": kernel_size})
    h, w, kh, kw = (int(n) for n in rng.integers([5, 7, 2, 3], [7, 9, 4, 6]))
    yield Case("drawn", {"x": numbers(rng, (h, w), "float32"), "kernel_size": (kh, kw)})


def sizes(rng: Rng) -> Iterator[Case]:
    """Arguments of ``index_table``."""
    for name, size, kernel_size, *_ in SETTINGS[:9]:
        yield Case(name, {"size": size, "kernel_size": kernel_size})
    h, w, kh, kw = (int(n) for n in rng.integers([5, 7, 2, 3], [7, 9, 4, 6]))
    yield Case("drawn", {"size": (h, w), "kernel_size": (kh, kw)})


COLUMNS = [  # what it is, (kh, kw, oh, ow), dtype, layout
    ("one window", (2, 2, 1, 1), "float64", "C"),
    ("one tap", (1, 1, 2, 3), "float64", "C"),
    ("two windows of two", (1, 2, 1, 2), "float64", "C"),
    ("two by two of two by two", (2, 2, 2, 2), "float64", "C"),
    ("a wide kernel", (2, 3, 1, 2), "float64", "C"),
    ("a wide output", (2, 1, 2, 4), "float64", "C"),
    ("no two sizes alike", (3, 2, 1, 4), "float64", "C"),
    ("a tall output", (2, 3, 4, 1), "float32", "C"),
    ("whole numbers", (3, 2, 2, 3), "int64", "C"),
    ("column-major", (3, 2, 2, 3), "float64", "F"),
    ("every second entry of a longer array", (2, 3, 3, 2), "float32", "strided"),
]


def columns(rng: Rng) -> Iterator[Case]:
    """Arguments of ``window_tiles`` and ``column_major``."""
    for name, shape, dtype, layout in COLUMNS:
        yield Case(name, {"cols": numbers(rng, shape, dtype, layout)})


def images_and_kernels(rng: Rng) -> Iterator[Case]:
    """Arguments of ``convolve_by_matrix``."""
    for name, size, kernel_size, dtype, layout in SETTINGS:
        yield Case(name, {"x": numbers(rng, size, dtype, layout), "weight": numbers(rng, kernel_size, dtype)})
    for layout in "F", "strided":
        yield Case(
            f"a kernel that is {'column-major' if layout == 'F' else 'a part of another'}",
            {"x": numbers(rng, (4, 6)), "weight": numbers(rng, (3, 2), layout=layout)},
        )
    for first, second in ("int64", "float64"), ("float64", "float32"):
        given = {"x": numbers(rng, (3, 5), first), "weight": numbers(rng, (2, 3), second)}
        yield Case(f"an image of {first} under a {second} kernel", given)
