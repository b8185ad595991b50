"""Running a student's kernel: compiled in one box, launched in another one that has run none of the student's Python.

The worker that runs it knows neither what is expected nor what the student's cells have changed: a text is all that
crosses. Each text gets a worker of its own. A *runner* is the emulation, which always decides; where the machine has a
GPU and is told so, a second runner launches the same on it (:mod:`autograder.sandbox.device`).
"""

import time
from collections.abc import Callable
from typing import Any, Protocol, Self

import numpy as np

from autograder.sandbox.compile import Library, NotCompiledError, compile_kernel
from autograder.sandbox.device import Device, wanted
from unrolled.judge import Answers, KernelCall, Outcome, Ran
from unrolled.judge.kernels import outcome_of

COMPILE_SECONDS = 60  # for all the texts of a notebook
PROGRAM = """
from unrolled.cuda.launch import Carried, launched

kernel = None

def launch(library, about, runtime, name, **rest):
    global kernel
    kernel = kernel or Carried(name, library.tobytes(), about.tobytes(), runtime.tobytes())
    return launched(kernel, kernel.parameters, **rest)
"""


class Worker(Answers, Protocol):
    """A worker in which :data:`PROGRAM` has run; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: Any) -> None: ...


class Runner(Protocol):
    """Something that launches kernels: :class:`Emulation`, :class:`autograder.sandbox.device.Device`."""

    def run(self, call: KernelCall) -> Outcome:
        """Launch a kernel and return its outputs, or what went wrong."""
        ...

    def end(self) -> None:
        """Let go of what is held."""
        ...


class Emulation:
    """Launches kernels without a GPU."""

    def __init__(self, worker: Callable[[], Worker], *, confined: bool) -> None:
        """Prepare.

        Args:
            worker: starts a worker in which :data:`PROGRAM` has run.
            confined: False compiles without a box, for one's own notebook only.
        """
        self._start, self._confined = worker, confined
        self._worker: Worker | None = None
        self._text: tuple[str, str, tuple[str, ...]] = ("", "", ())
        self._built: Library | Outcome | None = None
        self._spent = 0.0

    def run(self, call: KernelCall) -> Outcome:
        if self._text != (call.code, call.name, call.options) or self._built is None:
            self.end()
            self._text = call.code, call.name, call.options
            self._built = self._compiled()
        if isinstance(self._built, Outcome):
            return self._built
        if self._worker is None:
            self._worker = self._start().__enter__()
        parts = {name: np.frombuffer(data, np.uint8) for name, data in vars(self._built).items()}
        launch = {"grid": call.grid, "block": call.block, "shared": call.shared}
        rest = {"name": call.name, "args": dict(call.args), "outputs": list(call.outputs)}
        outcome = self._worker.call("launch", {**parts, **launch, **rest})
        return outcome if outcome.problem else outcome_of(outcome.value, call)

    def end(self) -> None:
        if self._worker:
            self._worker.__exit__(None, None, None)
        self._worker = self._built = None

    def _compiled(self) -> Library | Outcome:
        """Compile a text; what keeps it from being compiled is the outcome of every launch."""
        if self._spent >= COMPILE_SECONDS:
            return Outcome(
                problem="timeout", detail=f"the {COMPILE_SECONDS} seconds for compiling a notebook's kernels"
            )
        started = time.monotonic()
        try:
            return compile_kernel(*self._text, confined=self._confined)
        except NotCompiledError as error:
            first, *_ = str(error).splitlines() or [""]
            return Outcome(problem="raised", detail=f"CompileError: {first}")
        finally:
            self._spent += time.monotonic() - started


class Kernels:
    """Launches a notebook's kernels in the emulation, then, if all is well and there is one, on a GPU."""

    def __init__(self, emulation: Runner, device: Device | None = None) -> None:
        """Take runners."""
        self._emulation, self._device = emulation, device

    def run(self, call: KernelCall) -> Ran:
        """Return the emulation's outcome; if it has no problem, and there is a GPU, what the GPU makes of the same."""
        outcome = self._emulation.run(call)
        if outcome.problem or self._device is None or not self._device.takes(call):
            return Ran(outcome)
        return Ran(self._device.run(call), self._device.name)

    def end(self) -> None:
        self._emulation.end()
        if self._device:
            self._device.end()


def prepared(worker: Callable[[], Worker], *, confined: bool) -> Kernels:
    """Return what runs a notebook's kernels on this machine; see :class:`Emulation`.

    Raises:
        SandboxError: if a GPU is asked for that is not there.
    """
    module = wanted()
    return Kernels(Emulation(worker, confined=confined), Device(module) if module else None)
