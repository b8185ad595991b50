"""Arrays reduced to a few numbers by which they can be recognised: what a bundle holds of a mistake's outputs.

A sketch is a handful of weighted sums of the entries. The weights are cosines at irrational frequencies, so two
arrays of one shape and dtype that agree in all sums, up to rounding, are the same for all that matters here; and
unlike a hash, the sums of an array that was added up in another order still agree.
"""

from typing import Any

import numpy as np

FREQUENCIES = np.sqrt(np.array([2.0, 3.0, 5.0, 7.0]))
SHORTEST = 9  # entries from which on an array is sketched
TOLERANCE_FACTOR = 4.0  # of the rounding that single entries may have, times the square root of their number


def sketched(value: Any) -> Any:
    """Replace the arrays within a value by their sketches; short ones stay."""
    if isinstance(value, np.ndarray) and value.size >= SHORTEST and value.dtype.kind in "biufc":
        return {"sketch": sketch(value)}
    if isinstance(value, tuple | list):
        return type(value)(map(sketched, value))
    if isinstance(value, dict):
        return {name: sketched(item) for name, item in value.items()}
    return value


def sketch(array: np.ndarray) -> dict[str, Any]:
    """Return dtype, shape, largest entry and the weighted sums of an array; those that are not finite count apart."""
    wide = array.astype(complex if array.dtype.kind == "c" else float).ravel()
    finite = np.isfinite(wide)
    weights = np.cos(np.outer(FREQUENCIES, np.arange(1, wide.size + 1)))
    numbers = np.where(finite, wide, 0.0)
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "scale": float(np.abs(numbers).max()),
        "sums": weights @ numbers,
        "odd": float(weights[0] @ ~finite),
    }


def is_sketch(value: Any) -> bool:
    """Tell whether a value stands for an array."""
    return isinstance(value, dict) and set(value) == {"sketch"}


@np.errstate(all="ignore")
def fits(value: dict[str, Any], got: Any, tolerance: float) -> bool:
    """Tell whether an array is the one that was sketched; single entries may differ by ``tolerance`` of the largest."""
    known = value["sketch"]
    if not isinstance(got, np.ndarray) or got.dtype.name != known["dtype"] or list(got.shape) != known["shape"]:
        return False
    other = sketch(got)
    room = TOLERANCE_FACTOR * max(tolerance, 1e-14) * max(known["scale"], 1e-300) * np.sqrt(got.size)
    return bool(np.abs(other["sums"] - known["sums"]).max() <= room and abs(other["odd"] - known["odd"]) < 1e-9)
