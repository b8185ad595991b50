"""How the time of a convolution grows with batch, image, kernel and channels, as a data file for the book.

Run ``python -m benchmarks.growth``; it writes ``benchmarks/data/growth.json``. Of the six loops a part is timed and the
whole extrapolated.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.conv import Shape
from benchmarks.timing import alternated, machine
from solutions.speed import conv2d_fast
from solutions.strides import conv2d
from solutions.without_columns import conv2d_fft

TARGET = Path(__file__).parent / "data" / "growth.json"
BASE = Shape((4, 16, 32, 32), (16, 16, 3, 3), 1, 1, "float32")
VALUES = {
    "batch": [1, 2, 4, 8, 16, 32, 64],
    "image": [8, 16, 32, 64, 128, 256],
    "kernel": [1, 3, 5, 7, 9, 11, 15],
    "channels": [1, 2, 4, 8, 16, 32, 64, 128],
}
VERSIONS: dict[str, Callable[..., object]] = {
    "tap loop, as published": peers.tap_forward,
    "conv2d": lambda x, w, s, p: conv2d(x, w, None, s, p),
    "conv2d_fast": lambda x, w, s, p: conv2d_fast(x, w, None, s, p),
    "conv2d_fft": lambda x, w, s, p: conv2d_fft(x, w, None, s, p),
    "PyTorch": peers.torch_forward,
}


def shape_with(axis: str, value: int) -> Shape:
    """Return the base shape with one size changed; "channels" are those of input and output."""
    (n, c, h, w), (f, _, kh, kw) = BASE.x, BASE.weight
    match axis:
        case "batch":
            return replace(BASE, x=(value, c, h, w))
        case "image":
            return replace(BASE, x=(n, c, value, value))
        case "kernel":
            return replace(BASE, weight=(f, c, value, value), padding=value // 2)
        case _:
            return replace(BASE, x=(n, value, h, w), weight=(value, value, kh, kw))


def times_of(shape: Shape) -> dict[str, float]:
    """Return the milliseconds of each version."""
    _, x, weight = shape.arrays()
    setting = x, weight, shape.stride, shape.padding
    times = alternated({name: partial(version, *setting) for name, version in VERSIONS.items()}, 9)
    return {"six loops (extrapolated)": peers.six_loops(*setting, seconds=0.1)} | times


def measured() -> dict[str, Any]:
    """Return everything that the file holds."""
    curves = {}
    for axis, values in VALUES.items():
        points = [times_of(shape_with(axis, value)) for value in values]
        curves[axis] = {
            "values": values,
            "milliseconds": {name: [float(f"{point[name]:.3g}") for point in points] for name in points[0]},
        }
    base = {"x": BASE.x, "weight": BASE.weight, "padding": BASE.padding, "dtype": BASE.dtype}
    return {"machine": machine(), "base": base, "curves": curves}


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(measured(), indent=1) + "\n")
