"""The page with the solutions: every question's answer, or none at all."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from autograder import specs


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "book"))
    yield import_module("answers")
    sys.modules.pop("answers")


def test_every_question_has_its_answer_shown(answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNROLLED_SOLUTIONS", raising=False)
    shown = answers.of_all_chapters().html
    for stem in specs.stems():
        assert f'<section id="{stem}-solutions">' in shown
        for question in specs.load(stem).questions:
            assert f"<code>{question.id}</code></summary>" in shown


def test_a_class_that_is_graded_sees_none(answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_SOLUTIONS", "hidden")
    shown = answers.of_all_chapters().html
    assert "left out" in shown
    assert "<code" not in shown
