"""Cases of the chapter ``pooling``: images, the windows that are laid over them, and gradients to send back.

Sizes come as pairs and padding as four sides, as the notebook promises; every window holds a pixel.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case, LayerCase
from unrolled.wire import lay_out

NONE = ((0, 0), (0, 0))


def tiled_images(rng: Rng) -> Iterator[Case]:
    yield Case("one tile", {"x": distinct(rng, (1, 1, 2, 2)), "k": 2})
    yield Case("two tiles beside each other", {"x": distinct(rng, (1, 1, 2, 4)), "k": 2})
    yield Case("tiles of one", {"x": distinct(rng, (1, 2, 2, 3)), "k": 1})
    yield Case("two images of three channels", {"x": distinct(rng, (2, 3, 4, 6)), "k": 2})
    yield Case("tiles of three, float32", {"x": distinct(rng, (1, 2, 9, 6), "float32"), "k": 3})
    yield Case("in column-major order", {"x": distinct(rng, (2, 1, 4, 6), "float64", "F"), "k": 2})
    yield Case("whole numbers", {"x": distinct(rng, (1, 2, 6, 4), "int64"), "k": 2})


# What the windows of a pooling can be: name, group, size of the image, settings.
WINDOWS: list[tuple[str, str, tuple[int, int], dict[str, Any]]] = [
    ("windows side by side", "plain", (2, 4), {"kernel_size": (1, 2)}),
    ("a tail is dropped", "plain", (5, 4), {"kernel_size": (2, 3)}),
    ("windows overlap", "plain", (4, 5), {"kernel_size": (3, 2), "stride": (1, 2)}),
    ("dilation", "plain", (5, 6), {"kernel_size": (2, 3), "stride": (2, 1), "dilation": (3, 2)}),
    ("padding above and to the left", "padding", (2, 4), {"kernel_size": (2, 2), "padding": ((1, 0), (1, 0))}),
    (
        "four sides, dilation",
        "padding",
        (4, 5),
        {"kernel_size": (3, 2), "stride": (2, 1), "padding": ((2, 1), (0, 1)), "dilation": (2, 1)},
    ),
    (
        "padding far from square",
        "padding",
        (3, 7),
        {"kernel_size": (2, 4), "stride": (1, 3), "padding": ((0, 1), (2, 1))},
    ),
    ("a tail of one column", "ceil", (1, 3), {"kernel_size": (1, 2), "ceil_mode": True}),
    ("tails at both edges", "ceil", (3, 5), {"kernel_size": (2, 3), "stride": (2, 3), "ceil_mode": True}),
    ("ceil mode, and no tail", "ceil", (4, 3), {"kernel_size": (2, 1), "stride": (2, 1), "ceil_mode": True}),
    (
        "overlapping windows come out even",
        "ceil",
        (3, 6),
        {"kernel_size": (3, 4), "stride": (2, 1), "ceil_mode": True},
    ),
    (
        "dilated windows come out even",
        "ceil",
        (3, 5),
        {"kernel_size": (3, 2), "stride": (3, 2), "padding": ((2, 0), (0, 0)), "dilation": (2, 2), "ceil_mode": True},
    ),
    (
        "a window would begin behind the image",
        "ceil",
        (4, 6),
        {"kernel_size": (1, 1), "stride": (2, 4), "ceil_mode": True},
    ),
    (
        "a window would begin in the bottom padding",
        "ceil",
        (4, 3),
        {"kernel_size": (3, 2), "stride": (3, 2), "padding": ((1, 2), (1, 1)), "ceil_mode": True},
    ),
    (
        "a window would begin in the right padding",
        "ceil",
        (3, 4),
        {"kernel_size": (2, 3), "stride": (2, 3), "padding": ((0, 0), (1, 2)), "ceil_mode": True},
    ),
    (
        "a window begins in the last row and column",
        "ceil",
        (3, 4),
        {"kernel_size": (2, 3), "stride": (2, 3), "padding": ((0, 0), (0, 1)), "ceil_mode": True},
    ),
    (
        "most of the padding in front, and tails",
        "ceil",
        (3, 4),
        {"kernel_size": (4, 2), "stride": (3, 2), "padding": ((2, 0), (1, 0)), "ceil_mode": True},
    ),
    (
        "a stride longer than the kernel, and tails",
        "ceil",
        (4, 7),
        {"kernel_size": (2, 3), "stride": (3, 5), "ceil_mode": True},
    ),
    (
        "windows wider than the image, and a tail of padding",
        "ceil",
        (1, 2),
        {"kernel_size": (4, 3), "stride": (2, 2), "padding": ((2, 2), (1, 1)), "ceil_mode": True},
    ),
    (
        "windows wider than the image, and two tails",
        "ceil",
        (2, 1),
        {"kernel_size": (3, 4), "stride": (3, 2), "padding": ((1, 1), (2, 2)), "ceil_mode": True},
    ),
    (
        "a long tail under a long dilation",
        "ceil",
        (6, 9),
        {"kernel_size": (2, 2), "stride": (3, 5), "padding": ((1, 0), (0, 0)), "dilation": (4, 3), "ceil_mode": True},
    ),
]


def sizes(rng: Rng) -> Iterator[Case]:
    for name, group, size, settings in WINDOWS:
        yield Case(name, {"size": size, **settings}, group="ceil" if group == "ceil" else "floor")
    for ceil in [True] * 14 + [False] * 6:
        dilation = int(rng.integers(1, 3)), int(rng.integers(1, 3))
        settings = {**_settings(rng, dilation), "dilation": dilation, "ceil_mode": ceil}
        yield Case("drawn", settings, group="ceil" if ceil else "floor")


def images_and_windows(rng: Rng) -> Iterator[Case]:
    kinds = [(1, 1, "float64", "C"), (2, 3, "float64", "C"), (3, 2, "float32", "strided"), (1, 2, "int64", "C")]
    for number, (name, group, size, settings) in enumerate(WINDOWS):
        n, c, dtype, layout = kinds[number % 4] if size[0] * size[1] < 30 else (1, 2, "float32", "F")
        yield Case(name, {"x": below_zero(rng, (n, c, *size), dtype, layout), **settings}, group=group)
    corner = {"kernel_size": (2, 2), "padding": ((1, 0), (1, 0))}
    low = below_zero(rng, (1, 2, 3, 2), "float32") * np.float32(1e30)
    yield Case("far below zero, and padding", {"x": low, **corner}, group="padding")
    lowest = np.iinfo("int64").min + 1 + rng.permutation(12).reshape(1, 2, 2, 3)
    yield Case("nearly the lowest whole numbers, and padding", {"x": lowest, **corner}, group="padding")


def images_to_pool(rng: Rng) -> Iterator[Case]:
    yield from images_and_windows(rng)
    sides = {"kernel_size": (2, 3), "padding": ((1, 0), (1, 1)), "stride": (1, 2)}
    x = below_zero(rng, (1, 1, 3, 4))
    x[0, 0, 1, 1] = np.nan
    yield Case("a number that is none, and padding", {"x": x, **sides}, group="padding")
    x = np.full((1, 2, 3, 4), -np.inf, "float32")
    x[0, 1] = below_zero(rng, (3, 4))
    yield Case("pixels of minus infinity, and padding", {"x": x, **sides}, group="padding")


def images_to_search(rng: Rng) -> Iterator[Case]:
    yield from images_and_windows(rng)
    equal = rng.integers(1, 3, (1, 2, 4, 5)) / 1.0
    yield Case("equal numbers", {"x": equal, "kernel_size": (2, 3), "stride": (1, 2)}, group="plain")
    x = below_zero(rng, (1, 2, 3, 4))
    x[0, 0, 1, 1] = np.nan
    yield Case("a number that is none", {"x": x, "kernel_size": (2, 2), "stride": (1, 1)}, group="plain")
    x = np.full((1, 2, 3, 4), -np.inf)
    x[0, 1] = below_zero(rng, (3, 4))
    lowest = {"x": x, "kernel_size": (2, 3), "padding": ((1, 0), (1, 1)), "stride": (1, 2)}
    yield Case("pixels of minus infinity", lowest, group="minus infinity")


def winners(rng: Rng) -> Iterator[Case]:
    for name, shape, size, dtype, layout in [
        ("two windows, two pixels", (1, 1, 1, 2), (2, 3), "float64", "C"),
        ("one pixel wins every window", (1, 1, 2, 2), (1, 1), "float64", "C"),
        ("windows share pixels", (1, 1, 3, 4), (2, 3), "float64", "C"),
        ("two images of three channels", (2, 3, 2, 3), (3, 5), "float64", "C"),
        ("float32", (2, 1, 3, 2), (5, 2), "float32", "C"),
        ("in column-major order", (3, 2, 2, 3), (2, 4), "float64", "F"),
        ("every second entry of larger arrays", (1, 2, 3, 2), (4, 3), "float32", "strided"),
    ]:
        argmax = rng.integers(0, size[0] * size[1], shape)
        if name == "two windows, two pixels":
            argmax[...] = [1, 5]
        grad_y = numbers(rng, shape, dtype, layout)
        yield Case(name, {"grad_y": grad_y, "argmax": lay_out(argmax, layout), "size": size})


def tiles_and_gradients(rng: Rng) -> Iterator[Case]:
    for name, shape, k, dtype, layout in [
        ("one tile", (1, 1, 2, 2), 2, "float64", "C"),
        ("tiles of one", (1, 2, 2, 3), 1, "float64", "C"),
        ("two tiles beside each other", (1, 1, 2, 4), 2, "float64", "C"),
        ("two images of three channels", (2, 3, 4, 2), 2, "float64", "C"),
        ("tiles of three, float32", (1, 2, 3, 6), 3, "float32", "C"),
        ("in column-major order", (2, 1, 4, 6), 2, "float64", "F"),
    ]:
        x = distinct(rng, shape, dtype, layout)
        grad_y = numbers(rng, (*shape[:2], shape[2] // k, shape[3] // k), dtype, layout)
        yield Case(name, {"grad_y": grad_y, "x": x, "k": k})
    close = 2 + rng.permutation(8).reshape(1, 1, 2, 4) / 1000
    yield Case("numbers close to each other", {"grad_y": numbers(rng, (1, 1, 1, 2)), "x": close, "k": 2})
    closer = 2 + rng.permutation(8).reshape(1, 1, 2, 4) / 10**9
    yield Case("numbers that differ in the ninth place", {"grad_y": numbers(rng, (1, 1, 1, 2)), "x": closer, "k": 2})
    for name, equal in [("two equal numbers", [[3.0, 1, 0, 7], [3, 2, 7, 5]]), ("all equal", [[4.0] * 4] * 2)]:
        yield Case(name, {"grad_y": numbers(rng, (1, 1, 1, 2)), "x": np.array([[equal]]), "k": 2})


def means(rng: Rng) -> Iterator[Case]:
    """Yield sizes for counting: with padding counted and not, in ceil mode and not."""
    yield Case("no padding", {"size": (4, 5), "kernel_size": (2, 3), "stride": (1, 2)}, group="pixels")
    for name, size, settings in _averaged():
        ceil = settings.get("ceil_mode", False)
        counted = {"size": size, **settings}
        yield Case(f"{name}, padding counts", counted, group="ceil" if ceil else "padding")
        pixels = counted | {"count_include_pad": False}
        yield Case(f"{name}, only pixels count", pixels, group="ceil" if ceil else "pixels")
    for group in ("pixels", "padding", "ceil", "ceil") * 4:
        both = group == "padding" or (group == "ceil" and bool(rng.integers(2)))
        settings = {**_settings(rng), "ceil_mode": group == "ceil", "count_include_pad": both}
        yield Case("drawn", settings, group=group)


def average_layers(rng: Rng) -> Iterator[LayerCase]:
    yield LayerCase("windows side by side", {"kernel_size": (1, 2)}, (numbers(rng, (1, 1, 1, 4)),))
    overlapping = {"kernel_size": (2, 3), "stride": (1, 2)}
    yield LayerCase("windows overlap", overlapping, (numbers(rng, (1, 1, 3, 5)),))
    for number, ((name, size, settings), both) in enumerate(product(_averaged(), (False, True))):
        dtype, layout = [("float64", "C"), ("float32", "F"), ("float64", "strided")][number % 3]
        args, words = (settings, "padding counts") if both else (settings | {"count_include_pad": False}, "only pixels")
        x = numbers(rng, (1 + number % 2, 2, *size), dtype, layout)
        yield LayerCase(f"{name}, {words}", args, (x,), layout="F" if number == 1 else "C")
    rounds = numbers(rng, (2, 1, 3, 5)), numbers(rng, (2, 1, 3, 5)), numbers(rng, (1, 3, 4, 6), "float32")
    yield LayerCase("three rounds", overlapping, rounds)


def _settings(rng: Rng, dilation: tuple[int, int] = (1, 1)) -> dict[str, Any]:
    """Draw sizes and settings for which every window holds a pixel: no side is padded by as much as a window covers."""
    kernel_size, stride = rng.integers(1, 5, 2), rng.integers(1, 6, 2)
    covered = np.asarray(dilation) * (kernel_size - 1) + 1
    (top, left), (bottom, right) = rng.integers(0, np.minimum(covered, 3), (2, 2)).tolist()
    size = (int(covered[0] + rng.integers(10)), int(covered[1] + rng.integers(11)))
    pairs = {"size": size, "kernel_size": tuple(kernel_size.tolist()), "stride": tuple(stride.tolist())}
    return {**pairs, "padding": ((top, bottom), (left, right))}


def _averaged() -> list[tuple[str, tuple[int, int], dict[str, Any]]]:
    chosen = [(name, size, settings) for name, group, size, settings in WINDOWS if group != "plain"]
    return [item for item in chosen if "dilation" not in item[2]]


def distinct(rng: Rng, shape: tuple[int, ...], dtype: str = "float64", layout: str = "C") -> np.ndarray:
    """Draw numbers of one decimal, all different: the largest of any of them is one only."""
    count = int(np.prod(shape))
    drawn = rng.permutation(np.arange(-count // 2, count - count // 2)).reshape(shape)
    return lay_out((drawn if dtype.startswith("int") else drawn / 10).astype(dtype), layout)


def below_zero(rng: Rng, shape: tuple[int, ...], dtype: str = "float64", layout: str = "C") -> np.ndarray:
    """Draw different numbers, all negative: a border of zeros would beat every one."""
    count = int(np.prod(shape))
    drawn = -1 - rng.permutation(count).reshape(shape)
    return lay_out((drawn if dtype.startswith("int") else drawn / 10).astype(dtype), layout)
