"""What a student's test may give to a function of ours."""

from typing import Any

import numpy as np
import pytest

from autograder.sandbox.examine import examine
from unrolled.judge.candidates import careful, too_large

GIVEN = {
    "an image": (np.ones((5, 4)), True),
    "whole numbers": (np.array([[10**6, 2, 3], [4, 5, 6]]), True),
    "a pair": (((2, 3),), True),
    "a pair in an array": (np.array([2, 3]), True),
    "a pair of arrays without axes": (
        (np.ones((1, 1, 1, 1, 30, 30)), (np.array(1000), np.array(1000)), 1, 0, 1),
        False,
    ),
    "a pair of NumPy's numbers": ((np.ones(900), (np.int64(20), np.float32(20))), False),
    "a step in an array without axes": ((np.ones(900), np.array(17)), False),
    "a huge number of NumPy's": (np.float32(1e9), False),
    "a small number of NumPy's": (np.float32(2.5), True),
    "two biases": ((np.ones((2, 24)), np.array([100.0, 200.0])), True),
    "a word": ("same", True),
    "no entries": (np.zeros((3, 0)), True),
    "too many entries": (np.ones(1001), False),
    "no entries in many rows": (np.zeros((10**6, 0)), False),
    "a huge pair": (((2, 10**9),), False),
    "a huge pair in an array": (np.array([2, 10**9]), False),
    "the least whole number": (np.array([-(2**63)]), False),
    "a long list": ([1] * 17, False),
    "sizes that are large together": (((1000, 1000), (31, 31)), False),
    "a padding that is large on two axes": ((np.ones((1, 1, 1, 1)), (1, 1), 2, 999, 0), False),
    "a large kernel over many pixels": ((np.ones((1, 1, 1, 1000)), (1, 1), np.ones((1, 1, 31, 31)), (31, 31)), False),
    "steps and paddings one by one": ((np.ones((9, 12)), np.ones((3, 2)), 3, 4, 3, 4), True),
    "numbers of images, and a seed": ((1000, 200, 42), True),
    "many steps for many entries": ((np.ones(1000), 1000, 2), False),
    "as much as a test needs": ((np.ones((2, 3, 8, 9)), (3, 2), (2, 3), ((1, 2), (0, 1)), (2, 2)), True),
    "large pixels in a list": (([100, 200, 300], [1000, 2, 3]), True),
}


@pytest.mark.parametrize(("given", "taken"), GIVEN.values(), ids=GIVEN)
def test_only_small_arguments_are_taken(given: Any, taken: bool) -> None:
    assert (too_large(list(given) if isinstance(given, tuple) else [given]) == "") == taken


SAID = {
    "an array of shape (12, 100) (at most 1,000 numbers are allowed) is": [np.ones((12, 100))],
    "(2, 5000) (no setting may be above 1,000) is": [(2, 5_000)],
    "the arguments (all settings times the largest array make 360,000, allowed are 250,000) are": [
        np.ones(900),
        (20, 20),
    ],
}


@pytest.mark.parametrize(("text", "given"), SAID.items(), ids=["an array", "a setting", "together"])
def test_what_is_too_large_is_named(text: str, given: list[Any]) -> None:
    assert too_large(given) == text
    reply = examine(careful(lambda *args: 7), given, {})
    assert (reply["value"], reply["error"]) == (None, f"ValueError: {text} too large for a test")


def test_errors_and_changes_are_told() -> None:
    def shift(x: np.ndarray) -> None:
        x += 1
        raise IndexError("beyond")

    reply = examine(shift, [np.zeros(2)], {})
    assert reply["error"] == "IndexError: beyond"
    assert reply["after"][0].tolist() == [1, 1]
