"""Made-up questions of one and two dimensions, and of images, for what the judge says of answers to them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

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


def counts(cols: Any, h: int, w: int, stride: int = 1) -> Any:
    return np.maximum(scatter(np.ones(cols.shape), h, w, stride), 1)


COLS = made(
    scatter,
    [
        {"cols": RNG.normal(size=(1, 2, 2, 3, 3, 2)), "h": 4, "w": 4},
        {"cols": RNG.normal(size=(2, 1, 3, 2, 2, 3)), "h": 6, "w": 6, "stride": 2},
    ],
)


def batched(x: Any, weight: Any, padding: int = 0) -> Any:
    """Each image and channel by itself: x (n, c, h, w), weight (kh, kw)."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    return (np.lib.stride_tricks.sliding_window_view(x, weight.shape, (-2, -1)) * weight).sum((-2, -1))


def many(*shapes: tuple[int, int, int, int], **settings: int) -> list[dict[str, Any]]:
    return [{"x": RNG.normal(size=shape), "weight": RNG.normal(size=(2, 3)), **settings} for shape in shapes]


BATCHED = made(batched, many((2, 3, 5, 7), (3, 2, 4, 8), (4, 1, 5, 6), padding=1))
