"""Processor time of other processes: what a call costs whether or not the machine is busy with others besides."""

import ctypes
import time
from pathlib import Path


def process_of(descriptor: int) -> int:
    """Return the number, in this process's namespace, of a process that a descriptor stands for; -1 once it is gone."""
    about = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    return next((int(line.split()[1]) for line in about.splitlines() if line.startswith("Pid:")), -1)


def processor_seconds(process: int) -> float | None:
    """Return the processor time that all threads of a process have spent, or None where that cannot be read."""
    clock = ctypes.c_int()
    if process < 1:  # which would be this one
        return None
    try:
        if ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock)):
            return None
        return time.clock_gettime(clock.value)
    except (AttributeError, OSError):  # not on every system; or the process has ended
        return None
