"""Fair times on a device that works through a queue of its own.

A call returns before the device has done anything, so the device itself has to say when it began and when it was done:
by events in its queue. Four things would spoil such times, and are kept out:

- The first calls compile, ask for memory and choose algorithms: they do not count.
- A processor that is slower at asking than the device at doing leaves gaps. So the queue is held for a moment first,
  until all that belongs to a call has been put into it: the cost of asking for a launch is not in these times.
- What the call before has left in the cache is not there in a network. So each call gets other arrays, and its result
  other memory, in rotation: between two uses of an array more bytes pass than the cache holds, twice over.
- A device gets warm, and slower. So versions take turns, and the median of each counts.
"""

import itertools
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median, quantiles
from typing import Any, Protocol, TypeVar

import numpy as np

Data = TypeVar("Data")

WARM_UPS, REPETITIONS = 3, 15
HOLD_MS = 5  # more than the slowest version needs to ask for its launches
WAIT = """
extern "C" __global__ void wait(long long nanoseconds) {
    unsigned long long start, now;
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(start));
    do asm volatile("mov.u64 %0, %globaltimer;" : "=l"(now)); while (now - start < nanoseconds);
}
"""


class Stopwatch(Protocol):
    """Measures what a queue does between two marks in it."""

    def hold(self) -> None:
        """Keep the queue from being worked on, long enough to ask for a call."""

    def mark(self) -> Any:
        """Put a mark at the end of the queue."""

    def milliseconds(self, start: Any, stop: Any) -> float:
        """Wait until the second mark has been reached; return the time since the first was."""


class HostStopwatch:
    """For work that is done when a call returns."""

    def hold(self) -> None:
        """Do nothing: there is no queue."""

    def mark(self) -> float:
        return time.perf_counter()

    def milliseconds(self, start: float, stop: float) -> float:
        return 1000 * (stop - start)


class DeviceStopwatch:
    """For CuPy's current stream, which should be PyTorch's as well."""

    def __init__(self, cupy: Any) -> None:
        """Compile the kernel that holds the queue.

        Args:
            cupy: the module.
        """
        self._cupy = cupy
        self._wait = cupy.RawKernel(WAIT, "wait")

    def hold(self) -> None:
        self._wait((1,), (1,), (np.int64(HOLD_MS * 1_000_000),))

    def mark(self) -> Any:
        event = self._cupy.cuda.Event()
        event.record()
        return event

    def milliseconds(self, start: Any, stop: Any) -> float:
        stop.synchronize()
        return float(self._cupy.cuda.get_elapsed_time(start, stop))


@dataclass(frozen=True)
class Time:
    """Milliseconds of a call: the median, and the quartiles around it."""

    median: float
    quartiles: tuple[float, float]

    @classmethod
    def of(cls, times: Sequence[float]) -> "Time":
        """Sum up the times of two or more calls."""
        low, _, high = quantiles(times, n=4, method="inclusive")
        return cls(median(times), (low, high))


def timed(
    versions: Mapping[str, Callable[[Data], object]],
    data: Sequence[Data],
    keep: int,
    stopwatch: Stopwatch,
    repetitions: int = REPETITIONS,
    warm_ups: int = WARM_UPS,
) -> dict[str, Time]:
    """Time versions that take turns, each call with the next data in rotation.

    Args:
        versions: by name; each is called with one of the data.
        data: at least :func:`rotation` of them.
        keep: how many results are kept, so that the next one lies in other memory.
        stopwatch: of the device that does the work.
        repetitions, warm_ups: calls of each version that count, and before them that do not.
    """
    turn = itertools.cycle(data)
    kept: deque[object] = deque(maxlen=keep)
    times: dict[str, list[float]] = {name: [] for name in versions}
    for repetition in range(warm_ups + repetitions):
        for name, version in versions.items():
            given = next(turn)
            stopwatch.hold()
            start = stopwatch.mark()
            result = version(given)
            stop = stopwatch.mark()
            spent = stopwatch.milliseconds(start, stop)
            kept.append(result)
            if repetition >= warm_ups:
                times[name].append(spent)
    return {name: Time.of(values) for name, values in times.items()}


def rotation(nbytes: int, cache: int) -> int:
    """Return how many arrays of a size must take turns, for a cache to hold none of them until its next turn."""
    return 1 + max(1, ceil(2 * cache / nbytes))


def gigabytes_per_second(nbytes: int, milliseconds: float) -> float:
    """Return 10⁹ bytes a second."""
    return 1e-6 * nbytes / milliseconds


def gigaflops(operations: int, milliseconds: float) -> float:
    """Return 10⁹ additions and multiplications a second."""
    return 1e-6 * operations / milliseconds
