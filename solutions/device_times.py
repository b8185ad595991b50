"""What the chapter ``cupy_arrays`` says about time and memory, without a clock: by rules, and on a GPU on paper.

:class:`unrolled.timeline.PaperGPU` counts microseconds that somebody chose. Nothing here is a measurement.
"""

from collections.abc import Callable

import numpy as np

from solutions.arguments import Array
from unrolled.timeline import PaperGPU

__all__ = ["exposing", "gpu_times", "pool", "test_gpu_times", "timed", "traffic", "transfer_seconds", "waiting"]

exposing = {"warm_up": [], "kernels": [1]}  # for ``timed``: the host does not even wait for one short kernel


def transfer_seconds(nbytes: int, steps: list[tuple[str, int]], latency: float, bandwidth: float) -> float:
    """Add up the transfers of a chain of steps, each of which works on what the step before it made.

    Args:
        nbytes: of the input, which lies on the host.
        steps: for each step the side where it runs, "host" or "device", and the bytes of its result.
        latency: seconds that every transfer takes, whatever its size.
        bandwidth: bytes per second.

    Returns:
        Seconds for all transfers, if arrays move only when they must and the last result is needed on the host.
    """
    seconds, side = 0.0, "host"
    for where, made in [*steps, ("host", 0)]:
        if where != side:
            seconds += latency + nbytes / bandwidth
        side, nbytes = where, made
    return seconds


def waiting() -> Array:
    """Launch kernels of 40, 5 and 100 µs, and copy their result in 30 µs; a launch takes 10 µs.

    Returns:
        The host's clock after the last launch; when the device is done; the clock after the copy; how long the copy
        seems to take.
    """
    gpu = PaperGPU(launch=10)
    for micros in 40, 5, 100:
        gpu.launch(micros)
    launched, done = gpu.clock, gpu.record().time
    gpu.copy(30)
    return np.array([launched, done, gpu.clock, gpu.clock - launched])


def timed(warm_up: list[int], kernels: list[int]) -> int:
    """Time some kernels by the host's clock, after others have warmed up.

    Args:
        warm_up: microseconds of the kernels that are launched first, and do not count.
        kernels: microseconds of those that do.

    Returns:
        Microseconds from the moment when the device is idle and the first of ``kernels`` is to be launched, to the
        moment when the last of them is done.
    """
    gpu = PaperGPU()
    for micros in warm_up:
        gpu.launch(micros)
    gpu.synchronize()
    begin = gpu.clock
    for micros in kernels:
        gpu.launch(micros)
    gpu.synchronize()
    return gpu.clock - begin


def gpu_times(kernels: list[tuple[str, int]], n_warmup: int, n_repeat: int) -> list[int]:
    """Time a function on the device by two events for each repetition.

    Args:
        kernels: what one call of the function launches, names and microseconds.
        n_warmup: calls that come first and are not timed.
        n_repeat: calls that are timed.

    Returns:
        For each timed call the microseconds between an event recorded before it and one recorded behind it.
    """
    gpu = PaperGPU(compilation=500)
    times = []
    for call in range(n_warmup + n_repeat):
        begin = gpu.record()
        for name, micros in kernels:
            gpu.launch(micros, name)
        end = gpu.record()
        gpu.synchronize()
        if call >= n_warmup:
            times.append(gpu.elapsed(begin, end))
    return times


def test_gpu_times(candidate: Callable[[list[tuple[str, int]], int, int], list[int]]) -> None:
    """Raise AssertionError if ``candidate(kernels, n_warmup, n_repeat)`` does not time as :func:`gpu_times` does.

    Args:
        candidate: a function that should return the microseconds of each timed call, first launches of a name
            taking 510 µs and others 10.

    Raises:
        AssertionError: if a list of times is wrong.
    """
    long, short = ("long", 40), ("short", 5)
    for kernels, n_warmup, n_repeat, expected in [
        ([long, short], 1, 2, [55, 55]),
        ([short, long], 2, 1, [60]),
        ([short, short], 1, 1, [25]),
        ([long, short], 0, 3, [1025, 55, 55]),
        ([long], 0, 1, [550]),
    ]:
        times = candidate(kernels, n_warmup, n_repeat)
        case = f"{kernels}, {n_warmup} calls to warm up, {n_repeat} timed"
        assert times == expected, f"{case}: {times}, not {expected}"


def traffic() -> Array:
    """Count for ``xp.sqrt(xp.maximum(x * 2 + 1, 0))``, x of shape (8, 16, 32, 32) and float32.

    Returns:
        Kernels; bytes that they read and write; those of one fused kernel; bytes of the arrays made on the way.
    """
    size, kernels = 4 * 8 * 16 * 32 * 32, 4
    return np.array([kernels, kernels * 2 * size, 2 * size, (kernels - 1) * size])


def pool() -> Array:
    """Follow CuPy's memory pool through five lines.

    ``a = xp.zeros(1000, "f4")``; ``b = xp.zeros(100, "f4")``; ``del a``; ``c = xp.zeros(900, "f4")``; and, after
    ``del b, c``, ``free_all_blocks()``.

    Returns:
        Bytes held in all after each of the five lines; blocks are multiples of 512 bytes.
    """
    a, b = _block(4000), _block(400)
    assert _block(3600) == a  # so c gets the block that a had
    return np.array([a, a + b, a + b, a + b, 0])


def _block(nbytes: int) -> int:
    return -(-nbytes // 512) * 512
