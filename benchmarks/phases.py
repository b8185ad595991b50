"""Where the time goes when a class is graded, and how long one student waits for a report."""

import functools
import json
import pkgutil
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, chdir, contextmanager, redirect_stdout
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import nbformat

from autograder import specs
from autograder.classroom import grade_class
from autograder.notebooks import solved
from benchmarks.classes import BIN

PHASES = {  # what to call a phase, and the functions that it is spent in
    "start the zygote, once": ("autograder.sandbox.warm.Zygote.__init__",),
    "read the file": ("autograder.classroom.read_or_explain",),
    "restore the check cells": ("autograder.preprocessors.RestoreChecks.preprocess",),
    "fork a worker": ("autograder.sandbox.session.Session._start",),
    "run the cells": ("autograder.sandbox.session.Session._prepare",),
    "make the cases": ("autograder.cases.hidden",),
    "ask and judge": ("autograder.grading.judge",),
    "end the worker": ("autograder.sandbox.session.Session._end",),
    "write the outputs": ("autograder.preprocessors.write_outputs",),
    "record the marks": ("autograder.classroom.ClassAutograde._record",),
    "write the files": ("autograder.classroom.ClassAutograde._hand_over",),
}
REST = "all else"
START = """
from autograder.lean import UNUSED, kept, left_out
with kept():
    import autograder.cli
with kept(), left_out(UNUSED):
    import autograder.classroom
"""


def print_phases(folder: Path, stems: Sequence[str], size: int) -> None:
    """Grade a class in this process, and print the time that each phase takes of a submission."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", START], check=True)
    imports = time.perf_counter() - started
    spent: dict[str, float] = defaultdict(float)
    with chdir(folder), stopwatches(spent), redirect_stdout(StringIO()):
        started = time.perf_counter()
        grade_class(stems, 1)
        total = time.perf_counter() - started
    spent[REST] = total - sum(spent.values())
    print(f"{'where the time goes':32}{'ms':>8}")
    print(f"{'start Python and import, once':32}{1000 * imports:8.1f}")
    for name in (*PHASES, REST):
        print(f"{name:32}{1000 * spent[name] / (1 if name.endswith('once') else size):8.1f}")


@contextmanager
def stopwatches(spent: dict[str, float]) -> Iterator[None]:
    """Add up the time in each phase, without the time in phases that it contains."""
    running: list[str] = []

    def timed(phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            running.append(phase)
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                taken = time.perf_counter() - started
                running.pop()
                spent[phase] += taken
                if running:
                    spent[running[-1]] -= taken

        return wrapper

    with ExitStack() as patches:
        for phase, places in PHASES.items():
            for place in places:
                parent, _, name = place.rpartition(".")
                original = getattr(pkgutil.resolve_name(parent), name)
                patches.enter_context(patch(place, timed(phase, original)))
        yield


def print_upload(stem: str, repetitions: int = 7) -> None:
    """Print how long it takes from uploading a solved notebook to its report, through the running service."""
    notebook = nbformat.writes(solved(specs.load(stem))).encode()
    times = []
    with tempfile.TemporaryDirectory() as folder, service(Path(folder)) as port:
        for _ in range(repetitions + 1):
            started = time.perf_counter()
            token = ask(port, "POST", "/api/submissions", notebook)["id"]
            while ask(port, "GET", f"/api/submissions/{token}")["state"] not in ("graded", "failed"):
                time.sleep(0.01)
            times.append(time.perf_counter() - started)
    first, *others = times
    print(f"from upload to report: {median(others):.2f} s (the first, which starts the zygote: {first:.2f} s)")


@contextmanager
def service(folder: Path) -> Iterator[int]:
    """Run ``autograder serve``, with a website of one page; give its port."""
    (folder / "index.html").write_text("<!doctype html><title>benchmark</title>")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["serve", "--port", str(port), "--site", str(folder), "--database", str(folder / "submissions.db")]
    with subprocess.Popen([str(BIN / "autograder"), *command], stdout=subprocess.DEVNULL) as server:
        try:
            while not answers(port):
                time.sleep(0.05)
            yield port
        finally:
            server.terminate()


def answers(port: int) -> bool:
    """Is there a service at a port?"""
    try:
        return bool(ask(port, "GET", "/api/health"))
    except OSError:
        return False


def ask(port: int, method: str, path: str, file: bytes = b"") -> Any:
    """Send a request, a file as a form does; return the reply."""
    limit = secrets.token_hex(16)
    head = f'--{limit}\r\nContent-Disposition: form-data; name="file"; filename="solved.ipynb"\r\n\r\n'
    form = head.encode() + file + f"\r\n--{limit}--\r\n".encode()
    connection = HTTPConnection("127.0.0.1", port)
    try:
        if file:
            connection.request(method, path, form, {"Content-Type": f"multipart/form-data; boundary={limit}"})
        else:
            connection.request(method, path)
        return json.load(connection.getresponse())
    finally:
        connection.close()
