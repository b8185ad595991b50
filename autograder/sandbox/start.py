"""Ways to start a worker: forked from a warm zygote, in a cold box of its own, or without walls."""

import logging
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Protocol

from autograder.sandbox import warm
from autograder.sandbox.confine import bare_command, bare_environment, require, worker_command
from autograder.sandbox.syscalls import filter_descriptor

START_SECONDS = warm.START_SECONDS


class Process(Protocol):
    """A worker: where its requests are written, where its replies are read, and its end."""

    requests: int
    replies: int

    def end(self) -> None:
        """Kill the worker with all that it started, and close the pipes."""


def start(stem: str, limits: Sequence[int]) -> Process:
    """Start a confined worker, forked if namespaces can be nested here, else in a box of its own.

    Args:
        stem: the chapter.
        limits: bytes of memory, seconds of processor time, bytes of a file.

    Raises:
        SandboxError: if neither is possible.
    """
    require()
    try:
        return warm.zygotes().fork(stem, limits)
    except warm.NoNestingError as error:
        logging.getLogger(__name__).info("each worker starts cold, for the box cannot hold another: %s", error)
        return ColdWorker(stem, limits)


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
        )
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout) if pipe]
        self.requests, self.replies = (pipe.fileno() for pipe in self._pipes)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            pipe.close()


class ColdWorker(PlainProcess):
    """A worker in a box of its own, which takes some tenths of a second to start."""

    def __init__(self, stem: str, limits: Sequence[int]) -> None:
        filter_ = filter_descriptor()
        try:
            super().__init__(worker_command(stem, limits, filter_), None, None, filter_)
        finally:
            os.close(filter_)


class BareWorker(PlainProcess):
    """A worker without walls, in a temporary folder; the limits hold, but nothing is hidden or protected."""

    def __init__(self, limits: Sequence[int]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        super().__init__(bare_command(limits), bare_environment(self._folder.name), self._folder.name)

    def end(self) -> None:
        super().end()
        self._folder.cleanup()
