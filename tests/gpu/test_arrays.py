"""``unrolled.device`` and the course's array code with CuPy's arrays: what the stand-in promises, a GPU keeps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from solutions import col2im as plain
from solutions import cupy_arrays, strides
from tests.gpu.test_kernels import columns_of, setting, whole
from tests.solutions.drawn import Geometry, geometries
from tests.test_device import COMPUTATIONS, MIXED, A, I
from unrolled import device
from unrolled.device import asnumpy, get_array_module, scatter_add, xp

many = settings(max_examples=50, deadline=None, derandomize=True)


def test_the_arrays_are_cupys() -> None:
    assert device.ON_GPU
    assert isinstance(xp.zeros(3), device.Array)
    assert get_array_module(xp.zeros(3)).__name__ == "cupy"
    assert get_array_module(A) is np


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_it_computes_what_numpy_computes(name: str) -> None:
    compute = COMPUTATIONS[name]
    expected, got = compute(np, A.copy()), compute(xp, xp.asarray(A))
    assert isinstance(got, device.Array)
    assert got.dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(asnumpy(got), expected, rtol=1e-6)


@pytest.mark.parametrize("mix", MIXED.values(), ids=MIXED)
def test_what_the_stand_in_refuses_cupy_refuses(mix: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        mix(xp.asarray(A))


def test_scatter_add_counts_an_index_as_often_as_it_occurs() -> None:
    total = xp.zeros(3)
    scatter_add(total, xp.asarray(I), 1)
    assert asnumpy(total).tolist() == [1, 0, 2]


@many
@given(geometries())
def test_columns_are_numpys(geometry: Geometry) -> None:
    x, rest = whole(*geometry.x_shape), (geometry.kernel_size, *setting(geometry))
    cols = cupy_arrays.im2col(xp.asarray(x), *rest)
    assert isinstance(cols, device.Array)
    np.testing.assert_array_equal(asnumpy(cols), strides.im2col(x, *rest))


@pytest.mark.parametrize("col2im", [cupy_arrays.col2im_gather, cupy_arrays.col2im_scatter])
@many
@given(geometries())
def test_images_are_numpys(col2im: Callable[..., Any], geometry: Geometry) -> None:
    cols, rest = columns_of(geometry), (geometry.size, *setting(geometry))
    images = col2im(xp.asarray(cols), *rest)
    assert isinstance(images, device.Array)
    np.testing.assert_array_equal(asnumpy(images), plain.col2im(cols, *rest))


def test_a_layer_goes_where_its_images_lie_and_back() -> None:
    x, weight, bias, grad_y = whole(2, 3, 7, 6), whole(4, 3, 3, 2), whole(4), whole(2, 4, 3, 3)
    here, there = (cupy_arrays.Conv2d(weight, bias, 2) for _ in range(2))
    expected = here.forward(x), here.backward(grad_y), here.grad_weight, here.grad_bias
    found = there.forward(xp.asarray(x)), there.backward(xp.asarray(grad_y)), there.grad_weight, there.grad_bias
    for got, right in zip(found, expected, strict=True):
        assert isinstance(got, device.Array)
        np.testing.assert_array_equal(asnumpy(got), right)
    np.testing.assert_array_equal(there.forward(x), expected[0])


def test_elementwise_functions_fused_and_not() -> None:
    x = np.random.default_rng(2).normal(size=(3, 50)).astype(np.float32)
    fused = cupy_arrays.fused(lambda a: xp.maximum(2 * a + 1, 0))
    assert asnumpy(fused(xp.asarray(x))) == pytest.approx(np.maximum(2 * x + 1, 0), rel=1e-6)
    assert asnumpy(cupy_arrays.scaled_relu(xp.asarray(x), 2.0, 1.0)) == pytest.approx(
        cupy_arrays.scaled_relu(x, 2.0, 1.0), rel=1e-6
    )


def test_the_sides_of_expressions_are_those_of_the_stand_in() -> None:
    np.testing.assert_array_equal(cupy_arrays.sides(), [1, 0, 2, 1, 1, 0, 2, 1])


def test_standardised_channels() -> None:
    x = np.random.default_rng(4).normal(3, 2, (4, 3, 5, 6))
    np.testing.assert_allclose(asnumpy(cupy_arrays.standardised(xp.asarray(x))), cupy_arrays.standardised(x), rtol=1e-6)
