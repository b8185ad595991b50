"""The command that starts a worker in a box of its own, with bubblewrap; it refuses where that is impossible."""

import functools
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import matplotlib as mpl
import matplotlib.font_manager

import unrolled
from autograder.sandbox.syscalls import MissingLibraryError, compiled_filter

SCRATCH = "/scratch"
HIDDEN_PACKAGES = ("autograder", "solutions")  # wherever they are installed, the box must not show them
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
    probe = subprocess.run([*_box(), "/usr/bin/env", "true"], capture_output=True, text=True, check=False)
    if probe.returncode:
        reason = probe.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise SandboxError(
            f"student code cannot be isolated: bwrap says {reason[0]!r}; user namespaces must be allowed "
            "(sysctl kernel.unprivileged_userns_clone=1; in a container, run it with --security-opt seccomp=unconfined)"
        )


def worker_command(stem: str, memory: int, cpu_seconds: int, file_size: int, filter_: int) -> list[str]:
    """Return the command for a confined worker that sees the visible cases of one chapter only.

    Args:
        stem: the chapter.
        filter_: descriptor of the filter of system calls, which the command must inherit.
        memory, file_size: limits in bytes; the scratch folder holds ``file_size`` bytes too.
        cpu_seconds: limit of processor time.
    """
    package = Path(unrolled.__file__).parent
    library = [*_shown(package, "/course/unrolled"), "--tmpfs", "/course/unrolled/bundles"]
    bundle = f"bundles/{stem}.bundle"
    library += _shown(package / bundle, f"/course/unrolled/{bundle}")
    library += _shown(Path(__file__).with_name("worker.py"), "/course/worker.py")
    fonts = Path(mpl.get_cachedir()) / f"fontlist-v{matplotlib.font_manager.FontManager.__version__}.json"
    if fonts.is_file():  # saves the worker a second of looking for fonts
        library += _shown(fonts, f"{SCRATCH}/matplotlib/{fonts.name}")
    limits = map(str, (memory, cpu_seconds, file_size))
    last = ["--remount-ro", "/", "--seccomp", str(filter_)]
    return [*_box(file_size), *library, *last, sys.executable, "-P", "/course/worker.py", *limits]


def _box(scratch_size: int = 1 << 20) -> list[str]:
    """Return bwrap with every namespace unshared, Python and its packages read-only, and nothing else."""
    command = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"]
    command += ["--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--cap-drop", "ALL", "--clearenv"]
    for name, value in _environment().items():
        command += ["--setenv", name, value]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm", SCRATCH):  # noqa: S108  (inside; first, for Python itself may live below /tmp)
        command += ["--size", str(scratch_size), "--tmpfs", folder]
    command += ["--remount-ro", "/dev"]
    shown = _roots()
    for path in shown:
        command += _shown(path)
    for package in HIDDEN_PACKAGES:
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
        "PYTHONPATH": "/course",
        "PYTHONDONTWRITEBYTECODE": "1",
        "IPYTHONDIR": f"{SCRATCH}/ipython",
        "MPLCONFIGDIR": f"{SCRATCH}/matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _roots() -> list[Path]:
    """The folders that Python and its compiled packages need."""
    system = [Path(name) for name in ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache") if os.path.lexists(name)]
    python = [Path(sys.base_prefix), Path(sys.prefix)]
    return [*system, *(path for path in python if not path.is_relative_to("/usr"))]


def _shown(path: Path, inside: str | None = None) -> list[str]:
    if path.is_symlink() and inside is None:
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind", str(path), inside or str(path)]
