"""The process inside the sandbox: runs a student's cells, calls their functions, knows nothing of right or wrong.

It is started by path, as ``python worker.py``, beside a copy of ``unrolled``; nothing else of the course is there.
Requests and replies are frames (an 8-byte length, then a message of ``unrolled.wire``) on the descriptors that
were standard input and output. Whatever is said here may be said by the student's code instead: the other side
believes none of it beyond "this is what the student's function returned".
"""

import ast
import base64
import builtins
import io
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.io import capture_output
from traitlets.config import Config

from unrolled.judge.layers import run_layer
from unrolled.judge.outcome import Outcome, carried, describe_error, file_of, run
from unrolled.wire import pack, unpack

LONGEST_TEXT, LARGEST_IMAGE, MOST_OUTPUTS = 20_000, 1_000_000, 50
MOST_SHOWN, MOST_IMAGES = 100_000, 8_000_000  # bytes that all of a cell's texts, and its pictures, take in a message
MOST_FILES = 256
MIMETYPES = ("text/plain", "image/png")


class RecordingHook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """Write no prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.shell.outputs.append({"output_type": "execute_result", "data": shown(format_dict)})

    def finish_displayhook(self) -> None:
        """Write no line end."""


class RecordingPublisher(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.shell.outputs.append({"output_type": "display_data", "data": shown(data)})


class Compiler(CachingCompiler):
    """Parses a cell once, though IPython asks for it more often."""

    _parsed: tuple[str, ast.Module] | None = None

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.Module:
        """Parse a cell, or give the tree of it that is there already, once."""
        known, self._parsed = self._parsed, None
        if known and (known[0], symbol) == (source, "exec"):
            return known[1]
        tree: ast.Module = super().ast_parse(source, filename, symbol)
        return tree

    def is_python(self, source: str) -> bool:
        """Tell whether a cell is Python; if so, its tree is kept for the next :meth:`ast_parse`."""
        try:
            self._parsed = source, self.ast_parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return True


class Shell(InteractiveShell):
    """An IPython shell that records outputs instead of printing them."""

    compile: Compiler
    displayhook_class = RecordingHook
    display_pub_class = RecordingPublisher
    outputs: list[dict[str, Any]]

    def __init__(self, **settings: Any) -> None:
        """Prepare to run cells; keep no history, for that would take a thread, and a zygote must have none."""
        super().__init__(config=Config({"HistoryManager": {"enabled": False}}), compiler_class=Compiler, **settings)

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Leave errors to the result of ``run_cell``."""

    showsyntaxerror = showtraceback

    def transform_cell(self, raw_cell: str) -> str:
        """Leave as it is what is Python already; IPython would cut all of it into tokens to find no magic."""
        as_usual = not self.input_transformers_post and "In [" not in raw_cell  # a pasted prompt is Python, too
        return raw_cell if as_usual and self.compile.is_python(raw_cell) else str(super().transform_cell(raw_cell))

    def should_run_async(self, raw_cell: str, **how: Any) -> bool:
        """Tell whether a cell awaits something, without compiling one that cannot."""
        text = f"{raw_cell}{how.get('transformed_cell')}"
        return ("await" in text or "async" in text) and super().should_run_async(raw_cell, **how)

    def enable_gui(self, gui: str | None = None) -> None:
        """Accept ``%matplotlib inline``; there is no other way to draw here."""


class Worker:
    """Answers requests until there are no more."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO, shell: InteractiveShell) -> None:
        self.requests, self.replies, self.ticket, self.shell = requests, replies, "", shell
        self.shell.user_ns["__name__"] = "__main__"

    def serve(self) -> None:
        while self.answer():
            pass

    def answer(self) -> bool:
        """Answer one request; False if there will be no more."""
        request = self.receive()
        for reply in self.replies_to(request) if request else ():
            self.send(reply)
        return request is not None

    def replies_to(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield each reply to a request as soon as it is known."""
        match request:
            case {"op": "run", "sources": sources}:
                yield from map(self.run_cell, sources)
            case {"op": "get", "entry": entry}:
                yield self.get(entry).as_tree()
            case {"op": "call", "entry": entry, "each": each, "forbidden": forbidden}:
                yield from (self.call(entry, args, forbidden=forbidden).as_tree() for args in each)
            case {"op": "layer", "entry": entry, "about": about}:
                yield self.layer(entry, about).as_tree()
            case {"op": "test", "entry": entry}:
                yield self.call(entry, {}, self.subject).as_tree()
            case _:
                raise ValueError(f"unknown request {request!r}")

    def run_cell(self, source: str) -> dict[str, Any]:
        self.shell.outputs = []
        with capture_output(display=False) as captured:
            result = self.shell.run_cell(source, store_history=False)
        streams = [("stdout", captured.stdout), ("stderr", captured.stderr)]
        texts = [{"output_type": "stream", "name": n, "text": t[:LONGEST_TEXT]} for n, t in streams if t]
        error = result.error_before_exec or result.error_in_exec
        return {
            "outputs": fitting([*texts, *self.shell.outputs]),
            "error": describe_error(error) if error else "",
        }

    def get(self, entry: str) -> Outcome:
        if entry not in self.shell.user_ns:
            return Outcome(problem="missing")
        return carried(self.shell.user_ns[entry])

    def call(
        self, entry: str, args: dict[str, Any], *subjects: Callable[..., Any], forbidden: Sequence[str] = ()
    ) -> Outcome:
        function = self.shell.user_ns.get(entry)
        if not callable(function):
            return Outcome(problem="missing")
        with capture_output(display=False):
            return run(lambda **named: function(*subjects, **named), args, file_of(function), forbidden)

    def layer(self, entry: str, about: dict[str, Any]) -> Outcome:
        make = self.shell.user_ns.get(entry)
        if not callable(make):
            return Outcome(problem="missing")
        with capture_output(display=False):
            return run_layer(make, **about)

    def subject(self, *args: Any, **kwargs: Any) -> Any:
        """Stand in for a function that is examined: it lives with the grader, only its results come here."""
        self.send({"subject": {"args": list(args), "kwargs": kwargs}})
        reply = self.receive()
        for mine, theirs in zip([*args, *kwargs.values()], reply["after"], strict=True):
            if theirs is not None:
                mine[...] = theirs
        if reply["error"]:
            name, _, message = reply["error"].partition(": ")
            raise getattr(builtins, name, RuntimeError)(message)
        return reply["value"]

    def receive(self) -> Any:
        head = self.requests.read(8)
        if not head:
            return None
        request = unpack(self.requests.read(int.from_bytes(head, "little")))
        self.ticket = request.pop("ticket")
        return request

    def send(self, reply: Any) -> None:
        message = pack({"ticket": self.ticket, "reply": reply})
        self.replies.write(len(message).to_bytes(8, "little") + message)
        self.replies.flush()


def shown(data: dict[str, Any]) -> dict[str, str]:
    """Keep of an output what a report can show, as text of limited length."""
    kept = {kind: data[kind] for kind in MIMETYPES if kind in data}
    texts = {k: base64.b64encode(v).decode() if isinstance(v, bytes) else str(v) for k, v in kept.items()}
    return {k: v for k, v in texts.items() if len(v) <= (LONGEST_TEXT if k == "text/plain" else LARGEST_IMAGE)}


def fitting(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out of a cell's outputs what would make a message longer than the other side accepts.

    Pictures, which are text in a notebook, become arrays, for which messages have room.
    """
    kept, texts, images = [], MOST_SHOWN, MOST_IMAGES
    for output in outputs[:MOST_OUTPUTS]:
        image = output.get("data", {}).get("image/png", "")
        rest = {k: v for k, v in output.items() if k != "data"}
        if "data" in output:
            rest["data"] = {k: v for k, v in output["data"].items() if k != "image/png"}
        texts -= len(json.dumps(rest))
        if texts < 0:
            break
        images -= len(image)
        if image and images >= 0:
            rest["data"]["image/png"] = np.frombuffer(image.encode("ascii", "replace"), np.uint8)
        kept.append(rest)
    return kept


def warm_up() -> None:
    """Do once what the first cell of every notebook would do."""
    np.random.seed()
    Shell.instance().run_cell("pass", store_history=False)
    Shell.instance().reset(new_session=True, aggressive=False)


def draw_once() -> None:
    """Have Matplotlib load what it loads for the first figure, which takes as long as all other imports."""
    from matplotlib import pyplot as plt  # noqa: PLC0415  (most notebooks draw nothing)

    Shell.instance().run_cell("%matplotlib inline", store_history=False)
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    figure.savefig(io.BytesIO())
    plt.close("all")
    Shell.instance().reset(new_session=True, aggressive=False)


def serve(requests: int, replies: int, *_: Any) -> None:
    """Answer requests until there are no more."""
    Worker(os.fdopen(requests, "rb"), os.fdopen(replies, "wb"), Shell.instance()).serve()


def limit(memory: int, cpu_seconds: int, file_size: int) -> None:
    """Lower this process's limits for good."""
    for which, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(which, (value, value))


def main() -> None:
    """Take over standard input and output as the channel, limit this process, serve."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    limit(*map(int, sys.argv[1:4]))
    serve(requests, replies)


if __name__ == "__main__":
    main()
