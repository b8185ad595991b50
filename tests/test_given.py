"""What notebooks are given from earlier chapters: the same as those chapters' references, written otherwise."""

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import unrolled
from solutions import arguments
from unrolled import given

STEMS = sorted(path.stem for path in Path(given.__path__[0]).glob("[a-z]*.py"))
GEOMETRIES: list[dict[str, Any]] = [  # no two axes alike, so that a swap shows
    {},
    {"stride": (2, 3)},
    {"padding": (1, 2), "stride": 2},
    {"padding": ((0, 2), (1, 0)), "dilation": (1, 2)},
    {"padding": "same", "stride": (3, 2), "dilation": (2, 1)},
    {"padding": "valid"},
]


def pair(stem: str) -> tuple[ModuleType, ModuleType]:
    return import_module(f"unrolled.given.{stem}"), import_module(f"solutions.{stem}")


@pytest.mark.parametrize("stem", STEMS)
def test_what_is_given_is_called_as_its_chapter_teaches(stem: str) -> None:
    ours, theirs = pair(stem)
    for name in ours.__all__:
        expected = inspect.signature(getattr(theirs, name)).parameters
        assert list(inspect.signature(getattr(ours, name)).parameters) == list(expected), name


@pytest.mark.parametrize("settings", GEOMETRIES, ids=str)
@pytest.mark.parametrize("stem", ["strides", "windows"])
def test_columns(stem: str, settings: dict[str, Any]) -> None:
    ours, theirs = pair(stem)
    x = np.random.default_rng(1).standard_normal((2, 3, 9, 8), "float32")
    cols = ours.im2col(x, (3, 2), **settings)
    assert cols.dtype == x.dtype
    assert np.array_equal(cols, theirs.im2col(x, (3, 2), **settings))
    assert not np.shares_memory(cols, x)


def test_the_types_are_those_of_the_references() -> None:
    for name in unrolled.vocabulary.__all__:
        assert getattr(unrolled, name) == getattr(arguments, name)
