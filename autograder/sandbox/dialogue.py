"""A kernel in a box as a worker: cells go to it as Jupyter messages, calls of functions over pipes.

What comes back was written by student code, or could have been. The gate has bounded it in size; here it is read
as JSON, never unpickled, and of its content only what has the form of an output is kept.
"""

import logging
import os
import time
import uuid
from collections.abc import Sequence
from typing import Any

import zmq
from jupyter_client.manager import KernelManager

from autograder.sandbox.channel import (
    LARGEST_IMAGE,
    LONGEST_TEXT,
    MOST_OUTPUTS,
    ChannelError,
    ClosedChannelError,
    TimeoutOnChannelError,
)
from autograder.sandbox.confine import SandboxError
from autograder.sandbox.provisioner import SandboxProvisioner
from autograder.sandbox.warm import START_SECONDS
from unrolled.judge.outcome import LONGEST_DETAIL

FEW_MESSAGES = 50  # that wait in memory
MOST_ROUNDS = 100_000  # messages of one cell
QUIET = logging.getLogger(__name__)
EXECUTE = {"silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}


class KernelWorker:
    """A kernel in the sandbox that a :class:`autograder.sandbox.session.Session` can use as its worker."""

    def __init__(self, stem: str, limits: Sequence[int], *, confined: bool = True) -> None:
        """Start it.

        Raises:
            SandboxError: if student code cannot be isolated on this machine, or the kernel says nothing.
        """
        memory, cpu_seconds, file_size = limits
        self._context = zmq.Context()
        self._context.setsockopt(zmq.RCVHWM, FEW_MESSAGES)
        self._context.setsockopt(zmq.LINGER, 0)
        self._manager = KernelManager(context=self._context, transport="ipc", log=QUIET, kernel_id=str(uuid.uuid4()))
        self._provisioner = self._manager.provisioner = SandboxProvisioner(
            parent=self._manager,
            stem=stem,
            memory=memory,
            cpu_seconds=cpu_seconds,
            file_size=file_size,
            confined=confined,
        )
        self._sockets: list[zmq.Socket[bytes]] = []
        try:
            self._manager.start_kernel()
            process, gate = self._provisioner.launched()
            self.requests, self.replies, self._alarm = process.requests, process.replies, gate.alarm.fileno()
            self._shell, self._iopub = self._sockets = [self._manager.connect_shell(), self._manager.connect_iopub()]
            self._poller = zmq.Poller()
            for source in (self._iopub, self._shell, self.replies, self._alarm):
                self._poller.register(source, zmq.POLLIN)
            self._hear_welcome()
        except ChannelError as error:
            self.end()
            raise SandboxError(
                f"the sandbox does not work on this machine: its kernel says nothing ({error})"
            ) from error
        except BaseException:
            self.end()
            raise

    def run(self, source: str, seconds: float) -> dict[str, Any]:
        """Run a cell; return what it showed, and in one line why it failed, if it did.

        Raises:
            ChannelError: of the kind that says why there is no result.
        """
        deadline = time.monotonic() + seconds
        request = self._manager.session.send(self._shell, "execute_request", {"code": source, **EXECUTE})
        name = request["header"]["msg_id"]
        outputs, error, open_ends = Outputs(), "", {"idle", "reply"}
        for _ in range(MOST_ROUNDS):
            for kind, content in self._heard(deadline, name):
                match kind, content:
                    case "status", {"execution_state": "idle"}:
                        open_ends.discard("idle")
                    case "execute_reply", {"status": "error", "ename": str(type_), "evalue": str(text)}:
                        error = described(type_, text)
                        open_ends.discard("reply")
                    case "execute_reply", _:
                        open_ends.discard("reply")
                    case _:
                        outputs.add(kind, content)
            if not open_ends:
                return {"outputs": outputs.kept, "error": error}
        raise ChannelError(f"the cell sent more than {MOST_ROUNDS} messages")

    def alive(self) -> bool:
        return bool(self._provisioner.process and self._provisioner.process.alive())

    def signal(self, number: int) -> None:
        if self._provisioner.process:
            self._provisioner.process.signal(number)

    def processor_seconds(self) -> float | None:
        return self._provisioner.process.processor_seconds() if self._provisioner.process else None

    def end(self) -> None:
        """Kill the kernel with all that it started, and close what leads to it."""
        for socket in self._sockets:
            socket.close(linger=0)
        self._manager.cleanup_resources()
        self._context.destroy(linger=0)

    def _hear_welcome(self) -> None:
        """Wait until the kernel knows that we listen, else the first outputs could be lost."""
        deadline = time.monotonic() + START_SECONDS
        while not any(kind == "iopub_welcome" for kind, _ in self._heard(deadline, "")):
            pass

    def _heard(self, deadline: float, request: str) -> list[tuple[str, dict[str, Any]]]:
        """Wait for messages; return kind and content of those that answer one request, outputs first.

        Raises:
            ChannelError: of the kind that says why there are none.
        """
        ready = dict(self._poller.poll(max(0, round((deadline - time.monotonic()) * 1000))))
        if not ready or time.monotonic() > deadline:  # also when messages never stop
            raise TimeoutOnChannelError("no reply came in time")
        if self._alarm in ready and self._provisioner.gate:
            raise ChannelError(self._provisioner.gate.refused)
        if self.replies in ready:
            raise self._ended()
        return [found for socket in ready for found in self._read(socket, request)]

    def _ended(self) -> ChannelError:
        if os.read(self.replies, 1):
            return ChannelError("it sent something that is no reply to what was asked")
        return ClosedChannelError("the process ended")

    def _read(self, socket: Any, request: str) -> list[tuple[str, dict[str, Any]]]:
        try:
            _, message = self._manager.session.recv(socket)
        except Exception as error:  # of which there are many kinds, and no list
            raise ChannelError(f"it sent something that is no message: {type(error).__name__}") from error
        match message:
            case {"msg_type": str(kind), "content": dict(content), "parent_header": dict(parent)}:
                return [(kind, content)] if parent.get("msg_id", "") == request else []
        return []


class Outputs:
    """What a cell showed, kept as far as a report can show it."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take one message into account."""
        match kind, content:
            case "stream", {"name": "stdout" | "stderr" as name, "text": str(text)}:
                self._print(name, text)
            case "display_data" | "execute_result", {"data": dict(data)}:
                self._keep({"output_type": kind, "data": {k: v for k, v in data.items() if is_shown(k, v)}})

    def _print(self, name: str, text: str) -> None:
        for output in self.kept:
            if output.get("name") == name:
                output["text"] = (output["text"] + text)[:LONGEST_TEXT]
                return
        self._keep({"output_type": "stream", "name": name, "text": text[:LONGEST_TEXT]})

    def _keep(self, output: dict[str, Any]) -> None:
        if len(self.kept) < MOST_OUTPUTS:
            self.kept.append(output)


def is_shown(kind: str, value: Any) -> bool:
    """Can a report show this, and is it short enough?"""
    longest = {"text/plain": LONGEST_TEXT, "image/png": LARGEST_IMAGE}.get(kind, -1)
    return isinstance(value, str) and len(value) <= longest


def described(type_: str, text: str) -> str:
    """Put an error's type and message in one line, as :func:`unrolled.judge.outcome.describe_error` does."""
    first = text.strip().partition("\n")[0]
    return (f"{type_}: {first}" if first else type_)[:LONGEST_DETAIL]
