"""Trained parameters: they are put into a network of the judge's own, which then reads images that decide the marks.

A student sends numbers, never code: arrays of the shapes that the question names. What they are worth is how many
images the network reads rightly with them. Known mistakes are recognised by what the network does, its *symptoms*.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unrolled.judge.calls import Answers, Subjects, no_answer
from unrolled.judge.outcome import Outcome
from unrolled.judge.verdict import QuestionData, Verdict

MOST_CONFUSIONS = 3  # that a report names
# Shares of answers: hardly better than chance, clearly a rule, a clear difference, hardly ever.
GUESSING, SURE, MUCH, RARE = 0.3, 0.8, 0.03, 0.02
DIVERGED = "diverged"

Parameters = Sequence[np.ndarray]


@dataclass(frozen=True)
class Evidence:
    """Parameters, the images x (n, c, h, w) with their labels (n,), and which class they were taken for (n,)."""

    network: Callable[[Parameters, np.ndarray], np.ndarray]
    parameters: Parameters
    x: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray
    classes: int

    @property
    def right(self) -> float:
        return float((self.predicted == self.labels).mean())

    def right_on(self, x: np.ndarray) -> float:
        """Which share would be right if the images looked otherwise?"""
        return float((self.network(self.parameters, x).argmax(axis=1) == self.labels).mean())


@np.errstate(all="ignore")  # parameters may be of any size
def judge_trained(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Judge parameters by the share of images that ``subjects["network"]`` reads rightly with them."""
    outcome = answers.get(question.entry)
    if verdict := no_answer(question, question.entry, outcome):
        return verdict
    if outcome.value is None and not outcome.problem:
        return Verdict(question, 0, "untouched", f"{question.entry} is still None")
    if message := _unusable(question, outcome):
        return Verdict(question, 0, "failed", message)
    (case,) = question.cases
    parameters = [array.astype(np.float64) for array in outcome.value]
    scores = subjects["network"](parameters, case.args["x"])
    if not np.isfinite(scores).all():
        mistake = DIVERGED if DIVERGED in question.hints else ""
        message = f"with {question.entry} the network gives scores that are not finite numbers"
        return Verdict(question, 0, "failed", message, question.hints.get(mistake, ""), mistake)
    evidence = Evidence(
        subjects["network"], parameters, case.args["x"], case.expected.value, scores.argmax(axis=1), scores.shape[1]
    )
    return _graded(question, evidence, case.name)


def _unusable(question: QuestionData, outcome: Outcome) -> str:
    """Say why a value cannot be put into the network; "" if it can."""
    shapes, name = [tuple(shape) for shape in question.about["shapes"]], question.entry
    if outcome.problem:
        return f"{name} cannot be used: it holds {outcome.detail}"
    if not isinstance(outcome.value, list | tuple) or len(outcome.value) != len(shapes):
        return f"{name} should be a list of {len(shapes)} arrays"
    for i, (array, shape) in enumerate(zip(outcome.value, shapes, strict=True)):
        if not isinstance(array, np.ndarray):
            return f"{name}[{i}] is not an array; an array of shape {shape} is asked for"
        if array.shape != shape:
            return f"{name}[{i}] has shape {array.shape}; shape {shape} is asked for"
        if array.dtype.kind != "f":
            return f"{name}[{i}] has dtype {array.dtype}; float32 or float64 is asked for"
    return ""


def _graded(question: QuestionData, evidence: Evidence, images: str) -> Verdict:
    count, right = len(evidence.labels), int((evidence.predicted == evidence.labels).sum())
    steps = [(share, points) for share, points in question.about["thresholds"] if evidence.right >= share]
    score = steps[-1][1] if steps else 0.0
    said = f"the network reads {right} of {count} {images} rightly, {_percent(right / count)}"
    if score == question.points:
        return Verdict(question, score, "passed", f"With {question.entry} {said}{_confusions(evidence)}")
    mistake = next((name for name in question.hints if name in SYMPTOMS and SYMPTOMS[name](evidence)), "")
    wanted = next(share for share, points in question.about["thresholds"] if points > score)
    message = f"With {question.entry} {said}; the next points are for {_percent(wanted)}{_confusions(evidence)}"
    return Verdict(question, score, "partial" if score else "failed", message, question.hints.get(mistake, ""), mistake)


def _confusions(evidence: Evidence) -> str:
    """Name the digits that are most often taken for others."""
    wrong = evidence.predicted != evidence.labels
    pairs = np.stack([evidence.labels[wrong], evidence.predicted[wrong]], axis=1)
    found, counts = np.unique(pairs, axis=0, return_counts=True)
    if len(evidence.labels) > 1 and (evidence.predicted == evidence.predicted[0]).all():
        return f". It takes every image for a {evidence.predicted[0]}"
    most = np.argsort(-counts, kind="stable")[:MOST_CONFUSIONS]
    named = [f"{label} for {taken} ({times}×)" for (label, taken), times in zip(found[most], counts[most], strict=True)]
    return f". Most often it takes {', '.join(named)}" if named else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _untrained(evidence: Evidence) -> bool:
    """Biases that start at 0 are still there."""
    return evidence.right < GUESSING and not any(array.any() for array in evidence.parameters if array.ndim == 1)


def _shifted(evidence: Evidence) -> bool:
    """All answers are off by the same number."""
    off = np.bincount((evidence.predicted - evidence.labels) % evidence.classes, minlength=2) / len(evidence.labels)
    return bool(off[1:].max() >= SURE)


def _forgotten(evidence: Evidence) -> bool:
    """Half of the classes or more are hardly ever answered."""
    shares = np.bincount(evidence.predicted, minlength=evidence.classes) / len(evidence.labels)
    return int((shares < RARE).sum()) >= evidence.classes / 2


def _scaled(evidence: Evidence) -> bool:
    """The network reads the same images better with values from 0 to 1, from 0 to 16 or 255, or inverted."""
    shares = (evidence.x + 1) / 2
    others = [shares, 16 * shares, 255 * shares, -evidence.x, 1 - shares]
    return max(map(evidence.right_on, others)) >= max(evidence.right + MUCH, SURE)


def _little(evidence: Evidence) -> bool:
    """Nothing is wrong but the number of right answers."""
    return True


SYMPTOMS: Mapping[str, Callable[[Evidence], bool]] = {
    "untrained": _untrained,
    "shifted-labels": _shifted,
    "scaled-otherwise": _scaled,
    "forgotten-classes": _forgotten,
    "too-little": _little,
}


def known(name: str) -> bool:
    """Can a mistake of this name be recognised?"""
    return name == DIVERGED or name in SYMPTOMS
