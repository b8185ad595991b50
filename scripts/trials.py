"""Judge wrong answers in processes of their own, as the grader would judge them."""

import faulthandler
import os
import resource
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder import cases
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    KernelQuestion,
    Question,
    Spec,
    TestsQuestion,
    TrainedQuestion,
)
from unrolled.check import LocalAnswers
from unrolled.judge import Verdict, judge
from unrolled.judge.compare import compare
from unrolled.judge.outcome import run

SURVIVED = 40  # exit status of a process whose answer got full marks; any other end is a kill
SECONDS, MEMORY = 2, 4 * 2**30  # processor time and address space of one process
LEFT_OVER = 77  # stands for whatever was in memory before

Trial = Callable[[Any], int]


def seeds_from(seed: int, count: int = 3) -> list[int]:
    """Draw seeds of hidden cases; the same ones for the same ``seed``."""
    return [int(drawn) for drawn in np.random.default_rng(seed).integers(2**32, size=count)]


def verdict_on(spec: Spec, question: Question, answer: Any, seed: int) -> Verdict:
    """Judge an answer on the hidden cases of a seed."""
    return judge(cases.hidden(spec, question, seed), _answers(question, answer), cases.subjects(question))


def marks(spec: Spec, question: Question, seeds: Iterable[int]) -> Trial:
    """Return a trial of answers to a question: an answer survives if it gets full marks with any of the seeds."""
    drawn = [cases.hidden(spec, question, seed) for seed in seeds]
    subjects = cases.subjects(question)

    def trial(answer: Any) -> int:
        answers = _answers(question, answer)
        full = any(judge(data, answers, subjects).score >= question.points for data in drawn)
        return SURVIVED if full else 0

    return trial


def examined_by(test: TestsQuestion) -> Trial:
    """Return a trial of functions by the reference test: a function survives if the test accepts it."""

    def trial(candidate: Any) -> int:
        return 0 if run(lambda: test.reference(candidate), {}).problem else SURVIVED

    return trial


def likeness(spec: Spec, test: TestsQuestion, asked: FunctionQuestion, seed: int) -> Trial:
    """Return a trial whose exit status is the number of the test's wrong version that does just the same, from 1 on.

    It is 100 for a function that raises in every case, and 0 for any other.
    """
    calls = [case.args for case in cases.hidden(spec, asked, seed).cases]
    known = [[run(version.wrong, args) for args in calls] for version in test.versions]

    def trial(candidate: Any) -> int:
        got = [run(candidate, args) for args in calls]
        if all(outcome.problem for outcome in got):
            return 100
        for number, outcomes in enumerate(known, start=1):
            pairs = list(zip(outcomes, got, strict=True))
            if all(compare(one, other) is None and one.changed == other.changed for one, other in pairs):
                return number
        return 0

    return trial


def run_all(trial: Trial, sources: Iterable[str], name: str, processes: int = 0) -> Iterator[int]:
    """Try programs, each in a child process, and yield how each process ended, in order.

    Args:
        trial: what to do with the function of a program.
        sources: the programs.
        name: what the function is called in them.
        processes: how many run at once; as many as there are processors if 0.
    """
    running: deque[int] = deque()
    for source in sources:
        if len(running) >= (processes or os.cpu_count() or 1):
            yield _end_of(running.popleft())
        running.append(_start(trial, source, name))
    while running:
        yield _end_of(running.popleft())


def _start(trial: Trial, source: str, name: str) -> int:
    """Fork, so that the child has the cases at once, and whatever the program does ends with the child."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        faulthandler.disable()
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")
        setattr(np, "empty", _filled)  # noqa: B010  (a plain assignment is against its type)
        names: dict[str, Any] = {"__name__": "mutant"}
        exec(compile(source, "<mutant>", "exec"), names)  # noqa: S102  (our own reference, with a fault)
        status = trial(names[name])
    finally:
        os._exit(status)


def _end_of(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _filled(shape: Any, dtype: Any = float, order: Any = "C") -> np.ndarray:
    """Do what ``np.empty`` does on a bad day, so that chance decides nothing."""
    return np.full(shape, LEFT_OVER, dtype, order)


def _answers(question: Question, answer: Any) -> LocalAnswers:
    if isinstance(question, KernelQuestion):
        return LocalAnswers(question.names(answer))
    made = question.train(answer) if isinstance(question, TrainedQuestion) else answer
    names: Mapping[str, Any] = {question.entries[-1]: made}
    if isinstance(question, HuntQuestion):
        names = {**names, "exposing": dict(question.exposing)}
    return LocalAnswers(names)
