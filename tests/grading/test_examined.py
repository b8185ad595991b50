"""Versions that a student's test examines cannot be told apart by arguments that nobody promised to take."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder import cases, specs
from autograder.examined import is_valid
from autograder.questions import TestsQuestion

NONE = ((0, 0), (0, 0))
IMAGE, KERNEL, TRUE = np.ones((4, 5)), np.ones((2, 2)), np.ones((1, 1, 2, 2), bool)
ODD: list[tuple[str, tuple[Any, ...]]] = [
    ("conv1d", ((1.0, 2.0, 3.0), (1.0, 2.0))),
    ("conv1d", (np.ones(3, bool), np.ones(2, bool))),
    ("conv1d", (np.array([1, np.nan]), np.ones(1))),
    ("conv2d", (IMAGE, KERNEL, -1)),
    ("conv2d", (IMAGE.tolist(), KERNEL)),
    ("conv2d", (IMAGE[:0], KERNEL)),
    ("im2col", ([[1.0, 2.0], [3.0, 4.0]], (1, 1))),
    ("batches", ([np.ones((1, 4, 5))], np.ones((1, 1, 2, 2)))),
    ("strides", (IMAGE, KERNEL, 1, 1, -1, 1)),
    ("strides", (IMAGE[:0], KERNEL, 1, 1, 1, 1)),
    ("strides", (IMAGE[np.newaxis], KERNEL, 1, 1, 1, 1)),
    ("windows", ((4, 4), (0, 0), (1, 1))),
    ("windows", ([4, 4], (2, 2), (1, 1))),
    ("windows", ((4, 4), (2, 2), 1)),
    ("pooling", (np.ones((1, 1, 1, 1)), [np.ones((1, 2, 2))], 2)),
    ("pooling", (np.ones((1, 1, 1, 1)), np.full((1, 1, 2, 2), np.nan), 2)),
    ("col2im", (np.ones((1, 1, 1, 1, 1, 1)), (0, 0), (1, 1), NONE, (1, 1))),
    ("col2im", (np.ones((1, 1, 1, 1, 1, 1), bool), (1, 1), (1, 1), NONE, (1, 1))),
    ("backprop", (TRUE, np.ones((1, 1, 3, 3), bool), TRUE, 1, 0)),
    ("cnn", (5, 0, 1)),
    ("cnn", (5, 5, 1)),
    ("cnn", (5, 2, None)),
    ("transposed", (np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), (1, 1), 0, (0, 0))),
    ("transposed", (TRUE, TRUE, (1, 1), NONE, (0, 0))),
    ("cupy_arrays", ([], 0, 1)),
    ("cupy_arrays", ([("scale", 1)], 0, 0)),
    ("cupy_arrays", ([("scale", -1)], 1, 1)),
]


def question_of(stem: str) -> TestsQuestion:
    return next(question for question in specs.load(stem).questions if isinstance(question, TestsQuestion))


def raised_by(version: Callable[..., Any], args: tuple[Any, ...]) -> type[BaseException] | None:
    try:
        version(*args)
    except Exception as error:
        return type(error)
    return None


@pytest.mark.parametrize(("stem", "args"), ODD)
def test_no_version_stumbles_where_the_right_one_does_not(stem: str, args: tuple[Any, ...]) -> None:
    question = question_of(stem)
    assert not is_valid(question.valid, args, {})
    versions = cases.subjects(question)
    assert {raised_by(version, args) for version in versions.values()} == {raised_by(versions["right"], args)}


def test_arguments_of_the_kind_that_was_promised_are_valid() -> None:
    valid = question_of("conv2d").valid
    assert is_valid(valid, (IMAGE, KERNEL), {"stride": 2, "padding": 1})
    assert is_valid(valid, (IMAGE.astype(int), KERNEL.astype("f4"), np.int64(3)), {})
