"""Wrong answers to the questions of ``conv2d`` about photographs: edges, and kernels that come apart."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.mistakes.conv2d import shifts

# edge_strength


def edges_in_unsigned(x):
    return np.hypot(*_changes(np.pad(x, 1, "edge")))


def edges_of_zeros(x):
    return np.hypot(*_changes(np.pad(_floating(x), 1)))


def edges_added(x):
    down, right = _changes(np.pad(_floating(x), 1, "edge"))
    return np.abs(down) + np.abs(right)


def edges_to_the_right(x):
    return np.abs(_changes(np.pad(_floating(x), 1, "edge"))[1])


def edges_smaller(x):
    return np.hypot(*_changes(_floating(x)))


def edges_equal_weights(x):
    x = np.pad(_floating(x), 1, "edge")
    down, right = x[2:] - x[:-2], x[:, 2:] - x[:, :-2]
    return np.hypot(down[:, :-2] + down[:, 1:-1] + down[:, 2:], right[:-2] + right[1:-1] + right[2:])


def edges_scaled_apart(x):
    down, right = _changes(np.pad(_floating(x), 1, "edge"))
    return np.hypot(down * 255 / np.abs(down).max(), right * 255 / np.abs(right).max())


def edges_float64(x):
    x, down = np.pad(_floating(x), 1, "edge"), np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    return np.hypot(shifts(x, down, 1, 0), shifts(x, down.T, 1, 0))


def _floating(x):
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _changes(x):
    down, right = x[2:] - x[:-2], x[:, 2:] - x[:, :-2]
    return down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:], right[:-2] + 2 * right[1:-1] + right[2:]


# separable


def all_at_once(x, column, row):
    """Not a mistake: right, but it multiplies kh·kw times for each output."""
    kernel = column[:, None] * row
    return np.einsum("pqij,ij->pq", sliding_window_view(x, kernel.shape), kernel)


def passes_crossed(x, column, row):
    return shifts(shifts(x, row[:, None], 1, 0), column[None, :], 1, 0)


def passes_added(x, column, row):
    down, across = shifts(x, column[:, None], 1, 0), shifts(x, row[None, :], 1, 0)
    return down[:, : across.shape[1]] + across[: down.shape[0]]


def passes_row_flipped(x, column, row):
    down = shifts(x, column[:, None], 1, 0)
    return np.array([np.convolve(line, row, "valid") for line in down])


def passes_float64(x, column, row):
    return shifts(shifts(x, column[:, None], 1, 0), row[None, :], 1, 0).astype(np.float64)
