"""Layers: a class is made, arrays go forward and back through it, and every result is judged as a part of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from unrolled.judge.calls import Answers, Subjects, award, no_answer, show, tried
from unrolled.judge.compare import compare_values
from unrolled.judge.diagnose import Attempt, Names, diagnose
from unrolled.judge.outcome import Outcome, carried, file_of, on_host, restore, run
from unrolled.judge.verdict import CaseData, QuestionData, Verdict
from unrolled.wire import lay_out, layout_of, lies_on_device


def run_layer(
    make: Callable[..., Any],
    args: Mapping[str, Any],
    rounds: Sequence[Mapping[str, Any]],
    gradients: Sequence[str] = (),
    forbidden: Sequence[str] = (),
) -> Outcome:
    """Make a layer and send ``rounds`` through it.

    Args:
        make: the class.
        args: of its constructor, by name.
        rounds: each a dict with the arguments of ``forward`` and those of ``backward``, both by name.
        gradients: attributes to read after each ``backward``.
        forbidden: routines that no call may reach.

    Returns:
        What :meth:`Outcome.parts` takes apart: for each round the outcomes of ``y``, ``grad_x`` and the gradients.
    """
    made: list[Any] = []
    file = file_of(make)
    args = _copied(args)  # a layer keeps what it is given, and may change it later
    outcome = run(lambda **named: made.append(make(**named)), args, file, forbidden)
    count = 2 + len(gradients)
    if outcome.problem:
        return Outcome.of_parts([outcome] * (count * len(rounds)))
    outcomes = [part for one in rounds for part in _round(made[0], args, one, gradients, file, forbidden)]
    outcomes[0] = replace(outcomes[0], changed=outcome.changed + outcomes[0].changed)
    return Outcome.of_parts(outcomes)


def _round(
    layer: Any,
    args: Mapping[str, Any],
    data: Mapping[str, Any],
    gradients: Sequence[str],
    file: str,
    forbidden: Sequence[str],
) -> Iterator[Outcome]:
    """Yield the outcomes of one round; without a ``y`` nothing can go back."""
    forward = _copied(data["forward"])
    given = {**args, **forward}
    before = _copied(given)
    y = _run_method(layer, "forward", forward, file, forbidden)
    yield _watched(y, given, before)
    if y.problem:
        yield from [y] * (1 + len(gradients))
        return
    back = _run_method(layer, "backward", _copied(data["backward"]), file, forbidden)
    yield _watched(back, given, before)
    for name in gradients:
        if back.problem and back.problem != "unsupported":
            yield back
        elif not hasattr(layer, name):
            yield Outcome(problem="missing", detail=name)
        else:
            yield carried(getattr(layer, name))


def _copied(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copy(value) for name, value in args.items()}


def _copy(value: Any) -> Any:
    if lies_on_device(value):
        return value.copy()
    return lay_out(value, layout_of(value)) if isinstance(value, np.ndarray) else value


def _watched(outcome: Outcome, given: Mapping[str, Any], before: Mapping[str, Any]) -> Outcome:
    """Add to an outcome which of the arrays that the layer was given have changed, and give them back as they were."""
    hosts = {name: on_host(value) for name, value in before.items()}
    arrays = {name: value for name, value in hosts.items() if isinstance(value, np.ndarray)}
    names = [name for name in restore(given, arrays) if name not in outcome.changed]
    return replace(outcome, changed=(*outcome.changed, *names))


def _run_method(layer: Any, name: str, args: Mapping[str, Any], file: str, forbidden: Sequence[str]) -> Outcome:
    def call(**named: Any) -> Any:
        return getattr(layer, name)(**named)  # here, for there may be no such method

    return run(call, args, file, forbidden)


def judge_layer(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Judge a layer on all its cases, part by part."""
    parts: list[str] = question.about["parts"]
    attempts: dict[str, list[Attempt]] = {part: [] for part in parts}
    for case in question.cases:
        forbidden = question.about.get("forbidden", ())
        outcomes = answers.layer(question.entry, case.args, case.rounds, parts[2:], forbidden).parts(
            len(parts) * len(case.rounds)
        )
        if verdict := no_answer(question, _names(question, parts[0]).caller, _common(outcomes), case):
            return verdict
        for number, (one, outcome) in enumerate(zip(_flat(case, parts), outcomes, strict=True)):
            attempts[parts[number % len(parts)]].append(tried(question, one, outcome))
    wrong = [part for part in parts if any(attempt.failed for attempt in attempts[part])]
    if not wrong:
        count = len(question.cases)
        return Verdict(question, question.points, "passed", f"All {count} cases agree with the reference")
    mine = attempts[wrong[0]]
    everything = [attempt for part in parts for attempt in attempts[part]]
    finding = diagnose(question, mine, _names(question, wrong[0]), everything)
    if _adds_up(mine):
        finding = replace(finding, message=f"{_names(question, wrong[0]).result} adds up over the rounds")
    message = finding.message + ("" if question.about.get("groups") else _also(wrong[1:]))
    first = next(attempt for attempt in mine if attempt.failed)
    return award(question, replace(finding, message=message), wrong, first, show(first))


def _adds_up(attempts: Sequence[Attempt]) -> bool:
    """Is every wrong result the sum of those expected in its round and in the rounds before?"""
    for place, attempt in enumerate(attempts):
        if not attempt.failed:
            continue
        rounds = len(attempt.case.rounds)
        expected = [other.case.expected.value for other in attempts[place + 1 - rounds : place + 1]]
        arrays = all(isinstance(value, np.ndarray) and value.shape == expected[0].shape for value in expected)
        if rounds < 2 or not arrays or compare_values(sum(expected), attempt.outcome.value):
            return False
    return True


def _flat(case: CaseData, parts: Sequence[str]) -> Iterator[CaseData]:
    """Yield one case for every part of every round, as if a function had been called for it."""
    count = len(parts) * len(case.rounds)
    expected = case.expected.parts(count)
    for number in range(count):
        place, part = divmod(number, len(parts))
        needed = case.rounds[place]["forward"] | (case.rounds[place]["backward"] if part else {})
        name = f"{case.name}, round {place + 1}" if len(case.rounds) > 1 else case.name
        wrong = PartOf(case.wrong, number, count)
        yield CaseData(name, {**needed, **case.args}, expected[number], wrong, rounds=case.rounds[: place + 1])


class PartOf(Mapping[str, Outcome]):
    """What each mistake made of one part; looked up when it is asked for."""

    def __init__(self, wrong: Mapping[str, Outcome], number: int, count: int) -> None:
        self._wrong, self._number, self._count = wrong, number, count

    def __getitem__(self, name: str) -> Outcome:
        return self._wrong[name].parts(self._count)[self._number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._wrong)

    def __len__(self) -> int:
        return len(self._wrong)


def _names(question: QuestionData, part: str) -> Names:
    """How a report speaks of a part: the result, and what computed it."""
    if part == "y":
        return Names("The result of forward", question.entry)
    result = "The result of backward" if part == "grad_x" else f"The attribute {part}"
    return Names(result, f"{question.entry}.backward")


def _common(outcomes: Sequence[Outcome]) -> Outcome:
    """The problem that all parts share, if they do."""
    return outcomes[0] if len({outcome.problem for outcome in outcomes}) == 1 else Outcome()


def _also(others: Sequence[str]) -> str:
    if not others:
        return ""
    return f"; {', '.join(others)} {'is' if len(others) == 1 else 'are'} not right either"
