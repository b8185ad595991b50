"""What can be wrong with a kernel, or with a launch: one class for each; every message says where and what to do."""


class KernelError(RuntimeError):
    """A kernel cannot be compiled or launched, or did what CUDA leaves undefined."""


class CompilerMissingError(KernelError):
    """There is no C++ compiler on this machine."""


class CompileError(KernelError):
    """The kernel's text is not valid; ``line`` is the line of that text, or None."""

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep the line beside the message."""
        super().__init__(message)
        self.line = line


class LaunchError(KernelError):
    """A grid, a block or an amount of shared memory that a GPU refuses."""


class ArgumentError(KernelError):
    """The arguments do not fit the kernel's parameters."""


class RunError(KernelError):
    """Something happened while the kernel ran; its arrays are as they were before the launch.

    Attributes:
        line: the line of the kernel's text, or None where the compiler kept none.
        block, thread: who did it, as (x, y, z).
        array: the name of the parameter or variable that it was done to, or None.
    """

    def __init__(
        self,
        message: str,
        line: int | None,
        block: tuple[int, int, int],
        thread: tuple[int, int, int],
        array: str | None = None,
    ) -> None:
        """Keep the place beside the message."""
        super().__init__(message)
        self.line, self.block, self.thread, self.array = line, block, thread, array


class OutOfBoundsError(RunError):
    """A thread read or wrote outside an array."""


class ConstantWriteError(RunError):
    """A thread wrote to an array that the kernel declares ``const``."""


class RaceError(RunError):
    """Two threads used one element, at least one wrote, and nothing orders them; ``other`` is who came first."""

    other: tuple[tuple[int, int, int], tuple[int, int, int]]


class UninitialisedReadError(RunError):
    """A thread read shared memory, or a lane of its warp, that nobody had written."""


class DivergentBarrierError(RunError):
    """Threads that must meet at one barrier, or one exchange of a warp, do not all come to it."""


class IntegerOverflowError(RunError):
    """The result of a signed integer operation does not fit its type."""


class DivisionError(RunError):
    """An integer was divided by zero."""


class MisalignedError(RunError):
    """A vector type such as ``float4`` was read or written at an address that is no multiple of its size."""


class KernelAssertionError(RunError):
    """An ``assert`` in the kernel failed."""


class CrashError(RunError):
    """The kernel ran out of its stack, or did what the processor refuses; or there is no memory for the checks."""
