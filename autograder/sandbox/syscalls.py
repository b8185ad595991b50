"""The system calls that a worker is refused, as a filter that bubblewrap installs.

A limit on processes does not bind root, and the box has no control group; so no process may be started at all.
Threads may. Memory that no limit counts (memfd) and doors to the kernel that no exercise needs are shut too, among
them families of sockets that a network namespace does not confine (of which vsock leads to a virtual machine's host).
And nothing may be left behind, or be seen, at files that all boxes share, such as Python's own: no locks, no word of
who is told of signals, no look at what is in the machine's memory.
"""

import errno
import functools
import os
import socket
import tempfile

CLONE_THREAD = 0x10000
REFUSED = (
    *("fork", "vfork", "memfd_create", "memfd_secret", "ptrace", "process_vm_readv", "process_vm_writev"),
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "keyctl", "add_key", "request_key"),
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "kexec_load", "open_by_handle_at", "shmget"),
    *("msgget", "mq_open", "inotify_init", "inotify_init1", "fanotify_init", "pidfd_open", "pidfd_getfd"),
    *("semget", "kcmp", "process_madvise", "process_mrelease", "pidfd_send_signal", "name_to_handle_at"),
    *("io_setup", "io_submit", "io_destroy"),  # of which the whole machine has a fixed number
    *("fsopen", "fsmount", "fspick", "open_tree", "move_mount", "mount_setattr"),
    *("flock", "mincore", "preadv2", "sysinfo"),
)
# What changes modes, owners and times of files, which are the machine's own devices where a box shows them writable.
OF_FILES = (
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat"),
)
CACHESTAT, FCHMODAT2 = 451, 452  # on every machine; libseccomp may not know their names yet
# Of fcntl: locks, owners and numbers of signals, leases, notices, and hints on how a file will be written.
REFUSED_FCNTL = (6, 7, 8, 10, 15, 37, 38, 1024, 1026, 1036, 1038)

FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)  # those that namespaces confine


class MissingLibraryError(RuntimeError):
    """The library that compiles filters is not installed."""


@functools.cache
def compiled_filter(*, processes: bool = False, files: bool = True) -> bytes:
    """Return the filter as the program that the kernel runs.

    Args:
        processes: whether any may be started, which only programs of ours may.
        files: whether modes, owners and times of files may be changed.

    Raises:
        MissingLibraryError: if libseccomp is not there.
    """
    try:
        import pyseccomp  # noqa: PLC0415  (fails where its C library is missing, and then we say so)
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            "the Python package pyseccomp is missing; install the grader's extra (pip install 'unrolled[grader]')"
        ) from error
    except (ImportError, OSError, RuntimeError) as error:
        raise MissingLibraryError(
            "the library libseccomp is missing; install it (Debian, Ubuntu: apt-get install libseccomp2; "
            "Fedora: dnf install libseccomp)"
        ) from error
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in REFUSED if not processes else set(REFUSED) - {"fork", "vfork"}:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    for call in () if files else (*OF_FILES, FCHMODAT2):
        rules.add_rule(pyseccomp.ERRNO(0), call)  # which is success, without anything done
    if not processes:
        process = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, 0)
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", process)
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), CACHESTAT)
    for command in REFUSED_FCNTL:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "fcntl", pyseccomp.Arg(1, pyseccomp.EQ, command))
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags are in memory; libc falls back on clone
    for family in range(socket.AF_INET6):
        if family not in FAMILIES:
            rules.add_rule(pyseccomp.ERRNO(errno.EAFNOSUPPORT), "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    rules.add_rule(pyseccomp.ERRNO(errno.EAFNOSUPPORT), "socket", pyseccomp.Arg(0, pyseccomp.GT, socket.AF_INET6))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def filter_descriptor(*, processes: bool = False, files: bool = True) -> int:
    """Return a descriptor from which bubblewrap can read the filter; the caller closes it."""
    reading, writing = os.pipe()
    os.write(writing, compiled_filter(processes=processes, files=files))  # far less than a pipe holds
    os.close(writing)
    return reading
