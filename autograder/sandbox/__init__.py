"""Student code in a box: see :mod:`confine` for the walls, :mod:`channel` for the window, :mod:`session` for use."""

from autograder.sandbox.cells import CellResult
from autograder.sandbox.confine import SandboxError, require
from autograder.sandbox.session import Execution, SandboxLimits, Session

__all__ = ["CellResult", "Execution", "SandboxError", "SandboxLimits", "Session", "require"]
