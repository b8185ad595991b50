"""What students get of a chapter's questions: the bundle of visible cases, without any reference."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import unrolled
from autograder import cases, specs
from autograder.questions import HuntQuestion, Question, Spec, SpeedQuestion, TestsQuestion, TrainedQuestion
from autograder.source import source_of
from unrolled.bundle import Bundle, to_bytes
from unrolled.judge import CaseData, Outcome, QuestionData
from unrolled.judge.calls import RIVAL
from unrolled.judge.compare import compare
from unrolled.judge.sketch import sketched

BUNDLES = Path(unrolled.__file__).parent / "bundles"


def visible(spec: Spec) -> Bundle:
    """Build a chapter's bundle: cases as data, and the sources of functions that answers are compared with."""
    sources = {question.id: _sources(question) for question in spec.questions}
    questions = tuple(_kept(cases.shown(spec, question)) for question in spec.questions)
    subjects = {name: texts for name, texts in sources.items() if texts}
    return Bundle(spec.stem, questions, subjects, specs.earlier(spec.stem))


def write_bundle(spec: Spec, folder: Path = BUNDLES) -> Path:
    """Write a chapter's visible cases to where :mod:`unrolled.bundle` reads them."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{spec.stem}.bundle"
    data, sources = to_bytes(visible(spec))
    path.write_bytes(data)
    path.with_suffix(".sources").write_bytes(sources)
    return path


def _sources(question: Question) -> dict[str, str]:
    functions: Mapping[str, Callable[..., Any]] = {}
    match question:
        case TestsQuestion():
            versions = question.versions[: question.visible]
            functions = {"right": question.right, **{version.name: version.wrong for version in versions}}
        case HuntQuestion():
            functions = {"right": question.oracle, "published": question.published}
        case TrainedQuestion():
            functions = {"network": question.network}
        case SpeedQuestion():
            functions = {RIVAL: question.slower}
    return {name: source_of(function, name="subject") for name, function in functions.items()}


def _kept(question: QuestionData) -> QuestionData:
    """Make data of what is computed lazily: what a mistake does otherwise than the reference, sketched."""
    about = {name: value for name, value in question.about.items() if name != RIVAL}
    return replace(question, about=about, cases=tuple(replace(case, wrong=_sketches(case)) for case in question.cases))


def _sketches(case: CaseData) -> dict[str, Outcome]:
    different = {name: outcome for name, outcome in case.wrong.items() if not _same(case.expected, outcome)}
    return {name: replace(outcome, value=sketched(outcome.value)) for name, outcome in different.items()}


def _same(expected: Outcome, outcome: Outcome) -> bool:
    alike = (expected.changed, expected.shared) == (outcome.changed, outcome.shared)
    return alike and not isinstance(expected.value, list) and compare(expected, outcome) is None
