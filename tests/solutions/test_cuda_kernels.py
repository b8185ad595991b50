"""The kernels against NumPy's references, in the emulation, or on a GPU where there is one (see also ``tests/gpu``).

Entries are small whole numbers, so that sums are exact in whatever order they are made.
"""

import importlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from benchmarks import instructions
from solutions import cuda_kernels, cuda_texts, threads
from solutions.col2im import col2im
from solutions.strides import im2col, out_size
from tests.cuda.nvrtc import compile_for
from tests.solutions import oracle
from tests.solutions.drawn import Geometry, geometries
from unrolled import cuda
from unrolled.cuda import emulation, errors

Version = Callable[..., Any]
IM2COL: list[Version] = [cuda_kernels.im2col, cuda_kernels.im2col_windows]
COL2IM: list[Version] = [cuda_kernels.col2im_atomic, cuda_kernels.col2im_gather]
IM2COL_ALL = [*IM2COL, cuda_kernels.im2col_fixed, cuda_kernels.im2col_windows_fixed]
COL2IM_ALL = [*COL2IM, cuda_kernels.col2im_fixed]
CONV2D: list[Version] = [cuda_kernels.conv2d, cuda_kernels.conv2d_registers]
TABLE: list[dict[str, Any]] = [  # more than one block, windows over the edge, no two axes alike
    {"size": (13, 9), "kernel_size": (3, 2)},
    {"size": (12, 17), "kernel_size": (2, 3), "stride": (2, 3), "padding": ((1, 0), (2, 1))},
    {"size": (9, 14), "kernel_size": (3, 4), "stride": (1, 2), "padding": 2, "dilation": (3, 2)},
    {"size": (7, 5), "kernel_size": 1, "stride": 2},
]
NAMED = "H=56 W=40 KH=3 KW=5 SY=1 SX=2 PY=1 PX=2 DY=1 DX=1 OH=56 OW=20"
SIZES = [f"-D{size}" for size in NAMED.split(" ")]
OPTIONS: dict[str, list[str]] = {
    "IM2COL_FIXED": SIZES,
    "IM2COL_WINDOWS_FIXED": SIZES,
    "COL2IM_FIXED": SIZES,
    "MATMUL": ["-DTILE=16"],
    "CONV2D": ["-DTILE=16"],
    "CONV2D_REGISTERS": ["-DWIDE=64", "-DDEPTH=16", "-DKH=3", "-DKW=5"],
}
few = settings(max_examples=40, deadline=None)


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).integers(-4, 5, shape).astype(np.float32)


def run(function: Callable[..., Any], *arrays: np.ndarray, **rest: Any) -> np.ndarray:
    """Call a function with arrays on the GPU if there is one, and bring back what it returns."""
    if cuda.backend != "cupy":
        return np.asarray(function(*arrays, **rest))
    result: np.ndarray = function(*map(importlib.import_module("cupy").asarray, arrays), **rest).get()
    return result


def of(geometry: Geometry) -> dict[str, Any]:
    return {"stride": geometry.stride, "padding": geometry.pads, "dilation": geometry.dilation}


@pytest.mark.parametrize("version", IM2COL)
@few
@given(geometries())
def test_every_entry_is_the_pixel_that_it_stands_for(version: Callable[..., Any], geometry: Geometry) -> None:
    g, x = geometry, numbers(*geometry.x_shape)
    cols = run(version, x, kernel_size=g.kernel_size, **of(g))
    assert cols.dtype == np.float32
    assert_array_equal(cols, oracle.im2col(x, g.kernel_size, g.stride, g.pads, g.dilation))


@pytest.mark.parametrize("version", COL2IM)
@few
@given(geometries())
def test_every_entry_is_added_to_its_pixel(version: Callable[..., Any], geometry: Geometry) -> None:
    g = geometry
    cols = numbers(g.n, g.c, *g.kernel_size, *out_size(g.size, g.kernel_size, g.stride, g.pads, g.dilation))
    x = run(version, cols, size=g.size, **of(g))
    assert x.dtype == np.float32
    assert_array_equal(x, oracle.col2im(cols, g.size, g.stride, g.pads, g.dilation))


@few
@given(geometries(), st.integers(1, 20))
def test_a_convolution_needs_no_columns(geometry: Geometry, f: int) -> None:
    g = geometry
    x, weight = numbers(*g.x_shape), numbers(f, g.c, *g.kernel_size)
    expected = np.einsum("ncijpq,fcij->nfpq", im2col(x, g.kernel_size, **of(g)), weight)
    assert_array_equal(run(cuda_kernels.conv2d, x, weight, **of(g)), expected)


@few
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_a_product_of_any_size(m: int, n: int, k: int) -> None:
    a, b = numbers(m, k), numbers(k, n)
    assert_array_equal(run(cuda_kernels.matmul, a, b), a @ b)


@pytest.mark.parametrize("setting", TABLE)
@pytest.mark.parametrize("n", [1, 2])
def test_more_than_a_block(setting: dict[str, Any], n: int) -> None:
    rest = {name: value for name, value in setting.items() if name not in ("size", "kernel_size")}
    size, kernel_size = setting["size"], setting["kernel_size"]
    x = numbers(n, 5, *size)
    cols = im2col(x, kernel_size, **rest)
    grad = numbers(*cols.shape)
    weight = numbers(70, *cols.shape[1:4])
    for make in IM2COL_ALL:
        assert_array_equal(run(make, x, kernel_size=kernel_size, **rest), cols)
    for version in COL2IM_ALL:
        assert_array_equal(run(version, grad, size=size, **rest), col2im(grad, size, **rest))
    for version in CONV2D:
        assert_array_equal(run(version, x, weight, **rest), np.einsum("ncijpq,fcij->nfpq", cols, weight))


def test_arrays_in_another_order_are_brought_into_order() -> None:
    x = np.asfortranarray(numbers(2, 3, 5, 4))
    cols = run(cuda_kernels.im2col, x, kernel_size=(2, 3))
    assert cols.flags.c_contiguous
    assert_array_equal(cols, im2col(x, (2, 3)))


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(TypeError, match="float32, not float64"):
        run(cuda_kernels.im2col, np.ones((1, 1, 3, 3)), kernel_size=2)
    with pytest.raises(ValueError, match="3 columns, b has 2 rows"):
        run(cuda_kernels.matmul, numbers(2, 3), numbers(2, 3))
    with pytest.raises(ValueError, match="weight has 2 channels, x has 1"):
        run(cuda_kernels.conv2d, numbers(1, 1, 3, 3), numbers(1, 2, 2, 2))
    many = np.broadcast_to(np.float32(1), (2**20, 1, 64, 64))
    with pytest.raises(ValueError, match="38654705664 entries; kernels that are compiled for one size count to 2³¹"):
        run(cuda_kernels.im2col_fixed, many, kernel_size=3, padding=1)
    with pytest.raises(ValueError, match="kernel"):
        run(cuda_kernels.im2col, numbers(1, 1, 3, 3), kernel_size=4)


def test_entries_beyond_two_to_the_31() -> None:
    entries = np.array([0, 2**31, 2**33 + 5])
    found, sizes = np.zeros(3, np.int64), {"h": 224, "w": 200, "kh": 3, "kw": 5, "oh": 222, "ow": 196}
    arguments = (entries, found, *map(np.int32, (3, *sizes.values())))
    emulation.RawKernel(cuda_texts.PIXELS, "pixels")((1,), (3,), arguments)
    plane, i, j, p, q = np.unravel_index(entries, (2**17, 3, 5, 222, 196))
    assert_array_equal(found, (plane * 224 + p + i) * 200 + q + j)


def test_without_atomics_the_emulation_sees_the_race() -> None:
    plain = cuda_texts.COL2IM_ATOMIC.replace("atomicAdd(&x[", "x[").replace("column], cols", "column] += cols")
    text, ints = plain.replace("[index]);", "[index];"), (1, 1, 3, 1, 2, 1, 1, 0, 0, 1, 1, 1, 2)
    assert text != cuda_texts.COL2IM_ATOMIC
    arguments = (numbers(1, 1, 1, 2, 1, 2), np.zeros((1, 1, 1, 3), np.float32), *map(np.int32, ints))
    with pytest.raises(errors.RaceError, match="x"):
        emulation.RawKernel(text, "col2im_atomic")((1,), (4,), arguments)


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90"])
@pytest.mark.parametrize("name", [name for name in cuda_texts.__all__ if isinstance(getattr(cuda_texts, name), str)])
def test_a_text_compiles_for_a_gpu(name: str, architecture: str) -> None:
    assert not compile_for(architecture, getattr(cuda_texts, name), OPTIONS.get(name, []))


@given(st.lists(st.integers(0, 300), min_size=1, max_size=80), st.sampled_from([1, 2, 4, 8, 16]))
def test_sectors_are_counted_byte_by_byte(elements: list[int], itemsize: int) -> None:
    fetched = {
        (thread // 32, (element * itemsize + byte) // 32)
        for thread, element in enumerate(elements)
        for byte in range(itemsize)
    }
    assert threads.sectors(np.array(elements), itemsize) == len(fetched)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2))
def test_threads_one_by_one_make_the_same_columns(h: int, w: int, k: int, pad: int) -> None:
    x = numbers(h, w)
    if min(h, w) + 2 * pad >= k:
        assert_array_equal(threads.im2col_threads(x, k, pad), im2col(x[None, None], k, padding=pad)[0, 0])


def test_a_launch_worked_out_by_hand() -> None:
    pairs = [(block, thread) for block in range(11) for thread in range(96)]
    assert_array_equal(threads.launched(), [11, len(pairs), len(pairs[1000:]), pairs.index((7, 50)), *pairs[700]])


def test_constants_make_a_kernel_short() -> None:
    """The counts that the page shows are this compiler's, or those of the version that they name."""
    found, kept = instructions.measured(), json.loads(instructions.TARGET.read_text())
    if found["compiler"] == kept["compiler"]:
        assert found == kept
    for counts in (*kept["counts"].values(), *found["counts"].values()):
        assert counts["sizes as constants, 32 bits"] < counts["sizes as arguments, 32 bits"]
        assert counts["sizes as arguments, 32 bits"] < counts["sizes as arguments, 64 bits"]
