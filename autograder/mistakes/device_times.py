"""Wrong answers to the questions of ``cupy_arrays`` about time."""

from solutions.arguments import whole
from unrolled.timeline import PaperGPU

# transfer_seconds


def transfers_one_way(nbytes, steps, latency, bandwidth):
    seconds, side = 0.0, "host"
    for where, made in steps:
        if where != side:
            seconds += latency + nbytes / bandwidth
        side, nbytes = where, made
    return seconds


def transfers_of_results(nbytes, steps, latency, bandwidth):
    seconds, side = 0.0, "host"
    for where, made in [*steps, ("host", steps[-1][1])]:
        if where != side:
            seconds += latency + made / bandwidth
        side = where
    return seconds


def transfers_every_step(nbytes, steps, latency, bandwidth):
    seconds = 0.0
    for where, made in steps:
        if where == "device":
            seconds += 2 * latency + (nbytes + made) / bandwidth
        nbytes = made
    return seconds


def transfers_without_latency(nbytes, steps, latency, bandwidth):
    seconds, side = 0.0, "host"
    for where, made in [*steps, ("host", 0)]:
        if where != side:
            seconds += nbytes / bandwidth
        side, nbytes = where, made
    return seconds


def transfers_latency_once(nbytes, steps, latency, bandwidth):
    seconds = transfers_without_latency(nbytes, steps, latency, bandwidth)
    return seconds + latency if seconds else 0.0


# timed


def timed_published(warm_up, kernels):
    gpu = PaperGPU()
    for micros in warm_up:
        gpu.launch(micros)
    begin = gpu.clock
    for micros in kernels:
        gpu.launch(micros)
    return gpu.clock - begin


def timed_oracle(warm_up, kernels):
    launched = done = 0
    for micros in kernels:
        launched += 10
        done = max(launched, done) + micros
    return done


def timed_without_wait_before(warm_up, kernels):
    gpu = PaperGPU()
    for micros in warm_up:
        gpu.launch(micros)
    begin = gpu.clock
    for micros in kernels:
        gpu.launch(micros)
    gpu.synchronize()
    return gpu.clock - begin


def timed_without_wait_behind(warm_up, kernels):
    gpu = PaperGPU()
    for micros in warm_up:
        gpu.launch(micros)
    begin = gpu.clock
    gpu.synchronize()
    for micros in kernels:
        gpu.launch(micros)
    return gpu.clock - begin


def timed_waiting_each(warm_up, kernels):
    gpu = PaperGPU()
    for micros in kernels:
        gpu.launch(micros)
        gpu.synchronize()
    return gpu.clock


def timed_sum(warm_up, kernels):
    return sum(kernels)


def timed_with_warm_up(warm_up, kernels):
    gpu = PaperGPU()
    for micros in [*warm_up, *kernels]:
        gpu.launch(micros)
    gpu.synchronize()
    return gpu.clock


# gpu_times


def _benchmark(kernels, n_warmup, n_repeat, begin, end, compilation=500):
    gpu, times = PaperGPU(compilation=compilation), []
    for call in range(n_warmup + n_repeat):
        start = begin(gpu)
        for name, micros in kernels:
            gpu.launch(micros, name)
        stop = end(gpu)
        gpu.synchronize()
        if call >= n_warmup:
            times.append(stop - start)
    return times


def _event(gpu):
    return gpu.record().time


def _clock(gpu):
    return gpu.clock


def _waited(gpu):
    gpu.synchronize()
    return gpu.clock


def times_warm_up_counted(kernels, n_warmup, n_repeat):
    return _benchmark(kernels, 0, n_warmup + n_repeat, _event, _event)


def times_no_warm_up(kernels, n_warmup, n_repeat):
    return _benchmark(kernels, 0, n_repeat, _event, _event)


def times_of_the_host(kernels, n_warmup, n_repeat):
    return _benchmark(kernels, n_warmup, n_repeat, _clock, _clock)


def times_in_one(kernels, n_warmup, n_repeat):
    return sum(_benchmark(kernels, n_warmup, n_repeat, _event, _event))


def times_summed(kernels, n_warmup, n_repeat):
    return [sum(micros for _, micros in kernels)] * n_repeat


def times_last_kernel(kernels, n_warmup, n_repeat):
    gpu, times = PaperGPU(compilation=500), []
    for call in range(n_warmup + n_repeat):
        for name, micros in kernels:
            begin = gpu.record()
            gpu.launch(micros, name)
        end = gpu.record()
        gpu.synchronize()
        if call >= n_warmup:
            times.append(gpu.elapsed(begin, end))
    return times


def times_compiled_always(kernels, n_warmup, n_repeat):
    times = []
    for _ in range(n_repeat):
        times += _benchmark(kernels, 0, 1, _event, _event)
    return times


# test_gpu_times


def version_valid(kernels: list[tuple[str, int]], n_warmup: int, n_repeat: int) -> None:
    if not kernels or not all(isinstance(name, str) and whole("micros", micros, 1) for name, micros in kernels):
        raise ValueError("kernels are pairs of a name and microseconds, at least one")
    whole("n_warmup", n_warmup, 0), whole("n_repeat", n_repeat, 1)


def version_right(kernels, n_warmup, n_repeat):
    known, times = set(), []
    for _ in range(n_warmup + n_repeat):
        clock = done = 0
        for name, micros in kernels:
            clock += 10 if name in known else 510
            known.add(name)
            done = max(clock, done) + micros
        times.append(done)
    return times[n_warmup:]


def test_one_kernel(candidate):
    assert candidate([("a", 40)], 1, 1) == [50]


def test_without_warm_up(candidate):
    assert candidate([("a", 40), ("b", 5)], 0, 2) == [1025, 55]


def test_length(candidate):
    assert len(candidate([("a", 40), ("b", 5)], 1, 2)) == 2


def test_steady(candidate):
    first, second = candidate([("a", 40), ("b", 5)], 1, 2)
    assert first == second


def test_sum(candidate):
    assert candidate([("a", 40), ("b", 5)], 1, 2) == [45, 45]
