"""The questions of ``batches``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.batches import SPEC
from tests.specs.laws import Laws


class TestBatches(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_reshape() -> None:
    """Search every input with fewer numbers: three in all."""
    hunt = SPEC.question("conv_kernels_first")
    assert isinstance(hunt, HuntQuestion)
    assert sum(np.size(value) for value in hunt.exposing.values()) == 4
    tried = 0
    for n, f, taps, oh, ow in itertools.product((1, 2), repeat=5):
        if n * taps * oh * ow + f * taps < 4:
            cols = np.arange(1.0, n * taps * oh * ow + 1).reshape(n, taps, oh, ow)
            weight = np.arange(2.0, f * taps + 2).reshape(f, taps)
            assert np.array_equal(hunt.published(cols, weight), hunt.reference(cols, weight))
            tried += 1
    assert tried == 5
