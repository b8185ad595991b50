"""``RawKernel`` without a GPU: CUDA C compiled by the C++ compiler, run thread by thread, with every access checked."""

import ctypes
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.cuda import compiler
from unrolled.cuda.arguments import Parameter, RawParameter, check_array, check_launch, scalar
from unrolled.cuda.errors import ArgumentError, CrashError
from unrolled.cuda.reports import DYNAMIC_SHARED, FIRST_VARIABLE, NONE, Place, RawReport, Reporter, Triple

MOST_PARAMETERS, MOST_ARRAYS = 1024, 63
ONE_AT_A_TIME = threading.Lock()  # the runtime has one set of fibers


class RawMemory(ctypes.Structure):
    """An array, or a variable of the module."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("bytes", ctypes.c_uint64),
        ("constant", ctypes.c_int32),
        ("shared", ctypes.c_int32),
        ("unwritten", ctypes.c_uint64),
    ]


class RawLaunch(ctypes.Structure):
    """What the runtime needs for a launch."""

    _fields_ = [
        ("grid", Triple),
        ("block", Triple),
        ("call", ctypes.c_void_p),
        ("arguments", ctypes.c_void_p),
        ("memories", ctypes.POINTER(RawMemory)),
        ("arrays", ctypes.c_uint32),
        ("variables", ctypes.c_uint32),
        ("dynamic_shared", ctypes.c_uint64),
        ("base", ctypes.c_size_t),
    ]


@dataclass
class Bound:
    """The arguments of one launch: distinct arrays, whether only const parameters see them, and values by parameter."""

    names: list[str] = field(default_factory=list)
    arrays: list[np.ndarray] = field(default_factory=list)
    constant: list[bool] = field(default_factory=list)
    values: list[int | np.generic] = field(default_factory=list)  # an int is the number of an array

    def add(self, parameter: Parameter, array: np.ndarray) -> None:
        """Add an array for a pointer; the same array may be passed twice.

        Raises:
            ArgumentError: if it overlaps with another one.
        """
        for number, known in enumerate(self.arrays):
            if not array.nbytes or not np.may_share_memory(known, array):
                continue
            if (known.ctypes.data, known.nbytes) != (array.ctypes.data, array.nbytes):
                raise ArgumentError(f"{self.names[number]} and {parameter.name} overlap; pass arrays that do not")
            self.constant[number] &= parameter.constant
            self.values.append(number)
            return
        self.values.append(len(self.arrays))
        self.names.append(parameter.name)
        self.arrays.append(array)
        self.constant.append(parameter.constant)


class RawKernel:
    """A CUDA C kernel, called like CuPy's: ``kernel(grid, block, arguments, shared_mem=0)``.

    Arrays are NumPy's. A kernel works on copies, which are copied back if it runs without a problem.

    Attributes:
        unwritten: after a launch, for each array that the kernel may write, how many elements it has not written.
    """

    def __init__(self, code: str, name: str, options: Sequence[str] = ()) -> None:
        """Keep the text; it is compiled at the first call, or by ``compile``.

        Args:
            code: CUDA C.
            name: of a kernel in it, declared ``extern "C" __global__ void``.
            options: for the compiler, as for NVRTC: ``-DTILE=16``, ``-std=c++17``.
        """
        self.code, self.name, self.options = code, name, tuple(options)
        self.unwritten: dict[str, int] = {}

    def compile(self) -> None:
        """Compile the kernel, unless that has been done.

        Raises:
            CompileError: with the line of the text and the compiler's sentence.
            CompilerMissingError: with how to get a compiler.
        """
        self._loaded  # noqa: B018  (a cached property)

    def __call__(
        self, grid: tuple[int, ...], block: tuple[int, ...], args: Sequence[Any], *, shared_mem: int = 0
    ) -> None:
        """Run every thread of every block.

        Args:
            grid: how many blocks, along x, y and z.
            block: how many threads in each.
            args: an array for each pointer, a number for each other parameter.
            shared_mem: bytes of dynamic shared memory.

        Raises:
            ArgumentError: for arguments that do not fit the parameters.
            LaunchError: for sizes that a GPU refuses.
            RunError: of the kind that says what a thread did wrong; arrays are then unchanged.
            KeyboardInterrupt: when interrupted.
        """
        self.unwritten = self._loaded.run(self.name, grid, block, args, shared_mem)

    @cached_property
    def _loaded(self) -> "Loaded":
        return Loaded(compiler.build(self.code, self.name, self.options))


def _engine(runtime: Path) -> ctypes.CDLL:
    """Load the library that runs kernels, once: a kernel's library finds it by its name, wherever it lies."""
    try:
        return ctypes.CDLL(runtime.name, os.RTLD_NOW | os.RTLD_NOLOAD)
    except OSError:
        return ctypes.CDLL(str(runtime))


class Loaded:
    """A kernel's library in this process."""

    def __init__(self, built: compiler.Built) -> None:
        """Load the library and ask it for the kernel's parameters."""
        self.built = built
        self.engine = _engine(built.runtime)  # first, for the kernel's library needs it
        self.library = ctypes.CDLL(str(built.library))
        self.call = ctypes.cast(self.library.unrolled_call, ctypes.c_void_p).value or 0
        self.base = self.call - built.call
        self.engine.unrolled_window.restype = ctypes.c_size_t
        raw = (RawParameter * MOST_PARAMETERS)()
        count = self.library.unrolled_describe(raw)
        names = built.parameters if len(built.parameters) == count else [f"argument {i}" for i in range(count)]
        self.parameters = [Parameter.described(n, r) for n, r in zip(names, raw[:count], strict=True)]

    def run(
        self, kernel: str, grid: tuple[int, ...], block: tuple[int, ...], args: Sequence[Any], shared: int
    ) -> dict[str, int]:
        """Check a launch of the kernel of that name, then run it, as :meth:`RawKernel.__call__` says."""
        check_launch(grid, block, shared, sum(v.size for v in self.built.variables if v.shared))
        bound = self.bind(kernel, args)
        with ONE_AT_A_TIME:
            return self.launch(grid, block, bound, shared)

    def bind(self, kernel: str, args: Sequence[Any]) -> Bound:
        """Match arguments with parameters.

        Raises:
            ArgumentError: if one does not fit.
        """
        if len(args) != len(self.parameters):
            names = ", ".join(p.name for p in self.parameters)
            raise ArgumentError(f"{kernel} takes {len(self.parameters)} arguments ({names}), not {len(args)}")
        bound = Bound()
        for parameter, value in zip(self.parameters, args, strict=True):
            if parameter.pointer:
                bound.add(parameter, check_array(parameter, value))
            else:
                bound.values.append(scalar(parameter, value))
        if len(bound.arrays) > MOST_ARRAYS:
            raise ArgumentError(f"{kernel} was given {len(bound.arrays)} arrays; at most {MOST_ARRAYS} are possible")
        return bound

    def launch(self, grid: tuple[int, ...], block: tuple[int, ...], bound: Bound, shared: int) -> dict[str, int]:
        """Run the kernel; return for each array that it may write how many elements it has not written.

        Raises:
            RunError: for what a thread did wrong.
        """
        variables = self.built.variables
        memories = [
            RawMemory(array.ctypes.data, array.nbytes, constant, 0, 0)
            for array, constant in zip(bound.arrays, bound.constant, strict=True)
        ] + [RawMemory(self.base + v.start, v.size, v.constant, v.shared, 0) for v in variables]
        raw_memories = (RawMemory * len(memories))(*memories)
        values = [
            np.uint64(self.engine.unrolled_window(value)) if isinstance(value, int) else value for value in bound.values
        ]
        stored = [np.array(value) for value in values]
        arguments = (ctypes.c_void_p * len(stored))(*(value.ctypes.data for value in stored))
        one = (1, 1, 1)
        launch = RawLaunch(
            Triple(*grid, *one[len(grid) :]), Triple(*block, *one[len(block) :]), self.call,
            ctypes.cast(arguments, ctypes.c_void_p), raw_memories, len(bound.arrays), len(variables), shared, self.base,
        )  # fmt: skip
        report = RawReport()
        if self.engine.unrolled_launch(ctypes.byref(launch), ctypes.byref(report)):
            raise CrashError("there is not enough memory for copies of the arrays", None, (0, 0, 0), (0, 0, 0))
        if report.problem != NONE:
            raise Reporter(self._places(bound, shared), self.built.lines).error(report)
        return {
            name: memory.unwritten // array.itemsize
            for name, array, memory in zip(bound.names, bound.arrays, raw_memories, strict=False)
            if not memory.constant
        }

    def _places(self, bound: Bound, shared: int) -> dict[int, Place]:
        places = {i: Place(n, a.nbytes, a) for i, (n, a) in enumerate(zip(bound.names, bound.arrays, strict=True))}
        places[DYNAMIC_SHARED] = Place(self.built.dynamic_shared or "dynamic shared memory", shared)
        return places | {FIRST_VARIABLE + i: Place(v.name, v.size) for i, v in enumerate(self.built.variables)}
