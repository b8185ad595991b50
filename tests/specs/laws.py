"""What holds for the questions of every chapter; a class in ``test_<stem>.py`` inherits it for its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from autograder import cases, specs
from autograder.notebooks import answer_source
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    KernelQuestion,
    LayerQuestion,
    Mistake,
    Question,
    Spec,
    TestsQuestion,
    TrainedQuestion,
    ValueQuestion,
)
from tests.cuda.nvrtc import compile_for
from unrolled.bundle import Bundle
from unrolled.check import LocalAnswers
from unrolled.judge import Verdict, judge
from unrolled.judge.compare import compare
from unrolled.wire import pack

SEEDS = (7, 2024, 31337)  # of hidden cases; any should do


def answered(question: Question, answer: Any) -> LocalAnswers:
    if isinstance(question, KernelQuestion):
        return LocalAnswers(question.names(answer))
    names = {question.id: question.train(answer) if isinstance(question, TrainedQuestion) else answer}
    if isinstance(question, HuntQuestion):
        names["exposing"] = dict(question.exposing)
    return LocalAnswers(names)


def reference_of(question: Question) -> Any:
    return question.answer() if isinstance(question, ValueQuestion) else getattr(question, "reference")  # noqa: B009


def verdict_on(spec: Spec, question: Question, answer: Any, seed: int) -> Verdict:
    data = cases.hidden(spec, question, seed)
    return judge(data, answered(question, answer), cases.subjects(question))


def assert_reference_passes(spec: Spec, question: Question) -> None:
    for seed in SEEDS:
        verdict = verdict_on(spec, question, reference_of(question), seed)
        assert (verdict.score, verdict.status) == (question.points, "passed"), verdict.message


def assert_mistake_is_recognised(spec: Spec, question: Question, mistake: Mistake) -> None:
    """It costs points, and its own hint and no other's comes up, whatever the seed, and whatever was drawn with it."""
    for seed in SEEDS:
        data = cases.hidden(spec, question, seed)
        answers, subjects = answered(question, mistake.wrong), cases.subjects(question)
        verdict = judge(data, answers, subjects)
        assert verdict.score < question.points
        assert verdict.mistake == mistake.name
        assert verdict.hint == hint_of(question, mistake)
        if isinstance(question, FunctionQuestion) and question.fresh:
            copied = judge(data, answered(question, copying(mistake.wrong)), subjects)
            assert copied.score == question.points or copied.mistake == mistake.name
        named = tuple(case for case in data.cases if case.name != "drawn")
        if len(named) < len(data.cases):
            assert judge(replace(data, cases=named), answers, subjects).score < question.points


def copying(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what a function returns, in memory of its own."""

    def copied(**args: Any) -> Any:
        result = function(**args)
        return np.array(result, order="K") if isinstance(result, np.ndarray) else result

    return copied


def hint_of(question: Question, mistake: Mistake) -> str:
    if not isinstance(question, TestsQuestion):
        return mistake.hint
    if mistake.name == "rejects-right":
        return question.hint
    return next(version.hint for version in question.versions if version.name == mistake.name)


def assert_visible_cases_find_it_too(bundle: Bundle, question: Question, mistake: Mistake) -> None:
    """What a check cell knows is enough to notice a mistake, except wrong versions kept for grading."""
    data = bundle.question(f"{bundle.stem}.{question.id}")
    subjects = {name: compiled(source) for name, source in bundle.subjects.get(question.id, {}).items()}
    verdict = judge(data, answered(question, mistake.wrong), subjects)
    if not isinstance(question, TestsQuestion) or mistake.name in data.hints:
        assert verdict.score < question.points
        assert verdict.mistake == mistake.name


def compiled(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(source, names)
    return names["subject"]


def assert_what_is_seen_earns_nothing(spec: Spec, question: FunctionQuestion) -> None:
    """An answer that looks up the visible cases gets no points on hidden ones, of any group."""
    known = {_key(case.args): case.expected for case in cases.shown(spec, question).cases}

    def looked_up(**args: Any) -> Any:
        expected = known[_key(args)]
        if expected.problem:
            raise ValueError(expected.detail)
        return expected.value

    for seed in SEEDS:
        data = replace(cases.hidden(spec, question, seed), kind="function")  # without a race
        assert judge(data, LocalAnswers({data.entry: looked_up}), {}).score == 0


def assert_no_case_gives_the_hunted_input_away(spec: Spec, question: HuntQuestion) -> None:
    """What a report shows of a failing case is no input that is as small as is asked for."""
    data = cases.shown(spec, question)
    published = LocalAnswers({"published": question.published})
    for case in data.cases:
        numbers = sum(np.size(value) for value in case.args.values() if np.ndim(value))
        wrong = compare(case.expected, published.call("published", case.args)) is not None
        assert not wrong or numbers > data.about["largest"], case.name


def assert_what_is_given_is_no_answer(spec: Spec, question: FunctionQuestion | LayerQuestion) -> None:
    """What a chapter is given of earlier ones earns nothing by itself; where it would, the question rules it out."""
    data = cases.hidden(spec, question, SEEDS[0])
    untimed = replace(data, kind="function") if data.kind == "speed" else data
    for stem in specs.earlier(spec.stem):
        if not find_spec(f"unrolled.given.{stem}"):
            continue
        module = import_module(f"unrolled.given.{stem}")
        for name, given in vars(module).items():
            if callable(given) and getattr(given, "__module__", "") == module.__name__:
                assert judge(untimed, LocalAnswers({data.entry: given}), {}).score == 0, f"{stem}.{name}"


def _key(args: Mapping[str, Any]) -> bytes:
    return pack({name: args[name] for name in sorted(args)})


class Laws:
    """Tests that run on each question, and each mistake, of ``spec``: ``conftest.py`` hands them out."""

    spec: Spec

    def test_the_reference_gets_full_marks(self, question: Question) -> None:
        assert_reference_passes(self.spec, question)

    def test_a_mistake_fails_and_is_recognised(self, question: Question, mistake: Mistake) -> None:
        assert_mistake_is_recognised(self.spec, question, mistake)

    def test_the_check_cell_recognises_a_mistake(self, bundle: Bundle, question: Question, mistake: Mistake) -> None:
        assert_visible_cases_find_it_too(bundle, question, mistake)

    def test_what_is_seen_or_given_earns_nothing(self, question: Question) -> None:
        if isinstance(question, FunctionQuestion):
            assert_what_is_seen_earns_nothing(self.spec, question)
        if isinstance(question, FunctionQuestion | LayerQuestion):
            assert_what_is_given_is_no_answer(self.spec, question)
        if isinstance(question, HuntQuestion):
            assert_no_case_gives_the_hunted_input_away(self.spec, question)

    def test_the_source_of_an_answer_stands_alone(self, question: Question) -> None:
        names: dict[str, Any] = {}
        exec(answer_source(question), names)
        assert question.id in names

    def test_there_are_questions_enough(self) -> None:
        """Eight or more questions of four kinds or more, one of them a hunt, for 20 to 30 points."""
        kinds = {type(question) for question in self.spec.questions}
        assert len(self.spec.questions) >= 8
        assert len(kinds) >= 4
        assert HuntQuestion in kinds
        assert 20 <= self.spec.max_score <= 30

    def test_there_are_mistakes_for_each_question(self) -> None:
        for question in self.spec.questions:
            names = [mistake.name for mistake in question.mistakes]
            assert len(set(names)) == len(names) >= 2, question.id


class KernelLaws(Laws):
    """What holds for the kernels of a chapter besides."""

    def kernels(self) -> list[KernelQuestion]:
        return [question for question in self.spec.questions if isinstance(question, KernelQuestion)]

    def test_a_stub_is_untouched_and_an_empty_text_too(self) -> None:
        for question in self.kernels():
            for text in (question.stub, "", f"\n{question.stub}\n"):
                verdict = verdict_on(self.spec, question, text, SEEDS[0])
                assert (verdict.score, verdict.status) == (0, "untouched")

    def test_every_text_compiles_for_a_gpu(self) -> None:
        """A mistake too: what is wrong with it is what it does."""
        assert self.kernels()
        for question in self.kernels():
            wrong = [mistake.wrong for mistake in question.mistakes if isinstance(mistake.wrong, str)]
            for text in (question.reference, question.stub, *wrong):
                assert not compile_for("sm_80", text, question.options)
