"""Kernels on a GPU, where the grader has one: the same launches once more, in a process that is ended if it hangs.

The emulation decides first, so what comes here has already been compiled as C++, has kept within its arrays, and has no
race that shows with these arguments. Set the variable UNROLLED_DEVICE to ``cupy`` to have kernels run on the GPU too.
"""

import os
import re
import sys

from autograder.sandbox.channel import Channel, ChannelError, TimeoutOnChannelError
from autograder.sandbox.confine import SandboxError
from autograder.sandbox.start import PlainProcess
from unrolled.judge import KernelCall, Outcome
from unrolled.judge.kernels import outcome_of
from unrolled.wire import Limits

VARIABLE = "UNROLLED_DEVICE"
START_SECONDS, LAUNCH_SECONDS = 60, 10  # the first launch of a text includes its compilation
MEMORY = 1 << 30  # bytes of the GPU's memory
# NVIDIA's compiler runs outside a box, so it must not be asked for a file: not even in a comment, or across lines.
CONTINUED = re.compile(r"\\[ \t]*\r?\n")
FILES = re.compile(r"include|import|embed")


class Device:
    """Launches kernels on a GPU, in a process of its own."""

    def __init__(self, module: str = "cupy", seconds: float = LAUNCH_SECONDS) -> None:
        """Start the process.

        Args:
            module: CuPy, or what has its functions.
            seconds: that one launch may take.

        Raises:
            SandboxError: if there is no GPU that CuPy can use.
        """
        self._command = [sys.executable, "-P", "-m", "autograder.sandbox.launcher", module, str(MEMORY)]
        self._seconds = seconds
        self._process: PlainProcess | None = None
        self._channel = self._started()
        try:
            self.name = str(self._channel.ask({"op": "name"}, START_SECONDS))
        except ChannelError as error:
            self.end()
            raise SandboxError(f"{VARIABLE} asks for a GPU, but {module} cannot use one here ({error})") from error

    def takes(self, call: KernelCall) -> bool:
        """Tell whether a text may be compiled outside a box."""
        return not FILES.search(CONTINUED.sub("", call.code))

    def run(self, call: KernelCall) -> Outcome:
        if self._process is None:
            self._channel = self._started()
        try:
            reply = self._channel.ask({"op": "launch", "launch": call._asdict()}, self._seconds)
        except TimeoutOnChannelError:
            self.end()
            return Outcome(problem="timeout", detail=f"{self._seconds:g} seconds on the GPU")
        except ChannelError as error:
            self.end()
            return Outcome(problem="died", detail=f"{error}, on the GPU")
        outcome = outcome_of(reply, call)
        if outcome.problem:
            self.end()
        return outcome

    def end(self) -> None:
        if self._process:
            self._process.end()
        self._process = None

    def _started(self) -> Channel:
        self._process = PlainProcess(self._command, None, None)
        return Channel(self._process.requests, self._process.replies, Limits())


def wanted() -> str:
    """Return the module that the machine's owner wants kernels to be run with on a GPU, or ""."""
    return os.environ.get(VARIABLE, "")
