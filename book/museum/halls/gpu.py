"""Exhibits: what goes wrong on many threads, and with the clock in hand. All of it is shown in NumPy's terms."""

import numpy as np

from museum.exhibit import Exhibit


def added_at_the_same_time(total, index, values):
    read = total[index]  # all threads read
    total = total.copy()
    total[index] = read + values  # wrong
    return total


def added_one_at_a_time(total, index, values):
    if len(index) != len(values) or index.max() >= len(total):
        raise ValueError("each value needs a place")
    return total + np.bincount(index, values, len(total))


def two_threads_one_place(add):
    assert add(np.zeros(2), np.array([1, 1]), np.array([3.0, 4.0])).tolist() == [0, 7]


def seconds_until_launched(launch, work):
    return launch  # wrong


def seconds_until_done(launch, work):
    return launch + work


def twice_the_work_takes_longer(seconds):
    assert seconds(launch=1, work=20) > seconds(launch=1, work=10)


def mean_with_the_first_call(times):
    return times.mean()  # wrong


def median_without_the_first(times):
    if len(times) < 2:
        raise ValueError("one call warms up, others are measured")
    return np.median(times[1:])


def a_slow_start_is_no_slow_function(measured):
    assert measured(np.array([90.0, 1.0, 1.0, 1.0])) == 1


def one_block_for_each_column(columns):
    return min(columns, 65_535)  # wrong


def columns_all_covered(columns):
    return columns


def long_rows_are_covered(covered):
    for columns in (1, 65_535, 65_536, 176_000):
        assert covered(columns) == columns


def grid_from_an_overflow(columns, rows):
    with np.errstate(over="ignore"):
        return int((np.int32(columns) * np.int32(rows) + 255) // 256)  # wrong


def grid_exact(columns, rows):
    return (columns * rows + 255) // 256


def large_layers_have_blocks(blocks):
    assert blocks(153_600, 20_736) == 12_441_600
    assert blocks(1, 257) == 2


EXHIBITS = [
    Exhibit(
        id="lost-updates",
        theme="GPU and timing",
        title="Two threads add to one place, and one sum is lost",
        where="OpenVINO, scatter on the GPU (pull request 29154)",
        link="https://github.com/openvinotoolkit/openvino/pull/29154",
        stood="at least until February 2025",
        told="Adding is reading, adding and writing. If two threads read before either writes, one addition is lost. "
        "An atomic addition, or one thread per place, makes it whole. NumPy's own index shows what happens.",
        wrong=added_at_the_same_time,
        right=added_one_at_a_time,
        args={"total": np.zeros(1), "index": np.array([0, 0]), "values": np.array([3.0, 4.0])},
        caught_by=two_threads_one_place,
    ),
    Exhibit(
        id="clock-stopped-early",
        theme="GPU and timing",
        title="The clock stops when the work has been ordered",
        where="benchmarks of cuPyNumeric (pull request 747) and CuPy users' reports (such as issue 7185)",
        link="https://github.com/nv-legate/cupynumeric/pull/747",
        stood="until January 2023",
        told="A launch returns at once, and the GPU works on. Whoever looks at the clock then has measured the order,"
        " not the work. Wait for the device first.",
        wrong=seconds_until_launched,
        right=seconds_until_done,
        args={"launch": 0, "work": 1},
        caught_by=twice_the_work_takes_longer,
    ),
    Exhibit(
        id="first-call-counted",
        theme="GPU and timing",
        title="The first call is counted",
        where="convnet-benchmarks (pull request 17)",
        link="https://github.com/soumith/convnet-benchmarks/pull/17",
        stood="until 2014",
        told="The first call makes plans, compiles, or fetches memory. It belongs to none of the others. One "
        "library's result changed when each was run once before the clock started.",
        wrong=mean_with_the_first_call,
        right=median_without_the_first,
        args={"times": np.array([90.0, 1.0])},
        caught_by=a_slow_start_is_no_slow_function,
    ),
    Exhibit(
        id="grid-too-narrow",
        theme="GPU and timing",
        title="A grid has 65,535 rows of blocks at most",
        where="llama.cpp, im2col on the GPU (pull request 22944)",
        link="https://github.com/ggml-org/llama.cpp/pull/22944",
        stood="until May 2026",
        told="One block was launched for each output column, along an axis of the grid that CUDA limits. A few "
        "seconds of sound are longer. Our version leaves the rest out; the library's launch was refused.",
        wrong=one_block_for_each_column,
        right=columns_all_covered,
        args={"columns": 65_536},
        caught_by=long_rows_are_covered,
    ),
    Exhibit(
        id="grid-overflow",
        theme="GPU and timing",
        title="The number of blocks has overflowed before it is widened",
        where="MNN, im2col on the GPU (pull request 4817)",
        link="https://github.com/alibaba/MNN/pull/4817",
        stood="",
        told="A product of two 32-bit numbers was stored in a 64-bit one, which is too late. The launch failed, "
        "nothing said so, and the next layer read memory that nobody had written.",
        wrong=grid_from_an_overflow,
        right=grid_exact,
        args={"columns": 2**16, "rows": 2**15},
        caught_by=large_layers_have_blocks,
    ),
]
