"""What notebooks are given from earlier chapters: the same as those chapters' references, written otherwise."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import unrolled
from solutions import arguments, col2im, strides
from unrolled import given
from unrolled.given import col2im as given_col2im
from unrolled.given import strides as given_strides

STEMS = sorted(path.stem for path in Path(given.__path__[0]).glob("[a-z]*.py"))
GEOMETRIES: list[dict[str, Any]] = [  # no two axes alike, so that a swap shows
    {},
    {"stride": (2, 3)},
    {"padding": (1, 2), "stride": 2},
    {"padding": ((0, 2), (1, 0)), "dilation": (1, 2)},
    {"padding": "same", "stride": (3, 2), "dilation": (2, 1)},
    {"padding": "valid"},
]


def reference(stem: str, name: str) -> Any:
    """Return a chapter's own function of that name, or the one of ``strides`` that it repeats."""
    return getattr(import_module(f"solutions.{stem}"), name, None) or getattr(strides, name)


@pytest.mark.parametrize("stem", STEMS)
def test_what_is_given_is_called_as_its_chapter_teaches(stem: str) -> None:
    ours = import_module(f"unrolled.given.{stem}")
    for name in ours.__all__:
        expected = inspect.signature(reference(stem, name)).parameters
        assert list(inspect.signature(getattr(ours, name)).parameters) == list(expected), name


@pytest.mark.parametrize("settings", GEOMETRIES, ids=str)
@pytest.mark.parametrize("stem", ["strides", "windows"])
def test_columns_and_convolutions(stem: str, settings: dict[str, Any]) -> None:
    ours, theirs = import_module(f"unrolled.given.{stem}"), strides
    rng = np.random.default_rng(1)
    x, weight, bias = (rng.standard_normal(shape, "float32") for shape in ((2, 4, 9, 8), (6, 2, 3, 2), (6,)))
    cols = ours.im2col(x, (3, 2), **settings)
    assert cols.dtype == x.dtype
    assert np.array_equal(cols, theirs.im2col(x, (3, 2), **settings))
    assert not np.shares_memory(cols, x)
    y = ours.conv2d(x, weight, bias, **settings, groups=2)
    assert y.dtype == x.dtype
    assert_allclose(y, theirs.conv2d(x, weight, bias, **settings, groups=2), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("settings", GEOMETRIES, ids=str)
def test_sizes(settings: dict[str, Any]) -> None:
    assert given_strides.out_size((9, 8), (3, 2), **settings) == strides.out_size((9, 8), (3, 2), **settings)


@pytest.mark.parametrize("settings", GEOMETRIES, ids=str)
def test_the_way_back(settings: dict[str, Any]) -> None:
    cols = np.random.default_rng(2).standard_normal(strides.im2col(np.ones((2, 3, 9, 8)), (3, 2), **settings).shape)
    assert_allclose(given_col2im.col2im(cols, (9, 8), **settings), col2im.col2im(cols, (9, 8), **settings))


def test_the_types_are_those_of_the_references() -> None:
    for name in unrolled.vocabulary.__all__:
        assert getattr(unrolled, name) == getattr(arguments, name)
