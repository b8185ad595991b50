"""Cases of the chapter ``cnn``, drawn with a generator, small ones first; and the digits that weights are tried on."""

from collections.abc import Iterator, Sequence

import numpy as np

from autograder import digits
from autograder.draws.arrays import numbers
from autograder.questions import Case, LayerCase
from unrolled.digits import training
from unrolled.given.backprop import Conv2d, Flatten, Linear, MaxPool2d, ReLU

Rng = np.random.Generator


def noises(rng: Rng) -> Iterator[Case]:
    for name, shape, dtype in [
        ("one weight", (1, 1), "float64"),
        ("a linear layer", (2, 5), "float64"),
        ("kernels of one channel", (3, 1, 2, 3), "float64"),
        ("kernels of several channels", (2, 3, 3, 2), "float64"),
        ("float32", (4, 2, 1, 3), "float32"),
    ]:
        yield Case(name, {"noise": numbers(rng, shape, dtype)})


def networks(rng: Rng) -> Iterator[LayerCase]:
    """Networks; the last one's first kernel gives nothing above zero, so that the ReLU has something to cut."""
    for name, (c, f, classes), (h, w), batches, dtype in [
        ("one image, one kernel", (1, 1, 2), (2, 4), (1,), "float64"),
        ("one image, several kernels", (1, 3, 3), (4, 4), (1,), "float64"),
        ("channels and kernels", (2, 3, 4), (4, 2), (2,), "float64"),
        ("a row and a column that no window reads", (1, 2, 3), (5, 3), (2,), "float64"),
        ("float32", (2, 1, 3), (4, 4), (2,), "float32"),
        ("two rounds", (1, 2, 3), (4, 2), (3, 2), "float64"),
    ]:
        shapes = {
            "conv_weight": (f, c, 3, 3),
            "conv_bias": (f,),
            "linear_weight": (classes, f * (h // 2) * (w // 2)),
            "linear_bias": (classes,),
        }
        args = {name: numbers(rng, shape, dtype) for name, shape in shapes.items()}
        yield LayerCase(name, args, tuple(numbers(rng, (n, c, h, w), dtype) for n in batches))
    signs = np.array([-1, 1])
    args = {
        "conv_weight": signs[:, None, None, None] * abs(numbers(rng, (2, 1, 3, 3))),
        "conv_bias": signs * abs(numbers(rng, 2)),
        "linear_weight": numbers(rng, (3, 4)),
        "linear_bias": numbers(rng, 3),
    }
    yield LayerCase("a kernel that gives nothing above zero", args, (abs(numbers(rng, (1, 1, 4, 2))),))


def descents(rng: Rng) -> Iterator[Case]:
    for name, shape, rates, momentum, dtype in [
        ("one step", (2,), [0.1], 0.9, "float64"),
        ("two steps of one rate", (3,), [0.5, 0.5], 0.9, "float64"),
        ("without momentum", (2, 2), [0.1, 0.1, 0.1], 0.0, "float64"),
        ("a rate that falls", (2,), [0.5, 0.25, 0.125], 0.5, "float64"),
        ("float32", (2, 3), [0.2, 0.1, 0.1], 0.8, "float32"),
    ]:
        gradients = numbers(rng, (len(rates), *shape), dtype)
        yield Case(
            name,
            {"weight": numbers(rng, shape, dtype), "gradients": gradients, "rates": rates, "momentum": momentum},
        )


def orders(rng: Rng) -> Iterator[Case]:
    for name, count, batch in [
        ("one image", 1, 1),
        ("even parts", 6, 2),
        ("a last one that is shorter", 7, 3),
        ("fewer than one batch", 3, 5),
        ("one at a time", 4, 1),
        ("a last one of one", 9, 4),
    ]:
        yield Case(name, {"order": rng.permutation(count), "batch": batch})


def moments(rng: Rng) -> Iterator[Case]:
    for name, k, accuracies, dtype in [
        ("one step", 1, [0.5], "float64"),
        ("the best is the first", 2, [0.9, 0.8], "float64"),
        ("the best is the last", 2, [0.1, 0.6, 0.7], "float64"),
        ("the best is in the middle", 3, [0.2, 0.9, 0.4, 0.3], "float64"),
        ("two equally good ones", 2, [0.3, 0.8, 0.8, 0.1], "float64"),
        ("nothing right at all", 2, [0.0, 0.0, 0.0], "float64"),
        ("float32", 3, [0.4, 0.7, 0.2], "float32"),
    ]:
        steps = numbers(rng, (len(accuracies), k), dtype)
        yield Case(name, {"weight": numbers(rng, (k,), dtype), "steps": steps, "accuracies": np.array(accuracies)})


def answers(rng: Rng) -> Iterator[Case]:
    for name, labels, predicted, classes in [
        ("one right answer", [1], [1], 2),
        ("one wrong answer", [0], [1], 2),
        ("the same confusion twice", [1, 1, 0], [2, 2, 0], 3),
        ("classes that do not occur", [0, 1, 1], [1, 1, 0], 4),
    ]:
        yield Case(name, {"labels": np.array(labels), "predicted": np.array(predicted), "classes": classes})
    yield Case("the ten digits", {"labels": np.array([2, 9, 9, 0]), "predicted": np.array([3, 9, 4, 0])})
    drawn = rng.integers(0, 5, (2, 30))
    drawn[:, 0], drawn[:, 1] = (1, 3), (1, 3)  # so that the matrix is never symmetric by chance
    drawn[1, drawn[0] == 3] = 3
    yield Case("thirty answers", {"labels": drawn[0], "predicted": drawn[1], "classes": 5})


SHAPES = ((16, 1, 3, 3), (16,), (32, 16, 3, 3), (32,), (10, 128), (10,))  # of the network for digits


def network(weights: Sequence[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return the scores (n, 10) of images x (n, 1, 8, 8)."""
    first, first_bias, second, second_bias, last, last_bias = weights
    for layer in (
        Conv2d(first, first_bias, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(second, second_bias, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(last, last_bias),
    ):
        x = layer.forward(x)
    return x


def shown_digits() -> Case:
    return _digits("digits kept from training", *digits.shown())


def unseen_digits() -> Case:
    return _digits("unseen digits", *digits.unseen())


def relabelled() -> Case:
    """Return the images that are to be learned by heart; there is nothing to hide."""
    images, labels = training()
    return _digits("images of the batch", images[:20], labels[20:40])


def _digits(name: str, images: np.ndarray, labels: np.ndarray) -> Case:
    return Case(name, {"x": (images[:, np.newaxis] / 8 - 1).astype(np.float32), "labels": labels})
