"""The questions of ``pooling``."""

from itertools import product

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.pooling import SPEC
from tests.specs.laws import Laws


class TestPooling(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_mask() -> None:
    """With fewer than five numbers, every tile is one pixel, and that is always its largest."""
    hunt = SPEC.question("tiles_backward")
    assert isinstance(hunt, HuntQuestion)
    largest = sum(np.size(value) for value in hunt.exposing.values() if np.ndim(value))
    assert largest == 5
    for n, c, h, w in product((1, 2), repeat=4):
        for k in (1, 2):
            if h % k or w % k or n * c * (h * w + h * w // k**2) >= largest:
                continue
            for values in product((0.0, 1e-3, 1.0), repeat=n * c * h * w):
                x = np.reshape(values, (n, c, h, w))
                grad_y = 1.0 + np.arange(n * c * h * w // k**2).reshape(n, c, h // k, w // k)
                assert np.array_equal(hunt.published(grad_y, x, k), hunt.reference(grad_y, x, k))
