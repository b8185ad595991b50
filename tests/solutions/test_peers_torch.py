"""Agreement with PyTorch, forward and backward, over thousands of drawn settings.

PyTorch's convolutions and poolings pad both ends alike. Where a setting does not, ``torch.nn.functional.pad`` puts the
border on, and PyTorch's autograd goes back through that too.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.nn import functional

from solutions.averages import avg_pool2d, avg_pool2d_backward
from solutions.backprop import conv1d_backward, conv2d_backward
from solutions.col2im import col2im
from solutions.conv1d import col2im_1d, convolve_full, im2col_1d, shifted_sum
from solutions.pooling import max_pool2d, max_pool2d_argmax, max_pool2d_backward
from solutions.speed import conv2d_fast, conv2d_fast_backward
from solutions.strides import conv2d, im2col
from solutions.transposed import conv_transpose2d
from tests.solutions.peers import (
    Array,
    Pair,
    Setting,
    assert_close,
    half,
    has_unlike_axes,
    is_symmetric,
    pooled,
    settings,
)

TRUTH = Path(__file__).parents[2] / "docs" / "truth.md"
DRAWN = {  # settings for each test
    "conv2d": 700,
    "conv2d same": 100,
    "conv1d": 300,
    "conv_transpose2d": 500,
    "unfold and fold": 500,
    "max_pool2d": 500,
    "avg_pool2d": 500,
}
LARGE = {  # x, weight, stride, padding, dtype: what speed is measured on, where other code runs than on small ones
    "S1": ((1, 8, 224, 224), (16, 8, 3, 3), 1, 1, "f8"),
    "S2": ((1, 3, 227, 227), (96, 3, 11, 11), 4, 0, "f4"),
    "S3": ((100, 1, 28, 28), (30, 1, 5, 5), 1, 0, "f8"),
    "S4": ((100, 3, 31, 31), (25, 3, 3, 3), 2, 1, "f8"),
    "S5": ((8, 64, 56, 56), (64, 64, 3, 3), 1, 1, "f4"),
    "S6": ((8, 64, 56, 56), (64, 64, 3, 3), 2, 1, "f4"),
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tensor(array: Array) -> torch.Tensor:
    """Copy an array of any layout; PyTorch takes no negative strides."""
    return torch.tensor(array.copy(), requires_grad=array.dtype.kind == "f")


def optional(array: Array | None) -> torch.Tensor | None:
    return None if array is None else tensor(array)


def gradients(y: torch.Tensor, grad_y: Array, *leaves: torch.Tensor | None) -> list[Array]:
    """Send ``grad_y`` back to those leaves that are there."""
    present = [leaf for leaf in leaves if leaf is not None]
    return [gradient.numpy() for gradient in torch.autograd.grad(y, present, tensor(grad_y))]


def padded(x: torch.Tensor, setting: Setting, value: float = 0) -> tuple[torch.Tensor, Pair]:
    """Return the images and the padding that is left for the operation."""
    if is_symmetric(setting.geometry):
        return x, half(setting.geometry)
    (top, bottom), (left, right) = setting.geometry.pads
    return functional.pad(x, (left, right, top, bottom), value=value), (0, 0)


def test_settings_are_many_and_hold_everything() -> None:
    assert f"{sum(DRAWN.values()):,} drawn settings" in TRUTH.read_text()
    drawn = [setting for name, count in DRAWN.items() for setting in settings(name, count)]
    assert drawn == [setting for name, count in DRAWN.items() for setting in settings(name, count)]
    geometries = [setting.geometry for setting in drawn]
    assert sum(map(has_unlike_axes, geometries)) > len(drawn) / 5
    assert sum(not is_symmetric(g) for g in geometries) > len(drawn) / 5
    assert sum(g.c != g.f and g.groups > 1 for g in geometries) > len(drawn) / 10
    assert sum(g.c == g.groups > 1 for g in geometries) > len(drawn) / 10  # depthwise
    for axis in 0, 1:
        assert {g.kernel_size[axis] for g in geometries} == {1, 2, 3, 4}
        assert {g.stride[axis] for g in geometries} == {g.dilation[axis] for g in geometries} == {1, 2, 3}
        assert Counter(s.output_padding[axis] for s in drawn).keys() == {0, 1, 2}
    combinations = Counter((s.dtype, s.layout, s.with_bias, s.ceil_mode, s.count_include_pad) for s in drawn)
    assert len(combinations) == 2 * 4 * 2 * 2 * 2


def test_conv2d_and_its_three_gradients() -> None:
    for setting in settings("conv2d", DRAWN["conv2d"]):
        g = setting.geometry
        x, weight, bias = setting.array(*g.x_shape), setting.array(*g.weight_shape), setting.bias(g.f)
        images, kernels, biases = tensor(x), tensor(weight), optional(bias)
        bordered, padding = padded(images, setting)
        expected = functional.conv2d(bordered, kernels, biases, g.stride, padding, g.dilation, g.groups)
        grad_y = setting.array(*expected.shape)
        backward = gradients(expected, grad_y, images, kernels, biases)
        call = g.stride, g.pads, g.dilation, g.groups
        for forward_of in conv2d, conv2d_fast:
            assert_close(forward_of(x, weight, bias, *call), expected.detach(), setting)
        for backward_of in conv2d_backward, conv2d_fast_backward:
            for got, wanted in zip(backward_of(grad_y, x, weight, *call), backward, strict=False):  # bias may be absent
                assert_close(got, wanted, setting)


@pytest.mark.parametrize("shape", LARGE)
def test_large_convolutions_and_their_gradients(shape: str) -> None:
    """Sums are longer, and Winograd's products larger than their sum: errors are relative to the largest entry."""
    x_shape, weight_shape, stride, padding, dtype = LARGE[shape]
    rng = np.random.default_rng(7)
    x, weight, bias = (rng.normal(size=s).astype(dtype) for s in (x_shape, weight_shape, weight_shape[0]))
    images, kernels, biases = tensor(x), tensor(weight), tensor(bias)
    expected = functional.conv2d(images, kernels, biases, stride, padding)
    grad_y = rng.normal(size=expected.shape).astype(dtype)
    got = conv2d_fast(x, weight, bias, stride, padding), *conv2d_fast_backward(grad_y, x, weight, stride, padding)
    wanted = expected.detach().numpy(), *gradients(expected, grad_y, images, kernels, biases)
    for mine, theirs in zip(got, wanted, strict=True):
        assert mine.dtype == theirs.dtype
        assert_allclose(mine, theirs, rtol=0, atol=abs(theirs).max() * (1e-13 if dtype == "f8" else 4e-5))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")  # PyTorch says that it copies
def test_same_padding() -> None:
    """PyTorch has it for stride 1 only."""
    for setting in settings("conv2d same", DRAWN["conv2d same"]):
        g = setting.geometry
        x, weight = setting.array(*g.x_shape), setting.array(*g.weight_shape)
        expected = functional.conv2d(tensor(x), tensor(weight), None, 1, "same", g.dilation, g.groups)
        assert_close(conv2d(x, weight, None, 1, "same", g.dilation, g.groups), expected.detach(), setting)


def test_integers_are_convolved_exactly() -> None:
    for setting in settings("integers", 40):
        g, rng = setting.geometry, np.random.default_rng(setting.seed)
        x, weight = rng.integers(-(2**25), 2**25, g.x_shape), rng.integers(-(2**25), 2**25, g.weight_shape)
        images, padding = padded(torch.tensor(x), setting)
        expected = functional.conv2d(images, torch.tensor(weight), None, g.stride, padding, g.dilation, g.groups)
        assert_array_equal(conv2d(x, weight, None, g.stride, g.pads, g.dilation, g.groups), expected, strict=True)


def test_a_row() -> None:
    """The functions of rows, and their gradients, against ``conv1d``, ``unfold`` and ``fold`` of one channel."""
    for setting in settings("conv1d", DRAWN["conv1d"]):
        w, kw, stride = setting.geometry.size[1] + 3, setting.geometry.kernel_size[1], setting.geometry.stride[1]
        padding = setting.geometry.pads[1][0]
        x, weight = setting.array(w), setting.array(kw)
        row, kernel = tensor(x), tensor(weight)
        expected = functional.conv1d(row[None, None], kernel[None, None], None, stride, padding)[0, 0]
        assert_close(shifted_sum(x, weight, stride, padding), expected.detach(), setting)
        full = functional.conv1d(row[None, None], kernel.flip(0)[None, None], None, 1, kw - 1)[0, 0]
        assert_close(convolve_full(x, weight), full.detach(), setting)
        unpadded = functional.conv1d(row[None, None], kernel[None, None], torch.ones(1).to(row), stride)[0, 0]
        grad_y = setting.array(*unpadded.shape)
        for got, wanted in zip(
            conv1d_backward(grad_y, x, weight, stride), gradients(unpadded, grad_y, row, kernel), strict=False
        ):
            assert_close(got, wanted, setting)
        columns = functional.unfold(row[None, None, None], (1, kw), 1, 0, (1, stride))[0]
        assert_array_equal(im2col_1d(x, kw, stride), columns.detach(), err_msg=str(setting), strict=True)
        cols = setting.array(*columns.shape)
        folded = functional.fold(tensor(cols)[None], (1, w), (1, kw), 1, 0, (1, stride))[0, 0, 0]
        assert_close(col2im_1d(cols, w, stride), folded.detach(), setting)


def test_conv_transpose2d_and_its_gradients() -> None:
    """Its gradients are a convolution and that convolution's gradient of the weights."""
    for setting in settings("conv_transpose2d", DRAWN["conv_transpose2d"]):
        g, more = setting.geometry, setting.output_padding
        padding = half(g)
        x = setting.array(g.n, g.c, g.size[0] + 4, g.size[1] + 4)  # + 4, so that the padding leaves something
        weight, bias = setting.array(g.c, g.f // g.groups, *g.kernel_size), setting.bias(g.f)
        images, kernels = tensor(x), tensor(weight)
        expected = functional.conv_transpose2d(
            images, kernels, optional(bias), g.stride, padding, more, g.groups, g.dilation
        )
        got = conv_transpose2d(x, weight, bias, g.stride, padding, more, g.dilation, groups=g.groups)
        assert_close(got, expected.detach(), setting)
        if more[0] < g.stride[0] and more[1] < g.stride[1]:  # with more, the convolution has windows too many
            grad_y = setting.array(*expected.shape)
            grad_x, grad_weight = gradients(expected, grad_y, images, kernels)
            call = g.stride, padding, g.dilation, g.groups
            assert_close(conv2d(grad_y, weight, None, *call), grad_x, setting)
            assert_close(conv2d_backward(x, grad_y, weight, *call)[1], grad_weight, setting)


def test_im2col_is_unfold_and_col2im_is_fold() -> None:
    for setting in settings("unfold and fold", DRAWN["unfold and fold"]):
        g = setting.geometry
        x = setting.array(*g.x_shape)
        images, padding = padded(tensor(x), setting)
        rows = functional.unfold(images, g.kernel_size, g.dilation, padding, g.stride)
        cols = im2col(x, g.kernel_size, g.stride, g.pads, g.dilation)
        assert_array_equal(cols.reshape(rows.shape), rows.detach(), err_msg=str(setting), strict=True)
        grad_cols = setting.array(*cols.shape)
        size = images.shape[2:]
        folded = functional.fold(
            tensor(grad_cols.reshape(rows.shape)), size, g.kernel_size, g.dilation, padding, g.stride
        )
        (top, _), (left, _) = ((0, 0), (0, 0)) if is_symmetric(g) else g.pads
        inner = folded[:, :, top : top + g.size[0], left : left + g.size[1]]
        assert_close(col2im(grad_cols, g.size, g.stride, g.pads, g.dilation), inner.detach(), setting)


def alike(setting: Setting) -> Setting:
    """Make both ends of the padding alike, because a border put on by hand would count as pixels."""
    (top, _), (left, _) = setting.geometry.pads
    return setting.with_pads(((top, top), (left, left)))


def test_max_pool2d_where_its_largest_entries_were_and_its_gradient() -> None:
    for drawn in settings("max_pool2d", DRAWN["max_pool2d"]):
        x, setting = pooled(drawn)
        if drawn.seed % 3 == 0:
            x = np.sign(x)  # equal entries in every window
        setting = alike(setting) if setting.ceil_mode else setting
        g = setting.geometry
        images = tensor(x)
        bordered, padding = padded(images, setting, -np.inf)
        expected, indices = functional.max_pool2d(
            bordered, g.kernel_size, g.stride, padding, g.dilation, setting.ceil_mode, return_indices=True
        )
        call = g.kernel_size, g.stride, g.pads, g.dilation, setting.ceil_mode
        assert_array_equal(max_pool2d(x, *call), expected.detach(), err_msg=str(setting), strict=True)
        y, argmax = max_pool2d_argmax(x, *call)
        assert_array_equal(y, expected.detach(), err_msg=str(setting), strict=True)
        (top, _), (left, _) = ((0, 0), (0, 0)) if is_symmetric(g) else g.pads
        rows, columns = np.divmod(indices.numpy(), bordered.shape[3])
        assert_array_equal(argmax, (rows - top) * x.shape[3] + columns - left, err_msg=str(setting))
        grad_y = setting.array(*expected.shape)
        assert_close(max_pool2d_backward(grad_y, x, *call), gradients(expected, grad_y, images)[0], setting)


def test_avg_pool2d_and_its_gradient() -> None:
    for drawn in settings("avg_pool2d", DRAWN["avg_pool2d"]):
        x, setting = pooled(drawn)
        setting = alike(setting) if setting.ceil_mode or not setting.count_include_pad else setting
        g = setting.geometry
        images = tensor(x)
        bordered, padding = padded(images, setting)
        modes = setting.ceil_mode, setting.count_include_pad
        expected = functional.avg_pool2d(bordered, g.kernel_size, g.stride, padding, *modes)
        call = g.kernel_size, g.stride, g.pads, *modes
        assert_close(avg_pool2d(x, *call), expected.detach(), setting)
        grad_y = setting.array(*expected.shape)
        assert_close(avg_pool2d_backward(grad_y, x.shape[2:], *call), gradients(expected, grad_y, images)[0], setting)


def test_a_dilated_window_that_steps_over_the_image_is_refused_where_pytorch_answers_minus_infinity() -> None:
    x = np.ones((1, 1, 1, 5))  # window rows -1 and 1; the only row is 0
    expected = functional.max_pool2d(tensor(x), 2, 1, 1, 2)
    assert torch.isinf(expected).all()
    with pytest.raises(ValueError, match="a window holds no pixel"):
        max_pool2d(x, 2, 1, 1, 2)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_maximum_is_nan_where_a_window_holds_one_and_the_first_of_them_is_named(dtype: str) -> None:
    x = np.random.default_rng(5).normal(size=(2, 3, 6, 7)).astype(dtype)
    x[0, 1, 2, 3] = x[1, 2, 5, 5] = x[1, 2, 5, 6] = np.nan
    expected, indices = functional.max_pool2d(torch.tensor(x), (3, 2), (2, 1), 1, return_indices=True)
    y, argmax = max_pool2d_argmax(x, (3, 2), (2, 1), 1)
    assert_array_equal(y, expected, strict=True)
    several = np.zeros(y.shape, bool)
    several[1, 2, 2, 6] = True  # both of x[1, 2, 5] are in this window
    assert_array_equal(argmax[~several], indices[torch.tensor(~several)])
    assert argmax[several] == 5 * 7 + 5
    assert indices[1, 2, 2, 6] == 5 * 7 + 6  # PyTorch names the last
