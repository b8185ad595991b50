"""What is measured on a GPU: layers, operations, for each operation its versions, and the bytes it has to move.

A version gets the same memory twice: as arrays of NumPy or CuPy, and as PyTorch's tensors. So the same code is
rehearsed on the CPU, where the emulation runs the kernels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch
from torch.utils.dlpack import from_dlpack

from solutions import backprop, cuda_kernels, cupy_arrays, speed, strides
from solutions import col2im as plain_col2im

ITEM = 4  # bytes of a float32
LARGEST = 4  # of the whole numbers in checks: sums of their products stay below 2²⁴, and are exact in any order


@dataclass(frozen=True)
class Layer:
    """One convolution, float32, without bias."""

    x: tuple[int, int, int, int]
    weight: tuple[int, int, int, int]
    stride: int
    padding: int

    @property
    def kernel(self) -> tuple[int, int]:
        return self.weight[2], self.weight[3]

    @property
    def setting(self) -> tuple[int, int]:
        return self.stride, self.padding

    @property
    def y(self) -> tuple[int, int, int, int]:
        return self.x[0], self.weight[0], *strides.out_size(self.x[2:], self.kernel, *self.setting)

    @property
    def cols(self) -> tuple[int, int, int, int, int, int]:
        return *self.x[:2], *self.kernel, *self.y[2:]

    @property
    def operations(self) -> int:
        """Additions and multiplications of a pass forward; there are twice as many backward."""
        return 2 * prod(self.weight) * self.y[0] * prod(self.y[2:])


# The 3×3 layers of ResNet-50, and its first layer, for a batch of 64 images of 224 × 224 pixels.
LAYERS = {
    "conv1": Layer((64, 3, 224, 224), (64, 3, 7, 7), 2, 3),
    "conv2": Layer((64, 64, 56, 56), (64, 64, 3, 3), 1, 1),
    "conv3, stride 2": Layer((64, 128, 56, 56), (128, 128, 3, 3), 2, 1),
    "conv3": Layer((64, 128, 28, 28), (128, 128, 3, 3), 1, 1),
    "conv4": Layer((64, 256, 14, 14), (256, 256, 3, 3), 1, 1),
    "conv5": Layer((64, 512, 7, 7), (512, 512, 3, 3), 1, 1),
}
TINY = {
    "3×3": Layer((2, 3, 8, 9), (4, 3, 3, 3), 1, 1),
    "5×3, stride 2": Layer((2, 2, 11, 8), (3, 2, 5, 3), 2, 1),
}


@dataclass(frozen=True)
class Given:
    """The arguments of a call: arrays of NumPy or CuPy, and tensors of PyTorch on the same memory."""

    arrays: tuple[Any, ...]
    tensors: tuple[torch.Tensor, ...]

    @classmethod
    def of(cls, arrays: Sequence[Any]) -> "Given":
        return cls(tuple(arrays), tuple(map(from_dlpack, arrays)))


Version = Callable[[Layer, Given], Any]


@dataclass(frozen=True)
class Operation:
    """Something that is measured.

    Attributes:
        takes, gives: names of the layer's shapes.
        versions: by name.
        reference: with NumPy, on the host; every sum of whole numbers is exact.
        host: what is timed on the host, for comparison.
        passes: how often a pass forward's additions and multiplications are done.
    """

    takes: tuple[str, ...]
    gives: tuple[str, ...]
    versions: dict[str, Version]
    reference: Callable[..., Any]
    host: Callable[..., Any]
    passes: int

    def shapes(self, layer: Layer, names: Sequence[str]) -> list[tuple[int, ...]]:
        return [getattr(layer, name) for name in names]

    def bytes_in(self, layer: Layer) -> int:
        """Return the size of the arguments, each of which must be read."""
        return ITEM * sum(map(prod, self.shapes(layer, self.takes)))

    def bytes_out(self, layer: Layer) -> int:
        """Return the size of the results, each of which must be written."""
        return ITEM * sum(map(prod, self.shapes(layer, self.gives)))

    def bytes_moved(self, layer: Layer) -> int:
        """Return the fewest bytes that any version moves: arguments read once, results written once."""
        return self.bytes_in(layer) + self.bytes_out(layer)

    def operations(self, layer: Layer) -> int:
        """Count additions and multiplications, without those of col2im."""
        return self.passes * layer.operations


def on_images(function: Callable[..., Any]) -> Version:
    """Make a version of an im2col."""
    return lambda layer, given: function(*given.arrays, layer.kernel, *layer.setting)


def on_columns(function: Callable[..., Any]) -> Version:
    """Make a version of a col2im."""
    return lambda layer, given: function(*given.arrays, layer.x[2:], *layer.setting)


def on_layer(function: Callable[..., Any]) -> Version:
    """Make a version of a convolution."""
    return lambda layer, given: function(*given.arrays, *layer.setting)


def columns_forward(im2col: Callable[..., Any]) -> Version:
    """Return the convolution by explicit columns and a matrix product of the library."""

    def forward(layer: Layer, given: Given) -> Any:
        x, weight = given.arrays
        cols = im2col(x, layer.kernel, *layer.setting).reshape(len(x), prod(layer.weight[1:]), -1)
        return (weight.reshape(len(weight), -1) @ cols).reshape(layer.y)

    return forward


def columns_backward(im2col: Callable[..., Any], col2im: Callable[..., Any]) -> Version:
    """Return the pass backward by columns, which are made anew, two products of the library, and col2im."""

    def backward(layer: Layer, given: Given) -> tuple[Any, Any]:
        grad_y, x, weight = given.arrays
        n, f, taps = len(x), len(weight), prod(layer.weight[1:])
        rows = grad_y.reshape(n, f, -1)  # (n, f, oh·ow)
        cols = im2col(x, layer.kernel, *layer.setting).reshape(n, taps, -1)
        flipped = (cols @ rows.swapaxes(1, 2)).sum(axis=0)  # (taps, f): CuPy copies what is transposed, the smaller one
        grad_cols = (weight.reshape(f, taps).T @ rows).reshape(layer.cols)
        return col2im(grad_cols, layer.x[2:], *layer.setting), flipped.T.reshape(layer.weight)

    return backward


def torch_unfold(layer: Layer, given: Given) -> torch.Tensor:
    """Make columns with PyTorch."""
    unfold: torch.Tensor = torch.nn.functional.unfold(
        given.tensors[0], layer.kernel, padding=layer.padding, stride=layer.stride
    )
    return unfold


def torch_fold(layer: Layer, given: Given) -> torch.Tensor:
    """Add columns up with PyTorch, which wants them as (n, c·kh·kw, oh·ow)."""
    cols = given.tensors[0].reshape(layer.x[0], prod(layer.weight[1:]), -1)
    fold: torch.Tensor = torch.nn.functional.fold(
        cols, layer.x[2:], layer.kernel, padding=layer.padding, stride=layer.stride
    )
    return fold


def torch_forward(precision: str) -> Version:
    """Return PyTorch's convolution: cuDNN's, on a GPU.

    Args:
        precision: "ieee" for products of float32, "tf32" for those of numbers rounded to 11 binary digits.
    """

    def forward(layer: Layer, given: Given) -> torch.Tensor:
        _set_precision(precision)
        x, weight = given.tensors
        return torch.nn.functional.conv2d(x, weight, None, layer.stride, layer.padding)

    return forward


def torch_backward(precision: str) -> Version:
    """Return PyTorch's pass backward, without what autograd needs around it."""

    def backward(layer: Layer, given: Given) -> tuple[torch.Tensor, torch.Tensor]:
        _set_precision(precision)
        sides = [layer.stride] * 2, [layer.padding] * 2, [1, 1], False, [0, 0], 1, [True, True, False]
        grad_x, grad_weight, _ = torch.ops.aten.convolution_backward(*given.tensors, None, *sides)
        return grad_x, grad_weight

    return backward


def _set_precision(precision: str) -> None:
    cudnn: Any = torch.backends.cudnn
    cudnn.conv.fp32_precision = cudnn.rnn.fp32_precision = precision  # PyTorch wants no difference between the two


OPERATIONS = {
    "im2col": Operation(
        ("x",),
        ("cols",),
        {
            "kernel": on_images(cuda_kernels.im2col),
            "kernel, sizes compiled in": on_images(cuda_kernels.im2col_fixed),
            "kernel, a thread for each window": on_images(cuda_kernels.im2col_windows),
            "kernel, a thread for each window, sizes compiled in": on_images(cuda_kernels.im2col_windows_fixed),
            "array code": on_images(cupy_arrays.im2col),
            "PyTorch unfold": torch_unfold,
        },
        strides.im2col,
        strides.im2col,
        0,
    ),
    "col2im": Operation(
        ("cols",),
        ("x",),
        {
            "kernel, gather": on_columns(cuda_kernels.col2im_gather),
            "kernel, gather, sizes compiled in": on_columns(cuda_kernels.col2im_fixed),
            "kernel, atomics": on_columns(cuda_kernels.col2im_atomic),
            "array code, gather": on_columns(cupy_arrays.col2im_gather),
            "array code, scatter_add": on_columns(cupy_arrays.col2im_scatter),
            "PyTorch fold": torch_fold,
        },
        plain_col2im.col2im,
        plain_col2im.col2im,
        0,
    ),
    "forward": Operation(
        ("x", "weight"),
        ("y",),
        {
            "columns + cuBLAS": columns_forward(cuda_kernels.im2col_fixed),
            "implicit product": on_layer(cuda_kernels.conv2d),
            "implicit product, 4 × 4 in registers": on_layer(cuda_kernels.conv2d_registers),
            "array code": columns_forward(cupy_arrays.im2col),
            "cuDNN": torch_forward("ieee"),
            "cuDNN, TF32": torch_forward("tf32"),
        },
        lambda x, weight, *setting: strides.conv2d(x, weight, None, *setting),
        lambda x, weight, *setting: speed.conv2d_fast(x, weight, None, *setting),
        1,
    ),
    "backward": Operation(
        ("y", "x", "weight"),
        ("x", "weight"),
        {
            "columns + cuBLAS": columns_backward(cuda_kernels.im2col_fixed, cuda_kernels.col2im_fixed),
            "array code": columns_backward(cupy_arrays.im2col, cupy_arrays.col2im_gather),
            "cuDNN": torch_backward("ieee"),
            "cuDNN, TF32": torch_backward("tf32"),
        },
        lambda *given: backprop.conv2d_backward(*given)[:2],
        lambda *given: speed.conv2d_fast_backward(*given)[:2],
        2,
    ),
}
# How far a result may be off, relative to the largest entry. The others must be exact.
TOLERANCES = {"cuDNN": 1e-4, "cuDNN, TF32": 5e-3}


def arguments_after(name: str, layer: Layer) -> tuple[Any, ...]:
    """Return what the host's function of an operation takes after its arrays."""
    match name:
        case "im2col":
            return layer.kernel, *layer.setting
        case "col2im":
            return layer.x[2:], *layer.setting
        case _:
            return layer.setting


def whole_numbers(shapes: Sequence[tuple[int, ...]], seed: int = 0) -> list[np.ndarray]:
    """Draw small whole numbers, as float32, for which every order of additions gives the same sum."""
    rng = np.random.default_rng(seed)
    return [rng.integers(-LARGEST, LARGEST + 1, shape, np.int8).astype(np.float32) for shape in shapes]


def disagreement(result: Any, expected: Any, tolerance: float) -> str:
    """Say how a result differs from what is expected; "" if it does not, as far as it may.

    Args:
        result, expected: an array of NumPy's, or as many in a tuple.
        tolerance: relative to the largest entry; 0 asks for equality.
    """
    results, wanted = (given if isinstance(given, tuple) else (given,) for given in (result, expected))
    for got, right in zip(results, wanted, strict=True):
        off = float(np.abs(got.reshape(right.shape) - right).max())
        if not off <= tolerance * float(np.abs(right).max()):  # NaN is no less than anything
            return f"off by {off:g}, with entries up to {float(np.abs(right).max()):g}"
    return ""
