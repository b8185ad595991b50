"""The references of every chapter, each behind a click, for the page ``solutions``; or a note in their place."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from types import FunctionType

import numpy as np
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder import specs
from autograder.cases import anchor
from autograder.notebooks import answer_source
from autograder.questions import HuntQuestion, KernelQuestion, Question, Spec, TrainedQuestion, ValueQuestion
from autograder.release import leaves_answers_out


@dataclass(frozen=True)
class Answers:
    """HTML of all chapters' answers."""

    html: str

    def __repr__(self) -> str:
        return "[the answers to every chapter's questions]"

    def _repr_html_(self) -> str:
        return self.html


def of_all_chapters() -> Answers:
    """Return the answers, unless this build is for a class that is to find them."""
    if leaves_answers_out():
        return Answers("<p>In this edition of the course the solutions are left out.</p>")
    return Answers("".join(map(_chapter, map(specs.load, specs.stems()))))


def _chapter(spec: Spec) -> str:
    answers = "".join(
        f"<details><summary><b>{escape(question.title)}</b> <code>{question.id}</code></summary>"
        f'<p>Taught in <a href="{spec.stem}.html#{anchor(question.section)}">{escape(question.section)}</a>.</p>'
        f"{''.join(map(_code, _sources(question)))}</details>"
        for question in spec.questions
    )
    return f'<section id="{spec.stem}-solutions"><h3>{spec.stem}</h3>{answers}</section>'


def _sources(question: Question) -> Iterator[str]:
    if isinstance(question, ValueQuestion):
        yield f"{question.id} = {np.asarray(question.answer()).tolist()!r}"
        return
    if isinstance(question, KernelQuestion):  # a text, and perhaps the function that launches it
        yield answer_source(question)
        return
    if isinstance(question, HuntQuestion):
        yield f"exposing = {dict(question.exposing)!r}"
    if isinstance(question, TrainedQuestion):  # it says little without what it calls
        yield from map(inspect.getsource, _called(question.reference))
    yield inspect.getsource(question.reference)  # type: ignore[attr-defined]


def _called(function: FunctionType) -> Iterator[FunctionType]:
    """Yield the functions of the references that a function names, such as the training loop."""
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType) and value.__module__.startswith("solutions"):
            yield value


def _code(source: str) -> str:
    return str(highlight(source, PythonLexer(), HtmlFormatter(wrapcode=True)))
