"""The questions of ``im2col``."""

import itertools

import numpy as np
import pytest

from autograder.questions import HuntQuestion
from autograder.specs.im2col import SPEC
from tests.specs.laws import Laws


class TestIm2col(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_index() -> None:
    """Search every image with fewer numbers: one pixel, beside the two numbers of the kernel's size."""
    hunt = SPEC.question("im2col_entries")
    assert isinstance(hunt, HuntQuestion)
    assert sum(np.size(value) for value in hunt.exposing.values()) == 2 + 2
    one = np.ones((1, 1))
    assert np.array_equal(hunt.published(one, (1, 1)), hunt.reference(one, (1, 1)))


def test_the_published_index_is_right_for_square_kernels_and_single_lines_only() -> None:
    """With a wide kernel it is wrong without a complaint, with a tall one it stops."""
    hunt = SPEC.question("im2col_entries")
    assert isinstance(hunt, HuntQuestion)
    x = np.arange(1.0, 21.0).reshape(4, 5)
    for kh, kw in itertools.product((1, 2, 3), (1, 2, 3)):
        try:
            right = np.array_equal(hunt.published(x, (kh, kw)), hunt.reference(x, (kh, kw)))
        except IndexError:
            assert kh > kw
        else:
            assert right == (kh in (1, kw))


@pytest.mark.parametrize("kernel_size", [2, [1.5, 1], [1.0, 1.0], [1, 1, 1]])
def test_the_hunt_takes_a_pair_of_whole_numbers_only(kernel_size: object) -> None:
    """The published loops stop at half a row, which exposes nothing."""
    hunt = SPEC.question("im2col_entries")
    assert isinstance(hunt, HuntQuestion)
    with pytest.raises(ValueError, match="kernel_size must be a pair of whole numbers"):
        hunt.oracle([[1]], kernel_size)
