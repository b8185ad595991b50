"""What the emulation says of a kernel that is wrong, and that it says nothing of one that is not."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.cuda.wrong import TABLE, Wrong
from unrolled.cuda import errors
from unrolled.cuda.emulation import RawKernel

RIGHT = {  # bodies of the same kernel: patterns that come close to a mistake
    "a bounds check": "if (i < n) y[i] = x[i];",
    "a barrier between": "__shared__ float t[16];\nt[i] = i;\n__syncthreads();\nif (i < n) y[i] = t[n - i];",
    "a barrier in a branch that all take": "if (n > 2) __syncthreads();\nif (i < n) y[i] = x[i];",
    "the same thread reads what it wrote": "if (i < n) { y[i] = x[i]; y[i] += 1; }",
    "everybody reads, one writes after a barrier": "float v = y[0];\n__syncthreads();\nif (i == 0) y[0] = v + 1;",
    "everybody reads the same": "if (i < n) y[i] = x[0];",
    "atomics only": "atomicAdd(&y[i % n], 1.0f);",
    "an atomic, a barrier, a read": "atomicAdd(&y[0], 1.0f);\n__syncthreads();\nif (i == 3) y[1] = y[0];",
    "lanes with __syncwarp": "__shared__ float t[16];\nt[i] = i;\n__syncwarp();\nif (i < n) y[i] = t[i ^ 1];",
    "neighbouring bytes": "__shared__ unsigned char t[16];\nt[i] = i;\n__syncthreads();\nif (i < n) y[i] = t[15 - i];",
    "one memory in two widths": (
        "extern __shared__ float t[];\nt[i] = i;\n__syncthreads();\nint* whole = (int*)t;\nif (i < 8)\n"
        "    ((unsigned char*)whole)[4 * i] = 0;\n__syncthreads();\nif (i < n) y[i] = t[i];"
    ),
    "unsigned numbers wrap": "unsigned hash = i * 2654435761u;\nif (i < n) y[i] = hash % 7;",
    "the end of an array as a pointer": "for (const float* p = x + i; p < x + n; p += 16) y[i] = *p;",
    "an early return without barriers": "if (i >= n) return;\ny[i] = x[i];",
    "reads in a loop that a condition keeps from happening": (
        "__shared__ float t[4];\nfloat sum = 0;\nif (n > 100) t[0] = n;\nfor (int k = 0; k < n; ++k)\n"
        "    if (k > 100) sum += t[0];\nif (i < n) y[i] = sum;"
    ),
    "two buffers and one barrier": (
        "__shared__ float t[2][16];\nfloat sum = 0;\nfor (int k = 0; k < 5; ++k) {\n    t[k % 2][i] = i + k;\n"
        "    __syncthreads();\n    sum += t[k % 2][15 - i];\n}\nif (i < n) y[i] = sum;"
    ),
    "a table of constants": "const float t[3] = {1, 2, 3};\nconst float* p = t;\nif (i < n) y[i] = p[i % 3];",
}


@pytest.mark.parametrize("wrong", TABLE, ids=lambda wrong: wrong.name)
def test_a_mistake_is_named_with_its_place(wrong: Wrong) -> None:
    x, y = np.ones((2, 4), np.float32), np.zeros((2, 4), np.float32)
    with pytest.raises(wrong.error) as caught:
        RawKernel(wrong.code, "k")((wrong.blocks,), (wrong.threads,), (x, y, wrong.n), shared_mem=wrong.shared)
    error, message = caught.value, str(caught.value)
    assert type(error) is wrong.error
    assert (error.block, error.thread) == (wrong.block, wrong.thread), message
    assert error.line == wrong.line, message
    at = f"thread {wrong.thread} of block {wrong.block} "
    assert message.startswith(at if wrong.line is None else f"line {wrong.line}: {at}")
    for words in wrong.says:
        assert words in message
    assert error.array is None or f"{error.array}[" in message
    assert_array_equal(y, 0)


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT)
def test_what_is_right_is_not_reported(body: str) -> None:
    code = f'extern "C" __global__ void k(const float* x, float* y, int n) {{\nint i = threadIdx.x;\n{body}\n}}'
    x, y = np.ones(11, np.float32), np.zeros(11, np.float32)
    RawKernel(code, "k")((1,), (16,), (x, y, 11), shared_mem=64)


def test_a_race_names_both_threads_and_the_array() -> None:
    code = 'extern "C" __global__ void k(float* y) { y[threadIdx.y] = threadIdx.x; }'
    with pytest.raises(errors.RaceError) as caught:
        RawKernel(code, "k")((1, 2), (3, 4), (np.zeros(4, np.float32),))
    assert (caught.value.thread, caught.value.array) == ((1, 0, 0), "y")
    assert caught.value.other == ((0, 0, 0), (0, 0, 0))


def test_elements_that_were_not_written_are_counted() -> None:
    code = 'extern "C" __global__ void k(const int* x, int* y, int* z) { y[2 * threadIdx.x] = x[0]; atomicAdd(z, 1); }'
    kernel = RawKernel(code, "k")
    kernel((1,), (3,), (np.zeros(4, np.int32), np.zeros(8, np.int32), np.zeros((2, 2), np.int32)))
    assert kernel.unwritten == {"y": 5, "z": 3}


def test_a_kernel_can_be_launched_after_a_mistake() -> None:
    code = (
        'extern "C" __global__ void k(float* y, int n) {\n__syncthreads();\nif (threadIdx.x < n) y[threadIdx.x] = 1;\n}'
    )
    kernel, y = RawKernel(code, "k"), np.zeros(40, np.float32)
    for _ in range(3):
        with pytest.raises(errors.OutOfBoundsError):
            kernel((1,), (64,), (y, 64))
        kernel((1,), (64,), (y, 40))
    assert_array_equal(y, 1)
