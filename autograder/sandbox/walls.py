"""The walls that a fork of the zygote builds around itself before it runs a student's code.

The zygote's box already has no network and shows a read-only system. On top of it each submission gets namespaces
of its own: it sees and signals no other process, its folders are new and limited in size, and what the box shows
of processes (/proc), terminals and the zygote's program is hidden. Then it gives up every privilege and has a
filter refuse the system calls that could win one back.
"""

import ctypes
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
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


def enclose(private: Sequence[str], size: int, files: Sequence[str]) -> None:
    """Enter new namespaces, where ``private`` folders are new and hold ``size`` bytes each.

    Of the shelf, ``files`` are put into the student's package, and the rest is hidden.

    The next process that is forked is the first of the new process namespace; with it, all others in it die.
    """
    user, group = os.getuid(), os.getgid()
    _checked(LIBC.unshare(sum(NEW_NAMESPACES.values())), "new namespaces")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
        ("oom_score_adj", "1000"),  # where memory runs out, this is what the kernel should end
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
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


def _put_in_place(files: Sequence[str]) -> None:
    """Copy files of the shelf into new folders, which are read-only from then on."""
    folders = {file: f"{COURSE}/unrolled/{Path(file).parent}" for file in files}
    for folder in set(folders.values()):
        _mount(folder, NO_SETUID | NO_DEVICES, "size=8m,mode=755")
    for file, folder in folders.items():
        shutil.copy(f"{SHELF}/{file}", folder)
    for folder in set(folders.values()):
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
