"""Made-up questions about kernels, with a launch to choose and without, and right and wrong answers to them."""

from collections.abc import Iterator

import numpy as np

from autograder.questions import Case, KernelQuestion, Mistake, Spec
from unrolled.judge.kernels import unwritten

Rng = np.random.Generator
Launch = tuple[tuple[int, ...], tuple[int, ...], int]


# Columns of a row: one thread for each element

COLUMNS_STUB = """
extern "C" __global__ void columns(const float* x, float* cols, int kw, int ow) {
    // your kernel
}
"""
COLUMNS = """
extern "C" __global__ void columns(const float* x, float* cols, int kw, int ow) {
    int index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= kw * ow) return;
    int j = index / ow, ox = index % ow;
    cols[index] = x[ox + j];
}
"""
UNBOUNDED = COLUMNS.replace("    if (index >= kw * ow) return;\n", "")
SWAPPED = COLUMNS.replace("index / ow, ox = index % ow", "index % kw, ox = index / kw")
ONE_BLOCK = COLUMNS.replace("blockIdx.x * blockDim.x + threadIdx.x", "threadIdx.x")
FIRST_WINDOW = COLUMNS.replace("x[ox + j]", "x[j]")


def columns_launch(kw: int, ow: int) -> Launch:
    """Return grid, block and bytes of shared memory for kw * ow elements, in blocks of 8 threads."""
    return (-(-kw * ow // 8),), (8,), 0


def rounded_down(kw: int, ow: int) -> Launch:
    return (max(kw * ow // 8, 1),), (8,), 0


def expected_columns(x: np.ndarray, kw: np.int32, ow: np.int32, **_: object) -> np.ndarray:
    return np.stack([x[j : j + ow] for j in range(kw)])


def rows(rng: Rng) -> Iterator[Case]:
    for w, kw in ((4, 2), (9, 3), (12, 5)):
        ow = w - kw + 1
        x = (rng.permutation(40)[:w] / 10 + 0.1).astype(np.float32)
        args = {"x": x, "cols": unwritten((kw, ow)), "kw": np.int32(kw), "ow": np.int32(ow)}
        yield Case(f"a row of {w}, windows of {kw}", args, group="small" if w == 4 else "larger")


COLUMNS_QUESTION = KernelQuestion(
    id="columns_kernel",
    title="Columns of a row",
    points=3,
    section="Kernels",
    reference=COLUMNS,
    stub=COLUMNS_STUB,
    kernel="columns",
    launch=columns_launch,
    asks_launch=True,
    expected=expected_columns,
    outputs=("cols",),
    cases=rows,
    groups={"small": 1, "larger": 2},
    mistakes=(
        Mistake("no-bounds", UNBOUNDED, "How many threads are there, and how many elements?"),
        Mistake("axes-swapped", SWAPPED, "Which index of an element changes fastest?"),
        Mistake("one-block", ONE_BLOCK, "Which threads have the same threadIdx?"),
        Mistake("first-window", FIRST_WINDOW, "Does the window move?"),
        Mistake("grid-rounded-down", rounded_down, "How many blocks do 9 elements need?"),
    ),
)


# Sums of rows in shared memory: the launch is given

SUMS_STUB = """
extern "C" __global__ void sums(const float* x, float* total, int* count, int n, int w) {
    extern __shared__ float part[];
}
"""
SUMS = """
extern "C" __global__ void sums(const float* x, float* total, int* count, int n, int w) {
    extern __shared__ float part[];
    int i = threadIdx.x;
    part[i] = i < w ? x[blockIdx.x * w + i] : 0.0f;
    __syncthreads();
    for (int step = blockDim.x / 2; step > 0; step /= 2) {
        if (i < step) part[i] += part[i + step];
        __syncthreads();
    }
    if (i == 0) { total[blockIdx.x] = part[0]; count[blockIdx.x] = w; }
}
"""
NO_FIRST_BARRIER = SUMS.replace("    __syncthreads();\n    for", "    for")
DIVERGENT = SUMS.replace(
    "if (i < step) part[i] += part[i + step];\n        __syncthreads();",
    "if (i < step) { part[i] += part[i + step]; __syncthreads(); }",
)
UNINITIALISED = SUMS.replace(
    "part[i] = i < w ? x[blockIdx.x * w + i] : 0.0f;", "if (i < w) part[i] = x[blockIdx.x * w + i];"
)
EVERY_THREAD = SUMS.replace("if (i == 0) {", "{")
NO_COUNT = SUMS.replace(" count[blockIdx.x] = w;", "")


def sums_launch(n: int) -> Launch:
    return (n,), (8,), 32


def expected_sums(x: np.ndarray, w: np.int32, **_: object) -> tuple[np.ndarray, np.ndarray]:
    return x.sum(axis=1), np.full(len(x), w, np.int32)


def tables(rng: Rng) -> Iterator[Case]:
    for n, w in ((2, 8), (3, 5)):
        x = (rng.integers(1, 40, (n, w)) / 10).astype(np.float32)
        outputs = {"total": unwritten((n,)), "count": unwritten((n,), "int32")}
        args = {"x": x, **outputs, "n": np.int32(n), "w": np.int32(w)}
        yield Case(f"{n} rows of {w}", args)


SUMS_QUESTION = KernelQuestion(
    id="sums_kernel",
    title="Sums of rows",
    points=2,
    section="Shared memory",
    reference=SUMS,
    stub=SUMS_STUB,
    kernel="sums",
    launch=sums_launch,
    expected=expected_sums,
    outputs=("total", "count"),
    cases=tables,
    mistakes=(
        Mistake("no-barrier", NO_FIRST_BARRIER, "Who wrote what you read?"),
        Mistake("barrier-in-branch", DIVERGENT, "Do all threads come to the barrier?"),
        Mistake("uninitialised", UNINITIALISED, "What is in shared memory at first?"),
        Mistake("every-thread-writes", EVERY_THREAD, "How many threads write the sum?"),
        Mistake("no-count", NO_COUNT, "What is asked for besides the sum?"),
    ),
)
SPEC = Spec("conv1d", (COLUMNS_QUESTION, SUMS_QUESTION))
