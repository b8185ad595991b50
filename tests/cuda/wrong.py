"""Kernels that are wrong, and what is said of each: the specification of the reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from unrolled.cuda import errors

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Wrong:
    """A kernel ``k(const float* x, float* y, int n)`` with a mistake in it, launched on x and y of shape (2, 4).

    ``before``, the kernel's head and the first line of ``body`` are line 1.
    """

    name: str
    body: str
    error: type[errors.RunError]
    line: int | None
    block: Triple
    thread: Triple
    says: Sequence[str]
    threads: int = 8
    blocks: int = 1
    n: int = 8
    shared: int = 0
    before: str = ""

    @property
    def code(self) -> str:
        return f'{self.before}extern "C" __global__ void k(const float* x, float* y, int n) {{ {self.body}\n}}'


INDEX = "int i = blockIdx.x * blockDim.x + threadIdx.x;"
FIRST: Triple = (0, 0, 0)

TABLE = [
    Wrong(
        "no bounds check",
        f"{INDEX}\ny[i] = 1.0f;",
        errors.OutOfBoundsError,
        2,
        (1, 0, 0),
        (2, 0, 0),
        ["writes y[8], but y has 8 elements (shape (2, 4))", "without an element leave y alone", "mend its index"],
        threads=6,
        blocks=2,
    ),
    Wrong(
        "the neighbour before the first",
        f"{INDEX}\ny[i] = x[i] - x[i - 1];",
        errors.OutOfBoundsError,
        2,
        FIRST,
        FIRST,
        ["reads x[-1], but x has 8 elements"],
    ),
    Wrong(
        "an index far beyond all arrays",
        f"{INDEX}\ny[i] = x[i * 300000000];",
        errors.OutOfBoundsError,
        2,
        FIRST,
        (1, 0, 0),
        ["reads x[300000000]"],
    ),
    Wrong(
        "an atomic outside",
        f"{INDEX}\natomicAdd(&y[n + i], 1.0f);",
        errors.OutOfBoundsError,
        2,
        FIRST,
        FIRST,
        ["atomically changes y[8]"],
    ),
    Wrong(
        "through a function",
        "put(y + n);",
        errors.OutOfBoundsError,
        1,
        FIRST,
        FIRST,
        ["writes y[8]"],
        before="__device__ void put(float* p) { *p = 1; } ",
    ),
    Wrong(
        "a null pointer",
        "float* p = nullptr;\nif (n) y = p;\ny[0] = 1.0f;",
        errors.OutOfBoundsError,
        3,
        FIRST,
        FIRST,
        ["writes a null pointer, which belongs to no array"],
    ),
    Wrong(
        "a pointer out of the air",
        "y = (float*)0x1234560;\ny[0] = 1.0f;",
        errors.OutOfBoundsError,
        2,
        FIRST,
        FIRST,
        ["writes address 0x1234560"],
    ),
    Wrong(
        "a local array that is too short",
        f"{INDEX}\nfloat taps[3] = {{1, 2, 3}};\ny[i] = taps[i];",
        errors.OutOfBoundsError,
        3,
        FIRST,
        (3, 0, 0),
        ["index 3 of an array of type float [3]"],
    ),
    Wrong(
        "a tile that is too narrow",
        f"{INDEX}\n__shared__ float tile[4][4];\ntile[0][i] = 1.0f;",
        errors.OutOfBoundsError,
        3,
        FIRST,
        (4, 0, 0),
        ["index 4 of an array of type float [4]"],
    ),
    Wrong(
        "too little dynamic shared memory",
        f"{INDEX}\nextern __shared__ float part[];\npart[i] = 1.0f;",
        errors.OutOfBoundsError,
        3,
        FIRST,
        (5, 0, 0),
        ["writes part[5], but part has 5 elements", "shared_mem"],
        shared=20,
    ),
    Wrong(
        "no dynamic shared memory",
        f"extern __shared__ float part[];\n{INDEX}\npart[i] = 1.0f;",
        errors.OutOfBoundsError,
        3,
        FIRST,
        FIRST,
        ["part has 0 elements", "shared_mem"],
    ),
    Wrong(
        "a const that is cast away",
        "*const_cast<float*>(x) = 1.0f;",
        errors.ConstantWriteError,
        1,
        FIRST,
        FIRST,
        ["writes x[0] (element (0, 0)), which the kernel declares const"],
    ),
    Wrong(
        "scatter without atomics, in a block",
        f"{INDEX}\ny[i / 2] += x[i];",
        errors.RaceError,
        2,
        FIRST,
        (1, 0, 0),
        ["reads y[0] (element (0, 0)), and thread (0, 0, 0) of block (0, 0, 0) wrote it in line 2", "use atomicAdd"],
    ),
    Wrong(
        "scatter without atomics, between blocks",
        f"{INDEX}\ny[i % 5] += x[i];",
        errors.RaceError,
        2,
        (2, 0, 0),
        (1, 0, 0),
        ["y[0]", "thread (0, 0, 0) of block (0, 0, 0) wrote it", "no barrier joins two blocks", "atomicAdd"],
        threads=2,
        blocks=4,
    ),
    Wrong(
        "two threads write the same element",
        f"{INDEX}\ny[i % 7] = x[i];",
        errors.RaceError,
        2,
        FIRST,
        (7, 0, 0),
        ["writes y[0]", "thread (0, 0, 0) of block (0, 0, 0) wrote it"],
    ),
    Wrong(
        "an atomic beside a plain write",
        f"{INDEX}\nif (i == 0) y[3] = 0.0f;\natomicAdd(&y[3], x[i]);",
        errors.RaceError,
        3,
        FIRST,
        (1, 0, 0),
        ["atomically changes y[3]", "wrote it in line 2"],
    ),
    Wrong(
        "a plain read of a sum of atomics",
        f"{INDEX}\natomicAdd(&y[0], x[i]);\nif (i == 7) y[1] = y[0];",
        errors.RaceError,
        3,
        FIRST,
        (7, 0, 0),
        ["reads y[0]", "atomically changed it in line 2"],
    ),
    Wrong(
        "in place, from a neighbour",
        f"{INDEX}\nif (i < n - 1)\n    y[i] = y[i + 1];",
        errors.RaceError,
        3,
        FIRST,
        (1, 0, 0),
        ["writes y[1]", "thread (0, 0, 0) of block (0, 0, 0) read it in line 3"],
    ),
    Wrong(
        "no barrier after filling a tile",
        f"{INDEX}\n__shared__ float tile[8];\ntile[i] = x[i];\ny[i] = tile[7 - i];",
        errors.RaceError,
        3,
        FIRST,
        (4, 0, 0),
        ["writes tile[4]", "thread (3, 0, 0) of block (0, 0, 0) read it in line 4", "__syncthreads()"],
    ),
    Wrong(
        "no barrier before a tile is filled again",
        "__shared__ float tile[8];\nfloat sum = 0;\nfor (int q = 0; q < 2; ++q) {\n"
        "    tile[threadIdx.x] = x[threadIdx.x];\n    __syncthreads();\n    sum += tile[7 - threadIdx.x];\n}\n"
        "y[threadIdx.x] = sum;",
        errors.RaceError,
        6,
        FIRST,
        (4, 0, 0),
        ["reads tile[3]", "thread (3, 0, 0) of block (0, 0, 0) wrote it in line 4"],
    ),
    Wrong(
        "no barrier between the steps of a sum",
        "extern __shared__ float part[];\nint i = threadIdx.x; part[i] = x[i];\n__syncthreads();\n"
        "for (int half = 4; half > 0; half /= 2)\n    if (i < half) part[i] += part[i + half];\n"
        "if (threadIdx.x == 0) y[0] = part[0];",
        errors.RaceError,
        5,
        FIRST,
        (1, 0, 0),
        ["writes part[1]", "read it in line 5"],
        shared=32,
    ),
    Wrong(
        "lanes of a warp without __syncwarp",
        "__shared__ float line[8];\nline[threadIdx.x] = x[threadIdx.x];\ny[threadIdx.x] = line[threadIdx.x ^ 1];",
        errors.RaceError,
        2,
        FIRST,
        (1, 0, 0),
        ["writes line[1]"],
    ),
    Wrong(
        "bytes of one word are no race, one byte is",
        f"{INDEX}\n__shared__ unsigned char flags[8];\nflags[i] = 1;\nflags[i / 7] = 2;\n"
        "__syncthreads();\ny[i] = flags[i];",
        errors.RaceError,
        4,
        FIRST,
        (1, 0, 0),
        ["writes flags[0]"],
    ),
    Wrong(
        "shared memory that nobody wrote",
        f"{INDEX}\n__shared__ float tile[8];\nif (i != 2) tile[i] = x[i];\n__syncthreads();\ny[i] = tile[i];",
        errors.UninitialisedReadError,
        5,
        FIRST,
        (2, 0, 0),
        ["reads tile[2]", "has written before"],
    ),
    Wrong(
        "a tile that is never filled",
        f"{INDEX}\n__shared__ float tile[8];\n__syncthreads();\ny[i] = tile[7 - i];",
        errors.UninitialisedReadError,
        4,
        FIRST,
        FIRST,
        ["reads tile[7]"],
    ),
    Wrong(
        "shared memory from the block before",
        "__shared__ float tile[1];\nif (blockIdx.x == 0) tile[0] = 1.0f;\n\ny[blockIdx.x] = tile[0];",
        errors.UninitialisedReadError,
        4,
        (1, 0, 0),
        FIRST,
        ["reads tile[0]"],
        threads=1,
        blocks=2,
    ),
    Wrong(
        "a lane that does not exist",
        "y[threadIdx.x] = __shfl_down_sync(0xffffffffu, x[threadIdx.x], 4);",
        errors.UninitialisedReadError,
        1,
        FIRST,
        (4, 0, 0),
        ["lane 8, which is not in this block"],
    ),
    Wrong(
        "a barrier for some threads only",
        f"{INDEX}\nif (i < 5) {{\n    __syncthreads();\n    y[i] = x[i];\n}}",
        errors.DivergentBarrierError,
        3,
        FIRST,
        FIRST,
        ["thread (5, 0, 0) of block (0, 0, 0) has ended", "all threads of a block"],
    ),
    Wrong(
        "a return before a barrier",
        f"{INDEX}\nif (i >= n) return;\n__syncthreads();\ny[i] = x[i];",
        errors.DivergentBarrierError,
        3,
        (1, 0, 0),
        FIRST,
        ["thread (3, 0, 0) of block (1, 0, 0) has ended", "do not return before it"],
        threads=5,
        blocks=2,
    ),
    Wrong(
        "two barriers that are not the same",
        f"{INDEX}\nif (i % 2)\n    __syncthreads();\nelse\n    __syncthreads();\ny[i] = x[i];",
        errors.DivergentBarrierError,
        5,
        FIRST,
        FIRST,
        ["thread (1, 0, 0) of block (0, 0, 0) waits at the barrier in line 3"],
    ),
    Wrong(
        "a loop whose length differs between threads",
        f"{INDEX}\nfor (int k = 0; k < i; ++k)\n    __syncthreads();\ny[i] = x[i];",
        errors.DivergentBarrierError,
        3,
        FIRST,
        (1, 0, 0),
        ["thread (0, 0, 0) of block (0, 0, 0) has ended"],
    ),
    Wrong(
        "an exchange for some lanes only",
        f"{INDEX}\nif (i < 4) y[i] = __shfl_sync(0xffu, x[i], 0);",
        errors.DivergentBarrierError,
        2,
        FIRST,
        FIRST,
        ["thread (4, 0, 0) of block (0, 0, 0) has ended", "all lanes that a mask names"],
    ),
    Wrong(
        "an exchange against a barrier",
        f"{INDEX}\nif (i < 4)\n    __syncwarp();\nelse\n    __syncthreads();\ny[i] = x[i];",
        errors.DivergentBarrierError,
        3,
        FIRST,
        FIRST,
        ["waits at the barrier in line 5"],
    ),
    Wrong(
        "an index that leaves 32 bits",
        f"{INDEX}\nint start = n * 40000 * 60000;\nif (start + i < n) y[i] = x[start + i];",
        errors.IntegerOverflowError,
        2,
        FIRST,
        FIRST,
        ["computes 320000 * 60000, which does not fit int", "long long"],
    ),
    Wrong(
        "a division by zero",
        f"{INDEX}\ny[i] = x[n / i];",
        errors.DivisionError,
        2,
        FIRST,
        FIRST,
        ["divides 8 by 0"],
    ),
    Wrong(
        "a vector at an odd place",
        f"{INDEX}\nfloat4 v = *reinterpret_cast<const float4*>(x + i);\ny[i] = v.x;",
        errors.MisalignedError,
        2,
        FIRST,
        (1, 0, 0),
        ["uses x[1] (element (0, 1)) as", "float4", "multiple of 16 bytes"],
        threads=4,
    ),
    Wrong(
        "an assertion that does not hold",
        f"{INDEX}\nassert(i < 6);\ny[i] = x[i];",
        errors.KernelAssertionError,
        2,
        FIRST,
        (6, 0, 0),
        ["assert(i < 6)"],
    ),
    Wrong(
        "recursion without end",
        "y[0] = deeper(n);",
        errors.CrashError,
        None,
        FIRST,
        FIRST,
        ["recursion"],
        before="__device__ int deeper(int n) { volatile int a[64]; a[n % 64] = n; return deeper(n % 9 + 1) + a[3]; } ",
    ),
    Wrong(
        "a local array larger than the stack, in a thread that is not the first",
        "__syncthreads();\nif (threadIdx.x == 5) y[0] = far(n);",
        errors.CrashError,
        None,
        FIRST,
        (5, 0, 0),
        ["crashed", "a local array"],
        before="__device__ __noinline__ float far(int n) { volatile float a[200000]; a[n] = 1; return a[n + 1]; } ",
    ),
]
