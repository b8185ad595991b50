"""Pooling by means: the mean of every window of every channel, and the equal shares that flow back.

Shapes, windows and settings are those of :mod:`solutions.pooling`, as are the functions named here; dtypes are kept,
except that means of integers are float64. The layer keeps nothing but shapes for the way back.
"""

import numpy as np

from solutions.arguments import Array, Padding, Pair, array, pair
from solutions.pooling import borders, columns, matching, step_of
from solutions.strides import crop, im2col, pad

__all__ = ["AvgPool2d", "avg_pool2d", "avg_pool2d_backward", "divisors"]


def divisors(
    size: Pair,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """Count what each mean is taken over.

    Args:
        size: (h, w) of the image.
        kernel_size, stride, padding, ceil_mode: as in :func:`max_pool2d`.
        count_include_pad: whether padding counts as an entry, or only pixels do.

    Returns:
        Shape (oh, ow), integers: the entries of each window that are pixels or, with ``count_include_pad``, padding;
        what a clipped window has beyond the padding never counts.

    Raises:
        ValueError, TypeError: as :func:`pooled_size`; if a window holds no pixel of the image.
    """
    sides, beyond = borders(size, kernel_size, stride, padding, 1, ceil_mode)
    ones = pad(np.ones((1, 1, *pair("size", size)), np.intp), sides, int(count_include_pad))
    cols = im2col(pad(ones, beyond), kernel_size, step_of(kernel_size, stride))
    return np.asarray(cols[0, 0].sum(axis=(0, 1)))


def avg_pool2d(
    x: Array,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """Take the mean of every window.

    Args:
        x: images, shape (n, c, h, w).
        kernel_size, stride, ceil_mode: as in :func:`max_pool2d`.
        padding: zeros around each image.
        count_include_pad: whether a padded zero counts as an entry, or only pixels do.

    Returns:
        y, shape (n, c, oh, ow), dtype of ``x``, or float64 if that holds integers.

    Raises:
        ValueError, TypeError: as :func:`max_pool2d`.
    """
    x = array("x", x, "n", "c", "h", "w")
    cols = columns(x, 0, kernel_size, stride, padding, 1, ceil_mode)
    counts = divisors(x.shape[2:], kernel_size, stride, padding, ceil_mode, count_include_pad)
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    return np.asarray(cols.sum(axis=2, dtype=dtype) / counts.astype(dtype))


def avg_pool2d_backward(
    grad_y: Array,
    size: Pair,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """Compute the gradient of the images from that of their means.

    Args:
        grad_y: gradient of the outputs, shape (n, c, oh, ow).
        size: (h, w) of the images.
        kernel_size, stride, padding, ceil_mode, count_include_pad: as :func:`avg_pool2d` was given them.

    Returns:
        grad_x, shape (n, c, h, w), dtype of ``grad_y``, or float64 if that holds integers.

    Raises:
        ValueError, TypeError: as :func:`divisors`; if ``grad_y`` has not the shape of the output.
    """
    (h, w), (n, c) = pair("size", size), array("grad_y", grad_y, "n", "c", "oh", "ow").shape[:2]
    counts = divisors((h, w), kernel_size, stride, padding, ceil_mode, count_include_pad)
    oh, ow = counts.shape
    grad_y = matching(grad_y, (n, c, oh, ow))
    share = grad_y / counts.astype(grad_y.dtype if grad_y.dtype.kind == "f" else np.float64)
    (kh, kw), (sy, sx) = pair("kernel_size", kernel_size), step_of(kernel_size, stride)
    sides, beyond = borders((h, w), (kh, kw), stride, padding, 1, ceil_mode)
    grad_x = pad(pad(np.zeros((n, c, h, w), share.dtype), sides), beyond)
    for i in range(kh):
        for j in range(kw):  # every entry of a window gets the same share
            grad_x[:, :, i : i + sy * oh : sy, j : j + sx * ow : sx] += share
    return crop(crop(grad_x, beyond), sides)


class AvgPool2d:
    """Replace every window by its mean.

    Args:
        kernel_size: (kh, kw).
        stride: (sy, sx), the distance between neighbouring windows; None for the kernel's own size.
        padding: zeros around each image.
        ceil_mode: whether a tail too short for a window gets a clipped one.
        count_include_pad: whether a padded zero counts as an entry, or only pixels do.
    """

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Padding = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        self._settings = kernel_size, stride, padding, ceil_mode, count_include_pad

    def forward(self, x: Array) -> Array:
        """Return y, shape (n, c, oh, ow), for x, shape (n, c, h, w)."""
        y = avg_pool2d(x, *self._settings)
        self._size, self._y_shape = np.shape(x)[2:], y.shape
        return y

    def backward(self, grad_y: Array) -> Array:
        """Return grad_x, shape (n, c, h, w): each gradient in equal shares for all that its mean was taken over."""
        if not hasattr(self, "_size"):
            raise RuntimeError("AvgPool2d.backward was called before forward; there is nothing to go back to")
        return avg_pool2d_backward(matching(grad_y, self._y_shape), self._size, *self._settings)
