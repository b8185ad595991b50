"""What notebooks are given from earlier chapters: the same as those chapters' references, written otherwise."""

import inspect
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import unrolled
from solutions import arguments, col2im, layers, strides
from unrolled import given
from unrolled.given import backprop
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
    """Return a chapter's own function of that name, its layer, or the one of ``strides`` that it repeats."""
    places = import_module(f"solutions.{stem}"), layers if stem == "backprop" else strides, strides
    return next(getattr(place, name) for place in places if hasattr(place, name))


@pytest.mark.parametrize("stem", STEMS)
def test_what_is_given_is_called_as_its_chapter_teaches(stem: str) -> None:
    ours = import_module(f"unrolled.given.{stem}")
    for name in ours.__all__:
        expected, made = (list(inspect.signature(f).parameters) for f in (reference(stem, name), getattr(ours, name)))
        assert made == (expected[: len(made)] if stem == "backprop" else expected), (
            name
        )  # layers may leave out the last


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


DRAWN = np.random.default_rng(3)
WEIGHT, BIAS, MATRIX = DRAWN.normal(size=(4, 3, 3, 2)), DRAWN.normal(size=4), DRAWN.normal(size=(4, 5))
POOLINGS: list[dict[str, Any]] = [
    {"kernel_size": (2, 3)},
    {"kernel_size": 2, "stride": (1, 2), "padding": (1, 0)},
    {"kernel_size": (3, 2), "stride": 2, "dilation": (1, 2)},
]
LAYERS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    *[("Conv2d", {"weight": WEIGHT, "bias": BIAS, **settings}, (2, 3, 9, 8)) for settings in GEOMETRIES],
    *[("MaxPool2d", settings, (2, 3, 7, 8)) for settings in POOLINGS],
    ("ReLU", {}, (2, 3, 4, 5)),
    ("Flatten", {}, (2, 3, 4, 5)),
    ("Linear", {"weight": MATRIX, "bias": BIAS}, (3, 5)),
]


def cast(args: dict[str, Any], dtype: str) -> dict[str, Any]:
    return {name: value.astype(dtype) if isinstance(value, np.ndarray) else value for name, value in args.items()}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("name", "args", "shape"), LAYERS, ids=str)
def test_layers_do_what_the_references_do(name: str, args: dict[str, Any], shape: tuple[int, ...], dtype: str) -> None:
    """In two rounds of different sizes nothing is left over from the first; numbers are rounded, so some are equal."""
    ours, theirs = (getattr(module, name)(**cast(args, dtype)) for module in (backprop, layers))
    rng, close = (
        np.random.default_rng(4),
        partial(assert_allclose, rtol=1e-5, atol=1e-5 if dtype == "float32" else 1e-12),
    )
    for n in shape[0], shape[0] + 1:
        x = rng.normal(size=(n, *shape[1:])).round().astype(dtype)
        kept, y = x.copy(), ours.forward(x)
        close(y, theirs.forward(x))
        grad_y = rng.normal(size=y.shape).astype(dtype)
        grad_x = ours.backward(grad_y)
        close(grad_x, theirs.backward(grad_y))
        for gradient in set(vars(theirs)) & {"grad_weight", "grad_bias"}:
            close(getattr(ours, gradient), getattr(theirs, gradient))
            assert getattr(ours, gradient).dtype == dtype
        assert y.dtype == grad_x.dtype == dtype
        assert np.array_equal(x, kept)
        assert not np.shares_memory(y, x)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_loss_does_what_the_reference_does(dtype: str) -> None:
    scores = np.array([[1, 2, -3], [0, 900, 2], [5, 5, -1000]], dtype)
    ours, theirs, labels = backprop.SoftmaxCrossEntropy(), layers.SoftmaxCrossEntropy(), np.array([1, 0, 2])
    assert ours.forward(scores, labels) == pytest.approx(theirs.forward(scores, labels), rel=1e-6)
    assert_allclose(ours.backward(), theirs.backward(), rtol=1e-6)
    assert ours.backward().dtype == dtype
