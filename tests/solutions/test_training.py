"""The parts of training, and the networks that the exercises ask for."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from autograder.draws.cnn import SHAPES
from solutions import digits, layers, training
from unrolled.digits import training as training_digits

Split = Callable[[int, int, int], tuple[np.ndarray, np.ndarray]]


def test_the_numbers_to_learn_are_those_of_layers_that_fit() -> None:
    rng, x = np.random.default_rng(0), np.zeros((1, 3, 12, 10))
    first = layers.Conv2d(rng.normal(size=(8, 3, 3, 5)), np.zeros(8), padding="same")
    second = layers.Conv2d(rng.normal(size=(6, 8, 3, 3)), np.zeros(6))
    flat = layers.Flatten().forward(second.forward(layers.MaxPool2d(2).forward(first.forward(x))))
    last = layers.Linear(np.zeros((4, flat.shape[1])), np.zeros(4))
    assert training.learned() == [layer.weight.size + layer.bias.size for layer in (first, second, last)]


@pytest.mark.parametrize("shape", [(300, 8), (200, 4, 3, 5)])
def test_he_weights_have_variance_two_by_inputs(shape: tuple[int, ...]) -> None:
    noise = np.random.default_rng(1).normal(size=shape)
    weights = training.he_scaled(noise)
    assert weights.var() == pytest.approx(2 / np.prod(shape[1:]), rel=0.1)
    assert training.he_scaled(noise.astype("float32")).dtype == "float32"


@pytest.mark.parametrize(("count", "batch", "sizes"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 5, [2])])
def test_minibatches_hold_the_order_piece_by_piece(count: int, batch: int, sizes: list[int]) -> None:
    order = np.random.default_rng(2).permutation(count)
    parts = training.dealt(order, batch)
    assert [len(part) for part in parts] == sizes
    assert_array_equal(np.concatenate(parts), order)
    with pytest.raises(ValueError, match="batch is 0"):
        training.dealt(order, 0)


def test_momentum_in_closed_form() -> None:
    """The gradient of step i moves the weight by rate · momentum^(j - i) in every step j from i on."""
    gradients, rates, m = np.random.default_rng(3).normal(size=(4, 2, 3)), [0.4, 0.3, 0.2, 0.1], 0.7
    moved = sum(rates[j] * m ** (j - i) * gradients[i] for i in range(4) for j in range(i, 4))
    assert_allclose(training.momentum_steps(np.ones((2, 3)), gradients, rates, m), 1 - moved)


def test_the_best_moment_is_the_first_of_the_highest() -> None:
    weight, steps = np.array([5.0]), np.array([[1.0], [2.0], [3.0]])
    assert training.best_weights(weight, steps, np.array([0.3, 0.9, 0.9])) == [2]
    assert weight == [5]
    with pytest.raises(ValueError, match=r"steps has shape \(3, 1\); \(2, 1\) is needed"):
        training.best_weights(weight, steps, np.array([0.3, 0.9]))


def shuffled(count: int, held_out: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(count)
    return order[held_out:], order[:held_out]


WRONG_SPLITS: dict[str, tuple[Split, str]] = {
    "swapped": (lambda count, held_out, seed: shuffled(count, held_out, seed)[::-1], "another length"),
    "overlapping": (lambda *args: (np.arange(args[0]), shuffled(*args)[1]), "in both parts, or in none"),
    "not random": (lambda count, held_out, _: (np.arange(held_out, count), np.arange(held_out)), "gives the same"),
    "no seed": (lambda count, held_out, _: shuffled(count, held_out, NEXT.integers(10**6)), "gives another split"),
}
NEXT: Any = np.random.default_rng(4)


def test_the_split_test_accepts_what_is_right() -> None:
    training.test_split(shuffled)


@pytest.mark.parametrize(("split", "message"), WRONG_SPLITS.values(), ids=WRONG_SPLITS.keys())
def test_the_split_test_rejects_what_is_wrong(split: Split, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        training.test_split(split)


def test_a_network_is_a_layer_whose_gradients_are_what_nudging_measures() -> None:
    rng = np.random.default_rng(5)
    shapes = {"conv_weight": (3, 2, 3, 3), "conv_bias": (3,), "linear_weight": (4, 12), "linear_bias": (4,)}
    args, x, grad_y = (
        {n: rng.normal(size=s) for n, s in shapes.items()},
        rng.normal(size=(2, 2, 5, 4)),
        rng.normal(size=(2, 4)),
    )
    network = digits.Network(**args)
    assert network.forward(x).shape == (2, 4)
    gradients = {"x": network.backward(grad_y)} | {name: getattr(network, f"grad_{name}") for name in shapes}
    for name, gradient in gradients.items():
        measured = np.zeros_like(gradient)
        for place in np.ndindex(gradient.shape):
            ends = []
            for nudge in 1e-5, -1e-5:
                given = {n: value.copy() for n, value in {**args, "x": x}.items()}
                given[name][place] += nudge
                image = given.pop("x")
                ends.append((digits.Network(**given).forward(image) * grad_y).sum())
            measured[place] = (ends[0] - ends[1]) / 2e-5
        assert_allclose(gradient, measured, atol=1e-7)


@pytest.mark.parametrize("make", [digits.by_heart, digits.trained_weights])
def test_trained_arrays_have_the_shapes_that_the_exercise_names(make: Callable[..., list[np.ndarray]]) -> None:
    images, labels = training_digits()
    kept = images.copy()
    first, again = (make(images[:60], labels[:60]) for _ in range(2))
    assert tuple(array.shape for array in first) == SHAPES
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert_array_equal(images, kept)
    assert all(a.dtype == b.dtype == "float32" for a, b in pairwise(first))
