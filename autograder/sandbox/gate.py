"""The gate between a kernel in a box, which may say anything, and ØMQ in a process that is trusted.

ØMQ would take a message of any number of parts into memory, and reads what is sent to it with code in C. So a
kernel never speaks with it: for each of the kernel's sockets there is one of ours beside it, and all bytes pass
through here. The kernel's must be version 3 of ØMQ's protocol (ZMTP, rfc.zeromq.org/spec/23), in frames and messages
of bounded size, and not too many in all; at the first byte that is not, the gate closes and says why.

No folder is shared with the box. The kernel inherits sockets that listen already; their names, and those of the
sockets on our side, are in a folder that only we can enter, and of which the box shows nothing.
"""

import asyncio
import contextlib
import socket
import tempfile
import threading
from functools import partial

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
LARGEST_MESSAGE, MOST_PARTS, MOST_BYTES = 4 << 20, 64, 256 << 20  # all bytes of a kernel, on all channels
LARGEST_COMMAND = 1024
PIECE = 1 << 16
ANY = None
GREETING = [0xFF, *[ANY] * 8, 0x7F, 3, ANY, *b"NULL".ljust(20, b"\0"), *[ANY] * 32]
MORE, LONG, COMMAND = 1, 2, 4


class RefusedError(Exception):
    """The kernel sent what is not let through."""


class Gate:
    """The sockets of a kernel, and a thread that passes bytes on.

    Attributes:
        inside: listening sockets for the kernel, one for each channel.
        ip, ports: where our side connects, as Jupyter calls a path and its numbered ends.
        refused: why the gate closed by itself, if it did.
        alarm: can be read from as soon as it did.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gate-")
        self.ip, self.refused = f"{self._folder.name}/c", ""
        self.ports = {f"{name}_port": number for number, name in enumerate(CHANNELS, start=1)}
        self.inside = [listening(f"{self._folder.name}/k-{number}") for number in self.ports.values()]
        self._left = MOST_BYTES
        self.alarm, self._ring = socket.socketpair()
        self._ready, self._loop, self._closing = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()), daemon=True)

    def open(self) -> None:
        """Begin to pass bytes on; the kernel has its sockets by now, so they are closed here."""
        for socket_ in self.inside:
            socket_.close()
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """Let nothing more through."""
        self._loop.call_soon_threadsafe(self._closing.set)
        if self._thread.ident:
            self._thread.join()
        for socket_ in (*self.inside, self.alarm, self._ring):
            socket_.close()
        self._loop.close()
        self._folder.cleanup()

    async def _run(self) -> None:
        """Accept connections until the gate closes."""
        ports = self.ports.values()
        servers = [await asyncio.start_unix_server(partial(self._accept, n), f"{self.ip}-{n}") for n in ports]
        self._ready.set()
        await self._closing.wait()
        self._ring.close()
        for server in servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on both directions of one connection until one of them ends."""
        with contextlib.closing(writer), contextlib.suppress(asyncio.CancelledError):
            theirs, ours = await asyncio.open_unix_connection(f"{self._folder.name}/k-{port}")
            with contextlib.closing(ours):
                ways = self._pass(reader, ours), self._pass(theirs, writer, Inspector())
                await asyncio.wait(map(asyncio.ensure_future, ways), return_when=asyncio.FIRST_COMPLETED)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, inspector: "Inspector | None" = None
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                try:
                    if inspector:
                        self._count(len(data))
                        inspector.follow(data)
                except RefusedError as error:
                    self.refused = str(error)
                    self._closing.set()
                    return
                writer.write(data)
                await writer.drain()

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise RefusedError(f"it sent more than {MOST_BYTES >> 20} MB")


class Inspector:
    """Follows one connection of a kernel, byte by byte as far as a greeting and headers of frames go."""

    def __init__(self) -> None:
        self._greeted = self._missing = self._parts = self._bytes = 0
        self._header = b""

    def follow(self, data: bytes) -> None:
        """Read the next bytes.

        Raises:
            RefusedError: if they are not as they should be.
        """
        expected = GREETING[self._greeted : self._greeted + len(data)]
        if any(want is not ANY and want != got for want, got in zip(expected, data, strict=False)):
            raise RefusedError("a connection did not begin with the greeting of ZMTP 3")
        self._greeted += len(expected)
        place = len(expected)
        while place < len(data):
            if self._missing:
                step = min(self._missing, len(data) - place)
                self._missing -= step
            else:
                step = 1
                self._header += data[place : place + 1]
                self._read_header()
            place += step

    def _read_header(self) -> None:
        flags, size = self._header[0], self._header[1:]
        if flags > MORE | LONG | COMMAND or (flags & COMMAND and flags & MORE):
            raise RefusedError("a frame has flags that ZMTP 3 does not know")
        if len(size) < (8 if flags & LONG else 1):
            return
        self._missing, self._header = int.from_bytes(size, "big"), b""
        if flags & COMMAND:
            if self._missing > LARGEST_COMMAND:
                raise RefusedError("a command of the protocol is too long")
            return
        self._parts, self._bytes = self._parts + 1, self._bytes + self._missing
        if self._parts > MOST_PARTS or self._bytes > LARGEST_MESSAGE:
            raise RefusedError("a message is too long or has too many parts")
        if not flags & MORE:
            self._parts = self._bytes = 0


def listening(path: str) -> socket.socket:
    """Open a socket at a path and listen."""
    socket_ = socket.socket(socket.AF_UNIX)
    socket_.bind(path)
    socket_.listen()
    return socket_
