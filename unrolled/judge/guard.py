"""Notice, while a student's function runs, that it reaches a ready-made routine that the question rules out.

This keeps a rule of the course; it is no wall. The grader's safety rests on the sandbox.
"""

import sys
import threading
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any, Self

SWITCHED_OFF = "sys.setprofile"


class Guard:
    """A context manager around a call; ``used`` names the first forbidden routine that was reached, or is "".

    A routine counts by what runs, not by how it was written down: an alias, ``getattr`` or a reference stored
    before make no difference. ``"numpy.correlate"`` stands for any routine of that name within NumPy.
    """

    def __init__(self, forbidden: Sequence[str]) -> None:
        self._names = {(name.partition(".")[0], name.rpartition(".")[2]): name for name in forbidden}
        self._before: Any = None
        self.used = ""

    def __enter__(self) -> Self:
        if self._names:
            self._before = sys.getprofile()
            threading.setprofile(self._watch)
            sys.setprofile(self._watch)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._names:
            if sys.getprofile() != self._watch:
                self.used = self.used or SWITCHED_OFF
            sys.setprofile(self._before)
            threading.setprofile(None)

    def _watch(self, frame: FrameType, event: str, arg: Any) -> None:
        if self.used:
            return
        if event == "call":
            module, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        elif event == "c_call":
            module, name = getattr(arg, "__module__", None), getattr(arg, "__name__", "")
        else:
            return
        package = module.partition(".")[0] if isinstance(module, str) else ""
        self.used = self._names.get((package, name.removesuffix("2")), "")  # NumPy's correlate runs correlate2
