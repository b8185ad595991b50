"""What the comparisons with other libraries share: settings with all parameters at once, drawn the same on every run.

Sizes are small, so that thousands of settings are compared in seconds; entries are normal random numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.solutions.drawn import LAYOUTS, Geometry, laid_out

Array = np.ndarray
Pair = tuple[int, int]
DTYPES = ("float32", "float64")
# Both sides round every sum, in different orders. The longest sums here are of some hundreds of products, and reach
# some tens; what was measured is at most a sixth of these bounds, and a wrong product misses them by far.
TOLERANCE = {"float32": 1e-4, "float64": 2e-13}


@dataclass(frozen=True)
class Setting:
    """One call of an operation; what an operation does not know, such as ``groups`` of a pooling, it leaves alone."""

    geometry: Geometry
    dtype: str
    layout: str
    with_bias: bool
    output_padding: Pair
    ceil_mode: bool
    count_include_pad: bool
    seed: int

    def array(self, *shape: int) -> Array:
        """Return random numbers; another shape gives other numbers."""
        values = np.random.default_rng([self.seed, *shape]).normal(size=shape).astype(self.dtype)
        return laid_out(values, self.layout)

    def with_pads(self, pads: tuple[Pair, Pair]) -> "Setting":
        return replace(self, geometry=replace(self.geometry, pads=pads))

    def bias(self, f: int) -> Array | None:
        return self.array(f) if self.with_bias else None


def settings(name: str, count: int) -> Iterator[Setting]:
    """Yield ``count`` settings, half of them in each dtype; ``name`` keeps those of one test apart from another's."""
    rng = np.random.default_rng([*name.encode()])
    for number in range(count):
        geometry = _geometry(rng)
        most = np.maximum(geometry.stride, geometry.dilation)
        yield Setting(
            geometry,
            dtype=DTYPES[number % 2],
            layout=LAYOUTS[number // 2 % 4],
            with_bias=bool(rng.integers(2)),
            output_padding=_pair(rng.integers(0, most)),
            ceil_mode=bool(rng.integers(2)),
            count_include_pad=bool(rng.integers(2)),
            seed=number,
        )


def assert_close(got: Array, expected: Any, setting: Setting | str) -> None:
    """Compare shape, dtype and numbers, the numbers up to rounding."""
    expected = np.asarray(expected)
    assert got.dtype == expected.dtype, setting
    assert got.shape == expected.shape, setting
    bound = TOLERANCE.get(got.dtype.name, 0)
    apart = np.abs(np.subtract(got, expected, dtype=np.promote_types(got.dtype, "f8"))).max(initial=0)
    assert apart <= bound, f"{apart} apart, {bound} allowed: {setting}"


def pooled(setting: Setting) -> tuple[Array, Setting]:
    """Return images and a setting for poolings: padding of at most half the kernel, as PyTorch has it.

    With that, every window holds a pixel of images as large as these.
    """
    (top, bottom), (left, right) = setting.geometry.pads
    y, x = (taps // 2 for taps in setting.geometry.kernel_size)
    pads = (min(top, y), min(bottom, y)), (min(left, x), min(right, x))
    h, w = (length + 4 for length in setting.geometry.size)  # the padding has become less; a window must still fit
    return setting.array(setting.geometry.n, setting.geometry.c, h, w), setting.with_pads(pads)


def is_symmetric(geometry: Geometry) -> bool:
    return all(before == after for before, after in geometry.pads)


def half(geometry: Geometry) -> Pair:
    """Return the padding (y, x) of a geometry whose two sides are equal."""
    (top, _), (left, _) = geometry.pads
    return top, left


def has_unlike_axes(geometry: Geometry) -> bool:
    """Tell whether a swap of the axes would change every parameter that has two of them."""
    pairs = geometry.size, geometry.kernel_size, geometry.stride, geometry.pads, geometry.dilation
    return all(y != x for y, x in pairs)


def _geometry(rng: np.random.Generator) -> Geometry:
    groups = int(rng.choice([1, 1, 2, 3]))
    kernel, stride, dilation = (rng.integers(1, top, 2, endpoint=True) for top in (4, 3, 3))
    if rng.random() < 0.5:  # in half of the settings, the two axes differ in all that they can
        for values, top in (kernel, 4), (stride, 3), (dilation, 3):
            values[1] = (values[0] + rng.integers(1, top) - 1) % top + 1
    sides = rng.integers(0, 2, (2, 2), endpoint=True)
    if rng.random() < 0.6:  # what other libraries call padding is the same at both ends
        sides[:, 1] = sides[:, 0]
    extent = dilation * (kernel - 1) + 1
    size = np.maximum(extent - sides.sum(axis=1), 1) + rng.integers(0, 5, 2, endpoint=True)
    return Geometry(
        n=int(rng.integers(1, 3)),
        c=groups * int(rng.integers(1, 3, endpoint=True)),
        f=groups * int(rng.integers(1, 3, endpoint=True)),
        groups=groups,
        size=_pair(size),
        kernel_size=_pair(kernel),
        stride=_pair(stride),
        pads=(_pair(sides[0]), _pair(sides[1])),
        dilation=_pair(dilation),
    )


def _pair(values: Array) -> Pair:
    return int(values[0]), int(values[1])
