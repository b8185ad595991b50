"""The commands that start a worker or a zygote in a box, with bubblewrap; refused where that is impossible."""

import base64
import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import unrolled
from autograder import specs
from autograder.sandbox.syscalls import MissingLibraryError, compiled_filter
from autograder.sandbox.walls import COURSE, PROGRAMS, SHELF

SCRATCH, TMP = "/scratch", "/tmp"  # noqa: S108  (inside the box)
# Wherever they are installed, the box must not show them: the course's own, and what would answer for a student.
OURS = ("autograder", "solutions")
READY_MADE = ("scipy", "sympy", "pandas", "torch", "onnx", "numba", "sklearn", "skimage", "cv2", "jax", "tensorflow")
BUNDLES, GIVEN = "bundles", "given"  # folders of the student's package: visible cases, and what earlier chapters taught
# What it imports stays; looking through that for garbage would take a sixth of its start.
START_ZYGOTE = "import gc; gc.disable(); from autograder.sandbox.zygote import main; main()"
INSTALL_HINT = "install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap)"


class SandboxError(RuntimeError):
    """Student code cannot be isolated on this machine."""


@functools.cache
def require() -> None:
    """Make sure that a worker can be confined here.

    Raises:
        SandboxError: saying which layer is missing and how to get it.
    """
    if shutil.which("bwrap") is None:
        raise SandboxError(f"student code cannot be isolated: the program bwrap is missing; {INSTALL_HINT}")
    try:
        compiled_filter()
    except MissingLibraryError as error:
        raise SandboxError(f"student code cannot be isolated: {error}") from error
    probe = subprocess.run(
        [*_box(), "--disable-userns", "/usr/bin/env", "true"], capture_output=True, text=True, check=False
    )
    if probe.returncode:
        reason = probe.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise SandboxError(
            f"student code cannot be isolated: bwrap says {reason[0]!r}; user namespaces must be allowed "
            "(sysctl kernel.unprivileged_userns_clone=1; in a container, run it with --security-opt seccomp=unconfined)"
        )


def worker_command(stem: str, limits: Sequence[int], filter_: int) -> list[str]:
    """Return the command for a confined worker that sees what was taught before one chapter, and no visible cases.

    These are right results, with which a test, for one, could do without knowing anything.

    Args:
        stem: the chapter.
        limits: what the worker takes: bytes of memory, seconds of processor time, bytes of a file; the scratch
            folder holds as many bytes as a file.
        filter_: descriptor of the filter of system calls, which the command must inherit.
    """
    program = _shown(Path(__file__).with_name("worker.py"), f"{COURSE}/worker.py")
    last = ["--remount-ro", "/", "--seccomp", str(filter_)]
    box = [*_box(limits[2]), "--disable-userns", "--die-with-parent", *_library(stem), *program, *last]
    return [*box, sys.executable, "-P", f"{COURSE}/worker.py", *map(str, limits)]


def compile_command(limits: Sequence[int], filter_: int, runtime: Path) -> list[str]:
    """Return the command for a box in which a kernel's text is compiled: no packages, no course, no processes to see.

    Args:
        limits: bytes of memory, seconds of processor time, bytes of a file; the scratch folder holds four such files.
        filter_: descriptor of the filter of system calls, which the command must inherit.
        runtime: the library that runs kernels.
    """
    cuda = Path(unrolled.__file__).parent / "cuda"
    program = _shown(Path(__file__).with_name("translate.py"), f"{COURSE}/translate.py")
    for file in [cuda / f"{name}.py" for name in ("compiler", "errors", "source")] + sorted(cuda.glob("*.[ch]pp")):
        program += _shown(file, f"{COURSE}/unrolled/cuda/{file.name}")
    program += _shown(runtime, f"{SCRATCH}/{runtime.name}")
    last = ["--tmpfs", "/proc", "--remount-ro", "/proc", "--remount-ro", "/", "--seccomp", str(filter_)]
    box = [*_box(4 * limits[2], _roots(packages=False)), "--disable-userns", "--die-with-parent", *program, *last]
    return [*box, os.path.realpath(sys.executable), "-P", "-S", f"{COURSE}/translate.py", *map(str, limits)]


def kernel_command(stem: str, limits: Sequence[int], filter_: int, key: str, sockets: Sequence[int]) -> list[str]:
    """Return the command for a confined kernel, as :func:`worker_command` does for a worker.

    Args:
        stem: the chapter.
        limits: as for a worker.
        filter_: descriptor of the filter of system calls.
        key: signs the kernel's messages.
        sockets: descriptors that it listens on, which the command must inherit.
    """
    path = ["--setenv", "PYTHONPATH", f"{COURSE}:{PROGRAMS}", "--remount-ro", "/", "--seccomp", str(filter_)]
    box = [*_box(limits[2]), "--disable-userns", "--die-with-parent", *_library(stem), *_modules("worker", "kernel")]
    return [*box, *path, sys.executable, *_kernel(limits, key, sockets)]


def zygote_command(filter_: bytes, program: str = "worker") -> list[str]:
    """Return the command for a zygote in a box like a worker's, in which further namespaces can be made.

    It does not die with its parent, which in the sense of the kernel is a thread, but when its socket is closed. What
    differs between chapters lies on a shelf, from which each fork takes what :func:`of_chapter` names.

    Args:
        filter_: the filter of system calls, for its forks.
        program: what its forks run, ``worker`` or ``kernel``.
    """
    python_in_tmp = any(path.is_relative_to(TMP) for path in _roots())  # then no fork may cover it
    private = [place for place in (SCRATCH, "/dev/shm", TMP) if place != TMP or not python_in_tmp]  # noqa: S108
    settings = json.dumps({"private": private, "filter": base64.b64encode(filter_).decode(), "program": program})
    modules = _modules("worker", "walls", "zygote", *({program} - {"worker"}))
    last = ["--setenv", "PYTHONPATH", f"{COURSE}:{PROGRAMS}", "--remount-ro", TMP, "--remount-ro", "/"]
    python = [sys.executable, "-P", "-c", START_ZYGOTE, settings]
    package = Path(unrolled.__file__).parent
    shelf = _shown(package / GIVEN, f"{SHELF}/{GIVEN}")
    return [*_box(), *_package(), *shelf, *modules, *last, *python]


def of_chapter(stem: str) -> list[str]:
    """Return which of the files that differ between chapters one is shown: what earlier ones taught."""
    package = Path(unrolled.__file__).parent
    files = (f"{GIVEN}/{name}.py" for name in ("__init__", *specs.earlier(stem)))
    return [file for file in files if (package / file).is_file()]


def bare_command(limits: Sequence[int]) -> list[str]:
    """Return the command for a worker without walls; for one's own notebooks only."""
    return [sys.executable, "-P", str(Path(__file__).with_name("worker.py")), *map(str, limits)]


def bare_kernel_command(limits: Sequence[int], key: str, sockets: Sequence[int]) -> list[str]:
    """Return the command for a kernel without walls; for one's own notebooks only."""
    return [sys.executable, *_kernel(limits, key, sockets)]


def bare_environment(scratch: str) -> dict[str, str]:
    """Return the environment of a worker without walls: as in the box, but for the places."""
    course = str(Path(unrolled.__file__).parents[1])
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    places = {"PYTHONPATH": course, "IPYTHONDIR": f"{scratch}/ipython", "MPLCONFIGDIR": str(_matplotlib_cache())}
    return _environment() | kept | places


def _kernel(limits: Sequence[int], key: str, sockets: Sequence[int]) -> list[str]:
    return ["-P", "-m", "autograder.sandbox.kernel", *map(str, limits), key, *map(str, sockets)]


def _modules(*names: str) -> list[str]:
    """Show modules of this package under their own names, and of the package nothing else."""
    shown = []
    for name in names:
        shown += _shown(Path(__file__).with_name(f"{name}.py"), f"{PROGRAMS}/autograder/sandbox/{name}.py")
    return shown


def _library(stem: str) -> list[str]:
    """Show the student's package with the files of one chapter."""
    package = Path(unrolled.__file__).parent
    files = [_shown(package / file, f"{COURSE}/unrolled/{file}") for file in of_chapter(stem)]
    return [*_package(), *(word for words in files for word in words)]


def _package() -> list[str]:
    """Show the student's package without what differs between chapters."""
    package = Path(unrolled.__file__).parent
    library = _shown(package, f"{COURSE}/unrolled")
    for folder in (BUNDLES, GIVEN):
        if (package / folder).is_dir():
            library += ["--tmpfs", f"{COURSE}/unrolled/{folder}"]
    for fonts in _font_lists():  # saves the worker a second of looking for fonts
        library += _shown(fonts, f"{SCRATCH}/matplotlib/{fonts.name}")
    return library


def _font_lists() -> list[Path]:
    """Return Matplotlib's lists of fonts, made if there is none; importing it takes a tenth of a second each time."""
    if not (found := sorted(_matplotlib_cache().glob("fontlist-*.json"))):
        import_module("matplotlib.font_manager")
        found = sorted(_matplotlib_cache().glob("fontlist-*.json"))
    return found


def _matplotlib_cache() -> Path:
    """Return the folder in which Matplotlib keeps its lists on Linux."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("MPLCONFIGDIR") or Path(cache) / "matplotlib")


def _box(scratch_size: int = 1 << 20, shown: Sequence[Path] = ()) -> list[str]:
    """Return bwrap with every namespace unshared, Python and its packages read-only, and nothing else.

    Args:
        scratch_size: bytes that each folder in memory holds.
        shown: instead of Python with its packages.
    """
    command = ["bwrap", "--unshare-all", "--unshare-user", "--new-session"]
    command += ["--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--cap-drop", "ALL", "--clearenv"]
    for name, value in _environment().items():
        command += ["--setenv", name, value]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in (TMP, "/dev/shm", SCRATCH):  # noqa: S108  (inside; first, for Python itself may live below /tmp)
        command += ["--size", str(scratch_size), "--tmpfs", folder]
    command += ["--remount-ro", "/dev"]
    shown = shown or _roots()
    for path in shown:
        command += _shown(path)
    for package in (*OURS, *READY_MADE):
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            if any(Path(place).resolve().is_relative_to(path.resolve()) for path in shown):
                command += ["--tmpfs", str(Path(place).resolve())]
    return [*command, "--chdir", SCRATCH]


def _environment() -> dict[str, str]:
    return {
        "HOME": SCRATCH,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": COURSE,
        "PYTHONDONTWRITEBYTECODE": "1",
        "IPYTHONDIR": f"{SCRATCH}/ipython",
        "MPLCONFIGDIR": f"{SCRATCH}/matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "UNROLLED_CUDA": "emulation",  # no GPU can be seen
    }


def _roots(packages: bool = True) -> list[Path]:
    """The folders that Python needs, and its compiled packages."""
    system = [Path(name) for name in ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache") if os.path.lexists(name)]
    python = [Path(sys.base_prefix), Path(sys.prefix)] if packages else [Path(sys.base_prefix)]
    return [*system, *(path for path in python if not path.is_relative_to("/usr"))]


def _shown(path: Path, inside: str | None = None) -> list[str]:
    if path.is_symlink() and inside is None:
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind", str(path), inside or str(path)]
