"""Wrong answers to the questions of ``conv1d``, each as somebody might really write it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# out_size


def size_ceil(w, kw, stride=1, padding=0):
    return max(-(-(w + 2 * padding - kw) // stride) + 1, 0)


def size_without_one(w, kw, stride=1, padding=0):
    return max((w + 2 * padding - kw) // stride, 0)


def size_padding_once(w, kw, stride=1, padding=0):
    return max((w + padding - kw) // stride + 1, 0)


def size_truncated(w, kw, stride=1, padding=0):
    return max(int((w + 2 * padding - kw) / stride) + 1, 0)


def size_negative(w, kw, stride=1, padding=0):
    return (w + 2 * padding - kw) // stride + 1


def size_float(w, kw, stride=1, padding=0):
    return max((w + 2 * padding - kw) / stride + 1, 0)


# correlate


def correlate_flipped(x, weight):
    kw = len(weight)
    y = np.zeros(len(x) - kw + 1, np.result_type(x, weight))
    for i in range(len(y)):
        for j in range(kw):
            y[i] += x[i + j] * weight[kw - 1 - j]
    return y


def correlate_without_last(x, weight):
    kw = len(weight)
    y = np.zeros(len(x) - kw, np.result_type(x, weight))
    for i in range(len(x) - kw):
        y[i] = x[i : i + kw] @ weight
    return y


def correlate_overwriting(x, weight):
    y = np.zeros(len(x) - len(weight) + 1, np.result_type(x, weight))
    for i in range(len(y)):
        for j in range(len(weight)):
            y[i] = x[i + j] * weight[j]
    return y


def correlate_float64(x, weight):
    y = np.zeros(len(x) - len(weight) + 1)
    for i in range(len(y)):
        y[i] = x[i : i + len(weight)] @ weight
    return y


def correlate_as_long_as_x(x, weight):
    kw = len(weight)
    y = np.zeros(len(x), np.result_type(x, weight))
    for i in range(len(x) - kw + 1):
        y[i] = x[i : i + kw] @ weight
    return y


def correlate_dtype_of_x(x, weight):
    y = np.zeros(len(x) - len(weight) + 1, x.dtype)
    for i in range(len(y)):
        y[i] = x[i : i + len(weight)] @ weight
    return y


# correlate_same


def same_extra_in_front(x, weight):
    kw = len(weight)
    padded = np.concatenate([np.zeros(kw // 2, x.dtype), x, np.zeros(kw - 1 - kw // 2, x.dtype)])
    return np.array([padded[i : i + kw] @ weight for i in range(len(x))], np.result_type(x, weight))


def same_equal_sides(x, weight):
    kw = len(weight)
    padded = np.pad(x, kw // 2)
    return np.array([padded[i : i + kw] @ weight for i in range(len(padded) - kw + 1)], np.result_type(x, weight))


def same_flipped(x, weight):
    kw = len(weight)
    padded = np.pad(x, ((kw - 1) // 2, kw // 2))
    return np.array([padded[i : i + kw] @ weight[::-1] for i in range(len(x))], np.result_type(x, weight))


def same_edge_values(x, weight):
    kw = len(weight)
    padded = np.pad(x, ((kw - 1) // 2, kw // 2), mode="edge")
    return np.array([padded[i : i + kw] @ weight for i in range(len(x))], np.result_type(x, weight))


def same_cropped_to_nothing(x, weight):
    kw = len(weight)
    padded = np.pad(x, kw - 1)
    full = np.array([padded[i : i + kw] @ weight for i in range(len(x) + kw - 1)], np.result_type(x, weight))
    p = (kw - 1) // 2
    return full[p:-p] if kw % 2 else full[kw - 1 - p :][: len(x)]


def same_float64(x, weight):
    kw = len(weight)
    padded = np.concatenate([np.zeros((kw - 1) // 2), x, np.zeros(kw // 2)])
    return np.array([padded[i : i + kw] @ weight for i in range(len(x))])


# shifted_sum


def shifts_end_without_stride(x, weight, stride=1, padding=0):
    x = np.pad(x, padding)
    ow = (len(x) - len(weight)) // stride + 1
    y = np.zeros(ow, np.result_type(x, weight))
    for j, tap in enumerate(weight):
        y += tap * x[j : j + ow : stride]
    return y


def shifts_stride_on_taps(x, weight, stride=1, padding=0):
    x = np.pad(x, padding + stride * len(weight))[stride * len(weight) :]
    ow = (len(x) - stride * len(weight) - len(weight)) // stride + 1
    y = np.zeros(ow, np.result_type(x, weight))
    for j, tap in enumerate(weight):
        y += tap * x[j * stride : j * stride + ow]
    return y


def shifts_flipped(x, weight, stride=1, padding=0):
    x = np.pad(x, padding)
    ow = (len(x) - len(weight)) // stride + 1
    y = np.zeros(ow, np.result_type(x, weight))
    for j, tap in enumerate(weight[::-1]):
        y += tap * x[j : j + stride * ow : stride]
    return y


def shifts_padding_cropped(x, weight, stride=1, padding=0):
    ow = (len(x) - len(weight)) // stride + 1
    x = np.pad(x, padding)
    y = np.zeros(ow, np.result_type(x, weight))
    for j, tap in enumerate(weight):
        y += tap * x[j : j + stride * ow : stride]
    return y


def shifts_float64(x, weight, stride=1, padding=0):
    x = np.pad(x, padding)
    ow = (len(x) - len(weight)) // stride + 1
    y = np.zeros(ow)
    for j, tap in enumerate(weight):
        y += tap * x[j : j + stride * ow : stride]
    return y


# banded


def banded_transposed(weight, w, stride=1):
    ow = (w - len(weight)) // stride + 1
    matrix = np.zeros((w, ow), weight.dtype)
    for i in range(ow):
        matrix[i * stride : i * stride + len(weight), i] = weight
    return matrix


def banded_flipped(weight, w, stride=1):
    ow = (w - len(weight)) // stride + 1
    matrix = np.zeros((ow, w), weight.dtype)
    for i in range(ow):
        matrix[i, i * stride : i * stride + len(weight)] = weight[::-1]
    return matrix


def banded_without_stride(weight, w, stride=1):
    ow = (w - len(weight)) // stride + 1
    matrix = np.zeros((ow, w), weight.dtype)
    for i in range(ow):
        matrix[i, i : i + len(weight)] = weight
    return matrix


def banded_circular(weight, w, stride=1):
    first = np.zeros(w, weight.dtype)
    first[: len(weight)] = weight
    return np.array([np.roll(first, i) for i in range(0, w, stride)])


def banded_float64(weight, w, stride=1):
    ow = (w - len(weight)) // stride + 1
    matrix = np.zeros((ow, w))
    for i in range(ow):
        matrix[i, i * stride : i * stride + len(weight)] = weight
    return matrix


# im2col_1d


def windows_as_rows(x, kw, stride=1):
    return np.array([x[i : i + kw] for i in range(0, len(x) - kw + 1, stride)])


def windows_range_by_stride(x, kw, stride=1):
    ow = (len(x) - kw) // stride + 1
    cols = np.zeros((kw, ow), x.dtype)
    for i in range(0, ow, stride):
        cols[:, i] = x[i : i + kw]
    return cols


def windows_without_stride(x, kw, stride=1):
    ow = (len(x) - kw) // stride + 1
    cols = np.zeros((kw, ow), x.dtype)
    for i in range(ow):
        cols[:, i] = x[i : i + kw]
    return cols


def windows_view(x, kw, stride=1):
    return sliding_window_view(x, kw)[::stride].T


def windows_float64(x, kw, stride=1):
    ow = (len(x) - kw) // stride + 1
    cols = np.zeros((kw, ow))
    for i in range(ow):
        cols[:, i] = x[i * stride : i * stride + kw]
    return cols


# col2im_1d


def scatter_overwriting(cols, w, stride=1):
    kw, ow = cols.shape
    x = np.zeros(w, cols.dtype)
    for j in range(kw):
        x[j : j + stride * ow : stride] = cols[j]
    return x


def scatter_first_stays(cols, w, stride=1):
    kw, ow = cols.shape
    x = np.zeros(w, cols.dtype)
    for i in range(ow):
        x[i * stride : i * stride + kw] = cols[:, i]
    return x


def scatter_averaging(cols, w, stride=1):
    kw, ow = cols.shape
    x, count = np.zeros(w, cols.dtype), np.zeros(w, cols.dtype)
    for j in range(kw):
        x[j : j + stride * ow : stride] += cols[j]
        count[j : j + stride * ow : stride] += 1
    return x / np.maximum(count, 1)


def scatter_without_stride(cols, w, stride=1):
    kw, ow = cols.shape
    x = np.zeros(w, cols.dtype)
    for j in range(kw):
        x[j : j + ow] += cols[j]
    return x


def scatter_float64(cols, w, stride=1):
    kw, ow = cols.shape
    x = np.zeros(w)
    for j in range(kw):
        x[j : j + stride * ow : stride] += cols[j]
    return x


# strided: the published loop, and ways to mend it that do not


def strided_published(x, weight, stride=1):
    kw = len(weight)
    ow = (len(x) - kw) // stride + 1
    y = np.zeros(ow, np.result_type(x, weight))
    for i in range(0, ow, stride):
        y[i] = x[i : i + kw] @ weight
    return y


def strided_every_start(x, weight, stride=1):
    kw = len(weight)
    ow = (len(x) - kw) // stride + 1
    y = np.zeros(ow, np.result_type(x, weight))
    for i in range(ow):
        y[i] = x[i : i + kw] @ weight
    return y


def strided_start_as_index(x, weight, stride=1):
    kw = len(weight)
    ow = (len(x) - kw) // stride + 1
    y = np.zeros(ow, np.result_type(x, weight))
    for i in range(0, len(x) - kw + 1, stride):
        y[i] = x[i : i + kw] @ weight
    return y


def strided_oracle(x, weight, stride=1):
    """Not a mistake: what is right, from NumPy's own routine, so that it gives nothing away."""
    x, weight = np.asarray(x), np.asarray(weight)
    if not (x.ndim == weight.ndim == 1 and 0 < len(weight) <= len(x) and stride >= 1):
        raise ValueError("two rows are needed, the kernel not longer than x, and a stride of 1 or more")
    return np.correlate(x, weight, "valid")[::stride].copy()


# test_correlate: a right version, wrong ones to be rejected …


def version_right(x, weight):
    return np.correlate(x, weight, "valid")


def version_changing_x(x, weight):
    y = np.correlate(x, weight, "valid")
    x -= x.mean()
    return y


def version_only_positive(x, weight):
    return np.maximum(np.correlate(x, weight, "valid"), 0)


# … and poor tests, which let one of them through


def test_with_symmetric_kernel(candidate):
    for dtype in (np.float32, np.float64):
        x, weight = np.array([3, -1, 4, 1], dtype), np.array([1, -2, 1], dtype)
        kept = x.copy()
        y = candidate(x, weight)
        assert y.dtype == dtype and y.tolist() == [9, -8] and (x == kept).all()


def test_first_output_only(candidate):
    for dtype in (np.float32, np.float64):
        x, weight = np.array([3, -1, 4, 1], dtype), np.array([1, -2], dtype)
        kept = x.copy()
        y = candidate(x, weight)
        assert y.dtype == dtype and y[0] == 5 and (x == kept).all()
        assert candidate(x, -weight)[0] == -5


def test_values_only(candidate):
    y = candidate(np.array([3.0, -1.0, 4.0, 1.0]), np.array([1.0, -2.0]))
    assert y.tolist() == [5, -9, 2]


def test_all_but_the_input(candidate):
    for dtype in (np.float32, np.float64):
        y = candidate(np.array([3, -1, 4, 1], dtype), np.array([1, -2], dtype))
        assert y.dtype == dtype and y.tolist() == [5, -9, 2]


def test_expecting_the_flip(candidate):
    y = candidate(np.array([3.0, -1.0, 4.0, 1.0]), np.array([1.0, -2.0]))
    assert np.allclose(y, [-7, 6, -7])
