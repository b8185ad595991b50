"""The program in the compile box: a kernel's text comes in, its library goes out.

It is started by path, beside the compiler's part of ``unrolled.cuda`` and nothing else of the course. It runs no code
of the text, yet whoever reads its answer believes no more of it than that these are bytes.
"""

import json
import resource
import sys
from pathlib import Path

from unrolled.cuda.compiler import build, runtime_name
from unrolled.cuda.errors import CompileError, CompilerMissingError

STARTED = b"started\n"
ANOTHER = "the compiler in the box, below /usr, is another one than the grader's; put /usr/bin first in its PATH"


def limit(memory: int, cpu_seconds: int, file_size: int) -> None:
    """Lower the limits of this process, and so of every program of the compiler's."""
    for which, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (value, value))


def main() -> None:
    """Read text, name and options; write a line about the answer, then the library and what is known about it."""
    limit(*map(int, sys.argv[1:4]))
    out = sys.stdout.buffer
    out.write(STARTED)
    out.flush()
    request = json.load(sys.stdin.buffer)
    library = about = b""
    head: dict[str, object] = {}
    try:
        if not Path(runtime_name()).exists():
            raise CompilerMissingError(ANOTHER)
        built = build(request["code"], request["name"], request["options"], Path.cwd())
    except (CompileError, CompilerMissingError) as error:
        head = {
            "error": str(error),
            "line": getattr(error, "line", None),
            "missing": not isinstance(error, CompileError),
        }
    else:
        library, about = built.library.read_bytes(), built.library.with_suffix(".json").read_bytes()
    head |= {"library": len(library), "about": len(about)}
    out.write(json.dumps(head).encode() + b"\n" + library + about)
    out.flush()


if __name__ == "__main__":
    main()
