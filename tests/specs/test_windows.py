"""The questions of ``windows``."""

from typing import Any

import nbformat
import numpy as np
import pytest
from numpy.lib.array_utils import byte_bounds

from autograder import cases
from autograder.grading import grade
from autograder.notebooks import solved
from autograder.questions import HuntQuestion
from autograder.specs.windows import SPEC
from autograder.submission import read_submission
from tests.specs.laws import SEEDS, Laws, reference_of, verdict_on


class TestWindows(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["windows_strided", "windows_sliding"])
def test_no_wrong_view_leaves_the_memory_of_its_array(name: str, seed: int) -> None:
    """What lies outside is not the array's, and nobody knows what it would be."""
    question = SPEC.question(name)
    for case in cases.hidden(SPEC, question, seed).cases:
        args: dict[str, Any] = dict(case.args)
        low, high = byte_bounds(np.asarray(args["x"]))
        for mistake in question.mistakes:
            made = mistake.wrong(**args)
            first, last = byte_bounds(made)
            assert not np.may_share_memory(made, args["x"]) or low <= first < last <= high, mistake.name


def test_a_view_that_ends_the_process_costs_its_own_points_alone() -> None:
    outside = """
def windows_strided(x, kernel_size, stride=1, dilation=1):
    return as_strided(x, (1, 1, 2, 3, 99, 99), (0, 0, 8, 8, 1 << 33, 1 << 20)).copy()
"""
    notebook = nbformat.writes(solved(SPEC, {"windows_strided": outside}))
    grading = grade(read_submission(notebook.encode(), "n.ipynb"))
    lost = [(v.question.id, v.status) for v in grading.verdicts if v.score < v.question.points]
    assert lost == [("windows_strided", "died")]


def test_no_smaller_input_exposes_the_published_check() -> None:
    """Search all images of fewer than two pixels: there is one."""
    hunt = SPEC.question("fitted")
    assert isinstance(hunt, HuntQuestion)
    assert np.size(hunt.exposing["x"]) == 2
    for stride in range(1, 6):
        assert hunt.published(np.ones((1, 1)), (1, 1), stride).tolist() == [[1.0]]
    with pytest.raises(AssertionError):
        hunt.published(**{**hunt.exposing, "x": np.array(hunt.exposing["x"])})


@pytest.mark.parametrize("name", ["windows_strided", "windows_sliding"])
def test_a_copy_is_not_the_view_that_is_asked_for(name: str) -> None:
    question = SPEC.question(name)
    reference = reference_of(question)

    def copied(*args: Any, **kwargs: Any) -> Any:
        return reference(*args, **kwargs).copy()

    verdict = verdict_on(SPEC, question, copied, SEEDS[0])
    assert verdict.score == 0
    assert "returns a copy; a view into its argument x is asked for" in verdict.message
