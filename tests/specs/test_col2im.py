"""The questions of ``col2im``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.col2im import SPEC
from tests.specs.laws import Laws


class TestCol2im(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_statement() -> None:
    """Search all shapes of columns with fewer entries: three in all."""
    hunt = SPEC.question("scattered")
    assert isinstance(hunt, HuntQuestion)
    assert np.size(hunt.exposing["cols"]) == 4
    for shape in itertools.product((1, 2, 3), repeat=4):
        if (size := np.prod(shape)) < 4:
            cols = np.arange(1.0, size + 1).reshape(shape)
            assert np.array_equal(hunt.published(cols), hunt.reference(cols))
