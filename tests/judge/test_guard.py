"""A question about writing a routine is not answered by calling it, however the call is written."""

import sys
import threading
from typing import Any

import numpy as np
import pytest
from numpy import correlate as renamed
from numpy._core import multiarray

from autograder import cases, specs
from unrolled.check import LocalAnswers
from unrolled.judge import judge
from unrolled.judge.outcome import run

FORBIDDEN = ("numpy.correlate", "numpy.convolve")
ARGS = {"x": np.array([3.0, -1.0, 4.0]), "weight": np.array([1.0, 2.0])}
TABLE = {"a": [np.convolve]}


def in_a_thread(x: Any, weight: Any) -> Any:
    found: list[Any] = []
    worker = threading.Thread(target=lambda: found.append(np.correlate(x, weight)))
    worker.start()
    worker.join()
    return found[0]


def unwatched(x: Any, weight: Any) -> Any:
    sys.setprofile(None)
    return np.correlate(x, weight)


# ruff: noqa: PLW0108  (the lambdas are what is called)
WAYS = {
    "by name": (lambda x, weight: np.correlate(x, weight), "numpy.correlate"),
    "renamed": (lambda x, weight: renamed(x, weight), "numpy.correlate"),
    "getattr": (lambda x, weight: getattr(np, "cor" + "relate")(x, weight), "numpy.correlate"),
    "stored": (lambda x, weight: TABLE["a"][0](x, weight[::-1], "valid"), "numpy.convolve"),
    "below NumPy's surface": (lambda x, weight: multiarray.correlate(x, weight), "numpy.correlate"),
    "through polymul": (lambda x, weight: np.polymul(x, weight), "numpy.convolve"),
    "in a thread": (in_a_thread, "numpy.correlate"),
    "then an error": (lambda x, weight: 1 / (0 * len(np.correlate(x, weight))), "numpy.correlate"),
    "the watch switched off": (unwatched, "sys.setprofile"),
}


@pytest.mark.parametrize(("function", "name"), WAYS.values(), ids=WAYS.keys())
def test_a_forbidden_routine_is_noticed(function: Any, name: str) -> None:
    before = sys.getprofile()
    outcome = run(function, ARGS, forbidden=FORBIDDEN)
    assert (outcome.problem, outcome.detail, outcome.value) == ("forbidden", name, None)
    assert sys.getprofile() == before


def correlate(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.array([x[i : i + len(weight)] @ weight for i in range(len(x) - len(weight) + 1)])


def test_a_function_of_the_same_name_is_the_students_own() -> None:
    outcome = run(correlate, ARGS, forbidden=FORBIDDEN)
    assert outcome.problem == ""
    assert outcome.value.tolist() == [1.0, 7.0]


@pytest.mark.parametrize("name", ["correlate", "correlate_same", "shifted_sum", "strided"])
def test_the_verdict_names_the_rule(name: str) -> None:
    spec = specs.load("conv1d")
    question = spec.question(name)
    answers = LocalAnswers({name: lambda x, weight, **settings: np.correlate(x, weight), "exposing": None})
    verdict = judge(cases.hidden(spec, question, 5), answers, cases.subjects(question))
    assert verdict.score == 0
    assert f"{name} uses numpy.correlate, which this question rules out" in verdict.message
