"""One module per chapter, each with a ``SPEC``; the chapters' names are the modules' names."""

import pkgutil
from importlib import import_module

from autograder.questions import Spec


class UnknownAssignmentError(LookupError):
    """An assignment is named that the course does not have."""


def stems() -> tuple[str, ...]:
    """Return the chapters that have questions, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(stem: str) -> Spec:
    """Return a chapter's questions.

    Raises:
        UnknownAssignmentError: naming the chapters there are.
    """
    if stem not in stems():
        raise UnknownAssignmentError(f"there is no assignment {stem!r}; there is {', '.join(stems())}")
    spec: Spec = import_module(f"{__name__}.{stem}").SPEC
    return spec
