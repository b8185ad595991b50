"""Agreement with SciPy, where it has the same operation under another name and with another alignment.

SciPy has no channels, strides and dilations: a plane is compared at a time, steps are taken out of its result, and
gaps are written into the kernel.
"""

import numpy as np
from numpy.testing import assert_array_equal
from scipy import linalg, ndimage, signal, sparse

from solutions.arguments import Padding
from solutions.averages import avg_pool2d
from solutions.conv1d import banded, convolve_full, correlate, correlate_same, shifted_sum
from solutions.pooling import max_pool2d
from solutions.sparse import conv_entries, conv_matrix
from solutions.strides import conv2d, out_size, unused
from solutions.transposed import conv_transpose2d, stamp
from solutions.without_columns import conv2d_fft
from tests.solutions.drawn import Geometry
from tests.solutions.peers import Array, Pair, Setting, assert_close, pooled, settings

DRAWN = 200  # settings for each test


def row_and_kernel(setting: Setting) -> tuple[Array, Array]:
    g = setting.geometry
    return setting.array(g.size[1] + g.kernel_size[1]), setting.array(g.kernel_size[1])


def plane_and_kernel(setting: Setting) -> tuple[Array, Array]:
    """Return a plane that the kernel fits into even without padding."""
    (h, w), (kh, kw) = setting.geometry.size, setting.geometry.kernel_size
    return setting.array(h + kh, w + kw), setting.array(kh, kw)


def single(plane: Array) -> Array:
    """Give a plane the axes n and c, or a kernel the axes f and c."""
    return plane[np.newaxis, np.newaxis]


def bordered(x: Array, geometry: Geometry, value: float = 0) -> Array:
    return np.pad(x, geometry.pads, constant_values=value)


def with_gaps(kernel: Array, geometry: Geometry) -> Array:
    """Write a dilated kernel with its gaps."""
    (kh, kw), (dy, dx) = kernel.shape, geometry.dilation
    spread = np.zeros((dy * (kh - 1) + 1, dx * (kw - 1) + 1), kernel.dtype)
    spread[::dy, ::dx] = kernel
    return spread


def windows_inside(filtered: Array, span: tuple[int, ...], stride: Pair) -> Array:
    """Pick from a filter's result, which has a window around every pixel, the whole windows at steps of the stride."""
    (h, w), (rows, columns), (sy, sx) = filtered.shape, span, stride
    inner = filtered[rows // 2 : h - (rows - 1) // 2, columns // 2 : w - (columns - 1) // 2]
    return inner[::sy, ::sx]


def test_rows() -> None:
    for setting in settings("rows", DRAWN):
        x, weight = row_and_kernel(setting)
        stride = setting.geometry.stride[1]
        assert_close(correlate(x, weight), signal.correlate(x, weight, "valid", "direct"), setting)
        assert_close(convolve_full(x, weight), signal.convolve(x, weight, "full", "direct"), setting)
        assert_array_equal(
            banded(weight, len(x)), linalg.convolution_matrix(weight[::-1], len(x), "valid"), strict=True
        )
        windows = shifted_sum(x, weight, stride, len(weight) - 1)
        assert_close(windows, signal.upfirdn(weight[::-1], x, up=1, down=stride), setting)
        stamped = stamp(x[np.newaxis], weight[np.newaxis], (1, stride))[0]
        assert_close(stamped, signal.upfirdn(weight, x, up=stride, down=1), setting)


def test_same_has_the_odd_zero_of_an_even_kernel_behind() -> None:
    """``signal.correlate2d`` has it there too; ``signal.correlate`` and ``ndimage`` have it in front."""
    for setting in settings("same", DRAWN):
        x, weight = row_and_kernel(setting)
        y, is_even = correlate_same(x, weight), len(weight) % 2 == 0
        assert_close(y, signal.correlate2d(x[np.newaxis], weight[np.newaxis], "same")[0], setting)
        assert_close(y, ndimage.correlate1d(x, weight, mode="constant", origin=-is_even), setting)
        in_front = correlate_same(x[::-1], weight[::-1])[::-1]
        assert_close(in_front, signal.correlate(x, weight, "same", "direct"), setting)


def test_planes_in_three_modes() -> None:
    for setting in settings("planes", DRAWN):
        x, weight = plane_and_kernel(setting)
        kh, kw = weight.shape
        paddings: dict[str, Padding] = {"valid": 0, "same": "same", "full": (kh - 1, kw - 1)}
        for mode, padding in paddings.items():
            y = conv2d(single(x), single(weight), padding=padding)[0, 0]
            assert_close(y, signal.correlate2d(x, weight, mode), setting)
        y = conv2d_fft(single(x), single(weight))[0, 0]
        assert_close(y, signal.fftconvolve(x, weight[::-1, ::-1], "valid"), setting)
        y = conv_transpose2d(single(x), single(weight))[0, 0]
        assert_close(y, signal.convolve2d(x, weight, "full"), setting)


def test_a_filter_has_the_window_around_each_pixel() -> None:
    for setting in settings("filters", DRAWN):
        g = setting.geometry
        x, weight = setting.array(*g.size), setting.array(*g.kernel_size)
        kernel = with_gaps(weight, g)
        filtered = ndimage.correlate(bordered(x, g), kernel, mode="constant")
        y = conv2d(single(x), single(weight), None, g.stride, g.pads, g.dilation)[0, 0]
        assert_close(y, windows_inside(filtered, kernel.shape, g.stride), setting)


def test_poolings_are_filters() -> None:
    for drawn in settings("poolings", DRAWN):
        images, setting = pooled(drawn)
        g, x = setting.geometry, images[0, 0]
        entries = with_gaps(np.ones(g.kernel_size, bool), g)
        largest = ndimage.maximum_filter(bordered(x, g, -np.inf), footprint=entries)
        y = max_pool2d(single(x), g.kernel_size, g.stride, g.pads, g.dilation)[0, 0]
        assert_array_equal(y, windows_inside(largest, entries.shape, g.stride), str(setting), strict=True)
        means = ndimage.uniform_filter(bordered(x, g), g.kernel_size)
        y = avg_pool2d(single(x), g.kernel_size, g.stride, g.pads)[0, 0]
        assert_close(y, windows_inside(means, g.kernel_size, g.stride), setting)


def test_the_matrix_of_a_convolution_is_a_sum_of_kronecker_products() -> None:
    """One product for each entry of the kernel: which row it meets, times which column."""
    for setting in settings("matrices", DRAWN):
        g = setting.geometry
        weight = setting.array(*g.kernel_size)
        oh, ow = out_size(g.size, g.kernel_size, g.stride, g.pads, g.dilation)
        (h, w), (sy, sx), (dy, dx), ((top, bottom), (left, right)) = g.size, g.stride, g.dilation, g.pads
        expected = sparse.csr_array((oh * ow, h * w), dtype=weight.dtype)
        for (i, j), entry in np.ndenumerate(weight):
            rows = sparse.eye_array(sy * (oh - 1) + 1, top + h + bottom, k=i * dy, format="csr")
            columns = sparse.eye_array(sx * (ow - 1) + 1, left + w + right, k=j * dx, format="csr")
            met = sparse.kron(rows[::sy, top : top + h], columns[::sx, left : left + w])
            expected += (entry * met).astype(weight.dtype)
        assert_array_equal(conv_matrix(weight, g.size, g.stride, g.pads, g.dilation), expected.toarray(), strict=True)

        where_from, where_to, values = conv_entries(weight, g.size, g.stride, g.pads, g.dilation)
        matrix = sparse.coo_array((values, (where_from, where_to)), shape=(oh * ow, h * w)).tocsr()
        x, y = setting.array(*g.size), setting.array(oh, ow)
        got = conv2d(single(x), single(weight), None, g.stride, g.pads, g.dilation)
        assert_close(got.reshape(-1), matrix @ x.reshape(-1), setting)
        tail = unused(g.size, g.kernel_size, g.stride, g.pads, g.dilation)
        back = conv_transpose2d(single(y), single(weight), None, g.stride, g.pads, tail, g.dilation)
        assert_close(back.reshape(-1), matrix.T @ y.reshape(-1), setting)
