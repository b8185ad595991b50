"""A process in the box that has imported everything and forks itself for each submission; it runs no student code.

It is started as ``python -m autograder.sandbox.zygote`` inside the box, where of that package there is nothing but
these modules, and they are hidden from its forks. One end of a socket is its standard input. For each request it
gets limits and the two pipes of a new worker, and answers with a descriptor of the worker's process (by which the
other side can end it) or with what went wrong. When the other side closes the socket, or dies, the zygote ends,
and with it all that it forked.

A fork encloses itself (:mod:`walls`) and forks again, for only a child is in the new process namespace. All that
the worker shares with the zygote are pages of memory, copied when written to, and its two pipes.
"""

import base64
import gc
import io
import json
import os
import resource
import socket
import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from autograder.sandbox.walls import enclose, give_up_privileges
from autograder.sandbox.worker import Shell, Worker, limit

MOST_THREADS = 256  # binds an ordinary user only; root is bound by memory
REQUESTS, REPLIES = 3, 4  # descriptors of a worker


def main() -> None:
    """Import, then fork for each request until the socket is closed."""
    settings = json.loads(sys.argv[1])
    private, program = settings["private"], base64.b64decode(settings["filter"])
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    warm_up()
    forget_the_grader()
    control.send(b"ready")
    while True:
        request, pipes, _, _ = socket.recv_fds(control, 4096, 2)
        if not request:
            os._exit(0)
        child = os.fork()
        if child == 0:
            try:
                fork_worker(control, json.loads(request), pipes, private, program)
            finally:
                os._exit(1)
        for pipe in pipes:
            os.close(pipe)
        if status := os.waitpid(child, 0)[1]:
            control.send(json.dumps({"error": f"a fork ended with status {status}"}).encode())


def warm_up() -> None:
    """Do once what the first cell, the first figure and the first reply of every notebook would do."""
    Shell.instance().run_cell("%matplotlib inline\nimport matplotlib.pyplot", store_history=False)
    np.random.seed()  # NumPy loads this part when it is first used
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    figure.savefig(io.BytesIO())
    plt.close("all")
    Shell.instance().reset(new_session=True, aggressive=False)
    gc.collect()
    gc.freeze()  # so that collecting in a fork does not copy every page


def forget_the_grader() -> None:
    """Unload this package; a fork cannot import it again, for its folder is hidden there."""
    for name in [name for name in sys.modules if name.split(".")[0] == "autograder"]:
        del sys.modules[name]


def fork_worker(
    control: socket.socket, request: dict[str, Any], pipes: list[int], private: list[str], program: bytes
) -> None:
    """Fork a worker behind its own walls, and send a descriptor of its process, or the reason why there is none."""
    try:
        enclose(private, request["file_size"])
        worker = os.fork()
    except OSError as error:
        control.send(json.dumps({"error": str(error)}).encode())
        os._exit(0)
    if worker == 0:
        try:
            work(request, pipes, program)
        finally:
            os._exit(1)
    process = os.pidfd_open(worker)
    socket.send_fds(control, [json.dumps({"error": ""}).encode()], [process])
    os._exit(0)


def work(request: dict[str, Any], pipes: list[int], program: bytes) -> None:
    """Finish the walls of this process, and serve."""
    os.setsid()  # else a signal to the process group would reach the zygote
    high = [os.dup2(pipe, 100 + number, inheritable=False) for number, pipe in enumerate(pipes)]
    os.dup2(high[0], REQUESTS)
    os.dup2(high[1], REPLIES)
    os.closerange(REPLIES + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir(os.environ["HOME"])
    np.random.seed()  # a fork has its parent's state
    resource.setrlimit(resource.RLIMIT_NPROC, (MOST_THREADS, MOST_THREADS))
    limit(request["memory"], request["cpu_seconds"], request["file_size"])
    give_up_privileges(program)
    Worker(os.fdopen(REQUESTS, "rb"), os.fdopen(REPLIES, "wb")).serve()
    os._exit(0)


if __name__ == "__main__":
    main()
