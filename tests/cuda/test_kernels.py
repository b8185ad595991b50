"""Kernels in the emulation compute what NumPy computes."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.cuda import sources
from unrolled.cuda.emulation import RawKernel

GEOMETRIES = [  # n·c, h, w, kh, kw, sy, sx, py, px, dy, dx: no two axes alike, so that a swap shows
    (1, 3, 4, 2, 1, 1, 1, 0, 0, 1, 1),
    (6, 5, 7, 3, 2, 2, 1, 1, 0, 1, 2),
    (2, 9, 6, 2, 3, 1, 3, 0, 2, 3, 1),
    (3, 17, 11, 3, 5, 4, 2, 1, 2, 1, 1),
    (4, 2, 3, 5, 5, 1, 1, 3, 2, 1, 1),
]


def kernel(which: str) -> RawKernel:
    code, name, *options = sources.ALL[which]
    return RawKernel(code, name, options)


def columns(images: np.ndarray, geometry: tuple[int, ...]) -> np.ndarray:
    """Six honest loops."""
    _, h, w, kh, kw, sy, sx, py, px, dy, dx = geometry
    oh, ow = (h + 2 * py - dy * (kh - 1) - 1) // sy + 1, (w + 2 * px - dx * (kw - 1) - 1) // sx + 1
    cols = np.zeros((len(images), kh, kw, oh, ow), images.dtype)
    for image, i, j, oy, ox in np.ndindex(*cols.shape):
        y, x = oy * sy + i * dy - py, ox * sx + j * dx - px
        if 0 <= y < h and 0 <= x < w:
            cols[image, i, j, oy, ox] = images[image, y, x]
    return cols


def launch(which: str, given: np.ndarray, result: np.ndarray, numbers: tuple[int, ...], threads: int) -> None:
    blocks, rest = divmod(threads, 64)
    kernel(which)((blocks + (rest > 0),), (64,), (given, result, *numbers, threads))


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_im2col_copies_every_window(geometry: tuple[int, ...], rng: np.random.Generator) -> None:
    images = rng.standard_normal(geometry[:3]).astype(np.float32)
    expected = columns(images, geometry)
    cols = np.full_like(expected, np.nan)
    launch("im2col", images, cols, (*geometry[1:], *expected.shape[-2:]), cols.size)
    assert_array_equal(cols, expected)


@pytest.mark.parametrize("which", ["col2im by atomics", "col2im by gathering"])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_col2im_is_the_adjoint_of_im2col(which: str, geometry: tuple[int, ...], rng: np.random.Generator) -> None:
    images = rng.integers(-9, 10, geometry[:3]).astype(np.float32)
    shape = columns(images, geometry).shape
    cols = rng.integers(-9, 10, shape).astype(np.float32)
    result = np.zeros_like(images)
    threads = cols.size if "atomics" in which else images.size
    launch(which, cols, result, (*geometry[1:], *shape[-2:]), threads)
    assert (columns(images, geometry) * cols).sum() == (images * result).sum()


@pytest.mark.parametrize(("m", "n", "k"), [(8, 8, 8), (5, 17, 3), (24, 9, 31)])
def test_a_tiled_product_is_the_product(m: int, n: int, k: int, rng: np.random.Generator) -> None:
    a, b = (rng.standard_normal(shape).astype(np.float32) for shape in ((m, k), (k, n)))
    c = np.full((m, n), np.nan, np.float32)
    kernel("tiled product")((-(-n // 8), -(-m // 8)), (8, 8), (a, b, c, m, n, k))
    assert_allclose(c, a @ b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("which", "dtype", "size"), [("sum in shared memory", np.float64, 8), ("sum by shuffles", np.float32, 0)]
)
@pytest.mark.parametrize(("n", "block"), [(256, 64), (1000, 128), (7, 32)])
def test_blocks_sum_their_part(
    which: str, dtype: type[np.floating[Any]], size: int, n: int, block: int, rng: np.random.Generator
) -> None:
    x = rng.standard_normal(n).astype(dtype)
    blocks = -(-n // block)
    sums = np.zeros(blocks, dtype)
    kernel(which)((blocks,), (block,), (x, sums, n), shared_mem=block * size)
    expected = [x[start : start + block].sum() for start in range(0, n, block)]
    assert_allclose(sums, expected, rtol=1e-4, atol=1e-5)


def test_exchanges_of_a_warp_move_values_between_lanes(rng: np.random.Generator) -> None:
    x = rng.integers(-99, 99, 32).astype(np.int32)
    out = np.zeros((9, 32), np.int32)
    kernel("exchanges of a warp")((1,), (32,), (x, out))
    lane = np.arange(32)
    ballot = np.packbits(x > 0, bitorder="little").view(np.int32)[0]
    expected = [
        x[::-1],
        np.full(32, x[5]),
        x[np.where(lane % 8 < 2, lane, lane - 2)],
        x[np.where(lane % 16 + 3 >= 16, lane, np.minimum(lane + 3, 31))],
        x[lane ^ 6],
        np.full(32, ballot),
        np.ones(32),
        x[np.where(lane < 16, lane ^ 1, lane ^ 2)],
        np.full(32, 11),
    ]
    assert_array_equal(out, expected)


def test_atomics_lose_nothing(rng: np.random.Generator) -> None:
    x = rng.integers(-50, 50, (4, 64)).astype(np.int32)
    out, wide, real = np.zeros(6, np.int32), np.zeros(1, np.uint64), np.zeros(1)
    kernel("atomics")((4,), (64,), (x, out, wide, real))
    assert out.tolist() == [
        x.sum(), max(x.max(), 0), min(x.min(), 0), -x.sum(), np.bitwise_or.reduce(1 << (x & 15), None), 2 * x.sum(),
    ]  # fmt: skip
    assert (wide[0], real[0]) == ((x + 1000).sum(), 0.5 * x.sum())


@pytest.mark.parametrize("twice", [False, True])
def test_the_language_means_what_it_means_in_cuda(twice: bool, rng: np.random.Generator) -> None:
    x = rng.standard_normal((10, 4)).astype(np.float32)
    y = np.zeros(12, np.float32)
    kernel("the language")((3,), (4,), (x, y, 10, 5, twice, 0.125))
    padded = np.pad(x, ((0, 0), (1, 1)), mode="edge")
    smooth = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    expected = (smooth[np.arange(10), np.arange(10) % 4] * 3 + 5) * (1 + twice) + 0.125 + 0.5 + 3 + 2 + 4
    assert_allclose(y[:10], expected, rtol=1e-6)
    assert_array_equal(y[10:], 0)


def test_every_thread_knows_its_place() -> None:
    code = """
    extern "C" __global__ void places(unsigned* out) {
        unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
        unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
        out[block * (blockDim.x * blockDim.y * blockDim.z) + thread] = 1000 * block + thread;
    }"""
    out = np.zeros((2 * 3 * 4, 5 * 3 * 2), np.uint32)
    RawKernel(code, "places")((2, 3, 4), (5, 3, 2), (out,))
    assert_array_equal(out, 1000 * np.arange(24)[:, None] + np.arange(30))


@pytest.mark.parametrize(
    ("dtype", "written"),
    [
        ("int8", "signed char"),
        ("uint8", "unsigned char"),
        ("int16", "short"),
        ("uint16", "unsigned short"),
        ("int32", "int"),
        ("uint32", "unsigned int"),
        ("int64", "long long"),
        ("uint64", "size_t"),
        ("float64", "double"),
        ("bool", "bool"),
    ],
)
def test_every_dtype_has_its_type(dtype: str, written: str) -> None:
    code = (
        f'extern "C" __global__ void copy(const {written}* x, {written}* y) {{ y[threadIdx.x] = x[3 - threadIdx.x]; }}'
    )
    x = np.arange(4).astype(dtype) - np.array(1).astype(dtype) if dtype != "bool" else np.array([0, 1, 1, 0], bool)
    y = np.empty_like(x)
    RawKernel(code, "copy")((1,), (4,), (x, y))
    assert_array_equal(y, x[::-1])


def test_printf_prints(capfd: pytest.CaptureFixture[Any]) -> None:
    code = 'extern "C" __global__ void hello() { printf("block %d, thread %d\\n", blockIdx.x, threadIdx.x); }'
    RawKernel(code, "hello")((2,), (2,), ())
    assert capfd.readouterr().out.split("\n")[:-1] == [f"block {b}, thread {t}" for b in range(2) for t in range(2)]


def test_a_variable_of_the_module_keeps_its_value_between_launches() -> None:
    code = '__device__ int calls; extern "C" __global__ void count(int* y) { y[0] = atomicAdd(&calls, 1); }'
    count, y = RawKernel(code, "count"), np.zeros(1, np.int32)
    seen = []
    for _ in range(3):
        count((1,), (1,), (y,))
        seen.append(int(y[0]))
    assert seen == [0, 1, 2]


def test_the_same_array_can_be_passed_twice(rng: np.random.Generator) -> None:
    code = 'extern "C" __global__ void twice(const float* x, float* y) { y[threadIdx.x] = 2 * x[threadIdx.x]; }'
    x = rng.standard_normal(8).astype(np.float32)
    expected = 2 * x
    RawKernel(code, "twice")((1,), (8,), (x, x))
    assert_array_equal(x, expected)
