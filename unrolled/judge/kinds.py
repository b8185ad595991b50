"""One function per kind of question: ask for the answers, compare, and give a verdict.

What is asked comes in as a :class:`QuestionData`; how the student's code is reached comes in as
:class:`Answers`. The judge itself never calls student code and does not know where it runs.
"""

import hashlib
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from unrolled.judge.calls import Answers, Subjects, judge_function, no_answer
from unrolled.judge.candidates import careful
from unrolled.judge.compare import compare
from unrolled.judge.kernels import judge_kernel
from unrolled.judge.layers import judge_layer
from unrolled.judge.outcome import Outcome, run
from unrolled.judge.speed import judge_speed
from unrolled.judge.trained import judge_trained
from unrolled.judge.verdict import Kind, QuestionData, Status, Verdict

NO_ASSERTION = (
    "This is no AssertionError of yours: the test itself, or what it passed, went wrong. Does it compare arrays by "
    "np.array_equal or np.allclose, and pass what the prompt allows?"
)
FICKLE = (
    "A test says the same of the same function, whatever it has seen before. If it draws numbers, give the generator a "
    "seed within the test, and keep nothing from one call to the next."
)
MOST_VALUES = 1000  # numbers in a value
# In an input that exposes a bug, which our own loops must get through: most numbers, and the largest setting.
MOST_HUNTED, LARGEST_HUNTED, LARGEST_PIXEL = 100, 16, 1000


def judge(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Judge the answer to one question.

    Args:
        question: cases with what is expected, hints, and what the kind needs.
        answers: the student's.
        subjects: functions that a *hunt* (``right``, ``published``) or a *tests* question (``right`` and one per
            wrong version) examines; the ``network`` that *trained* parameters are put into.
    """
    return KINDS[question.kind](question, answers, subjects)


def digest(name: str, value: Any) -> str:
    """Return a fingerprint of numbers rounded to 6 places, from which they cannot be read off.

    Raises:
        ValueError, TypeError: if ``value`` is not made of real numbers, or of very many.
    """
    given = np.asarray(value)
    spelt = math.prod(max(length, 1) for length in given.shape)  # lists of nothing take memory as well
    if given.dtype.kind not in "biuf" or spelt > MOST_VALUES:
        raise TypeError(f"{given.size} values of dtype {given.dtype} are not the numbers that were asked for")
    numbers = given.astype(float).round(6) + 0.0  # + 0.0 turns -0.0 into 0.0
    return hashlib.sha256(f"{name} {numbers.shape} {numbers.tolist()}".encode()).hexdigest()


def _judge_value(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    outcome = answers.get(question.entry)
    if verdict := no_answer(question, question.entry, outcome):
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
    mended = judge_function(question, answers, subjects)
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
        needed = inspect.signature(subjects["right"]).parameters.values()
        if lacking := [one.name for one in needed if one.default is one.empty and one.name not in args]:
            return f"{name} lacks {' and '.join(lacking)}"
        right = run(subjects["right"], args)
    except ValueError as error:
        return f"{name} cannot be used: {error}"
    if right.problem:
        return f"{name} is not a valid input: {right.detail}"
    if not _differ(right, run(subjects["published"], args)):
        return f"on {name} the published version gives the right result"
    if size > (largest := question.about["largest"]):
        return f"{name} holds {size} numbers in all, and the bug shows with {largest}: look for a smaller input"
    return ""


def _differ(right: Outcome, published: Outcome) -> bool:
    """Are two outcomes different in more than the dtype? A published bug is one of values."""
    difference = compare(right, published)
    if difference and difference.kind == "dtype" and isinstance(right.value, np.ndarray):
        right, published = (replace(one, value=np.asarray(one.value, complex)) for one in (right, published))
        difference = compare(right, published)
    return difference is not None


def _as_arguments(value: Any, parameters: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(value) <= set(parameters):
        raise ValueError(f"it should be a dict with the keys {', '.join(parameters)}")
    args: dict[str, Any] = {}
    for name, given in value.items():
        numbers = np.asarray(given)
        if numbers.dtype.kind not in "iuf" or (numbers.ndim == 0 and abs(numbers) > LARGEST_HUNTED):
            raise ValueError(f"{name} should be a row of numbers, or a whole number up to {LARGEST_HUNTED}")
        largest = LARGEST_HUNTED if numbers.shape == (2,) else LARGEST_PIXEL  # a pair may be one of settings
        if numbers.dtype.kind in "iu" and ((numbers > largest) | (numbers < -largest)).any():
            raise ValueError(f"{name} holds whole numbers beyond {largest}; the bug shows with smaller ones")
        if max(numbers.shape, default=0) > MOST_HUNTED:
            raise ValueError(f"{name} has the shape {numbers.shape}; look for a much smaller input")
        if not np.isfinite(numbers).all():
            raise ValueError(f"{name} holds infinity, or NaN; the bug shows with ordinary numbers")
        args[name] = numbers if numbers.ndim else given
    return args


def _judge_tests(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """The test must accept the right version; the points are for the wrong versions that it rejects.

    A few it examines once more, in other places where it remembers nothing: a test that collects what the versions do
    finds out, from the most frequent results, what is right, but can only guess when it has seen nothing yet.
    """
    wrong = list(question.hints)
    rejected = _rejected(question, answers, subjects, question.about["order"])
    if isinstance(rejected, Verdict):
        return rejected
    for few in _samples(sorted(rejected)):
        with answers.anew(question.entry) as fresh:
            repeated = _rejected(question, fresh, subjects, few)
        if isinstance(repeated, Verdict):
            return repeated
        if repeated != set(few) - {"right"}:
            message = f"{question.entry} accepts a version and rejects the same another time"
            return Verdict(question, 0, "failed", message, FICKLE, "fickle")
    survivors = [name for name in wrong if name not in rejected]
    if not survivors:
        message = f"{question.entry} accepts the right version and rejects all {len(wrong)} wrong ones"
        return Verdict(question, question.points, "passed", message)
    score = round(question.points * len(rejected) / len(wrong), 2)
    message = f"{question.entry} rejects {len(rejected)} of {len(wrong)} wrong versions"
    status: Status = "partial" if score else "failed"
    return Verdict(question, score, status, message, question.hints[survivors[0]], survivors[0])


def _samples(rejected: Sequence[str]) -> list[list[str]]:
    """Draw, twice, two versions that a test rejected, and put the right one anywhere among them.

    Of three that differ, each is as likely the right one: who guesses is wrong in two of three cases, each time.
    """
    rng = np.random.default_rng()
    drawn = rng.permutation(rejected).tolist()
    return [rng.permutation([*pair, "right"]).tolist() for pair in (drawn[:2], drawn[2:4]) if pair]


def _rejected(question: QuestionData, answers: Answers, subjects: Subjects, order: Sequence[str]) -> set[str] | Verdict:
    """Let the test examine versions; return those that it rejects, or the verdict if the right one is among them."""
    rejected = set()
    for name in order:
        outcome = answers.test(question.entry, careful(subjects[name]))
        if verdict := no_answer(question, question.entry, outcome):
            return verdict
        if name == "right" and outcome.problem:
            message = f"{question.entry} rejects a right version: {outcome.detail}"
            hint = question.about["hint"] if outcome.detail.startswith("AssertionError") else NO_ASSERTION
            return Verdict(question, 0, "failed", message, hint, "rejects-right")
        if outcome.problem:
            rejected.add(name)
    return rejected


KINDS: Mapping[Kind, Callable[[QuestionData, Answers, Subjects], Verdict]] = {
    "function": judge_function,
    "layer": judge_layer,
    "speed": judge_speed,
    "value": _judge_value,
    "hunt": _judge_hunt,
    "tests": _judge_tests,
    "kernel": judge_kernel,
    "trained": judge_trained,
}
