"""One launch of a kernel on copies of its arguments, and what came of it in values that a message can carry.

A kernel is compiled here, or it was compiled elsewhere and arrives as bytes (:class:`Carried`), for a process that can
start no compiler.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.cuda import compiler
from unrolled.cuda.emulation import Loaded
from unrolled.cuda.errors import CompileError, KernelError

ELSEWHERE = "shared memory"  # how a report is keyed that is about no argument; its message has the variable's own name


class Carried:
    """A kernel that was compiled elsewhere; called like :class:`unrolled.cuda.emulation.RawKernel`."""

    def __init__(self, name: str, library: bytes, about: bytes, runtime: bytes) -> None:
        """Load a kernel's library, and before it the one that runs kernels.

        Args:
            name: the kernel's.
            library: what ``compiler.build`` made of its text.
            about: what it wrote beside the library.
            runtime: what ``compiler.runtime`` made.
        """
        self._name = name
        folder, known = Path(tempfile.mkdtemp()), json.loads(about)  # a mapped file must never be written again
        places = folder / "kernel.so", folder / known["runtime"]
        for place, data in zip(places, (library, runtime), strict=True):
            place.write_bytes(data)
        built = compiler.read(*places, known)
        self.parameters, self._loaded = built.parameters, Loaded(built)

    def __call__(
        self, grid: tuple[int, ...], block: tuple[int, ...], args: Sequence[Any], *, shared_mem: int = 0
    ) -> None:
        """Run every thread of every block; see :class:`unrolled.cuda.emulation.RawKernel`."""
        self._loaded.run(self._name, grid, block, args, shared_mem)


def launched(
    kernel: Callable[..., None],
    parameters: Sequence[str],
    grid: tuple[int, ...],
    block: tuple[int, ...],
    shared: int,
    args: Mapping[str, Any],
    outputs: Sequence[str],
) -> dict[str, Any]:
    """Run a kernel on copies of its arguments.

    Args:
        kernel: what to call.
        parameters: the kernel's own names of its parameters.
        grid, block, shared: of the launch.
        args: by the names that the question has for them, in order.
        outputs: names of the arrays that are the result.

    Returns:
        ``values`` (the outputs, in order) and ``changed`` (other arrays that are not as they were); or the class of
        the ``error``, its ``message``, and the name of the argument (``array``) that it is about.
    """
    given = {
        name: np.array(value, order="C") if isinstance(value, np.ndarray) else value for name, value in args.items()
    }
    try:
        kernel(grid, block, tuple(given.values()), shared_mem=shared)
    except KernelError as error:
        array = getattr(error, "array", None)
        known = dict(zip(parameters, args, strict=False)) if len(parameters) == len(args) else {}
        return {
            "error": type(error).__name__,
            "array": known.get(array, ELSEWHERE) if array else "",
            "message": str(error),
        }
    rest = [name for name, value in given.items() if isinstance(value, np.ndarray) and name not in outputs]
    changed = [
        name for name in rest if not np.array_equal(given[name], args[name], equal_nan=_may_hold_nan(given[name]))
    ]
    return {"values": [given[name] for name in outputs], "changed": changed}


def launch_here(
    code: str, name: str, options: Sequence[str], grid: tuple[int, ...], block: tuple[int, ...], **rest: Any
) -> dict[str, Any]:
    """Compile a kernel on this machine and run it in this process; as :func:`launched`."""
    try:
        built = compiler.build(code, name, options)
    except CompileError as error:
        return {"error": "CompileError", "array": "", "message": str(error)}
    except KernelError as error:
        return {"error": type(error).__name__, "array": "", "message": str(error)}
    loaded = Loaded(built)

    def kernel(grid: tuple[int, ...], block: tuple[int, ...], args: Sequence[Any], *, shared_mem: int) -> None:
        loaded.run(name, grid, block, args, shared_mem)

    return launched(kernel, built.parameters, grid, block, **rest)


def _may_hold_nan(array: np.ndarray) -> bool:
    return array.dtype.kind in "fc"
