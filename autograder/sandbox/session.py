"""One notebook in one box: run its cells, then ask it for answers; start again where a cell or call ended it."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from autograder.needed import needed
from autograder.sandbox.cells import CellResult, cell_result
from autograder.sandbox.channel import Channel, ChannelError, TimeoutOnChannelError
from autograder.sandbox.confine import SandboxError
from autograder.sandbox.examine import examine
from autograder.sandbox.rival import RACE, Rival
from autograder.sandbox.start import START_SECONDS, BareWorker, Process, start
from unrolled.judge import KernelCall, Lap, Outcome, Ran
from unrolled.wire import Limits

if TYPE_CHECKING:
    from autograder.sandbox.cuda import Kernels
    from autograder.sandbox.dialogue import KernelWorker

Execution = Literal["fork", "ipykernel"]
MOST_WAITING = 5  # wall time by processor time that is believed of an answer that is timed


@dataclass(frozen=True)
class SandboxLimits:
    """What one notebook may use; seconds of wall time, bytes."""

    cell_seconds: float = 20
    call_seconds: float = 5
    total_seconds: float = 90
    memory: int = 2 << 30
    file_size: int = 64 << 20
    shown: int = 32 << 20  # characters of all cells' outputs
    restarts: int = 8
    reply: Limits = field(default_factory=Limits)
    most_examinations: int = 2_000  # calls that one student's test may make


class Session:
    """The answers of one notebook, computed in a sandbox; a context manager.

    It is the :class:`unrolled.judge.Answers` of the trusted side. A cell that ends the process or hangs is left
    out when the notebook is run again; a call that does so costs its own question only.
    """

    def __init__(
        self,
        stem: str,
        cells: Sequence[str],
        limits: SandboxLimits | None = None,
        *,
        execution: Execution = "fork",
        confined: bool = True,
    ) -> None:
        """Prepare to run ``cells``.

        Args:
            stem: the chapter.
            cells: sources, in order.
            limits: what the notebook may use.
            execution: ``fork`` for a plain shell, ``ipykernel`` for a Jupyter kernel.
            confined: False leaves the walls out, for one's own notebook only.
        """
        self._stem, self._cells, self._execution, self._confined = stem, cells, execution, confined
        self._limits = limits or SandboxLimits()
        self._deadline = time.monotonic() + self._limits.total_seconds
        self._whole = f"the {self._limits.total_seconds:g} seconds for a whole notebook"
        self._process: Process | None = None
        self._kernel: KernelWorker | None = None  # the process, if it is a Jupyter kernel
        self._channel: Channel | None = None
        self._starts = 0
        self._needed: dict[str, list[str]] = {}  # the cells that run anew, by the answer that they are for
        self._rivals: dict[str, tuple[Session, Rival]] = {}
        self._kernels: Kernels | None = None
        self.results: list[CellResult | None] = [None] * len(cells)

    def __enter__(self) -> Self:
        self._prepare()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        for session, _ in self._rivals.values():
            session.__exit__(kind, error, trace)
        if self._kernels:
            self._kernels.end()

    def get(self, entry: str) -> Outcome:
        return self._outcomes({"op": "get", "entry": entry})[0]

    def call(self, entry: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Outcome:
        return self.calls(entry, [args], forbidden)[0]

    def calls(self, entry: str, each: Sequence[Mapping[str, Any]], forbidden: Sequence[str] = ()) -> list[Outcome]:
        """Send all arguments at once, for half of the time of a small call is waking the other process."""
        request = {"op": "call", "entry": entry, "each": list(map(dict, each)), "forbidden": list(forbidden)}
        return self._outcomes(request, len(each))

    def layer(
        self,
        entry: str,
        args: Mapping[str, Any],
        rounds: Sequence[Mapping[str, Any]],
        gradients: Sequence[str] = (),
        forbidden: Sequence[str] = (),
    ) -> Outcome:
        lists = {"rounds": list(map(dict, rounds)), "gradients": list(gradients), "forbidden": list(forbidden)}
        return self._outcomes({"op": "layer", "entry": entry, "about": {"args": dict(args), **lists}})[0]

    def lap(self, entry: str, rival: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Lap:
        """Time a call from this side of the channel, less what the channel takes; the rival has a worker of its own.

        It is processor time that counts, so that a busy machine changes nothing; but of waiting, only so much is put
        down to the machine. While the rival runs, the student's worker stands still. If the rival does not answer, it
        did not get its share of the machine, and the student's worker is ended.
        """
        if rival not in self._rivals:
            session = Session(self._stem, [rival, RACE], self._limits, confined=self._confined)
            self._rivals[rival] = session.__enter__(), Rival(session, session.clock)
        with self._standing_still():
            expected, rival_seconds, cost = self._rivals[rival][1].run(args)
        if expected.problem:
            self._end()
            return Lap(Outcome(), 0.0, expected, 0.0)
        if self._channel is None:
            self._prepare()  # before the clock runs
        began, start = time.perf_counter(), self.clock()
        outcome = self.call(entry, args, forbidden)
        seconds, waited = self.clock() - start, time.perf_counter() - began
        return Lap(outcome, max(seconds - cost, seconds / 20, waited / MOST_WAITING), expected, rival_seconds)

    def clock(self) -> float:
        """Return seconds to take differences of: the worker's processor time, or, where it is not known, wall time."""
        seconds = self._process.processor_seconds() if self._process else None
        return time.perf_counter() if seconds is None else seconds

    @contextlib.contextmanager
    def _standing_still(self) -> Iterator[None]:
        process = self._process
        try:
            if process:
                process.signal(signal.SIGSTOP)
            yield
        finally:
            if process:
                process.signal(signal.SIGCONT)

    def kernel(self, call: KernelCall) -> Ran:
        """Run a kernel elsewhere, beside none of this notebook's Python; it takes none of the notebook's time."""
        from autograder.sandbox import cuda  # noqa: PLC0415  (most courses have no use for a compiler)

        def worker() -> Session:
            return Session(self._stem, [cuda.PROGRAM], self._limits, confined=self._confined)

        started = time.monotonic()
        self._kernels = self._kernels or cuda.prepared(worker, confined=self._confined)
        ran = self._kernels.run(call)
        self._deadline += time.monotonic() - started
        return ran

    def test(self, entry: str, subject: Callable[..., Any]) -> Outcome:
        """Let the student's test examine a function that stays on this side; only arrays cross."""
        request: dict[str, Any] = {"op": "test", "entry": entry}
        for _ in range(self._limits.most_examinations):
            (reply,) = self._ask(request)
            match reply:
                case {"subject": {"args": list(args), "kwargs": dict(kwargs)}}:
                    request = examine(subject, args, kwargs)
                case _:
                    return self._read(reply)
        self._end()
        return Outcome(problem="timeout", detail=f"{self._limits.most_examinations} calls of the examined function")

    def anew(self, entry: str) -> "Session":
        """Run what ``entry`` needs of the notebook in another worker, in the time that is left to the notebook.

        This one's is ended first, for what lives can be heard of; it is started again when it is asked again.
        """
        if self._channel:
            self._end()
            self._starts -= 1
        left = replace(self._limits, total_seconds=max(self._deadline - time.monotonic(), 0))
        if entry not in self._needed:
            self._needed[entry] = needed(self._cells, entry)
        return Session(self._stem, self._needed[entry], left, execution=self._execution, confined=self._confined)

    def _outcomes(self, request: dict[str, Any], count: int = 1) -> list[Outcome]:
        return list(map(self._read, self._ask(request, count)))

    def _ask(self, request: dict[str, Any], count: int = 1) -> list[Any]:
        """Return the replies; there may be fewer, if the last is the outcome that there are no more."""
        if self._channel and not self._channel.silent():
            self._end()  # an earlier answer sent more than it was asked for, which should cost no other
        if self._channel is None:
            self._prepare()
        if self._channel is None:
            again = f"{self._limits.restarts} new starts, after cells or calls that ended the process"
            return [Outcome(problem="timeout", detail=self._over(again))]
        replies: list[Any] = []
        try:
            for reply in self._channel.ask_all(request, count, partial(self._left, self._limits.call_seconds)):
                replies.append(reply)  # one by one, for those that came before an error count
        except TimeoutOnChannelError:
            self._end()
            replies.append(Outcome(problem="timeout", detail=self._over(f"{self._limits.call_seconds:g} seconds")))
        except ChannelError as error:
            self._end()
            replies.append(Outcome(problem="died", detail=str(error)))
        return replies

    def _left(self, most: float) -> float:
        """Tell for how many seconds something may take that may take ``most`` at most."""
        return max(0.0, min(most, self._deadline - time.monotonic()))

    def _over(self, limit: str) -> str:
        """Say which limit was reached: that of the whole notebook, or else this one."""
        return self._whole if time.monotonic() >= self._deadline else limit

    def _read(self, reply: Any) -> Outcome:
        if isinstance(reply, Outcome):
            return reply
        try:
            return Outcome.from_tree(reply)
        except (TypeError, KeyError):
            self._end()
            return Outcome(problem="died", detail="it sent something that is no reply")

    def _prepare(self) -> None:
        """Start a worker and run the cells, without those that ended an earlier one, while there are tries left."""
        while self._starts <= self._limits.restarts and time.monotonic() < self._deadline:
            self._start()
            if self._run([number for number, known in enumerate(self.results) if not (known and known.fatal)]):
                return

    def _run(self, numbers: Sequence[int]) -> bool:
        """Run some cells; False if the worker did not survive them."""
        replies = self._shown([self._cells[number] for number in numbers])
        room = self._limits.shown
        for number in numbers:
            try:
                result = cell_result(next(replies), room)
                room -= result.size
                self.results[number] = result
                continue
            except TimeoutOnChannelError:
                reason = f"it did not finish within {self._over(f'{self._limits.cell_seconds:g} seconds')}"
            except ChannelError as error:
                reason = str(error)
            self.results[number] = CellResult(error=reason, fatal=True)
            self._end()
            return False
        return True

    def _shown(self, sources: Sequence[str]) -> Iterator[Any]:
        """Run cells, and yield what each of them showed."""
        left = partial(self._left, self._limits.cell_seconds)
        if self._kernel:
            yield from (self._kernel.run(source, left()) for source in sources)
        elif self._channel:
            yield from self._channel.ask_all({"op": "run", "sources": sources}, len(sources), left)

    def _start(self) -> None:
        """Start a worker.

        Raises:
            SandboxError: if it does not answer.
        """
        self._starts += 1
        limits = self._limits
        numbers = (limits.memory, int(limits.total_seconds) + 10, limits.file_size)
        if self._execution == "ipykernel":
            from autograder.sandbox.dialogue import KernelWorker  # noqa: PLC0415  (jupyter_client is slow to import)

            self._process = self._kernel = KernelWorker(self._stem, numbers, confined=self._confined)
        else:
            draws = any("matplotlib" in cell or "plt" in cell for cell in self._cells)
            self._process = start(self._stem, numbers, draws=draws) if self._confined else BareWorker(numbers)
        self._channel = Channel(self._process.requests, self._process.replies, limits.reply)
        try:
            self._channel.ask({"op": "get", "entry": "__name__"}, START_SECONDS)
        except ChannelError as error:  # no code of the student's has run yet
            self._end()
            raise SandboxError(
                f"the sandbox does not work on this machine: its worker did not start ({error})"
            ) from error

    def _end(self) -> None:
        """Kill the worker; with its first process, everything in the box dies."""
        if self._process:
            self._process.end()
        self._process = self._kernel = self._channel = None
