"""Calls of our functions by a student's test, which runs in the sandbox: only arguments and results cross."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from unrolled.judge.outcome import carried, describe_error

# In arguments that a student's test gives to a function of ours:
LARGEST_NUMBER, MOST_ENTRIES, MOST_PARTS, LONGEST_WORD = 1_000, 1_000, 16, 20
MOST_SETTINGS = 4  # whole numbers of an array that could be the paddings of four sides, and not an image
LARGEST_STEP = 16  # what is larger may be a padding, which makes both axes longer
MOST_WORK = 250_000  # product of settings and entries that our loops get through


def examine(subject: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Call a function of ours on a student's data; return its value or error, and arrays that it changed."""
    given = [*args, *kwargs.values()]
    if not all(map(_is_small, given)) or _work(given) > MOST_WORK:
        return {
            "value": None,
            "error": "ValueError: the arguments are too large for a test",
            "after": [None] * len(given),
        }
    before = [np.array(value) if isinstance(value, np.ndarray) else None for value in given]
    value, error = None, ""
    try:
        outcome = carried(subject(*args, **kwargs))
        value, error = outcome.value, outcome.problem and f"TypeError: {outcome.detail}"
    except Exception as raised:  # the student's test may pass anything
        error = describe_error(raised)
    after = [
        now if then is not None and not np.array_equal(now, then) else None
        for now, then in zip(given, before, strict=True)
    ]
    return {"value": value, "error": error, "after": after}


def _is_small(value: Any) -> bool:
    """Can a function of ours work on this without using up time or memory?"""
    if isinstance(value, int | float):
        return abs(value) <= LARGEST_NUMBER
    if isinstance(value, list | tuple):  # such as a pair of paddings; of three numbers or more, pixels
        pixels = len(value) > 2
        return len(value) <= MOST_PARTS and all((pixels and isinstance(v, int | float)) or _is_small(v) for v in value)
    if value is None or isinstance(value, str):
        return len(value or "") <= LONGEST_WORD
    if not isinstance(value, np.ndarray | np.generic) or np.size(value) > MOST_ENTRIES:
        return False
    if value.dtype.kind in "iu" and value.size <= MOST_SETTINGS and not all(map(_is_small, value.ravel().tolist())):
        return False
    return max(value.shape, default=0) <= MOST_ENTRIES


def _work(given: Sequence[Any]) -> float:
    """Return how much there may be to do: the product of all settings with the entries of the largest array.

    Where there are neither arrays nor pairs, there are no images, and what there is to do grows with one number.
    """
    if all(isinstance(value, int | float | np.integer) for value in given):
        return 1
    work: float = max((value.size for value in given if isinstance(value, np.ndarray)), default=1)
    for value in given:
        factor = math.prod(max(1, abs(number)) for number in _settings(value))
        for_both_axes = isinstance(value, int | float | np.integer) and factor > LARGEST_STEP
        work *= factor**2 if for_both_axes else factor
    return work


def _settings(value: Any) -> Iterator[float]:
    """Yield the numbers of an argument that may be sizes, steps or paddings: a number, a pair, or a pair of pairs."""
    if isinstance(value, np.ndarray) and value.shape == (2,):
        value = value.tolist()
    if isinstance(value, int | float | np.integer):
        yield float(value)
    elif isinstance(value, list | tuple) and len(value) == 2:
        for item in value:
            yield from _settings(item)
