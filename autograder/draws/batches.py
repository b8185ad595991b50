"""Cases of the chapter ``batches``: images of several channels, kernels, columns, and memory."""

from collections.abc import Iterator

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case
from solutions import batches
from unrolled.wire import lay_out

GEOMETRIES = [  # what it is, n, c, h, w, kh, kw, stride, dtype, layout: no two axes alike, so that a swap shows
    ("two channels", 1, 2, 2, 3, 2, 2, 1, "float64", "C"),
    ("two images", 2, 1, 3, 3, 2, 1, 1, "float64", "C"),
    ("two images of three channels", 2, 3, 3, 5, 2, 4, 1, "float64", "C"),
    ("float32", 2, 1, 3, 4, 1, 3, 1, "float32", "C"),
    ("stride 2", 1, 2, 5, 4, 3, 2, 2, "float64", "C"),
    ("stride 3, tails are left", 2, 1, 6, 9, 2, 3, 3, "float64", "C"),
    ("column-major", 2, 3, 3, 4, 2, 3, 1, "float64", "F"),
    ("every second entry of a longer array", 1, 2, 3, 4, 3, 1, 1, "float32", "strided"),
]


def images(rng: Rng) -> Iterator[Case]:
    yield Case("one image, one channel", {"x": numbers(rng, (1, 1, 2, 3)), "kernel_size": (2, 2)})
    for name, n, c, h, w, kh, kw, stride, dtype, layout in GEOMETRIES:
        given = {"stride": stride} if stride > 1 else {}
        yield Case(name, {"x": numbers(rng, (n, c, h, w), dtype, layout), "kernel_size": (kh, kw), **given})


COLUMNS = [  # what it is, (n, c, kh, kw, oh, ow), dtype, layout
    ("two windows", (1, 1, 2, 1, 1, 2), "float64", "C"),
    ("two images", (2, 1, 1, 2, 1, 3), "float64", "C"),
    ("two channels", (1, 2, 2, 1, 3, 1), "float64", "C"),
    ("rows and columns of the kernel", (1, 1, 2, 3, 2, 1), "float64", "C"),
    ("all axes", (2, 3, 1, 2, 4, 2), "float64", "C"),
    ("all axes, float32", (3, 2, 2, 3, 1, 2), "float32", "C"),
    ("column-major", (2, 3, 2, 1, 2, 3), "float64", "F"),
    ("every second entry of a longer array", (2, 2, 1, 3, 3, 2), "float32", "strided"),
]


def columns(rng: Rng) -> Iterator[Case]:
    for name, shape, dtype, layout in COLUMNS:
        yield Case(name, {"cols": numbers(rng, shape, dtype, layout)})


def matrices(rng: Rng) -> Iterator[Case]:
    for name, shape, dtype, layout in COLUMNS:
        matrix = batches.window_rows(numbers(rng, shape, dtype))
        yield Case(name, {"matrix": lay_out(matrix, layout), "shape": shape})


LAYERS = [  # what it is, group, n, c, h, w, f, kh, kw, bias, stride, dtype, layout
    ("one image, one channel, one kernel", "plain", 1, 1, 2, 3, 1, 2, 2, False, 1, "float64", "C"),
    ("two channels", "plain", 1, 2, 2, 3, 1, 2, 2, False, 1, "float64", "C"),
    ("two kernels", "plain", 1, 1, 2, 3, 2, 1, 2, False, 1, "float64", "C"),
    ("two images", "plain", 2, 1, 2, 3, 1, 2, 1, False, 1, "float64", "C"),
    ("as many kernels as channels", "plain", 2, 2, 3, 3, 2, 1, 2, False, 1, "float64", "C"),
    ("all axes", "plain", 2, 3, 3, 4, 4, 2, 3, False, 1, "float64", "C"),
    ("float32", "plain", 3, 2, 4, 3, 2, 3, 1, False, 1, "float32", "C"),
    ("column-major", "plain", 2, 3, 3, 4, 2, 1, 3, False, 1, "float64", "F"),
    ("stride 2", "stride", 1, 1, 3, 5, 1, 1, 3, False, 2, "float64", "C"),
    ("stride 3, tails are left", "stride", 2, 2, 5, 9, 3, 2, 3, False, 3, "float64", "C"),
    ("a bias", "bias", 1, 1, 2, 2, 2, 1, 1, True, 1, "float64", "C"),
    ("as many kernels as rows of the output", "bias", 2, 1, 4, 3, 3, 2, 1, True, 1, "float64", "C"),
    ("a bias, float32, every second entry", "bias", 2, 2, 3, 4, 3, 1, 2, True, 1, "float32", "strided"),
]


def layers(rng: Rng) -> Iterator[Case]:
    yield from _layers(rng, (0, 1, 2, 3), (0, 1, 2, 3))


def layers_channels_last(rng: Rng) -> Iterator[Case]:
    yield from _layers(rng, (0, 2, 3, 1), (2, 3, 1, 0))
    for name, one, other in ("whole numbers", "int64", "float64"), ("whole kernels", "float64", "int64"):
        args = {"x": numbers(rng, (1, 2, 3, 2), one), "weight": numbers(rng, (2, 1, 2, 3), other)}
        yield Case(name, args, "plain")


def columns_and_kernels(rng: Rng) -> Iterator[Case]:
    for (name, (n, c, kh, kw, oh, ow), dtype, layout), f in zip(COLUMNS, (1, 1, 2, 3, 4, 2, 3, 3), strict=True):
        cols = numbers(rng, (n, c * kh * kw, oh, ow), dtype, layout)
        yield Case(name, {"cols": cols, "weight": numbers(rng, (f, c * kh * kw), dtype)})


def memories(rng: Rng) -> Iterator[Case]:
    yield Case("exactly one image", {"memory": 64, "image_shape": (1, 2, 3), "kernel_size": (2, 2)})
    yield Case("one byte too few", {"memory": 63, "image_shape": (1, 2, 3), "kernel_size": (2, 2)})
    yield Case("no memory", {"memory": 0, "image_shape": (1, 2, 2), "kernel_size": (1, 1)})
    yield Case("two channels", {"memory": 700, "image_shape": (2, 3, 4), "kernel_size": (2, 3)})
    yield Case("float32", {"memory": 480, "image_shape": (3, 2, 3), "kernel_size": (1, 2), "dtype": "float32"})
    yield Case("stride 2", {"memory": 5000, "image_shape": (2, 7, 9), "kernel_size": (3, 2), "stride": 2})
    for _ in range(6):
        c, h, w, kh, kw, stride = (int(n) for n in rng.integers([1, 6, 6, 1, 1, 1], [5, 40, 50, 5, 6, 4]))
        dtype = str(rng.choice(["float32", "float64", "int16"]))
        given = {"image_shape": (c, h, w), "kernel_size": (kh, kw), "stride": stride, "dtype": dtype}
        yield Case("drawn", {"memory": int(rng.integers(10**4, 10**7)), **given})


def _layers(rng: Rng, x_order: tuple[int, ...], weight_order: tuple[int, ...]) -> Iterator[Case]:
    for name, group, n, c, h, w, f, kh, kw, bias, stride, dtype, layout in LAYERS:
        x_shape, weight_shape = (n, c, h, w), (f, c, kh, kw)
        args: dict[str, object] = {
            "x": numbers(rng, tuple(x_shape[axis] for axis in x_order), dtype, layout),
            "weight": numbers(rng, tuple(weight_shape[axis] for axis in weight_order), dtype),
        }
        if bias:
            args["bias"] = numbers(rng, f, dtype)
        if stride > 1:
            args["stride"] = stride
        yield Case(name, args, group)
