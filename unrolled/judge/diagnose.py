"""From failing cases to one sentence that the data supports, and a hint.

A known mistake is named only when its outputs equal the student's on every case, the passing ones too. What is
left is described by the most specific general finding that holds for every failing case; a finding that holds
for some only is not reported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from unrolled.judge.compare import Difference, close, compare
from unrolled.judge.outcome import Outcome
from unrolled.judge.verdict import CaseData, QuestionData


@dataclass(frozen=True)
class Attempt:
    """One case, what the student's function made of it, and how that differs from the expected outcome.

    ``outcome.changed`` and ``outcome.shared`` are left only where the question minds them.
    """

    case: CaseData
    outcome: Outcome
    difference: Difference | None

    @property
    def failed(self) -> bool:
        return bool(self.difference or self.outcome.changed or self.outcome.shared)


@dataclass(frozen=True)
class Finding:
    """A sentence on what went wrong, a hint, and the mistake's name if it is a known one."""

    message: str
    hint: str = ""
    mistake: str = ""


def diagnose(question: QuestionData, attempts: Sequence[Attempt]) -> Finding:
    """Name the mistake behind the attempts, at least one of which failed."""
    failures = [attempt for attempt in attempts if attempt.failed]
    mistake = known_mistake(question, attempts)
    hint = question.hints.get(mistake, "")
    for find in (_raised, _unsupported, _first_difference, _changed, _shared, _about_values):
        if message := find(question.entry, failures):
            return Finding(message + _only_when(attempts), hint, mistake)
    raise AssertionError("every difference has a description")


def known_mistake(question: QuestionData, attempts: Sequence[Attempt]) -> str:
    """Return the name of the first mistake that did on every case what the student's function did, or ""."""
    for name in question.hints:
        wrongs = [attempt.case.wrong.get(name) for attempt in attempts]
        if all(
            wrong is not None and compare(wrong, attempt.outcome) is None and wrong.changed == attempt.outcome.changed
            for wrong, attempt in zip(wrongs, attempts, strict=True)
        ):
            return name
    return ""


def _raised(entry: str, failures: Sequence[Attempt]) -> str:
    outcome = failures[0].outcome
    if outcome.problem != "raised":
        return ""
    where = f" ({outcome.line})" if outcome.line else ""
    return f"{entry} raised {outcome.detail}{where}"


def _unsupported(entry: str, failures: Sequence[Attempt]) -> str:
    outcome = failures[0].outcome
    return f"{entry} returned {outcome.detail}" if outcome.problem == "unsupported" else ""


def _first_difference(entry: str, failures: Sequence[Attempt]) -> str:
    """Shape, dtype and type come before values: they are what to mend first."""
    difference = failures[0].difference
    if difference is None or difference.kind == "values":
        return ""
    expected, got = failures[0].case.expected, failures[0].outcome
    if difference.kind == "problem":
        return f"{entry} returned a value where {expected.detail} was expected"
    if difference.kind == "shape" and all(_is_transposed(attempt) for attempt in failures):
        return f"The result of {entry} has its axes swapped: shape {got.value.shape}, not {expected.value.shape}"
    return f"The result of {entry} {difference.text}"


def _changed(entry: str, failures: Sequence[Attempt]) -> str:
    changed = next((attempt.outcome.changed[0] for attempt in failures if attempt.outcome.changed), "")
    return f"{entry} changes its argument {changed}, which belongs to the caller" if changed else ""


def _shared(entry: str, failures: Sequence[Attempt]) -> str:
    shared = next((attempt.outcome.shared[0] for attempt in failures if attempt.outcome.shared), "")
    return f"{entry} returns a view into its argument {shared}; a fresh array is asked for" if shared else ""


def _about_values(entry: str, failures: Sequence[Attempt]) -> str:
    pairs = [(attempt.case.expected.value, attempt.outcome.value) for attempt in failures if attempt.difference]
    if all(isinstance(got, np.ndarray) and got.shape == expected.shape for expected, got in pairs):
        telling = [(expected, got) for expected, got in pairs if expected.size > 1]
        for holds, text in PATTERNS:
            if telling and all(holds(expected, got) for expected, got in telling):
                return f"The result of {entry} {text}"
    difference = failures[0].difference
    return f"The result of {entry} {difference.text}" if difference else ""


def _is_transposed(attempt: Attempt) -> bool:
    expected, got = attempt.case.expected.value, attempt.outcome.value
    both = isinstance(expected, np.ndarray) and isinstance(got, np.ndarray)
    return both and got.shape == expected.shape[::-1] and bool(close(expected, got.T).all())


def _moved(by: int) -> Callable[[np.ndarray, np.ndarray], bool]:
    """Does the result agree with the expected one after a shift along the last axis?"""

    def holds(expected: np.ndarray, got: np.ndarray) -> bool:
        here, there = (slice(by, None), slice(None, -by)) if by > 0 else (slice(None, by), slice(-by, None))
        return expected.shape[-1] > 2 and bool(close(expected[..., there], got[..., here]).all())

    return holds


def _scaled(expected: np.ndarray, got: np.ndarray) -> bool:
    biggest = np.unravel_index(np.abs(expected).argmax(), expected.shape)
    if expected[biggest] == 0 or got[biggest] == 0:
        return False
    return bool(close(expected * (got[biggest] / expected[biggest]), got).all())


PATTERNS: tuple[tuple[Callable[[np.ndarray, np.ndarray], bool], str], ...] = (
    (lambda expected, got: not got.any(), "is all zeros"),
    (lambda expected, got: bool(close(-expected, got).all()), "has the opposite sign everywhere"),
    (lambda expected, got: bool(close(np.flip(expected), got).all()), "comes out back to front"),
    (_moved(1), "comes one place too late"),
    (_moved(-1), "comes one place too early"),
    (_scaled, "is the expected one times a constant"),
)


def _only_when(attempts: Sequence[Attempt]) -> str:
    """Say which whole-number argument separates the failing cases from the passing ones, if exactly one does."""
    failing = [attempt.case.args for attempt in attempts if attempt.failed]
    passing = [attempt.case.args for attempt in attempts if not attempt.failed]
    separating = []
    for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1)):
        values = [args.get(name, usual) for args in failing]
        others = [args.get(name, usual) for args in passing]
        if passing and all(value != usual for value in values) and all(value == usual for value in others):
            separating.append(f", but only when {name} is not {usual}")
    return separating[0] if len(separating) == 1 else ""
