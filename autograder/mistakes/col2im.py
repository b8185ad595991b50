"""Wrong answers to the questions of ``col2im``, each as somebody might really write it."""

import numpy as np

from unrolled.given.strides import im2col

NO_SIDES = ((0, 0), (0, 0))


def _numbered(size, kernel_size, stride, padding, dilation, first=1):
    h, w = size
    pixels = np.arange(first, h * w + first).reshape(1, 1, h, w)
    return im2col(pixels, kernel_size, stride, padding, dilation)[0, 0]


def _canvas(cols, size, padding, dtype=None):
    (top, bottom), (left, right) = padding or NO_SIDES
    return np.zeros((*cols.shape[:2], top + size[0] + bottom, left + size[1] + right), dtype or cols.dtype)


def _inner(x, size, padding):
    (top, _), (left, _) = padding or NO_SIDES
    return x[:, :, top : top + size[0], left : left + size[1]].copy()


def folded(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    """Not a mistake: add every entry to its pixel."""
    (n, c), (h, w) = cols.shape[:2], size
    places = _numbered(size, cols.shape[2:4], stride, padding, dilation).ravel()
    planes = [np.bincount(places, plane.ravel(), h * w + 1)[1:] for plane in cols.reshape(n * c, -1)]
    return np.array(planes).reshape(n, c, h, w).astype(cols.dtype)


# entries_of_pixels


def entries_padding_as_first_pixel(size, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    numbers = _numbered(size, kernel_size, stride, padding, dilation, first=0).ravel()
    return [np.flatnonzero(numbers == pixel).tolist() for pixel in range(size[0] * size[1])]


def entries_first_only(size, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    numbers = _numbered(size, kernel_size, stride, padding, dilation).ravel()
    return [np.flatnonzero(numbers == pixel).tolist()[:1] for pixel in range(1, size[0] * size[1] + 1)]


def entries_window_by_window(size, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    numbers = _numbered(size, kernel_size, stride, padding, dilation).transpose(2, 3, 0, 1).ravel()
    return [np.flatnonzero(numbers == pixel).tolist() for pixel in range(1, size[0] * size[1] + 1)]


def entries_of_padded_pixels(size, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (top, bottom), (left, right) = padding or NO_SIDES
    h, w = top + size[0] + bottom, left + size[1] + right
    numbers = _numbered((h, w), kernel_size, stride, 0, dilation).ravel()
    return [np.flatnonzero(numbers == pixel).tolist() for pixel in range(1, h * w + 1)]


def entries_as_windows(size, kernel_size, stride=(1, 1), padding=0, dilation=(1, 1)):
    numbers = _numbered(size, kernel_size, stride, padding, dilation)
    ow = numbers.shape[3]
    return [np.argwhere(numbers == pixel)[:, 2:].dot([ow, 1]).tolist() for pixel in range(1, size[0] * size[1] + 1)]


# col2im_windows


def windows_overwritten(cols):
    kh, kw, oh, ow = cols.shape
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    for p in range(oh):
        for q in range(ow):
            x[p : p + kh, q : q + kw] = cols[:, :, p, q]
    return x


def windows_averaged(cols):
    kh, kw, oh, ow = cols.shape
    x, counts = np.zeros((oh + kh - 1, ow + kw - 1)), np.zeros((oh + kh - 1, ow + kw - 1))
    for p in range(oh):
        for q in range(ow):
            x[p : p + kh, q : q + kw] += cols[:, :, p, q]
            counts[p : p + kh, q : q + kw] += 1
    return (x / counts).astype(cols.dtype)


def windows_float64(cols):
    kh, kw, oh, ow = cols.shape
    x = np.zeros((oh + kh - 1, ow + kw - 1))
    for p in range(oh):
        for q in range(ow):
            x[p : p + kh, q : q + kw] += cols[:, :, p, q]
    return x


def windows_side_by_side(cols):
    kh, kw, oh, ow = cols.shape
    x = np.zeros((oh * kh, ow * kw), cols.dtype)
    for p in range(oh):
        for q in range(ow):
            x[p * kh : p * kh + kh, q * kw : q * kw + kw] += cols[:, :, p, q]
    return x


def windows_as_large_as_output(cols):
    kh, kw, oh, ow = cols.shape
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    for p in range(oh):
        for q in range(ow):
            x[p : p + kh, q : q + kw] += cols[:, :, p, q]
    return x[:oh, :ow]


# col2im


def overwritten(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (sy, sx), (dy, dx), (kh, kw, oh, ow) = stride, dilation, cols.shape[2:]
    x = _canvas(cols, size, padding)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i * dy : i * dy + sy * oh : sy, j * dx : j * dx + sx * ow : sx] = cols[:, :, i, j]
    return _inner(x, size, padding)


def averaged(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    counts = folded(np.ones_like(cols), size, stride, padding, dilation)
    return folded(cols, size, stride, padding, dilation) / np.maximum(counts, 1)


def float64(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    return folded(cols.astype(float), size, stride, padding, dilation)


def cropped_by_one(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    x = _canvas(cols, size, padding)
    x[:] = folded(cols, x.shape[2:], stride, 0, dilation)
    return x[:, :, 1:-1, 1:-1].copy()


def cropped_to_nothing(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (top, bottom), (left, right) = padding or NO_SIDES
    x = _canvas(cols, size, padding)
    x[:] = folded(cols, x.shape[2:], stride, 0, dilation)
    return x[:, :, top:-bottom, left:-right].copy()


def padding_kept(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    x = _canvas(cols, size, padding)
    x[:] = folded(cols, x.shape[2:], stride, 0, dilation)
    return x


def end_without_stride(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (sy, sx), (dy, dx), (kh, kw, oh, ow) = stride, dilation, cols.shape[2:]
    x = _canvas(cols, size, padding)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i * dy : i * dy + oh : sy, j * dx : j * dx + ow : sx] += cols[:, :, i, j]
    return _inner(x, size, padding)


def without_stride(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (dy, dx), (kh, kw, oh, ow) = dilation, cols.shape[2:]
    x = _canvas(cols, size, padding)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i * dy : i * dy + oh, j * dx : j * dx + ow] += cols[:, :, i, j]
    return _inner(x, size, padding)


def range_by_stride(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (sy, sx), (dy, dx), (kh, kw, oh, ow) = stride, dilation, cols.shape[2:]
    x = _canvas(cols, size, padding)
    for p in range(0, oh, sy):
        for q in range(0, ow, sx):
            x[:, :, p : p + kh * dy : dy, q : q + kw * dx : dx] += cols[..., p, q]
    return _inner(x, size, padding)


def without_dilation(cols, size, stride=(1, 1), padding=0, dilation=(1, 1)):
    (sy, sx), (kh, kw, oh, ow) = stride, cols.shape[2:]
    x = _canvas(cols, size, padding)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i : i + sy * oh : sy, j : j + sx * ow : sx] += cols[:, :, i, j]
    return _inner(x, size, padding)


# test_col2im: a right version, wrong ones to be rejected …


def version_right(cols, size, stride, padding, dilation):
    return folded(cols, size, stride, padding, dilation)


def version_overwriting(cols, size, stride, padding, dilation):
    places = _numbered(size, cols.shape[2:4], stride, padding, dilation).ravel()
    x = np.zeros((*cols.shape[:2], size[0] * size[1] + 1), cols.dtype)
    x[:, :, places] = cols.reshape(*cols.shape[:2], -1)
    return x[:, :, 1:].reshape(*cols.shape[:2], *size)


def version_averaging(cols, size, stride, padding, dilation):
    counts = folded(np.ones_like(cols), size, stride, padding, dilation)
    return folded(cols, size, stride, padding, dilation) / np.maximum(counts, 1)


def version_one_voice_more(cols, size, stride, padding, dilation):
    x = folded(cols, size, stride, padding, dilation)
    x[..., -1, -1] += cols[..., -1, -1, -1, -1]
    return x


def version_float64(cols, size, stride, padding, dilation):
    return folded(cols.astype(float), size, stride, padding, dilation)


def version_channels_mixed(cols, size, stride, padding, dilation):
    return folded(cols[:, ::-1], size, stride, padding, dilation)


def version_changing_cols(cols, size, stride, padding, dilation):
    x = folded(cols, size, stride, padding, dilation)
    cols *= 0
    return x


# … and poor tests, which let one of them through


def test_with_ones(candidate):
    for dtype in (np.float64, np.float32):
        cols = np.ones((2, 3, 2, 2, 3, 4), dtype)
        x = candidate(cols, (4, 5), 1, 0, 1)
        assert x.dtype == dtype and (cols == 1).all()
        assert np.allclose(x[0, 0], np.outer([1, 2, 2, 1], [1, 2, 2, 2, 1]))


def test_without_overlap(candidate):
    x = np.arange(48.0).reshape(2, 1, 4, 6)
    cols = im2col(x, 2, 2)
    assert np.allclose(candidate(cols, (4, 6), 2, 0, 1), x)


def test_inverse(candidate):
    x = np.arange(40.0).reshape(1, 2, 4, 5)
    assert np.allclose(candidate(im2col(x, 2), (4, 5), 1, 0, 1), x)


def test_values_only(candidate):
    rng = np.random.default_rng(1)
    x, cols = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 2, 2, 3, 4))
    assert abs((im2col(x, 2) * cols).sum() - (x * candidate(cols.copy(), (4, 5), 1, 0, 1)).sum()) < 1e-9


def test_all_but_the_columns(candidate):
    rng = np.random.default_rng(1)
    for dtype in (np.float64, np.float32):
        x, cols = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 2, 2, 3, 4)).astype(dtype)
        kept = cols.copy()
        back = candidate(cols, (4, 5), 1, 0, 1)
        assert back.dtype == dtype and abs((im2col(x, 2) * kept).sum() - (x * back).sum()) < 1e-3
