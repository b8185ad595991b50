"""What a student's test may pass to the functions that it examines: arrays and no lists of numbers, and little of all.

The functions are ours, and run where nothing limits them, so it must be certain beforehand that they get through.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

LARGEST_NUMBER, MOST_ENTRIES, MOST_PARTS, LONGEST_WORD = 1_000, 1_000, 16, 20
MOST_SETTINGS = 4  # whole numbers of an array that could be the paddings of four sides, and not an image
LARGEST_STEP = 16  # what is larger may be a padding, which makes both axes longer
MOST_WORK = 250_000  # product of settings and entries that our loops get through
LISTED = (int, float, list, np.ndarray, np.generic)  # what lists hold that should be arrays


def careful(version: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function refuse what is too large, and lists of numbers, of which every version would make something else.

    Args:
        version: the right one, or one of the wrong ones.

    Returns:
        A function that raises ValueError or TypeError in these cases, and otherwise does as the version.
    """

    def taking_little(*args: Any, **kwargs: Any) -> Any:
        given = [*args, *kwargs.values()]
        for value in given:
            if isinstance(value, list) and any(isinstance(item, LISTED) for item in value[:MOST_PARTS]):
                raise TypeError(f"{str(value[:9])[:40]} is a list; give an array, or a pair such as (1, 2)")
        if reason := too_large(given):
            raise ValueError(f"{reason} too large for a test")
        return version(*args, **kwargs)

    return taking_little


def too_large(given: Sequence[Any]) -> str:
    """Say which arguments are too large, as the beginning of a sentence, or "" if none is."""
    for value in given:
        if isinstance(value, np.ndarray) and _is_long(value):
            return f"an array of shape {value.shape} (at most {MOST_ENTRIES:,} numbers are allowed) is"
        if not _is_small(value):
            return f"{str(value)[:40]} (no setting may be above {LARGEST_NUMBER:,}) is"
    if (work := _work(given)) > MOST_WORK:
        return f"the arguments (all settings times the largest array make {work:,.0f}, allowed are {MOST_WORK:,}) are"
    return ""


def _is_small(value: Any) -> bool:
    """Can a function of ours work on this without using up time or memory?"""
    value = _plain(value)
    if isinstance(value, int | float):
        return abs(value) <= LARGEST_NUMBER
    if isinstance(value, list | tuple):  # such as a pair of paddings; of three numbers or more, pixels
        pixels = len(value) > 2
        return len(value) <= MOST_PARTS and all((pixels and isinstance(v, int | float)) or _is_small(v) for v in value)
    if value is None or isinstance(value, str):
        return len(value or "") <= LONGEST_WORD
    if not isinstance(value, np.ndarray) or _is_long(value):
        return False
    settings = value.dtype.kind in "iu" and value.size <= MOST_SETTINGS
    return not settings or all(map(_is_small, value.ravel().tolist()))


def _is_long(array: np.ndarray) -> bool:
    length: int = max(array.size, *array.shape, 0)  # many rows of nothing are long, too
    return length > MOST_ENTRIES


def _work(given: Sequence[Any]) -> float:
    """Return how much there may be to do: the product of all settings with the entries of the largest array.

    Where there are neither arrays nor pairs, there are no images, and what there is to do grows with one number.
    """
    given = list(map(_plain, given))
    if all(isinstance(value, int | float) for value in given):
        return 1
    work: float = max((value.size for value in given if isinstance(value, np.ndarray)), default=1)
    for value in given:
        factor = math.prod(max(1, abs(number)) for number in _settings(value))
        for_both_axes = isinstance(value, int | float) and factor > LARGEST_STEP
        work *= factor**2 if for_both_axes else factor
    return work


def _settings(value: Any) -> Iterator[float]:
    """Yield the numbers of an argument that may be sizes, steps or paddings: a number, a pair, or a pair of pairs."""
    value = _plain(value)
    if isinstance(value, np.ndarray) and value.shape == (2,) and value.dtype.kind in "iu":
        value = value.tolist()
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, list | tuple) and len(value) == 2:
        for item in value:
            yield from _settings(item)


def _plain(value: Any) -> Any:
    """Return NumPy's numbers, arrays without axes among them, as Python's."""
    without_axes = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if without_axes else value
