"""From a question of a spec to the data that the judge works on: cases, what is expected of them, and mistakes."""

import inspect
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from autograder.examined import versions
from autograder.questions import (
    Case,
    Fresh,
    FunctionQuestion,
    HuntQuestion,
    KernelQuestion,
    LayerCase,
    LayerQuestion,
    Mistake,
    Question,
    Spec,
    SpeedQuestion,
    TestsQuestion,
    TrainedQuestion,
    ValueQuestion,
)
from autograder.source import source_of
from unrolled.check import LocalAnswers
from unrolled.judge import CaseData, Outcome, QuestionData, digest, run, run_layer
from unrolled.judge.calls import RIVAL, SPEED
from unrolled.judge.kernels import call_of, launch_args
from unrolled.judge.outcome import on_host
from unrolled.judge.verdict import Kind
from unrolled.wire import lay_out, lies_on_device

VISIBLE_SEED = 1


def shown(spec: Spec, question: Question) -> QuestionData:
    """Build what a check uses: cases of a seed that is always the same, and of wrong versions those to be seen."""
    versions = question.versions[: question.visible] if isinstance(question, TestsQuestion) else None
    return _data(spec, question, VISIBLE_SEED, versions)


def hidden(spec: Spec, question: Question, seed: int) -> QuestionData:
    """Build what marks come from: cases of a seed that nobody knows before grading."""
    return _data(spec, question, seed)


class Hidden:
    """What marks come from, for one submission or for a whole class: each question's data, made once, of one seed."""

    def __init__(self, spec: Spec, seed: int | None = None) -> None:
        """Take a seed that is as secret as the cases, or draw one."""
        self._spec, self._seed = spec, secrets.randbits(64) if seed is None else seed
        self._made: dict[str, QuestionData] = {}

    def of(self, question: Question) -> QuestionData:
        """Return a question with its cases."""
        if question.id not in self._made:
            self._made[question.id] = hidden(self._spec, question, self._seed)
        return self._made[question.id]


def subjects(question: Question) -> dict[str, Callable[..., Any]]:
    """Return the functions that a question examines, for the trusted side."""
    if isinstance(question, HuntQuestion):
        return {"right": question.reference, "published": question.published}
    if isinstance(question, TestsQuestion):
        return versions(question)
    if isinstance(question, TrainedQuestion):
        return {"network": question.network}
    return {}


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
            cases = tuple(_case(question, case, memory=question.fresh or question.view) for case in question.cases(rng))
            about = {"fresh": question.fresh, "returns": list(question.returns), "groups": _groups(question, cases)}
            about |= {"view": True} if question.view else {}
            if isinstance(question, SpeedQuestion):
                kind = "speed"
                timed = {name: _timed(value) for name, value in question.timed.items()}
                rival = source_of(question.slower, name="subject")
                about |= {"ratio": float(question.ratio), RIVAL: rival, "timed": timed}
        case LayerQuestion():
            kind = "layer"
            cases = tuple(_layer_case(question, case, rng) for case in question.cases(rng))
            about = {"parts": list(question.parts), "groups": dict(question.groups)}
        case KernelQuestion():
            kind = "kernel"
            cases, about = _kernel_cases(question, rng)
        case HuntQuestion():
            kind = "hunt"
            cases = tuple(_case(question, case) for case in question.cases(rng))
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
            about = {"hint": question.hint, "order": rng.permutation([*hints, "right"]).tolist()}
        case TrainedQuestion():
            kind = "trained"
            case = question.shown() if seed == VISIBLE_SEED else question.unseen()
            cases = (CaseData(case.name, {"x": case.args["x"]}, Outcome(case.args["labels"])),)
            shapes, thresholds = map(list, question.shapes), map(list, question.thresholds.items())
            about = {"shapes": list(shapes), "thresholds": list(thresholds)}
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


def _case(question: FunctionQuestion | HuntQuestion, case: Case, memory: bool = False) -> CaseData:
    """Compute what is expected of a case; ``memory`` tells whether it matters where a result lies."""

    def outcome(function: Callable[..., Any]) -> Outcome:
        made = run(function, case.args)
        return made if memory else replace(made, shared=())

    wrong = Lazily({mistake.name: mistake.wrong for mistake in question.mistakes}, outcome)
    return CaseData(case.name, dict(case.args), outcome(question.reference), wrong, case.group)


def _layer_case(question: LayerQuestion, case: LayerCase, rng: np.random.Generator) -> CaseData:
    """Draw the upstream gradients of a case, and send its rounds through the reference."""
    layer = question.reference(**case.args)
    rounds = []
    for x in case.inputs:
        forward = dict(x) if isinstance(x, Mapping) else {"x": x}
        y = layer.forward(**forward)
        back = {"grad_y": upstream(y, rng, case.layout)} if question.upstream else {}
        rounds.append({"forward": forward, "backward": back})

    def outcome(make: Callable[..., Any]) -> Outcome:
        return run_layer(make, case.args, rounds, question.gradients)

    wrong = Lazily({mistake.name: mistake.wrong for mistake in question.mistakes}, outcome)
    return CaseData(case.name, dict(case.args), outcome(question.reference), wrong, rounds=tuple(rounds))


def upstream(y: np.ndarray, rng: np.random.Generator, layout: str = "C") -> np.ndarray:
    """Draw a gradient in the shape and dtype of ``y``, on its side: numbers of one decimal or whole ones, none 0."""
    host = np.asarray(on_host(y))
    tenths = rng.integers(1, 40, host.shape) * rng.choice([-1, 1], host.shape)
    drawn = lay_out(np.asarray(tenths if host.dtype.kind in "iu" else tenths / 10, host.dtype), layout)
    if not lies_on_device(y):
        return drawn
    made: np.ndarray = import_module("unrolled.device").xp.asarray(drawn)  # imported already, and slow where CuPy is
    return made


def _kernel_cases(question: KernelQuestion, rng: np.random.Generator) -> tuple[tuple[CaseData, ...], dict[str, Any]]:
    """Return cases, and what judging a kernel needs: also the launch of each case if students do not choose it."""
    drawn, outputs = list(question.cases(rng)), list(question.outputs)
    about: dict[str, Any] = {
        "stub": question.stub,
        "kernel": question.kernel,
        "options": list(question.options),
        "outputs": outputs,
        "returns": outputs if len(outputs) > 1 else [],
        "launch": question.launch.__name__ if question.asks_launch else "",
        "sizes": list(inspect.signature(question.launch).parameters),
        "launches": {},
    }
    if not question.asks_launch:
        about["launches"] = {case.name: question.launch(**launch_args(about, case.args)) for case in drawn}
    cases = tuple(_kernel_case(question, case, about) for case in drawn)
    return cases, about | {"groups": _groups(question, cases)}


def _kernel_case(question: KernelQuestion, case: Case, about: Mapping[str, Any]) -> CaseData:
    """Compute what is expected without a kernel; texts of mistakes, which are ours, run in this process if at all."""

    def outcome(wrong: Any) -> Outcome:
        names = question.names(wrong)
        answers = LocalAnswers(names)
        call = call_of(about, names[question.id], answers, case.name, case.args)
        return call if isinstance(call, Outcome) else answers.kernel(call).outcome

    wrong = Lazily({mistake.name: mistake.wrong for mistake in question.mistakes}, outcome)
    expected = Outcome(question.expected(**case.args))
    return CaseData(case.name, dict(case.args), expected, wrong, case.group)


class Lazily(Mapping[str, Outcome]):
    """What each mistake makes of one case, computed when it is asked for: a right answer never asks."""

    def __init__(self, mistakes: Mapping[str, Any], outcome: Callable[[Any], Outcome]) -> None:
        self._mistakes, self._outcome = mistakes, outcome
        self._known: dict[str, Outcome] = {}

    def __getitem__(self, name: str) -> Outcome:
        if name not in self._known:
            self._known[name] = self._outcome(self._mistakes[name])
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mistakes)

    def __len__(self) -> int:
        return len(self._mistakes)


def _groups(question: FunctionQuestion | KernelQuestion, cases: tuple[CaseData, ...]) -> dict[str, float]:
    """Return the points by group.

    Raises:
        ValueError: if a case names no group of the question, or no case a group.
    """
    named = {case.group for case in cases} | ({SPEED} if isinstance(question, SpeedQuestion) else set())
    if question.groups and named != set(question.groups):
        raise ValueError(f"{question.id}: the cases' groups are {sorted(named)}, not {sorted(question.groups)}")
    return dict(question.groups)


def _timed(value: Any) -> Any:
    return {"fresh": {"shape": list(value.shape), "dtype": value.dtype}} if isinstance(value, Fresh) else value
