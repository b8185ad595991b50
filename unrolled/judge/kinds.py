"""One function per kind of question: ask for the answers, compare, and give a verdict.

What is asked comes in as a :class:`QuestionData`; how the student's code is reached comes in as
:class:`Answers`. The judge itself never calls student code and does not know where it runs.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from unrolled.judge.compare import compare
from unrolled.judge.diagnose import Attempt, diagnose
from unrolled.judge.outcome import Outcome, Problem, run
from unrolled.judge.verdict import CaseData, Kind, QuestionData, Shown, Status, Verdict

Subjects = Mapping[str, Callable[..., Any]]
LARGEST_HUNTED, MOST_HUNTED = 64, 1000  # largest whole number in an exposing input; most numbers in any value


class Answers(Protocol):
    """The student's answers, wherever they are."""

    def get(self, entry: str) -> Outcome:
        """Return the value that the notebook gave to a name."""
        ...

    def call(self, entry: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Outcome:
        """Call the student's function of that name; ``forbidden`` routines must not be reached."""
        ...

    def test(self, entry: str, subject: Callable[..., Any]) -> Outcome:
        """Let the student's test of that name examine a function."""
        ...


def judge(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Judge the answer to one question.

    Args:
        question: cases with what is expected, hints, and what the kind needs.
        answers: the student's.
        subjects: functions that a *hunt* (``right``, ``published``) or a *tests* question (``right`` and one per
            wrong version) examines.
    """
    return KINDS[question.kind](question, answers, subjects)


def digest(name: str, value: Any) -> str:
    """Return a fingerprint of numbers rounded to 6 places, from which they cannot be read off.

    Raises:
        ValueError, TypeError: if ``value`` is not made of real numbers, or of very many.
    """
    given = np.asarray(value)
    if given.dtype.kind not in "biuf" or given.size > MOST_HUNTED:
        raise TypeError(f"{given.size} values of dtype {given.dtype} are not the numbers that were asked for")
    numbers = given.astype(float).round(6) + 0.0  # + 0.0 turns -0.0 into 0.0
    return hashlib.sha256(f"{name} {numbers.shape} {numbers.tolist()}".encode()).hexdigest()


def _judge_function(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    attempts = []
    for case in question.cases:
        outcome = answers.call(question.entry, case.args, question.about.get("forbidden", ()))
        if verdict := _no_answer(question, question.entry, outcome, case):
            return verdict
        if not question.about.get("fresh"):
            outcome = replace(outcome, shared=())
        attempts.append(Attempt(case, outcome, compare(case.expected, outcome)))
    return _verdict_on(question, attempts)


def _verdict_on(question: QuestionData, attempts: Sequence[Attempt]) -> Verdict:
    first = next((attempt for attempt in attempts if attempt.failed), None)
    if first is None:
        count = len(attempts)
        return Verdict(question, question.points, "passed", f"All {count} cases agree with the reference")
    finding = diagnose(question, attempts)
    status: Status = "raised" if first.outcome.problem == "raised" else "failed"
    return Verdict(question, 0, status, finding.message, finding.hint, finding.mistake, _show(first))


def _judge_value(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    outcome = answers.get(question.entry)
    if verdict := _no_answer(question, question.entry, outcome):
        return verdict
    if outcome.value is None:
        return Verdict(question, 0, "untouched", f"{question.entry} is still None")
    try:
        mark = digest(question.name, outcome.value)
        shape = np.shape(outcome.value)
    except (TypeError, ValueError):
        return Verdict(question, 0, "failed", f"{question.entry} should be a number or a list of numbers")
    if mark == question.about["digest"]:
        return Verdict(question, question.points, "passed", "That is right")
    for name, wrong in question.about["wrong"].items():
        if mark == wrong:
            return Verdict(question, 0, "failed", f"{question.entry} is not right", question.hints[name], name)
    wanted = tuple(question.about["shape"])
    if shape != wanted:
        return Verdict(question, 0, "failed", f"{question.entry} has shape {shape}; shape {wanted} is asked for")
    return Verdict(question, 0, "failed", f"{question.entry} is not right")


def _judge_hunt(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Half of the points are for an input that exposes the published bug, half for mending it."""
    half = question.points / 2
    exposed = _exposes(question, answers.get(question.about["exposing"]), subjects)
    mended = _judge_function(question, answers, subjects)
    mend_score = half if mended.status == "passed" else 0.0
    if not exposed:
        if mended.status == "passed":
            return Verdict(
                question, question.points, "passed", "Your input exposes the bug, and your version is mended"
            )
        message = f"Your input exposes the bug; your version is not right yet. {mended.message}"
        return Verdict(question, half, "partial", message, mended.hint, mended.mistake, mended.shown)
    if mended.status == "passed":
        return Verdict(question, mend_score, "partial", f"Your version is mended, but {exposed}")
    message = f"Not yet: {exposed}. {mended.message}"
    return Verdict(question, 0, mended.status, message, mended.hint, mended.mistake, mended.shown)


def _exposes(question: QuestionData, outcome: Outcome, subjects: Subjects) -> str:
    """Return why the student's input does not expose the bug, or "" if it does."""
    name = question.about["exposing"]
    if outcome.problem or outcome.value is None:
        return f"{name} is not filled in"
    try:
        args = _as_arguments(outcome.value, question.about["parameters"])
        size = sum(np.size(value) for value in args.values() if isinstance(value, np.ndarray))
        if size > MOST_HUNTED:
            return f"{name} holds {size} numbers in all; look for a much smaller input"
        right = run(subjects["right"], args)
    except ValueError as error:
        return f"{name} cannot be used: {error}"
    if right.problem:
        return f"{name} is not a valid input: {right.detail}"
    if compare(right, run(subjects["published"], args)) is None:
        return f"on {name} the published version gives the right result"
    if size > (largest := question.about["largest"]):
        return f"{name} holds {size} numbers in all, and the bug shows with {largest}: look for a smaller input"
    return ""


def _as_arguments(value: Any, parameters: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(value) <= set(parameters):
        raise ValueError(f"it should be a dict with the keys {', '.join(parameters)}")
    args: dict[str, Any] = {}
    for name, given in value.items():
        numbers = np.asarray(given)
        if numbers.dtype.kind not in "iuf" or (numbers.ndim == 0 and abs(numbers) > LARGEST_HUNTED):
            raise ValueError(f"{name} should be a row of numbers, or a whole number up to {LARGEST_HUNTED}")
        args[name] = numbers if numbers.ndim else given
    return args


def _judge_tests(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """The test must accept the right version; the points are for the wrong versions that it rejects."""
    wrong = list(question.hints)
    rejected = set()
    for name in question.about["order"]:
        outcome = answers.test(question.entry, subjects[name])
        if verdict := _no_answer(question, question.entry, outcome):
            return verdict
        if name == "right" and outcome.problem:
            message = f"{question.entry} rejects a right version: {outcome.detail}"
            return Verdict(question, 0, "failed", message, question.about["hint"], "rejects-right")
        if outcome.problem:
            rejected.add(name)
    survivors = [name for name in wrong if name not in rejected]
    if not survivors:
        message = f"{question.entry} accepts the right version and rejects all {len(wrong)} wrong ones"
        return Verdict(question, question.points, "passed", message)
    score = round(question.points * len(rejected) / len(wrong), 2)
    message = f"{question.entry} rejects {len(rejected)} of {len(wrong)} wrong versions"
    status: Status = "partial" if score else "failed"
    return Verdict(question, score, status, message, question.hints[survivors[0]], survivors[0])


NO_ANSWER: Mapping[Problem, str] = {
    "missing": "{entry} is not defined: run the cell that defines it, or look for an error in it",
    "untouched": "{entry} is still to be written",
    "timeout": "{entry} did not finish within {detail}",
    "died": "{entry} ended the whole process ({detail})",
}


def _no_answer(question: QuestionData, entry: str, outcome: Outcome, case: CaseData | None = None) -> Verdict | None:
    """Turn an outcome that is no answer at all into a verdict; return None for all others."""
    match outcome.problem:
        case "missing" | "untouched" | "timeout" | "died" as problem:
            message = NO_ANSWER[problem].format(entry=entry, detail=outcome.detail)
            shown = Shown(case.name, case.args) if case and problem in ("timeout", "died") else None
            return Verdict(question, 0, problem, message, shown=shown)
    return None


def _show(attempt: Attempt) -> Shown:
    wrong = attempt.difference.wrong if attempt.difference else None
    case, outcome = attempt.case, attempt.outcome
    return Shown(case.name, case.args, case.expected.value, None if outcome.problem else outcome.value, wrong)


KINDS: Mapping[Kind, Callable[[QuestionData, Answers, Subjects], Verdict]] = {
    "function": _judge_function,
    "value": _judge_value,
    "hunt": _judge_hunt,
    "tests": _judge_tests,
}
