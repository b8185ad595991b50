"""What can be said of wrong numbers or a wrong shape from the data alone; each finding must fit every failing case."""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from unrolled.judge.compare import close
from unrolled.judge.geometry import Geometry, coverage, geometry

Pairs = Sequence[tuple[dict[str, Any], np.ndarray, np.ndarray]]  # arguments, expected, got
MOST_AXES = 6  # of arrays whose axes are permuted to see whether that explains the difference

SIZES: tuple[tuple[str, Callable[[Geometry], int]], ...] = (
    ("rounding the number of steps up instead of down", lambda g: -(-g.slack // g.stride) + 1),
    ("leaving out the + 1", lambda g: g.slack // g.stride),
    ("counting the padding on one side only", lambda g: (g.slack - g.padding) // g.stride + 1),
    ("leaving out the padding", lambda g: (g.slack - 2 * g.padding) // g.stride + 1),
    ("leaving out the stride", lambda g: g.slack + 1),
    ("leaving out the dilation", lambda g: (g.size + 2 * g.padding - g.kernel) // g.stride + 1),
)


def about_shapes(failing: Pairs, passing: Pairs) -> str:
    """Say which axes were swapped, or which formula gives sizes like these; "" if nothing fits."""
    if order := _common_order(failing):
        shapes = f"shape {failing[0][2].shape}, not {failing[0][1].shape}"
        if len(order) == 2:
            return f"has its axes swapped: {shapes}"
        return f"has its axes in the order {order}: {shapes}"
    fitting = [text for text, formula in SIZES if _gives(formula, failing, passing)]
    if len(fitting) != 1:
        return ""
    return f"has shape {failing[0][2].shape}, not {failing[0][1].shape}: the size that comes of {fitting[0]}"


def about_values(failing: Pairs) -> str:
    """Say how arrays of the right shape differ from the expected ones; "" if nothing fits them all."""
    telling = [pair for pair in failing if pair[1].size > 1]
    if not telling:
        return ""
    for text, holds in _patterns(telling[0][1].ndim):
        if all(expected.ndim == telling[0][1].ndim and holds(args, expected, got) for args, expected, got in telling):
            return text
    return ""


def _common_order(pairs: Pairs) -> tuple[int, ...]:
    """The one order of axes, if there is just one, in which every result is the expected one."""
    ndim = pairs[0][1].ndim
    if not 2 <= ndim <= MOST_AXES or any(expected.ndim != ndim for _, expected, _ in pairs):
        return ()
    fitting = [
        order
        for order in list(permutations(range(ndim)))[1:]
        if all(_agree(expected.transpose(order), got) for _, expected, got in pairs)
    ]
    return fitting[0] if len(fitting) == 1 else ()


def _gives(formula: Callable[[Geometry], int], failing: Pairs, passing: Pairs) -> bool:
    """Does the formula give every shape that came, the right ones of the passing cases too?"""
    for args, expected, got in [*failing, *passing]:
        axes = geometry(args)
        if not axes or len(axes) > expected.ndim or got.ndim != expected.ndim:
            return False
        lead = expected.ndim - len(axes)
        if expected.shape[lead:] != tuple(axis.slack // axis.stride + 1 for axis in axes):
            return False
        if got.shape != (*expected.shape[:lead], *map(formula, axes)):
            return False
    return True


Pattern = Callable[[dict[str, Any], np.ndarray, np.ndarray], bool]


def _patterns(ndim: int) -> Iterator[tuple[str, Pattern]]:
    yield "is all zeros", lambda args, expected, got: not got.any() and bool(expected.any())
    yield "has the opposite sign everywhere", lambda args, expected, got: _agree(-expected, got)
    if ndim == 1:
        yield "comes out back to front", lambda args, expected, got: _agree(expected[::-1], got)
        yield "comes one place too late", _moved(0, 1)
        yield "comes one place too early", _moved(0, -1)
    else:
        for axis in range(ndim):
            yield f"is flipped along axis {axis}", _flipped(axis)
        for order in list(permutations(range(min(ndim, MOST_AXES))))[1:]:
            text = "is transposed" if ndim == 2 else f"has its axes in the order {order}"
            yield text, _ordered(order)
        for axis in range(ndim):
            yield f"comes one place too late along axis {axis}", _moved(axis, 1)
            yield f"comes one place too early along axis {axis}", _moved(axis, -1)
    yield "is the expected one divided by how many windows cover each place", _by_counts(-1)
    yield "is the expected one times how many windows cover each place", _by_counts(1)
    yield "holds only one of the numbers that meet where windows overlap; they should add up", _overwritten
    yield "is the expected one times a constant", _scaled
    yield "is right only up to the rounding of float32", _rounded


def _agree(expected: np.ndarray, got: np.ndarray) -> bool:
    return expected.shape == got.shape and bool(close(expected, got).all())


def _flipped(axis: int) -> Pattern:
    return lambda args, expected, got: _agree(np.flip(expected, axis), got)


def _ordered(order: tuple[int, ...]) -> Pattern:
    return lambda args, expected, got: len(order) == expected.ndim and _agree(expected.transpose(order), got)


def _moved(axis: int, by: int) -> Pattern:
    """Does the result agree with the expected one after a shift along an axis?"""

    def holds(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
        expected, got = np.moveaxis(expected, axis, -1), np.moveaxis(got, axis, -1)
        here, there = (slice(by, None), slice(None, -by)) if by > 0 else (slice(None, by), slice(-by, None))
        return (
            expected.shape[-1] > 2 and bool(expected[..., there].any()) and _agree(expected[..., there], got[..., here])
        )

    return holds


def _by_counts(power: int) -> Pattern:
    def holds(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
        covered = coverage(args, expected, got)
        if covered is None or covered[0].max(initial=0) < 2:
            return False
        return _agree(expected * np.maximum(covered[0], 1.0) ** power, got)

    return holds


def _overwritten(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
    covered = coverage(args, expected, got)
    if covered is None:
        return False
    counts, one_of_them = covered
    right, several = close(expected, got), counts > 1
    return bool(several.any() and right[~several].all() and one_of_them[several].all() and not right[several].all())


def _scaled(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
    biggest = np.unravel_index(np.abs(expected).argmax(), expected.shape)
    if expected[biggest] == 0 or got[biggest] == 0:
        return False
    return _agree(expected * (got[biggest] / expected[biggest]), got)


def _rounded(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
    return expected.dtype == np.float64 and bool(close(expected.astype(np.float32), got.astype(np.float32)).all())
