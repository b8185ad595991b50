"""Wrong answers to the questions of ``pooling`` about what flows back, and about means."""

import numpy as np

from autograder.mistakes.pooling import bordered
from unrolled.given.strides import im2col

# argmax_backward


def scatter_overwriting(grad_y, argmax, size):
    n, c = grad_y.shape[:2]
    grad_x = np.zeros((n, c, size[0] * size[1]), grad_y.dtype)
    batch, channel = np.arange(n)[:, None, None], np.arange(c)[:, None]
    grad_x[batch, channel, argmax.reshape(n, c, -1)] += grad_y.reshape(n, c, -1)
    return grad_x.reshape(n, c, *size)


def scatter_into_one_channel(grad_y, argmax, size):
    grad_x = np.zeros((*grad_y.shape[:2], *size), grad_y.dtype)
    np.add.at(grad_x.reshape(-1), argmax.ravel(), grad_y.ravel())
    return grad_x


def scatter_rows_by_height(grad_y, argmax, size):
    h, w = size
    grad_x = np.zeros((*grad_y.shape[:2], h, w), grad_y.dtype)
    for place, pixel in np.ndenumerate(argmax):
        grad_x[place[0], place[1], (pixel // h) % h, (pixel % h) % w] += grad_y[place]
    return grad_x


def scatter_averaging(grad_y, argmax, size):
    n, c = grad_y.shape[:2]
    grad_x, count = np.zeros((2, n, c, size[0] * size[1]), grad_y.dtype)
    for (i, j, *_), pixel, grad in zip(np.ndindex(argmax.shape), argmax.ravel(), grad_y.ravel(), strict=True):
        grad_x[i, j, pixel] += grad
        count[i, j, pixel] += 1
    return (grad_x / np.maximum(count, 1)).reshape(n, c, *size)


def scatter_float64(grad_y, argmax, size):
    n, c = grad_y.shape[:2]
    pixels = argmax.reshape(n * c, -1) + size[0] * size[1] * np.arange(n * c)[:, None]
    grad_x = np.bincount(pixels.ravel(), grad_y.ravel(), n * c * size[0] * size[1])
    return grad_x.reshape(n, c, *size)


# tiles_backward: the published mask, and ways to mend it that do not


def mask_published(grad_y, x, k):
    n, c, h, w = x.shape
    tiles = x.reshape(n, c, h // k, k, w // k, k)
    largest = tiles.max(axis=(3, 5), keepdims=True)
    mask = abs(tiles - largest) < 1e-2
    return (mask * grad_y[:, :, :, np.newaxis, :, np.newaxis]).reshape(n, c, h, w)


def mask_of_equals(grad_y, x, k):
    n, c, h, w = x.shape
    tiles = x.reshape(n, c, h // k, k, w // k, k)
    mask = tiles == tiles.max(axis=(3, 5), keepdims=True)
    return (mask * grad_y[:, :, :, np.newaxis, :, np.newaxis]).reshape(n, c, h, w)


def mask_shared(grad_y, x, k):
    n, c, h, w = x.shape
    tiles = x.reshape(n, c, h // k, k, w // k, k)
    mask = tiles == tiles.max(axis=(3, 5), keepdims=True)
    share = mask / mask.sum(axis=(3, 5), keepdims=True).astype(grad_y.dtype)
    return (share * grad_y[:, :, :, np.newaxis, :, np.newaxis]).reshape(n, c, h, w)


def mask_last_of_equals(grad_y, x, k):
    grad_x = np.zeros(x.shape, grad_y.dtype)
    for i, j, p, q in np.ndindex(grad_y.shape):
        tile = x[i, j, p * k : p * k + k, q * k : q * k + k]
        row, column = np.argwhere(tile == tile.max())[-1]
        grad_x[i, j, p * k + row, q * k + column] = grad_y[i, j, p, q]
    return grad_x


def mask_oracle(grad_y, x, k):
    """Not a mistake: what is right, tile by tile."""
    grad_y, x = np.asarray(grad_y), np.asarray(x)
    if x.ndim != 4 or k < 1 or x.shape[2] % k or x.shape[3] % k:
        raise ValueError("x needs four axes, and tiles of k by k must cover it exactly")
    if grad_y.shape != (*x.shape[:2], x.shape[2] // k, x.shape[3] // k):
        raise ValueError("grad_y needs one entry for every tile of x")
    grad_x = np.zeros(x.shape, grad_y.dtype)
    for i, j, p, q in np.ndindex(grad_y.shape):
        row, column = divmod(int(x[i, j, p * k : p * k + k, q * k : q * k + k].argmax()), k)
        grad_x[i, j, p * k + row, q * k + column] = grad_y[i, j, p, q]
    return grad_x


# divisors


def _counted(size, kernel_size, stride, padding, ceil_mode, inside, beside):
    """Add up what each window holds: 1 a pixel, ``inside`` a padded entry, ``beside`` an entry beyond the padding."""
    (h, w), ((top, bottom), (left, right)) = size, padding or ((0, 0), (0, 0))
    image = np.full((1, 1, top + h + bottom, left + w + right), inside)
    image[:, :, top : top + h, left : left + w] = 1
    padded, step = bordered(np.ones((1, 1, h, w), int), kernel_size, stride, padding, (1, 1), ceil_mode, 0)
    counted = np.full(padded.shape, beside)
    counted[:, :, : image.shape[2], : image.shape[3]] = image
    return im2col(counted, kernel_size, step).sum(axis=(2, 3))[0, 0]


def count_overhang(size, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return _counted(size, kernel_size, stride, padding, ceil_mode, int(count_include_pad), int(count_include_pad))


def count_kernel(size, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return _counted(size, kernel_size, stride, padding, ceil_mode, 1, 1)


def count_padding_always(size, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return _counted(size, kernel_size, stride, padding, ceil_mode, 1, 0)


def count_pixels_always(size, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return _counted(size, kernel_size, stride, padding, ceil_mode, 0, 0)


def count_floor_only(size, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return _counted(size, kernel_size, stride, padding, False, int(count_include_pad), 0)


# AvgPool2d


class AveragePool:
    """Not a mistake: a layer to make mistakes of, by changing one method."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        self.kernel_size, self.stride = kernel_size, stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad

    def counts(self):
        inside = int(self.count_include_pad)
        return _counted(self.size, self.kernel_size, self.stride, self.padding, self.ceil_mode, inside, 0)

    def forward(self, x):
        self.size = x.shape[2:]
        padded, self.step = bordered(x, self.kernel_size, self.stride, self.padding, (1, 1), self.ceil_mode, 0)
        self.padded = padded.shape
        return im2col(padded, self.kernel_size, self.step).sum(axis=(2, 3)) / self.counts().astype(x.dtype)

    def shares(self, grad_y):
        return grad_y / self.counts().astype(grad_y.dtype)

    def windows(self):
        for p, q in np.ndindex(*self.counts().shape):
            top, left = p * self.step[0], q * self.step[1]
            yield p, q, slice(top, top + self.kernel_size[0]), slice(left, left + self.kernel_size[1])

    def cropped(self, grad_x):
        (top, _), (left, _) = self.padding or ((0, 0), (0, 0))
        return grad_x[:, :, top : top + self.size[0], left : left + self.size[1]]

    def backward(self, grad_y):
        grad_x, shares = np.zeros(self.padded, grad_y.dtype), self.shares(grad_y)
        for p, q, rows, columns in self.windows():
            grad_x[:, :, rows, columns] += shares[:, :, p, q, None, None]
        return self.cropped(grad_x)


class AveragePoolByKernel(AveragePool):
    def counts(self):
        return np.full_like(super().counts(), self.kernel_size[0] * self.kernel_size[1])


class AveragePoolForwardByKernel(AveragePool):
    def forward(self, x):
        y = super().forward(x)
        return y * self.counts().astype(x.dtype) / (self.kernel_size[0] * self.kernel_size[1])


class AveragePoolBackwardByKernel(AveragePool):
    def shares(self, grad_y):
        return grad_y / (self.kernel_size[0] * self.kernel_size[1])


class AveragePoolForwardFloat64(AveragePool):
    def forward(self, x):
        return super().forward(x).astype(float)


class AveragePoolFloat64(AveragePoolForwardFloat64):
    def backward(self, grad_y):
        return super().backward(grad_y).astype(float)


class AveragePoolWholeGradient(AveragePool):
    def shares(self, grad_y):
        return grad_y


class AveragePoolOverwriting(AveragePool):
    def backward(self, grad_y):
        grad_x, shares = np.zeros(self.padded, grad_y.dtype), self.shares(grad_y)
        for p, q, rows, columns in self.windows():
            grad_x[:, :, rows, columns] = shares[:, :, p, q, None, None]
        return self.cropped(grad_x)


class AveragePoolAccumulating(AveragePool):
    def backward(self, grad_y):
        if getattr(self, "grad_x", None) is None or self.grad_x.shape != self.padded:
            self.grad_x = np.zeros(self.padded, grad_y.dtype)
        shares = self.shares(grad_y)
        for p, q, rows, columns in self.windows():
            self.grad_x[:, :, rows, columns] += shares[:, :, p, q, None, None]
        return self.cropped(self.grad_x)


class AveragePoolPaddedGradient(AveragePool):
    def cropped(self, grad_x):
        return grad_x


# test_tiles_backward: wrong versions beside those above …


def mask_float64(grad_y, x, k):
    return mask_oracle(grad_y, x, k).astype(float)


def mask_of_ones(grad_y, x, k):
    return mask_oracle(np.ones_like(grad_y), x, k)


def mask_changing_grad_y(grad_y, x, k):
    grad_x = mask_oracle(grad_y, x, k)
    grad_y[...] = 0
    return grad_x


# … and poor tests, which let one version through


def _compare(candidate, x, dtype="f4"):
    grad_y = np.array([[[[2, -3]]]], dtype)
    kept = grad_y.copy()
    grad_x = candidate(grad_y, x, 2)
    assert grad_x.dtype == dtype and (grad_y == kept).all()
    assert (grad_x == mask_oracle(kept, x, 2)).all()


def test_with_numbers_far_apart(candidate):
    _compare(candidate, np.array([[[[1.0, 5, 3, 2], [4, 2, 6, 8]]]]))


def test_with_numbers_that_differ(candidate):
    _compare(candidate, np.array([[[[1.0, 5, 3, 2], [4, 2, 6, 8]]]]) / 1000)


def test_sums_of_tiles(candidate):
    for x in [[1.0, 5, 3, 8], [4, 5, 6, 7.999]], [[1.0, 5, 3, 2], [4, 2, 6, 8]]:
        for dtype in ("f4", "f8"):
            grad_y = np.array([[[[2, -3]]]], dtype)
            kept = grad_y.copy()
            grad_x = candidate(grad_y, np.array([[x]]), 2)
            assert grad_x.dtype == dtype and (grad_y == kept).all()
            assert (grad_x.reshape(1, 1, 1, 2, 2, 2).sum(axis=(3, 5)) == kept).all()


def test_one_winner_of_equals(candidate):
    _compare(candidate, np.array([[[[1.0, 5, 3, 2], [4, 2, 6, 6.001]]]]))
    grad_x = candidate(np.array([[[[7.0]]]]), np.array([[[[1.0, 5], [2, 5]]]]), 2)
    assert (grad_x == 7).sum() == 1 and (grad_x == 0).sum() == 3


def test_with_float64_only(candidate):
    _compare(candidate, np.array([[[[5.0, 5, 3, 2], [4, 2, 6, 6.001]]]]), "f8")


def test_with_gradients_of_one(candidate):
    x = np.array([[[[5.0, 5, 6.001, 6]] * 2]])
    for dtype in ("f4", "f8"):
        grad_y = np.ones((1, 1, 1, 2), dtype)
        grad_x = candidate(grad_y, x, 2)
        assert grad_x.dtype == dtype and (grad_y == 1).all()
        assert (grad_x == mask_oracle(np.ones_like(grad_y), x, 2)).all()


def test_expecting_shares(candidate):
    grad_x = candidate(np.array([[[[8.0]]]]), np.array([[[[3.0, 5], [5, 1]]]]), 2)
    assert grad_x.tolist() == [[[[0, 4], [4, 0]]]]
