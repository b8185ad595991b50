"""Cases of the chapter ``transposed``: images to stamp, kernels to write as matrices, channels to cut into groups."""

from collections.abc import Iterator
from typing import Any

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case
from unrolled.vocabulary import Pairs

Two = tuple[int, int]
Settings = dict[str, Any]
NONE, ONE, SIDES = (0, 0), (1, 1), ((0, 0), (0, 0))


def settings(
    stride: Two = ONE, padding: Pairs = SIDES, output_padding: Two = NONE, dilation: Two = ONE, groups: int = 1
) -> Settings:
    """Return the settings that are not at their defaults, so that the first cases name none."""
    given = {
        "stride": (stride, ONE),
        "padding": (padding, SIDES),
        "output_padding": (output_padding, NONE),
        "dilation": (dilation, ONE),
        "groups": (groups, 1),
    }
    return {name: value for name, (value, default) in given.items() if value != default}


def stamps(rng: Rng) -> Iterator[Case]:
    """Planes and kernels for ``stamp``."""
    for name, size, kernel_size, stride, dtype, layout in [
        ("one pixel", (1, 1), (2, 2), ONE, "float64", "C"),
        ("two stamps that overlap", (1, 2), (1, 2), ONE, "float64", "C"),
        ("2 × 2 pixels", (2, 2), (2, 2), ONE, "float64", "C"),
        ("2 × 3 pixels", (2, 3), (2, 2), ONE, "float64", "C"),
        ("stamps beside each other", (2, 2), (2, 3), (2, 3), "float64", "C"),
        ("stride (2, 1)", (2, 3), (3, 2), (2, 1), "float64", "C"),
        ("stride (1, 3), gaps", (3, 2), (2, 2), (1, 3), "float64", "C"),
        ("float32", (2, 3), (3, 2), (2, 1), "float32", "C"),
        ("whole numbers", (3, 2), (2, 3), (1, 2), "int64", "C"),
        ("column-major", (2, 3), (3, 3), (2, 1), "float64", "F"),
    ]:
        x, weight = numbers(rng, size, dtype, layout), numbers(rng, kernel_size, dtype, layout)
        yield Case(name, {"x": x, "weight": weight, **settings(stride)})
    yield Case("whole pixels, broken weights", {"x": numbers(rng, (2, 1), "int64"), "weight": numbers(rng, (2, 2))})
    yield Case("broken pixels, whole weights", {"x": numbers(rng, (1, 2)), "weight": numbers(rng, (2, 2), "int64")})


def matrices(rng: Rng) -> Iterator[Case]:
    """Kernels for ``conv_matrix``."""
    for name, kernel_size, size, chosen, dtype in [
        ("a row", (1, 2), (1, 3), settings(), "float64"),
        ("a column", (2, 1), (3, 1), settings(), "float64"),
        ("2 × 2 over 3 × 4", (2, 2), (3, 4), settings(), "float64"),
        ("2 × 3 over 4 × 4", (2, 3), (4, 4), settings(), "float64"),
        ("float32", (2, 2), (2, 3), settings(), "float32"),
        ("stride (2, 1)", (2, 2), (4, 3), settings(stride=(2, 1)), "float64"),
        ("stride (1, 2)", (1, 3), (2, 5), settings(stride=(1, 2)), "float64"),
        ("padding on the left", (1, 2), (2, 3), settings(padding=((0, 0), (1, 0))), "float64"),
        ("padding below", (2, 2), (2, 3), settings(padding=((0, 1), (0, 0))), "float64"),
        ("padding on three sides", (2, 3), (2, 2), settings(padding=((1, 0), (1, 1))), "float64"),
        ("dilation (1, 2)", (2, 2), (2, 4), settings(dilation=(1, 2)), "float64"),
        ("dilation (2, 1)", (2, 2), (3, 3), settings(dilation=(2, 1)), "float64"),
        (
            "everything at once",
            (2, 2),
            (3, 5),
            settings(stride=(2, 1), padding=((1, 0), (0, 1)), dilation=(1, 2)),
            "float64",
        ),
    ]:
        yield Case(name, {"weight": numbers(rng, kernel_size, dtype), "size": size, **chosen})


def sizes(rng: Rng) -> Iterator[Case]:
    """Arguments for ``transposed_out_size``."""
    for name, size, kernel_size, chosen in [
        ("one pixel", (1, 1), (2, 3), settings()),
        ("stride 1", (3, 5), (2, 3), settings()),
        ("stride (2, 3)", (3, 4), (3, 2), settings(stride=(2, 3))),
        ("stride (3, 1)", (2, 4), (2, 5), settings(stride=(3, 1))),
        ("padding", (4, 3), (3, 5), settings(padding=((1, 1), (2, 2)))),
        ("uneven padding", (4, 5), (4, 3), settings(padding=((0, 2), (1, 0)))),
        ("output_padding", (3, 4), (2, 3), settings(stride=(2, 3), output_padding=(1, 2))),
        ("dilation (3, 2)", (2, 4), (3, 2), settings(dilation=(3, 2))),
        ("output_padding for a dilation", (3, 2), (2, 3), settings(output_padding=(1, 0), dilation=(2, 1))),
    ]:
        yield Case(name, {"size": size, "kernel_size": kernel_size, **chosen})
    for _ in range(6):
        h, w, kh, kw, sy, sx, dy, dx = (
            int(k) for k in rng.integers([3, 3, 2, 2, 1, 1, 1, 1], [9, 9, 6, 6, 4, 4, 4, 4])
        )
        top, bottom, left, right = (int(k) for k in rng.integers(0, 2, 4))
        more = int(rng.integers(0, max(sy, dy))), int(rng.integers(0, max(sx, dx)))
        chosen = settings((sy, sx), ((top, bottom), (left, right)), more, (dy, dx))
        yield Case("drawn", {"size": (h, w), "kernel_size": (kh, kw), **chosen})


def rows(rng: Rng) -> Iterator[Case]:
    """Rows and kernels for ``stamp_row``."""
    for name, w, kw, stride, padding, more, dtype in [
        ("one pixel", 1, 2, 1, 0, 0, "float64"),
        ("stride 2", 2, 3, 2, 0, 0, "float64"),
        ("padding 1", 3, 2, 1, 1, 0, "float64"),
        ("output_padding after a cut", 2, 3, 2, 1, 1, "float64"),
        ("output_padding 2 after a cut of 3", 3, 4, 3, 3, 2, "float64"),
        ("output_padding without a cut", 2, 2, 2, 0, 1, "float64"),
        ("output_padding 2, a cut of 1", 3, 2, 3, 1, 2, "float64"),
        ("output_padding 3, a cut of 1", 2, 5, 4, 1, 3, "float64"),
        ("float32", 3, 3, 2, 1, 1, "float32"),
        ("whole numbers", 2, 4, 3, 2, 1, "int64"),
    ]:
        every = {"stride": (stride, 1), "padding": (padding, 0), "output_padding": (more, 0)}
        given = {setting: value for setting, (value, default) in every.items() if value != default}
        yield Case(name, {"x": numbers(rng, w, dtype), "weight": numbers(rng, kw, dtype), **given})
    yield Case("whole pixels, broken weights", {"x": numbers(rng, 2, "int64"), "weight": numbers(rng, 2)})
    yield Case("broken pixels, whole weights", {"x": numbers(rng, 2), "weight": numbers(rng, 2, "int64")})


def images(rng: Rng) -> Iterator[Case]:
    """Images and kernels for ``conv_transpose2d``: n, c, h, w; f per group; the kernel; the settings."""
    for group, name, shape, per_group, kernel_size, biased, chosen, dtype, layout in [
        ("plain", "one pixel", (1, 1, 1, 1), 1, (2, 2), False, settings(), "float64", "C"),
        ("plain", "two stamps that overlap", (1, 1, 1, 2), 1, (1, 2), False, settings(), "float64", "C"),
        ("plain", "two channels in", (1, 2, 2, 2), 1, (2, 1), False, settings(), "float64", "C"),
        ("plain", "three channels out, with bias", (1, 1, 2, 1), 3, (2, 2), True, settings(), "float64", "C"),
        ("plain", "two images", (2, 2, 2, 3), 3, (3, 2), True, settings(), "float64", "C"),
        ("plain", "float32", (2, 3, 2, 2), 2, (2, 3), True, settings(), "float32", "C"),
        ("plain", "column-major", (2, 2, 3, 2), 2, (1, 2), True, settings(), "float64", "F"),
        ("stride", "stride (2, 1)", (1, 1, 2, 2), 1, (2, 2), False, settings(stride=(2, 1)), "float64", "C"),
        ("stride", "stride (2, 3), gaps", (2, 2, 2, 3), 1, (3, 2), True, settings(stride=(2, 3)), "float64", "strided"),
        (
            "padding",
            "padding above",
            (1, 1, 2, 2),
            1,
            (2, 2),
            False,
            settings(padding=((1, 0), (0, 0))),
            "float64",
            "C",
        ),
        ("padding", "padding", (1, 2, 3, 2), 2, (3, 4), True, settings(padding=((1, 2), (1, 1))), "float64", "C"),
        ("padding", "output_padding", (1, 1, 1, 2), 1, (1, 2), False, _more((1, 2), (0, 1), NONE), "float64", "C"),
        ("padding", "output_padding, cut", (1, 2, 2, 2), 1, (3, 2), True, _more((2, 2), (1, 1), ONE), "float64", "C"),
        (
            "padding",
            "output_padding, cut less",
            (2, 1, 2, 2),
            2,
            (2, 3),
            True,
            _more((3, 4), (2, 3), ONE),
            "float64",
            "C",
        ),
        ("dilation", "dilation (2, 1)", (1, 1, 1, 2), 1, (2, 2), False, settings(dilation=(2, 1)), "float64", "C"),
        (
            "dilation",
            "dilation (1, 3) and stride (2, 1)",
            (1, 2, 2, 3),
            2,
            (3, 2),
            True,
            settings(stride=(2, 1), dilation=(1, 3), output_padding=(1, 2), padding=((0, 1), (1, 0))),
            "float64",
            "C",
        ),
        ("groups", "two groups", (1, 2, 1, 2), 1, (1, 2), False, settings(groups=2), "float64", "C"),
        ("groups", "two groups, with bias", (1, 2, 2, 1), 1, (1, 1), True, settings(groups=2), "float64", "C"),
        ("groups", "2 groups of 3 and 2", (2, 6, 2, 2), 2, (1, 2), True, settings(groups=2), "float64", "C"),
        (
            "groups",
            "3 groups, stride (1, 2)",
            (1, 6, 2, 2),
            2,
            (2, 3),
            True,
            settings(stride=(1, 2), padding=((1, 0), (0, 1)), groups=3),
            "float64",
            "C",
        ),
    ]:
        x, f = numbers(rng, shape, dtype, layout), per_group * int(chosen.get("groups", 1))
        given = {"x": x, "weight": numbers(rng, (shape[1], per_group, *kernel_size), dtype, layout)}
        given |= {"bias": numbers(rng, f, dtype)} if biased else {}
        yield Case(name, given | chosen, group)


def _more(stride: Two, output_padding: Two, cut: Two) -> Settings:
    return settings(stride, ((cut[0], cut[0]), (cut[1], cut[1])), output_padding)


def boards(rng: Rng) -> Iterator[Case]:
    """Sizes for ``checkerboard``."""
    for name, size, kernel_size, stride in [
        ("two stamps that overlap", (1, 2), (1, 2), ONE),
        ("stride 1", (3, 4), (2, 3), ONE),
        ("kernel 3, stride 2", (3, 3), (3, 3), (2, 2)),
        ("kernel 4, stride 2", (3, 4), (4, 4), (2, 2)),
        ("stride (2, 3)", (3, 2), (3, 5), (2, 3)),
        ("stride (3, 1)", (2, 4), (4, 2), (3, 1)),
        ("gaps", (2, 3), (2, 1), (3, 2)),
        ("kernel (5, 3), stride (2, 2)", (4, 3), (5, 3), (2, 2)),
    ]:
        yield Case(name, {"size": size, "kernel_size": kernel_size, **settings(stride)})
    drawn = (int(k) for k in rng.integers([2, 2, 1, 1, 1, 1], [5, 5, 6, 6, 4, 4]))
    h, w, kh, kw, sy, sx = drawn
    yield Case("drawn", {"size": (h, w), "kernel_size": (kh, kw), "stride": (sy, sx)})


def groups(rng: Rng) -> Iterator[Case]:
    """Images and kernels for ``grouped_conv2d``: n, c, h, w; f; the kernel; the groups."""
    for name, shape, f, kernel_size, biased, count, chosen, dtype, layout in [
        ("two channels, two groups", (1, 2, 1, 1), 2, (1, 1), False, 2, settings(), "float64", "C"),
        ("two groups, with bias", (1, 2, 1, 2), 2, (1, 1), True, 2, settings(), "float64", "C"),
        ("one group", (1, 2, 2, 3), 3, (2, 2), True, 1, settings(), "float64", "C"),
        ("groups of 2 channels and 2 filters", (1, 4, 2, 2), 4, (1, 2), True, 2, settings(), "float64", "C"),
        ("groups of 2 and 3", (2, 4, 2, 3), 6, (2, 2), True, 2, settings(), "float64", "C"),
        ("as many groups as channels", (2, 3, 3, 2), 3, (2, 1), True, 3, settings(), "float64", "C"),
        ("float32", (1, 6, 2, 2), 3, (1, 2), True, 3, settings(), "float32", "C"),
        ("column-major", (2, 4, 2, 2), 4, (2, 1), True, 2, settings(), "float64", "F"),
        (
            "stride (1, 2), padding",
            (1, 4, 3, 4),
            2,
            (2, 3),
            True,
            2,
            settings((1, 2), ((1, 0), (0, 2))),
            "float64",
            "C",
        ),
        ("dilation (2, 1)", (1, 2, 4, 3), 4, (2, 3), True, 2, settings(dilation=(2, 1)), "float64", "C"),
    ]:
        weight = numbers(rng, (f, shape[1] // count, *kernel_size), dtype, layout)
        bias = numbers(rng, f, dtype) if biased else None
        x = numbers(rng, shape, dtype, layout)
        yield Case(name, {"x": x, "weight": weight, "bias": bias, "groups": count, **chosen})


def separable(rng: Rng) -> Iterator[Case]:
    """Images and kernels for ``separable_conv2d``: n, c, h, w; f; the depthwise kernel."""
    for name, shape, f, kernel_size, biased, chosen, dtype, layout in [
        ("one channel", (1, 1, 2, 2), 1, (2, 2), False, settings(), "float64", "C"),
        ("two channels to one", (1, 2, 1, 2), 1, (1, 2), False, settings(), "float64", "C"),
        ("two channels to three, with bias", (1, 2, 2, 2), 3, (1, 1), True, settings(), "float64", "C"),
        ("three channels to two", (2, 3, 3, 4), 2, (2, 3), True, settings(), "float64", "C"),
        ("stride (2, 1)", (1, 2, 5, 3), 3, (2, 2), True, settings(stride=(2, 1)), "float64", "C"),
        ("padding", (1, 3, 2, 2), 2, (2, 3), True, settings(padding=((1, 0), (1, 2))), "float64", "C"),
        ("float32", (2, 2, 3, 3), 3, (2, 1), True, settings(), "float32", "C"),
        ("column-major", (2, 3, 3, 2), 2, (2, 2), True, settings(), "float64", "F"),
        ("everything at once", (2, 2, 4, 5), 3, (3, 2), True, settings((3, 2), ((0, 2), (1, 0))), "float64", "C"),
    ]:
        given = {"x": numbers(rng, shape, dtype, layout), "depthwise": numbers(rng, (shape[1], *kernel_size), dtype)}
        given |= {"pointwise": numbers(rng, (f, shape[1]), dtype, layout)}
        given |= {"bias": numbers(rng, f, dtype)} if biased else {}
        yield Case(name, given | chosen)
