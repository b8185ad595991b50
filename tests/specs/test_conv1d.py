"""The questions of ``conv1d``: the references pass, every mistake fails and is called by its name."""

import numpy as np
import pytest

from autograder.questions import HuntQuestion, Mistake, Question
from autograder.specs.conv1d import SPEC
from tests.specs import laws

QUESTIONS = [pytest.param(question, id=question.id) for question in SPEC.questions]
MISTAKES = [
    pytest.param(question, mistake, id=f"{question.id}-{mistake.name}")
    for question in SPEC.questions
    for mistake in question.mistakes
]


def test_there_are_questions_of_four_kinds_and_mistakes_for_each() -> None:
    assert {type(question).__name__ for question in SPEC.questions} == {
        "FunctionQuestion",
        "ValueQuestion",
        "HuntQuestion",
        "TestsQuestion",
    }
    assert all(2 <= len(question.mistakes) <= 6 for question in SPEC.questions)
    assert SPEC.max_score == 24


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_reference_gets_full_marks(question: Question) -> None:
    laws.assert_reference_passes(SPEC, question)


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_a_mistake_fails_and_is_recognised(question: Question, mistake: Mistake) -> None:
    laws.assert_mistake_is_recognised(SPEC, question, mistake)


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_the_check_cell_recognises_a_mistake(question: Question, mistake: Mistake) -> None:
    laws.assert_visible_cases_find_it_too(SPEC, question, mistake)


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
