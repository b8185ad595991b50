"""Parts of training, each on arrays alone: first weights, minibatches, steps downhill, and which weights to keep."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from solutions.arguments import Array, array, whole

__all__ = ["best_weights", "dealt", "exposing", "he_scaled", "learned", "momentum_steps", "test_split"]


def learned() -> list[int]:
    """Count weights and biases of the three layers of the network that the first exercise describes."""
    kernels, more_kernels = 8 * (3 * 3 * 5) + 8, 6 * (8 * 3 * 3) + 6
    rows, columns = 12 // 2 - 2, 10 // 2 - 2  # "same" keeps 12 × 10, pooling halves it, 3 × 3 takes 2 off
    return [kernels, more_kernels, 4 * (6 * rows * columns) + 4]


def he_scaled(noise: Array) -> Array:
    """Scale standard normal numbers to first weights that keep the spread of numbers through a layer and its ReLU.

    The variance becomes 2 / (inputs of one output), after He and others (2015).

    Args:
        noise: shape (f, c, kh, kw) for a convolution, (f, c) for a linear layer.

    Returns:
        Weights of that shape and dtype.
    """
    noise = np.asarray(noise)
    return np.asarray(noise * math.sqrt(2 / math.prod(noise.shape[1:])))


def dealt(order: Array, batch: int) -> list[Array]:
    """Deal an order of images out in minibatches; the last one holds what is left.

    Args:
        order: indices, shape (count,).
        batch: how many go into one minibatch.

    Returns:
        The minibatches, each of shape (batch,), but the last may be shorter.

    Raises:
        ValueError: if ``batch`` is less than 1.
    """
    order, step = array("order", order, "count"), whole("batch", batch, 1)
    return [order[start : start + step] for start in range(0, len(order), step)]


def momentum_steps(weight: Array, gradients: Array, rates: Sequence[float], momentum: float = 0.9) -> Array:
    """Move a weight by gradient descent with momentum.

    The velocity, 0 at first, becomes ``momentum`` times the old one plus the gradient; the weight moves by minus the
    rate times the velocity, as in PyTorch.

    Args:
        weight: before the first step, any shape.
        gradients: one for each step, shape (steps, …).
        rates: the learning rate of each step.
        momentum: from 0 to less than 1.

    Returns:
        The weight after the last step.
    """
    velocity = np.zeros_like(weight)
    for gradient, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + gradient
        weight = weight - rate * velocity
    return np.asarray(weight)


def best_weights(weight: Array, steps: Array, accuracies: Array) -> Array:
    """Go step by step, and return the weight of the best moment: the first one, if several are equally good.

    Args:
        weight: before the first step, shape (k,).
        steps: what is subtracted in each step, shape (m, k), m at least 1.
        accuracies: measured on held-out images after each step, shape (m,).

    Returns:
        The weight after the step of the highest accuracy, shape (k,).

    Raises:
        ValueError: if a shape is wrong, or there is no step.
    """
    weight, steps = array("weight", weight, "k"), array("steps", steps, "m", "k")
    accuracies = array("accuracies", accuracies, "m")
    if steps.shape != (len(accuracies), len(weight)):
        raise ValueError(f"steps has shape {steps.shape}; {(len(accuracies), len(weight))} is needed")
    best, highest = weight, -math.inf
    for step, accuracy in zip(steps, accuracies, strict=True):
        weight = weight - step  # a new array: the best one stays as it was
        if accuracy > highest:
            best, highest = weight, accuracy
    return np.asarray(best)


exposing = {"weight": [0], "steps": [[1], [1]], "accuracies": [1, 0]}


def test_split(candidate: Callable[[int, int, int], tuple[Array, Array]]) -> None:
    """Raise an error if ``candidate`` does not split images properly.

    Args:
        candidate: called as ``candidate(count, held_out, seed)``; returns (training, held), indices from 0 to
            ``count`` - 1: ``held_out`` of them in ``held``, the others in ``training``, chosen at random by ``seed``.

    Raises:
        AssertionError: naming what is wrong.
    """
    for count, held_out in (60, 15), (7, 3):
        training, held = candidate(count, held_out, 1)
        assert len(held) == held_out, "held has another length than was asked for"
        assert sorted([*training, *held]) == list(range(count)), "an image is in both parts, or in none"
    again = candidate(60, 15, 5)[1]
    assert np.array_equal(candidate(60, 15, 5)[1], again), "the same seed gives another split"
    assert set(candidate(60, 15, 6)[1]) != set(again), "another seed gives the same split"
