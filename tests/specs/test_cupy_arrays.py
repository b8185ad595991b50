"""The questions of ``cupy_arrays``."""

import numpy as np

from autograder.questions import HuntQuestion
from autograder.specs.cupy_arrays import SPEC
from tests.specs.laws import Laws


class TestCupyArrays(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_stopwatch() -> None:
    """One entry is needed: without kernels there is nothing that the host could fail to wait for."""
    hunt = SPEC.question("timed")
    assert isinstance(hunt, HuntQuestion)
    assert sum(np.size(value) for value in hunt.exposing.values()) == 1
    assert hunt.published([], []) == hunt.reference([], [])
    assert hunt.published(**hunt.exposing) != hunt.reference(**hunt.exposing)
