"""Workers that are forked from a zygote, a process that has imported everything already.

The zygote is asked over a socket, which is also what keeps it alive: when this process ends, however it ends, the
kernel closes the socket, and zygote and workers die. A worker is ended through a descriptor of its process, which
cannot come to mean another process.
"""

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.sandbox.clocks import process_of, processor_seconds
from autograder.sandbox.confine import SandboxError, of_chapter, zygote_command
from autograder.sandbox.syscalls import compiled_filter

START_SECONDS = 30  # for a process to import what it needs, even on a machine that is busy
END_SECONDS = 10  # for a killed process to be gone
MOST_FORKS = 1_000  # of one zygote, before another takes its place


@dataclass(frozen=True)
class Doors:
    """What a kernel gets besides two pipes: sockets to listen on, and the key that signs its messages."""

    key: str = ""
    sockets: tuple[int, ...] = ()

    @property
    def program(self) -> str:
        return "kernel" if self.sockets else "worker"


NO_DOORS = Doors()


class NoNestingError(RuntimeError):
    """In the box no further namespaces can be made."""


class DeadZygoteError(RuntimeError):
    """The zygote does not answer."""


class ForkedWorker:
    """A worker that a zygote forked."""

    def __init__(self, zygote: "Zygote", requests: int, replies: int, process: int) -> None:
        self.requests, self.replies = requests, replies
        self._zygote, self._process = zygote, process

    def alive(self) -> bool:
        """Tell whether the worker has not ended yet."""
        return not select.select([self._process], [], [], 0)[0]

    def signal(self, number: int) -> None:
        """Send the worker a signal, if it has not ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, number)

    def processor_seconds(self) -> float | None:
        """Tell how much processor time it has spent; it can start no processes, so this is all."""
        return processor_seconds(process_of(self._process))

    def end(self) -> None:
        """Kill the first process of the namespace, and so all of it, and wait until it has been reaped."""
        end = time.monotonic() + END_SECONDS
        self.signal(signal.SIGKILL)
        select.select([self._process], [], [], END_SECONDS)
        with contextlib.suppress(ProcessLookupError):  # which it is once reaped; that is not for us to do
            while time.monotonic() < end:
                signal.pidfd_send_signal(self._process, 0)
                time.sleep(0.0001)
        for descriptor in (self.requests, self.replies, self._process):
            os.close(descriptor)
        self._zygote.leave()


class Zygote:
    """A running zygote, and how many workers of it are in use."""

    def __init__(self, program: str = "worker") -> None:
        """Start a zygote; ``program`` is what its forks run, ``worker`` or ``kernel``."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock, self._users, self._forks, self._retired = threading.Lock(), 0, 0, False
        self._socket.settimeout(START_SECONDS)
        with theirs:
            nothing = subprocess.DEVNULL
            command = zygote_command(compiled_filter(), program)
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=nothing, stderr=nothing)
        try:
            if self._socket.recv(16) != b"ready":
                raise DeadZygoteError("it ended while it started")
        except (OSError, DeadZygoteError) as error:
            self._close()
            raise SandboxError(
                f"the sandbox does not work on this machine: its zygote did not start ({error})"
            ) from error

    def fork(self, stem: str, limits: Sequence[int], doors: Doors = NO_DOORS, *, draws: bool = False) -> ForkedWorker:
        """Fork a worker for a chapter, or a kernel with doors; if it ``draws``, with Matplotlib loaded.

        Raises:
            NoNestingError: if the kernel does not let it have namespaces of its own.
            DeadZygoteError: if the zygote is gone; another may be started.
        """
        with _pipe() as (their_requests, requests), _pipe() as (replies, their_replies):
            with self._lock:
                if self._retired:
                    raise DeadZygoteError("it has been retired")
                self._forks += 1
                about = {"files": of_chapter(stem), "key": doors.key, "draws": draws}
                process = self._ask(about, limits, [their_requests, their_replies, *doors.sockets])
                self._users += 1
                self._retired = self._forks >= MOST_FORKS
            return ForkedWorker(self, os.dup(requests), os.dup(replies), process)

    def leave(self) -> None:
        """Tell that a worker has ended; after the last one of a retired zygote, it ends."""
        with self._lock:
            self._users -= 1
            if self._retired and not self._users:
                self._close()

    def retire(self) -> None:
        """Fork no more, and end when no worker is in use."""
        with self._lock:
            self._retired = True
            if not self._users:
                self._close()

    def abandon(self) -> None:
        """In a fork of this process: let go of a zygote that is not ours."""
        self._socket.close()
        self._process.returncode = 0  # so that nobody waits for what is another process's child

    def _ask(self, about: dict[str, Any], limits: Sequence[int], given: list[int]) -> int:
        about |= {"number": self._forks} | dict(zip(("memory", "cpu_seconds", "file_size"), limits, strict=True))
        try:
            socket.send_fds(self._socket, [json.dumps(about).encode()], given)
            reply, descriptors, _, _ = socket.recv_fds(self._socket, 4096, 1)
        except OSError as error:  # which a timeout is too
            raise DeadZygoteError(str(error)) from error
        if not reply:
            raise DeadZygoteError("it ended")
        answer = json.loads(reply)
        if answer["number"] != self._forks:  # what follows would be another worker's
            for descriptor in descriptors:
                os.close(descriptor)
            raise DeadZygoteError("it answered another request")
        if answer["error"]:
            raise NoNestingError(answer["error"])
        os.set_inheritable(descriptors[0], False)
        return descriptors[0]

    def _close(self) -> None:
        self._socket.close()  # at which it ends
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Zygotes:
    """The zygotes of this process, one per program, each started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Zygote] = {}

    def fork(self, stem: str, limits: Sequence[int], doors: Doors = NO_DOORS, *, draws: bool = False) -> ForkedWorker:
        """Fork a worker for a chapter, or a kernel with doors, from a new zygote if the last one is gone.

        Raises:
            NoNestingError: if the kernel does not let it have namespaces of its own.
            SandboxError: if no zygote starts, or a new one dies at once.
        """
        program = doors.program
        for _ in range(3):
            with self._lock:
                zygote = self._running.get(program) or self._running.setdefault(program, Zygote(program))
            try:
                return zygote.fork(stem, limits, doors, draws=draws)
            except DeadZygoteError:
                self._replace(program, zygote)
        raise SandboxError("the sandbox does not work on this machine: its zygotes die")

    def running(self, program: str = "worker") -> Zygote | None:
        """Return the zygote of a program, if there is one."""
        return self._running.get(program)

    def end(self) -> None:
        """End all zygotes that have no worker in use."""
        with self._lock:
            for zygote in self._running.values():
                zygote.retire()
            self._running.clear()

    def abandon(self) -> None:
        """In a fork of this process: let go of all; no lock is taken, for its holder may not be here."""
        for zygote in self._running.values():
            zygote.abandon()
        self._running.clear()

    def _replace(self, program: str, zygote: Zygote) -> None:
        with self._lock:
            if self._running.get(program) is zygote:
                del self._running[program]
        zygote.retire()


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose ends are closed here; who keeps one duplicates it."""
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


@functools.cache
def zygotes() -> Zygotes:
    """Return this process's zygotes."""
    running = Zygotes()
    atexit.register(running.end)
    return running


def _begin_anew() -> None:
    """In a fork of this process: two processes cannot share a socket."""
    if zygotes.cache_info().currsize:
        zygotes().abandon()
        zygotes.cache_clear()


os.register_at_fork(after_in_child=_begin_anew)
