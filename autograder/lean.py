"""What slow imports load and grading has no use for, left out while they run."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# nbgrader imports its pages for Jupyter's server whenever it is imported at all, and setuptools to unpack archives that
# students uploaded elsewhere: together a sixth of the start of ``autograder grade-class``.
OF_NBGRADER = (
    *(f"nbgrader.server_extensions.{name}" for name in ("assignment_list", "course_list", "formgrader")),
    "nbgrader.server_extensions.validate_assignment",
    "setuptools.archive_util",
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
