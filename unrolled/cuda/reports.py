"""Turn what the runtime found into an exception whose message says what, where, and what to do."""

import ctypes
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from unrolled.cuda import errors
from unrolled.cuda.errors import RunError

Triple = ctypes.c_uint32 * 3
FIRST_VARIABLE, DYNAMIC_SHARED = 64, 63  # numbers of regions, as in runtime.cpp
READ, WRITE, ATOMIC = range(3)
ENDED, AT_BARRIER = 3, 1  # states of a thread
(
    NONE,
    OUT_OF_BOUNDS,
    CONSTANT,
    RACE,
    UNINITIALISED,
    DIVERGENT_BARRIER,
    DIVERGENT_WARP,
    STATIC_BOUNDS,
    OVERFLOW,
    DIVISION,
    MISALIGNED,
    ASSERTION,
    CRASH,
    INTERRUPTED,
    MISSING_LANE,
) = range(15)


class RawWho(ctypes.Structure):
    """A thread, and what it was doing where."""

    _fields_ = [
        ("block", Triple),
        ("thread", Triple),
        ("line", ctypes.c_uint32),
        ("pc", ctypes.c_uint64),
        ("access", ctypes.c_int32),
    ]


class RawReport(ctypes.Structure):
    """As the runtime fills it in."""

    _fields_ = [
        ("problem", ctypes.c_int32),
        ("region", ctypes.c_int32),
        ("index", ctypes.c_int64),
        ("unit", ctypes.c_int64),
        ("me", RawWho),
        ("other", RawWho),
        ("a", ctypes.c_int64),
        ("b", ctypes.c_int64),
        ("text", ctypes.c_char * 160),
    ]


@dataclass(frozen=True)
class Place:
    """An array or a variable that a kernel can use: its name, size in bytes, and, if it is an argument, the array."""

    name: str
    size: int
    array: np.ndarray | None = None

    def element(self, offset: int, unit: int) -> str:
        """Name the element at an offset in bytes, counted as the kernel counts; ``unit`` is for unknown types."""
        index = offset // self.unit(unit)
        text = f"{self.name}[{index}]"
        if self.array is not None and self.array.ndim > 1 and 0 <= index < self.array.size:
            text += f" (element {tuple(map(int, np.unravel_index(index, self.array.shape)))})"
        return text

    def extent(self, unit: int) -> str:
        """Say how many elements there are."""
        count = self.size // self.unit(unit)
        shape = f" (shape {self.array.shape})" if self.array is not None and self.array.ndim > 1 else ""
        return f"{self.name} has {count} element{'s' * (count != 1)}{shape}"

    def unit(self, otherwise: int) -> int:
        """Return the size of an element."""
        return self.array.itemsize if self.array is not None else max(otherwise, 1)


@dataclass(frozen=True)
class Reporter:
    """Knows a kernel's names and lines, and words its problems.

    ``places`` has arguments, dynamic shared memory and variables by the number of their region; ``lines`` is that of
    :class:`unrolled.cuda.compiler.Built`.
    """

    places: dict[int, Place]
    lines: Sequence[tuple[int, int]]

    def error(self, report: RawReport) -> BaseException:
        """Return what to raise for a launch that has a problem."""
        if report.problem == INTERRUPTED:
            return KeyboardInterrupt()
        kind, sentence = SENTENCES[report.problem]
        message = f"{self.where(report.me)} {sentence(self, report)}"
        place = self.places.get(report.region)
        who = _triple(report.me.block), _triple(report.me.thread)
        error = kind(message, self.line(report.me), *who, place.name if place else None)
        if isinstance(error, errors.RaceError):
            error.other = _triple(report.other.block), _triple(report.other.thread)
        return error

    def line(self, who: RawWho) -> int | None:
        """Return the line of the kernel's text where a thread was, if it is known."""
        if who.line or not who.pc:
            return int(who.line) or None
        at = bisect_right(self.lines, (who.pc, 1 << 30)) - 1
        return (self.lines[at][1] or None) if at >= 0 else None

    def where(self, who: RawWho) -> str:
        line = self.line(who)
        return (f"line {line}: " if line else "") + _name(who)

    def out_of_bounds(self, report: RawReport) -> str:
        place, does = self.places.get(report.region), DOES[report.me.access]
        if place is None:
            address = "a null pointer" if report.index == 0 else f"address {report.index & (1 << 64) - 1:#x}"
            return f"{does} {address}, which belongs to no array; use the pointers that the kernel was given"
        text = f"{does} {place.element(report.index, report.unit)}, but {place.extent(report.unit)}; "
        if report.region == DYNAMIC_SHARED:
            return f"{text}pass the bytes that are needed as shared_mem, or check the index"
        if report.index < 0:
            return f"{text}do not read or write before the beginning"
        return (
            f"{text}let threads without an element leave {place.name} alone; if this one has an element, mend its index"
        )

    def constant(self, report: RawReport) -> str:
        place = self.places[report.region]
        return f"writes {place.element(report.index, report.unit)}, which the kernel declares const; leave const away"

    def race(self, report: RawReport) -> str:
        other, place = report.other, self.places[report.region]
        element = place.element(report.index, report.unit)
        line = self.line(other)
        did = f"{_name(other)} {DID[other.access]} it" + (f" in line {line}" if line else "")
        text = f"{DOES[report.me.access]} {element}, and {did}: nothing says which comes first; "
        if _triple(other.block) == _triple(report.me.block):
            barrier = "put __syncthreads() between them"
            if place.array is None:
                return f"{text}{barrier}, or give each element one thread that writes it"
            return f"{text}give each element one thread that writes it, use atomicAdd, or {barrier}"
        return f"{text}no barrier joins two blocks: give each element one thread that writes it, or use atomicAdd"

    def uninitialised(self, report: RawReport) -> str:
        element = self.places[report.region].element(report.index, report.unit)
        return (
            f"reads {element}, shared memory that no thread of this block has written before; write it first, with "
            "__syncthreads() after"
        )

    def divergent_barrier(self, report: RawReport) -> str:
        return (
            f"waits at __syncthreads(), but {self.elsewhere(report)}; all threads of a block must come to the same "
            "barrier: take it out of the if, and do not return before it"
        )

    def divergent_warp(self, report: RawReport) -> str:
        return (
            f"waits for the lanes of its mask, but {self.elsewhere(report)}; all lanes that a mask names must come to "
            "the same exchange"
        )

    def elsewhere(self, report: RawReport) -> str:
        """Say where the thread is that is waited for."""
        if report.a == ENDED:
            return f"{_name(report.other)} has ended"
        at = "at the barrier" if report.a == AT_BARRIER else "for its warp"
        return f"{_name(report.other)} waits {at} in line {report.other.line}"

    def static_bounds(self, report: RawReport) -> str:
        return f"uses index {report.a} of an array of type {_text(report)}, which has no such element; check the index"

    def overflow(self, report: RawReport) -> str:
        sum_ = f"{report.a} {chr(report.unit)} {report.b}"
        return f"computes {sum_}, which does not fit {_text(report)}; make one of the factors a long long"

    def division(self, report: RawReport) -> str:
        return f"divides {report.a} by {report.b}, which has no result; check the divisor"

    def misaligned(self, report: RawReport) -> str:
        if (place := self.places.get(report.region)) is None:
            return f"uses a pointer to {_text(report)} that belongs to no array ({report.index & (1 << 64) - 1:#x})"
        element, unit = place.element(report.index, 4), report.unit
        return f"uses {element} as {_text(report)}, whose address must be a multiple of {unit} bytes; start at one"

    def assertion(self, report: RawReport) -> str:
        return f"finds that assert({report.text.decode(errors='replace')}) does not hold"

    def crash(self, _: RawReport) -> str:
        return "crashed; the usual causes are a recursion without end and a local array of more than 250 kB"

    def missing_lane(self, report: RawReport) -> str:
        return (
            f"wants the value of lane {report.a}, which is not in this block or not in the mask; "
            "use whole warps, or narrow the width"
        )


DOES = {READ: "reads", WRITE: "writes", ATOMIC: "atomically changes"}
DID = {READ: "read", WRITE: "wrote", ATOMIC: "atomically changed"}
SENTENCES: dict[int, tuple[type[RunError], Callable[[Reporter, RawReport], str]]] = {
    OUT_OF_BOUNDS: (errors.OutOfBoundsError, Reporter.out_of_bounds),
    CONSTANT: (errors.ConstantWriteError, Reporter.constant),
    RACE: (errors.RaceError, Reporter.race),
    UNINITIALISED: (errors.UninitialisedReadError, Reporter.uninitialised),
    DIVERGENT_BARRIER: (errors.DivergentBarrierError, Reporter.divergent_barrier),
    DIVERGENT_WARP: (errors.DivergentBarrierError, Reporter.divergent_warp),
    STATIC_BOUNDS: (errors.OutOfBoundsError, Reporter.static_bounds),
    OVERFLOW: (errors.IntegerOverflowError, Reporter.overflow),
    DIVISION: (errors.DivisionError, Reporter.division),
    MISALIGNED: (errors.MisalignedError, Reporter.misaligned),
    ASSERTION: (errors.KernelAssertionError, Reporter.assertion),
    CRASH: (errors.CrashError, Reporter.crash),
    MISSING_LANE: (errors.UninitialisedReadError, Reporter.missing_lane),
}


def _triple(values: Sequence[int]) -> tuple[int, int, int]:
    x, y, z = values
    return x, y, z


def _name(who: RawWho) -> str:
    return f"thread {_triple(who.thread)} of block {_triple(who.block)}"


def _text(report: RawReport) -> str:
    """Return the type that the compiler names, without its quotes."""
    return bytes(report.text).decode(errors="replace").strip("'")
