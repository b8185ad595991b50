"""``check("conv1d.correlate")`` in a notebook: judge the answer on the visible cases and say what was found."""

import inspect
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import FunctionType, ModuleType
from typing import Any

from unrolled.bundle import Bundle, BundleError, compile_subjects, load
from unrolled.judge import KernelCall, Lap, Outcome, Ran, Verdict, explain_html, explain_text, judge, run_layer
from unrolled.judge.explain import points
from unrolled.judge.kernels import outcome_of
from unrolled.judge.outcome import carried, run
from unrolled.show import Drawing

COMPARED = ("hunt", "tests", "speed", "trained")  # kinds of question whose answers are compared with functions
GIVEN = "unrolled.given."  # what earlier chapters taught
SITE = os.environ.get("UNROLLED_SITE", "http://127.0.0.1:8000/book/")


class Score(float):
    """Points earned, as the last value of a check cell: nbgrader reads the number, people read the words."""

    highest: float

    def __new__(cls, score: float, highest: float) -> "Score":
        made = super().__new__(cls, score)
        made.highest = highest
        return made

    def _repr_html_(self) -> str:
        return f"<small>{points(self)} of {points(self.highest)} points on the visible cases</small>"


class LocalAnswers:
    """The answers in the caller's own namespace, called in its own process."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace

    def get(self, entry: str) -> Outcome:
        if entry not in self._namespace:
            return Outcome(problem="missing")
        return carried(self._namespace[entry])

    def call(self, entry: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Outcome:
        function = self._namespace.get(entry)
        return run(function, args, forbidden=forbidden) if callable(function) else Outcome(problem="missing")

    def calls(self, entry: str, each: Sequence[Mapping[str, Any]], forbidden: Sequence[str] = ()) -> list[Outcome]:
        return [self.call(entry, args, forbidden) for args in each]

    def layer(
        self,
        entry: str,
        args: Mapping[str, Any],
        rounds: Sequence[Mapping[str, Any]],
        gradients: Sequence[str] = (),
        forbidden: Sequence[str] = (),
    ) -> Outcome:
        make = self._namespace.get(entry)
        return run_layer(make, args, rounds, gradients, forbidden) if callable(make) else Outcome(problem="missing")

    def lap(self, entry: str, rival: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Lap:
        slower = LocalAnswers(compile_subjects({"rival": rival}))
        start = time.perf_counter()
        outcome = self.call(entry, args, forbidden)
        middle = time.perf_counter()
        expected = slower.call("rival", args)
        return Lap(outcome, middle - start, expected, time.perf_counter() - middle)

    def test(self, entry: str, subject: Callable[..., Any]) -> Outcome:
        function = self._namespace.get(entry)
        return run(lambda: function(subject), {}) if callable(function) else Outcome(problem="missing")

    def anew(self, entry: str) -> "AbstractContextManager[LocalAnswers]":
        """Give the same namespace: it is the student's own."""
        return nullcontext(self)

    def kernel(self, call: KernelCall) -> Ran:
        """Run a kernel in the emulation, in this process."""
        from unrolled.cuda.launch import launch_here  # noqa: PLC0415  (it looks for a GPU when it is imported)

        return Ran(outcome_of(launch_here(**call._asdict()), call))


def check(name: str, answers: Mapping[str, Any] | None = None) -> Score | None:
    """Judge the answer to one question on its visible cases, and show the report.

    Args:
        name: chapter and question, such as ``"conv1d.correlate"``.
        answers: where to find the answer by name; the caller's global names if left out.

    Returns:
        The points that the visible cases earn; None if there is no such question (a message says so).
    """
    if answers is None:
        frame = inspect.currentframe()
        answers = frame.f_back.f_globals if frame and frame.f_back else {}
    try:
        bundle = load(name.partition(".")[0])
        verdict = judge_visible(bundle, name, answers)
    except BundleError as error:
        print(f"Nothing was checked: {error}.")
        return None
    _display(verdict)
    for names, module in not_there(answers, bundle.earlier):
        print(f"Mind: {names} of {module} will not be there when the notebook is marked.")
    return Score(verdict.score, verdict.question.points)


def judge_visible(bundle: Bundle, name: str, answers: Mapping[str, Any]) -> Verdict:
    """Judge the answer to one question on its visible cases.

    Raises:
        BundleError: if there is no such question, or not what its answers are compared with.
    """
    question = bundle.question(name)
    sources = bundle.subjects.get(question.id, {})
    if question.kind in COMPARED and not sources:
        raise BundleError(f"{name} is checked when it is handed in; this copy has no versions to compare it with")
    return judge(question, LocalAnswers(answers), compile_subjects(sources))


def not_there(answers: Mapping[str, Any], earlier: Sequence[str]) -> list[tuple[str, str]]:
    """Find what a notebook has taken from modules that come with the package, but not with what grades it.

    Args:
        answers: the notebook's names.
        earlier: the chapters whose modules are given.

    Returns:
        For each such module the names, in one text, and the module.
    """
    found: dict[str, list[str]] = {}
    for name, value in answers.items():
        if type(value) in (ModuleType, FunctionType, type):  # whose attributes are no code of the student's
            module = str(getattr(value, "__name__" if isinstance(value, ModuleType) else "__module__", ""))
            if module.startswith(GIVEN) and module.removeprefix(GIVEN) not in earlier:
                found.setdefault(module, []).append(name)
    return [(", ".join(names), module) for module, names in found.items()]


def _display(verdict: Verdict) -> None:
    report = Drawing(explain_text(verdict), explain_html(verdict, SITE))
    try:
        from IPython import get_ipython  # noqa: PLC0415  (students of the browser have none)
        from IPython.display import display  # noqa: PLC0415
    except ImportError:  # a plain Python, such as the one in the browser
        print(report)
        return
    if get_ipython() is None:
        print(report)
    else:
        display(report)
