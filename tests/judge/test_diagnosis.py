"""General findings on made-up questions of one and two dimensions: the exact sentence, and no sentence too many."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from unrolled.check import LocalAnswers
from unrolled.judge import CaseData, QuestionData, judge, run

RNG = np.random.default_rng(3)


def made(reference: Callable[..., Any], arguments: Sequence[Mapping[str, Any]]) -> QuestionData:
    cases = tuple(CaseData(f"case {n}", dict(args), run(reference, args)) for n, args in enumerate(arguments))
    return QuestionData("made", "up", "Made up", "function", 1, "up", "", "Here", cases)


def message(question: QuestionData, answer: Callable[..., Any]) -> str:
    return judge(question, LocalAnswers({"up": answer}), {}).message


def windows(x: Any, weight: Any, stride: int = 1, padding: int = 0) -> Any:
    x = np.pad(x, padding)
    return np.lib.stride_tricks.sliding_window_view(x, weight.shape)[::stride, ::stride]


def conv(x: Any, weight: Any, stride: int = 1, padding: int = 0) -> Any:
    return (windows(x, weight, stride, padding) * weight).sum((-2, -1))


def images(*settings: tuple[int, int, int, int, int, int]) -> list[dict[str, Any]]:
    return [
        {"x": RNG.normal(size=(h, w)), "weight": RNG.normal(size=(kh, kw)), "stride": s, "padding": p}
        for h, w, kh, kw, s, p in settings
    ]


CONV = made(conv, images((5, 7, 3, 2, 1, 0), (8, 6, 2, 3, 2, 1), (6, 9, 3, 3, 2, 2)))


def scatter(cols: Any, h: int, w: int, stride: int = 1) -> Any:
    n, c, kh, kw, oh, ow = cols.shape
    x = np.zeros((n, c, h, w))
    for i, j in np.ndindex(kh, kw):
        x[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride] += cols[:, :, i, j]
    return x


def overwritten(cols: Any, h: int, w: int, stride: int = 1) -> Any:
    n, c, kh, kw, oh, ow = cols.shape
    x = np.zeros((n, c, h, w))
    for i, j in np.ndindex(kh, kw):
        x[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride] = cols[:, :, i, j]
    return x


def counts(cols: Any, h: int, w: int, stride: int = 1) -> Any:
    return np.maximum(scatter(np.ones(cols.shape), h, w, stride), 1)


COLS = made(
    scatter,
    [
        {"cols": RNG.normal(size=(1, 2, 2, 3, 3, 2)), "h": 4, "w": 4},
        {"cols": RNG.normal(size=(2, 1, 3, 2, 2, 3)), "h": 6, "w": 6, "stride": 2},
    ],
)


def ceil_sized(x: Any, weight: Any, stride: int = 1, padding: int = 0) -> Any:
    y = conv(x, weight, stride, padding)
    sizes = [-(-(a + 2 * padding - k) // stride) + 1 for a, k in zip(x.shape, weight.shape, strict=True)]
    return np.pad(y, [(0, size - old) for size, old in zip(sizes, y.shape, strict=True)])


SENTENCES = {
    "flipped down": (CONV, lambda **a: conv(**a)[::-1], "is flipped along axis 0"),
    "flipped across": (CONV, lambda **a: conv(**a)[:, ::-1], "is flipped along axis 1"),
    "late": (CONV, lambda **a: np.roll(conv(**a), 1, 1), "comes one place too late along axis 1"),
    "early": (CONV, lambda **a: np.roll(conv(**a), -1, 0), "comes one place too early along axis 0"),
    "swapped": (CONV, lambda **a: conv(**a).T, "has its axes swapped: shape (6, 3), not (3, 6)"),
    "ceil": (
        CONV,
        ceil_sized,
        "has shape (5, 4), not (5, 3): the size that comes of rounding the number of steps up instead of down",
    ),
    "float32": (CONV, lambda **a: conv(**a).astype("f4").astype("f8"), "is right only up to the rounding of float32"),
    "overwritten": (
        COLS,
        overwritten,
        "holds only one of the numbers that meet where windows overlap; they should add up",
    ),
    "averaged": (
        COLS,
        lambda **a: scatter(**a) / counts(**a),
        "is the expected one divided by how many windows cover each place",
    ),
    "counted twice": (
        COLS,
        lambda **a: scatter(**a) * counts(**a),
        "is the expected one times how many windows cover each place",
    ),
}


@pytest.mark.parametrize(("question", "answer", "sentence"), SENTENCES.values(), ids=SENTENCES.keys())
def test_a_finding_is_named(question: QuestionData, answer: Any, sentence: str) -> None:
    assert message(question, answer).startswith(f"The result of up {sentence}")


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
