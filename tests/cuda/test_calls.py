"""Calling a kernel: what is accepted, and what is said of what is not."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.testing import assert_array_equal

from unrolled.cuda import compiler, errors
from unrolled.cuda.emulation import RawKernel

F32 = np.zeros(4, np.float32)
COPY = 'extern "C" __global__ void copy(const float* x, float* y, int n, float s, double d, bool b) { y[0] = x[0]; }'
GOOD = (F32, F32.copy(), 4, np.float32(1), 1.0, True)


def swapped(position: int, value: Any) -> tuple[Any, ...]:
    return (*GOOD[:position], value, *GOOD[position + 1 :])


READ_ONLY = F32.copy()
READ_ONLY.flags.writeable = False
ARGUMENTS = {
    "too few": (GOOD[:4], "copy takes 6 arguments (x, y, n, s, d, b), not 4"),
    "float64 for float": (swapped(0, np.zeros(4)), "x points to float32, but the array has dtype float64"),
    "a list": (swapped(0, [1.0]), "x is a pointer and needs an array, not list"),
    "a transposed array": (swapped(0, np.zeros((2, 3), np.float32).T), "pass np.ascontiguousarray(x)"),
    "every other element": (swapped(1, np.zeros(8, np.float32)[::2]), "y is not C-contiguous (strides (8,))"),
    "a read-only array": (swapped(1, READ_ONLY), "y is read-only"),
    "overlapping arrays": ((F32[:3], F32[1:], *GOOD[2:]), "x and y overlap"),
    "an array for an int": (swapped(2, F32), "n is int32, but the argument is of type ndarray"),
    "a float for an int": (swapped(2, 4.0), "pass np.int32(...)"),
    "np.int64 for int": (swapped(2, np.int64(4)), "n is int32, but the argument is int64"),
    "an int that does not fit": (swapped(2, 2**31), "cannot hold 2147483648"),
    "a Python float for float": (swapped(3, 0.5), "pass np.float32(0.5): CuPy hands over a Python float as a double"),
    "an int for double": (swapped(4, 1), "d is float64, but the argument is of type int"),
    "an int for bool": (swapped(5, 1), "b is bool, but the argument is of type int; pass np.bool_(...)"),
    "a bool for int": (swapped(2, True), "n is int32, but the argument is of type bool"),
}
LAUNCHES = {
    "no block": ((0,), (1,), 0, "grid x is 0"),
    "a negative grid": ((1, -1), (1,), 0, "grid y is -1"),
    "an int for a tuple": (4, (1,), 0, "the grid must be a tuple"),
    "floats": ((1,), (1.5,), 0, "the block must be a tuple"),
    "four axes": ((1, 1, 1, 1), (1,), 0, "the grid must be a tuple of one to three ints"),
    "too many threads": ((1,), (64, 32), 0, "2048 threads; at most 1024"),
    "too long a block": ((1,), (1, 1, 65), 0, "block z is 65; it must be between 1 and 64"),
    "too high a grid": ((1, 65536), (1,), 0, "grid y is 65536"),
    "too much shared memory": ((1,), (1,), 49153, "49153 bytes of dynamic"),
}
TEXTS = {
    "an unknown name": (
        "__global__ void k(float* y) {\n  int i = threadIdx.x;\n  y[j] = i;\n}",
        3,
        "'j' was not declared",
    ),
    "before a comment of many lines": ("/*\n\n*/ __global__ void k(int n) { n = m; }", 3, "'m' was not declared"),
    "in a shuffle": ("__global__ void k(int n) {\n  short s = 1;\n  s = __shfl_sync(~0u, s, 0); }", 3, "4 or 8 bytes"),
    "a missing header": ("\n#include <vector>\n__global__ void k(int n) {}", 2, "vector"),
    "no such kernel": ("__global__ void other(int n) {}", None, "the text has no kernel 'k'; it defines other"),
    "no kernel at all": ("void k(int n) {}", None, "is __global__ missing?"),
    "not callable from Python": ("namespace q { __global__ void k(int n) {} }", None, "cannot be called: 'k'"),
}


@pytest.mark.parametrize(("args", "says"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments_must_fit(args: tuple[Any, ...], says: str) -> None:
    with pytest.raises(errors.ArgumentError) as caught:
        RawKernel(COPY, "copy")((1,), (1,), args)
    assert says in str(caught.value)


def test_arguments_that_fit() -> None:
    kernel = RawKernel(COPY, "copy")
    for n in (4, np.int32(-4)):
        for d in (0.5, np.float64(0.5)):
            for b in (False, np.bool_(True)):
                kernel((1,), (1,), (np.ones(1, np.float32), np.zeros((2, 2), np.float32), n, np.float32(2), d, b))


@pytest.mark.parametrize(("grid", "block", "shared", "says"), LAUNCHES.values(), ids=LAUNCHES)
def test_a_launch_that_a_gpu_refuses(grid: Any, block: Any, shared: int, says: str) -> None:
    with pytest.raises(errors.LaunchError) as caught:
        RawKernel(COPY, "copy")(grid, block, GOOD, shared_mem=shared)
    assert says in str(caught.value)


@pytest.mark.parametrize(("code", "line", "says"), TEXTS.values(), ids=TEXTS)
def test_a_text_that_does_not_compile_names_its_line(code: str, line: int | None, says: str) -> None:
    with pytest.raises(errors.CompileError) as caught:
        RawKernel(f'extern "C" {{ {code} }}', "k").compile()
    assert caught.value.line == line, str(caught.value)
    assert says in str(caught.value)


def test_a_kernel_without_extern_c_is_refused_for_cupy_would_not_find_it() -> None:
    with pytest.raises(errors.CompileError, match='put extern "C" in front of k'):
        RawKernel("__global__ void k(float* y) {}", "k").compile()


def test_options_define_names_and_unknown_ones_are_refused() -> None:
    code = 'extern "C" __global__ void k(int* y) { y[0] = SIZE; }'
    y = np.zeros(1, np.int32)
    RawKernel(code, "k", ("-DSIZE=7", "--std=c++14", "--use_fast_math"))((1,), (1,), (y,))
    assert y[0] == 7
    with pytest.raises(errors.CompileError, match="the option '-O9' is not known here"):
        RawKernel(code, "k", ("-O9",)).compile()


def test_arrays_are_unchanged_if_something_goes_wrong() -> None:
    code = 'extern "C" __global__ void k(float* y) { y[threadIdx.x] = 1; }'
    y = np.zeros(3, np.float32)
    with pytest.raises(errors.OutOfBoundsError):
        RawKernel(code, "k")((1,), (4,), (y,))
    assert_array_equal(y, 0)


def test_a_kernel_is_compiled_once(tmp_path: Path) -> None:
    code = 'extern "C" __global__ void k(float* y) {}'
    built = compiler.build(code, "k", folder=tmp_path)
    made = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert compiler.build(code, "k", folder=tmp_path) == built
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == made
    assert compiler.build(code, "k", ["-DX"], tmp_path).library != built.library
    assert compiler.build(code + " ", "k", folder=tmp_path).library != built.library


def test_a_compiler_that_takes_too_long_is_ended_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "SECONDS", 1)
    bomb = (
        "template<int N, class T> struct B : B<N-1, int(T)>, B<N-1, char(T)> {}; template<class T> struct B<0, T> {};"
    )
    mark = f"-DMARK={os.getpid()}"
    with pytest.raises(errors.CompileError, match="more than 1 seconds"):
        RawKernel(f'{bomb} B<30, int> b; extern "C" __global__ void k(int n) {{}}', "k", (mark,)).compile()
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if mark in command and "cc1plus" in command]


def test_without_a_compiler_it_is_said_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    program = "from unrolled.cuda.compiler import build; build('', 'k')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "CompilerMissingError" in done.stderr
    assert "apt-get install g++" in done.stderr


@pytest.mark.parametrize(
    "body",
    ["for (volatile int i = 0;;) i = 1;", "while (true) y[0] += 1;", "while (true) __syncthreads();"],
    ids=["computing", "writing", "at barriers"],
)
def test_an_endless_kernel_can_be_interrupted(body: str) -> None:
    kernel = RawKernel(f'extern "C" __global__ void k(float* y) {{ {body} }}', "k")
    kernel.compile()
    y = np.zeros(1, np.float32)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        kernel((1,), (1,), (y,))
    timer.join()
    assert y[0] == 0


def test_threads_of_python_wait_for_each_other() -> None:
    code = (
        'extern "C" __global__ void k(int* y, int v) { __syncthreads(); y[blockIdx.x * blockDim.x + threadIdx.x] = v; }'
    )
    kernel, results = RawKernel(code, "k"), [np.zeros(640, np.int32) for _ in range(8)]
    workers = [threading.Thread(target=kernel, args=((10,), (64,), (y, v))) for v, y in enumerate(results)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert_array_equal(results, np.arange(8)[:, None] * np.ones(640))


BACKENDS = {
    "no CuPy": (None, {}, "emulation", "not installed"),
    "asked for": ("class RawKernel: pass", {"UNROLLED_CUDA": "emulation"}, "emulation", "asks for the emulation"),
    "CuPy without a GPU": ("cuda = None", {}, "emulation", "no usable GPU"),
    "CuPy with a GPU": (
        "class RawKernel: pass\nclass cuda:\n class runtime:\n  getDeviceProperties = lambda _: {'name': b'Some GPU'}",
        {},
        "cupy",
        "found a GPU: Some GPU",
    ),
}


@pytest.mark.parametrize(("module", "settings", "backend", "reason"), BACKENDS.values(), ids=BACKENDS)
def test_the_backend_is_chosen_and_said(
    module: str | None, settings: dict[str, str], backend: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "cupy.py").write_text(module if module is not None else "raise ImportError")
    program = "from unrolled import cuda; print(cuda.backend, cuda.RawKernel.__module__, cuda.reason)"
    environment = {k: v for k, v in os.environ.items() if k != "UNROLLED_CUDA"} | settings
    environment["PYTHONPATH"] = str(tmp_path)
    shown = subprocess.check_output([sys.executable, "-c", program], text=True, env=environment)
    assert shown.startswith(f"{backend} {'cupy' if backend == 'cupy' else 'unrolled.cuda.emulation'} ")
    assert reason in shown
