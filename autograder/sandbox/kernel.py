"""A Jupyter kernel in the box, for notebooks that need magics or widgets; forked from a zygote, or started cold.

It is ipykernel's own, but for what the box takes away (a debugger, a connection file, sockets with names) and for
how much it sends. Cells come as Jupyter messages over listening sockets that it is given; calls of a student's
functions come over the same two pipes, and get the same replies, as in a :mod:`worker`, between the cells.
"""

import ctypes
import importlib
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import zmq
from ipykernel.control import ControlThread
from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.shellchannel import ShellChannelThread
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.pylabtools import select_figure_formats
from jupyter_client.session import Session
from matplotlib_inline.config import InlineBackend
from tornado.ioloop import IOLoop
from traitlets import Type
from traitlets.config import Config

from autograder.sandbox.worker import (
    LARGEST_IMAGE,
    LONGEST_TEXT,
    Shell,
    Worker,
    limit,
)
from autograder.sandbox.worker import draw_once as draw_in_shell
from autograder.sandbox.worker import warm_up as prepare_shell

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
MOST_SENT, MOST_ITEMS = 4_000_000, 1_000  # bytes, about, that one cell may show; items of a list
MOST_ARENAS, ONE_ARENA = -8, 1  # of malloc; each thread's would take address space, which is limited
QUIET = 50
LATE_IMPORTS = ("IPython.core.debugger", "IPython.extensions.storemagic", "faulthandler", "tornado.platform.asyncio")


def forbid_debugger() -> None:
    """Have ipykernel find no debugger: it is slow to import, and cannot work in the box."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]


class BoundedSession(Session):
    """Makes messages that the other side accepts, by leaving out of a cell's outputs what is too much."""

    left = MOST_SENT

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Send a message, unless the cell has shown enough."""
        about = msg_or_type["content"] if isinstance(msg_or_type, dict) else content
        kind = msg_or_type["header"]["msg_type"] if isinstance(msg_or_type, dict) else msg_or_type
        about = shortened(about)
        if kind in {"stream", "display_data", "update_display_data", "execute_result", "comm_open", "comm_msg"}:
            self.left -= len(self.pack(about))
            if self.left < 0:
                return None
        if not isinstance(msg_or_type, dict):
            return super().send(stream, msg_or_type, about, *args, **kwargs)
        return super().send(stream, {**msg_or_type, "content": about}, content, *args, **kwargs)


class BoundedStream(OutStream):
    """Standard output or error of which a cell's first characters are sent."""

    left = LONGEST_TEXT

    def write(self, string: str) -> int | None:
        """Send what there is room for."""
        kept = string[: max(self.left, 0)]
        self.left -= len(kept)
        if kept:
            super().write(kept)
        return len(string)


class Heart(Heartbeat):
    """A heartbeat on a socket that is given."""

    def _try_bind_socket(self) -> None:
        bind(self.socket, self.port)


class BoxedShell(ZMQInteractiveShell):
    """ipykernel's shell, which stays until the grader ends it."""

    def ask_exit(self) -> None:
        """Stay."""


class BoxedKernel(IPythonKernel):
    """ipykernel's kernel, without its debugger."""

    shell_class = Type(BoxedShell)

    def start(self) -> None:
        """Start, without waiting for what a debugger says."""
        self.debugpy_stream = None
        super().start()


class BoxedApp(IPKernelApp):
    """ipykernel's application on sockets that are given; a channel's port is its socket's descriptor."""

    name = "boxed-kernel"
    control_port: int
    iopub_port: int

    def init_connection_file(self) -> None:
        """Take nothing from a file."""

    write_connection_file = cleanup_connection_file = init_connection_file

    def init_poller(self) -> None:
        """Do not watch the parent; with it, everything here dies."""

    def init_control(self, context: Any) -> None:
        """Open the control channel, and no connection to a debugger."""
        self.control_socket = context.socket(zmq.ROUTER)
        self.control_port = self._bind_socket(self.control_socket, self.control_port)
        self.control_socket.router_handover = 1
        self.debugpy_socket = context.socket(zmq.STREAM)  # never bound or connected
        self.control_thread = ControlThread(daemon=True)
        self.shell_channel_thread = ShellChannelThread(context, daemon=True)

    def init_iopub(self, context: Any) -> None:
        """Publish, in a thread; do not listen for what processes of the kernel's print, for there are none."""
        publisher = context.socket(zmq.XPUB)
        self.iopub_port = self._bind_socket(publisher, self.iopub_port)
        self.configure_tornado_logger()
        self.iopub_thread = IOPubThread(publisher, pipe=False, session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_heartbeat(self) -> None:
        """Answer heartbeats, in a thread."""
        self.heartbeat = Heart(zmq.Context(), (self.transport, self.ip, self.hb_port))
        self.heartbeat.start()

    def init_io(self) -> None:
        """Send what is printed and displayed, within bounds."""
        sys.stdout, sys.stderr = (
            BoundedStream(self.session, self.iopub_thread, name, watchfd=False) for name in ("stdout", "stderr")
        )
        self.displayhook = sys.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)
        self.patch_io()

    def begin_cell(self, *_: Any) -> None:
        """Let a new cell show as much as the last could."""
        self.session.left = MOST_SENT
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, BoundedStream):
                stream.left = LONGEST_TEXT

    def _try_bind_socket(self, s: Any, port: int) -> int:
        bind(s, port)
        return port


def bind(socket: Any, descriptor: int) -> None:
    """Let a ØMQ socket accept connections on a listening socket that is there already."""
    socket.setsockopt(zmq.USE_FD, descriptor)
    socket.bind(f"ipc://{descriptor}")  # a name that nothing has and nothing gets


def shortened(value: Any) -> Any:
    """Cut long texts and lists in a message's content; of data of several kinds leave out those that are too long."""
    match value:
        case str():
            return whole(value[:LONGEST_TEXT])
        case list() | tuple():
            return [shortened(item) for item in value[:MOST_ITEMS]]
        case {"data": dict(data), **rest}:
            kept = {k: v for k, v in data.items() if not isinstance(v, str) or len(v) <= room(k)}
            return {**shortened(rest), "data": {k: whole(v) if isinstance(v, str) else v for k, v in kept.items()}}
        case dict():
            return {k: shortened(v) for k, v in value.items()}
    return value


def whole(text: str) -> str:
    """Replace halves of surrogate pairs, which a message cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def room(kind: str) -> int:
    """How many characters of a kind of data may be sent?"""
    return LONGEST_TEXT if kind == "text/plain" else LARGEST_IMAGE


def application(key: str, sockets: Sequence[int]) -> Any:
    """Make a kernel that listens on five sockets and believes messages that are signed with a key."""
    config = Config()
    config.HistoryManager.enabled = False
    config.BaseIPythonApplication.auto_create = False
    app = BoxedApp.instance(config=config, transport="ipc", ip="box", kernel_class=BoxedKernel, log_level=QUIET)
    app.session = BoundedSession(key=key.encode(), username="kernel", packer="json", unpacker="json", parent=app)
    for channel, descriptor in zip(CHANNELS, sockets, strict=True):
        setattr(app, f"{channel}_port", descriptor)
    app.initialize([])
    app.shell.run_line_magic("matplotlib", "inline")
    select_figure_formats(app.shell, {"png"})  # which the line above does for the first shell only
    app.shell.events.register("pre_run_cell", app.begin_cell)
    return app


def warm_up() -> None:
    """Do once what the first shell, cell and figure of every notebook would do."""
    forbid_debugger()
    few_arenas()
    prepare_shell()
    draw_in_shell()
    for single in (Shell, InlineBackend):
        single.clear_instance()
    for name in LATE_IMPORTS:
        importlib.import_module(name)


def draw_once() -> None:
    """Do nothing: :func:`warm_up` has drawn, for who asks for a kernel wants figures."""


def serve(requests: int, replies: int, key: str, sockets: Sequence[int]) -> None:
    """Run cells that come as messages, and answer requests in between, until the pipe is closed."""
    app = application(key, sockets)
    worker = Worker(os.fdopen(requests, "rb"), os.fdopen(replies, "wb"), app.shell)
    IOLoop.current().add_handler(requests, partial(answer, worker), IOLoop.READ)
    app.start()


def answer(worker: Worker, *_: Any) -> None:
    """Answer one request; end when there are no more."""
    if not worker.answer():
        os._exit(0)


def few_arenas() -> None:
    """Have threads share memory, so that a limit of address space is not used up by room that they do not use."""
    ctypes.CDLL(None).mallopt(MOST_ARENAS, ONE_ARENA)


def main() -> None:
    """Take over standard input and output as pipes and further descriptors as sockets; limit this process; serve."""
    numbers, key, sockets = sys.argv[1:4], sys.argv[4], sys.argv[5:]
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    forbid_debugger()
    few_arenas()
    limit(*map(int, numbers))
    serve(requests, replies, key, list(map(int, sockets)))


if __name__ == "__main__":
    main()
