"""The course's kernels on a GPU: equal to NumPy's references and to the emulation, over drawn layers.

Entries are small whole numbers, whose sums float32 holds exactly in any order; so results are compared for equality.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions import col2im as plain
from solutions import cuda_kernels, strides
from tests.cuda.test_reports import RIGHT
from tests.solutions.drawn import Geometry, geometries
from unrolled.cuda import RawKernel
from unrolled.cuda.emulation import RawKernel as Emulated
from unrolled.device import asnumpy, xp

many = settings(max_examples=60, deadline=None, derandomize=True)
Columns = Callable[..., Any]
IM2COL: list[Columns] = [
    cuda_kernels.im2col,
    cuda_kernels.im2col_fixed,
    cuda_kernels.im2col_windows,
    cuda_kernels.im2col_windows_fixed,
]
COL2IM: list[Columns] = [cuda_kernels.col2im_gather, cuda_kernels.col2im_fixed, cuda_kernels.col2im_atomic]
CONV2D: list[Columns] = [cuda_kernels.conv2d, cuda_kernels.conv2d_registers]


def whole(*shape: int) -> np.ndarray:
    return np.random.default_rng([*shape]).integers(-4, 5, shape).astype(np.float32)


def setting(geometry: Geometry) -> tuple[Any, ...]:
    return geometry.stride, geometry.pads, geometry.dilation


def columns_of(geometry: Geometry) -> np.ndarray:
    windows = strides.out_size(geometry.size, geometry.kernel_size, *setting(geometry))
    return whole(geometry.n, geometry.c, *geometry.kernel_size, *windows)


def on_the_gpu(function: Columns, *args: Any) -> np.ndarray:
    """Call a function with arrays on the GPU, in memory that held NaN."""
    given = [xp.asarray(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
    size = asnumpy(function(*given)).size
    spoilt = xp.full(size, np.nan, np.float32)
    del spoilt
    result: np.ndarray = asnumpy(function(*given))
    return result


@pytest.mark.parametrize("im2col", IM2COL, ids=lambda function: function.__name__)
@many
@given(geometries())
def test_columns_are_numpys(im2col: Columns, geometry: Geometry) -> None:
    x, rest = whole(*geometry.x_shape), (geometry.kernel_size, *setting(geometry))
    np.testing.assert_array_equal(on_the_gpu(im2col, x, *rest), strides.im2col(x, *rest))


@pytest.mark.parametrize("col2im", COL2IM, ids=lambda function: function.__name__)
@many
@given(geometries())
def test_images_are_numpys(col2im: Columns, geometry: Geometry) -> None:
    cols, rest = columns_of(geometry), (geometry.size, *setting(geometry))
    np.testing.assert_array_equal(on_the_gpu(col2im, cols, *rest), plain.col2im(cols, *rest))


@pytest.mark.parametrize("conv2d", CONV2D, ids=lambda function: function.__name__)
@many
@given(geometries())
def test_the_implicit_product_is_numpys(conv2d: Columns, geometry: Geometry) -> None:
    x, weight = whole(*geometry.x_shape), whole(geometry.f, geometry.c, *geometry.kernel_size)
    expected = strides.conv2d(x, weight, None, *setting(geometry))
    np.testing.assert_array_equal(on_the_gpu(conv2d, x, weight, *setting(geometry)), expected)


@many
@given(st.tuples(*[st.integers(1, 70)] * 3))
def test_the_product_in_tiles_is_numpys(sizes: tuple[int, int, int]) -> None:
    a, b = whole(*sizes[:2]), whole(*sizes[1:])
    np.testing.assert_array_equal(on_the_gpu(cuda_kernels.matmul, a, b), a @ b)


LARGE = (8, 64, 56, 56)  # enough threads to fill a GPU many times over


@pytest.mark.parametrize("im2col", IM2COL, ids=lambda function: function.__name__)
def test_columns_of_many_blocks(im2col: Columns) -> None:
    x = whole(*LARGE)
    np.testing.assert_array_equal(on_the_gpu(im2col, x, 3, 1, 1), strides.im2col(x, 3, 1, 1))


@pytest.mark.parametrize("col2im", COL2IM, ids=lambda function: function.__name__)
def test_images_of_many_blocks(col2im: Columns) -> None:
    cols = whole(*LARGE[:2], 3, 3, *LARGE[2:])
    np.testing.assert_array_equal(on_the_gpu(col2im, cols, LARGE[2:], 1, 1), plain.col2im(cols, LARGE[2:], 1, 1))


def test_gathering_gives_the_same_bits_every_time() -> None:
    cols = xp.asarray(np.random.default_rng(3).normal(size=(4, 8, 3, 3, 30, 30)).astype(np.float32))
    first = asnumpy(cuda_kernels.col2im_gather(cols, 30, 1, 1))
    for _ in range(20):
        np.testing.assert_array_equal(asnumpy(cuda_kernels.col2im_gather(cols, 30, 1, 1)), first)


def test_columns_of_more_than_2_to_the_31_entries_are_counted_right() -> None:
    """The last of 8.6 GB of columns, which not every GPU can hold."""
    free, _ = xp.cuda.runtime.memGetInfo()
    n = 2**31 // (9 * 64 * 64) + 1
    if free < 12 << 30:
        pytest.skip(f"needs 12 GiB of free memory on the GPU; {free / 2**30:.1f} are free")
    number = xp.arange(n, dtype="f4").reshape(n, 1, 1, 1) % 97  # so that no two neighbours are alike
    x = xp.asarray(whole(1, 1, 64, 64)) + number
    for im2col in (cuda_kernels.im2col, cuda_kernels.im2col_windows):
        cols = im2col(x, 3, 1, 1)
        assert cols.size > 2**31
        np.testing.assert_array_equal(asnumpy(cols[-1:]), strides.im2col(asnumpy(x[-1:]), 3, 1, 1))
        del cols
        xp.get_default_memory_pool().free_all_blocks()


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Callable[..., np.ndarray]:
    """Return what calls a function of the course's kernels in the emulation."""

    def call(function: Columns, *args: Any) -> np.ndarray:
        with monkeypatch.context() as patch:
            patch.setattr(cuda_kernels, "RawKernel", Emulated)
            cuda_kernels._kernel.cache_clear()
            result: np.ndarray = function(*args)
        cuda_kernels._kernel.cache_clear()
        return result

    return call


SIZE, KERNEL, REST = (9, 8), (3, 2), ((2, 1), ((1, 0), (2, 1)), (1, 2))  # stride, pads, dilation


def arguments(function: Columns, numbers: Callable[..., np.ndarray]) -> tuple[Any, ...]:
    """Return arguments of any of the course's functions."""
    if function in IM2COL:
        return numbers(3, 2, *SIZE), KERNEL, *REST
    if function in COL2IM:
        return numbers(3, 2, *KERNEL, *strides.out_size(SIZE, KERNEL, *REST)), SIZE, *REST
    return numbers(3, 2, *SIZE), numbers(5, 2, *KERNEL), *REST


def broken(*shape: int) -> np.ndarray:
    return np.random.default_rng([*shape]).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("function", [*IM2COL, *COL2IM, *CONV2D], ids=lambda function: function.__name__)
def test_the_emulation_is_equal_to_the_gpu(function: Columns, emulated: Callable[..., np.ndarray]) -> None:
    args = arguments(function, whole)
    np.testing.assert_array_equal(on_the_gpu(function, *args), emulated(function, *args))


@pytest.mark.parametrize("function", [*COL2IM, *CONV2D], ids=lambda function: function.__name__)
def test_with_broken_numbers_the_emulation_is_close_to_the_gpu(
    function: Columns, emulated: Callable[..., np.ndarray]
) -> None:
    """A GPU joins a product and an addition into one rounding, and its atomics come in any order."""
    args = arguments(function, broken)
    np.testing.assert_allclose(on_the_gpu(function, *args), emulated(function, *args), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT)
def test_what_the_emulation_lets_pass_has_the_same_result_on_the_gpu(body: str) -> None:
    code = f'extern "C" __global__ void k(const float* x, float* y, int n) {{\nint i = threadIdx.x;\n{body}\n}}'
    x, y = np.arange(11, dtype=np.float32), np.zeros(11, np.float32)
    there, written = xp.asarray(x), xp.asarray(y)
    Emulated(code, "k")((1,), (16,), (x, y, np.int32(11)), shared_mem=64)
    RawKernel(code, "k")((1,), (16,), (there, written, np.int32(11)), shared_mem=64)
    np.testing.assert_allclose(asnumpy(written), y, rtol=1e-6)
