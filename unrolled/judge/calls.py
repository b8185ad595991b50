"""What the kinds of question share: reaching the answers, calling a function on all cases, and awarding points."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from unrolled.judge.compare import compare, compare_values
from unrolled.judge.diagnose import Attempt, Finding, Names, diagnose
from unrolled.judge.outcome import Outcome, Problem, on_host
from unrolled.judge.verdict import CaseData, QuestionData, Shown, Status, Verdict

Subjects = Mapping[str, Callable[..., Any]]
SPEED = "speed"  # the group of points for being fast
RIVAL = "rival"  # the source of the slower version that an answer is raced against


class Lap(NamedTuple):
    """The same arguments given to the answer and to its rival: what came of it, and the seconds that it took."""

    outcome: Outcome
    seconds: float
    rival: Outcome
    rival_seconds: float


class KernelCall(NamedTuple):
    """A kernel's text, its name, options for the compiler, and a launch: ``args`` by name, in the kernel's order.

    ``outputs`` are the names of the arrays that are the result.
    """

    code: str
    name: str
    options: tuple[str, ...]
    grid: tuple[int, ...]
    block: tuple[int, ...]
    shared: int
    args: Mapping[str, Any]
    outputs: tuple[str, ...]


class Ran(NamedTuple):
    """What came of a kernel's launch, and the name of the GPU that it ran on besides the emulation, if there is one."""

    outcome: Outcome
    device: str = ""


class Answers(Protocol):
    """The student's answers, wherever they are."""

    def get(self, entry: str) -> Outcome:
        """Return the value that the notebook gave to a name."""
        ...

    def call(self, entry: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Outcome:
        """Call the student's function of that name; ``forbidden`` routines must not be reached."""
        ...

    def calls(self, entry: str, each: Sequence[Mapping[str, Any]], forbidden: Sequence[str] = ()) -> Sequence[Outcome]:
        """Call it with each of several arguments in turn, and not after a call that does not come to an end."""
        ...

    def layer(
        self,
        entry: str,
        args: Mapping[str, Any],
        rounds: Sequence[Mapping[str, Any]],
        gradients: Sequence[str] = (),
        forbidden: Sequence[str] = (),
    ) -> Outcome:
        """Make a layer of the student's class of that name, as :func:`unrolled.judge.layers.run_layer` does."""
        ...

    def test(self, entry: str, subject: Callable[..., Any]) -> Outcome:
        """Let the student's test of that name examine a function."""
        ...

    def anew(self, entry: str) -> "AbstractContextManager[Answers]":
        """Give the answer of that name where it has been shown nothing yet, except on somebody's own machine."""
        ...

    def lap(self, entry: str, rival: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Lap:
        """Time the student's function of that name, and beside it the function ``subject`` of the source ``rival``."""
        ...

    def kernel(self, call: KernelCall) -> Ran:
        """Compile and run a kernel where it can do no harm."""
        ...


def judge_function(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Judge a function on all its cases."""
    forbidden = question.about.get("forbidden", ())
    return judge_cases(question, answers.calls(question.entry, [case.args for case in question.cases], forbidden))


def judge_cases(question: QuestionData, outcomes: Iterable[Outcome], names: Names | None = None) -> Verdict:
    """Judge what came of each case, up to the first that did not come to an end; ``names`` are for the report."""
    attempts: list[Attempt] = []
    grouped = bool(question.about.get("groups"))
    for case, outcome in zip(question.cases, outcomes, strict=False):
        verdict = no_answer(question, question.entry, outcome, case)
        if verdict and not (grouped and outcome.problem == "untouched"):
            failed = [attempt.case.group for attempt in attempts if attempt.failed]
            missed = [other.group for other in question.cases[len(attempts) :]]
            return replace(verdict, **partial(question, [*failed, *missed], verdict.status))
        attempts.append(tried(question, case, outcome))
    first = next((attempt for attempt in attempts if attempt.failed), None)
    if first is None:
        return Verdict(question, question.points, "passed", f"All {len(attempts)} cases agree with the reference")
    if all(attempt.outcome.problem == "untouched" for attempt in attempts):
        stub = attempts[0].outcome.detail or question.entry
        return Verdict(question, 0, "untouched", NO_ANSWER["untouched"].format(detail=stub))
    names, shown = names or Names(f"The result of {question.entry}", question.entry), attempts
    if (number := _wrong_value(attempts)) is not None:
        named = dict(enumerate(question.about.get("returns", ()))).get(number, f"value {number + 1}")
        did = "written" if question.kind == "kernel" else "returned"
        names, shown = names._replace(result=f"{named}, {did} by {question.entry},"), _values(attempts, number)
    finding = diagnose(question, shown, names, attempts)
    wrong = [attempt.case.group for attempt in attempts if attempt.failed]
    return award(question, finding, wrong, first, show(next(attempt for attempt in shown if attempt.failed)))


def _wrong_value(attempts: Sequence[Attempt]) -> int | None:
    """If several values are returned, and as many whenever any are, the place of the first that is wrong."""
    returned = [
        (attempt.case.expected.value, attempt.outcome.value, attempt.case.args) for attempt in _returned(attempts)
    ]
    counts = {len(value) if isinstance(value, tuple) else 0 for *pair, _ in returned for value in pair}
    if len(counts) > 1 or counts == {0}:
        return None
    wrong = [
        number
        for expected, got, args in returned
        for number, (one, other) in enumerate(zip(expected, got, strict=True))
        if compare_values(one, other, args)
    ]
    return min(wrong, default=None)


def _returned(attempts: Sequence[Attempt]) -> list[Attempt]:
    return [attempt for attempt in attempts if not attempt.outcome.problem and not attempt.case.expected.problem]


def _values(attempts: Sequence[Attempt], number: int) -> list[Attempt]:
    """What was tried and came back, as if one of the values were all that is returned."""
    made = []
    for case, outcome in ((attempt.case, attempt.outcome) for attempt in _returned(attempts)):
        expected, got = Outcome(case.expected.value[number]), replace(outcome, value=outcome.value[number])
        made.append(Attempt(replace(case, expected=expected), got, compare(expected, got, case.args)))
    return made


def tried(question: QuestionData, case: CaseData, outcome: Outcome) -> Attempt:
    """Compare an outcome with what was expected of a case; whether it is a view counts only where that was asked."""
    if not (question.about.get("fresh") or question.about.get("view")):
        outcome = replace(outcome, shared=case.expected.shared)
    return Attempt(case, outcome, compare(case.expected, outcome, case.args))


def award(
    question: QuestionData, finding: Finding, wrong: Sequence[str], first: Attempt, shown: Shown | None
) -> Verdict:
    """Turn a finding into a verdict, with the points of the groups that are not among the ``wrong`` ones."""
    status: Status = "raised" if first.outcome.problem == "raised" else "failed"
    verdict = Verdict(question, 0, status, finding.message, finding.hint, finding.mistake, shown)
    points = partial(question, wrong, status)
    if points["score"]:
        groups: Mapping[str, float] = question.about["groups"]
        right = [name for name in groups if name not in (*wrong, SPEED)]
        missing = [name for name in groups if name not in right]
        points["message"] = f"{finding.message}. Right: {', '.join(right)}; not yet: {', '.join(missing)}"
    return replace(verdict, **points)


def partial(question: QuestionData, wrong: Sequence[str], status: Status) -> dict[str, Any]:
    """The points of the groups that are right, and the status that goes with them; what is not right is not fast."""
    groups: Mapping[str, float] = question.about.get("groups", {})
    score = round(sum(worth for name, worth in groups.items() if name not in (*wrong, SPEED)), 2)
    return {"score": score, "status": "partial" if score else status}


NO_ANSWER: Mapping[Problem, str] = {
    "missing": "{entry} is not defined: run the cell that defines it, or look for an error in it",
    "untouched": "{detail} is still to be written",
    "timeout": "{entry} did not finish within {detail}",
    "died": "{entry} ended the whole process ({detail})",
}


def no_answer(question: QuestionData, entry: str, outcome: Outcome, case: CaseData | None = None) -> Verdict | None:
    """Turn an outcome that is no answer at all into a verdict; return None for all others."""
    match outcome.problem:
        case "missing" | "untouched" | "timeout" | "died" as problem:
            message = NO_ANSWER[problem].format(entry=entry, detail=outcome.detail or entry)
            shown = Shown(case.name, case.args) if case and problem in ("timeout", "died") else None
            return Verdict(question, 0, problem, message, shown=shown)
    return None


def show(attempt: Attempt) -> Shown:
    """Return a failing case as it is drawn."""
    wrong = attempt.difference.wrong if attempt.difference else None
    case, outcome = attempt.case, attempt.outcome
    args = {name: on_host(value) for name, value in case.args.items()}
    return Shown(case.name, args, case.expected.value, None if outcome.problem else outcome.value, wrong)
