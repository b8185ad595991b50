"""Bytes by hand, copies, a mended check, and medians."""

import numpy as np
import pytest

from solutions import views
from solutions.windows import flat_index


def test_addresses_are_what_numpy_has() -> None:
    x = np.empty((2, 3, 4, 5), np.float32)
    offset = x[1, 2, 0, 3:].__array_interface__["data"][0] - x.__array_interface__["data"][0]
    assert views.addresses().tolist() == [*x.strides, offset]


def test_four_of_eight_copy() -> None:
    assert views.copies().tolist() == [1, 1, 0, 0, 0, 1, 0, 1]


def test_windows_that_fit_are_gathered() -> None:
    x = np.arange(15).reshape(3, 5)
    assert views.fitted(x, (3, 1), 2).T.tolist() == [[0, 5, 10], [2, 7, 12], [4, 9, 14]]


@pytest.mark.parametrize("kernel_size", [(2, 1), (1, 2)])
def test_a_tail_is_refused(kernel_size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="tail"):
        views.fitted(np.ones((3, 3)), kernel_size, 2)


def test_medians_are_those_of_each_window() -> None:
    x = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    y = views.medians(x, (2, 3))
    assert y.dtype == np.float32
    for p, q in np.ndindex(4, 5):
        assert y[p, q] == np.median(x[p : p + 2, q : q + 3])


def test_the_flat_index_of_this_course_passes_the_test() -> None:
    views.test_flat_index(lambda size, kernel_size, stride: flat_index(1, size, kernel_size, stride))
