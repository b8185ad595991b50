"""Arrays for cases: easy to read in a report, and without entries that would hide a fault."""

import numpy as np

from unrolled.wire import lay_out

Rng = np.random.Generator


def numbers(rng: Rng, shape: int | tuple[int, ...], dtype: str = "float64", layout: str = "C") -> np.ndarray:
    """Draw numbers of one decimal, none of them 0: easy to read, and every one counts.

    Args:
        shape: of the array.
        dtype: of its entries; integers are drawn from the same range, ten times as large.
        layout: "C", "F" or "strided", as :func:`unrolled.wire.lay_out` lays an array out in memory.
    """
    tenths = rng.integers(1, 40, shape) * rng.choice([-1, 1], shape)
    drawn = tenths if dtype.startswith("int") else tenths / 10
    return lay_out(drawn.astype(dtype), layout)
