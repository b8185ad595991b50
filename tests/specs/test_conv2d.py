"""The questions of ``conv2d``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.conv2d import SPEC
from tests.specs.laws import Laws


class TestConv2d(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_border() -> None:
    """Search every image and kernel with fewer numbers: one pixel and one tap."""
    hunt = SPEC.question("guarded")
    assert isinstance(hunt, HuntQuestion)
    assert sum(np.size(value) for name, value in hunt.exposing.items() if name != "padding") == 3
    for padding in range(4):
        x, weight = np.array([[2.0]]), np.array([[3.0]])
        assert np.array_equal(hunt.published(x, weight, padding), hunt.reference(x, weight, padding))


def test_no_square_image_exposes_the_published_border() -> None:
    hunt = SPEC.question("guarded")
    assert isinstance(hunt, HuntQuestion)
    for side, kh, kw, padding in itertools.product((1, 2, 3), (1, 2, 3), (1, 2, 3), (0, 1, 2)):
        if max(kh, kw) <= side + 2 * padding:
            x, weight = np.arange(1.0, side**2 + 1).reshape(side, side), np.arange(1.0, kh * kw + 1).reshape(kh, kw)
            assert np.array_equal(hunt.published(x, weight, padding), hunt.reference(x, weight, padding))


def test_a_wide_image_without_padding_is_wrong_without_a_complaint() -> None:
    hunt = SPEC.question("guarded")
    assert isinstance(hunt, HuntQuestion)
    x, weight = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0]])
    assert hunt.published(x, weight).tolist() == [[1.0, 0.0, 0.0]]
    assert hunt.reference(x, weight).tolist() == x.tolist()
