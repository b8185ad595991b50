"""The GPU on paper: who waits for whom."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.timeline import PaperGPU, Span

times = st.lists(st.integers(0, 200), max_size=6)


def test_a_launch_returns_before_its_kernel_is_done() -> None:
    gpu = PaperGPU(launch=10)
    gpu.launch(70, "a")
    assert gpu.clock == 10
    assert gpu.spans[-1] == Span("device", "a", 10, 80)


def test_kernels_queue_up() -> None:
    gpu = PaperGPU(launch=10)
    for micros in 40, 5, 100:
        gpu.launch(micros)
    assert [span[2:] for span in gpu.spans if span.side == "device"] == [(10, 50), (50, 55), (55, 155)]
    assert gpu.clock == 30
    gpu.synchronize()
    assert gpu.clock == 155
    gpu.synchronize()
    assert gpu.clock == 155


def test_an_idle_device_waits_for_the_launch() -> None:
    gpu = PaperGPU(launch=10)
    gpu.launch(1)
    gpu.work(50)
    gpu.launch(1)
    assert gpu.spans[-1].begin == 70


def test_a_copy_waits_and_then_takes_its_time() -> None:
    gpu = PaperGPU(launch=10)
    gpu.launch(100)
    gpu.copy(30)
    assert gpu.clock == 140
    gpu.launch(1)
    assert gpu.spans[-1].begin == 150


def test_a_name_is_compiled_once() -> None:
    gpu = PaperGPU(launch=10, compilation=500)
    clocks = []
    for name in "a", "a", "b":
        gpu.launch(1, name)
        clocks.append(gpu.clock)
    assert clocks == [510, 520, 1030]


def test_events_count_the_device_s_time() -> None:
    gpu = PaperGPU(launch=10)
    gpu.launch(100, "before")
    begin = gpu.record()
    gpu.launch(40)
    gpu.launch(2)
    end = gpu.record()
    with pytest.raises(RuntimeError, match="synchronize first"):
        gpu.elapsed(begin, end)
    gpu.synchronize()
    assert gpu.elapsed(begin, end) == 42


@given(times, st.integers(0, 20))
def test_together_they_take_as_long_as_the_recurrence_says(kernels: list[int], launch: int) -> None:
    """done[k] = max((k + 1)·launch, done[k - 1]) + micros[k]."""
    gpu, done = PaperGPU(launch), 0
    for k, micros in enumerate(kernels):
        gpu.launch(micros)
        done = max((k + 1) * launch, done) + micros
    gpu.synchronize()
    assert gpu.clock == max(done, len(kernels) * launch)


@given(times, times)
def test_no_side_does_two_things_at_once(kernels: list[int], works: list[int]) -> None:
    gpu = PaperGPU()
    for micros, work in zip(kernels, works, strict=False):
        gpu.launch(micros)
        gpu.work(work)
    gpu.copy(7)
    for side in "host", "device":
        spans = [span for span in gpu.spans if span.side == side]
        assert all(before.end <= after.begin for before, after in pairwise(spans))
