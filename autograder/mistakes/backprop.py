"""Wrong answers to the questions of ``backprop``, each as somebody might really write it."""

import numpy as np

from unrolled.given.col2im import col2im
from unrolled.given.strides import out_size, pad, pads
from unrolled.given.windows import conv2d, im2col

# conv2d_grad_bias


def bias_averaged(grad_y):
    return grad_y.mean(axis=(0, 2, 3))


def bias_of_each_image(grad_y):
    return grad_y.sum(axis=(2, 3))


def bias_float64(grad_y):
    return grad_y.sum(axis=(0, 2, 3), dtype=float)


# conv2d_grad_weight


def grad_weight_from(grad_y, cols):
    return np.tensordot(grad_y, cols, axes=([0, 2, 3], [0, 4, 5]))


def weight_divided(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    n, _, oh, ow = grad_y.shape
    return grad_weight_from(grad_y, im2col(x, kernel_size, stride, padding, dilation)) / grad_y.dtype.type(n * oh * ow)


def weight_of_first_image(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    return grad_weight_from(grad_y[:1], im2col(x[:1], kernel_size, stride, padding, dilation))


def weight_turned(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    return grad_weight_from(grad_y, im2col(x, kernel_size, stride, padding, dilation))[:, :, ::-1, ::-1]


def weight_without_stride(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    cols = im2col(x, kernel_size, 1, padding, dilation)
    return grad_weight_from(grad_y, cols[..., : grad_y.shape[2], : grad_y.shape[3]])


def weight_padded_behind(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    (top, bottom), (left, right) = pads(padding, x.shape[2:], kernel_size)
    padded = pad(x, ((0, top + bottom), (0, left + right)))
    return grad_weight_from(grad_y, im2col(padded, kernel_size, stride, 0, dilation))


def weight_without_dilation(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    cols = im2col(x, kernel_size, stride, padding, 1)
    return grad_weight_from(grad_y, cols[..., : grad_y.shape[2], : grad_y.shape[3]])


def weight_reshaped(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    n, f, oh, ow = grad_y.shape
    cols = im2col(x, kernel_size, stride, padding, dilation)
    rows = cols.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)
    return (grad_y.reshape(-1, f).T @ rows).reshape(f, x.shape[1], *kernel_size)


def weight_as_for_one_image(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    n, f, oh, ow = grad_y.shape
    cols = im2col(x, kernel_size, stride, padding, dilation)
    rows = cols.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)
    return (grad_y.reshape(f, -1) @ rows).reshape(f, x.shape[1], *kernel_size)


def weight_of_reshaped_columns(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    cols = im2col(x, kernel_size, stride, padding, dilation)
    f, (_, c, kh, kw, _, _) = grad_y.shape[1], cols.shape
    up = grad_y.transpose(1, 0, 2, 3).reshape(f, -1)
    return (up @ cols.reshape(c * kh * kw, -1).T).reshape(f, c, kh, kw)


def weight_float64(grad_y, x, kernel_size, stride=1, padding=0, dilation=1):
    return grad_weight_from(grad_y.astype(float), im2col(x, kernel_size, stride, padding, dilation))


# conv2d_grad_x


def grad_columns(grad_y, weight):
    return np.tensordot(weight, grad_y, axes=(0, 1)).transpose(3, 0, 1, 2, 4, 5)


def padded_size(size, weight, padding):
    (top, bottom), (left, right) = pads(padding, size, weight.shape[2:])
    return top + size[0] + bottom, left + size[1] + right


def _taps(grad_cols, stride, dilation):
    (sy, sx), (dy, dx), (kh, kw, oh, ow) = stride, dilation, grad_cols.shape[2:]
    for i, j in np.ndindex(kh, kw):
        rows = slice(i * dy, i * dy + sy * (oh - 1) + 1, sy)
        yield grad_cols[:, :, i, j], rows, slice(j * dx, j * dx + sx * (ow - 1) + 1, sx)


def x_overwritten(grad_y, weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (top, bottom), (left, right) = pads(padding, size, weight.shape[2:])
    grad_cols = grad_columns(grad_y, weight)
    shape = top + size[0] + bottom, left + size[1] + right
    grad_x = np.zeros((*grad_cols.shape[:2], *shape), grad_cols.dtype)
    for plane, rows, columns in _taps(grad_cols, stride, dilation):
        grad_x[:, :, rows, columns] = plane
    return grad_x[:, :, top : top + size[0], left : left + size[1]]


def x_turned(grad_y, weight, size, stride=1, padding=0, dilation=1):
    return col2im(grad_columns(grad_y, weight[:, :, ::-1, ::-1]), size, stride, padding, dilation)


def x_of_first_filter(grad_y, weight, size, stride=1, padding=0, dilation=1):
    return col2im(grad_columns(grad_y[:, :1], weight[:1]), size, stride, padding, dilation)


def x_without_stride(grad_y, weight, size, stride=1, padding=0, dilation=1):
    h, w = padded_size(size, weight, padding)
    grad_cols = grad_columns(grad_y, weight)
    oh, ow = out_size((h, w), weight.shape[2:], 1, 0, dilation)
    wide = np.zeros((*grad_cols.shape[:4], oh, ow), grad_cols.dtype)
    wide[..., : grad_cols.shape[4], : grad_cols.shape[5]] = grad_cols
    return col2im(wide, size, 1, padding, dilation)


def x_reshaped(grad_y, weight, size, stride=1, padding=0, dilation=1):
    (n, f, oh, ow), (c, kh, kw) = grad_y.shape, weight.shape[1:]
    rows = grad_y.transpose(0, 2, 3, 1).reshape(-1, f) @ weight.reshape(f, -1)
    return col2im(rows.reshape(n, c, kh, kw, oh, ow), size, stride, padding, dilation)


def x_padding_kept(grad_y, weight, size, stride=1, padding=0, dilation=1):
    return col2im(grad_columns(grad_y, weight), padded_size(size, weight, padding), stride, 0, dilation)


def x_cropped_at_the_end(grad_y, weight, size, stride=1, padding=0, dilation=1):
    return x_padding_kept(grad_y, weight, size, stride, padding, dilation)[:, :, : size[0], : size[1]].copy()


def x_without_dilation(grad_y, weight, size, stride=1, padding=0, dilation=1):
    h, w = padded_size(size, weight, padding)
    grad_cols = grad_columns(grad_y, weight)
    oh, ow = out_size((h, w), weight.shape[2:], stride, 0, 1)
    wide = np.zeros((*grad_cols.shape[:4], oh, ow), grad_cols.dtype)
    wide[..., : grad_cols.shape[4], : grad_cols.shape[5]] = grad_cols
    return col2im(wide, size, stride, padding, 1)


def x_float64(grad_y, weight, size, stride=1, padding=0, dilation=1):
    return col2im(grad_columns(grad_y.astype(float), weight), size, stride, padding, dilation)


# grad_weight_of_rows: the published reshape, and ways to mend it that do not


def rows_published(grad_y, rows):
    return grad_y.reshape(-1, grad_y.shape[1]).T @ rows


def rows_of_one_image(grad_y, rows):
    return grad_y.reshape(grad_y.shape[1], -1) @ rows


def rows_columns_first(grad_y, rows):
    return grad_y.transpose(1, 0, 3, 2).reshape(grad_y.shape[1], -1) @ rows


def rows_images_last(grad_y, rows):
    return grad_y.transpose(1, 2, 3, 0).reshape(grad_y.shape[1], -1) @ rows


def rows_oracle(grad_y, rows):
    """Not a mistake: what is right, one window after the other."""
    grad_y, rows = np.asarray(grad_y), np.asarray(rows)
    if grad_y.ndim != 4 or rows.ndim != 2 or grad_y.size == 0:
        raise ValueError("grad_y must have four axes and rows two, none of them empty")
    n, f, oh, ow = grad_y.shape
    if len(rows) != n * oh * ow:
        raise ValueError(f"rows must have one row for each of the {n * oh * ow} windows")
    grad_weight = np.zeros((f, rows.shape[1]), np.result_type(grad_y, rows))
    for row, (image, p, q) in zip(rows, np.ndindex(n, oh, ow), strict=True):
        grad_weight += np.outer(grad_y[image, :, p, q], row)
    return grad_weight


# measured_grad_weight


def _loss(x, weight, grad_y):
    return (np.tanh(conv2d(x, weight)) * grad_y).sum()


def measured_one_sided(x, weight, grad_y, step=1e-5):
    x, weight = x.astype(float), weight.astype(float)
    gradient = np.zeros(weight.shape)
    for index in np.ndindex(weight.shape):
        nudged = weight.copy()
        nudged[index] += step
        gradient[index] = (_loss(x, nudged, grad_y) - _loss(x, weight, grad_y)) / step
    return gradient


def measured_not_halved(x, weight, grad_y, step=1e-5):
    return 2 * _measured(x, weight, grad_y, step)


def measured_with_ones(x, weight, grad_y, step=1e-5):
    return _measured(x, weight, np.ones_like(grad_y), step)


def measured_at_a_fixed_step(x, weight, grad_y, step=1e-5):
    return _measured(x, weight, grad_y, 1e-5)


def measured_without_tanh(x, weight, grad_y, step=1e-5):
    x, weight = x.astype(float), weight.astype(float)
    gradient = np.zeros(weight.shape)
    for index in np.ndindex(weight.shape):
        above, below = weight.copy(), weight.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = ((conv2d(x, above) - conv2d(x, below)) * grad_y).sum() / (2 * step)
    return gradient


def measured_not_put_back(x, weight, grad_y, step=1e-5):
    x, weight = x.astype(float), weight.astype(float)
    gradient = np.zeros(weight.shape)
    for index in np.ndindex(weight.shape):
        weight[index] += step
        above = _loss(x, weight, grad_y)
        weight[index] -= 2 * step
        gradient[index] = (above - _loss(x, weight, grad_y)) / (2 * step)
    return gradient


def measured_in_dtype_of_weight(x, weight, grad_y, step=1e-5):
    gradient = np.zeros(weight.shape)
    for index in np.ndindex(weight.shape):
        above, below = weight.copy(), weight.copy()
        above[index] = weight[index] + step
        below[index] = weight[index] - step
        gradient[index] = (_loss(x, above, grad_y) - _loss(x, below, grad_y)) / (2 * step)
    return gradient


def _measured(x, weight, grad_y, step):
    return measured_in_dtype_of_weight(x.astype(float), weight.astype(float), grad_y, step)


# test_conv2d_backward: a right version, wrong ones to be rejected …


def version_right(grad_y, x, weight, stride, padding):
    grad_weight = grad_weight_from(grad_y, im2col(x, weight.shape[2:], stride, padding))
    return col2im(grad_columns(grad_y, weight), x.shape[2:], stride, padding), grad_weight, grad_y.sum(axis=(0, 2, 3))


def version_turned(grad_y, x, weight, stride, padding):
    _, grad_weight, grad_bias = version_right(grad_y, x, weight, stride, padding)
    return x_turned(grad_y, weight, x.shape[2:], stride, padding), grad_weight, grad_bias


def version_reshaped(grad_y, x, weight, stride, padding):
    grad_x, _, grad_bias = version_right(grad_y, x, weight, stride, padding)
    rows = im2col(x, weight.shape[2:], stride, padding).transpose(0, 4, 5, 1, 2, 3).reshape(-1, weight[0].size)
    return grad_x, rows_published(grad_y, rows).reshape(weight.shape), grad_bias


def version_bias_averaged(grad_y, x, weight, stride, padding):
    grad_x, grad_weight, _ = version_right(grad_y, x, weight, stride, padding)
    return grad_x, grad_weight, grad_y.mean(axis=(0, 2, 3))


def version_without_stride(grad_y, x, weight, stride, padding):
    _, grad_weight, grad_bias = version_right(grad_y, x, weight, stride, padding)
    return x_without_stride(grad_y, weight, x.shape[2:], stride, padding), grad_weight, grad_bias


def version_cropped_at_the_end(grad_y, x, weight, stride, padding):
    _, grad_weight, grad_bias = version_right(grad_y, x, weight, stride, padding)
    return x_cropped_at_the_end(grad_y, weight, x.shape[2:], stride, padding), grad_weight, grad_bias


def version_averaged(grad_y, x, weight, stride, padding):
    grad_x, grad_weight, grad_bias = version_right(grad_y, x, weight, stride, padding)
    return grad_x, grad_weight / grad_y.dtype.type(len(x)), grad_bias


def version_float64(grad_y, x, weight, stride, padding):
    return version_right(grad_y.astype(float), x, weight, stride, padding)


def version_changing_grad_y(grad_y, x, weight, stride, padding):
    gradients = version_right(grad_y, x, weight, stride, padding)
    grad_y *= 0
    return gradients


# … and poor tests, which let one of them through


def test_with_ones(candidate):
    for dtype in (np.float64, np.float32):
        x, weight = (
            np.random.default_rng(0).normal(size=(2, 3, 5, 6)),
            np.random.default_rng(1).normal(size=(4, 3, 2, 2)),
        )
        x, weight = x.astype(dtype), weight.astype(dtype)
        for stride, padding in ((1, 1), 0), ((2, 1), ((1, 0), (0, 2))):
            y = conv2d(x, weight, None, stride, padding)
            grad_y = np.ones_like(y)
            grad_x, grad_weight, grad_bias = candidate(grad_y, x, weight, stride, padding)
            assert grad_x.dtype == grad_weight.dtype == dtype and (grad_y == 1).all()
            assert np.allclose(grad_bias, y[:, 0].size)
            assert abs((grad_x * x).sum() - y.sum()) < 1e-2 and abs((grad_weight * weight).sum() - y.sum()) < 1e-2


def test_of_sums(candidate):
    rng = np.random.default_rng(1)
    x, weight, grad_y = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 2, 3)), rng.normal(size=(2, 2, 3, 3))
    grad_x, grad_weight, grad_bias = candidate(grad_y, x, weight, (1, 1), 0)
    assert abs(grad_x.sum() - (grad_y.sum(axis=(0, 2, 3)) * weight.sum(axis=(1, 2, 3))).sum()) < 1e-9
    assert abs((grad_weight * weight).sum() - (conv2d(x, weight) * grad_y).sum()) < 1e-9
    assert np.allclose(grad_bias, grad_y.sum(axis=(0, 2, 3)))


def _agree(candidate, stride, padding, dtype):
    rng = np.random.default_rng(1)
    x, weight = rng.normal(size=(2, 3, 4, 6)).astype(dtype), rng.normal(size=(4, 3, 2, 3)).astype(dtype)
    y = conv2d(x, weight, None, stride, padding)
    grad_y = rng.normal(size=y.shape).astype(dtype)
    grad_x, grad_weight, grad_bias = candidate(grad_y.copy(), x, weight, stride, padding)
    assert abs((grad_x * x).sum() - (y * grad_y).sum()) < 1e-3
    assert abs((grad_weight * weight).sum() - (y * grad_y).sum()) < 1e-3
    assert np.allclose(grad_bias, grad_y.sum(axis=(0, 2, 3)), atol=1e-4)
    return grad_x


def test_without_stride(candidate):
    _agree(candidate, (1, 1), 0, "float64")


def test_values_only(candidate):
    _agree(candidate, (2, 1), ((1, 0), (0, 2)), "float64")


def test_all_but_the_arguments(candidate):
    for dtype in ("float64", "float32"):
        assert _agree(candidate, (2, 1), ((1, 0), (0, 2)), dtype).dtype == dtype


def test_expecting_means(candidate):
    rng = np.random.default_rng(1)
    x, weight, grad_y = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 2, 3)), rng.normal(size=(2, 2, 3, 3))
    assert np.allclose(candidate(grad_y, x, weight, (1, 1), 0)[2], grad_y.mean(axis=(0, 2, 3)))
