"""What can be said of wrong numbers or a wrong shape from the data alone; each finding must fit every failing case."""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from unrolled.judge.compare import close
from unrolled.judge.geometry import Geometry, coverage, each, geometry, images

Pairs = Sequence[tuple[dict[str, Any], np.ndarray, np.ndarray]]  # arguments, expected, got
FLOAT32_ERROR = 2e-6  # of a sum of some dozen terms, as a share of the largest result
FEWEST_NUMBERS = 4  # among which finding the same ones again is no accident
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
    shapes = f"shape {failing[0][2].shape}, not {failing[0][1].shape}"
    if order := _common_order(failing):
        return f"has {order_in_words(order)}: {shapes}"
    if all(_keeps_padding(*pair) for pair in failing):
        return f"still has its padding: {shapes}"
    if all(got.size > 2 and _agree(expected.ravel(), got.ravel()) for _, expected, got in failing):
        return f"holds the right numbers in the right order, but has {shapes}"
    if len({expected.shape for _, expected, _ in [*failing, *passing]}) < 2:
        return ""  # one shape may come of any formula
    fitting = [text for text, formula in SIZES if _gives(formula, failing, passing)]
    return f"has {shapes}: the size that comes of {fitting[0]}" if len(fitting) == 1 else ""


def about_values(failing: Pairs) -> str:
    """Say how arrays of the right shape differ from the expected ones; "" if nothing fits them all."""
    telling = [pair for pair in failing if pair[1].size > 1]
    if not telling:
        return ""
    for text, holds in _patterns(telling[0][1].ndim):
        if all(expected.ndim == telling[0][1].ndim and holds(args, expected, got) for args, expected, got in telling):
            return text
    return ""


def about_places(failing: Pairs) -> str:
    """Say in which rows, columns or ends all wrong entries lie, if they lie in some and those have no others."""
    axes = min(failing[0][1].ndim, 2)
    if axes == 0 or any(
        expected.ndim != failing[0][1].ndim or min(expected.shape[-axes:]) < 3 for _, expected, _ in failing
    ):
        return ""
    wrongs = [~close(expected, got) for _, expected, got in failing]
    for text, inside in PLACES[axes]:
        if not any(_inside(wrong, inside).any() for wrong in wrongs):
            return text
    return ""


def _inside(array: np.ndarray, slices: tuple[slice, ...]) -> np.ndarray:
    """Cut an array along its last axes."""
    return array[(slice(None),) * (array.ndim - len(slices)) + slices]


ALL, NOT_FIRST, NOT_LAST, INNER = slice(None), slice(1, None), slice(None, -1), slice(1, -1)
# For one axis and for two: a place, and all that lies outside of it.
PLACES: dict[int, tuple[tuple[str, tuple[slice, ...]], ...]] = {
    1: (("first entry", (NOT_FIRST,)), ("last entry", (NOT_LAST,)), ("first and last entry", (INNER,))),
    2: (
        ("first row", (NOT_FIRST, ALL)),
        ("last row", (NOT_LAST, ALL)),
        ("first column", (ALL, NOT_FIRST)),
        ("last column", (ALL, NOT_LAST)),
        ("first and last row", (INNER, ALL)),
        ("first and last column", (ALL, INNER)),
        ("last row and column", (NOT_LAST, NOT_LAST)),
        ("outermost rows and columns", (INNER, INNER)),
    ),
}


def order_in_words(order: tuple[int, ...]) -> str:
    """Describe a permutation of axes: two that were swapped, or all of them in their order."""
    moved = [axis for axis, source in enumerate(order) if axis != source]
    if len(order) == 2:
        return "its axes swapped"
    if len(moved) == 2:
        return f"axes {moved[0]} and {moved[1]} swapped"
    return f"its axes in the order {order}"


def _keeps_padding(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
    """Is the result the expected one in a frame as wide as the padding?"""
    axes = 1 if expected.ndim == 1 else 2
    pads = each(args.get("padding", 0), axes)
    if not pads or max(pads) == 0 or min(pads) < 0 or got.ndim != expected.ndim:
        return False
    inner = tuple(slice(pad, size - pad) for pad, size in zip(pads, got.shape[-axes:], strict=True))
    return _agree(expected, _inside(got, inner))


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
            yield "is transposed" if ndim == 2 else f"has {order_in_words(order)}", _ordered(order)
        for axis in range(ndim):
            yield f"comes one place too late along axis {axis}", _moved(axis, 1)
            yield f"comes one place too early along axis {axis}", _moved(axis, -1)
    yield "is the expected one divided by the number of images", _averaged
    yield "is the expected one divided by how many windows cover each place", _by_counts(-1)
    yield "is the expected one times how many windows cover each place", _by_counts(1)
    yield "holds only one of the numbers that meet where windows overlap; they should add up", _overwritten
    yield "is the expected one times a constant", _scaled
    yield "is right only up to the rounding of float32", _rounded
    yield "is infinite in places", lambda args, expected, got: bool((np.isinf(got) & np.isfinite(expected)).any())
    if ndim > 1:
        yield "was reshaped before its axes were put in order", _reshaped
    yield "holds the right numbers, but not in the right places", _rearranged


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


def _averaged(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
    count = images(args)
    return count > 1 and bool(expected.any()) and _agree(expected / count, got)


def _reshaped(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
    """Is there an order of the axes in which the same numbers, read row by row, are the result's?"""
    if expected.ndim > MOST_AXES or expected.size < FEWEST_NUMBERS:
        return False
    orders = permutations(range(expected.ndim))
    return any(_agree(expected.transpose(order).ravel(), got.ravel()) for order in orders)


def _rearranged(args: dict[str, Any], expected: np.ndarray, got: np.ndarray) -> bool:
    if len(np.unique(expected)) < FEWEST_NUMBERS or got.dtype.kind == "c":
        return False
    return _agree(np.sort(expected, axis=None), np.sort(got, axis=None))


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
    finite = expected.dtype == np.float64 and got.dtype == np.float64 and np.isfinite(expected).all()
    return bool(finite and np.abs(expected - got).max() <= FLOAT32_ERROR * np.abs(expected).max())
