"""The questions of ``backprop``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.backprop import SPEC
from tests.specs.laws import Laws


class TestBackprop(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_reshape() -> None:
    """Search all shapes with fewer numbers than the six of the reference's input."""
    hunt = SPEC.question("grad_weight_of_rows")
    assert isinstance(hunt, HuntQuestion)
    assert sum(map(np.size, hunt.exposing.values())) == 6
    for *shape, k in itertools.product((1, 2, 3, 4, 5), repeat=5):
        n, f, oh, ow = shape
        windows = n * oh * ow
        if (size := windows * f) + (rows := windows * k) < 6:
            args = np.arange(1.0, size + 1).reshape(shape), np.arange(1.0, rows + 1).reshape(windows, k)
            assert np.array_equal(hunt.published(*args), hunt.reference(*args))


def test_with_ones_upstream_the_published_reshape_is_right() -> None:
    """So it is not enough to look at the gradient of a sum."""
    hunt = SPEC.question("grad_weight_of_rows")
    assert isinstance(hunt, HuntQuestion)
    rows = np.random.default_rng(0).normal(size=(24, 5))
    ones = np.ones((2, 4, 3, 4))
    np.testing.assert_allclose(hunt.published(ones, rows), hunt.reference(ones, rows), rtol=1e-12)
