"""Runs the laws of a chapter on each of its questions and mistakes."""

import pytest

from autograder.visible import visible
from tests.specs.laws import Laws
from unrolled.bundle import Bundle, from_bytes, to_bytes


@pytest.fixture(scope="class")
def bundle(request: pytest.FixtureRequest) -> Bundle:
    """What students get of the chapter's questions, as it comes to them."""
    return from_bytes(*to_bytes(visible(request.cls.spec)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Hand the questions of a chapter, and their mistakes, to the tests that its class inherits."""
    if not (metafunc.cls and issubclass(metafunc.cls, Laws)):
        return
    questions = metafunc.cls.spec.questions
    if "mistake" in metafunc.fixturenames:
        pairs = [(question, mistake) for question in questions for mistake in question.mistakes]
        names = [f"{question.id}-{mistake.name}" for question, mistake in pairs]
        metafunc.parametrize(("question", "mistake"), pairs, ids=names)
    elif "question" in metafunc.fixturenames:
        metafunc.parametrize("question", questions, ids=[question.id for question in questions])
