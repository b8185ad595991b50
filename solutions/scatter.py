"""Scatter-add without a loop over windows or taps: index arrays, and what becomes of a pixel that is named twice."""

import numpy as np

from solutions.arguments import Array, array, whole

__all__ = ["exposing", "scatter_add", "scattered"]


exposing = {"cols": [[[[0], [1]]], [[[0], [0]]]]}


def scattered(cols: Array) -> Array:
    """Add the columns of one plane up where they came from, stride 1.

    Args:
        cols: columns of one plane, shape (kh, kw, oh, ow).

    Returns:
        The image, shape (oh + kh - 1, ow + kw - 1), dtype of ``cols``.

    Raises:
        ValueError: if ``cols`` does not have four axes.
    """
    cols = array("cols", cols, "kh", "kw", "oh", "ow")
    kh, kw, oh, ow = cols.shape
    i = np.arange(kh).reshape(kh, 1, 1, 1) + np.arange(oh).reshape(oh, 1)
    j = np.arange(kw).reshape(kw, 1, 1) + np.arange(ow)
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    np.add.at(x, (i, j), cols)
    return x


def scatter_add(values: Array, places: Array, length: int) -> Array:
    """Add numbers up in the places that they name, for several planes at once.

    Args:
        values: what to add, shape (m, k): m planes of k numbers.
        places: where entry i of every plane goes, whole numbers below ``length``, shape (k,). Entries whose place
            is negative are dropped.
        length: number of places of a plane.

    Returns:
        Sums, shape (m, length), dtype of ``values``; places that nobody names hold 0. Sums are made in float64,
        which rounds whole numbers above 2^53.

    Raises:
        ValueError: if ``values`` does not have two axes, or ``places`` does not suit them.
    """
    values, places, length = array("values", values, "m", "k"), array("places", places, "k"), whole("length", length, 1)
    m, k = values.shape
    if places.shape != (k,) or (places >= length).any():
        raise ValueError(f"places must be {k} whole numbers below {length}")
    own = np.arange(m).reshape(m, 1) * (length + 1)  # each plane has one place more, in front, for what is dropped
    numbers = own + np.maximum(places, -1) + 1
    sums = np.bincount(numbers.reshape(-1), values.reshape(-1), m * (length + 1))
    return sums.reshape(m, length + 1)[:, 1:].astype(values.dtype)
