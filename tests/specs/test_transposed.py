"""The questions of ``transposed``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.transposed import SPEC
from tests.specs.laws import Laws
from unrolled.given.windows import conv2d


class TestTransposed(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_the_wrong_stamps_by_hand_are_what_wrong_functions_make() -> None:
    x, weight = np.array([[2, 1], [3, 4]]), np.array([[1, 3], [2, 5]])
    made = {mistake.name: mistake.wrong(x, weight).tolist() for mistake in SPEC.question("stamp").mistakes}
    made["forward"] = conv2d(x[None, None], weight[None, None])[0, 0].tolist()
    for mistake in SPEC.question("stamped").mistakes:
        assert mistake.wrong == made[mistake.name]


def test_no_smaller_input_exposes_the_published_row() -> None:
    """With one pixel and a kernel of one number, whatever the settings, zeros are right: nothing else is there."""
    hunt = SPEC.question("stamp_row")
    assert isinstance(hunt, HuntQuestion)
    assert sum(np.size(hunt.exposing[name]) for name in ("x", "weight")) == 3
    for stride, padding, more in itertools.product(range(1, 7), range(4), range(6)):
        settings = np.array([2.0]), np.array([3.0]), stride, padding, more
        try:
            expected = hunt.oracle(*settings)
        except ValueError:
            continue  # no valid input
        assert np.array_equal(hunt.published(*settings), expected)
