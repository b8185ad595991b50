"""The versions that a student's test examines: they differ only in what they make of arguments that are valid.

What a wrong version makes of a list, of a negative stride or of an image without pixels is an accident. A test that
goes by it tells versions apart without looking at any result.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args, get_origin

import numpy as np

from autograder.questions import TestsQuestion


def versions(question: TestsQuestion) -> dict[str, Callable[..., Any]]:
    """Return the right version, ``"right"``, and the wrong ones, which do as it does where arguments are not valid."""
    wrong = {version.name: _careful(version.wrong, question) for version in question.versions}
    return {"right": question.right, **wrong}


def _careful(version: Callable[..., Any], question: TestsQuestion) -> Callable[..., Any]:
    def careful(*args: Any, **kwargs: Any) -> Any:
        return (version if is_valid(question.valid, args, kwargs) else question.right)(*args, **kwargs)

    return careful


def is_valid(valid: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Tell whether ``valid`` takes these arguments: each is of the kind that it names, and it raises no error."""
    try:
        bound = inspect.signature(valid).bind(*args, **kwargs)
        kinds = [(bound.signature.parameters[name].annotation, value) for name, value in bound.arguments.items()]
        if not all(_is_of(kind, value) for kind, value in kinds):
            return False
        valid(*args, **kwargs)
    except Exception:  # of whatever kind: there is nothing to compare
        return False
    return True


def _is_of(kind: Any, value: Any) -> bool:
    """Check what a function of ours would put right by itself: arrays that are lists, pairs that are arrays."""
    kinds = (kind, *get_args(kind))
    if np.ndarray in kinds:
        if isinstance(value, np.ndarray):
            return value.dtype.kind in "iuf" and bool(np.isfinite(value).all())
        return value is None and type(None) in kinds
    if get_origin(kind) is tuple:
        return isinstance(value, tuple)
    return not isinstance(value, np.ndarray)
