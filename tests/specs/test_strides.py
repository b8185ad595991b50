"""The questions of ``strides``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.strides import SPEC
from tests.specs.laws import Laws


class TestStrides(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_call() -> None:
    """Search every image and kernel with fewer numbers: three in all, dilations up to three."""
    hunt = SPEC.question("dilated")
    assert isinstance(hunt, HuntQuestion)
    largest = sum(np.size(value) for value in hunt.exposing.values())
    assert largest == 4 + 2  # two pixels, two taps, two dilations
    for h, w, kh, kw, dy, dx in itertools.product((1, 2, 3), repeat=6):
        if h * w + kh * kw < 4 and dy * (kh - 1) < h and dx * (kw - 1) < w:
            x, weight = np.arange(1.0, h * w + 1).reshape(h, w), np.arange(2.0, kh * kw + 2).reshape(kh, kw)
            right = hunt.reference(x, weight, (dy, dx))
            assert np.array_equal(hunt.published(x, weight, (dy, dx)), right)


def test_the_published_call_is_wrong_without_a_complaint_too() -> None:
    """One pixel more, and nothing stops: the number is wrong."""
    hunt = SPEC.question("dilated")
    assert isinstance(hunt, HuntQuestion)
    x, weight = np.array([[1.0], [2.0], [3.0]]), np.ones((2, 1))
    assert hunt.published(x, weight, (2, 1)).tolist() == [[3.0]]
    assert hunt.reference(x, weight, (2, 1)).tolist() == [[4.0]]
