"""What Hypothesis draws for the references: geometries with all parameters at once, and arrays of any dtype and layout.

Entries are small whole numbers, which float16 adds and multiplies exactly: results are compared for equality.
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from unrolled.wire import lay_out

DTYPES = ("float16", "float32", "float64", "int16", "int64")
LAYOUTS = ("C", "F", "strided", "negative")


@dataclass(frozen=True)
class Geometry:
    """The sizes of one convolution; ``pads`` is ((top, bottom), (left, right))."""

    n: int
    c: int
    f: int
    groups: int
    size: tuple[int, int]
    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]
    dilation: tuple[int, int]

    @property
    def x_shape(self) -> tuple[int, int, int, int]:
        return self.n, self.c, *self.size

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        return self.f, self.c // self.groups, *self.kernel_size


@dataclass(frozen=True)
class Source:
    """Makes arrays of one dtype and one memory layout."""

    seed: int
    dtype: str
    layout: str

    def array(self, *shape: int) -> np.ndarray:
        values = np.random.default_rng([self.seed, *shape]).integers(-4, 5, shape).astype(self.dtype)
        return laid_out(values, self.layout)


def laid_out(values: np.ndarray, layout: str) -> np.ndarray:
    """Copy an array into a memory layout; "negative" has negative strides along every axis."""
    if layout != "negative":
        return lay_out(values, layout)
    backwards = (slice(None, None, -1),) * values.ndim
    return values[backwards].copy()[backwards]


sources = st.builds(Source, st.integers(0, 99), st.sampled_from(DTYPES), st.sampled_from(LAYOUTS))


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    groups = draw(st.integers(1, 3))
    kernel, dilation, pads, size = [], [], [], []
    for _axis in "yx":
        taps, step = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        sides = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        least = max(step * (taps - 1) + 1 - sum(sides), 1)  # the smallest axis that holds a window
        kernel.append(taps)
        dilation.append(step)
        pads.append(sides)
        size.append(least + draw(st.integers(0, 4)))
    return Geometry(
        n=draw(st.integers(1, 2)),
        c=groups * draw(st.integers(1, 2)),
        f=groups * draw(st.integers(1, 2)),
        groups=groups,
        size=(size[0], size[1]),
        kernel_size=(kernel[0], kernel[1]),
        stride=(draw(st.integers(1, 3)), draw(st.integers(1, 3))),
        pads=(pads[0], pads[1]),
        dilation=(dilation[0], dilation[1]),
    )
