"""Cases of the chapter ``strides``: sizes with every setting, borders, kernels with gaps, and columns."""

from collections.abc import Iterator
from typing import Any

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case


def whole(rng: Rng, low: int, high: int) -> int:
    """Draw a whole number, both ends included."""
    return int(rng.integers(low, high + 1))


def two(rng: Rng, low: int, high: int) -> tuple[int, int]:
    """Draw a pair of different numbers, so that a swap shows."""
    y = whole(rng, low, high)
    return y, (y - low + whole(rng, 1, high - low)) % (high - low + 1) + low


def sizes(rng: Rng) -> Iterator[Case]:
    """Settings for ``out_size``; each group adds one setting to the groups before it."""
    for name, size, kernel, stride, padding, dilation, group in [
        ("stride 1", (4, 6), (3, 2), None, None, None, "stride"),
        ("one number for both", (7, 6), 3, 2, None, None, "stride"),
        ("a tail that no window reaches", (8, 11), (3, 2), (2, 4), None, None, "stride"),
        ("padding 1", (4, 6), (3, 2), None, 1, None, "padding"),
        ("padding (0, 2)", (4, 6), (3, 2), None, (0, 2), None, "padding"),
        ("padding on one side each", (4, 6), (3, 2), None, ((0, 3), (2, 0)), None, "padding"),
        ("dilation 2", (6, 7), (3, 2), None, None, 2, "dilation"),
        ("dilation (1, 3)", (5, 9), (3, 2), None, None, (1, 3), "dilation"),
        ("a single dilated window", (7, 5), (3, 2), None, None, (3, 4), "dilation"),
        ("same, even kernel", (4, 5), (2, 4), None, "same", None, "same"),
        ("same, stride (2, 3)", (5, 7), (3, 2), (2, 3), "same", None, "same"),
        ("same, the stride longer than the kernel", (7, 10), (2, 1), (3, 4), "same", None, "same"),
        ("valid", (7, 6), (3, 2), (2, 1), "valid", (1, 2), "same"),
    ]:
        yield Case(name, {"size": size, "kernel_size": kernel, **given(stride, padding, dilation)}, group)
    for group in ["stride", "padding", "dilation", "same"] * 4:
        padding = "same" if group == "same" else (two(rng, 0, 3), two(rng, 0, 2))
        settings = given(
            two(rng, 1, 4),
            None if group == "stride" else padding,
            two(rng, 1, 3) if group in ("dilation", "same") else None,
        )
        size = whole(rng, 13, 20), whole(rng, 9, 30)
        yield Case("drawn", {"size": size, "kernel_size": two(rng, 1, 4), **settings}, group)


def axes(rng: Rng) -> Iterator[Case]:
    """Settings of one axis for ``same_pads``."""
    for name, length, taps, stride, dilation in [
        ("three taps", 4, 3, None, None),
        ("two taps", 4, 2, None, None),
        ("four taps", 5, 4, None, None),
        ("one tap", 3, 1, None, None),
        ("stride 2, even length", 6, 3, 2, None),
        ("stride 2, odd length", 7, 3, 2, None),
        ("the stride longer than the kernel", 8, 2, 4, None),
        ("one window more than whole steps", 7, 2, 3, None),
        ("dilation 3", 8, 2, None, 3),
        ("stride 3, dilation 2", 10, 4, 3, 2),
        ("more taps than entries", 2, 5, None, None),
    ]:
        yield Case(name, {"length": length, "taps": taps, **given(stride, None, dilation)})
    for _ in range(12):
        length, taps = whole(rng, 1, 30), whole(rng, 1, 7)
        yield Case("drawn", {"length": length, "taps": taps, **given(whole(rng, 1, 6), None, whole(rng, 1, 3))})


def borders(rng: Rng) -> Iterator[Case]:
    """Padded images for ``crop``."""
    for name, shape, padding, dtype, layout in [
        ("a border of 1", (1, 1, 3, 4), 1, "float64", "C"),
        ("a border of 2", (1, 2, 5, 6), 2, "float64", "C"),
        ("no border", (2, 1, 2, 3), 0, "float64", "C"),
        ("rows only", (1, 2, 5, 3), (2, 0), "float64", "C"),
        ("columns only", (1, 1, 3, 6), (0, 1), "float64", "C"),
        ("four sides", (1, 1, 6, 8), ((1, 2), (3, 0)), "float64", "C"),
        ("four other sides", (2, 1, 6, 5), ((3, 1), (0, 2)), "float32", "C"),
        ("column-major", (1, 2, 5, 4), (1, 0), "float64", "F"),
        ("whole numbers, every second of a longer row", (1, 1, 4, 6), (0, 2), "int64", "strided"),
    ]:
        yield Case(name, {"x": numbers(rng, shape, dtype, layout), "padding": padding})


def kernels(rng: Rng) -> Iterator[Case]:
    """Kernels for ``dilate``."""
    for name, shape, dilation, dtype, layout in [
        ("2 × 2, dilation 2", (1, 1, 2, 2), 2, "float64", "C"),
        ("one tap", (1, 1, 1, 1), (2, 3), "float64", "C"),
        ("dilation (1, 3)", (1, 1, 2, 3), (1, 3), "float64", "C"),
        ("dilation 1", (2, 1, 3, 2), 1, "float64", "C"),
        ("two kernels of three channels", (2, 3, 2, 3), (3, 2), "float64", "C"),
        ("float32", (1, 2, 3, 2), (2, 1), "float32", "C"),
        ("whole numbers", (1, 1, 2, 2), (2, 3), "int64", "C"),
        ("column-major", (2, 1, 2, 3), (2, 1), "float64", "F"),
        ("every second of a longer row", (1, 2, 3, 2), (1, 2), "float32", "strided"),
    ]:
        yield Case(name, {"weight": numbers(rng, shape, dtype, layout), "dilation": dilation})


def images_and_kernels(rng: Rng) -> Iterator[Case]:
    """One image and one kernel for ``dilated``."""
    for name, x, weight, dilation, dtype, layout in [
        ("dilation (1, 1)", (3, 4), (2, 3), (1, 1), "float64", "C"),
        ("dilation (2, 1)", (4, 3), (2, 2), (2, 1), "float64", "C"),
        ("dilation (1, 2)", (3, 5), (2, 2), (1, 2), "float64", "C"),
        ("dilation (2, 2)", (4, 5), (2, 2), (2, 2), "float64", "C"),
        ("one row of taps", (3, 7), (1, 3), (4, 2), "float64", "C"),
        ("one column of taps", (7, 3), (3, 1), (3, 2), "float64", "C"),
        ("float32", (7, 8), (3, 2), (2, 3), "float32", "C"),
        ("whole numbers", (6, 5), (2, 2), (3, 1), "int64", "C"),
        ("column-major", (5, 8), (2, 3), (2, 3), "float64", "F"),
        ("every second of a longer row", (8, 5), (3, 2), (3, 2), "float64", "strided"),
    ]:
        image, kernel = numbers(rng, x, dtype, layout), numbers(rng, weight, dtype)
        yield Case(name, {"x": image, "weight": kernel, "dilation": dilation})
    for name, dtype, other in [("a float32 kernel", "float64", "float32"), ("a float64 kernel", "float32", "float64")]:
        yield Case(f"{name}, no dilation", {"x": numbers(rng, (3, 4), dtype), "weight": numbers(rng, (2, 3), other)})


def batches(rng: Rng) -> Iterator[Case]:
    """Images for ``im2col``: one setting at a time, then all at once."""
    for name, shape, kernel, settings, dtype, layout, group in [
        ("one window", (1, 1, 2, 3), (2, 3), (None, None, None), "float64", "C", "plain"),
        ("two images of three channels", (2, 3, 3, 3), (2, 1), (None, None, None), "float64", "C", "plain"),
        ("float32, column-major", (1, 2, 4, 3), (3, 2), (None, None, None), "float32", "F", "plain"),
        ("stride 2", (1, 1, 4, 5), 2, (2, None, None), "float64", "C", "stride"),
        ("stride (1, 3), a tail is left", (1, 2, 3, 6), (2, 1), ((1, 3), None, None), "float64", "C", "stride"),
        ("stride (2, 1)", (2, 1, 6, 4), (3, 2), ((2, 1), None, None), "float64", "strided", "stride"),
        ("padding 1", (1, 1, 2, 2), 2, (None, 1, None), "float64", "C", "padding"),
        ("padding (0, 2)", (1, 2, 2, 2), (2, 3), (None, (0, 2), None), "float64", "C", "padding"),
        ("padding on one side each", (1, 1, 2, 3), 2, (None, ((0, 2), (1, 0)), None), "float64", "C", "padding"),
        ("same, even kernel", (1, 1, 3, 4), (2, 2), (None, "same", None), "float32", "C", "padding"),
        ("dilation 2", (1, 1, 4, 4), 2, (None, None, 2), "float64", "C", "dilation"),
        ("dilation (2, 1)", (1, 2, 4, 3), (2, 2), (None, None, (2, 1)), "float64", "C", "dilation"),
        ("dilation (1, 3)", (2, 1, 2, 6), (2, 2), (None, None, (1, 3)), "float64", "F", "dilation"),
        ("all at once", (1, 2, 5, 6), (2, 3), ((2, 1), (1, 0), (3, 2)), "float64", "C", "all"),
        ("all, padding per side", (1, 1, 5, 4), (3, 2), ((1, 2), ((2, 1), (0, 3)), (2, 3)), "float32", "C", "all"),
        ("same, all else too", (2, 1, 5, 6), (2, 3), ((2, 3), "same", (3, 1)), "float64", "C", "all"),
        ("whole numbers, valid", (1, 1, 7, 6), (2, 2), ((3, 2), "valid", (2, 3)), "int64", "strided", "all"),
    ]:
        yield Case(name, {"x": numbers(rng, shape, dtype, layout), "kernel_size": kernel, **given(*settings)}, group)


def given(stride: Any, padding: Any, dilation: Any) -> dict[str, Any]:
    """Name the settings that are not None."""
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return {name: value for name, value in settings.items() if value is not None}
