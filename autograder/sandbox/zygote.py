"""A process in the box that has imported everything and forks itself for each submission; it runs no student code.

It is started inside the box, where of that package there is nothing but these modules, and they are hidden from its
forks. One end of a socket is its standard input. For each request it gets limits, and the two pipes of a new worker,
with a kernel's sockets if it is to be one; it answers with a descriptor of the worker's process (by which the other
side can end it) or with what went wrong. When the other side closes the socket, or dies, the zygote ends, and with it
all that it forked.

A fork is the first process of a namespace for processes, and builds the rest of its walls itself (:mod:`walls`). All
that it shares with the zygote are pages of memory, copied when written to, and its two pipes.
"""

import base64
import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TextIO

import numpy as np

from autograder.sandbox.walls import enclose, give_up_privileges, nest, separate
from autograder.sandbox.worker import limit

MOST_THREADS = 256  # binds an ordinary user only; root is bound by memory
MOST_DESCRIPTORS = 7  # two pipes, and the five sockets of a kernel
REQUESTS = 3  # descriptor of a worker; the next is of its replies, then come sockets
ENCLOSED = "enclosed"
Serve = Callable[..., None]
Fork = Callable[[dict[str, Any], list[int]], int]


class Common(NamedTuple):
    """What all forks have in common: the zygote's namespace for processes, private folders, filter and program."""

    home: int
    private: list[str]
    filter_: bytes
    serve: Serve


def main() -> None:
    """Import, then fork for each request until the socket is closed."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    try:
        home, refusal = nest(), ""
    except OSError as error:
        home, refusal = -1, str(error)
    module = importlib.import_module(f"autograder.sandbox.{settings['program']}")
    draw = module.draw_once
    common = Common(home, settings["private"], base64.b64decode(settings["filter"]), module.serve)
    warm(module.warm_up)
    forget_the_grader()
    fork = partial(refuse, refusal) if refusal else partial(fork_worker, common)
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that nobody has to wait for a fork that has ended
        control.send(b"ready")
        answer_requests(control, fork, draw)
    finally:  # also when the other side has gone in the middle of a request
        end()


def answer_requests(control: socket.socket, fork: Fork, draw: Callable[[], None]) -> None:
    """Fork for each request until there are no more."""
    drawn = False
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 4096, MOST_DESCRIPTORS)
        if not request:
            return
        about = json.loads(request)
        if about["draws"] and not drawn:
            drawn = True
            warm(draw)
        try:
            made, error = [fork(about, descriptors)], ""
        except OSError as reason:
            made, error = [], str(reason)
        socket.send_fds(control, [json.dumps({"number": about["number"], "error": error}).encode()], made)
        for descriptor in descriptors + made:
            os.close(descriptor)


def end() -> None:
    """End, and all forks first: one that waits for nothing from outside would keep the box."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # everybody that can be seen from here, but for this one
    os._exit(0)


def warm(prepare: Callable[[], None]) -> None:
    """Do something once, so that no fork has to, and keep what it made."""
    gc.disable()
    prepare()
    gc.collect()
    gc.freeze()  # so that collecting in a fork does not copy every page
    gc.enable()


def forget_the_grader() -> None:
    """Unload this package; a fork cannot import it again, for its folder is hidden there."""
    for name in [name for name in sys.modules if name.split(".")[0] == "autograder"]:
        del sys.modules[name]


def refuse(reason: str, *_: Any) -> int:
    """Stand in for :func:`fork_worker` where no namespaces can be nested.

    Raises:
        OSError: always.
    """
    raise OSError(reason)


def fork_worker(common: Common, about: dict[str, Any], descriptors: list[int]) -> int:
    """Fork a worker behind its own walls.

    Returns:
        a descriptor of its process.

    Raises:
        OSError: if its walls cannot be built.
    """
    reading, writing = os.pipe()
    with open(reading) as answer:
        with open(writing, "w") as word, separate(common.home):
            child = os.fork()
            if child == 0:
                try:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    build_walls(word, common.private, about)
                    work(common, about, descriptors)
                finally:
                    os._exit(1)
        worker = os.pidfd_open(child)
        if (said := answer.read()) != ENCLOSED:
            os.close(worker)
            raise OSError(said or "a fork ended before its walls stood")
    return worker


def build_walls(word: TextIO, private: list[str], about: dict[str, Any]) -> None:
    """Enclose this process, and say so to the zygote; or say why that is impossible, and end."""
    with word:
        try:
            enclose(private, about["file_size"], about["files"])
        except OSError as error:
            word.write(str(error))
            raise
        word.write(ENCLOSED)


def work(common: Common, about: dict[str, Any], descriptors: list[int]) -> None:
    """Finish the walls of this process, and serve."""
    os.setsid()  # else a signal to the process group would reach the zygote
    nothing = os.open(os.devnull, os.O_RDWR)  # in place of the zygote's, at which one fork could leave word for others
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    high = [os.dup2(descriptor, 100 + number, inheritable=False) for number, descriptor in enumerate(descriptors)]
    low = [os.dup2(descriptor, REQUESTS + number) for number, descriptor in enumerate(high)]
    os.closerange(low[-1] + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir(os.environ["HOME"])
    np.random.seed()  # a fork has its parent's state
    resource.setrlimit(resource.RLIMIT_NPROC, (MOST_THREADS, MOST_THREADS))
    limit(about["memory"], about["cpu_seconds"], about["file_size"])
    give_up_privileges(common.filter_)
    common.serve(*low[:2], about["key"], low[2:])
    os._exit(0)
