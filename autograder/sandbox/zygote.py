"""A process in the box that has imported everything and forks itself for each submission; it runs no student code.

It is started inside the box, where of that package there is nothing but these modules, and they are hidden from its
forks. One end of a socket is its standard input. For each request it gets limits, and the two pipes of a new worker,
with a kernel's sockets if it is to be one; it answers with a descriptor of the worker's process (by which the other
side can end it) or with what went wrong. When the other side closes the socket, or dies, the zygote ends, and with it
all that it forked.

A fork encloses itself (:mod:`walls`) and forks again, for only a child is in the new process namespace. All that
the worker shares with the zygote are pages of memory, copied when written to, and its two pipes.
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
from typing import Any

import numpy as np

from autograder.sandbox.walls import enclose, give_up_privileges
from autograder.sandbox.worker import limit

MOST_THREADS = 256  # binds an ordinary user only; root is bound by memory
MOST_DESCRIPTORS = 7  # two pipes, and the five sockets of a kernel
REQUESTS = 3  # descriptor of a worker; the next is of its replies, then come sockets
Serve = Callable[..., None]


def main() -> None:
    """Import, then fork for each request until the socket is closed."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    module = importlib.import_module(f"autograder.sandbox.{settings['program']}")
    serve, draw = module.serve, module.draw_once
    warm(module.warm_up)
    forget_the_grader()
    try:
        control.send(b"ready")
        answer_requests(control, settings, serve, draw)
    finally:  # also when the other side has gone in the middle of a request
        end()


def answer_requests(control: socket.socket, settings: dict[str, Any], serve: Serve, draw: Callable[[], None]) -> None:
    """Fork for each request until there are no more."""
    private, program = settings["private"], base64.b64decode(settings["filter"])
    drawn = False
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 4096, MOST_DESCRIPTORS)
        if not request:
            return
        about = json.loads(request)
        if about["draws"] and not drawn:
            drawn = True
            warm(draw)
        child = os.fork()
        if child == 0:
            try:
                fork_worker(control, about, private, partial(work, about, descriptors, program, serve))
            finally:
                os._exit(1)
        for descriptor in descriptors:
            os.close(descriptor)
        if status := os.waitpid(child, 0)[1]:
            reply(control, about, f"a fork ended with status {status}")


def end() -> None:
    """End, and all forks first: one that waits for nothing from outside would keep the box."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # everybody in the box but its first process and this one
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


def reply(control: socket.socket, about: dict[str, Any], error: str, *descriptors: int) -> None:
    """Answer a request, by its number, with a process or with the reason why there is none."""
    socket.send_fds(control, [json.dumps({"number": about["number"], "error": error}).encode()], descriptors)


def fork_worker(control: socket.socket, about: dict[str, Any], private: list[str], work: Callable[[], None]) -> None:
    """Fork a worker behind its own walls, and send a descriptor of its process, or the reason why there is none."""
    try:
        enclose(private, about["file_size"], about["files"])
        worker = os.fork()
    except OSError as error:
        reply(control, about, str(error))
        os._exit(0)
    if worker == 0:
        try:
            work()
        finally:
            os._exit(1)
    reply(control, about, "", os.pidfd_open(worker))
    os._exit(0)


def work(about: dict[str, Any], descriptors: list[int], program: bytes, serve: Serve) -> None:
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
    give_up_privileges(program)
    serve(*low[:2], about["key"], low[2:])
    os._exit(0)
