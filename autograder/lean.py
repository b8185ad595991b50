"""Ways to import faster: without what grading has no use for, and without looking for garbage."""

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# Together a third of the start of ``autograder grade-class``, which makes and serves no pages, asks no hub who
# somebody is, and has nbclient run nothing.
UNUSED = (
    "bleach",  # for nbconvert to clean pages, as the next two
    "bleach.css_sanitizer",
    "bs4",
    "jupyter_client",  # for nbclient, as the next two
    "jupyter_client.client",
    "jupyter_client.manager",
    "nbconvert.filters.markdown_mistune",
    "nbconvert.postprocessors.serve",
    "nbgrader.server_extensions.assignment_list",  # which nbgrader imports whenever it is imported at all
    "nbgrader.server_extensions.course_list",
    "nbgrader.server_extensions.formgrader",
    "nbgrader.server_extensions.validate_assignment",
    "requests",  # for nbgrader to talk to JupyterHub
    "setuptools.archive_util",  # for nbgrader to unpack archives that a teacher collected elsewhere
)


class Empty(ModuleType):
    """A module from which every name can be imported, as None."""

    def __getattr__(self, name: str) -> Any:
        return None


@contextmanager
def left_out(names: Sequence[str]) -> Iterator[None]:
    """Put empty modules in the places of some that are not there yet; afterwards the real ones can be imported."""
    empty = {name: Empty(name) for name in names if name not in sys.modules}
    sys.modules.update(empty)
    try:
        yield
    finally:
        for name in empty:
            del sys.modules[name]


@contextmanager
def kept() -> Iterator[None]:
    """Import what stays: looking through it for garbage, now or later, would take a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
