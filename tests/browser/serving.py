"""Servers for the tests: of plain files, and the service; each in a thread, on a port that is free."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import uvicorn

from autograder.service import Settings, create_app
from autograder.service.worker import Mark, mark

LIMIT = 2**20  # bytes of an upload, so that a test can exceed it


@contextmanager
def running(settings: Settings, mark: Mark = mark) -> Iterator[str]:
    """Run the service on a free port, in a thread; yield the address without a slash at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings, mark), log_level="warning"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield "http://{}:{}".format(*listening.getsockname())
    server.should_exit = True
    thread.join()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder from a port that is free, in a thread; yield the address without a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, *_: object) -> None:
        pass
