"""One module per chapter, each with a ``SPEC``; the chapters' names are the modules' names."""

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

import yaml

from autograder.questions import Spec

CONTENTS = Path(__file__).parents[2] / "_toc.yml"


class UnknownAssignmentError(LookupError):
    """An assignment is named that the course does not have."""


@cache
def stems() -> tuple[str, ...]:
    """Return the chapters that have questions, in the order of the table of contents."""
    contents = yaml.safe_load(CONTENTS.read_text())
    pages = [page["file"].rpartition("/")[2] for part in contents["parts"] for page in part["chapters"]]
    known = {module.name for module in pkgutil.iter_modules(__path__)}
    return tuple(page for page in pages if page in known)


def earlier(stem: str) -> tuple[str, ...]:
    """Return the chapters before one, in order."""
    return stems()[: stems().index(stem)]


def load(stem: str) -> Spec:
    """Return a chapter's questions.

    Raises:
        UnknownAssignmentError: naming the chapters there are.
    """
    if stem not in stems():
        raise UnknownAssignmentError(f"there is no assignment {stem!r}; there is {', '.join(stems())}")
    spec: Spec = import_module(f"{__name__}.{stem}").SPEC
    return spec
