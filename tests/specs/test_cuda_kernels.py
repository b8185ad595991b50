"""The questions of ``cuda_kernels``."""

import itertools

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.cuda_kernels import SPEC
from tests.specs.laws import KernelLaws


class TestCudaKernels(KernelLaws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_image_exposes_the_published_bounds() -> None:
    """One pixel alone is a square: whatever the window and the padding, its bounds are right."""
    hunt = SPEC.question("im2col_threads")
    assert isinstance(hunt, HuntQuestion)
    assert np.size(hunt.exposing["x"]) == 2
    for k, pad in itertools.product(range(1, 6), range(3)):
        if 1 + 2 * pad >= k:
            one = np.ones((1, 1))
            assert np.array_equal(hunt.published(one, k, pad), hunt.reference(one, k, pad))
