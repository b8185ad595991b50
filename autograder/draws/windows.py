"""Cases of the chapter ``windows``: images in several layouts, sizes for indices, kernels, and rows of columns."""

from collections.abc import Iterator

from autograder.draws.arrays import Rng, numbers
from autograder.draws.strides import given, two, whole
from autograder.questions import Case, Fresh

TIMED = {"x": Fresh((40, 50), "float32"), "kernel_size": (3, 4)}


def views(rng: Rng) -> Iterator[Case]:
    """Images for a view of windows: without settings, in other layouts, and with settings."""
    for name, shape, kernel, stride, dilation, dtype, layout, group in [
        ("two windows of a row", (1, 1, 1, 3), (1, 2), None, None, "float64", "C", "plain"),
        ("a 3 × 2 kernel", (1, 1, 4, 4), (3, 2), None, None, "float64", "C", "plain"),
        ("two images of three channels", (2, 3, 3, 4), (2, 3), None, None, "float64", "C", "plain"),
        ("float32", (1, 2, 3, 4), (2, 1), None, None, "float32", "C", "plain"),
        ("column-major", (1, 2, 3, 4), (2, 3), None, None, "float64", "F", "layout"),
        ("every second of a longer row", (2, 1, 4, 3), (3, 2), None, None, "float64", "strided", "layout"),
        ("float32, column-major", (2, 3, 3, 4), (2, 2), None, None, "float32", "F", "layout"),
        ("stride 2", (1, 1, 4, 5), (2, 2), 2, None, "float64", "C", "steps"),
        ("stride (2, 1)", (1, 2, 5, 4), (2, 3), (2, 1), None, "float64", "C", "steps"),
        ("stride (1, 3), a tail is left", (2, 1, 3, 6), (2, 1), (1, 3), None, "float32", "C", "steps"),
        ("dilation 2", (1, 1, 4, 4), (2, 2), None, 2, "float64", "C", "steps"),
        ("dilation (1, 3)", (1, 2, 2, 9), (2, 3), None, (1, 3), "float64", "C", "steps"),
        ("stride (2, 3), dilation (3, 2)", (1, 2, 6, 9), (2, 3), (2, 3), (3, 2), "float64", "F", "steps"),
        ("whole numbers", (1, 1, 7, 6), (3, 2), (1, 2), (2, 1), "int64", "strided", "steps"),
    ]:
        settings = given(stride, None, dilation)
        yield Case(name, {"x": numbers(rng, shape, dtype, layout), "kernel_size": kernel, **settings}, group)


def plain_views(rng: Rng) -> Iterator[Case]:
    """The same without groups."""
    for case in views(rng):
        yield Case(case.name, case.args)


def padded(rng: Rng) -> Iterator[Case]:
    """Images for columns with every setting."""
    for name, shape, kernel, stride, padding, dilation, dtype, layout in [
        ("one window", (1, 1, 2, 3), (2, 3), None, None, None, "float64", "C"),
        ("windows that overlap", (1, 2, 3, 3), (2, 1), None, None, None, "float64", "C"),
        ("windows of 2 × 3", (2, 1, 3, 5), (2, 3), None, None, None, "float64", "C"),
        ("column-major", (1, 2, 3, 4), (3, 2), None, None, None, "float32", "F"),
        ("padding 1", (1, 1, 2, 2), (2, 2), None, 1, None, "float64", "C"),
        ("padding (0, 2)", (1, 2, 2, 2), (2, 3), None, (0, 2), None, "float64", "C"),
        ("padding on one side each", (1, 1, 2, 3), (2, 2), None, ((0, 2), (1, 0)), None, "float64", "C"),
        ("same, an even kernel", (1, 1, 3, 4), (2, 2), None, "same", None, "float32", "C"),
        ("stride (2, 1)", (2, 1, 5, 4), (3, 2), (2, 1), None, None, "float64", "C"),
        ("dilation (1, 3)", (1, 1, 2, 6), (2, 2), None, None, (1, 3), "float64", "C"),
        ("all at once", (1, 2, 5, 6), (2, 3), (2, 1), (1, 0), (3, 2), "float64", "strided"),
        ("whole numbers, same", (2, 1, 5, 6), (2, 3), (2, 3), "same", (3, 1), "int64", "C"),
    ]:
        settings = given(stride, padding, dilation)
        yield Case(name, {"x": numbers(rng, shape, dtype, layout), "kernel_size": kernel, **settings})


def sizes(rng: Rng) -> Iterator[Case]:
    """Sizes for index arrays."""
    for name, channels, size, kernel, stride, dilation in [
        ("two windows of a row", 1, (1, 3), (1, 2), None, None),
        ("a 2 × 3 kernel", 1, (3, 5), (2, 3), None, None),
        ("two channels", 2, (3, 3), (2, 1), None, None),
        ("three channels, a 1 × 2 kernel", 3, (2, 3), (1, 2), None, None),
        ("stride 2", 1, (4, 5), (2, 2), 2, None),
        ("stride (1, 3), a tail is left", 2, (2, 6), (2, 1), (1, 3), None),
        ("dilation 2", 1, (4, 5), (2, 2), None, 2),
        ("dilation (3, 1)", 1, (5, 3), (2, 2), None, (3, 1)),
        ("three rows of windows, three of taps", 1, (5, 4), (3, 2), None, None),
        ("everything", 2, (7, 8), (2, 3), (3, 2), (2, 1)),
    ]:
        settings = given(stride, None, dilation)
        yield Case(name, {"channels": channels, "size": size, "kernel_size": kernel, **settings})
    for _ in range(3):
        size = whole(rng, 6, 8), whole(rng, 6, 9)
        settings = given(two(rng, 1, 4), None, two(rng, 1, 3))
        yield Case("drawn", {"channels": 2, "size": size, "kernel_size": two(rng, 1, 3), **settings})


def convolutions(rng: Rng) -> Iterator[Case]:
    """Images, kernels and biases; as many kernels as output columns where a bias could go astray."""
    for name, x, weight, bias, settings, dtype, layout in [
        ("one output", (1, 1, 1, 2), (1, 1, 1, 2), False, (None, None, None), "float64", "C"),
        ("a 2 × 3 kernel", (1, 1, 3, 4), (1, 1, 2, 3), False, (None, None, None), "float64", "C"),
        ("two kernels", (1, 2, 3, 3), (2, 2, 2, 1), False, (None, None, None), "float64", "C"),
        ("with bias", (2, 1, 3, 4), (3, 1, 2, 2), True, (None, None, None), "float64", "C"),
        ("float32", (1, 2, 3, 4), (3, 2, 2, 2), True, (None, None, None), "float32", "F"),
        ("stride (2, 1)", (1, 2, 5, 4), (2, 2, 2, 3), False, ((2, 1), None, None), "float64", "C"),
        ("padding (1, 0)", (1, 2, 2, 4), (3, 2, 2, 2), False, (None, (1, 0), None), "float64", "C"),
        ("same, an even kernel", (1, 1, 3, 4), (2, 1, 2, 2), True, (None, "same", None), "float64", "C"),
        ("dilation (1, 2)", (1, 2, 2, 5), (3, 2, 2, 2), False, (None, None, (1, 2)), "float64", "strided"),
        (
            "same, stride (1, 3), dilation (2, 1)",
            (1, 1, 5, 8),
            (2, 1, 2, 3),
            False,
            ((1, 3), "same", (2, 1)),
            "float64",
            "C",
        ),
        ("same, stride (3, 2)", (1, 1, 7, 4), (2, 1, 2, 3), False, ((3, 2), "same", None), "float64", "C"),
        ("all at once", (2, 3, 5, 6), (4, 3, 2, 3), True, ((2, 1), (1, 0), (3, 2)), "float64", "C"),
    ]:
        args = {"x": numbers(rng, x, dtype, layout), "weight": numbers(rng, weight, dtype)}
        if bias:
            args["bias"] = numbers(rng, weight[:1], dtype)
        yield Case(name, {**args, **given(*settings)})


def fitting(rng: Rng) -> Iterator[Case]:
    """Images whose last window ends where they do."""
    for name, shape, kernel, stride, dtype, layout in [
        ("stride 1", (3, 4), (2, 3), 1, "float64", "C"),
        ("a square kernel, stride 2", (5, 7), (3, 3), 2, "float64", "C"),
        ("a wide kernel, stride 2", (3, 5), (1, 3), 2, "float64", "C"),
        ("as even as odd", (3, 6), (1, 2), 2, "float64", "C"),
        ("a high kernel, stride 3", (5, 4), (2, 1), 3, "float32", "C"),
        ("stride 3, column-major", (6, 8), (3, 2), 3, "float64", "F"),
        ("whole numbers", (4, 7), (2, 3), 2, "int64", "strided"),
    ]:
        yield Case(name, {"x": numbers(rng, shape, dtype, layout), "kernel_size": kernel, "stride": stride})


def rough(rng: Rng) -> Iterator[Case]:
    """Images for medians."""
    for name, shape, kernel, dtype, layout in [
        ("one window of three", (1, 3), (1, 3), "float64", "C"),
        ("two windows of a column", (4, 1), (3, 1), "float64", "C"),
        ("an even number of entries", (3, 3), (2, 2), "float64", "C"),
        ("windows of 3 × 2", (5, 6), (3, 2), "float64", "C"),
        ("float32", (4, 6), (1, 3), "float32", "C"),
        ("column-major", (6, 5), (2, 3), "float64", "F"),
        ("every second of a longer row", (5, 7), (3, 3), "float32", "strided"),
    ]:
        yield Case(name, {"x": numbers(rng, shape, dtype, layout), "kernel_size": kernel})
