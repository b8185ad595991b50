"""Wrong answers to the questions of ``strides``, each as somebody might really write it."""

import numpy as np


def _two(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _same(n, k, s, d):
    total = max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def _axes(size, kernel_size, stride, padding, dilation):
    """For the height, then for the width: length, taps, stride, dilation, zeros before and behind."""
    settings = list(zip(_two(size), _two(kernel_size), _two(stride), _two(dilation), strict=True))
    if padding == "same":
        sides = [_same(*axis) for axis in settings]
    else:
        sides = [_two(side) for side in _two(0 if padding == "valid" else padding)]
    return [(*axis, *side) for axis, side in zip(settings, sides, strict=True)]


# out_size


def size_ceil(size, kernel_size, stride=1, padding=0, dilation=1):
    axes = _axes(size, kernel_size, stride, padding, dilation)
    return tuple(-(-(n + a + b - d * (k - 1) - 1) // s) + 1 for n, k, s, d, a, b in axes)


def size_padding_once(size, kernel_size, stride=1, padding=0, dilation=1):
    axes = _axes(size, kernel_size, stride, padding, dilation)
    return tuple((n + a - d * (k - 1) - 1) // s + 1 for n, k, s, d, a, b in axes)


def size_before_twice(size, kernel_size, stride=1, padding=0, dilation=1):
    axes = _axes(size, kernel_size, stride, padding, dilation)
    return tuple((n + 2 * a - d * (k - 1) - 1) // s + 1 for n, k, s, d, a, b in axes)


def size_dilation_ignored(size, kernel_size, stride=1, padding=0, dilation=1):
    axes = _axes(size, kernel_size, stride, padding, dilation)
    return tuple((n + a + b - k) // s + 1 for n, k, s, d, a, b in axes)


def size_dilation_twice(size, kernel_size, stride=1, padding=0, dilation=1):
    axes = [(*axis, axis[3] * (axis[1] - 1) + 1) for axis in _axes(size, kernel_size, stride, padding, dilation)]
    return tuple((n + a + b - d * (kernel - 1) - 1) // s + 1 for n, k, s, d, a, b, kernel in axes)


def size_gap_behind(size, kernel_size, stride=1, padding=0, dilation=1):
    axes = _axes(size, kernel_size, stride, padding, dilation)
    return tuple((n + a + b - d * k) // s + 1 for n, k, s, d, a, b in axes)


def size_crossed(size, kernel_size, stride=1, padding=0, dilation=1):
    (_, _, s_y, d_y, _, _), (_, _, s_x, d_x, _, _) = axes = _axes(size, kernel_size, stride, padding, dilation)
    steps = [(s_x, d_x), (s_y, d_y)]
    return tuple((n + a + b - d * (k - 1) - 1) // s + 1 for (n, k, _, _, a, b), (s, d) in zip(axes, steps, strict=True))


def size_same_keeps_all(size, kernel_size, stride=1, padding=0, dilation=1):
    if padding == "same":
        return size
    axes = _axes(size, kernel_size, stride, padding, dilation)
    return tuple((n + a + b - d * (k - 1) - 1) // s + 1 for n, k, s, d, a, b in axes)


# same_pads


def same_rounded_up(length, taps, stride=1, dilation=1):
    total = sum(_same(length, taps, stride, dilation))
    return (total + 1) // 2, (total + 1) // 2


def same_more_in_front(length, taps, stride=1, dilation=1):
    before, behind = _same(length, taps, stride, dilation)
    return behind, before


def same_for_stride_one(length, taps, stride=1, dilation=1):
    total = dilation * (taps - 1)
    return total // 2, total - total // 2


def same_keeping_the_length(length, taps, stride=1, dilation=1):
    total = (length - 1) * stride + dilation * (taps - 1) + 1 - length
    return total // 2, total - total // 2


def same_without_dilation(length, taps, stride=1, dilation=1):
    return _same(length, taps, stride, 1)


def same_negative(length, taps, stride=1, dilation=1):
    total = (-(-length // stride) - 1) * stride + dilation * (taps - 1) + 1 - length
    return total // 2, total - total // 2


def same_floor(length, taps, stride=1, dilation=1):
    total = max((length // stride - 1) * stride + dilation * (taps - 1) + 1 - length, 0)
    return total // 2, total - total // 2


# crop


def crop_to_nothing(x, padding):
    (top, bottom), (left, right) = map(_two, _two(padding))
    return x[:, :, top:-bottom, left:-right].copy()


def crop_one(x, padding):
    return x[:, :, 1:-1, 1:-1].copy()


def crop_crossed(x, padding):
    (left, right), (top, bottom) = map(_two, _two(padding))
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right].copy()


def crop_behind_as_in_front(x, padding):
    (top, _), (left, _) = map(_two, _two(padding))
    return x[:, :, top : x.shape[2] - top, left : x.shape[3] - left].copy()


def crop_begins_then_ends(x, padding):
    (top, left), (bottom, right) = map(_two, _two(padding))
    if not isinstance(padding, int) and isinstance(padding[0], int):
        (top, bottom), (left, right) = map(_two, padding)
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right].copy()


def crop_view(x, padding):
    (top, bottom), (left, right) = map(_two, _two(padding))
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right]


# dilate


def dilate_gap_behind(weight, dilation):
    dy, dx = _two(dilation)
    one = np.zeros((dy, dx), weight.dtype)
    one[0, 0] = 1
    return np.kron(weight, one)


def dilate_crossed(weight, dilation):
    dx, dy = _two(dilation)
    f, c, kh, kw = weight.shape
    spread = np.zeros((f, c, dy * (kh - 1) + 1, dx * (kw - 1) + 1), weight.dtype)
    spread[:, :, ::dy, ::dx] = weight
    return spread


def dilate_repeating(weight, dilation):
    dy, dx = _two(dilation)
    kh, kw = weight.shape[2:]
    return weight.repeat(dy, 2).repeat(dx, 3)[:, :, : dy * (kh - 1) + 1, : dx * (kw - 1) + 1]


def dilate_zeros_between(weight, dilation):
    dy, dx = _two(dilation)
    f, c, kh, kw = weight.shape
    spread = np.zeros((f, c, kh + dy * (kh - 1), kw + dx * (kw - 1)), weight.dtype)
    spread[:, :, :: dy + 1, :: dx + 1] = weight
    return spread


def dilate_float64(weight, dilation):
    dy, dx = _two(dilation)
    f, c, kh, kw = weight.shape
    spread = np.zeros((f, c, dy * (kh - 1) + 1, dx * (kw - 1) + 1))
    spread[:, :, ::dy, ::dx] = weight
    return spread


# dilated: the published confusion, and ways to mend it that do not


def dilated_published(x, weight, dilation=(1, 1)):
    kh, kw = weight.shape
    oh = x.shape[0] - dilation[0] * (kh - 1)
    ow = x.shape[1] - dilation[1] * (kw - 1)
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            row, column = i * dilation[1], j * dilation[1]
            y += weight[i, j] * x[row : row + oh, column : column + ow]
    return y


def dilated_by_the_first(x, weight, dilation=(1, 1)):
    (kh, kw), (dy, _) = weight.shape, dilation
    oh, ow = x.shape[0] - dy * (kh - 1), x.shape[1] - dy * (kw - 1)
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += weight[i, j] * x[i * dy : i * dy + oh, j * dy : j * dy + ow]
    return y


def dilated_by_the_second(x, weight, dilation=(1, 1)):
    (kh, kw), (_, dx) = weight.shape, dilation
    oh, ow = x.shape[0] - dx * (kh - 1), x.shape[1] - dx * (kw - 1)
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += weight[i, j] * x[i * dx : i * dx + oh, j * dx : j * dx + ow]
    return y


def dilated_crossed(x, weight, dilation=(1, 1)):
    (kh, kw), (dx, dy) = weight.shape, dilation
    oh, ow = x.shape[0] - dy * (kh - 1), x.shape[1] - dx * (kw - 1)
    y = np.zeros((oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            y += weight[i, j] * x[i * dy : i * dy + oh, j * dx : j * dx + ow]
    return y


def dilated_oracle(x, weight, dilation=(1, 1)):
    """Not a mistake: what is right, one window after the other."""
    x, weight, (dy, dx) = np.asarray(x), np.asarray(weight), (int(d) for d in dilation)
    if not (x.ndim == weight.ndim == 2 and weight.size and dy >= 1 and dx >= 1):
        raise ValueError("an image (h, w), a kernel (kh, kw) and a dilation (dy, dx) of 1 or more are needed")
    rows, columns = dy * np.arange(weight.shape[0]), dx * np.arange(weight.shape[1])
    oh, ow = x.shape[0] - int(rows[-1]), x.shape[1] - int(columns[-1])
    if oh < 1 or ow < 1:
        raise ValueError(f"the kernel spans {rows[-1] + 1} rows and {columns[-1] + 1} columns, x has {x.shape}")
    windows = [[x[rows[:, None] + p, columns + q] for q in range(ow)] for p in range(oh)]
    return np.array([[(window * weight).sum() for window in line] for line in windows], np.result_type(x, weight))


# im2col


def _columns(x, axes, dtype=None):
    """Pad, and copy the windows one by one: right if ``axes`` is."""
    (_, kh, sy, dy, top, bottom), (_, kw, sx, dx, left, right) = axes
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    h, w = padded.shape[2:]
    oh, ow = (h - dy * (kh - 1) - 1) // sy + 1, (w - dx * (kw - 1) - 1) // sx + 1
    cols = np.zeros((*x.shape[:2], kh, kw, oh, ow), dtype or x.dtype)
    for p in range(oh):
        for q in range(ow):
            window = padded[:, :, p * sy : p * sy + dy * kh : dy, q * sx : q * sx + dx * kw : dx]
            cols[:, :, :, :, p, q] = window
    return cols


def columns_dilation_of_rows_lost(x, kernel_size, stride=1, padding=0, dilation=1):
    (h, kh, sy, _, top, bottom), (w, kw, sx, dx, left, right) = _axes(
        x.shape[2:], kernel_size, stride, padding, dilation
    )
    return _columns(x, [(h, kh, sy, dx, top, bottom), (w, kw, sx, dx, left, right)])


def columns_strides_crossed(x, kernel_size, stride=1, padding=0, dilation=1):
    (h, kh, sy, dy, top, bottom), (w, kw, sx, dx, left, right) = _axes(
        x.shape[2:], kernel_size, stride, padding, dilation
    )
    return _columns(x, [(h, kh, sx, dy, top, bottom), (w, kw, sy, dx, left, right)])


def _sliced(x, kernel_size, stride, padding, dilation, stop):
    (h, kh, sy, dy, top, bottom), (w, kw, sx, dx, left, right) = _axes(
        x.shape[2:], kernel_size, stride, padding, dilation
    )
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    oh = (h + top + bottom - dy * (kh - 1) - 1) // sy + 1
    ow = (w + left + right - dx * (kw - 1) - 1) // sx + 1
    cols = np.empty((*x.shape[:2], kh, kw, oh, ow), x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[:, :, i, j] = x[:, :, i * dy : stop(i * dy, oh) : sy, j * dx : stop(j * dx, ow) : sx]
    return cols


def columns_end_without_stride(x, kernel_size, stride=1, padding=0, dilation=1):
    return _sliced(x, kernel_size, stride, padding, dilation, lambda start, count: start + count)


def columns_to_the_end(x, kernel_size, stride=1, padding=0, dilation=1):
    return _sliced(x, kernel_size, stride, padding, dilation, lambda start, count: None)


def columns_windows_first(x, kernel_size, stride=1, padding=0, dilation=1):
    return _columns(x, _axes(x.shape[2:], kernel_size, stride, padding, dilation)).transpose(0, 1, 4, 5, 2, 3).copy()


def columns_equal_sides(x, kernel_size, stride=1, padding=0, dilation=1):
    axes = _axes(x.shape[2:], kernel_size, stride, padding, dilation)
    return _columns(x, [(n, k, s, d, before, before) for n, k, s, d, before, _ in axes])


def columns_float64(x, kernel_size, stride=1, padding=0, dilation=1):
    return _columns(x, _axes(x.shape[2:], kernel_size, stride, padding, dilation), float)


def columns_taps_crossed(x, kernel_size, stride=1, padding=0, dilation=1):
    cols = _columns(x, _axes(x.shape[2:], kernel_size, stride, padding, dilation))
    return cols.transpose(0, 1, 3, 2, 4, 5).copy()


def columns_kernel_expanded(x, kernel_size, stride=1, padding=0, dilation=1):
    axes = _axes(x.shape[2:], kernel_size, stride, padding, dilation)
    return _columns(x, [(n, d * (k - 1) + 1, s, 1, a, b) for n, k, s, d, a, b in axes])
