"""Seconds from ``make serve`` to an answer, when everything is set up: ``python -m benchmarks.serve``."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent


def seconds_to_answer() -> float:
    """Start the server on a free port, wait for the first page, stop it; return how long the page took."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = time.perf_counter()
    command = ["make", "serve", f"PORT={port}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True) as server:
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/book/conv1d.html").close()
                break
            except URLError:
                time.sleep(0.05)
        taken = time.perf_counter() - started
        os.killpg(server.pid, signal.SIGINT)
    return taken


if __name__ == "__main__":
    print(f"make serve, set up before: {median(seconds_to_answer() for _ in range(3)):.1f} s to the first page")
