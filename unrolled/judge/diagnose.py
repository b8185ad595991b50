"""From failing cases to one sentence that the data supports, and a hint.

A known mistake is named only when its outputs equal the student's on every case, the passing ones too. What is
left is described by the most specific general finding that holds for every failing case; a finding that holds
for some only is not reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from unrolled.judge.compare import Difference, compare
from unrolled.judge.findings import Pairs, about_places, about_shapes, about_values
from unrolled.judge.geometry import features
from unrolled.judge.outcome import Outcome
from unrolled.judge.verdict import CaseData, QuestionData


class Names(NamedTuple):
    """How a report speaks of what came back, and of what it came from."""

    result: str
    caller: str


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
        return bool(self.difference or self.outcome.changed or self.outcome.shared != self.case.expected.shared)


@dataclass(frozen=True)
class Finding:
    """A sentence on what went wrong, a hint, and the mistake's name if it is a known one."""

    message: str
    hint: str = ""
    mistake: str = ""


@np.errstate(all="ignore")  # whatever numbers came back, looking at them is quiet
def diagnose(
    question: QuestionData, attempts: Sequence[Attempt], names: Names, everything: Sequence[Attempt] = ()
) -> Finding:
    """Name the mistake behind the attempts, at least one of which failed.

    Args:
        question: what was asked.
        attempts: on every case.
        names: how the message speaks of the answer.
        everything: if ``attempts`` are only a part of what can tell a mistake, all of it.
    """
    failures = [attempt for attempt in attempts if attempt.failed]
    if message := _forbidden(names, [attempt for attempt in everything or attempts if attempt.failed]):
        return Finding(message)
    mistake = known_mistake(question, everything or attempts)
    hint = question.hints.get(mistake, "")
    for find in (_raised, _absent, _unsupported, _first_difference, _changed, _shared, _about_values):
        if message := find(names, failures, attempts):
            when = _only_when(attempts)
            but = "; that is so only when" if ", but" in message else ", but only when"
            return Finding(f"{message}{but} {when}" if when else message, hint, mistake)
    raise AssertionError("every difference has a description")


def known_mistake(question: QuestionData, attempts: Sequence[Attempt]) -> str:
    """Return the name of the first mistake that did on every case what the student's function did, or "".

    Whether a result is a view or a copy tells mistakes apart only if their values are right.
    """
    telling = sorted(attempts, key=lambda attempt: not attempt.failed)  # failing ones first: they decide soonest
    for name in question.hints:
        if all(_did(name, attempt) for attempt in telling) and (
            all(_made(name, attempt).shared == attempt.outcome.shared for attempt in telling)
            or any(compare(_made(name, attempt), attempt.case.expected, attempt.case.args) for attempt in telling)
        ):
            return name
    return ""


def _did(mistake: str, attempt: Attempt) -> bool:
    """Did the student's function do what a mistake did, wherever its result lies?"""
    wrong, outcome = _made(mistake, attempt), attempt.outcome
    return wrong.changed == outcome.changed and compare(wrong, outcome, attempt.case.args) is None


def _made(mistake: str, attempt: Attempt) -> Outcome:
    """Return what a mistake made of a case; where nothing is kept, it did as the reference."""
    return attempt.case.wrong.get(mistake, attempt.case.expected)


def _forbidden(names: Names, failures: Sequence[Attempt]) -> str:
    for outcome in (attempt.outcome for attempt in failures):
        if outcome.problem == "forbidden":
            where = f" ({outcome.line})" if outcome.line else ""
            return f"{names.caller} uses {outcome.detail}{where}, which this question rules out"
    return ""


def _raised(names: Names, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    outcome = failures[0].outcome
    if outcome.problem != "raised":
        return ""
    where = f" ({outcome.line})" if outcome.line else ""
    expected = failures[0].case.expected
    instead = f", where {expected.detail} was expected" if expected.problem == "raised" else ""
    return f"{names.caller} raised {outcome.detail}{where}{instead}"


def _absent(names: Names, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    match failures[0].outcome.problem:
        case "untouched":
            return f"{names.caller} is still to be written, or a branch of it"
        case "missing":
            return f"{names.result} is not set"
    return ""


def _unsupported(names: Names, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    outcome = failures[0].outcome
    return f"{names.caller} returned {outcome.detail}" if outcome.problem == "unsupported" else ""


def _first_difference(names: Names, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    """Shape, dtype and type come before values: they are what to mend first."""
    difference = failures[0].difference
    expected = failures[0].case.expected
    if difference and difference.kind == "problem":
        return f"{names.caller} returned a value where {expected.detail} was expected"
    odd = next((attempt for attempt in failures if attempt.difference and attempt.difference.kind == "shape"), None)
    if odd and difference and difference.kind in ("shape", "values"):
        pairs = _arrays([odd, *(attempt for attempt in failures if attempt is not odd)])
        right = [attempt for attempt in attempts if not attempt.failed]
        if len(pairs) == len(failures) and (text := about_shapes(pairs, _arrays(right))):
            return f"{names.result} {text}"
    return f"{names.result} {difference.text}" if difference and difference.kind != "values" else ""


def _changed(names: Names, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    changed = next((attempt.outcome.changed[0] for attempt in failures if attempt.outcome.changed), "")
    return f"{names.caller} changes its argument {changed}, which belongs to the caller" if changed else ""


def _shared(names: Names, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    """Say that a copy was asked for, or a view."""
    for expected, got in ((attempt.case.expected.shared, attempt.outcome.shared) for attempt in failures):
        if got and not expected:
            return f"{names.caller} returns a view into its argument {got[0]}; a fresh array is asked for"
        if expected and not got:
            return f"{names.caller} returns a copy; a view into its argument {expected[0]} is asked for"
    return ""


def _about_values(names: Names, failures: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    different = [attempt for attempt in failures if attempt.difference]
    pairs = _arrays(different)
    alike = len(pairs) == len(different) and all(got.shape == expected.shape for _, expected, got in pairs)
    if alike and pairs and (text := about_values(pairs)):
        return f"{names.result} {text}"
    difference = failures[0].difference
    where = about_places(pairs) if alike and pairs else ""
    return f"{names.result} {difference.text}{where and f', only in its {where}'}" if difference else ""


def _only_when(attempts: Sequence[Attempt]) -> str:
    """Say what all failing cases have in common that no passing one has, if it is exactly one thing.

    That strides differ between the axes says that the stride is not 1; of two such things the plainer one is named.
    """
    failing = [_features(attempt.case) for attempt in attempts if attempt.failed]
    passing = [_features(attempt.case) for attempt in attempts if not attempt.failed]
    separating = set.intersection(*failing).difference(*passing) if passing else set()
    for name in [text for text in separating if text.endswith("differs between the axes")]:
        if any(text.startswith(f"{name.partition(' ')[0]} is not") for text in separating):
            separating.remove(name)
    return separating.pop() if len(separating) == 1 else ""


def _features(case: CaseData) -> set[str]:
    used = {"the layer has been used before"} if len(case.rounds) > 1 else set()
    return features(case.args) | used


def _arrays(attempts: Sequence[Attempt]) -> Pairs:
    """Arguments, expected and returned array of the attempts, where both are arrays."""
    triples = [(attempt.case.args, attempt.case.expected.value, attempt.outcome.value) for attempt in attempts]
    return [t for t in triples if isinstance(t[1], np.ndarray) and isinstance(t[2], np.ndarray)]
