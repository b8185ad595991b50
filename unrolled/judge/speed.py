"""Speed: a right answer is raced against a given slower version, on arrays that nobody has seen before.

What a race must withstand: an answer that remembers results (every lap has fresh arrays), that is fast because it
is wrong on large arrays (each timed result is compared with the rival's), that returns before it has computed (the
clock stops when the whole result is there), that tampers with clocks, and a machine that is busy with other things
(rivals take turns, the median counts, and a race that is lost is run again). A race that is as good as won ends early.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from unrolled.judge.calls import RIVAL, Answers, Lap, Subjects, award, judge_function, no_answer, partial, show, tried
from unrolled.judge.diagnose import Attempt, Finding
from unrolled.judge.verdict import CaseData, QuestionData, Verdict

RACES, LAPS = 3, 5
FIRST_LAPS, CLEAR = 3, 1.5  # laps that are enough if each is this many times as fast as is asked


def judge_speed(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Judge a function on all its cases, then by how many times it is as fast as its rival."""
    verdict = judge_function(question, answers, subjects)
    if verdict.status != "passed":
        return verdict
    rng = np.random.default_rng()
    wanted, best = question.about["ratio"], 0.0
    for _ in range(RACES):
        ratios, clear = [], False
        for _ in range(LAPS):
            args = drawn(question.about["timed"], rng)
            lap = answers.lap(question.entry, question.about[RIVAL], args, question.about.get("forbidden", ()))
            if lap.rival.problem:  # the machine is so busy that our own version did not come to an end
                break
            if lost := _no_race(question, args, lap):
                return lost
            ratios.append(lap.rival_seconds / lap.seconds)
            if clear := len(ratios) == FIRST_LAPS and min(ratios) > CLEAR * wanted:
                break
        best = max(best, float(np.median(ratios)) if clear or len(ratios) == LAPS else 0.0)
        if best >= wanted:
            message = f"{verdict.message}, and it is {_times(best)} times as fast as the slower version"
            return Verdict(question, question.points, "passed", message)
    compared = f"only {_times(best)} times as fast as" if best > 1 else "no faster than"
    message = f"{question.entry} is right, but {compared} the slower version; {_times(wanted)} times is asked for"
    if not best:
        message = f"{question.entry} is right, but it could not be timed, for the machine is too busy"
    return award(question, Finding(message), [], Attempt(CaseData("", {}, lap.rival), lap.outcome, None), None)


def drawn(timed: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Draw arrays where the arguments ask for fresh ones: normal numbers, or whole ones from -9 to 9."""
    return {name: _array(value["fresh"], rng) if isinstance(value, dict) else value for name, value in timed.items()}


def _array(about: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    shape, dtype = tuple(about["shape"]), np.dtype(about["dtype"])
    return (rng.integers(-9, 10, shape) if dtype.kind in "iu" else rng.normal(size=shape)).astype(dtype)


def _no_race(question: QuestionData, args: Mapping[str, Any], lap: Lap) -> Verdict | None:
    """Return the verdict on a lap whose result does not count."""
    case = CaseData("the timed call", dict(args), lap.rival)
    if verdict := no_answer(question, question.entry, lap.outcome, case):
        return replace(verdict, shown=None, **partial(question, [], verdict.status))
    attempt = tried(question, case, lap.outcome)
    if not attempt.failed:
        return None
    outcome = lap.outcome
    reason = outcome.detail or (attempt.difference.text if attempt.difference else "arguments are changed")
    message = f"{question.entry} is right on the small cases, but not on the large arrays that it is timed with: "
    return award(question, Finding(message + reason), list(question.about["groups"]), attempt, show(attempt))


def _times(ratio: float) -> str:
    return f"{ratio:.1f}".removesuffix(".0") if ratio < 100 else f"{ratio:.0f}"
