"""Calls of our functions by a student's test, which runs in the sandbox: only arguments and results cross."""

from collections.abc import Callable
from typing import Any

import numpy as np

from unrolled.judge.outcome import carried, describe_error


def examine(subject: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Call a function of ours on a student's data; return its value or error, and arrays that it changed.

    The function has to refuse what would take it too long, as :func:`unrolled.judge.candidates.careful` makes it.
    """
    given = [*args, *kwargs.values()]
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
