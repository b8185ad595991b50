"""Compiling a student's kernel: in a box that holds a compiler and nothing worth reading, once for each text.

The text is read there, and never run; but a compiler reads files that a text names, and can be kept busy, or made to
fill memory. So the box has no course, no home and no processes, and memory, processor time, files and wall time are
limited.
What comes out are bytes that nothing on this side looks into: they go to a worker that runs them.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.sandbox.confine import SandboxError, compile_command, require
from autograder.sandbox.syscalls import filter_descriptor
from autograder.sandbox.translate import STARTED
from unrolled.cuda import compiler
from unrolled.cuda.errors import CompileError, CompilerMissingError

LONGEST_TEXT = 64 << 10  # characters of a text and its options
MOST_KEPT = 2_000  # texts whose libraries are kept
LONGEST_ERROR = 2_000


class NotCompiledError(RuntimeError):
    """A text cannot be compiled; ``line`` is the line of it that is to blame, or None."""

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep the line beside the message."""
        super().__init__(message)
        self.line = line


class TextError(NotCompiledError):
    """The compiler refuses the text, and says in which line and why."""


class TooLongError(NotCompiledError):
    """The text is longer than anybody would write."""


class GaveUpError(NotCompiledError):
    """The compiler needs more memory, processor time or space than it gets."""


class TooSlowError(NotCompiledError):
    """The compiler did not end in time."""


@dataclass(frozen=True)
class CompileLimits:
    """What compiling one text may take: bytes, seconds of processor time, bytes of each file, seconds of wall time."""

    memory: int = 1 << 30
    cpu_seconds: int = 10
    file_size: int = 8 << 20
    seconds: float = 15


@dataclass(frozen=True)
class Library:
    """A compiled kernel, what is known about it, and the library that runs kernels: bytes, for another process."""

    library: bytes
    about: bytes
    runtime: bytes


def compile_kernel(
    code: str,
    name: str,
    options: Sequence[str] = (),
    limits: CompileLimits | None = None,
    *,
    confined: bool = True,
    folder: Path | None = None,
) -> Library:
    """Compile a kernel in a box of its own, unless that has been done before.

    Args:
        code: CUDA C, by somebody who is not trusted.
        name: of the kernel in it.
        options: for the compiler; of the course, not of the student.
        limits: what it may take.
        confined: False compiles one's own text without a box.
        folder: where libraries are kept.

    Raises:
        NotCompiledError: of the kind that says why the text cannot be compiled.
        SandboxError: if texts cannot be compiled on this machine.
    """
    if len(code) + sum(map(len, options)) > LONGEST_TEXT:
        raise TooLongError(f"the text has {len(code)} characters, and at most {LONGEST_TEXT} are read")
    folder = folder or compiler.cache_folder() / "graded"
    try:
        runtime = compiler.runtime(folder)
        places = [folder / f"{compiler.key_of(code, name, options)}{end}" for end in (".so", ".json")]
        parts = _kept(places)
        if parts is None:
            make = _boxed if confined else _here
            parts = make(code, name, options, limits or CompileLimits(), runtime)
            _keep(places, parts)
        return Library(*parts, runtime.read_bytes())
    except CompileError as error:
        raise TextError(str(error), error.line) from error
    except CompilerMissingError as error:
        raise SandboxError(str(error)) from error


def _here(code: str, name: str, options: Sequence[str], limits: CompileLimits, runtime: Path) -> tuple[bytes, bytes]:
    built = compiler.build(code, name, options, runtime.parent)
    return built.library.read_bytes(), built.library.with_suffix(".json").read_bytes()


def _boxed(code: str, name: str, options: Sequence[str], limits: CompileLimits, runtime: Path) -> tuple[bytes, bytes]:
    """Compile in a box; return the library and what is known about it."""
    require()
    deadline = time.monotonic() + limits.seconds
    filter_ = filter_descriptor(processes=True)
    numbers = (limits.memory, limits.cpu_seconds, limits.file_size)
    with tempfile.TemporaryFile() as request:
        request.write(json.dumps({"code": code, "name": name, "options": list(options)}).encode())
        request.seek(0)
        try:
            process = subprocess.Popen(
                compile_command(numbers, filter_, runtime),
                stdin=request,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[filter_],
                start_new_session=True,
            )
        finally:
            os.close(filter_)
    try:
        answer = _read(process, 3 * limits.file_size, deadline)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with bubblewrap, whatever is in the box dies
        process.communicate()
    if not answer.startswith(STARTED):
        raise SandboxError("the sandbox does not work on this machine: its compiler did not start")
    return _parts(answer.removeprefix(STARTED))


def _read(process: subprocess.Popen[bytes], most: int, deadline: float) -> bytes:
    """Read what a process writes until it ends.

    Raises:
        TooSlowError: if it does not.
        GaveUpError: if it writes more than ``most`` bytes.
    """
    assert process.stdout
    answer, poll = b"", select.poll()
    poll.register(process.stdout, select.POLLIN)
    while len(answer) <= most:
        if not poll.poll(1000 * max(0.0, deadline - time.monotonic())):
            raise TooSlowError("compiling took too long; is there a template or a loop in it without end?")
        if not (part := os.read(process.stdout.fileno(), 1 << 20)):
            return answer
        answer += part
    raise GaveUpError("the compiler wrote more than is allowed; is there a huge array in the text?")


def _parts(answer: bytes) -> tuple[bytes, bytes]:
    """Take apart what the program in the box answered, believing no more of it than its form."""
    head, _, rest = answer.partition(b"\n")
    try:
        about: Any = json.loads(head[: 8 * LONGEST_ERROR])
    except (ValueError, RecursionError):
        raise GaveUpError("the compiler ended without an answer; the text needs too much memory or time") from None
    match about:
        case {"missing": True, "error": str(message)}:
            raise SandboxError(message[:LONGEST_ERROR])
        case {"error": str(message), "line": None} if message.startswith(compiler.GAVE_UP):
            raise GaveUpError("the compiler gave up: the text needs more memory, time or space than it is given")
        case {"error": str(message), "line": int() | None as line}:
            raise TextError(message[:LONGEST_ERROR], line)
        case {"library": int(size), "about": int(more)} if min(size, more) > 0 and size + more == len(rest):
            return rest[:size], rest[size:]
    raise GaveUpError("the compiler sent something that is no answer")


def _kept(places: Sequence[Path]) -> tuple[bytes, bytes] | None:
    """Read what is kept, and mark it as used."""
    try:
        for place in places:
            os.utime(place)
        return places[0].read_bytes(), places[1].read_bytes()
    except FileNotFoundError:
        return None


def _keep(places: Sequence[Path], parts: Sequence[bytes]) -> None:
    """Write what was made to where it is kept, and forget the oldest beyond what is kept in all."""
    folder = places[0].parent
    folder.mkdir(parents=True, exist_ok=True)
    for place, data in zip(places, parts, strict=True):
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(data)
        Path(file.name).replace(place)
    known = sorted(folder.glob("*.json"), key=_age)
    for old in known[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
        old.with_suffix(".so").unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # another grader forgot it first
        return 0.0
