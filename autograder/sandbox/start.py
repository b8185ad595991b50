"""Ways to start a worker: forked from a warm zygote, in a cold box of its own, or without walls."""

import contextlib
import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Protocol

from autograder.sandbox import warm
from autograder.sandbox.clocks import processor_seconds
from autograder.sandbox.confine import (
    bare_command,
    bare_environment,
    bare_kernel_command,
    kernel_command,
    require,
    worker_command,
)
from autograder.sandbox.syscalls import filter_descriptor
from autograder.sandbox.warm import NO_DOORS, Doors

START_SECONDS = warm.START_SECONDS


class Process(Protocol):
    """A worker: where its requests are written, where its replies are read, and its end."""

    requests: int
    replies: int

    def alive(self) -> bool:
        """Tell whether it has not ended yet."""

    def signal(self, number: int) -> None:
        """Send it a signal, where that is possible."""

    def processor_seconds(self) -> float | None:
        """Tell how much processor time it has spent, where that can be seen from outside."""

    def end(self) -> None:
        """Kill the worker with all that it started, and close the pipes."""


def start(stem: str, limits: Sequence[int], doors: Doors = NO_DOORS, *, draws: bool = False) -> Process:
    """Start a confined worker, forked if namespaces can be nested here, else in a box of its own.

    Args:
        stem: the chapter.
        limits: bytes of memory, seconds of processor time, bytes of a file.
        doors: if there are any, a kernel is started.
        draws: whether it will draw figures, and Matplotlib should be loaded already, if that is possible.

    Raises:
        SandboxError: if neither is possible.
    """
    require()
    try:
        return warm.zygotes().fork(stem, limits, doors, draws=draws)
    except warm.NoNestingError as error:
        logging.getLogger(__name__).info("each worker starts cold, for the box cannot hold another: %s", error)
        return ColdWorker(stem, limits, doors)


class PlainProcess:
    """A worker with standard input and output as its pipes."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None, folder: str | None, *descriptors: int
    ) -> None:
        self._process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
            process_group=0,
        )
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout) if pipe]
        self.requests, self.replies = (pipe.fileno() for pipe in self._pipes)

    def alive(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send nothing: bubblewrap, which is in between, would end."""

    def processor_seconds(self) -> float | None:
        """Tell nothing: it would be bubblewrap's."""
        return None

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # the group, for bubblewrap may just be starting its child
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in self._pipes:
            pipe.close()


class ColdWorker(PlainProcess):
    """A worker in a box of its own, which takes some tenths of a second to start."""

    def __init__(self, stem: str, limits: Sequence[int], doors: Doors = NO_DOORS) -> None:
        filter_ = filter_descriptor(files=False)
        try:
            if doors.sockets:
                command = kernel_command(stem, limits, filter_, doors.key, doors.sockets)
            else:
                command = worker_command(stem, limits, filter_)
            super().__init__(command, None, None, filter_, *doors.sockets)
        finally:
            os.close(filter_)


class BareWorker(PlainProcess):
    """A worker or a kernel without walls, in a temporary folder; the limits hold, but nothing is hidden."""

    def __init__(self, limits: Sequence[int], doors: Doors = NO_DOORS) -> None:
        self._folder = tempfile.TemporaryDirectory()
        command = bare_kernel_command(limits, doors.key, doors.sockets) if doors.sockets else bare_command(limits)
        super().__init__(command, bare_environment(self._folder.name), self._folder.name, *doors.sockets)

    def processor_seconds(self) -> float | None:
        return processor_seconds(self._process.pid)

    def end(self) -> None:
        super().end()
        self._folder.cleanup()
