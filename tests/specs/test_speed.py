"""The questions of ``speed``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.speed import SPEC
from tests.specs.laws import Laws


class TestSpeed(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_version() -> None:
    """Search all lengths of row and kernel with fewer entries: five in all."""
    hunt = SPEC.question("correlate_fft")
    assert isinstance(hunt, HuntQuestion)
    assert sum(np.size(value) for value in hunt.exposing.values()) == 5
    for w, kw in itertools.product(range(1, 5), repeat=2):
        if kw <= w and w + kw < 5:
            rng = np.random.default_rng(1)
            x, weight = rng.normal(size=w), rng.normal(size=kw)
            assert np.allclose(hunt.published(x, weight), hunt.reference(x, weight))
