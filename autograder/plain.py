"""For plain nbgrader: hidden cases, judged in the student's own process. Convenient, and not to be trusted."""

import inspect
import secrets

from autograder import cases, specs
from unrolled.check import LocalAnswers
from unrolled.judge import explain_text, judge


def check_hidden(name: str) -> float:
    """Judge an answer among the caller's global names on hidden cases; print a report if it fails.

    Args:
        name: chapter and question, such as ``"conv1d.correlate"``.

    Returns:
        The points earned. As the last value of a check cell they are what nbgrader reads.
    """
    stem, _, id_ = name.partition(".")
    spec = specs.load(stem)
    question = spec.question(id_)
    frame = inspect.currentframe()
    names = frame.f_back.f_globals if frame and frame.f_back else {}
    data = cases.hidden(spec, question, secrets.randbits(64))
    verdict = judge(data, LocalAnswers(names), cases.subjects(question))
    if verdict.score < question.points:
        print(explain_text(verdict))
    return float(verdict.score)
