"""From a spec to the data that the judge works on: the visible bundle, or a fresh set of hidden cases."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import unrolled
from autograder.questions import (
    Case,
    FunctionQuestion,
    HuntQuestion,
    Mistake,
    Question,
    Spec,
    TestsQuestion,
    ValueQuestion,
)
from autograder.source import source_of
from unrolled.bundle import Bundle, to_bytes
from unrolled.judge import CaseData, QuestionData, digest, run
from unrolled.judge.verdict import Kind

VISIBLE_SEED = 1
BUNDLES = Path(unrolled.__file__).parent / "bundles"


def visible(spec: Spec) -> Bundle:
    """Build what students get: cases of a fixed seed, and the sources of the functions that are examined."""
    questions = []
    subjects: dict[str, dict[str, str]] = {}
    for question in spec.questions:
        if isinstance(question, TestsQuestion):
            shown = {version.name: version.wrong for version in question.versions[: question.visible]}
            subjects[question.id] = _sources({"right": question.right, **shown})
            questions.append(_data(spec, question, VISIBLE_SEED, question.versions[: question.visible]))
            continue
        if isinstance(question, HuntQuestion):
            subjects[question.id] = _sources({"right": question.oracle, "published": question.published})
        questions.append(_data(spec, question, VISIBLE_SEED))
    return Bundle(spec.stem, tuple(questions), subjects)


def hidden(spec: Spec, question: Question, seed: int) -> QuestionData:
    """Build what marks come from: cases of a seed that nobody knows before grading."""
    return _data(spec, question, seed)


def subjects(question: Question) -> dict[str, Callable[..., Any]]:
    """Return the functions that a question examines, for the trusted side."""
    if isinstance(question, HuntQuestion):
        return {"right": question.reference, "published": question.published}
    if isinstance(question, TestsQuestion):
        return {"right": question.right, **{version.name: version.wrong for version in question.versions}}
    return {}


def write_bundle(spec: Spec, folder: Path = BUNDLES) -> Path:
    """Write a chapter's visible cases to where :mod:`unrolled.bundle` reads them."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{spec.stem}.bundle"
    path.write_bytes(to_bytes(visible(spec)))
    return path


def anchor(title: str) -> str:
    """Return the anchor that Sphinx gives to a section of this title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _data(spec: Spec, question: Question, seed: int, versions: tuple[Mistake, ...] | None = None) -> QuestionData:
    rng = np.random.default_rng([seed, *question.id.encode()])
    cases: tuple[CaseData, ...] = ()
    hints = {mistake.name: mistake.hint for mistake in question.mistakes}
    about: dict[str, Any] = {}
    kind: Kind
    match question:
        case FunctionQuestion():
            kind = "function"
            cases = _cases(question, rng)
            about = {"fresh": question.fresh}
        case HuntQuestion():
            kind = "hunt"
            cases = _cases(question, rng)
            largest = sum(np.size(value) for value in question.exposing.values() if np.ndim(value))
            about = {"exposing": "exposing", "largest": largest, "parameters": list(question.exposing)}
        case ValueQuestion():
            kind = "value"
            name, answer = f"{spec.stem}.{question.id}", question.answer()
            wrong = {mistake.name: digest(name, mistake.wrong) for mistake in question.mistakes}
            about = {"digest": digest(name, answer), "shape": list(np.shape(answer)), "wrong": wrong}
        case TestsQuestion():
            kind = "tests"
            versions = versions or question.versions
            hints = {version.name: version.hint for version in versions}
            order = [*hints, *["right"] * len(hints)]  # as many right ones: a test that guesses fails one of them
            about = {"hint": question.hint, "order": [str(name) for name in rng.permutation(order)]}
        case _:
            raise TypeError(f"no kind of question: {question!r}")
    if question.forbidden:
        about["forbidden"] = list(question.forbidden)
    return QuestionData(
        stem=spec.stem,
        id=question.id,
        title=question.title,
        kind=kind,
        points=question.points,
        entry=question.entries[-1],
        anchor=anchor(question.section),
        section=question.section,
        cases=cases,
        hints=hints,
        about=about,
    )


def _cases(question: FunctionQuestion | HuntQuestion, rng: np.random.Generator) -> tuple[CaseData, ...]:
    return tuple(_case(question, case) for case in question.cases(rng))


def _case(question: FunctionQuestion | HuntQuestion, case: Case) -> CaseData:
    wrong = {mistake.name: run(mistake.wrong, case.args) for mistake in question.mistakes}
    return CaseData(case.name, dict(case.args), run(question.reference, case.args), wrong)


def _sources(functions: Mapping[str, Callable[..., Any]]) -> dict[str, str]:
    return {name: source_of(function, name="subject") for name, function in functions.items()}
