"""Cases of the chapter ``cupy_arrays``: arrays on either side, and times of a GPU on paper."""

from collections.abc import Iterator
from typing import Any

from autograder.draws.arrays import Rng, numbers
from autograder.questions import Case, LayerCase
from unrolled.device import xp
from unrolled.given.strides import out_size
from unrolled.vocabulary import Padding

Two = tuple[int, int]
HOST, DEVICE = "on the host", "on the device"


def _on(side: str, array: Any) -> Any:
    return xp.asarray(array) if side == DEVICE else array


def channels(rng: Rng) -> Iterator[Case]:
    """Images for ``standardised``."""
    for side, shape, dtype, layout, eps in [
        (HOST, (1, 1, 1, 2), "float64", "C", 0.5),
        (DEVICE, (1, 1, 2, 1), "float64", "C", 0.5),
        (DEVICE, (2, 3, 2, 4), "float64", "C", 0.25),
        (HOST, (3, 2, 4, 2), "float64", "F", 0.01),
        (DEVICE, (2, 1, 3, 2), "float32", "C", 0.5),
        (HOST, (2, 2, 1, 3), "float32", "strided", 0.125),
    ]:
        yield Case(f"{shape} {side}, {dtype}", {"x": _on(side, numbers(rng, shape, dtype, layout)), "eps": eps})
    yield Case("no eps given", {"x": xp.asarray(numbers(rng, (2, 2, 2, 3)))})


def journeys(rng: Rng) -> Iterator[Case]:
    """Chains of steps for ``transfer_seconds``."""
    for name, nbytes, steps in [
        ("nothing on the device", 8, [("host", 6)]),
        ("one step on the device", 8, [("device", 6)]),
        ("two steps on the device", 8, [("device", 20), ("device", 6)]),
        ("host, then device", 8, [("host", 6), ("device", 4)]),
        ("to and fro", 8, [("device", 6), ("host", 10), ("device", 2)]),
        ("device, host, host, device", 12, [("device", 6), ("host", 10), ("host", 4), ("device", 2)]),
    ]:
        yield Case(name, {"nbytes": nbytes, "steps": steps, "latency": 1.0, "bandwidth": 2.0})
    for _ in range(4):
        drawn = [(str(rng.choice(["host", "device"])), int(made)) for made in rng.integers(1, 90, 6)]
        given = {"nbytes": int(rng.integers(1, 90)), "steps": drawn, "latency": 0.5, "bandwidth": 4.0}
        yield Case("drawn", given)


def stopwatches(rng: Rng) -> Iterator[Case]:
    """Kernels for ``timed``."""
    for name, warm_up, kernels in [
        ("one kernel, warmed up", [20], [40]),
        ("a kernel shorter than its launch", [5], [3]),
        ("two kernels", [], [40, 50]),
        ("a long one first, then short ones", [], [60, 2, 3]),
        ("short ones with gaps", [], [4, 5, 6]),
        ("after a warm-up", [200], [40]),
        ("a warm-up that is done in time", [1], [30, 20]),
        ("nothing timed", [70], []),
    ]:
        yield Case(name, {"warm_up": warm_up, "kernels": kernels})
    for _ in range(4):
        warm_up, kernels = (rng.integers(1, 90, int(rng.integers(1, 5))).tolist() for _ in range(2))
        yield Case("drawn", {"warm_up": warm_up, "kernels": kernels})


def calls(rng: Rng) -> Iterator[Case]:
    """Functions to time for ``gpu_times``."""
    for name, kernels, n_warmup, n_repeat in [
        ("one kernel, warmed up", [("scale", 40)], 1, 1),
        ("two repetitions", [("scale", 40)], 1, 2),
        ("no warm-up", [("scale", 40)], 0, 2),
        ("two warm-ups", [("scale", 40)], 2, 1),
        ("two kernels", [("scale", 40), ("shift", 25)], 1, 3),
        ("two kernels without warm-up", [("scale", 4), ("shift", 25)], 0, 3),
        ("one kernel twice", [("scale", 40), ("scale", 30)], 0, 2),
        ("shorter than their launches", [("scale", 4), ("shift", 5), ("clip", 3)], 1, 2),
    ]:
        yield Case(name, {"kernels": kernels, "n_warmup": n_warmup, "n_repeat": n_repeat})
    kernels = [(name, int(rng.integers(1, 60))) for name in ("scale", "shift", "clip")]
    yield Case("drawn", {"kernels": kernels, "n_warmup": 1, "n_repeat": 3})


# name, side, n, c, size, kernel, stride, padding, dilation, dtype, layout
SETTINGS: tuple[tuple[str, str, int, int, Two, Two, Two, Padding, Two, str, str], ...] = (
    ("one row", HOST, 1, 1, (1, 3), (1, 2), (1, 1), 0, (1, 1), "float64", "C"),
    ("one row", DEVICE, 1, 1, (1, 3), (1, 2), (1, 1), 0, (1, 1), "float64", "C"),
    ("float32", DEVICE, 1, 1, (1, 4), (1, 2), (1, 1), 0, (1, 1), "float32", "C"),
    ("windows of 2 × 3", DEVICE, 2, 3, (3, 4), (2, 3), (1, 1), 0, (1, 1), "float64", "C"),
    ("stride (1, 2)", DEVICE, 1, 2, (2, 6), (2, 2), (1, 2), 0, (1, 1), "float64", "C"),
    ("stride (2, 1), a tail", HOST, 1, 1, (6, 3), (3, 2), (2, 1), 0, (1, 1), "float64", "F"),
    ("padding on four sides", DEVICE, 1, 2, (2, 3), (2, 2), (1, 1), ((0, 1), (2, 0)), (1, 1), "float64", "C"),
    ("padding on four sides", HOST, 2, 1, (3, 2), (2, 3), (1, 1), ((2, 0), (1, 2)), (1, 1), "float64", "strided"),
    ("padding 1", DEVICE, 1, 1, (2, 3), (2, 2), (1, 1), 1, (1, 1), "float64", "C"),
    ("dilation (1, 2)", DEVICE, 1, 1, (2, 5), (2, 2), (1, 1), 0, (1, 2), "float64", "C"),
    ("dilation (2, 1)", HOST, 1, 2, (4, 3), (2, 3), (1, 1), 0, (2, 1), "float64", "C"),
    ("stride 3 with gaps", DEVICE, 1, 1, (5, 7), (2, 1), (2, 3), 0, (1, 1), "float64", "C"),
    ('padding "same"', HOST, 1, 1, (5, 4), (2, 3), (1, 2), "same", (3, 1), "float64", "C"),
    ('padding "same"', DEVICE, 1, 1, (4, 7), (3, 2), (3, 2), "same", (1, 3), "float64", "C"),
    ("everything at once", DEVICE, 2, 3, (5, 4), (2, 3), (1, 2), ((1, 0), (2, 1)), (3, 1), "float64", "C"),
    ("everything, float32", HOST, 1, 2, (4, 6), (3, 2), (2, 1), ((0, 2), (1, 0)), (1, 3), "float32", "C"),
    ("everything, float32", DEVICE, 1, 2, (5, 4), (2, 2), (3, 2), ((1, 2), (1, 1)), (2, 3), "float32", "C"),
)


def _settings(stride: Two, padding: Any, dilation: Two) -> dict[str, Any]:
    """Return those that are not at their defaults."""
    chosen: dict[str, Any] = {"stride": stride} if stride != (1, 1) else {}
    chosen |= {"padding": padding} if padding else {}
    return chosen | ({"dilation": dilation} if dilation != (1, 1) else {})


def images(rng: Rng) -> Iterator[Case]:
    """Images for ``im2col``."""
    for name, side, n, c, size, kernel, stride, padding, dilation, dtype, layout in SETTINGS:
        x = _on(side, numbers(rng, (n, c, *size), dtype, layout))
        settings = _settings(stride, padding, dilation)
        yield Case(f"{name}, {side}", {"x": x, "kernel_size": kernel, **settings})


def columns(rng: Rng) -> Iterator[Case]:
    """Columns for ``col2im_scatter`` and ``col2im_gather``."""
    for name, side, n, c, size, kernel, stride, padding, dilation, dtype, layout in SETTINGS:
        windows = out_size(size, kernel, stride, padding, dilation)
        cols = _on(side, numbers(rng, (n, c, *kernel, *windows), dtype, layout))
        yield Case(f"{name}, {side}", {"cols": cols, "size": size, **_settings(stride, padding, dilation)})


def layers(rng: Rng) -> Iterator[LayerCase]:
    """Layers for ``Conv2d``; parameters begin on the host."""
    for name, sides, shape, filters, kernel, stride, dtype in [
        ("on the host", [HOST], (1, 1, 2, 3), 1, (2, 2), 1, "float64"),
        ("on the device", [DEVICE], (1, 1, 3, 2), 1, (2, 2), 1, "float64"),
        ("channels, filters, a stride", [DEVICE], (2, 3, 5, 4), 2, (3, 2), (2, 1), "float64"),
        ("float32", [DEVICE], (2, 2, 3, 4), 3, (2, 3), 1, "float32"),
        ("host, then device", [HOST, DEVICE], (2, 2, 4, 6), 3, (2, 3), (1, 2), "float64"),
        ("device, then host", [DEVICE, HOST], (3, 2, 4, 3), 2, (1, 2), 1, "float64"),
    ]:
        weight, bias = numbers(rng, (filters, shape[1], *kernel), dtype), numbers(rng, filters, dtype)
        inputs = tuple(_on(side, numbers(rng, (shape[0] + k, *shape[1:]), dtype)) for k, side in enumerate(sides))
        settings = {} if stride == 1 else {"stride": stride}
        yield LayerCase(name, {"weight": weight, "bias": bias, **settings}, inputs=inputs)
