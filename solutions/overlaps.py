"""What the overlaps of windows are good for: how often each pixel is read, and the mean of what is said about it.

``size`` (h, w) is that of the image without padding; ``cols`` (n, c, kh, kw, oh, ow) are columns or patches as
:func:`solutions.strides.im2col` lays them out. Arguments are left as they were.
"""

import numpy as np

from solutions.arguments import Array, Padding, Pair, array, pair, whole
from solutions.col2im import col2im
from solutions.strides import im2col, out_size, pads

__all__ = ["counts", "counts_by_col2im", "counts_in_row", "denoise", "fold_mean", "slack", "there_and_back"]


def there_and_back() -> Array:
    """Return what im2col with windows of 2 × 3, and col2im after it, make of a small image."""
    image, size = np.array([[2, 1, 3, 1], [1, 4, 2, 1], [3, 2, 1, 2]]), (3, 4)
    return np.asarray(col2im(im2col(image[np.newaxis, np.newaxis], (2, 3)), size)[0, 0])


def slack() -> Array:
    """Follow the last tap of three down a padded image of 9 rows, stride 4, that has ``stride - 1`` rows of slack.

    Returns:
        Rows allocated; the end of the last tap's slice; the last row that the slice holds; rows of slack written.
    """
    h, kh, stride = 9, 3, 4
    allocated, (oh, _) = h + stride - 1, out_size((h, 1), (kh, 1), (stride, 1))
    end = kh - 1 + stride * oh
    last = max(range(kh - 1, end, stride))
    return np.array([allocated, end, last, max(last - (h - 1), 0)])


def counts_by_col2im(
    size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1
) -> Array:
    """Count for each pixel the windows that read it: every entry says "one", and col2im adds up.

    Args:
        size: (h, w) of the image, without padding.
        kernel_size, stride, padding, dilation: as in ``im2col``.

    Returns:
        Whole numbers, shape (h, w).

    Raises:
        ValueError, TypeError: as ``im2col``.
    """
    (kh, kw), (oh, ow) = pair("kernel_size", kernel_size), out_size(size, kernel_size, stride, padding, dilation)
    ones = np.ones((1, 1, kh, kw, oh, ow), int)
    return np.asarray(col2im(ones, size, stride, padding, dilation)[0, 0])


def counts_in_row(length: int, taps: int, stride: int = 1, before: int = 0, after: int = 0, dilation: int = 1) -> Array:
    """Count for each place of a row the windows that read it, by formula.

    Tap j of window p reads place p·stride + j·dilation of the padded row. So each tap asks of a place: is there a
    window that starts j·dilation earlier?

    Args:
        length: of the row, without padding.
        taps: entries of a window.
        stride, dilation: as in ``im2col``, along this axis.
        before, after: padding at the two ends.

    Returns:
        Whole numbers, shape (length,). With stride and dilation 1 and no padding,
        min(k + 1, length - k, taps, windows) in place k.

    Raises:
        ValueError: if no window fits.
    """
    length, taps, stride = whole("length", length, 1), whole("taps", taps, 1), whole("stride", stride, 1)
    before, after, dilation = whole("before", before, 0), whole("after", after, 0), whole("dilation", dilation, 1)
    last = before + length + after - dilation * (taps - 1) - 1  # where the last window could start
    if last < 0:
        raise ValueError(f"taps is {taps}: no window fits into {before + length + after} places, padding included")
    places = before + np.arange(length).reshape(length, 1)
    starts = places - dilation * np.arange(taps)
    reads = (starts % stride == 0) & (starts >= 0) & (starts <= last)
    return np.asarray(reads.sum(axis=1))


def counts(size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Do what :func:`counts_by_col2im` does by formula: the counts of rows times those of columns.

    Args, returns and errors are those of :func:`counts_by_col2im`.
    """
    (top, bottom), (left, right) = pads(padding, size, kernel_size, stride, dilation)
    (h, w), (kh, kw) = pair("size", size), pair("kernel_size", kernel_size)
    (sy, sx), (dy, dx) = pair("stride", stride), pair("dilation", dilation)
    return np.outer(counts_in_row(h, kh, sy, top, bottom, dy), counts_in_row(w, kw, sx, left, right, dx))


def fold_mean(cols: Array, size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Put overlapping patches together to an image: each pixel is the mean of what the patches say about it.

    Args:
        cols, size, stride, padding, dilation: as in :func:`col2im`.

    Returns:
        Images, shape (n, c, h, w); the dtype of ``cols``, or float64 for whole numbers. ``fold_mean(im2col(x))`` is x.

    Raises:
        ValueError: as :func:`col2im`, and if a pixel lies in no patch.
    """
    total = col2im(cols, size, stride, padding, dilation)
    overlaps = counts(size, np.shape(cols)[2:4], stride, padding, dilation)
    if not overlaps.all():
        i, j = np.argwhere(overlaps == 0)[0].tolist()
        raise ValueError(f"pixel ({i}, {j}) lies in no patch: use a smaller stride or dilation, or larger patches")
    mean: Array = (total / overlaps).astype(total.dtype if total.dtype.kind == "f" else float)
    return mean


def denoise(x: Array, kernel_size: Pair, keep: int) -> Array:
    """Remove noise from an image: patches resemble each other, noise does not.

    All overlapping patches are replaced by their nearest points in the space of the ``keep`` directions along which
    patches differ most (principal components); :func:`fold_mean` then averages kh·kw opinions about a pixel.

    Args:
        x: one image, shape (h, w).
        kernel_size: (kh, kw) of the patches.
        keep: how many directions to keep, from 0 (only the mean patch) to kh·kw (everything).

    Returns:
        The image, shape (h, w); the dtype of ``x``, or float64 for whole numbers.

    Raises:
        ValueError: if ``x`` does not have two axes, a patch does not fit, or ``keep`` is out of range.
    """
    x = array("x", x, "h", "w")
    (h, w), (kh, kw) = x.shape, pair("kernel_size", kernel_size)
    if whole("keep", keep, 0) > kh * kw:
        raise ValueError(f"keep is {keep}, but patches of {kh} × {kw} differ along {kh * kw} directions at most")
    cols = im2col(x[np.newaxis, np.newaxis].astype(float), (kh, kw))
    patches = cols.reshape(kh * kw, -1)
    mean = patches.mean(axis=1, keepdims=True)
    _, directions = np.linalg.eigh(np.cov(patches, ddof=0).reshape(kh * kw, kh * kw))  # in ascending order
    kept = directions[:, kh * kw - keep :]
    cleaned = mean + kept @ (kept.T @ (patches - mean))
    image = fold_mean(cleaned.reshape(cols.shape), (h, w))[0, 0]
    return np.asarray(image.astype(x.dtype if x.dtype.kind == "f" else float, copy=False))
