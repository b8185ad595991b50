"""From failing cases to one sentence that the data supports, and a hint.

A known mistake is named only when its outputs equal the student's on every case, the passing ones too. What is
left is described by the most specific general finding that holds for every failing case; a finding that holds
for some only is not reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unrolled.judge.compare import Difference, compare
from unrolled.judge.findings import Pairs, about_shapes, about_values
from unrolled.judge.geometry import features
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


@np.errstate(all="ignore")  # whatever numbers came back, looking at them is quiet
def diagnose(question: QuestionData, attempts: Sequence[Attempt]) -> Finding:
    """Name the mistake behind the attempts, at least one of which failed."""
    failures = [attempt for attempt in attempts if attempt.failed]
    mistake = known_mistake(question, attempts)
    hint = question.hints.get(mistake, "")
    if message := _forbidden(question.entry, failures, attempts):
        return Finding(message)
    for find in (_raised, _unsupported, _first_difference, _changed, _shared, _about_values):
        if message := find(question.entry, failures, attempts):
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


def _forbidden(entry: str, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    names = [attempt.outcome.detail for attempt in failures if attempt.outcome.problem == "forbidden"]
    return f"{entry} uses {names[0]}, which this question is about writing yourself" if names else ""


def _raised(entry: str, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    outcome = failures[0].outcome
    if outcome.problem != "raised":
        return ""
    where = f" ({outcome.line})" if outcome.line else ""
    return f"{entry} raised {outcome.detail}{where}"


def _unsupported(entry: str, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    outcome = failures[0].outcome
    return f"{entry} returned {outcome.detail}" if outcome.problem == "unsupported" else ""


def _first_difference(entry: str, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    """Shape, dtype and type come before values: they are what to mend first."""
    difference = failures[0].difference
    if difference is None or difference.kind == "values":
        return ""
    expected = failures[0].case.expected
    if difference.kind == "problem":
        return f"{entry} returned a value where {expected.detail} was expected"
    if difference.kind == "shape":
        wrong = [attempt for attempt in failures if attempt.difference and attempt.difference.kind == "shape"]
        right = [attempt for attempt in attempts if not attempt.failed]
        if len(wrong) == len(failures) and (text := about_shapes(_arrays(wrong), _arrays(right))):
            return f"The result of {entry} {text}"
    return f"The result of {entry} {difference.text}"


def _changed(entry: str, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    changed = next((attempt.outcome.changed[0] for attempt in failures if attempt.outcome.changed), "")
    return f"{entry} changes its argument {changed}, which belongs to the caller" if changed else ""


def _shared(entry: str, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    shared = next((attempt.outcome.shared[0] for attempt in failures if attempt.outcome.shared), "")
    return f"{entry} returns a view into its argument {shared}; a fresh array is asked for" if shared else ""


def _about_values(entry: str, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    different = [attempt for attempt in failures if attempt.difference]
    pairs = _arrays(different)
    alike = len(pairs) == len(different) and all(got.shape == expected.shape for _, expected, got in pairs)
    if alike and pairs and (text := about_values(pairs)):
        return f"The result of {entry} {text}"
    difference = failures[0].difference
    return f"The result of {entry} {difference.text}" if difference else ""


def _only_when(attempts: Sequence[Attempt]) -> str:
    """Say what all failing cases have in common that no passing one has, if it is exactly one thing."""
    failing = [features(attempt.case.args) for attempt in attempts if attempt.failed]
    passing = [features(attempt.case.args) for attempt in attempts if not attempt.failed]
    separating = set.intersection(*failing).difference(*passing) if passing else set()
    return f", but only when {separating.pop()}" if len(separating) == 1 else ""


def _arrays(attempts: Sequence[Attempt]) -> Pairs:
    """Arguments, expected and returned array of the attempts, where both are arrays."""
    triples = [(attempt.case.args, attempt.case.expected.value, attempt.outcome.value) for attempt in attempts]
    return [t for t in triples if isinstance(t[1], np.ndarray) and isinstance(t[2], np.ndarray)]
