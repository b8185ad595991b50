"""A setting that is not given means the same in every function: no stride, no padding, no dilation, no groups."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from solutions import backprop, col2im, layers, overlaps, sparse, transposed

DEFAULTS = {"stride": (1,), "padding": (0,), "output_padding": (0,), "dilation": (1,), "groups": (1,), "bias": (None,)}
FUNCTIONS = [
    getattr(module, name)
    for module in (col2im, overlaps, backprop, layers, transposed, sparse)
    for name in module.__all__
    if "Pool" not in name  # a pool's stride is its kernel size
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_setting_that_is_not_given_changes_nothing(function: Callable[..., Any]) -> None:
    for name, parameter in inspect.signature(function).parameters.items():
        if name in DEFAULTS and parameter.default is not inspect.Parameter.empty:
            assert parameter.default in DEFAULTS[name], name
