"""Fair times: versions take turns, and the median of each counts; so a busy minute of the machine hits all alike.

Times are those of the processor. With one thread they are wall time on an idle machine, and on a busy one they leave
out what the scheduler gave to others.
"""

import os
import platform
import time
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np

Action = Callable[[], object]


def milliseconds(action: Action) -> float:
    """Return the processor's time for one call."""
    started = time.process_time()
    action()
    return 1000 * (time.process_time() - started)


def alternated(actions: Mapping[str, Action], repetitions: int = 15) -> dict[str, float]:
    """Return the median time of each action in milliseconds, after one call of each that does not count."""
    for action in actions.values():
        action()
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repetitions):
        for name, action in actions.items():
            times[name].append(milliseconds(action))
    return {name: median(values) for name, values in times.items()}


def peak_mib(action: Action) -> float:
    """Return the most memory in MiB that Python and NumPy held at once during a call, its result included."""
    tracemalloc.start()
    try:
        result = action()
        _, peak = tracemalloc.get_traced_memory()
        del result
    finally:
        tracemalloc.stop()
    return peak / 2**20


def product_rate(dtype: str, size: int = 768) -> float:
    """Return the speed of a square matrix product in 10⁹ additions and multiplications a second."""
    matrix, out = np.ones((size, size), dtype), np.empty((size, size), dtype)
    return 2e-6 * size**3 / alternated({"product": lambda: np.matmul(matrix, matrix, out=out)})["product"]


def copy_bandwidth(mib: int = 64) -> float:
    """Return how many 10⁹ bytes a second are read and as many written, by copying more than a cache holds."""
    source, target = np.ones(mib * 2**17), np.empty(mib * 2**17)
    return 1e-6 * source.nbytes / alternated({"copy": lambda: np.copyto(target, source)})["copy"]


def machine() -> dict[str, str]:
    """Say what was measured on, when, and how busy it was."""
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, one used",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }
