"""Column entries back to their pixels, by counting: ``numpy.bincount`` adds up what has the same number."""

import numpy as np

from unrolled.given.windows import im2col
from unrolled.vocabulary import Array, Padding, Pair

__all__ = ["col2im"]


def col2im(cols: Array, size: tuple[int, int], stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> Array:
    """Add columns (n, c, kh, kw, oh, ow) up where they came from: images (n, c, h, w) of ``size`` (h, w)."""
    n, c = cols.shape[:2]
    h, w = size
    numbered = np.arange(1, h * w + 1).reshape(1, 1, h, w)  # 0 is what padding gets
    places = im2col(numbered, cols.shape[2:4], stride, padding, dilation)
    if places.shape[-2:] != cols.shape[-2:]:
        found, needed = (" × ".join(map(str, array.shape[-2:])) for array in (cols, places))
        raise ValueError(f"the columns hold {found} windows; an image of {h} × {w} has {needed} with these settings")
    planes = [np.bincount(places.ravel(), plane.ravel(), h * w + 1)[1:] for plane in cols.reshape(n * c, -1)]
    return np.array(planes).reshape(n, c, h, w).astype(cols.dtype)
