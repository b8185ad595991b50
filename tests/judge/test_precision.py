"""No sentence too many: a finding is named only if every case shows it, and a family only if it separates cases."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import cases, specs
from solutions.losses import cross_entropy_backward
from tests.judge.made import BATCHED, COLS, CONV, RNG, batched, conv, counts, images, made, message, scatter
from unrolled.check import LocalAnswers
from unrolled.judge import Outcome, judge
from unrolled.judge.compare import compare


def on_one_case_only(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """Spoil the first case by the pattern, the others by noise."""
    return lambda **a: change(conv(**a)) if a["x"].shape == (5, 7) else conv(**a) + RNG.normal(size=conv(**a).shape)


NOTHING_TO_SAY = {
    "flipped once": on_one_case_only(lambda y: y[::-1]),
    "late once": on_one_case_only(lambda y: np.roll(y, 1, 1)),
    "noise": on_one_case_only(lambda y: y + RNG.normal(size=y.shape)),
    "scaled once": on_one_case_only(lambda y: 2 * y),
    "float32 once": on_one_case_only(lambda y: y.astype("f4").astype("f8")),
}


@pytest.mark.parametrize("answer", NOTHING_TO_SAY.values(), ids=NOTHING_TO_SAY.keys())
def test_a_finding_that_one_case_speaks_against_is_not_named(answer: Any) -> None:
    assert "differs in" in message(CONV, answer)


@given(st.integers(0, 2**32), st.sampled_from(["all", "half", "one", "scale"]))
@settings(max_examples=60, deadline=None)
def test_random_wrong_answers_show_nothing_in_particular(seed: int, much: str) -> None:
    """However noise is added: a sentence with a reason in it would be a wrong one."""
    rng = np.random.default_rng(seed)

    def noisy(right: Callable[..., Any]) -> Callable[..., Any]:
        def answer(**a: Any) -> Any:
            y = right(**a)
            noise = rng.normal(size=y.shape) * 10.0 ** rng.integers(-4, 6)
            if much == "half":
                noise *= rng.random(y.shape) < 0.5
                noise[(0,) * y.ndim] = noise[tuple(size // 2 for size in y.shape)] = 1
            if much == "one":
                noise = np.zeros(y.shape)
                noise[tuple(size // 2 for size in y.shape)] = rng.normal()
            return y * (1 + noise) if much == "scale" else y + noise

        return answer

    for question, right in ((CONV, conv), (COLS, scatter), (BATCHED, batched)):
        said = message(question, noisy(right))
        assert said.startswith("The result of up differs in ")
        assert said.endswith(("entry", "entries")), said


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_random_shapes_show_nothing_in_particular(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def answer(**a: Any) -> Any:
        return rng.normal(size=rng.integers(1, 12, conv(**a).ndim))

    said = message(CONV, answer)
    assert "swapped" not in said
    assert "padding" not in said.partition("the size that comes of")[0]


def test_sums_that_are_wrong_otherwise_are_not_called_overwritten() -> None:
    assert "overlap" not in message(COLS, lambda **a: scatter(**a) + RNG.normal(size=scatter(**a).shape))
    assert "overlap" not in message(COLS, lambda **a: np.where(counts(**a) > 1, 7.0, scatter(**a)))


FAMILIES = {
    "stride is not 1": ((5, 5, 3, 3, 1, 0), (6, 6, 3, 3, 2, 0)),
    "padding is not 0": ((5, 5, 3, 3, 1, 0), (6, 6, 3, 3, 1, 1)),
    "x is not square": ((5, 5, 3, 3, 1, 0), (5, 6, 3, 3, 1, 0)),
    "the kernel has an even size": ((5, 5, 3, 3, 1, 0), (6, 6, 2, 2, 1, 0)),
    "the kernel is not square": ((6, 6, 3, 3, 1, 0), (6, 6, 3, 5, 1, 0)),
}


@pytest.mark.parametrize(("family", "settings"), FAMILIES.items(), ids=FAMILIES.keys())
def test_what_separates_failing_from_passing_cases_is_named(family: str, settings: Any) -> None:
    question = made(conv, images(*settings))
    passing = question.cases[0].args["x"]
    spoilt = lambda **a: conv(**a) + (0 if np.array_equal(a["x"], passing) else RNG.normal(size=conv(**a).shape))  # noqa: E731
    assert message(question, spoilt).endswith(f", but only when {family}")


def test_two_things_that_separate_cases_are_not_told_apart() -> None:
    question = made(conv, images((5, 5, 3, 3, 1, 0), (6, 6, 3, 3, 2, 1)))
    assert "only when" not in message(question, lambda **a: conv(**a) + (a["stride"] > 1) * RNG.normal())


MORE_FAMILIES = {
    "an array is float32": lambda x: x.astype("f4"),
    "an array holds whole numbers": lambda x: (9 * x).astype("i8"),
    "an array does not lie row by row in memory": np.asfortranarray,
    "there is more than one image": lambda x: np.concatenate([x, 2 * x]),
}


@pytest.mark.parametrize(("family", "change"), MORE_FAMILIES.items(), ids=MORE_FAMILIES.keys())
def test_dtype_layout_and_batch_can_separate_cases_too(family: str, change: Callable[[Any], Any]) -> None:
    x, weight = RNG.normal(size=(1, 1, 5, 5)), RNG.normal(size=(3, 3))
    question = made(batched, [{"x": x, "weight": weight}, {"x": change(x), "weight": weight}])

    def answer(**a: Any) -> Any:
        noise = 0 if a["x"].dtype == x.dtype and np.array_equal(a["x"], x) and a["x"].flags.c_contiguous else 1
        y = batched(**a)
        return (y + noise * RNG.normal(size=y.shape)).astype(y.dtype)

    assert message(question, answer).endswith(f", but only when {family}")


def test_of_two_things_of_which_one_follows_the_plainer_is_named() -> None:
    x, weight = RNG.normal(size=(6, 6)), RNG.normal(size=(3, 3))

    def conv_pair(x: Any, weight: Any, stride: Any = 1) -> Any:
        sy, sx = stride if isinstance(stride, tuple) else (stride, stride)
        return conv(x, weight)[::sy, ::sx]

    question = made(conv_pair, [{"x": x, "weight": weight}, {"x": x, "weight": weight, "stride": (2, 1)}])
    wrong = lambda **a: conv_pair(**a) + ("stride" in a) * RNG.normal(size=conv_pair(**a).shape)  # noqa: E731
    assert message(question, wrong).endswith(", but only when stride is not 1")


def log_sum_exp(scores: np.ndarray) -> np.ndarray:
    largest = scores.max(axis=1)
    return np.asarray(largest + np.log(np.exp(scores - largest[:, None]).sum(axis=1)))


LOSSES: dict[str, Callable[..., Any]] = {  # all right; those of float32 agree in six digits or seven
    "log-sum-exp": lambda s, t: (log_sum_exp(s) - s[np.arange(len(t)), t]).mean(),
    "logaddexp": lambda s, t: (np.logaddexp.reduce(s, axis=1) - s[np.arange(len(t)), t]).mean(),
    "one-hot in float64": lambda s, t: float(-(np.eye(s.shape[1])[t] * (s - log_sum_exp(s)[:, None])).sum() / len(t)),
    "all in float64": lambda s, t: LOSSES["log-sum-exp"](s.astype(float), t),
    "number by number": lambda s, t: sum(float(log_sum_exp(s)[i] - s[i, t[i]]) for i in range(len(t))) / len(t),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_plain_number_is_asked_for_as_exactly_as_its_arguments_are(loss: Callable[..., Any]) -> None:
    backprop = specs.load("backprop")
    asked = backprop.question("SoftmaxCrossEntropy")

    class Layer:
        def forward(self, scores: np.ndarray, labels: np.ndarray) -> Any:
            self.scores, self.labels = scores, labels
            return loss(scores, labels)

        def backward(self) -> np.ndarray:
            return cross_entropy_backward(self.scores, self.labels)

    for seed in range(40):
        verdict = judge(cases.hidden(backprop, asked, seed), LocalAnswers({asked.id: Layer}), {})
        assert verdict.status == "passed", verdict.message


EXACT = [(50_001, False), (50_000.4, False), (50_000, True)]


@pytest.mark.parametrize(("got", "same"), EXACT)
def test_whole_numbers_are_asked_for_exactly(got: float, same: bool) -> None:
    args = {"x": np.zeros(1, "float32")}
    assert (compare(Outcome(50_000), Outcome(got), args) is None) == same
