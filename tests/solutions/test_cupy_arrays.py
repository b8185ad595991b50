"""Convolution for either side: what NumPy's references compute, where the arrays lie."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from solutions import col2im, cupy_arrays, device_times, layers, strides
from unrolled.device import ON_GPU, Array, asnumpy, get_array_module, xp

Two = tuple[int, int]
Pads = tuple[Two, Two]

SETTINGS: list[tuple[Two, Two, Two, Pads, Two]] = [  # size, kernel_size, stride, padding, dilation
    ((1, 1), (1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    ((5, 7), (2, 3), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    ((8, 5), (3, 2), (2, 1), ((1, 0), (0, 2)), (1, 1)),
    ((6, 9), (2, 2), (3, 4), ((0, 0), (0, 0)), (1, 1)),
    ((7, 8), (3, 2), (1, 2), ((2, 1), (0, 3)), (2, 3)),
    ((4, 3), (4, 3), (2, 5), ((3, 3), (2, 2)), (1, 1)),
]
EITHER = [np, pytest.param(xp, id="gpu" if ON_GPU else "stand-in")]
both_sides = pytest.mark.parametrize("module", EITHER)
all_settings = pytest.mark.parametrize(("size", "kernel_size", "stride", "padding", "dilation"), SETTINGS)


def drawn(module: Any, shape: tuple[int, ...], dtype: str = "f8") -> Any:
    return module.asarray(np.random.default_rng(3).normal(size=shape).astype(dtype))


def assert_lies(module: Any, array: Any) -> None:
    assert isinstance(array, np.ndarray if module is np else Array)


@both_sides
@all_settings
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_im2col(
    module: Any, dtype: str, size: Two, kernel_size: Two, stride: Two, padding: Pads, dilation: Two
) -> None:
    x = drawn(module, (2, 3, *size), dtype)
    cols = cupy_arrays.im2col(x, kernel_size, stride, padding, dilation)
    assert_lies(module, cols)
    expected = strides.im2col(asnumpy(x), kernel_size, stride, padding, dilation)
    assert cols.dtype == expected.dtype
    np.testing.assert_array_equal(asnumpy(cols), expected)


@both_sides
@all_settings
@pytest.mark.parametrize("back", [cupy_arrays.col2im_scatter, cupy_arrays.col2im_gather])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_col2im(
    module: Any,
    dtype: str,
    back: Callable[..., Any],
    size: Two,
    kernel_size: Two,
    stride: Two,
    padding: Pads,
    dilation: Two,
) -> None:
    windows = strides.out_size(size, kernel_size, stride, padding, dilation)
    cols = drawn(module, (2, 3, *kernel_size, *windows), dtype)
    x = back(cols, size, stride, padding, dilation)
    assert_lies(module, x)
    expected = col2im.col2im(asnumpy(cols), size, stride, padding, dilation)
    assert x.dtype == expected.dtype
    np.testing.assert_allclose(asnumpy(x), expected, atol=1e-5 if dtype == "f4" else 1e-12)


@both_sides
@pytest.mark.parametrize("padding", ["same", "valid", 1, (0, 2)])
def test_every_form_of_padding(module: Any, padding: Any) -> None:
    x = drawn(module, (1, 2, 5, 6))
    cols = cupy_arrays.im2col(x, (2, 3), (2, 1), padding)
    np.testing.assert_array_equal(asnumpy(cols), strides.im2col(asnumpy(x), (2, 3), (2, 1), padding))
    for back in cupy_arrays.col2im_scatter, cupy_arrays.col2im_gather:
        expected = col2im.col2im(asnumpy(cols), (5, 6), (2, 1), padding)
        np.testing.assert_allclose(asnumpy(back(cols, (5, 6), (2, 1), padding)), expected)


@both_sides
def test_whole_numbers_can_be_gathered(module: Any) -> None:
    cols = module.asarray(np.arange(24, dtype="i8").reshape(1, 2, 2, 1, 2, 3))
    x = cupy_arrays.col2im_gather(cols, (3, 3))
    assert x.dtype == np.int64
    np.testing.assert_array_equal(asnumpy(x), col2im.col2im(asnumpy(cols), (3, 3)))


@both_sides
@pytest.mark.parametrize("stride", [1, (2, 1)])
def test_the_layer_is_that_of_the_references(module: Any, stride: Any) -> None:
    rng = np.random.default_rng(5)
    weight, bias = rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
    layer, reference = cupy_arrays.Conv2d(weight, bias, stride), layers.Conv2d(weight, bias, stride)
    x = drawn(module, (2, 3, 7, 5))
    y, expected = layer.forward(x), reference.forward(asnumpy(x))
    assert_lies(module, y)
    np.testing.assert_allclose(asnumpy(y), expected)
    grad_y = drawn(module, y.shape)
    grad_x, expected = layer.backward(grad_y), reference.backward(asnumpy(grad_y))
    np.testing.assert_allclose(asnumpy(grad_x), expected, atol=1e-12)
    for name in "grad_weight", "grad_bias":
        assert_lies(module, getattr(layer, name))
        np.testing.assert_allclose(asnumpy(getattr(layer, name)), getattr(reference, name), atol=1e-12)


def test_the_layer_s_parameters_travel_once() -> None:
    layer = cupy_arrays.Conv2d(np.ones((1, 1, 1, 1)), np.zeros(1))
    layer.forward(xp.ones((1, 1, 2, 2)))
    weight = layer.weight
    layer.forward(xp.ones((1, 1, 2, 2)))
    assert layer.weight is weight


@both_sides
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_elementwise_functions(module: Any, dtype: str) -> None:
    x = drawn(module, (4, 3, 5, 2), dtype)
    made = cupy_arrays.standardised(x)
    assert_lies(module, made)
    assert made.dtype == dtype
    np.testing.assert_allclose(asnumpy(made).mean(axis=(0, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(asnumpy(made).std(axis=(0, 2, 3)), 1, atol=1e-4)
    scaled = cupy_arrays.scaled_relu(x, 2.0, 0.5)
    assert_lies(module, scaled)
    assert scaled.dtype == dtype
    np.testing.assert_allclose(asnumpy(scaled), np.maximum(2 * asnumpy(x) + 0.5, 0), rtol=1e-6)


def test_a_fused_function_computes_what_it_computed_before() -> None:
    def rising(x: Any) -> Any:
        return xp.maximum(x * 2 + 1, 0)

    x = drawn(xp, (50,), "f4")
    function = cupy_arrays.fused(rising)
    for _ in range(2):
        np.testing.assert_allclose(asnumpy(function(x)), asnumpy(rising(x)), rtol=1e-6)


def test_the_test_accepts_the_references() -> None:
    device_times.test_gpu_times(device_times.gpu_times)


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [([], 0), ([("host", 9)], 0), ([("device", 6)], 1 + 4 + 1 + 3), ([("device", 50), ("device", 6)], 9)],
)
def test_transfers(steps: list[tuple[str, int]], seconds: float) -> None:
    assert device_times.transfer_seconds(8, steps, 1.0, 2.0) == seconds


def test_times_on_paper() -> None:
    assert device_times.waiting().tolist() == [30, 155, 185, 155]
    assert device_times.timed([200], [40, 50]) == 100
    assert device_times.gpu_times([("a", 40), ("b", 5)], 1, 2) == [55, 55]
    assert device_times.gpu_times([("a", 40), ("b", 5)], 0, 2) == [510 + 510 + 5, 55]


def test_the_references_reach_no_array_across() -> None:
    """With the stand-in a hidden copy is an error, so these runs show that there is none."""
    x = drawn(xp, (2, 2, 4, 5), "f4")
    cols = cupy_arrays.im2col(x, (2, 2), 1, 1)
    assert get_array_module(cols, cupy_arrays.col2im_gather(cols, (4, 5), 1, 1)) is xp


@pytest.mark.gpu
@pytest.mark.skipif(not ON_GPU, reason="CuPy finds no GPU")
class TestOnGpu:
    """What only a real device can show; all tests above run on it too, where there is one."""

    def test_the_arrays_are_cupy_s(self) -> None:
        import cupy  # noqa: PLC0415  (only there)

        assert isinstance(cupy_arrays.im2col(xp.ones((1, 1, 3, 3)), 2), cupy.ndarray)

    def test_a_gather_returns_the_same_bits_in_every_call(self) -> None:
        cols = drawn(xp, (4, 8, 3, 3, 64, 64), "f4")
        first = asnumpy(cupy_arrays.col2im_gather(cols, (66, 66)))
        for _ in range(5):
            assert (asnumpy(cupy_arrays.col2im_gather(cols, (66, 66))) == first).all()

    def test_both_ways_back_agree_on_a_large_layer(self) -> None:
        cols = drawn(xp, (8, 16, 3, 3, 56, 56), "f4")
        gathered = asnumpy(cupy_arrays.col2im_gather(cols, (56, 56), 1, 1))
        np.testing.assert_allclose(asnumpy(cupy_arrays.col2im_scatter(cols, (56, 56), 1, 1)), gathered, atol=1e-4)

    def test_images_and_columns_are_adjoint(self) -> None:
        x, cols = drawn(xp, (2, 3, 9, 7)), drawn(xp, (2, 3, 3, 2, 4, 7))
        there = cupy_arrays.im2col(x, (3, 2), (2, 1), ((0, 0), (1, 0)))
        back = cupy_arrays.col2im_gather(cols, (9, 7), (2, 1), ((0, 0), (1, 0)))
        assert float((there * cols).sum()) == pytest.approx(float((x * back).sum()))

    def test_a_launch_returns_before_the_device_is_done(self) -> None:
        """The event behind much work is not reached when the host comes to it; after waiting it is."""
        a = xp.ones((4096, 4096), "f4")
        a @ a
        xp.cuda.Device().synchronize()
        for _ in range(20):
            a @ a
        event = xp.cuda.Event()
        event.record()
        assert not event.done
        event.synchronize()
        assert event.done
