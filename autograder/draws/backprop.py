"""Cases of the chapter ``backprop``: upstream gradients with what went forward, and layers."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from autograder.draws.arrays import Rng
from autograder.draws.arrays import numbers as tenths
from autograder.draws.col2im import Two, settings
from autograder.questions import Case, LayerCase
from unrolled.given.strides import out_size
from unrolled.wire import lay_out

NO_SIDES = ((0, 0), (0, 0))


def numbers(rng: Rng, shape: int | tuple[int, ...], dtype: str = "float64", layout: str = "C") -> np.ndarray:
    """Draw as elsewhere; in float32 eighths, whose sums are exact, so that float64 differs by its dtype alone."""
    if dtype != "float32":
        return tenths(rng, shape, dtype, layout)
    return lay_out((tenths(rng, shape, "int64") / 8).astype(dtype), layout)


class Pass(NamedTuple):
    """A forward pass to go back through: (n, c, h, w), (f, kh, kw) and settings."""

    name: str
    group: str
    images: tuple[int, int, int, int]
    kernels: tuple[int, int, int]
    stride: Two = (1, 1)
    padding: tuple[Two, Two] | None = None
    dilation: Two = (1, 1)
    dtype: str = "float64"
    layout: str = "C"

    def settings(self) -> dict[str, Any]:
        return settings(self.stride, self.padding, self.dilation)

    def weight(self, rng: Rng) -> np.ndarray:
        f, kh, kw = self.kernels
        return numbers(rng, (f, self.images[1], kh, kw), self.dtype, self.layout)

    def x(self, rng: Rng) -> np.ndarray:
        return numbers(rng, self.images, self.dtype, self.layout)

    def grad_y(self, rng: Rng) -> np.ndarray:
        sides = self.padding or NO_SIDES
        windows = out_size(self.images[2:], self.kernels[1:], self.stride, sides, self.dilation)
        return numbers(rng, (self.images[0], self.kernels[0], *windows), self.dtype, self.layout)


PASSES = [
    Pass("one row, two windows", "plain", (1, 1, 1, 3), (1, 1, 2)),
    Pass("two images", "plain", (2, 1, 1, 3), (1, 1, 2)),
    Pass("two filters", "plain", (1, 1, 2, 3), (2, 1, 2)),
    Pass("three channels", "plain", (1, 3, 2, 3), (1, 2, 1)),
    Pass("as many filters as channels", "plain", (1, 2, 3, 3), (2, 2, 2)),
    Pass("all axes", "plain", (2, 3, 4, 5), (4, 2, 3)),
    Pass("all axes, float32", "plain", (3, 2, 3, 4), (2, 3, 2), dtype="float32"),
    Pass("column-major", "plain", (2, 3, 3, 4), (2, 2, 1), layout="F"),
    Pass("every second entry of a longer array", "plain", (2, 1, 4, 3), (3, 1, 2), layout="strided"),
    Pass("stride (1, 2)", "stride", (1, 1, 2, 5), (1, 2, 3), (1, 2)),
    Pass("stride (2, 3), tails are left", "stride", (2, 2, 6, 9), (3, 3, 2), (2, 3)),
    Pass("padding on the left", "padding", (1, 1, 1, 2), (1, 1, 2), padding=((0, 0), (1, 0))),
    Pass("padding on all sides", "padding", (2, 2, 3, 2), (3, 2, 3), padding=((1, 2), (2, 1))),
    Pass("padding above and below", "padding", (1, 2, 3, 4), (2, 3, 2), padding=((2, 1), (0, 0))),
    Pass("dilation (1, 2)", "dilation", (1, 1, 2, 5), (1, 2, 2), dilation=(1, 2)),
    Pass("everything at once", "dilation", (2, 2, 6, 7), (3, 2, 3), (2, 1), ((1, 0), (2, 1)), (3, 2), "float32"),
]


def upstream(rng: Rng) -> Iterator[Case]:
    """Upstream gradients alone."""
    yield Case("one filter, two windows", {"grad_y": numbers(rng, (1, 1, 1, 2))})
    yield Case("two images", {"grad_y": numbers(rng, (2, 1, 1, 1))})
    yield Case("two filters", {"grad_y": numbers(rng, (1, 2, 2, 1))})
    yield Case("all axes", {"grad_y": numbers(rng, (2, 3, 4, 5))})
    yield Case("as many images as filters, float32", {"grad_y": numbers(rng, (3, 3, 2, 3), "float32")})
    yield Case("column-major", {"grad_y": numbers(rng, (2, 4, 3, 2), "float64", "F")})


def for_weight(rng: Rng) -> Iterator[Case]:
    for way in PASSES:
        args = {"grad_y": way.grad_y(rng), "x": way.x(rng), "kernel_size": way.kernels[1:], **way.settings()}
        yield Case(way.name, args, way.group)


def for_x(rng: Rng) -> Iterator[Case]:
    for way in PASSES:
        args = {"grad_y": way.grad_y(rng), "weight": way.weight(rng), "size": way.images[2:], **way.settings()}
        yield Case(way.name, args, way.group)


def without_stride(rng: Rng) -> Iterator[Case]:
    for case, way in zip(for_x(rng), PASSES, strict=True):
        if way.stride == (1, 1):
            yield Case(case.name, case.args)
    last = Pass("padding and dilation", "", (2, 2, 4, 5), (3, 2, 3), (1, 1), ((1, 2), (0, 1)), (2, 1), "float32")
    args = {"grad_y": last.grad_y(rng), "weight": last.weight(rng), "size": (4, 5), **last.settings()}
    yield Case(last.name, args)


def with_rows(rng: Rng) -> Iterator[Case]:
    """Upstream gradients with windows in rows."""
    for name, (n, f, oh, ow), k, dtype, layout in [
        ("two filters, two windows", (1, 2, 1, 2), 2, "float64", "C"),
        ("one filter", (1, 1, 2, 2), 3, "float64", "C"),
        ("two images of one window", (2, 3, 1, 1), 2, "float64", "C"),
        ("two images of 2 × 2 windows", (2, 2, 2, 2), 1, "float64", "C"),
        ("two images", (2, 2, 1, 2), 2, "float64", "C"),
        ("windows of two rows", (1, 3, 2, 3), 2, "float64", "C"),
        ("all axes", (2, 3, 4, 2), 5, "float64", "C"),
        ("float32", (3, 2, 2, 3), 4, "float32", "C"),
        ("column-major", (2, 3, 2, 3), 3, "float64", "F"),
    ]:
        grad_y, rows = numbers(rng, (n, f, oh, ow), dtype, layout), numbers(rng, (n * oh * ow, k), dtype, layout)
        yield Case(name, {"grad_y": grad_y, "rows": rows})


def to_measure(rng: Rng) -> Iterator[Case]:
    """Small numbers, for tanh is flat far from 0, and large steps, for rounding is then small."""
    for name, images, (f, kh, kw), step, dtype in [
        ("one weight", (1, 1, 1, 2), (1, 1, 1), 0.5, "float64"),
        ("two weights", (1, 1, 1, 3), (1, 1, 2), 0.25, "float64"),
        ("2 × 2 weights", (1, 1, 2, 3), (1, 2, 2), 0.25, "float64"),
        ("all axes", (2, 2, 3, 4), (3, 2, 1), 0.125, "float64"),
        ("a smaller step", (2, 1, 3, 4), (2, 1, 3), 0.01, "float64"),
        ("float32", (1, 2, 2, 4), (2, 1, 2), 0.01, "float32"),
    ]:
        way = Pass(name, "", images, (f, kh, kw), dtype=dtype)
        x, weight = (way.x(rng) / 8).astype(dtype), (way.weight(rng) / 8).astype(dtype)
        yield Case(name, {"x": x, "weight": weight, "grad_y": way.grad_y(rng), "step": step})
    way = Pass("whole numbers", "", (1, 2, 2, 3), (2, 2, 1))
    whole = rng.integers(-1, 2, (2, 2, 2, 1))
    yield Case(way.name, {"x": way.x(rng) / 8, "weight": whole, "grad_y": way.grad_y(rng), "step": 0.25})


def to_spread(rng: Rng) -> Iterator[Case]:
    for name, shape, stride, tail, dtype, layout in [
        ("two outputs of a row", (1, 1, 1, 2), (1, 2), (0, 0), "float64", "C"),
        ("one output", (1, 1, 1, 1), (2, 3), (0, 0), "float64", "C"),
        ("no stride", (1, 2, 2, 3), (1, 1), (0, 0), "float64", "C"),
        ("stride (3, 2)", (1, 1, 2, 3), (3, 2), (0, 0), "float64", "C"),
        ("a tail on the right", (1, 1, 1, 2), (1, 2), (0, 1), "float64", "C"),
        ("a tail, no stride", (2, 1, 2, 2), (1, 1), (1, 2), "float64", "C"),
        ("all axes, float32", (2, 3, 3, 2), (2, 4), (1, 3), "float32", "C"),
        ("column-major", (2, 2, 2, 3), (3, 2), (2, 1), "float64", "F"),
    ]:
        given = {"tail": tail} if tail != (0, 0) else {}
        yield Case(name, {"grad_y": numbers(rng, shape, dtype, layout), "stride": stride, **given})


def layers(rng: Rng) -> Iterator[LayerCase]:
    """Layers of convolution; the last goes through two rounds, of different sizes."""
    for way in PASSES:
        if way.name not in ("one row, two windows", "as many filters as channels", "column-major"):
            args = {"weight": way.weight(rng), "bias": numbers(rng, way.kernels[0], way.dtype), **way.settings()}
            yield LayerCase(way.name, args, (way.x(rng),), layout="F" if way.layout == "F" else "C")
    args = {"weight": numbers(rng, (2, 1, 2, 3)), "bias": numbers(rng, 2), "stride": (1, 2)}
    yield LayerCase("two rounds", args, (numbers(rng, (1, 1, 3, 5)), numbers(rng, (1, 1, 3, 5))))
    yield LayerCase(
        "two rounds, images of another size", args, (numbers(rng, (2, 1, 3, 5)), numbers(rng, (1, 1, 4, 7)))
    )


def losses(rng: Rng) -> Iterator[LayerCase]:
    def given(n: int, classes: int, dtype: str = "float64", layout: str = "C") -> dict[str, np.ndarray]:
        return {"scores": numbers(rng, (n, classes), dtype, layout), "labels": rng.integers(0, classes, n)}

    yield LayerCase("one image, two classes", {}, (given(1, 2),))
    yield LayerCase("three images", {}, (given(3, 2),))
    yield LayerCase("four classes, float32", {}, (given(5, 4, "float32"),))
    yield LayerCase("column-major", {}, (given(2, 3, layout="F"),))
    far = given(3, 4)
    far["scores"] *= 300
    far["scores"][0, 1] -= 4000  # improbable beyond what a float can hold, whatever was drawn
    far["labels"] = far["scores"].argmin(axis=1)
    yield LayerCase("scores far from 0", {}, (far,))
    apart = given(2, 3)
    apart["scores"] += np.array([[1000], [-1000]])
    yield LayerCase("images far from each other", {}, (apart,))
    yield LayerCase("two rounds", {}, (given(4, 3), given(2, 5)))
