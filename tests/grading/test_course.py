"""The whole course: what the notebooks' answers define works together, and learns to read digits."""

from typing import Any

import numpy as np

from autograder import digits, specs
from autograder.grading import ungraded_cells
from autograder.notebooks import solved
from unrolled.digits import training

RATE, MOMENTUM, EPOCHS, BATCH = 0.02, 0.9, 6, 16


def answers(stem: str) -> dict[str, Any]:
    """Run a solved notebook's cells; they hold references only."""
    spec, names = specs.load(stem), {"__name__": "__main__"}
    for _, cell in ungraded_cells(solved(spec), {question.id for question in spec.questions}):
        exec(compile(cell, stem, "exec"), names)
    return names


class Network:
    """A convolution, ReLU, max pooling and a linear layer, of the functions that four notebooks ask for."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.pooling, backprop, self.cnn = answers("pooling"), answers("backprop"), answers("cnn")
        scaled = self.cnn["he_scaled"]
        kernels = scaled(rng.normal(size=(12, 1, 3, 3)).astype("f4"))
        self.conv = backprop["Conv2d"](kernels, np.zeros(12, "f4"), padding=1)
        self.weight, self.bias = scaled(rng.normal(size=(10, 12 * 4 * 4)).astype("f4")), np.zeros(10, "f4")
        self.loss = backprop["SoftmaxCrossEntropy"]()
        self.velocity = [np.zeros_like(parameter) for parameter in self.parameters]

    @property
    def parameters(self) -> list[np.ndarray]:
        return [self.conv.weight, self.conv.bias, self.weight, self.bias]

    def forward(self, x: np.ndarray) -> np.ndarray:
        maps = self.conv.forward(x)
        self.passed = maps > 0
        pooled, self.places = self.pooling["max_pool2d_argmax"](np.where(self.passed, maps, 0).astype("f4"), 2)
        self.flat = pooled.reshape(len(x), -1)
        scores: np.ndarray = self.flat @ self.weight.T + self.bias
        return scores

    def learn(self, x: np.ndarray, labels: np.ndarray) -> None:
        self.loss.forward(self.forward(x), labels)
        grad_scores = self.loss.backward()
        grad_pooled = (grad_scores @ self.weight).reshape(self.places.shape)
        grad_maps = self.pooling["argmax_backward"](grad_pooled, self.places, (8, 8)) * self.passed
        self.conv.backward(grad_maps.astype("f4"))
        gradients = [self.conv.grad_weight, self.conv.grad_bias, grad_scores.T @ self.flat, grad_scores.sum(0)]
        self.velocity = [MOMENTUM * old + new for old, new in zip(self.velocity, gradients, strict=True)]
        moved = [old - RATE * step for old, step in zip(self.parameters, self.velocity, strict=True)]
        self.conv.weight, self.conv.bias, self.weight, self.bias = moved


def images(grey: np.ndarray) -> np.ndarray:
    return (grey[:, np.newaxis] / 8 - 1).astype("f4")


def test_a_network_of_the_readers_own_answers_reads_digits_that_it_has_not_seen() -> None:
    rng = np.random.default_rng(5)
    network = Network(rng)
    x, labels = training()
    x = images(x)
    for _ in range(EPOCHS):
        for chosen in network.cnn["dealt"](rng.permutation(len(x)), BATCH):
            network.learn(x[chosen], labels[chosen])
    unseen, truth = digits.unseen()
    guesses = network.forward(images(unseen)).argmax(axis=1)
    counts = network.cnn["confusion_matrix"](truth, guesses)
    assert np.trace(counts) / len(truth) >= 0.97
