"""Cases of the chapter ``conv1d``: rows and kernels, sizes, and columns."""

from collections.abc import Iterator

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case
from solutions import conv1d
from unrolled.wire import lay_out


def sizes(rng: Rng) -> Iterator[Case]:
    yield Case("exactly one window", {"w": 3, "kw": 3})
    yield Case("no padding, every start", {"w": int(rng.integers(6, 9)), "kw": 2})
    yield Case("a tail that no window reaches", {"w": 8, "kw": 3, "stride": 2})
    yield Case("padding", {"w": 4, "kw": 3, "padding": int(rng.integers(1, 4))})
    yield Case("a kernel longer than the row", {"w": 4, "kw": 5, "stride": 2})
    yield Case("a kernel far too long", {"w": 2, "kw": int(rng.integers(5, 9))})
    for _ in range(12):
        w, kw, stride, padding = (int(n) for n in rng.integers([1, 1, 1, 0], [40, 12, 6, 5]))
        yield Case("drawn", {"w": w, "kw": kw, "stride": stride, "padding": padding})


def rows_and_kernels(rng: Rng) -> Iterator[Case]:
    yield Case("one tap", {"x": numbers(rng, 3), "weight": numbers(rng, 1)})
    yield Case("two taps", {"x": numbers(rng, 4), "weight": numbers(rng, 2)})
    yield Case("as many taps as numbers", {"x": numbers(rng, 4), "weight": numbers(rng, 4)})
    yield Case("three taps", {"x": numbers(rng, int(rng.integers(6, 10))), "weight": numbers(rng, 3)})
    yield Case("float32", {"x": numbers(rng, 6, "float32"), "weight": numbers(rng, 3, "float32")})
    yield Case("whole numbers", {"x": numbers(rng, 6, "int64"), "weight": numbers(rng, 2, "int64")})
    yield Case("whole numbers under a kernel of fractions", {"x": numbers(rng, 5, "int64"), "weight": numbers(rng, 2)})
    yield Case("float64 under a float32 kernel", {"x": numbers(rng, 5), "weight": numbers(rng, 2, "float32")})
    yield Case(
        "every second number of a longer row", {"x": numbers(rng, 7, layout="strided"), "weight": numbers(rng, 3)}
    )


def rows_and_kernels_of_any_length(rng: Rng) -> Iterator[Case]:
    yield from rows_and_kernels(rng)
    yield Case("four taps", {"x": numbers(rng, int(rng.integers(5, 9))), "weight": numbers(rng, 4)})
    yield Case("more taps than numbers", {"x": numbers(rng, 2), "weight": numbers(rng, 5)})


def strides_and_paddings(rng: Rng) -> Iterator[Case]:
    yield from rows_and_kernels(rng)
    yield Case("stride 2", {"x": numbers(rng, 7), "weight": numbers(rng, 3), "stride": 2})
    yield Case("stride 2, a tail is left", {"x": numbers(rng, 8), "weight": numbers(rng, 3), "stride": 2})
    yield Case("padding 1", {"x": numbers(rng, 4), "weight": numbers(rng, 3), "padding": 1})
    yield Case("padding 2, stride 3", {"x": numbers(rng, 9), "weight": numbers(rng, 4), "stride": 3, "padding": 2})
    size, taps, stride, padding = (int(n) for n in rng.integers([10, 2, 2, 1], [20, 6, 5, 4]))
    drawn = {
        "x": numbers(rng, size, "float32"),
        "weight": numbers(rng, taps, "float32"),
        "stride": stride,
        "padding": padding,
    }
    yield Case("drawn, float32", drawn)


def strides(rng: Rng) -> Iterator[Case]:
    yield from rows_and_kernels(rng)
    yield Case("stride 2", {"x": numbers(rng, 7), "weight": numbers(rng, 3), "stride": 2})
    yield Case("stride 3, a tail is left", {"x": numbers(rng, 12), "weight": numbers(rng, 2), "stride": 3})
    yield Case("a stride longer than the kernel", {"x": numbers(rng, 9), "weight": numbers(rng, 2), "stride": 4})


def bands(rng: Rng) -> Iterator[Case]:
    yield Case("a 1 × 2 matrix", {"weight": numbers(rng, 2), "w": 2})
    yield Case("stride 1", {"weight": numbers(rng, 2), "w": 5})
    yield Case("one tap", {"weight": numbers(rng, 1), "w": 3})
    yield Case("stride 2", {"weight": numbers(rng, 3), "w": 7, "stride": 2})
    yield Case("stride 3, a tail is left", {"weight": numbers(rng, 2), "w": int(rng.integers(9, 11)), "stride": 3})
    yield Case("float32", {"weight": numbers(rng, 3, "float32"), "w": 6})


def windows(rng: Rng) -> Iterator[Case]:
    yield Case("two windows", {"x": numbers(rng, 4), "kw": 3})
    yield Case("windows of one", {"x": numbers(rng, 3), "kw": 1})
    yield Case("stride 2", {"x": numbers(rng, 7), "kw": 3, "stride": 2})
    yield Case("stride 3, a tail is left", {"x": numbers(rng, int(rng.integers(10, 12))), "kw": 4, "stride": 3})
    yield Case("float32", {"x": numbers(rng, 6, "float32"), "kw": 2})
    yield Case("every second number of a longer row", {"x": numbers(rng, 6, layout="strided"), "kw": 3})


def columns(rng: Rng) -> Iterator[Case]:
    for name, w, kw, stride, dtype, layout in [
        ("two windows that overlap", 3, 2, 1, "float64", "C"),
        ("windows of one", 3, 1, 1, "float64", "C"),
        ("three deep", int(rng.integers(6, 9)), 3, 1, "float64", "C"),
        ("stride 2, windows overlap", 7, 3, 2, "float64", "C"),
        ("stride 2, a tail is left", 8, 3, 2, "float64", "C"),
        ("stride 3, gaps between windows", 9, 2, 3, "float64", "C"),
        ("float32", 6, 3, 1, "float32", "C"),
        ("columns in column-major order", 6, 3, 1, "float64", "F"),
    ]:
        cols = numbers(rng, kw * conv1d.out_size(w, kw, stride), dtype).reshape(kw, -1)
        given = {"stride": stride} if stride > 1 else {}
        yield Case(name, {"cols": lay_out(cols, layout), "w": w, **given})
