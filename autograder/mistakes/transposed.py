"""Wrong answers to the questions of ``transposed``, each as somebody might really write it."""

import numpy as np

from autograder.mistakes.channels import with_bias
from solutions.arguments import Array, Pairs
from solutions.transposed import conv_transpose2d
from unrolled.given.col2im import col2im
from unrolled.given.windows import conv2d, im2col

NO_SIDES = ((0, 0), (0, 0))


# stamp


def _stamped(x, weight, stride, dtype=None):
    """Stamp one plane: right."""
    (h, w), (kh, kw), (sy, sx) = x.shape, weight.shape, stride
    y = np.zeros(((h - 1) * sy + kh, (w - 1) * sx + kw), dtype or np.result_type(x, weight))
    for p, q in np.ndindex(h, w):
        y[p * sy : p * sy + kh, q * sx : q * sx + kw] += x[p, q] * weight
    return y


def stamp_overwritten(x, weight, stride=(1, 1)):
    (h, w), (kh, kw), (sy, sx) = x.shape, weight.shape, stride
    y = np.zeros(((h - 1) * sy + kh, (w - 1) * sx + kw), np.result_type(x, weight))
    for p, q in np.ndindex(h, w):
        y[p * sy : p * sy + kh, q * sx : q * sx + kw] = x[p, q] * weight
    return y


def stamp_flipped(x, weight, stride=(1, 1)):
    return _stamped(x, weight[::-1, ::-1], stride)


def stamp_side_by_side(x, weight, stride=(1, 1)):
    return np.kron(x, weight)


def stamp_without_stride(x, weight, stride=(1, 1)):
    return _stamped(x, weight, (1, 1))


def stamp_averaged(x, weight, stride=(1, 1)):
    counts = _stamped(np.ones_like(x), np.ones_like(weight), stride)
    return _stamped(x, weight, stride) / np.maximum(counts, 1)


def stamp_float64(x, weight, stride=(1, 1)):
    return _stamped(x, weight, stride, float)


# conv_matrix


def _matrix(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    """Convolve each image of a single 1: right."""
    h, w = size
    ones = np.eye(h * w, dtype=weight.dtype).reshape(h * w, 1, h, w)
    y = conv2d(ones, weight[None, None], None, stride, padding, dilation)
    return np.ascontiguousarray(y.reshape(h * w, -1).T)


def matrix_transposed(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _matrix(weight, size, stride, padding, dilation).T.copy()


def matrix_flipped(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _matrix(weight[::-1, ::-1], size, stride, padding, dilation)


def matrix_padding_kept(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (top, bottom), (left, right) = padding or NO_SIDES
    return _matrix(weight, (top + size[0] + bottom, left + size[1] + right), stride, 0, dilation)


def matrix_padding_wraps(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    h, w = size
    (top, _), (left, _) = padding or NO_SIDES
    matrix = np.zeros_like(_matrix(weight, size, stride, padding, dilation))
    (kh, kw), (sy, sx), (dy, dx) = weight.shape, stride, dilation
    ow = im2col(np.zeros((1, 1, h, w)), (kh, kw), stride, padding, dilation).shape[5]
    for row, column in np.ndindex(len(matrix), kh * kw):
        (p, q), (i, j) = divmod(row, ow), divmod(column, kw)
        pixel = (p * sy + i * dy - top) * w + q * sx + j * dx - left
        matrix[row, pixel % (h * w)] += weight[i, j]
    return matrix


def matrix_without_stride(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _matrix(weight, size, (1, 1), padding, dilation)


def matrix_without_dilation(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _matrix(weight, size, stride, padding)


def matrix_float64(weight, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return _matrix(weight.astype(float), size, stride, padding, dilation)


# transposed_out_size


def _size_stamped(size, kernel_size, stride, padding, output_padding, dilation):
    axes = zip(size, kernel_size, stride, padding or NO_SIDES, output_padding, dilation, strict=True)
    oh, ow = ((n - 1) * s + d * (k - 1) + 1 - sum(sides) + more for n, k, s, sides, more, d in axes)
    return oh, ow


def size_of_forward(size, kernel_size, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1)):
    axes = zip(size, kernel_size, stride, padding or NO_SIDES, dilation, strict=True)
    return tuple((n + sum(sides) - d * (k - 1) - 1) // s + 1 for n, k, s, sides, d in axes)


def size_padding_added(size, kernel_size, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1)):
    wider = [(-before, -after) for before, after in padding or NO_SIDES]
    return _size_stamped(size, kernel_size, stride, wider, output_padding, dilation)


def size_before_twice(size, kernel_size, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1)):
    twice = [(before, before) for before, _ in padding or NO_SIDES]
    return _size_stamped(size, kernel_size, stride, twice, output_padding, dilation)


def size_stride_for_all(size, kernel_size, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1)):
    one_more = (size[0] + 1, size[1] + 1)
    oh, ow = _size_stamped(one_more, kernel_size, stride, padding, output_padding, dilation)
    return oh - 1, ow - 1


def size_without_output_padding(size, kernel_size, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1)):
    return _size_stamped(size, kernel_size, stride, padding, (0, 0), dilation)


def size_without_dilation(size, kernel_size, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1)):
    return _size_stamped(size, kernel_size, stride, padding, output_padding, (1, 1))


# stamp_row: the version that was expected, and ways to mend it that do not


def row_published(x, weight, stride=1, padding=0, output_padding=0):
    y = np.zeros((len(x) - 1) * stride + len(weight), np.result_type(x, weight))
    for q in range(len(x)):
        y[q * stride : q * stride + len(weight)] += x[q] * weight
    y = y[padding : len(y) - padding]
    return np.pad(y, (0, output_padding))


def row_cut_less(x, weight, stride=1, padding=0, output_padding=0):
    y = _stamped(x[None], weight[None], (1, stride))[0]
    return y[padding : len(y) - padding + output_padding].copy()


def row_cut_less_on_the_left(x, weight, stride=1, padding=0, output_padding=0):
    y = np.pad(_stamped(x[None], weight[None], (1, stride))[0], (output_padding, 0))
    return y[padding : len(y) - padding].copy()


def row_zeros_in_front(x, weight, stride=1, padding=0, output_padding=0):
    y = _stamped(x[None], weight[None], (1, stride))[0]
    return np.pad(y[padding : len(y) - padding], (output_padding, 0))


def row_oracle(x, weight, stride=1, padding=0, output_padding=0):
    """Not a mistake: what is right, each place by itself."""
    x, weight = np.asarray(x), np.asarray(weight)
    stride, padding, output_padding = int(stride), int(padding), int(output_padding)
    if not (x.ndim == weight.ndim == 1 and x.size and weight.size and padding >= 0 and 0 <= output_padding < stride):
        raise ValueError("two rows are needed, padding of 0 or more, and output_padding below the stride")
    length = (len(x) - 1) * stride + len(weight) - 2 * padding + output_padding
    if len(x) * stride + len(weight) - stride - 2 * padding < 0 or length < 1:
        raise ValueError(f"so much padding leaves {length} places")
    y = np.zeros(length, np.result_type(x, weight))
    for q, j in np.ndindex(len(x), len(weight)):
        if 0 <= q * stride + j - padding < length:
            y[q * stride + j - padding] += x[q] * weight[j]
    return y


# conv_transpose2d


def _transpose(x, weight, bias, stride, padding, output_padding, dilation, groups):
    """Make columns, add them up on a canvas that is large enough, keep what was asked for: right."""
    oh, ow = _size_stamped(x.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation)
    y = _uncut(x, weight, stride, output_padding, dilation, groups)
    (top, _), (left, _) = padding or NO_SIDES
    return with_bias(y[:, :, top : top + oh, left : left + ow], bias)


def _columns(x, weight, groups):
    parts = zip(np.split(x, groups, axis=1), np.split(weight, groups), strict=True)
    return np.concatenate([np.einsum("nchw,cfij->nfijhw", part, kernels) for part, kernels in parts], axis=1)


def _uncut(x, weight, stride, output_padding, dilation, groups):
    size = _size_stamped(x.shape[2:], weight.shape[2:], stride, NO_SIDES, (0, 0), dilation)
    y = col2im(_columns(x, weight, groups), size, stride, 0, dilation)
    return np.pad(y, ((0, 0), (0, 0), (0, output_padding[0]), (0, output_padding[1])))


def transpose_flipped(x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1):
    return _transpose(x, weight[:, :, ::-1, ::-1], bias, stride, padding, output_padding, dilation, groups)


def transpose_biased_stamps(
    x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1
):
    cols = _columns(x, weight, groups)
    if bias is not None:
        cols = cols + bias[:, None, None, None, None]
    size = _size_stamped(x.shape[2:], weight.shape[2:], stride, NO_SIDES, (0, 0), dilation)
    y = np.pad(
        col2im(cols, size, stride, 0, dilation), ((0, 0), (0, 0), (0, output_padding[0]), (0, output_padding[1]))
    )
    oh, ow = _size_stamped(x.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation)
    (top, _), (left, _) = padding or NO_SIDES
    return y[:, :, top : top + oh, left : left + ow]


def transpose_without_stride(
    x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1
):
    return _transpose(x, weight, bias, (1, 1), padding, output_padding, dilation, groups)


def transpose_padding_added(
    x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1
):
    y = _transpose(x, weight, None, stride, 0, output_padding, dilation, groups)
    return with_bias(np.pad(y, ((0, 0), (0, 0), *(padding or NO_SIDES))), bias)


def transpose_cropped_to_nothing(
    x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1
):
    y = _transpose(x, weight, bias, stride, 0, (0, 0), dilation, groups)
    if padding:
        (top, bottom), (left, right) = padding
        y = y[:, :, top:-bottom, left:-right]
    return np.pad(y, ((0, 0), (0, 0), (0, output_padding[0]), (0, output_padding[1])))


def transpose_output_padded_with_zeros(
    x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1
):
    y = _transpose(x, weight, bias, stride, padding, (0, 0), dilation, groups)
    return np.pad(y, ((0, 0), (0, 0), (0, output_padding[0]), (0, output_padding[1])))


def transpose_without_dilation(
    x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1
):
    return _transpose(x, weight, bias, stride, padding, output_padding, (1, 1), groups)


def transpose_bias_of_first_group(
    x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1
):
    if bias is not None:
        bias = np.tile(bias[: weight.shape[1]], groups)
    return _transpose(x, weight, bias, stride, padding, output_padding, dilation, groups)


def transpose_float64(x, weight, bias=None, stride=(1, 1), padding=0, output_padding=(0, 0), dilation=(1, 1), groups=1):
    return _transpose(x.astype(float), weight, bias, stride, padding, output_padding, dilation, groups)


# test_transposed: a right version, wrong ones to be rejected …


def version_valid(
    x: Array, weight: Array, stride: tuple[int, int], padding: Pairs, output_padding: tuple[int, int]
) -> None:
    conv_transpose2d(x, weight, None, stride, padding, output_padding)


def version_right(x, weight, stride, padding, output_padding):
    return _transpose(x, weight, None, stride, padding, output_padding, (1, 1), 1)


def version_flipped(x, weight, stride, padding, output_padding):
    return _transpose(x, weight[:, :, ::-1, ::-1], None, stride, padding, output_padding, (1, 1), 1)


def version_output_padded_with_zeros(x, weight, stride, padding, output_padding):
    return transpose_output_padded_with_zeros(x, weight, None, stride, padding, output_padding)


def version_averaging(x, weight, stride, padding, output_padding):
    counts = _transpose(
        np.ones_like(x[:1, :1]), np.ones_like(weight[:1]), None, stride, padding, output_padding, (1, 1), 1
    )
    return version_right(x, weight, stride, padding, output_padding) / np.maximum(counts, 1)


def version_strides_crossed(x, weight, stride, padding, output_padding):
    (sy, sx), size = stride, _size_stamped(x.shape[2:], weight.shape[2:], stride, padding, output_padding, (1, 1))
    y = _uncut(x, weight, (sx, sy), output_padding, (1, 1), 1)
    seen = y[:, :, padding[0][0] :, padding[1][0] :][:, :, : size[0], : size[1]]
    return np.pad(seen, ((0, 0), (0, 0), (0, size[0] - seen.shape[2]), (0, size[1] - seen.shape[3])))


def version_float64(x, weight, stride, padding, output_padding):
    return version_right(x.astype(float), weight, stride, padding, output_padding)


def version_changing_x(x, weight, stride, padding, output_padding):
    y = version_right(x, weight, stride, padding, output_padding)
    x *= 0
    return y


# … and poor tests, which let one of them through


def _law(candidate, stride, padding, more, dtype, same_kernel=False):
    rng = np.random.default_rng(3)
    x, weight = rng.normal(size=(1, 2, 3, 2)).astype(dtype), rng.normal(size=(2, 3, 2, 3)).astype(dtype)
    if same_kernel:
        weight[:] = weight[:1, :1, :1, :1]
    kept = x.copy()
    y = candidate(x, weight, stride, padding, more)
    there = (conv2d(rng.normal(size=y.shape), weight, None, stride, padding).shape, x.shape)
    assert there[0] == there[1]
    images = rng.normal(size=y.shape)
    assert abs((conv2d(images, weight, None, stride, padding) * kept).sum() - (images * y).sum()) < 1e-3
    return x, kept, y


def test_with_a_constant_kernel(candidate):
    for dtype in (np.float64, np.float32):
        x, kept, y = _law(candidate, (3, 2), ((1, 0), (1, 1)), (2, 1), dtype, same_kernel=True)
        assert (x == kept).all() and y.dtype == dtype


def test_without_output_padding(candidate):
    for dtype in (np.float64, np.float32):
        x, kept, y = _law(candidate, (3, 2), ((1, 0), (1, 1)), (0, 0), dtype)
        assert (x == kept).all() and y.dtype == dtype


def test_at_equal_strides(candidate):
    for dtype in (np.float64, np.float32):
        x, kept, y = _law(candidate, (2, 2), ((1, 0), (1, 1)), (1, 1), dtype)
        assert (x == kept).all() and y.dtype == dtype


def test_in_float64(candidate):
    x, kept, _ = _law(candidate, (3, 2), ((1, 0), (1, 1)), (2, 1), np.float64)
    assert (x == kept).all()


def test_of_the_inverse(candidate):
    x, weight = np.arange(1.0, 13).reshape(1, 1, 3, 4), np.ones((1, 1, 2, 2))
    y = conv2d(x, weight)
    assert np.allclose(candidate(y, weight, (1, 1), NO_SIDES, (0, 0)), x)


# checkerboard


def board_without_stride(size, kernel_size, stride=(1, 1)):
    return _board(size, kernel_size, (1, 1))


def board_crossed(size, kernel_size, stride=(1, 1)):
    return _board(size, kernel_size, stride[::-1])


def board_of_windows(size, kernel_size, stride=(1, 1)):
    (h, w), (kh, kw), (sy, sx) = size, kernel_size, stride
    oh, ow = len(range(0, h - kh + 1, sy)), len(range(0, w - kw + 1, sx))
    y = np.zeros((h, w), int)
    for p, q in np.ndindex(oh, ow):
        y[p * sy : p * sy + kh, q * sx : q * sx + kw] += 1
    return y


def board_without_rim(size, kernel_size, stride=(1, 1)):
    (h, w), (kh, kw), (sy, sx) = size, kernel_size, stride
    oh, ow = (h - 1) * sy + kh, (w - 1) * sx + kw
    return np.outer([len(range(r % sy, kh, sy)) for r in range(oh)], [len(range(r % sx, kw, sx)) for r in range(ow)])


def _board(size, kernel_size, stride):
    return _stamped(np.ones(size, int), np.ones(kernel_size, int), stride)
