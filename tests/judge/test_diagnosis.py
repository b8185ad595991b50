"""General findings on made-up questions: the exact sentence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.judge.made import BATCHED, COLS, CONV, batched, conv, counts, images, made, message, scatter
from unrolled.judge import QuestionData


def overwritten(cols: Any, h: int, w: int, stride: int = 1) -> Any:
    n, c, kh, kw, oh, ow = cols.shape
    x = np.zeros((n, c, h, w))
    for i, j in np.ndindex(kh, kw):
        x[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride] = cols[:, :, i, j]
    return x


def framed(**a: Any) -> Any:
    return np.pad(batched(**a), ((0, 0), (0, 0), (1, 1), (1, 1)))


def spoilt(change: Callable[[Any], None]) -> Callable[..., Any]:
    """Change the right result in place."""

    def answer(**a: Any) -> Any:
        y = batched(**a)
        change(y)
        return y

    return answer


def add_to(*place: Any) -> Callable[..., Any]:
    def change(y: Any) -> None:
        y[(..., *place)] += 1 + np.arange(y[(..., *place)].size).reshape(y[(..., *place)].shape) % 7

    return spoilt(change)


def infinite(y: Any) -> None:
    y[..., 0, 0] = -np.inf


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
    "channels and images swapped": (
        BATCHED,
        lambda **a: batched(**a).transpose(1, 0, 2, 3),
        "has axes 0 and 1 swapped: shape (3, 2, 6, 7), not (2, 3, 6, 7)",
    ),
    "channels last": (
        BATCHED,
        lambda **a: batched(**a).transpose(0, 2, 3, 1),
        "has its axes in the order (0, 2, 3, 1): shape (2, 6, 7, 3), not (2, 3, 6, 7)",
    ),
    "reshaped channels last": (
        BATCHED,
        lambda **a: batched(**a).transpose(0, 2, 3, 1).reshape(batched(**a).shape),
        "was reshaped before its axes were put in order",
    ),
    "flat": (
        BATCHED,
        lambda **a: batched(**a).reshape(len(a["x"]), -1),
        "holds the right numbers in the right order, but has shape (2, 126), not (2, 3, 6, 7)",
    ),
    "padding kept": (BATCHED, framed, "still has its padding: shape (2, 3, 8, 9), not (2, 3, 6, 7)"),
    "averaged over images": (
        BATCHED,
        lambda **a: batched(**a) / len(a["x"]),
        "is the expected one divided by the number of images",
    ),
    "shuffled": (
        BATCHED,
        lambda **a: np.random.default_rng(1).permutation(batched(**a).ravel()).reshape(batched(**a).shape),
        "holds the right numbers, but not in the right places",
    ),
    "infinite": (BATCHED, spoilt(infinite), "is infinite in places"),
    "last row": (BATCHED, add_to(-1, slice(None)), "differs in 42 of 252 entries, only in its last row"),
    "first column": (BATCHED, add_to(slice(None), 0), "differs in 36 of 252 entries, only in its first column"),
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


def test_swapped_axes_are_named_even_if_the_smallest_case_is_square() -> None:
    question = made(conv, images((5, 5, 3, 3, 1, 0), (5, 7, 3, 3, 1, 0)))
    assert (
        message(question, lambda **a: conv(**a).T) == "The result of up has its axes swapped: shape (5, 3), not (3, 5)"
    )


def test_another_error_than_the_expected_one_is_named_beside_it() -> None:
    def strict(x: Any) -> Any:
        if len(x) < 2:
            raise ValueError("x is too short")
        return x

    question = made(strict, [{"x": np.ones(1)}, {"x": np.ones(3)}])
    assert message(question, strict) == "All 2 cases agree with the reference"
    assert message(question, lambda x: x) == "up returned a value where ValueError: x is too short was expected"
    assert message(question, lambda x: x + 0 * x[1]).startswith("up raised IndexError: index 1 is out of bounds")
    assert message(question, lambda x: x + 0 * x[1]).endswith("where ValueError: x is too short was expected")


def several(x: Any, weight: Any, stride: int = 1, padding: int = 0) -> Any:
    y = conv(x, weight, stride, padding)
    return y, weight[::-1].copy(), 3


SEVERAL = made(several, [case.args for case in CONV.cases])
VALUES = {
    "first": (
        lambda **a: (several(**a)[0][::-1], *several(**a)[1:]),
        "value 1, returned by up, is flipped along axis 0",
    ),
    "second": (
        lambda **a: (several(**a)[0], several(**a)[1].T.copy(), 3),
        "weight, returned by up, has its axes swapped: shape (2, 3), not (3, 2)",
    ),
    "last": (lambda **a: (*several(**a)[:2], 4), "value 3, returned by up, is 4, not 3"),
    "too few": (lambda **a: several(**a)[:2], "The result of up holds 2 values, not 3"),
    "none": (lambda **a: several(**a)[0], "The result of up is an array, not 3 values"),
}


@pytest.mark.parametrize(("answer", "sentence"), VALUES.values(), ids=VALUES.keys())
def test_of_several_values_the_first_wrong_one_is_diagnosed(answer: Any, sentence: str) -> None:
    names = {"returns": ["value 1", "weight"]} if sentence.startswith("weight") else {}
    assert message(replace(SEVERAL, about=names), answer).startswith(sentence)
