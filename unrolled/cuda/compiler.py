"""Compile a kernel's text into a shared library, once: libraries are kept by a hash of all that they depend on.

A library comes with what is known about it: where its variables are, and which line each of its instructions is from.
Both are found when it is built, so that a library can be used where no program may be started.
"""

import functools
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unrolled.cuda.errors import CompileError, CompilerMissingError
from unrolled.cuda.source import COMMENT_OR_STRING, kernels, translate

HERE = Path(__file__).parent
CACHE_VARIABLE = "UNROLLED_CUDA_CACHE"
SECONDS = 60
INSTALL_HINT = {
    "linux": "Debian, Ubuntu: apt-get install g++ binutils; Fedora: dnf install gcc-c++ binutils",
    "win32": "use WSL, the Linux inside Windows, and there: apt-get install g++ binutils",
}
CHECKS = [
    *("-fsanitize=thread", "--param", "tsan-instrument-func-entry-exit=0"),
    "-fsanitize=bounds,signed-integer-overflow,integer-divide-by-zero,alignment",
]
# No access may be moved to where a thread does not make it; the system's headers are hidden, as they are from NVRTC.
KERNEL_FLAGS = [
    *("-O1", "-fno-tree-loop-im", "-fno-tree-cselim", "-fstack-clash-protection", *CHECKS),
    *("-g1", "-fPIC", "-w", "-nostdinc", "-nostdinc++", "-fno-exceptions", "-fno-gnu-unique"),
]
RUNTIME_FLAGS = ["-std=c++17", "-O2", "-fPIC", "-shared", "-fno-exceptions", "-U_FORTIFY_SOURCE", "-pthread"]
PASSED_ON = ("-D", "-U", "-std=", "--std=", "--define-macro=", "--undefine-macro=")
WITHOUT_EFFECT = (
    "--use_fast_math",
    "-use_fast_math",
    "--maxrregcount",
    "-maxrregcount",
    "-lineinfo",
    "--fmad",
    "-fmad",
)
PUT_IN = ("__tsan_", "__ubsan_handle_", "_GLOBAL_OFFSET_TABLE_")  # by the instrumentation, and by the linker
BUILT_IN = {"memcpy", "memmove", "memset", "memcmp", "puts", "putchar"}
GAVE_UP = "the compiler gave up"
WRITABLE, READ_ONLY = "bBdDvV", "rR"  # kinds of nm's symbols
SYMBOL = re.compile(r"^([0-9a-f]+)(?: ([0-9a-f]+))? (\w) (\S+)$", re.MULTILINE)
LENGTH_AND_NAME = re.compile(r"(?<!\d)(?=(\d+)([A-Za-z_]\w*))")  # with what is found inside what was found
LINE = re.compile(r"^(\S+)\s+(\d+|-)\s+0x([0-9a-f]+)", re.MULTILINE)
MESSAGE = re.compile(r"^(\S+?):(\d+):\d+: (?:fatal )?error: (.*)$", re.MULTILINE)
OWN_LINE = re.compile(r"(kernel\.cu):(\d+):")


@dataclass(frozen=True)
class Variable:
    """A variable of the module: where it starts, counted from the module's base, and its size in bytes."""

    name: str
    start: int
    size: int
    shared: bool
    constant: bool


@dataclass(frozen=True)
class Built:
    """A compiled kernel: its library, the one that runs it, and what reports about it need.

    ``parameters`` are names; ``call`` is where the library's ``unrolled_call`` lies; ``lines`` are pairs of an address
    and the line, of the kernel's text, that the instructions from there on belong to (0: of no line).
    """

    library: Path
    runtime: Path
    parameters: tuple[str, ...]
    dynamic_shared: str
    call: int
    variables: tuple[Variable, ...]
    lines: tuple[tuple[int, int], ...]


def cache_folder() -> Path:
    """Return the folder where libraries are kept: ``$UNROLLED_CUDA_CACHE``, else one in the user's cache."""
    if CACHE_VARIABLE in os.environ:
        return Path(os.environ[CACHE_VARIABLE])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unrolled" / "cuda"


def build(code: str, name: str, options: Sequence[str] = (), folder: Path | None = None) -> Built:
    """Compile the kernel ``name`` of a text, unless that has been done before.

    Args:
        code: CUDA C.
        name: of a kernel in it, declared ``extern "C"``.
        options: as for NVRTC; ``-D``, ``-U`` and ``-std`` are used, those about speed have no effect here.
        folder: where to keep the library; by default ``cache_folder()``.

    Raises:
        CompileError: with the first error's line and the compiler's sentence.
        CompilerMissingError: if there is no compiler, with how to get one.
    """
    folder = folder or cache_folder()
    flags, key = translate_options(options), key_of(code, name, options)
    library, about = folder / f"{key}.so", folder / f"{key}.json"
    engine = runtime(folder)
    if not (library.exists() and about.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            _compile(code, name, flags, Path(scratch), engine)
            for made, kept in ((Path(scratch, "kernel.so"), library), (Path(scratch, "about.json"), about)):
                made.replace(kept)
    return read(library, engine, json.loads(about.read_text()))


def key_of(code: str, name: str, options: Sequence[str] = ()) -> str:
    """Return a name for the library: a hash of all that it depends on."""
    parts = [code, name, *translate_options(options), *_toolchain()]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def translate_options(options: Sequence[str]) -> list[str]:
    """Return NVRTC's options as the C++ compiler's.

    Raises:
        CompileError: for an option that is not known here.
    """
    flags = ["-std=c++17"]
    for option in options:
        if option.startswith(PASSED_ON):
            flags.append(re.sub("^--define-macro=", "-D", re.sub("^--undefine-macro=", "-U", option)))
        elif not option.startswith(WITHOUT_EFFECT):
            raise CompileError(f"the option {option!r} is not known here; use -D, -U or -std, each as one string")
    return [flag.replace("--std", "-std") for flag in flags]


def runtime(folder: Path | None = None) -> Path:
    """Return the library that runs kernels, compiled if need be."""
    folder = folder or cache_folder()
    library = folder / runtime_name()
    if not library.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = Path(scratch, library.name)
            name = f"-Wl,-soname,{library.name}"  # by which a kernel's library finds it, once it has been loaded
            _run([_compiler(), *RUNTIME_FLAGS, name, str(HERE / "runtime.cpp"), "-o", str(made)])
            made.replace(library)
    return library


def runtime_name() -> str:
    """Return the file's name, and the name by which kernels find it: a hash of what it depends on."""
    return f"libunrolled-{hashlib.sha256('|'.join(_toolchain()).encode()).hexdigest()[:16]}.so"


@functools.cache
def _compiler() -> str:
    for name in ("g++", "g++-14", "g++-13", "g++-12", "g++-11"):
        if (found := shutil.which(name)) and all(map(shutil.which, ("nm", "objdump"))):
            return found
    hint = INSTALL_HINT.get(sys.platform, "kernels need GNU's g++ 11 or newer, nm and objdump, on Linux")
    raise CompilerMissingError(f"without a GPU, kernels are compiled by g++, which is not on this machine; {hint}")


@functools.cache
def _toolchain() -> tuple[str, ...]:
    """What, besides the kernel, a library depends on."""
    version = _run([_compiler(), "-dumpfullversion", "-dumpmachine"])
    ours = [HERE / "compiler.py", HERE / "source.py", *sorted(HERE.glob("*.[ch]pp"))]
    return (version, *(file.read_text() for file in ours))


def _run(command: list[str], text: str = "") -> str:
    """Return what a program of the compiler prints; end it with all that it started if it takes too long.

    Raises:
        CompileError: if it fails.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
        )
    except PermissionError as error:
        raise CompilerMissingError(
            "no program may be started here, so no kernel can be compiled; when marked, kernels run in questions only"
        ) from error
    try:
        output, messages = process.communicate(text.encode("utf-8", "replace"), SECONDS)
    except BaseException as error:  # an interrupt too
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise CompileError(
                f"compiling took more than {SECONDS} seconds; is there a template without end?"
            ) from None
        raise
    if process.returncode:
        raise _error(messages.decode(errors="replace"))
    return output.decode(errors="replace")


def _error(messages: str) -> CompileError:
    """Return the first error, with the line of the kernel's text that it is, or was caused, in."""
    found = MESSAGE.search(messages)
    if not found:
        return CompileError(f"{GAVE_UP}: {messages.strip()[:2000]}")
    if found[1] == "launcher":
        return CompileError(f"the kernel cannot be called: {found[3]}")
    place = found if found[1] == "kernel.cu" else OWN_LINE.search(messages)
    if place is None:
        return CompileError(found[3])
    rest = messages[found.end() :].splitlines()[1:3]
    shown = "".join(f"\n{line}" for line in rest if " | " in line) if place is found else ""
    return CompileError(f"line {place[2]}: {found[3]}{shown}", int(place[2]))


def _compile(code: str, name: str, flags: list[str], scratch: Path, engine: Path) -> None:
    """Write the library and what is known about it into ``scratch``."""
    defined = kernels(code)
    if name not in defined:
        known = f"it defines {', '.join(defined)}" if defined else "it defines none (is __global__ missing?)"
        raise CompileError(f"the text has no kernel {name!r}; {known}")
    source = translate(code, name)
    made, library = scratch / "kernel.o", scratch / "kernel.so"
    header = ["-include", str(HERE / "device.hpp")]
    _run([_compiler(), "-x", "c++", *KERNEL_FLAGS, *flags, *header, "-c", "-", "-o", str(made)], source.text)
    _refuse_foreign(made)
    libraries = [str(engine), "-lm", "-lc", "-lgcc"]
    _run([_compiler(), "-shared", "-nodefaultlibs", "-Wl,-Bsymbolic", str(made), "-o", str(library), *libraries])
    symbols = _symbols(library)
    if name not in symbols:
        raise CompileError(f'put extern "C" in front of {name}: else C++ changes its name, and CuPy does not find it')
    about = {
        "runtime": engine.name,
        "parameters": source.parameters,
        "dynamic_shared": source.dynamic_shared,
        "call": symbols["unrolled_call"][0],
        "variables": [
            # a static variable inside a function, which C++ calls _ZZ…, is shared memory
            (_plain(symbol), *symbols[symbol][:2], symbol.startswith("_ZZ") and kind in WRITABLE, kind in READ_ONLY)
            for symbol, (_, size, kind) in _symbols(made).items()
            if size and kind in WRITABLE + READ_ONLY
        ],
        "lines": _lines(_run(["objdump", "--dwarf=decodedline", str(library)])),
    }
    (scratch / "about.json").write_text(json.dumps(about))


def _refuse_foreign(made: Path) -> None:
    """Refuse an object that uses what neither its text nor CUDA C has.

    Raises:
        CompileError: naming it.
    """
    for symbol in re.findall(r"^ +[Uvw] (\S+)$", _run(["nm", "--undefined-only", str(made)]), re.MULTILINE):
        if not symbol.startswith(PUT_IN) and symbol.removesuffix("f") not in _declared() and symbol not in _declared():
            raise CompileError(f"{_plain(symbol)} is declared but defined nowhere, and CUDA C does not have it")


@functools.cache
def _declared() -> frozenset[str]:
    """Return all words of the header, among them what it declares, and what the compiler itself may call."""
    return frozenset(re.findall(r"\w+", COMMENT_OR_STRING.sub("", (HERE / "device.hpp").read_text()))) | BUILT_IN


def _symbols(file: Path) -> dict[str, tuple[int, int, str]]:
    """Return address, size and kind of each symbol that an object or a library defines."""
    found = SYMBOL.findall(_run(["nm", "-S", "--defined-only", str(file)]))
    return {symbol: (int(start, 16), int(size or "0", 16), kind) for start, size, kind, symbol in found}


def _plain(symbol: str) -> str:
    """Return the variable's own name out of C++'s: ``_ZZ6kernelE4tile`` is ``tile``."""
    names = [found[2][: int(found[1])] for found in LENGTH_AND_NAME.finditer(symbol) if int(found[1]) <= len(found[2])]
    return names[-1] if symbol.startswith("_Z") and names else symbol


def _lines(listing: str) -> list[tuple[int, int]]:
    """Return the line of the kernel's text from each address on; 0 for instructions of the header."""
    return sorted(
        (int(address, 16), int(line) if file == "kernel.cu" and line != "-" else 0)
        for file, line, address in LINE.findall(listing)
    )


def read(library: Path, engine: Path, about: dict[str, Any]) -> Built:
    """Return a compiled kernel, from what :func:`build` wrote beside its library."""
    variables = tuple(Variable(*variable) for variable in about["variables"])
    lines = tuple((address, line) for address, line in about["lines"])
    return Built(library, engine, tuple(about["parameters"]), about["dynamic_shared"], about["call"], variables, lines)
