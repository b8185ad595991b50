"""The questions of ``conv1d``."""

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.conv1d import SPEC
from tests.specs.laws import Laws


class TestConv1d(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_loop() -> None:
    """Search every input with fewer numbers: three in all, strides up to three."""
    hunt = SPEC.question("strided")
    assert isinstance(hunt, HuntQuestion)
    largest = sum(np.size(value) for value in hunt.exposing.values() if np.ndim(value))
    assert largest == 4
    for w, kw in [(1, 1), (2, 1)]:
        for stride in (1, 2, 3):
            x, weight = np.arange(1.0, w + 1), np.arange(1.0, kw + 1)
            right = hunt.reference(x, weight, stride)
            assert np.array_equal(hunt.published(x, weight, stride), right)
