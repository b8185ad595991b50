"""Convolution against its peers: time and memory, forward, backward, im2col and col2im, on six shapes.

Run ``python -m benchmarks.conv`` for the tables (``forward``, ``backward`` or ``columns`` for one of them; shapes such
as ``S5`` for some columns). Times are medians of repetitions that take turns; a star marks times that are extrapolated
from a part of the output. All versions must agree before anything is timed. What is measured forward, if on all shapes,
is also written to ``benchmarks/data/forward.json``, for the book.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from math import prod
from pathlib import Path

import numpy as np
import torch

from benchmarks import peers
from benchmarks.timing import Action, alternated, copy_bandwidth, machine, peak_mib, product_rate
from solutions.arguments import Array
from solutions.backprop import conv2d_backward
from solutions.col2im import col2im, col2im_add_at, col2im_bincount, col2im_flat
from solutions.phases import phase_shape
from solutions.row_wide import col2im_row_wide, im2col_row_wide
from solutions.speed import (
    conv2d_blocked,
    conv2d_blocked_backward,
    conv2d_channels_last,
    conv2d_fast,
    conv2d_fast_backward,
    conv2d_row_wide,
    conv2d_row_wide_backward,
)
from solutions.strides import conv2d, im2col, out_size
from solutions.winograd import conv2d_winograd, conv2d_winograd_backward
from solutions.without_columns import conv2d_fft, conv2d_kn2row

Rows = dict[str, dict[str, float]]  # milliseconds (or MiB) by version and shape
TARGET = Path(__file__).parent / "data" / "forward.json"


@dataclass(frozen=True)
class Shape:
    """One convolution that is measured."""

    x: tuple[int, int, int, int]
    weight: tuple[int, int, int, int]
    stride: int
    padding: int
    dtype: str

    def arrays(self) -> tuple[Array, Array, Array]:
        """Return grad_y, x and weight."""
        rng = np.random.default_rng(0)
        y = self.x[0], self.weight[0], *self.out()
        grad_y, x, weight = (rng.normal(size=shape).astype(self.dtype) for shape in (y, self.x, self.weight))
        return grad_y, x, weight

    def out(self) -> tuple[int, int]:
        """Return (oh, ow)."""
        return out_size(self.x[2:], self.weight[2:], self.stride, self.padding)

    def operations(self) -> int:
        """Count the additions and multiplications of a pass forward."""
        return 2 * self.x[0] * prod(self.weight) * prod(self.out())

    def padded_mib(self) -> float:
        """Return the size of the padded images."""
        (n, c, h, w), p = self.x, self.padding
        return n * c * (h + 2 * p) * (w + 2 * p) * np.dtype(self.dtype).itemsize / 2**20


SHAPES = {
    "S1": Shape((1, 8, 224, 224), (16, 8, 3, 3), 1, 1, "float64"),
    "S2": Shape((1, 3, 227, 227), (96, 3, 11, 11), 4, 0, "float32"),
    "S3": Shape((100, 1, 28, 28), (30, 1, 5, 5), 1, 0, "float64"),
    "S4": Shape((100, 3, 31, 31), (25, 3, 3, 3), 2, 1, "float64"),
    "S5": Shape((8, 64, 56, 56), (64, 64, 3, 3), 1, 1, "float32"),
    "S6": Shape((8, 64, 56, 56), (64, 64, 3, 3), 2, 1, "float32"),
}
FORWARD: dict[str, Callable[..., object]] = {
    "Numba loops": peers.numba_forward,
    "index arrays": peers.index_forward,
    "tap loop, as published": peers.tap_forward,
    "PyTorch": peers.torch_forward,
    "conv2d (plain twin)": lambda x, w, s, p: conv2d(x, w, None, s, p),
    "kn2row": lambda x, w, s, p: conv2d_kn2row(x, w, None, s, p),
    "FFT": lambda x, w, s, p: conv2d_fft(x, w, None, s, p),
    "row-wide": lambda x, w, s, p: conv2d_row_wide(x, w, None, s, p),
    "channels last": lambda x, w, s, p: conv2d_channels_last(x, w, None, s, p),
    "blocked": lambda x, w, s, p: conv2d_blocked(x, w, None, s, p),
    "Winograd": lambda x, w, s, p: conv2d_winograd(x, w, None, s, p),
    "conv2d_fast": lambda x, w, s, p: conv2d_fast(x, w, None, s, p),
}
BACKWARD: dict[str, Callable[..., object]] = {
    "Numba loops": peers.numba_backward,
    "index arrays, add.at": peers.index_backward,
    "tap loop, as published": peers.tap_backward,
    "PyTorch": peers.torch_backward,
    "conv2d_backward (plain twin)": conv2d_backward,
    "blocked": conv2d_blocked_backward,
    "row-wide": conv2d_row_wide_backward,
    "Winograd": conv2d_winograd_backward,
    "conv2d_fast_backward": conv2d_fast_backward,
}


def actions_of(
    versions: dict[str, Callable[..., object]], shape: Shape, arrays: tuple[Array, ...]
) -> dict[str, Action]:
    """Bind the versions that can do a shape to its arrays, after seeing that they agree."""
    suits = shape.weight[2] <= 3 * shape.stride
    bound: dict[str, Action] = {
        name: partial(version, *arrays, shape.stride, shape.padding)
        for name, version in versions.items()
        if name != "Winograd" or suits
    }
    results = {name: _first(action()) for name, action in bound.items()}
    expected = results["tap loop, as published"]
    for name, result in results.items():
        if abs(result - expected).max() > 1e-3 * abs(expected).max():
            raise AssertionError(f"{name} disagrees")
    return bound


def _first(result: object) -> Array:
    """Return y, or grad_x, as an array."""
    return np.asarray(result[0] if isinstance(result, tuple) else result)


def forward(names: list[str]) -> tuple[Rows, Rows]:
    """Measure the pass forward: times and peaks of memory."""
    times, peaks = Rows(), Rows()
    for name in names:
        shape = SHAPES[name]
        _, x, weight = shape.arrays()
        setting = x, weight, shape.stride, shape.padding
        note(times, name, {"six loops *": peers.six_loops(*setting), "SciPy *": peers.scipy_correlate(*setting)})
        actions = actions_of(FORWARD, shape, (x, weight))
        note(times, name, alternated(actions))
        note(times, name, {"floor": shape.operations() / product_rate(shape.dtype) / 1e6})
        note(peaks, name, {key: peak_mib(action) for key, action in actions.items() if key != "PyTorch"})
        result = np.prod((shape.x[0], shape.weight[0], *shape.out())) * x.itemsize / 2**20
        note(peaks, name, {"output + padded input + 4 MiB": float(result) + shape.padded_mib() + 4})
    return times, peaks


def backward(names: list[str]) -> tuple[Rows, Rows]:
    """Measure the pass backward: times and peaks of memory."""
    times, peaks = Rows(), Rows()
    for name in names:
        shape = SHAPES[name]
        actions = actions_of(BACKWARD, shape, shape.arrays())
        note(times, name, alternated(actions))
        note(times, name, {"floor": 2 * shape.operations() / product_rate(shape.dtype) / 1e6})
        note(peaks, name, {key: peak_mib(action) for key, action in actions.items() if key != "PyTorch"})
    return times, peaks


def columns(names: list[str]) -> tuple[Rows, Rows]:
    """Measure im2col and col2im by themselves."""
    there, back = Rows(), Rows()
    for name in names:
        shape = SHAPES[name]
        _, x, weight = shape.arrays()
        kernel, setting, size = shape.weight[2:], (shape.stride, shape.padding), shape.x[2:]
        cols, tensor = im2col(x, kernel, *setting), torch.from_numpy(x)
        unfolded = torch.nn.functional.unfold(tensor, kernel, padding=shape.padding, stride=shape.stride)
        rows = peers.tap_columns(x, kernel, *setting, shape.out())
        wide = gapless(cols, phase_shape(size, kernel, *setting)[3])
        fold = partial(torch.nn.functional.fold, unfolded, size, kernel, padding=shape.padding, stride=shape.stride)
        unfold = partial(torch.nn.functional.unfold, tensor, kernel, padding=shape.padding, stride=shape.stride)
        floor = {"floor": 1e-6 * cols.nbytes / copy_bandwidth()}
        note(
            there,
            name,
            alternated(
                {
                    "index arrays": partial(peers.index_columns, x, weight, *setting),
                    "tap loop, as published": partial(peers.tap_columns, x, kernel, *setting, shape.out()),
                    "PyTorch unfold": unfold,
                    "im2col": partial(im2col, x, kernel, *setting),
                    "im2col_row_wide": partial(im2col_row_wide, x, kernel, *setting),
                }
            )
            | floor,
        )
        note(
            back,
            name,
            alternated(
                {
                    "add.at, as published": partial(
                        peers.index_images, peers.index_columns(x, weight, *setting), x, weight, *setting
                    ),
                    "col2im_add_at": partial(col2im_add_at, cols, size, *setting),
                    "col2im_flat": partial(col2im_flat, cols, size, *setting),
                    "col2im_bincount": partial(col2im_bincount, cols, size, *setting),
                    "tap loop, as published": partial(peers.tap_images, rows, x, kernel, *setting),
                    "PyTorch fold": fold,
                    "col2im": partial(col2im, cols, size, *setting),
                    "col2im_row_wide": partial(col2im_row_wide, wide, size, *setting),
                },
                7,
            )
            | floor,
        )
    return there, back


def errors(names: list[str]) -> Rows:
    """Measure the largest error of an output, relative to the largest output, against float64."""
    found = Rows()
    for name in names:
        shape = SHAPES[name]
        _, x, weight = shape.arrays()
        setting = None, shape.stride, shape.padding
        exact = conv2d(x.astype(np.float64), weight.astype(np.float64), *setting)
        for version in (conv2d, conv2d_fast):
            off = abs(version(x, weight, *setting) - exact).max() / abs(exact).max()
            note(found, name, {version.__name__: float(off)})
    return found


def gapless(cols: Array, width: int) -> Array:
    """Lay compact columns out row-wide, with zeros in the gaps."""
    oh, ow = cols.shape[4:]
    wide = np.zeros((*cols.shape[:5], width), cols.dtype)
    wide[..., :ow] = cols
    return wide.reshape(*cols.shape[:4], -1)[..., : (oh - 1) * width + ow].copy()


def note(rows: Rows, shape: str, values: dict[str, float]) -> None:
    """Enter the values of one shape."""
    for version, value in values.items():
        rows.setdefault(version, {})[shape] = value


def ratios(rows: Rows, slower: str, faster: tuple[str, ...]) -> None:
    """Add a line: how many times as fast the best of some versions is."""
    best = {shape: min(rows[name].get(shape, np.inf) for name in faster) for shape in rows[slower]}
    rows[f"{slower.rstrip(' *')} / {faster[0]}" + (" (best)" if len(faster) > 1 else "")] = {
        shape: value / best[shape] for shape, value in rows[slower].items()
    }


def print_table(title: str, rows: Rows, names: list[str]) -> None:
    """Print a table in Markdown."""
    print(f"\n| {title} | {' | '.join(names)} |")
    print("|---" * (len(names) + 1) + "|")
    for version, values in rows.items():
        print(f"| {version} | {' | '.join(_cell(values.get(name)) for name in names)} |")


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(times: Rows, peaks: Rows) -> None:
    """Write what was measured forward as a data file."""
    rounded = [
        {version: {name: float(f"{value:.3g}") for name, value in values.items()} for version, values in rows.items()}
        for rows in (times, peaks)
    ]
    shapes = {name: asdict(shape) for name, shape in SHAPES.items()}
    found = {"machine": machine(), "shapes": shapes, "milliseconds": rounded[0], "peak_mib": rounded[1]}
    TARGET.write_text(json.dumps(found, indent=1) + "\n")


def main(arguments: list[str]) -> None:
    """Print the tables that are asked for, or all."""
    names = [name for name in SHAPES if name in arguments] or list(SHAPES)
    tables = [name for name in ("forward", "backward", "columns") if name in arguments]
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    rates = ", ".join(f"{dtype} products {product_rate(dtype):.0f} GF/s" for dtype in ("float32", "float64"))
    print(f"copies {copy_bandwidth():.1f} GB/s, {rates}")
    if not tables or "forward" in tables:
        times, peaks = forward(names)
        if len(names) == len(SHAPES):
            write(times, peaks)
        for slower in ("tap loop, as published", "conv2d (plain twin)", "PyTorch", "six loops *"):
            ratios(times, slower, ("conv2d_fast",))
        print_table("forward, ms", times, names)
        print_table("forward, peak MiB", peaks, names)
        single = [name for name in names if SHAPES[name].dtype == "float32"]
        print_table("forward, largest error / largest output", errors(single), single)
    if not tables or "backward" in tables:
        times, peaks = backward(names)
        for slower in ("tap loop, as published", "conv2d_backward (plain twin)", "PyTorch"):
            ratios(times, slower, ("conv2d_fast_backward",))
        print_table("backward, ms", times, names)
        print_table("backward, peak MiB", peaks, names)
    if not tables or "columns" in tables:
        there, back = columns(names)
        print_table("im2col, ms", there, names)
        for slower in ("add.at, as published", "col2im_add_at"):
            ratios(back, slower, ("col2im_row_wide", "col2im"))
        print_table("col2im, ms", back, names)
    print("\nload at the end", machine()["load"])


if __name__ == "__main__":
    main(sys.argv[1:])
