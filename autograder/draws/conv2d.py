"""Cases of the chapter ``conv2d``: images and kernels, sizes, photographs, channels last."""

from collections.abc import Iterator, Mapping

import numpy as np

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case
from unrolled.wire import lay_out


def images_and_kernels(rng: Rng) -> Iterator[Case]:
    """Arguments of ``correlate``."""
    for name, size, kernel, dtypes, layout in [
        ("one tap", (2, 3), (1, 1), ("float64", "float64"), "C"),
        ("one window", (2, 3), (2, 3), ("float64", "float64"), "C"),
        ("a square kernel", (3, 4), (2, 2), ("float64", "float64"), "C"),
        ("a kernel of one row", (3, 4), (1, 3), ("float64", "float64"), "C"),
        ("a kernel of one column", (4, 3), (3, 1), ("float64", "float64"), "C"),
        ("a tall kernel", (5, 4), (3, 2), ("float64", "float64"), "C"),
        ("a wide image", (4, int(rng.integers(6, 9))), (2, 3), ("float64", "float64"), "C"),
        ("float32", (4, 5), (2, 3), ("float32", "float32"), "C"),
        ("whole numbers", (4, 3), (2, 2), ("int64", "int64"), "C"),
        ("whole numbers under a kernel of fractions", (3, 4), (2, 2), ("int64", "float64"), "C"),
        ("float64 under a float32 kernel", (3, 4), (2, 1), ("float64", "float32"), "C"),
        ("an image in column-major order", (4, 5), (3, 2), ("float64", "float64"), "F"),
        ("every second pixel of a larger image", (5, 4), (2, 3), ("float64", "float64"), "strided"),
    ]:
        yield Case(name, {"x": numbers(rng, size, dtypes[0], layout), "weight": numbers(rng, kernel, dtypes[1])})


def sizes(rng: Rng) -> Iterator[Case]:
    """Arguments of ``unused``; something always fits."""
    for name, size, kernel, stride, padding in [
        ("exactly one window", (3, 2), (3, 2), 1, 0),
        ("stride 1", (5, 8), (2, 3), 1, 0),
        ("stride 2, columns are left", (5, 6), (3, 3), 2, 0),
        ("stride 2, rows are left", (6, 6), (3, 2), 2, 0),
        ("stride 3, a wide kernel", (7, 9), (2, 4), 3, 0),
        ("stride 3, padding 1", (7, 8), (3, 2), 3, 1),
        ("stride 4, padding 2", (6, 9), (3, 4), 4, 2),
        ("the stride longer than the kernel", (9, 10), (2, 1), 4, 0),
    ]:
        yield Case(name, _settings({"size": size, "kernel_size": kernel}, stride, padding))
    for _ in range(10):
        h, w, kh, kw, stride, padding = (int(n) for n in rng.integers([7, 7, 1, 1, 2, 0], [40, 40, 7, 7, 7, 5]))
        yield Case("drawn", _settings({"size": (h, w), "kernel_size": (kh, kw)}, stride, padding))


def strides_and_paddings(rng: Rng) -> Iterator[Case]:
    """Arguments of ``shifted_sum``, in groups for its points."""
    for case in images_and_kernels(rng):
        yield Case(case.name, case.args, "plain")
    for name, size, kernel, dtype, stride, padding in [
        ("stride 2", (5, 7), (3, 3), "float64", 2, 0),
        ("stride 2, a tail below", (6, 6), (3, 2), "float64", 2, 0),
        ("stride 3, a tail at the right", (7, 9), (1, 2), "float64", 3, 0),
        ("the stride longer than the kernel", (8, 7), (2, 1), "float32", 4, 0),
        ("padding 1", (3, 4), (3, 2), "float64", 1, 1),
        ("padding 2, float32", (2, 3), (2, 3), "float32", 1, 2),
        ("a kernel that fits only with padding", (2, 3), (3, 4), "float64", 1, 1),
        ("stride 2, padding 1", (5, 4), (3, 2), "float64", 2, 1),
        ("stride 3, padding 2", (5, 7), (2, 4), "float32", 3, 2),
    ]:
        group = "both" if stride > 1 and padding else "stride" if stride > 1 else "padding"
        given = {"x": numbers(rng, size, dtype), "weight": numbers(rng, kernel, dtype)}
        yield Case(name, _settings(given, stride, padding), group)
    h, w, kh, kw, stride, padding = (int(n) for n in rng.integers([7, 8, 2, 2, 2, 1], [10, 12, 5, 4, 4, 4]))
    given = {"x": numbers(rng, (h, w), layout="F"), "weight": numbers(rng, (kh, kw))}
    yield Case("drawn, column-major", _settings(given, stride, padding), "both")


def photographs(rng: Rng) -> Iterator[Case]:
    """Arguments of ``edge_strength``."""
    yield Case("a corner", {"x": np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 2.0, 4.0], [1.0, 4.0, 4.0]])})
    yield Case("fractions", {"x": numbers(rng, (3, 4))})
    yield Case("float32", {"x": numbers(rng, (4, 3), "float32")})
    yield Case("signed whole numbers", {"x": numbers(rng, (4, 5), "int64")})
    yield Case("pixels of 8 bits", {"x": rng.integers(0, 256, (4, 5)).astype("uint8")})
    yield Case("two by two", {"x": numbers(rng, (2, 2))})
    drawn = rng.integers(0, 256, tuple(rng.integers([5, 6], [8, 9]))).astype("uint8")
    yield Case("a photograph in column-major order", {"x": lay_out(drawn, "F")})


def channels_last(rng: Rng) -> Iterator[Case]:
    """Arguments of ``tap_products``."""
    for name, size, kernel, dtype, padding, layout in [
        ("one tap, one channel, one kernel", (2, 3, 1), (1, 1, 1, 1), "float64", 0, "C"),
        ("one pixel, as many kernels as channels", (1, 1, 2), (1, 1, 2, 2), "float64", 0, "C"),
        ("one tap, three channels", (2, 3, 3), (1, 1, 3, 2), "float64", 0, "C"),
        ("one channel, several kernels", (3, 4, 1), (2, 3, 1, 2), "float64", 0, "C"),
        ("two channels, one kernel", (3, 3, 2), (2, 2, 2, 1), "float64", 0, "C"),
        ("a tall kernel", (4, 3, 2), (3, 2, 2, 3), "float64", 0, "C"),
        ("padding 1", (2, 3, 2), (3, 2, 2, 2), "float64", 1, "C"),
        ("padding 2", (2, 1, 2), (2, 3, 2, 3), "float64", 2, "C"),
        ("float32", (3, 4, 2), (2, 1, 2, 3), "float32", 0, "C"),
        ("whole numbers", (3, 4, 2), (2, 2, 2, 2), "int64", 1, "C"),
        ("column-major", (3, 4, 2), (2, 3, 2, 2), "float64", 1, "F"),
        ("every second entry of a larger image", (3, 4, 3), (2, 2, 3, 2), "float32", 0, "strided"),
    ]:
        given = {"x": numbers(rng, size, dtype, layout), "weight": numbers(rng, kernel, dtype)}
        yield Case(name, given | ({"padding": padding} if padding else {}))
    for first, second in ("int64", "float64"), ("float64", "float32"):
        given = {"x": numbers(rng, (2, 3, 2), first), "weight": numbers(rng, (2, 2, 2, 1), second)}
        yield Case(f"an image of {first} under {second} kernels", given)


def layers(rng: Rng) -> Iterator[Case]:
    """Arguments of ``multiply_adds``."""
    yield Case("one window", {"size": (2, 3), "kernel_size": (2, 3)})
    yield Case("an image of one channel", {"size": (4, 6), "kernel_size": (2, 3)})
    yield Case("three channels", {"size": (4, 5), "kernel_size": (3, 2), "channels": 3})
    yield Case("four kernels", {"size": (4, 5), "kernel_size": (3, 2), "filters": 4})
    yield Case("stride 2", {"size": (7, 9), "kernel_size": (2, 3), "channels": 2, "filters": 5, "stride": 2})
    yield Case("padding 2", {"size": (5, 3), "kernel_size": (3, 4), "channels": 2, "filters": 3, "padding": 2})
    size, channels = 2 ** int(rng.integers(20, 24)), 2 ** int(rng.integers(13, 16))
    enormous = {"size": (size, size + 1), "kernel_size": (3, 5), "channels": channels, "filters": 3 * channels}
    yield Case("an enormous layer", enormous)
    for _ in range(6):
        h, w, kh, kw, c, f, stride, padding = (
            int(n) for n in rng.integers([12, 12, 1, 1, 2, 2, 1, 0], [90, 90, 8, 8, 20, 40, 5, 4])
        )
        given = {"size": (h, w), "kernel_size": (kh, kw), "channels": c, "filters": f}
        yield Case("drawn", _settings(given, stride, padding))


def columns_and_rows(rng: Rng) -> Iterator[Case]:
    """Arguments of ``separable``."""
    for name, size, taps, dtype, layout in [
        ("one tap each", (2, 3), (1, 1), "float64", "C"),
        ("a column of two, a row of one", (3, 3), (2, 1), "float64", "C"),
        ("a column of one, a row of two", (3, 3), (1, 2), "float64", "C"),
        ("two and two", (3, 4), (2, 2), "float64", "C"),
        ("three and two", (5, 4), (3, 2), "float64", "C"),
        ("two and four", (4, 7), (2, 4), "float64", "C"),
        ("float32", (4, 5), (2, 3), "float32", "C"),
        ("whole numbers", (4, 5), (3, 2), "int64", "C"),
        ("column-major", (5, 4), (2, 3), "float64", "F"),
    ]:
        given = {"x": numbers(rng, size, dtype, layout), "column": numbers(rng, taps[0], dtype)}
        yield Case(name, given | {"row": numbers(rng, taps[1], dtype)})


def borders(rng: Rng) -> Iterator[Case]:
    """Arguments of ``guarded``."""
    for name, size, kernel, dtype, padding in [
        ("a square image", (2, 2), (1, 1), "float64", 0),
        ("a tall image", (3, 2), (1, 1), "float64", 0),
        ("a wide image", (2, 4), (1, 2), "float64", 0),
        ("a square image, padding 1", (2, 2), (2, 2), "float64", 1),
        ("a tall image, padding 1", (4, 2), (2, 3), "float64", 1),
        ("a wide image, padding 2", (2, 5), (3, 2), "float64", 2),
        ("float32", (4, 3), (2, 3), "float32", 1),
        ("whole numbers", (3, 5), (2, 2), "int64", 0),
    ]:
        given = {"x": numbers(rng, size, dtype), "weight": numbers(rng, kernel, dtype)}
        yield Case(name, given | ({"padding": padding} if padding else {}))
    for first, second in ("int64", "float64"), ("float64", "float32"):
        given = {"x": numbers(rng, (2, 3), first), "weight": numbers(rng, (2, 1), second)}
        yield Case(f"an image of {first} under a {second} kernel", given)


def _settings(given: Mapping[str, object], stride: int, padding: int) -> dict[str, object]:
    return dict(given) | ({"stride": stride} if stride > 1 else {}) | ({"padding": padding} if padding else {})
