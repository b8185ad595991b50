"""Frames to and from a process that is not trusted: every wait has an end, every size a limit."""

import os
import secrets
import select
import time
from collections.abc import Callable, Iterator
from typing import Any

from unrolled.wire import Limits, WireError, pack, unpack

LONGEST_TEXT, LARGEST_IMAGE, MOST_OUTPUTS = 20_000, 1_000_000, 50  # of a cell, that a report shows; characters


class ChannelError(RuntimeError):
    """The other side did not give a proper reply; the conversation is over."""


class TimeoutOnChannelError(ChannelError):
    """No reply came in time."""


class ClosedChannelError(ChannelError):
    """The process ended, or closed its side."""


class Channel:
    """Requests into one pipe, replies out of another; neither is closed here."""

    def __init__(self, requests: int, replies: int, limits: Limits) -> None:
        self._in, self._out = requests, replies
        self._limits = limits
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    def ask(self, request: dict[str, Any], seconds: float) -> Any:
        """Send one request and return the reply.

        Raises:
            ChannelError: of the kind that says why there is none.
        """
        (reply,) = self.ask_all(request, 1, lambda: seconds)
        return reply

    def ask_all(self, request: dict[str, Any], count: int, seconds: Callable[[], float]) -> Iterator[Any]:
        """Send one request that has several replies, and yield them; before the last, nothing else may be asked.

        Args:
            request: what to send.
            count: how many replies there will be.
            seconds: tells, whenever one is waited for, how long that may take.

        Raises:
            ChannelError: of the kind that says why there are no more.
        """
        deadline = time.monotonic() + seconds()
        ticket = secrets.token_hex(8)  # so that no reply can be written before its request is known
        message = pack({**request, "ticket": ticket})
        self._write(len(message).to_bytes(8, "little") + message, deadline)
        for number in range(count):
            deadline = time.monotonic() + seconds() if number else deadline
            match self._receive(deadline):
                case {"ticket": str(returned), "reply": reply} if secrets.compare_digest(
                    returned.encode(), ticket.encode()
                ):
                    yield reply
                case _:
                    raise ChannelError("it sent something that is no reply to what was asked")

    def silent(self) -> bool:
        """Tell whether nothing has come that was not asked for."""
        return not select.select([self._out], [], [], 0)[0]

    def _receive(self, deadline: float) -> Any:
        size = int.from_bytes(self._read(8, deadline), "little")
        if size > 4 + self._limits.header + self._limits.data:
            raise ChannelError(f"a reply of {size} bytes was announced; that is more than is allowed")
        try:
            return unpack(self._read(size, deadline), self._limits)
        except WireError as error:
            raise ChannelError(f"the reply is not a message: {error}") from error

    def _read(self, size: int, deadline: float) -> bytes:
        parts, missing = [], size
        while missing:
            if time.monotonic() > deadline:  # which a process could put off by a byte now and then
                raise TimeoutOnChannelError("no reply came in time")
            try:
                part = os.read(self._out, min(missing, 1 << 20))
            except BlockingIOError:
                self._wait(self._out, select.POLLIN, deadline)
                continue
            if not part:
                raise ClosedChannelError("the process ended")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _write(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._in, rest[: 1 << 16]) :]
            except BrokenPipeError as error:
                raise ClosedChannelError("the process ended") from error
            except BlockingIOError:
                self._wait(self._in, select.POLLOUT, deadline)

    @staticmethod
    def _wait(descriptor: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(1000 * max(0.0, deadline - time.monotonic())):
            raise TimeoutOnChannelError("no reply came in time")
