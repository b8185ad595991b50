"""A GPU on paper: which side does what when, by a clock that nothing but this module moves.

It computes nothing, and its times are whole microseconds that somebody chose: a model for thinking about order and
waiting, no measurement. What it shares with a real device, used through one stream:

- A *launch* takes the host some time, and returns; the kernel waits in a queue.
- The device takes kernels from its queue one after another, never before they were launched.
- *synchronize* and a copy to the host wait until the queue is empty; a copy then takes its own time.
- An *event* is a mark in the queue; the device writes the time on it when its turn comes.
- The first launch of a kernel by its name compiles it, on the host.
"""

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Event", "PaperGPU", "Span"]


class Span(NamedTuple):
    """What was done on a side, ``"host"`` or ``"device"``, from ``begin`` to ``end``."""

    side: str
    name: str
    begin: int
    end: int


@dataclass(frozen=True)
class Event:
    """A mark in the queue of a device; ``elapsed`` reads the times on two of them."""

    time: int


class PaperGPU:
    """A host and a device with one queue, both idle at time 0.

    Attributes:
        clock: microseconds on the host's clock.
        spans: what was done so far, in the order in which the host asked for it.
    """

    def __init__(self, launch: int = 10, compilation: int = 0) -> None:
        """Choose what a launch costs the host, and what the first launch of a name costs besides (microseconds)."""
        self.clock = 0
        self.spans: list[Span] = []
        self._launch, self._compilation = launch, compilation
        self._compiled: set[str] = set()
        self._done = 0  # when the queue is empty

    def launch(self, micros: int, name: str = "kernel") -> None:
        """Put a kernel that runs for ``micros`` into the queue, and return without waiting for it."""
        if name not in self._compiled:
            self._compiled.add(name)
            self._host(f"compile {name}", self._compilation)
        self._host(f"launch {name}", self._launch)
        begin = max(self.clock, self._done)
        self._done = begin + micros
        self.spans.append(Span("device", name, begin, self._done))

    def work(self, micros: int, name: str = "work") -> None:
        """Keep the host busy with something else."""
        self._host(name, micros)

    def synchronize(self) -> None:
        """Let the host wait until the queue is empty."""
        self._host("wait", max(self._done - self.clock, 0))

    def copy(self, micros: int, name: str = "copy") -> None:
        """Copy a result to the host: wait until the queue is empty, then ``micros`` for the way."""
        self.synchronize()
        self._host(name, micros)
        self._done = self.clock

    def record(self) -> Event:
        """Put an event into the queue; it takes no time."""
        return Event(max(self.clock, self._done))

    def elapsed(self, begin: Event, end: Event) -> int:
        """Return the microseconds between two events.

        Raises:
            RuntimeError: if the device has not come to one of them yet, by the host's clock.
        """
        if self.clock < max(begin.time, end.time):
            raise RuntimeError("the device has not reached both events yet; synchronize first")
        return end.time - begin.time

    def _host(self, name: str, micros: int) -> None:
        if micros:
            self.spans.append(Span("host", name, self.clock, self.clock + micros))
            self.clock += micros
