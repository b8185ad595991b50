"""Wrong answers to the questions of ``col2im`` without a loop over windows or taps: index arrays and scatter-add."""

import numpy as np

# scattered: the published statement, and ways to mend it that do not


def scattered_published(cols):
    kh, kw, oh, ow = cols.shape
    i = np.arange(kh).reshape(kh, 1, 1, 1) + np.arange(oh).reshape(oh, 1)
    j = np.arange(kw).reshape(kw, 1, 1) + np.arange(ow)
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    x[i, j] += cols
    return x


def scattered_window_by_window(cols):
    kh, kw, oh, ow = cols.shape
    i = np.arange(oh).reshape(oh, 1, 1, 1) + np.arange(kh).reshape(kh, 1)
    j = np.arange(ow).reshape(ow, 1, 1) + np.arange(kw)
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    x[i, j] += cols.transpose(2, 3, 0, 1)
    return x


def scattered_times_count(cols):
    kh, kw, oh, ow = cols.shape
    i = np.arange(kh).reshape(kh, 1, 1, 1) + np.arange(oh).reshape(oh, 1)
    j = np.arange(kw).reshape(kw, 1, 1) + np.arange(ow)
    x, counts = np.zeros((2, oh + kh - 1, ow + kw - 1), cols.dtype)
    x[i, j] = cols
    np.add.at(counts, (i, j), 1)
    return x * counts


def scattered_oracle(cols):
    """Not a mistake: what is right, one entry after the other."""
    cols = np.asarray(cols)
    if cols.ndim != 4 or cols.size == 0:
        raise ValueError("cols must have four axes, none of them empty")
    kh, kw, oh, ow = cols.shape
    x = np.zeros((oh + kh - 1, ow + kw - 1), cols.dtype)
    for i, j, p, q in np.ndindex(kh, kw, oh, ow):
        x[p + i, q + j] += cols[i, j, p, q]
    return x


# scatter_add


def add_one_by_one(values, places, length):
    """Not a mistake: right, and slow."""
    sums = np.zeros((len(values), length), values.dtype)
    for plane, row in zip(sums, values, strict=True):
        for place, value in zip(places, row, strict=True):
            if place >= 0:
                plane[place] += value
    return sums


def add_named_once(values, places, length):
    sums = np.zeros((len(values), length), values.dtype)
    sums[:, places[places >= 0]] += values[:, places >= 0]
    return sums


def add_named_once_padding_too(values, places, length):
    sums = np.zeros((len(values), length), values.dtype)
    sums[:, places] += values
    return sums


def add_padding_to_the_end(values, places, length):
    sums = np.zeros((len(values), length), values.dtype)
    np.add.at(sums, (slice(None), np.maximum(places, -1)), values)
    return sums


def add_padding_to_the_start(values, places, length):
    sums = np.zeros((len(values), length), values.dtype)
    np.add.at(sums, (slice(None), np.maximum(places, 0)), values)
    return sums


def add_too_short(values, places, length):
    kept = places >= 0
    return np.array([np.bincount(places[kept], plane[kept]) for plane in values]).astype(values.dtype)


def add_float64(values, places, length):
    kept = places >= 0
    return np.array([np.bincount(places[kept], plane[kept], length) for plane in values])
