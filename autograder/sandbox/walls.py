"""The walls that a fork of the zygote builds around itself before it runs a student's code.

The zygote's box already has no network and shows a read-only system. On top of it each submission gets namespaces
of its own: it sees and signals no other process, its folders are new and limited in size, and what the box shows
of processes (/proc), terminals and the zygote's program is hidden. Then it gives up every privilege and has a
filter refuse the system calls that could win one back.
"""

import contextlib
import ctypes
import os
from collections.abc import Iterator, Sequence

LIBC = ctypes.CDLL(None, use_errno=True)
USER, GROUP = os.getuid(), os.getgid()  # before a namespace has any
NEW_NAMESPACES = {  # the values of Linux
    "mount": 0x00020000,
    "IPC": 0x08000000,
    "user": 0x10000000,
    "process": 0x20000000,
    "network": 0x40000000,
}
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND = 1, 2, 4, 8, 32, 4096
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")  # which bubblewrap shows; they are the machine's own
COURSE = "/course"  # where the box shows the student's package
PROGRAMS = "/programs"  # where the box shows the zygote's own modules
SHELF = "/shelf"  # where the box shows what differs between chapters
HIDDEN = ("/proc", "/dev/pts", PROGRAMS, SHELF)
SET_SECCOMP, SECCOMP_FILTER, DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES = 22, 2, 24, 38
CAPABILITIES_VERSION = 0x20080522
BYTES_OF_INSTRUCTION = 8


class FilterProgram(ctypes.Structure):
    """What the kernel calls ``sock_fprog``."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def nest() -> int:
    """Go on as the first process of a process namespace in which there can be further ones.

    The process that calls this waits for the one that goes on, and ends when it does. That one is privileged here, and
    nowhere else. It gives each of its forks a process namespace by :func:`separate`.

    Returns:
        a descriptor of the namespace.

    Raises:
        OSError: if the kernel allows no nested namespaces.
    """
    _checked(LIBC.unshare(NEW_NAMESPACES["user"] | NEW_NAMESPACES["process"]), "nested namespaces")
    _stay_who_one_is()
    if child := os.fork():
        os.waitpid(child, 0)
        os._exit(0)
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


@contextlib.contextmanager
def separate(home: int) -> Iterator[None]:
    """Let the next process that is forked be the first of a process namespace; with it, all others in it die.

    Two forks would do without :func:`nest`, since only a child is in the new namespace; but they take twice the time.
    """
    _checked(LIBC.unshare(NEW_NAMESPACES["process"]), "a namespace for processes")
    try:
        yield
    finally:
        _checked(LIBC.setns(home, NEW_NAMESPACES["process"]), "back into the zygote's namespace")


def enclose(private: Sequence[str], size: int, files: Sequence[str]) -> None:
    """Enter new namespaces, where ``private`` folders are new and hold ``size`` bytes each.

    Of the shelf, ``files`` are put into the student's package, and the rest is hidden.
    """
    _checked(LIBC.unshare(sum(NEW_NAMESPACES.values()) - NEW_NAMESPACES["process"]), "new namespaces")
    _stay_who_one_is()
    _write("oom_score_adj", "1000")  # where memory runs out, this is what the kernel should end
    for place in private:
        _mount(place, NO_SETUID | NO_DEVICES, f"size={size},nr_inodes=10000,mode=700")
    _put_in_place(files)
    for name in DEVICES:  # else a worker whose grader is root could change their modes and times
        flags = BIND | REMOUNT | READ_ONLY | NO_SETUID | NO_PROGRAMS
        _checked(LIBC.mount(None, f"/dev/{name}".encode(), None, flags, None), f"read-only /dev/{name}")
    for place in HIDDEN:
        _mount(place, NO_SETUID | NO_DEVICES | READ_ONLY, "size=4k,nr_inodes=2,mode=500")
    for capability in range(64):
        if LIBC.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0):
            break  # there are no more


def _stay_who_one_is() -> None:
    """In a new user namespace, keep the numbers of user and group."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{USER} {USER} 1"), ("gid_map", f"{GROUP} {GROUP} 1")):
        _write(name, text)


def _write(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)


def _put_in_place(files: Sequence[str]) -> None:
    """Copy files of the shelf into new folders, which are read-only from then on."""
    folders = {f"{COURSE}/unrolled/{os.path.dirname(file)}" for file in files}
    for folder in folders:
        _mount(folder, NO_SETUID | NO_DEVICES, "size=8m,mode=755")
    for file in files:
        with open(f"{SHELF}/{file}", "rb") as source, open(f"{COURSE}/unrolled/{file}", "wb") as copy:
            copy.write(source.read())
    for folder in folders:
        _mount(folder, NO_SETUID | NO_DEVICES | READ_ONLY | REMOUNT, "size=8m,mode=755")


def give_up_privileges(program: bytes) -> None:
    """Drop all capabilities for good and have the kernel filter system calls from here on."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0)
    _checked(LIBC.capset(header, (ctypes.c_uint32 * 6)()), "dropping capabilities")
    _checked(LIBC.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    filter_ = FilterProgram(len(program) // BYTES_OF_INSTRUCTION, program)
    _checked(LIBC.prctl(SET_SECCOMP, SECCOMP_FILTER, ctypes.byref(filter_), 0, 0), "filter of system calls")


def _mount(place: str, flags: int, options: str) -> None:
    _checked(LIBC.mount(b"tmpfs", place.encode(), b"tmpfs", flags, options.encode()), f"new folder {place}")


def _checked(result: int, wall: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{wall}: {os.strerror(number)}")
